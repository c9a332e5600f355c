"""Sends messages through a front, each followed by a victim's request on another connection, and judges what passed
between the front and its origin."""
import dataclasses
import socket
import time

from answers import MARKER, read_answers
from detector import Complaint, is_refusal, judge
from forwarded import FRONT_ID, read_requests
from fronts import Front
from relay import TO_FRONT, TO_ORIGIN, Relay, octets_of

# How long a front may say nothing before it is told that no more comes.
QUIET_SECONDS = 0.25
PATIENCE_SECONDS = 8
PAUSE_SECONDS = 0.001
DRIVE_SECONDS = 300

REFUSED_BY_FRONT, REFUSED_BY_ORIGIN, SERVED = "refused by the front", "refused by the origin", "served"
FATES = (REFUSED_BY_FRONT, REFUSED_BY_ORIGIN, SERVED)


@dataclasses.dataclass
class Trial:
    """One message through one front. `passed`: the conversations with the origin, as far as they went on."""
    message: object
    received: bytes
    passed: list
    complaints: list = dataclasses.field(default_factory=list)

    @property
    def is_desync(self):
        return any(complaint.is_desync for complaint in self.complaints)

    def story(self):
        """What was sent, what the front made of it, what the origin answered, and what is wrong."""
        lines = [f"{self.message.name} ({self.message.section})", f"  sent          {self.message.octets!r}"]
        for conversation, events in self.passed:
            lines += [f"  {'passed on' if way == TO_ORIGIN else 'answered ':9} {conversation.number:3} {octets!r}"
                      for way, octets in events]
        return "\n".join([*lines, f"  got           {self.received!r}",
                          *(f"  *             {complaint.what}" for complaint in self.complaints)])

    def numbers(self):
        return {number for _, events in self.passed for number in FRONT_ID.findall(octets_of(events, TO_ORIGIN))}

    def fate(self):
        """Who had the last word about the message itself; neither the marker nor the victim count."""
        fate = REFUSED_BY_FRONT
        for _, events in self.passed:
            requests = read_requests(octets_of(events, TO_ORIGIN))
            answers = read_answers(octets_of(events, TO_FRONT), [request.method for request in requests])
            for request, answer in zip(requests, answers):
                if request.target.startswith(("/users/marker", "/users/victim")):
                    continue
                if is_refusal(answer):
                    return REFUSED_BY_ORIGIN
                fate = SERVED
        return fate


def receive_all(connection):
    """Everything up to the end; a front that says nothing for a moment is told that there is no more to come."""
    received, deadline = b"", time.monotonic() + PATIENCE_SECONDS
    connection.settimeout(QUIET_SECONDS)
    while time.monotonic() < deadline:
        try:
            octets = connection.recv(65536)
        except TimeoutError:
            connection.settimeout(PATIENCE_SECONDS)
            connection.shutdown(socket.SHUT_WR)
            continue
        if not octets:
            break
        received += octets
    return received


def ask(port, *parts):
    """What came back until the connection ended; a front that refuses may end it before all is sent or read."""
    received = b""
    with socket.create_connection(("127.0.0.1", port), PATIENCE_SECONDS) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            for index, part in enumerate(parts):
                time.sleep(PAUSE_SECONDS if index else 0)
                connection.sendall(part)
            received = receive_all(connection)
        except OSError:
            pass
    return received


def attack(port, message):
    """The body comes by itself: a front that does not wait for it passes it on as it comes."""
    head, end, rest = (message.octets + MARKER).partition(b"\r\n\r\n")
    return ask(port, head + end, rest)


def ask_as_victim(port, name):
    """The gist of the answer, or what came instead."""
    received = ask(port, b"GET /users/%s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n" % name.encode())
    try:
        [answer] = read_answers(received)
        return answer.gist
    except (AssertionError, ValueError):
        return repr(received)


def try_message(front, relay, message, index):
    mark = relay.mark()
    received = attack(front.port, message)
    victim = ask_as_victim(front.port, f"victim-{index}")
    trial = Trial(message, received, relay.since(mark))
    if victim != f"200 User victim-{index}":
        trial.complaints.append(Complaint(f"victim {index} behind it got {victim}"))
    if received.startswith(b"HTTP/1.1 504") or b"\nHTTP/1.1 504" in received:
        trial.complaints.append(Complaint("the front waited for an answer that did not come"))
    return trial


def charge(trials, conversations):
    """Puts each complaint about a conversation down to the message that was tried when it arose."""
    by_number = {number: trial for trial in trials for number in trial.numbers()}
    for conversation in conversations:
        for complaint in judge(conversation.events):
            complaint.what = f"connection {conversation.number}: {complaint.what}"
            by_number.get(complaint.number, trials[-1]).complaints.append(complaint)


def try_messages(front, relay, messages):
    trials, deadline = [], time.monotonic() + DRIVE_SECONDS
    for index, message in enumerate(messages):
        if time.monotonic() > deadline:
            raise AssertionError(f"{front.name} took {DRIVE_SECONDS} s for {index} messages")
        trials.append(try_message(front, relay, message, index))
    return trials


def drive(front_name, origin, messages):
    """A trial of each message, and all conversations, with a front of their own before `origin`."""
    relay = Relay(origin)
    try:
        front = Front(front_name, relay.port)
        try:
            trials = try_messages(front, relay, messages)
        finally:
            front.end()
    finally:
        relay.end()
    charge(trials, relay.conversations)
    return trials, relay.conversations

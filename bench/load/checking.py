"""Right answers first: each contestant answers each kind of request rightly before it is measured."""
import http.client
import socket

from contestants import CLOSING, KEEPING
from wire_requests import GREETING, REQUESTS

SECONDS = 10
OLD_HELLO = b"GET /hello HTTP/1.0\r\nHost: 127.0.0.1\r\nConnection: Keep-Alive\r\n\r\n"


class WrongAnswer(Exception):
    """What was wrong, in a line."""


def demand(is_right, *what):
    if not is_right:
        raise WrongAnswer(" ".join(map(str, what)))


class Conversation:
    """A connection that answers are read from one by one."""

    def __init__(self, port):
        self.socket = socket.create_connection(("127.0.0.1", port), SECONDS)
        self.input = self.socket.makefile("rb")

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.input.close()
        self.socket.close()

    def send(self, octets):
        self.socket.sendall(octets)

    def read_answer(self):
        status = self.input.readline()
        demand(status.startswith((b"HTTP/1.1 ", b"HTTP/1.0 ")), "answers with", status)
        fields = http.client.parse_headers(self.input)
        if fields.get("Transfer-Encoding", "").lower() == "chunked":
            return int(status[9:12]), fields, self.read_chunks()
        demand(fields.get("Content-Length"), "says no length of its body")
        return int(status[9:12]), fields, self.input.read(int(fields["Content-Length"]))

    def read_chunks(self):
        body = b""
        while size := int(self.input.readline(), 16):
            body += self.input.read(size)
            demand(self.input.readline() == b"\r\n", "sends a chunk that does not end")
        demand(self.input.readline() == b"\r\n", "sends chunks without an end")
        return body

    def is_at_end(self):
        return self.input.read(1) == b""


def check_answer(conversation, name, request):
    status, fields, body = conversation.read_answer()
    demand(status == 200, name, "is answered with", status)
    if isinstance(request.answer, int):
        demand(len(body) == request.answer, name, "has", len(body), "bytes")
    else:
        demand(body == request.answer, name, "is answered with", body[:80])
    if request.answer == GREETING:
        kind = fields.get("Content-Type", "")
        demand(kind.startswith("text/plain"), name, "has type", kind or "none")


def check_kept_alive(port, name, request):
    """Twice on one connection, then twice in one write."""
    with Conversation(port) as conversation:
        for octets in (request.octets, request.octets, request.octets * 2):
            conversation.send(octets)
            for _ in range(len(octets) // len(request.octets)):
                check_answer(conversation, name, request)


def check_last(port):
    """Closes the connection where it is asked to."""
    with Conversation(port) as conversation:
        conversation.send(REQUESTS["hello-last"].octets)
        check_answer(conversation, "hello-last", REQUESTS["hello-last"])
        demand(conversation.is_at_end(), "does not close where it is asked to")


def check_kept_by_old_client(port):
    """Keeps the connection of an HTTP/1.0 client that asks for it, and says so: ab is one."""
    with Conversation(port) as conversation:
        for _ in range(2):
            conversation.send(OLD_HELLO)
            _, fields, body = conversation.read_answer()
            demand(body == GREETING, "an old client is answered with", body[:80])
            demand(fields.get("Connection", "").lower() == "keep-alive", "does not tell an old client that it stays")


def check(server):
    """Raises WrongAnswer where the server is not right."""
    contestant = server.contestant
    try:
        for name, request in REQUESTS.items():
            if request.needs in contestant.offers and request.needs != CLOSING:
                check_kept_alive(server.port, name, request)
        if CLOSING in contestant.offers:
            check_last(server.port)
        if KEEPING in contestant.offers:
            check_kept_by_old_client(server.port)
    except (OSError, ValueError) as error:
        raise WrongAnswer(f"breaks off: {error}") from None

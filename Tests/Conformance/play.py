"""Plays a case to a server, and keeps what came."""
import pathlib
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "Wire"))
from wire import Ended, Malformed, Wire  # noqa: E402

from case import Await, Finish, Pause, Quiet, Slowly, user

# Sent behind every play. Its answer is the proof that the connection is still in step.
PROBE, PROBE_BODY = user(b"probe"), b"User probe\n"
RESPONSE_LIMIT = 200
SILENT = "says nothing more"
REFUSALS = {400, 408, 411, 413, 414, 417, 421, 431, 501, 505}


class Played:
    def __init__(self):
        self.responses, self.end, self.trouble = [], SILENT, None

    @property
    def finals(self):
        return [response for response in self.responses if response.status >= 200]

    @property
    def is_open(self):
        return self.end == "open"

    @property
    def is_closed(self):
        return self.end in ("closed", "reset")

    @property
    def fate(self):
        return {"open": "stays usable", "closed": "is closed", "reset": "is reset"}.get(self.end, self.end)

    @property
    def refuses(self):
        """Whether the server did not take the first message for one that it can read and may serve. What is not there,
        or not allowed, was read."""
        if self.trouble or not self.finals:
            return self.is_closed and not self.trouble and not self.responses
        return self.finals[0].status in REFUSALS

    def __str__(self):
        said = " ".join(str(response.status) for response in self.responses) or "no answer"
        if self.trouble:
            return f"{said}; {self.trouble}"
        return said + {"open": "", "closed": ", closed", "reset": ", closed"}.get(self.end, ", then nothing")

    def describe(self):
        return "".join(f"{response!r}\n" for response in self.responses) + f"the connection {self.fate}"


class Player:
    def __init__(self, wire, methods):
        self.wire, self.methods, self.played = wire, iter(methods), Played()

    def send(self, octets):
        try:
            self.wire.send(octets)
        except ConnectionError:
            pass  # what came before it says why

    def finish(self):
        try:
            self.wire.finish_sending()
        except OSError:
            pass  # the server was quicker

    def read(self):
        """The next response; None when the connection ended instead."""
        method = None
        while True:
            if not self.wire.buffer and not self.wire.fill():
                return None
            method = method or next(self.methods, "GET")
            response = self.wire.response(method)
            if response.status >= 200:
                return response
            self.played.responses.append(response)

    def await_one(self):
        """An interim response counts."""
        response = self.wire.response(next(self.methods, "GET"))
        self.played.responses.append(response)

    def stay_quiet(self, seconds):
        self.wire.socket.settimeout(seconds)
        try:
            if self.wire.fill():
                self.played.trouble = f"it did not wait: {bytes(self.wire.buffer[:80])!r}"
        except TimeoutError:
            pass
        finally:
            self.wire.socket.settimeout(self.wire.seconds)

    def take(self, step):
        if isinstance(step, bytes):
            self.send(step)
        elif isinstance(step, Quiet):
            self.stay_quiet(step.seconds)
        elif isinstance(step, Pause):
            time.sleep(step.seconds)
        elif isinstance(step, Await):
            self.await_one()
        elif isinstance(step, Slowly):
            for octet in step.octets:
                self.send(bytes([octet]))
                time.sleep(0.0005)
        elif isinstance(step, Finish):
            self.finish()

    def read_all(self):
        """Until the probe's answer, the connection's end, or the wire's patience."""
        while len(self.played.responses) < RESPONSE_LIMIT:
            response = self.read()
            if response is None:
                return "closed"
            if response.status == 200 and response.body == PROBE_BODY:
                return "open"
            self.played.responses.append(response)
        return "floods"

    def play(self, steps):
        steps = steps if isinstance(steps[-1], Finish) else [*steps, PROBE]
        try:
            for step in join_probe(steps):
                self.take(step)
            self.played.end = self.read_all()
        except TimeoutError:
            self.played.end = SILENT
        except ConnectionError:
            self.played.end = "reset"
        except (Malformed, Ended) as broken:
            self.played.trouble = f"{type(broken).__name__.lower()}: {broken}"
        return self.played


def join_probe(steps):
    """The probe leaves in one write with what is before it, so that a server which lost count finds it there."""
    joined = isinstance(steps[-1], bytes) and len(steps) > 1 and isinstance(steps[-2], bytes)
    return [*steps[:-2], steps[-2] + steps[-1]] if joined else steps


def methods_of(case, steps):
    first = next((step if isinstance(step, bytes) else getattr(step, "octets", b"") for step in steps), b"")
    return case.methods or (("HEAD",) if first.lstrip().startswith(b"HEAD ") else ())


def play(case, steps, server):
    steps = [server.fill_in(step) if isinstance(step, bytes) else step for step in steps]
    with Wire(server.address, server.seconds) as wire:
        wire.seconds, wire.wants_date = server.seconds, False
        return Player(wire, methods_of(case, steps)).play(steps)

"""A client that behaves: it asks for /hello at a steady pace until its stdin ends, then says how long it waited.
An empty line says that it was served for the first time.

A process of its own, so that whoever abuses the server does not hold it up too: good_client.py HOST PORT"""
import json
import math
import pathlib
import select
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "Wire"))
from wire import Wire, request  # noqa: E402

INTERVAL = 0.005
FRESH = 10  # every tenth request is the first and last of a connection
PATIENCE = 10


def is_over():
    return bool(select.select([sys.stdin], [], [], 0)[0])


def hello(wire, *fields):
    response = wire.ask(request(fields=fields))
    assert (response.status, response.body) == (200, b"Hello, World!"), response


def hello_as_a_stranger(address):
    with Wire(address, PATIENCE) as wire:
        hello(wire, "Connection: close")
        assert wire.is_at_end(), "octets behind the last answer"


def percentile_ms(seconds, part):
    ordered = sorted(seconds)
    return ordered[max(0, math.ceil(part * len(ordered)) - 1)] * 1000 if ordered else math.inf


class Diary:
    """What was waited for, in seconds, and what went wrong. Beside it how late the machine woke us from our pauses: on
    a busy one, nobody's answer comes sooner."""

    def __init__(self):
        self.waits, self.lates, self.failures = [], [], []

    def note(self, wait):
        """A long wait also kept the requests from being asked that were due meanwhile: they would have waited too."""
        while wait > 0:
            self.waits.append(wait)
            wait -= INTERVAL

    def pause(self, seconds):
        began = time.monotonic()
        time.sleep(seconds)
        self.lates.append(time.monotonic() - began - seconds)

    def report(self):
        return {"asked": len(self.waits), "failures": self.failures, "p50_ms": percentile_ms(self.waits, 0.5),
                "p99_ms": percentile_ms(self.waits, 0.99), "max_ms": percentile_ms(self.waits, 1),
                "late_ms": percentile_ms(self.lates, 0.99)}


def behave(address):
    diary, number = Diary(), 0
    kept = Wire(address, PATIENCE)
    hello(kept)
    print(flush=True)
    while not is_over():
        number += 1
        began = time.monotonic()
        try:
            if number % FRESH:
                hello(kept)
            else:
                hello_as_a_stranger(address)
        except (OSError, AssertionError) as error:
            diary.failures.append(repr(error)[:200])
            kept.socket.close()
            kept = Wire(address, PATIENCE)
        took = time.monotonic() - began
        diary.note(took)
        diary.pause(max(0, INTERVAL - took))
    return diary.report()


if __name__ == "__main__":
    print(json.dumps(behave((sys.argv[1], int(sys.argv[2])))))

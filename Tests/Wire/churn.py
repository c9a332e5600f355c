"""Connections opened and closed in every way that a client may end them. Run by itself: churn.py PORT COUNT"""
import socket
import struct
import sys

from wire import Wire, request

RESET = struct.pack("ii", 1, 0)
BATCH = 50


def reset(wire):
    wire.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)


def say_nothing(wire):
    pass


def ask_once(wire):
    assert wire.ask(request()).status == 200


def ask_to_close(wire):
    assert wire.ask(request(fields=["Connection: close"])).closes
    assert wire.is_at_end()


def upload(wire):
    assert wire.ask(request("/echo", "POST", body=b"x" * 5000)).body == b"x" * 5000


def ask_a_worker(wire):
    assert wire.ask(request("/slow?ms=0")).status == 200


def leave_in_a_head(wire):
    wire.send(b"GET /hello HTTP/1.1\r\nHost: lo")


def leave_in_a_body(wire):
    wire.send(request("/echo", "POST", ["Transfer-Encoding: chunked"]) + b"5\r\nhel")


def leave_before_the_answer(wire):
    wire.send(request("/slow?ms=1") * 3)
    reset(wire)


def send_nonsense(wire):
    assert wire.ask(b"nonsense\r\n\r\n").status == 400


def half_close(wire):
    wire.send(request())
    wire.finish_sending()
    assert wire.response().status == 200 and wire.is_at_end()


ENDS = [say_nothing, ask_once, ask_to_close, upload, ask_a_worker, leave_in_a_head, leave_in_a_body,
        leave_before_the_answer, send_nonsense, half_close]


def churn(address, count):
    """`count` connections, each ended in the next of the ways, BATCH of them open at a time."""
    for first in range(0, count, BATCH):
        wires = [Wire(address) for _ in range(min(BATCH, count - first))]
        for number, wire in enumerate(wires, first):
            ENDS[number % len(ENDS)](wire)
        for number, wire in enumerate(wires, first):
            if number % 3 == 0:
                reset(wire)
            wire.socket.close()


if __name__ == "__main__":
    churn(("127.0.0.1", int(sys.argv[1])), int(sys.argv[2]))

"""SIGINT and SIGTERM under load: what was accepted is answered, and the process ends in time, with status 0."""
import random
import signal
import threading
import time
import unittest

from support import Demo
from wire import Ended, Wire, request

CLIENTS = 12
LOAD_SECONDS = 0.7
# What the clients ask, and how often: the server dispatches each in another way.
TARGETS = {("/hello", "GET", b""): 8, ("/slow?ms=20", "GET", b""): 3, ("/async?ms=20", "GET", b""): 3,
           ("/echo", "POST", b"x" * 40000): 2, ("/test/body", "POST", b"y" * 3000): 2,
           ("/async?ms=700", "GET", b""): 1, ("/download?bytes=1000000", "GET", b""): 1}


class Client(threading.Thread):
    """One request at a time, on a kept connection or each on one of its own, until no connection is accepted.

    `lost`: requests that had been sent whole and got no whole answer, although the server had not said
    "Connection: close" before, and had either served this connection or not yet been told to end. (A connection that
    came after the signal and was never served was never accepted: the kernel had queued it for a listener that was
    about to close.)"""

    def __init__(self, demo, number):
        super().__init__(daemon=True)
        self.demo, self.random = demo, random.Random(number)
        self.fields = ["Connection: close"] if number % 3 == 0 else []
        self.answered, self.announced, self.lost, self.errors = 0, 0, [], []
        self.signalled = threading.Event()

    def run(self):
        try:
            while self.serve_connection():
                pass
        except Exception as error:  # a broken response must not go unseen in a thread
            self.errors.append(repr(error))

    def serve_connection(self):
        try:
            wire = Wire(self.demo.address)
        except (ConnectionError, TimeoutError):
            return False
        with wire:
            served = 0
            while True:
                [(target, method, body)] = self.random.choices(list(TARGETS), TARGETS.values())
                try:
                    wire.send(request(target, method, self.fields, body))
                except ConnectionError:
                    return True
                counts = served > 0 or not self.signalled.is_set()
                try:
                    response = wire.response()
                except (Ended, ConnectionError) as error:
                    if counts:
                        self.lost.append(f"{target} after {served}: {error!r}")
                    return True
                if response.status != 200:
                    self.errors.append(f"{target}: {response}")
                self.answered, served = self.answered + 1, served + 1
                if response.closes:
                    self.announced += not self.fields
                    return True


def idle_connections(demo):
    """One that was never used, and one that was and waits."""
    fresh, used = Wire(demo.address), Wire(demo.address)
    used.ask(request())
    return [fresh, used]


class Shutdown(unittest.TestCase):
    def end_under_load(self, signal_number):
        demo = Demo("--reactors", "2")
        idle = idle_connections(demo)
        clients = [Client(demo, number) for number in range(CLIENTS)]
        for client in clients:
            client.start()
        time.sleep(LOAD_SECONDS)
        for client in clients:
            client.signalled.set()
        began = time.monotonic()
        status, said = demo.end(signal_number)
        elapsed = time.monotonic() - began
        for client in clients:
            client.join(20)
        for wire in idle:
            wire.socket.close()
        self.assertEqual(status, 0, said)
        self.assertLess(elapsed, 6, "the deadline is 10 s, and the longest request takes one")
        return clients

    def test_loses_no_accepted_request_on_either_signal(self):
        for signal_number in [signal.SIGINT, signal.SIGTERM]:
            with self.subTest(signal_number.name):
                clients = self.end_under_load(signal_number)
                self.assertEqual([lost for client in clients for lost in client.lost], [])
                self.assertEqual([error for client in clients for error in client.errors], [])
                self.assertGreater(sum(client.answered for client in clients), 4 * CLIENTS)
                self.assertGreater(sum(client.announced for client in clients), 0, "nobody was told to go")

    def test_finishes_a_stream_that_has_begun(self):
        demo = Demo("--reactors", "1")
        with Wire(demo.address) as wire:
            wire.send(request("/events?count=6&ms=150"))
            head = wire.head()
            pieces = wire.pieces(head)
            first = next(pieces)
            ending = threading.Thread(target=lambda: setattr(demo, "result", demo.end()))
            ending.start()
            body = first + b"".join(pieces)
            self.assertEqual(body.count(b"data: event"), 6)
            ending.join()
            self.assertEqual(demo.result[0], 0)

    def test_finishes_an_upload_that_has_begun(self):
        demo = Demo("--reactors", "1")
        with Wire(demo.address) as wire:
            wire.send(request("/upload", "POST", ["Content-Length: 6"]) + b"abc")
            time.sleep(0.1)
            demo.process.send_signal(signal.SIGTERM)
            time.sleep(0.2)
            response = wire.ask(b"def")
            self.assertEqual((response.status, response.body, response.closes), (200, b'{"bytes":6}', True))
            self.assertTrue(wire.is_at_end())
        self.assertEqual(demo.end()[0], 0)

    def test_answers_what_was_pipelined_and_closes_behind_it(self):
        demo = Demo("--reactors", "1")
        with Wire(demo.address) as wire:
            wire.send(request("/async?ms=300") + request("/slow?ms=1") + request("/hello"))
            time.sleep(0.1)
            demo.process.send_signal(signal.SIGTERM)
            responses = [wire.response() for _ in range(3)]
            self.assertEqual([response.status for response in responses], [200, 200, 200])
            self.assertEqual([response.closes for response in responses], [False, False, True])
            self.assertTrue(wire.is_at_end())
        self.assertEqual(demo.end()[0], 0)

    def test_cuts_what_does_not_end_by_the_deadline(self):
        demo = Demo("--reactors", "2", environment={"MARTLET_SHUTDOWN_TIMEOUT_MS": "400"})
        with Wire(demo.address) as endless, Wire(demo.address) as silent:
            endless.send(request("/events?count=3600&ms=50"))
            endless.head()
            silent.send(b"GET /hel")
            began = time.monotonic()
            status, said = demo.end()
            elapsed = time.monotonic() - began
        self.assertEqual(status, 0, said)
        self.assertGreater(elapsed, 0.3, "the deadline was not waited for")
        self.assertLess(elapsed, 3)
        self.assertIn("deadline", said)

    def test_ends_at_once_when_nobody_is_there(self):
        demo = Demo()
        began = time.monotonic()
        self.assertEqual(demo.end()[0], 0)
        self.assertLess(time.monotonic() - began, 2)

    def test_ends_at_once_on_a_second_signal(self):
        demo = Demo("--reactors", "1")
        with Wire(demo.address) as wire:
            wire.send(request("/events?count=3600&ms=1000"))
            wire.head()
            demo.process.send_signal(signal.SIGINT)
            time.sleep(0.3)
            self.assertIsNone(demo.process.poll(), "it did not wait for what is under way")
            began = time.monotonic()
            demo.end(signal.SIGINT)
            self.assertLess(time.monotonic() - began, 2)


if __name__ == "__main__":
    unittest.main()

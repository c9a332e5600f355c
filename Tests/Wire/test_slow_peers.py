"""Clients that take or give one octet a second cost the others nothing. One reactor serves them all here."""
import statistics
import threading
import time
import unittest

from support import DemoTest
from wire import Wire, request

SLOW = 30
SECONDS = 4


class SlowPeers(DemoTest):
    flags = ("--reactors", "1", "--workers", "2")
    environment = {"MARTLET_HEADER_TIMEOUT_MS": "1500", "MARTLET_BODY_TIMEOUT_MS": "1500"}

    def latencies(self, seconds):
        """Milliseconds per request of a client that behaves well, dispatched in each of the three ways."""
        found = []
        deadline = time.monotonic() + seconds
        with Wire(self.demo.address) as wire:
            while time.monotonic() < deadline:
                for target in ["/hello", "/slow?ms=0", "/async?ms=0"]:
                    began = time.monotonic()
                    self.assertEqual(wire.ask(request(target)).status, 200)
                    found.append((time.monotonic() - began) * 1000)
                time.sleep(0.002)
        return found

    def assert_quick(self, seconds):
        """Bounds that a reactor which waits for anybody misses by far, and a loaded machine does not."""
        found = self.latencies(seconds)
        self.assertGreater(len(found), 100)
        self.assertLess(statistics.median(found), 25)
        self.assertLess(max(found), 900, "somebody was waited for")

    def test_a_client_that_reads_an_octet_a_second_slows_nobody(self):
        wires = [self.wire() for _ in range(SLOW)]
        for wire in wires:
            wire.send(request("/download?bytes=100000000"))
        done = threading.Event()

        def read_slowly():
            while not done.wait(1):
                for wire in wires:
                    wire.socket.recv(1)

        reader = threading.Thread(target=read_slowly)
        reader.start()
        try:
            self.assert_quick(SECONDS)
        finally:
            done.set()
            reader.join()

    def test_a_client_that_writes_an_octet_a_second_slows_nobody_and_is_told_408(self):
        wires = [self.wire() for _ in range(SLOW)]
        done = threading.Event()

        def write_slowly():
            octets = request("/hello")
            for position in range(len(octets)):
                for wire in wires:
                    try:
                        wire.send(octets[position:position + 1])
                    except ConnectionError:
                        pass
                if done.wait(1):
                    return

        writer = threading.Thread(target=write_slowly)
        writer.start()
        try:
            self.assert_quick(2)
            self.assertEqual([wire.response().status for wire in wires], [408] * SLOW)
        finally:
            done.set()
            writer.join()

    def test_a_body_that_stops_coming_is_answered_408(self):
        for target in ["/test/body", "/upload"]:
            with self.subTest(target):
                wire = self.wire()
                response = wire.ask(request(target, "POST", ["Content-Length: 10"]) + b"half")
                self.assertEqual((response.status, response.closes), (408, True))

    def test_a_connection_that_says_nothing_is_closed(self):
        wire = self.wire(5)
        self.assertTrue(wire.is_at_end())

    def test_workers_that_all_block_slow_no_other_route(self):
        blocked = [self.wire() for _ in range(2)]
        for wire in blocked:
            wire.send(request("/slow?ms=1000"))
        began = time.monotonic()
        with Wire(self.demo.address) as wire:
            for _ in range(50):
                wire.ask(request("/hello"))
                wire.ask(request("/async?ms=0"))
        self.assertLess(time.monotonic() - began, 0.9)
        for wire in blocked:
            self.assertEqual(wire.response().status, 200)


if __name__ == "__main__":
    unittest.main()

"""Who sends slowly is cut by the clock, however it drips; nobody else waits."""
import contextlib
import time
import unittest

from abuse import BASE_BYTES, KIB, SLOWNESS, AbuseTest
from crowd import Crowd
from wire import request

SENDERS = 300
# A request under way: its exchange, one small buffer, and the connection itself.
REQUEST_BYTES = 16 * KIB
HEADER_SECONDS = 1
BODY_SECONDS = 1
LATEST = 1.0  # behind a timeout: the wheel's tick, the round of the dripping, a busy machine


class Dripping(AbuseTest):
    environment = {"MARTLET_HEADER_TIMEOUT_MS": str(int(HEADER_SECONDS * 1000)),
                   "MARTLET_BODY_TIMEOUT_MS": str(int(BODY_SECONDS * 1000)), "MARTLET_LINGER_TIMEOUT_MS": "300"}

    def drip(self, crowd, octets, every, seconds):
        """Has each member send the next of `octets` (the first again behind the last) until all have ended."""
        deadline, position = time.monotonic() + seconds, 0
        while crowd.open and time.monotonic() < deadline:
            crowd.send(octets[position:position + 1])
            crowd.pump(every, lambda: not crowd.open)
            position = (position + 1) % max(1, len(octets))

    def assert_cut(self, first, octets, seconds, statuses, every=0.1):
        """Whoever sends `first` and then drips is told `statuses` and closed after `seconds`, and not before."""
        with self.contained(SENDERS * REQUEST_BYTES + BASE_BYTES), Crowd(self.demo.address, SENDERS) as crowd:
            crowd.send(first)
            self.drip(crowd, octets, every, seconds + 5 * SLOWNESS)
            self.assertEqual(len(crowd.open), 0, "somebody dripped for ever")
            for member in crowd:
                self.assertEqual(member.statuses, statuses)
                self.assertGreater(member.ended_after, seconds - 0.3)
                self.assertLess(member.ended_after, seconds + LATEST * SLOWNESS)

    def test_a_header_that_drips_is_over_at_the_header_timeout(self):
        self.assert_cut(b"GET /hello HTTP/1.1\r\nHost: localhost\r\n", b"X-Drip: 1\r\n", HEADER_SECONDS, [408])

    def test_a_header_that_drips_behind_an_answered_request_is_over_at_the_header_timeout(self):
        self.assert_cut(request() + b"GET", b" /hello HTTP/1.1\r\n" + b"X-Drip: 1\r\n" * 50, HEADER_SECONDS, [200, 408])

    def test_a_request_line_that_drips_is_over_at_the_header_timeout(self):
        self.assert_cut(b"GET /", b"a", HEADER_SECONDS, [408])

    def test_who_sends_nothing_at_all_is_closed_at_the_header_timeout(self):
        self.assert_cut(b"", b"", HEADER_SECONDS, [])

    def test_a_body_that_stops_is_over_at_the_body_timeout(self):
        self.assert_cut(request("/upload", "POST", ["Content-Length: 1000"]) + b"half", b"", BODY_SECONDS, [408])

    def test_chunk_extensions_that_drip_are_no_body_to_the_clock(self):
        self.assert_cut(request("/upload", "POST", ["Transfer-Encoding: chunked"]) + b"5", b";a=b", BODY_SECONDS, [408])

    def test_a_chunk_size_that_drips_is_no_body_to_the_clock(self):
        self.assert_cut(request("/test/body", "POST", ["Transfer-Encoding: chunked"]), b"0", BODY_SECONDS, [408], 0.15)

    def test_trailers_that_drip_are_no_body_to_the_clock(self):
        self.assert_cut(request("/upload", "POST", ["Transfer-Encoding: chunked"]) + b"3\r\nabc\r\n0\r\n",
                        b"X-Drip: 1\r\n", BODY_SECONDS, [408])


class Trickling(AbuseTest):
    """The least rate counts what arrives of a body. It is looked at from the sixth second on."""
    environment = {"MARTLET_MIN_TRANSFER_BYTES_PER_SECOND": "1000", "MARTLET_BODY_TIMEOUT_MS": "4000",
                   "MARTLET_LINGER_TIMEOUT_MS": "300"}

    TRICKLES = [  # what begins the request, and what comes ten times a second: 200 octets of the body each second
        (request("/test/body", "POST", ["Content-Length: 500000"]), b"x" * 20),
        (request("/upload", "POST", ["Content-Length: 500000"]), b"x" * 20),
        (request("/upload", "POST", ["Transfer-Encoding: chunked"]), b"1\r\nx\r\n" * 20),
        (request("/upload", "POST", ["Transfer-Encoding: chunked"]), b"1;a\r\nx\r\n" * 20),
    ]

    def test_a_body_below_the_least_rate_is_cut_however_much_framing_comes_with_it(self):
        with contextlib.ExitStack() as stack:
            stack.enter_context(self.contained(SENDERS * REQUEST_BYTES + BASE_BYTES))
            crowds = [(stack.enter_context(Crowd(self.demo.address, SENDERS // len(self.TRICKLES))), more)
                      for _, more in self.TRICKLES]
            for (crowd, _), (first, _) in zip(crowds, self.TRICKLES):
                crowd.send(first)
            deadline = time.monotonic() + 10 * SLOWNESS
            while any(crowd.open for crowd, _ in crowds) and time.monotonic() < deadline:
                for crowd, more in crowds:
                    crowd.send(more)
                    crowd.pump(0.1 / len(crowds), lambda crowd=crowd: not crowd.open)
            for crowd, more in crowds:
                with self.subTest(more=more[:30]):
                    self.assertEqual({tuple(member.statuses) for member in crowd}, {(408,)})
                    self.assertGreater(min(member.ended_after for member in crowd), 4.9)
                    self.assertLess(max(member.ended_after for member in crowd), 7 + SLOWNESS)


if __name__ == "__main__":
    unittest.main()

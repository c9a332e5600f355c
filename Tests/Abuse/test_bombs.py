"""Messages made to explode: they are refused as soon as they pass a limit, and kept nowhere."""
import time
import unittest

from abuse import BASE_BYTES, BUSY_P99_MS, KIB, MIB, SLOWNESS, AbuseTest
from crowd import Crowd
from wire import request

SENDERS = 100
SECONDS = 0.4  # of bombs, again and again
# A header section up to its limit is kept, in a buffer of up to four times that; one read is 64 KiB, for all together.
HEAD_BYTES = 64 * KIB + 16 * KIB
# What is gathered of a body that is refused in the end: 8 KiB here, doubled as it grows.
BODY_BYTES = HEAD_BYTES + 16 * KIB

START = b"GET /hello HTTP/1.1\r\nHost: localhost\r\n"
CHUNKED = request("/upload", "POST", ["Transfer-Encoding: chunked"])
WHOLE = request("/test/body", "POST", ["Transfer-Encoding: chunked"])


class Bombs(AbuseTest):
    environment = {"MARTLET_LINGER_TIMEOUT_MS": "300", "MARTLET_HEADER_TIMEOUT_MS": "2000",
                   "MARTLET_BODY_TIMEOUT_MS": "2000", "MARTLET_MAX_BODY_BYTES": str(8 * KIB)}

    def assert_refused(self, octets, status, endless=b"", growth=HEAD_BYTES):
        """Whoever sends `octets`, and `endless` behind them for ever, is told `status` and cut, again and again."""
        with self.contained(SENDERS * growth + BASE_BYTES, BUSY_P99_MS):
            until = time.monotonic() + SECONDS
            while time.monotonic() < until:
                with Crowd(self.demo.address, SENDERS) as crowd:
                    crowd.send(octets, endless)
                    self.assertTrue(crowd.await_end(10), "somebody goes on for ever")
                    self.assertEqual({tuple(member.statuses) for member in crowd}, {(status,)})

    def test_ten_thousand_fields_are_refused_with_431(self):
        self.assert_refused(START + b"A: b\r\n" * 10000 + b"\r\n", 431)

    def test_fields_without_an_end_are_refused_with_431(self):
        self.assert_refused(START, 431, endless=b"A: b\r\n" * 1000)

    def test_a_header_section_of_a_mebibyte_is_refused_with_431(self):
        self.assert_refused(START + (b"A: " + b"b" * 11000 + b"\r\n") * 95 + b"\r\n", 431)

    def test_one_giant_field_is_refused_with_431(self):
        self.assert_refused(START + b"A: " + b"b" * MIB + b"\r\n\r\n", 431)

    def test_a_field_name_without_an_end_is_refused_with_431(self):
        self.assert_refused(START, 431, endless=b"a" * 10000)

    def test_a_target_without_an_end_is_refused_with_414(self):
        self.assert_refused(b"GET /", 414, endless=b"a" * 10000)

    def test_a_method_without_an_end_is_refused_with_501(self):
        self.assert_refused(b"", 501, endless=b"A" * 10000)

    def test_empty_lines_without_an_end_are_refused(self):
        self.assert_refused(b"", 400, endless=b"\r\n" * 1000)

    def test_a_chunk_extension_without_an_end_is_refused(self):
        self.assert_refused(CHUNKED + b"5", 400, endless=b";a=b" * 1000)

    def test_a_quoted_chunk_extension_without_an_end_is_refused(self):
        self.assert_refused(CHUNKED + b'5;a="', 400, endless=b"b" * 10000)

    def test_extensions_on_each_of_many_chunks_are_refused(self):
        self.assert_refused(CHUNKED, 400, endless=b"1;abcdefghijklmnopqrstuvwxyz=0123456789\r\nx\r\n" * 100)

    def test_a_chunk_size_without_an_end_is_refused(self):
        self.assert_refused(CHUNKED, 400, endless=b"0" * 10000)

    def test_trailers_without_an_end_are_refused_with_431(self):
        self.assert_refused(WHOLE + b"1\r\nx\r\n0\r\n", 431, endless=b"A: b\r\n" * 1000, growth=BODY_BYTES)

    def test_trailers_without_an_end_break_a_streaming_body_off(self):
        self.assert_refused(CHUNKED + b"1\r\nx\r\n0\r\n", 400, endless=b"A: b\r\n" * 1000)

    def test_a_giant_trailer_is_refused_with_431(self):
        self.assert_refused(WHOLE + b"1\r\nx\r\n0\r\nA: ", 431, endless=b"b" * 10000, growth=BODY_BYTES)

    def test_chunks_without_an_end_are_refused_with_413(self):
        self.assert_refused(WHOLE, 413, endless=b"1\r\nx\r\n" * 1000, growth=BODY_BYTES)

    def test_a_huge_length_is_refused_with_413_before_a_body_comes(self):
        for length in [8 * KIB + 1, 2 ** 63 - 1]:
            with self.subTest(length):
                self.assert_refused(request("/test/body", "POST", [f"Content-Length: {length}"]), 413)

    def test_a_length_that_no_number_holds_is_refused_with_400(self):
        self.assert_refused(request("/upload", "POST", [f"Content-Length: {2 ** 64}"]), 400)


class HugeLengths(AbuseTest):
    environment = {"MARTLET_BODY_TIMEOUT_MS": "1000", "MARTLET_LINGER_TIMEOUT_MS": "300",
                   "MARTLET_MAX_BODY_BYTES": "9223372036854775807"}
    SENDERS = 1000

    def assert_waits_in_little_memory(self, target, length, body=b""):
        """Whoever announces a body that never comes costs what has come of it, until the body timeout."""
        with self.contained(self.SENDERS * 16 * KIB + BASE_BYTES), Crowd(self.demo.address, self.SENDERS) as crowd:
            crowd.send(request(target, "POST", [f"Content-Length: {length}"]) + body)
            self.assertTrue(crowd.await_end(10))
            self.assertEqual({tuple(member.statuses) for member in crowd}, {(408,)})

    def test_a_huge_length_takes_no_memory_before_its_octets_come(self):
        self.assert_waits_in_little_memory("/test/body", 2 ** 62, b"x")

    def test_a_huge_length_takes_no_memory_where_bodies_stream(self):
        self.assert_waits_in_little_memory("/upload", 2 ** 62, b"x")

    def test_a_length_that_is_trusted_takes_no_memory_before_its_octets_come(self):
        self.assert_waits_in_little_memory("/test/body", 65536, b"x")


class OneOctetChunks(AbuseTest):
    def test_a_body_of_one_octet_chunks_is_read_to_its_end_and_holds_nobody_up(self):
        count, senders, rounds = 100000, 10, 12
        with self.contained(senders * BODY_BYTES + BASE_BYTES, BUSY_P99_MS), Crowd(self.demo.address, senders) as crowd:
            for _ in range(rounds):
                crowd.send(CHUNKED + b"1\r\nx\r\n" * count + b"0\r\n\r\n")
                crowd.pump(10 * SLOWNESS, lambda: not any(member.wants_to_send() for member in crowd))
            crowd.pump(10 * SLOWNESS, lambda: all(member.got.count(b"HTTP/1.1") == rounds for member in crowd))
            for member in crowd:
                self.assertEqual([(answer.status, answer.text) for answer in member.answers],
                                 [(200, '{"bytes":%d}' % count)] * rounds)


if __name__ == "__main__":
    unittest.main()

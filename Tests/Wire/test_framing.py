"""Where messages begin and end, and whether the connection lives on: RFC 9112 §6, §7, §9."""
import json
import time
import unittest

from support import DemoTest
from wire import request

HELLO = b"Hello, World!"
UPLOAD = (b"POST /test/body HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\nContent-Type: text/plain\r\n"
          b"\r\n5;name=value;other=\"a;\\\"b\"\r\nhello\r\n0A \t; x\r\n, martlet!\r\n000\r\nX-Sum: 15\r\nX-Other: a\r\n\r\n")


class Framing(DemoTest):
    def test_takes_a_request_split_at_every_octet(self):
        octets = request("/users/%41%2Fb?c=d", fields=["Accept: */*", "X-Long: " + "v" * 40])
        wire = self.wire()
        for cut in range(1, len(octets)):
            wire.send(octets[:cut])
            time.sleep(0.0005)
            response = wire.ask(octets[cut:])
            self.assertEqual((response.status, response.text), (200, "User A/b\n"), f"cut at {cut}")

    def test_takes_a_request_octet_by_octet(self):
        wire = self.wire()
        for octet in UPLOAD:
            wire.send(bytes([octet]))
            time.sleep(0.0002)
        self.assertEqual(json.loads(wire.response().body)["bytes"], 15)
        self.assertEqual(wire.ask(request()).body, HELLO)

    def test_takes_a_chunked_upload_split_at_every_octet(self):
        wire = self.wire()
        for cut in range(1, len(UPLOAD)):
            wire.send(UPLOAD[:cut])
            time.sleep(0.0005)
            self.assertEqual(json.loads(wire.ask(UPLOAD[cut:]).body)["bytes"], 15, f"cut at {cut}")

    def test_takes_chunks_with_extensions_and_trailers(self):
        response = self.wire().ask(UPLOAD)
        self.assertEqual(json.loads(response.body), {"method": "POST", "contentType": "text/plain", "bytes": 15})

    def test_echoes_what_a_stream_brings_as_it_comes(self):
        wire = self.wire()
        wire.send(request("/echo", "POST", ["Transfer-Encoding: chunked"]) + b"3\r\nabc\r\n")
        response = wire.head()
        self.assertEqual(response["transfer-encoding"], "chunked")
        pieces = wire.pieces(response)
        self.assertEqual(next(pieces), b"abc", "the first chunk does not wait for the second")
        wire.send(b"2\r\nde\r\n0\r\n\r\n")
        self.assertEqual(b"".join(pieces), b"de")
        self.assertEqual(wire.ask(request()).body, HELLO)

    def test_keeps_the_length_of_an_echo(self):
        response = self.wire().ask(request("/echo", "POST", ["Content-Type: text/x-test"], b"one body"))
        self.assertEqual((response["content-length"], response["content-type"], response.body),
                         ("8", "text/x-test", b"one body"))

    def test_keeps_a_connection_of_http_1_1(self):
        wire = self.wire()
        for _ in range(3):
            response = wire.ask(request())
            self.assertIsNone(response["connection"])

    def test_closes_a_connection_of_http_1_1_when_asked_to(self):
        for value in ["close", "Close", "keep-alive, close", "x, close , y"]:
            with self.subTest(value):
                wire = self.wire()
                response = wire.ask(request(fields=[f"Connection: {value}"]))
                self.assertEqual((response.status, response.closes), (200, True))
                self.assertTrue(wire.is_at_end())

    def test_closes_a_connection_of_http_1_0(self):
        wire = self.wire()
        response = wire.ask(request(version="1.0", host=None))
        self.assertEqual((response.status, response.body, response.closes), (200, HELLO, True))
        self.assertTrue(wire.is_at_end())

    def test_keeps_a_connection_of_http_1_0_when_asked_to(self):
        wire = self.wire()
        for _ in range(3):
            response = wire.ask(request(version="1.0", fields=["Connection: keep-alive"]))
            self.assertEqual((response.body, response["connection"].lower()), (HELLO, "keep-alive"))

    def test_sends_an_endless_stream_to_http_1_0_until_close(self):
        wire = self.wire()
        octets = request("/events?count=2&ms=1", version="1.0", fields=["Connection: keep-alive"])
        response = wire.ask(octets)
        self.assertIsNone(response["transfer-encoding"])
        self.assertEqual(response.body.count(b"data: event"), 2)
        self.assertTrue(response.closes)

    def test_invites_a_body_that_waits_to_be_asked_for(self):
        for target in ["/test/body", "/upload", "/echo"]:
            with self.subTest(target):
                wire = self.wire()
                wire.send(request(target, "POST", ["Expect: 100-continue", "Content-Length: 4"]))
                self.assertEqual(wire.line(), b"HTTP/1.1 100 Continue\r\n")
                self.assertEqual(wire.fields(), [])
                self.assertEqual(wire.ask(b"body").status, 200)
                self.assertEqual(wire.ask(request()).body, HELLO)

    def test_invites_no_body_that_is_here_already(self):
        response = self.wire().ask(request("/test/body", "POST", ["Expect: 100-continue"], b"body"))
        self.assertEqual((response.status, json.loads(response.body)["bytes"]), (200, 4))

    def test_invites_no_body_that_it_will_refuse(self):
        for target, length, status in [("/nowhere", 4, 404), ("/hello", 4, 405), ("/test/body", 1 << 40, 413)]:
            with self.subTest(target):
                fields = ["Expect: 100-continue", f"Content-Length: {length}"]
                response = self.wire().ask(request(target, "POST", fields))
                self.assertEqual((response.status, response.closes), (status, True))

    def test_invites_nobody_in_http_1_0(self):
        wire = self.wire()
        wire.send(request("/test/body", "POST", ["Expect: 100-continue", "Content-Length: 4"], version="1.0"))
        time.sleep(0.05)
        self.assertEqual(wire.ask(b"body").status, 200)

    def test_answers_a_client_that_will_say_no_more(self):
        for target in ["/hello", "/slow?ms=30", "/async?ms=30", "/events?count=3&ms=10"]:
            with self.subTest(target):
                wire = self.wire()
                wire.send(request(target))
                wire.finish_sending()
                self.assertEqual(wire.response().status, 200)
                self.assertTrue(wire.is_at_end())

    def test_answers_all_that_was_pipelined_before_a_client_fell_silent(self):
        wire = self.wire()
        wire.send(request("/async?ms=30") + request("/slow?ms=0") + request())
        wire.finish_sending()
        self.assertEqual([wire.response().status for _ in range(3)], [200, 200, 200])
        self.assertTrue(wire.is_at_end())

    def test_answers_nothing_to_half_a_request(self):
        for octets in [b"GET /he", request()[:-1], request("/test/body", "POST", ["Content-Length: 9"]) + b"half"]:
            with self.subTest(octets):
                wire = self.wire()
                wire.send(octets)
                wire.finish_sending()
                self.assertTrue(wire.is_at_end())

    def test_passes_over_one_empty_line_before_a_request(self):
        wire = self.wire()
        self.assertEqual(wire.ask(b"\r\n" + request()).body, HELLO)
        self.assertEqual(wire.ask(b"\r\n" + request()).body, HELLO)

    def test_takes_a_target_in_absolute_form(self):
        octets = b"GET http://elsewhere:81/users/7?x HTTP/1.1\r\nHost: elsewhere:81\r\n\r\n"
        self.assertEqual(self.wire().ask(octets).text, "User 7\n")

    def test_takes_an_asterisk_for_options(self):
        response = self.wire().ask(b"OPTIONS * HTTP/1.1\r\nHost: localhost\r\n\r\n")
        self.assertEqual((response.status, response["allow"]), (204, "GET, HEAD, POST, PUT, OPTIONS"))

    def test_reads_over_a_body_that_no_route_wants(self):
        wire = self.wire()
        self.assertEqual(wire.ask(request("/nowhere", "POST", body=b"GET /hello HTTP/1.1\r\n\r\n")).status, 404)
        self.assertEqual(wire.ask(request("/hello", body=b"a body for GET")).body, HELLO)
        self.assertEqual(wire.ask(request()).body, HELLO)


if __name__ == "__main__":
    unittest.main()

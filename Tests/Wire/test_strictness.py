"""What RFC 9112 forbids is refused before any handler, with the right status and a closed connection."""
import unittest

from support import DemoTest
from wire import request

H = b"Host: localhost\r\n"
CHUNKED = H + b"Transfer-Encoding: chunked\r\n"


def post(fields, body=b""):
    return b"POST /test/body HTTP/1.1\r\n" + fields + b"\r\n" + body


def get(fields, target=b"/hello"):
    return b"GET " + target + b" HTTP/1.1\r\n" + fields + b"\r\n"


def chunked(body):
    return post(CHUNKED, body)


# Each would let two implementations disagree about where a message ends, or about who is asked.
SMUGGLING = {
    "length and chunked": post(CHUNKED + b"Content-Length: 5\r\n", b"0\r\n\r\n"),
    "length before chunked": post(H + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", b"0\r\n\r\n"),
    "two lengths that differ": post(H + b"Content-Length: 3\r\nContent-Length: 4\r\n", b"abcd"),
    "two lengths that agree": post(H + b"Content-Length: 3\r\nContent-Length: 3\r\n", b"abc"),
    "a list of lengths": post(H + b"Content-Length: 3, 3\r\n", b"abc"),
    "a length with a sign": post(H + b"Content-Length: +3\r\n", b"abc"),
    "a negative length": post(H + b"Content-Length: -1\r\n"),
    "an empty length": post(H + b"Content-Length: \r\n"),
    "a hexadecimal length": post(H + b"Content-Length: 0x3\r\n", b"abc"),
    "a length past 64 bits": post(H + b"Content-Length: 18446744073709551617\r\n", b"a"),
    "a length with white space in it": post(H + b"Content-Length: 1 0\r\n", b"a"),
    "chunked twice": post(H + b"Transfer-Encoding: chunked, chunked\r\n", b"0\r\n\r\n"),
    "chunked not last": post(H + b"Transfer-Encoding: chunked, gzip\r\n", b"0\r\n\r\n"),
    "nothing but empty members": post(H + b"Transfer-Encoding: , ,\r\n", b"0\r\n\r\n"),
    "chunked with a parameter": post(H + b"Transfer-Encoding: chunked;a=b\r\n", b"0\r\n\r\n"),
    "a coding that is no token": post(H + b"Transfer-Encoding: \x0bchunked\r\n", b"0\r\n\r\n"),
    "chunked in HTTP/1.0": chunked(b"0\r\n\r\n").replace(b"HTTP/1.1", b"HTTP/1.0"),
    "a space before the colon": post(H + b"Content-Length : 3\r\n", b"abc"),
    "a tab before the colon": post(H + b"Transfer-Encoding\t: chunked\r\n", b"0\r\n\r\n"),
    "a folded field": get(H + b"X-Long: a\r\n b\r\n"),
    "a folded first field": get(b" Host: localhost\r\n"),
    "a bare LF behind the request line": b"GET /hello HTTP/1.1\n" + H + b"\r\n",
    "a bare LF behind a field": get(b"Host: localhost\nX-A: b\r\n"),
    "a bare LF as the empty line": b"GET /hello HTTP/1.1\r\n" + H + b"\n",
    "a bare CR in a field": get(H + b"X-A: b\rc\r\n"),
    "a bare CR in the request line": b"GET /hello\r HTTP/1.1\r\n" + H + b"\r\n",
    "CR CR LF": get(H + b"X-A: b\r\r\n"),
    "a NUL in a field": get(H + b"X-A: b\0c\r\n"),
    "a NUL in the target": get(H, b"/hel\0lo"),
    "a control octet in a field": get(H + b"X-A: \x01\r\n"),
    "DEL in a field": get(H + b"X-A: \x7f\r\n"),
    "a field without a name": get(H + b": a\r\n"),
    "a field without a colon": get(H + b"X-A\r\n"),
    "an octet that no name may have": get(H + b"X(A): a\r\n"),
    "no Host": get(b""),
    "two Hosts": get(H + H),
    "a Host with white space": get(b"Host: a b\r\n"),
    "a Host with a user": get(b"Host: a@b\r\n"),
    "a Host with a path": get(b"Host: a/b\r\n"),
    "a Host with a port past 65535": get(b"Host: a:65536\r\n"),
    "a space in the target": get(H, b"/hel lo"),
    "two spaces before the version": b"GET /hello  HTTP/1.1\r\n" + H + b"\r\n",
    "a tab in the request line": b"GET\t/hello HTTP/1.1\r\n" + H + b"\r\n",
    "no version (HTTP/0.9)": b"GET /hello\r\n\r\n",
    "a version in lower case": b"GET /hello http/1.1\r\n" + H + b"\r\n",
    "a version without a minor": b"GET /hello HTTP/1\r\n" + H + b"\r\n",
    "a version with two digits": b"GET /hello HTTP/1.10\r\n" + H + b"\r\n",
    "a fragment in the target": get(H, b"/hello#top"),
    "a broken escape in the target": get(H, b"/users/%zz"),
    "an octet past ASCII in the target": get(H, b"/caf\xc3\xa9"),
    "a target without a slash": get(H, b"hello"),
    "an asterisk for GET": get(H, b"*"),
    "an empty line twice before the request": b"\r\n\r\n" + get(H),
    "TLS on a plain port": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
}

CHUNKS = {
    "a size that is no number": b"x\r\n",
    "a size of 17 digits": b"00000000000000001\r\na\r\n0\r\n\r\n",
    "a size past 63 bits": b"ffffffffffffffff\r\n",
    "a size with a sign": b"+1\r\na\r\n0\r\n\r\n",
    "a size with 0x": b"0x1\r\na\r\n0\r\n\r\n",
    "an empty size": b"\r\na\r\n",
    "a space before the size": b" 1\r\na\r\n0\r\n\r\n",
    "a bare LF behind the size": b"1\na\r\n0\r\n\r\n",
    "a bare LF in an extension": b"1;a\nb\r\na\r\n0\r\n\r\n",
    "a bare CR behind the size": b"1\ra\r\n0\r\n\r\n",
    "a chunk longer than its size": b"1\r\nab\r\n0\r\n\r\n",
    "a bare LF behind the data": b"1\r\na\n0\r\n\r\n",
    "a length in the trailers": b"0\r\nContent-Length: 1\r\n\r\n",
    "a coding in the trailers": b"0\r\nTransfer-Encoding: chunked\r\n\r\n",
    "a folded trailer": b"0\r\nX-A: b\r\n c\r\n\r\n",
}


class Strictness(DemoTest):
    def refused(self, octets, status):
        """One answer with that status, and the end: nothing behind it is taken for a request."""
        wire = self.wire()
        wire.send(octets + request("/hello"))
        response = wire.response()
        self.assertEqual(response.status, status)
        self.assertTrue(response.closes, "the answer does not say that the connection closes")
        self.assertTrue(wire.is_at_end(), "a second answer came behind the refusal")
        return response

    def test_refuses_what_smuggling_lives_on_with_400(self):
        for name, octets in SMUGGLING.items():
            with self.subTest(name):
                self.refused(octets, 400)

    def test_refuses_broken_chunks_with_400(self):
        for name, body in CHUNKS.items():
            with self.subTest(name):
                self.refused(chunked(body), 400)

    def test_refuses_broken_chunks_that_are_streamed_to_a_handler(self):
        for name, body in CHUNKS.items():
            with self.subTest(name):
                octets = chunked(body).replace(b"/test/body", b"/upload")
                self.refused(octets, 400)

    def test_refuses_a_request_line_over_its_limit_with_414(self):
        line = len("GET / HTTP/1.1")
        with self.subTest("at the limit"):
            response = self.wire().ask(request("/" + "a" * (8192 - line)))
            self.assertEqual(response.status, 404)
        with self.subTest("one past it"):
            self.refused(request("/" + "a" * (8193 - line)), 414)
        with self.subTest("far past it, without an end"):
            self.refused(b"GET /" + b"a" * 20000, 414)

    def test_refuses_a_head_over_its_size_with_431(self):
        bare = len(request("/hello", fields=["X-Fill: "]))
        with self.subTest("at the limit"):
            octets = request("/hello", fields=["X-Fill: " + "a" * (16384 - bare)])
            self.assertEqual(len(octets), 16384)
            self.assertEqual(self.wire().ask(octets).status, 200)
        with self.subTest("one past it"):
            self.refused(request("/hello", fields=["X-Fill: " + "a" * (16385 - bare)]), 431)

    def test_refuses_a_field_too_many_with_431(self):
        with self.subTest("at the limit"):
            response = self.wire().ask(request("/hello", fields=["X: y"] * 99))
            self.assertEqual(response.status, 200)
        with self.subTest("one past it"):
            self.refused(request("/hello", fields=["X: y"] * 100), 431)

    def test_refuses_with_a_whole_answer_whatever_was_asked_before(self):
        """A refusal belongs to no method: that of an earlier request must not decide about its body."""
        for octets in [b"\0 / HTTP/1.1\r\n\r\n", b"nonsense\r\n\r\n", b"GET /" + b"a" * 20000]:
            with self.subTest(octets[:20]):
                wire = self.wire()
                for _ in range(3):
                    self.assertEqual(wire.ask(request("/hello", "HEAD"), "HEAD").status, 200)
                response = wire.ask(octets)
                self.assertIn(response.status, (400, 414))
                self.assertNotEqual(response.body, b"")
                self.assertTrue(wire.is_at_end())

    def test_answers_501_to_a_method_nobody_defined(self):
        for method in ["BREW", "get", "PROPFIND", "PRI"]:
            with self.subTest(method):
                self.assertEqual(self.wire().ask(request("/hello", method)).status, 501)

    def test_answers_501_to_connect(self):
        octets = b"CONNECT example.org:443 HTTP/1.1\r\nHost: example.org:443\r\n\r\n"
        self.assertEqual(self.wire().ask(octets).status, 501)

    def test_refuses_an_unknown_transfer_coding_with_501(self):
        self.refused(post(H + b"Transfer-Encoding: gzip, chunked\r\n", b"0\r\n\r\n"), 501)

    def test_refuses_other_versions_with_505(self):
        for version in ["2.0", "0.9", "3.1", "9.9"]:
            with self.subTest(version):
                self.refused(request("/hello", version=version), 505)
        with self.subTest("the preface of HTTP/2"):
            self.refused(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505)

    def test_reads_a_higher_minor_version_as_its_own(self):
        self.assertEqual(self.wire().ask(request("/hello", version="1.2")).status, 200)

    def test_refuses_an_unknown_expectation_with_417(self):
        self.refused(request("/test/body", "POST", ["Expect: 200-maybe"], b"a"), 417)

    def test_refuses_a_body_over_its_limit_with_413(self):
        with self.subTest("announced"):
            octets = request("/test/body", "POST", ["Content-Length: 1048577"])
            response = self.wire().ask(octets)
            self.assertEqual((response.status, response.closes), (413, True))
        with self.subTest("in chunks"):
            wire = self.wire()
            wire.send(request("/test/body", "POST", ["Transfer-Encoding: chunked"]))
            wire.send(b"100001\r\n" + bytes(0x100001) + b"\r\n0\r\n\r\n")
            response = wire.response()
            self.assertEqual((response.status, response.closes), (413, True))
        with self.subTest("at the limit"):
            response = self.wire().ask(request("/test/body", "POST", body=bytes(1048576)))
            self.assertEqual(response.status, 200)


if __name__ == "__main__":
    unittest.main()

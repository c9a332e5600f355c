"""WSGI: what an application is given."""
import json
import queue
import socket
import unittest
from wsgiref.validate import validator

from support import ask
from wsgi_support import answering, both_ways, serving


def send_raw(port, octets):
    """Everything that one connection answers to those octets, once they were all that came."""
    with socket.create_connection(("127.0.0.1", port), timeout=20) as peer:
        peer.sendall(octets)
        peer.shutdown(socket.SHUT_WR)
        answer = b""
        while piece := peer.recv(65536):
            answer += piece
        return answer


def tell_environ(environ, start_response):
    start_response("200 OK", [("Content-Type", "application/json")])
    return [json.dumps({name: value for name, value in environ.items() if isinstance(value, (str, bool))}).encode()]


def environ_of(threads, octets, **options):
    with serving(tell_environ, threads, **options) as port:
        head, _, body = send_raw(port, octets.replace(b"PORT", str(port).encode())).partition(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 200"), head
        return json.loads(body), port


class Environ(unittest.TestCase):
    @both_ways
    def test_a_request_line_is_taken_apart(self, threads):
        environ, port = environ_of(threads, b"GET /a%20b/%C3%A9?x=%20&y HTTP/1.1\r\nHost: h\r\n\r\n")
        wanted = {"REQUEST_METHOD": "GET", "PATH_INFO": "/a b/\u00c3\u00a9", "QUERY_STRING": "x=%20&y", "SCRIPT_NAME": "",
                  "REQUEST_URI": "/a%20b/%C3%A9?x=%20&y", "SERVER_PROTOCOL": "HTTP/1.1", "SERVER_NAME": "127.0.0.1",
                  "SERVER_PORT": str(port), "REMOTE_ADDR": "127.0.0.1", "wsgi.url_scheme": "http"}
        self.assertEqual({name: environ.get(name) for name in wanted}, wanted)
        self.assertTrue(environ["REMOTE_PORT"].isdigit())

    @both_ways
    def test_fields_of_one_name_are_joined_and_cookies_by_semicolons(self, threads):
        environ, _ = environ_of(threads, b"GET / HTTP/1.0\r\nHost: h\r\nX-A: 1\r\nx-a: 2\r\nCookie: a=1\r\ncookie: b=2\r\n\r\n")
        self.assertEqual((environ["HTTP_X_A"], environ["HTTP_COOKIE"]), ("1,2", "a=1; b=2"))
        self.assertEqual(environ["SERVER_PROTOCOL"], "HTTP/1.0")

    def test_a_field_that_could_pass_for_another_is_left_out(self):
        environ, _ = environ_of(4, b"GET / HTTP/1.1\r\nHost: h\r\nX_User: root\r\nProxy: evil\r\n\r\n")
        self.assertNotIn("HTTP_X_USER", environ)
        self.assertNotIn("HTTP_PROXY", environ)

    def test_octets_beyond_ascii_are_latin_1(self):
        environ, _ = environ_of(4, b"GET / HTTP/1.1\r\nHost: h\r\nX-Name: \xc3\xa9\r\n\r\n")
        self.assertEqual(environ["HTTP_X_NAME"], "\u00c3\u00a9")

    def test_names_that_are_long_or_share_a_place_in_the_table_stay_apart(self):
        fields = {f"X-{'a' * (index % 40)}-{index}": str(index) for index in range(90)}
        lines = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
        for _ in range(2):
            environ, _ = environ_of(4, f"GET / HTTP/1.1\r\nHost: h\r\n{lines}\r\n".encode())
            for name, value in fields.items():
                self.assertEqual(environ["HTTP_" + name.upper().replace("-", "_")], value)

    def test_content_type_and_length_have_names_of_their_own(self):
        environ, _ = environ_of(4, b"POST / HTTP/1.1\r\nHost: h\r\nContent-Type: a/b\r\nContent-Length: 3\r\n\r\nabc")
        self.assertEqual((environ["CONTENT_TYPE"], environ["CONTENT_LENGTH"]), ("a/b", "3"))
        self.assertFalse({"HTTP_CONTENT_TYPE", "HTTP_CONTENT_LENGTH"} & set(environ))

    def test_a_root_path_is_the_script_name_and_no_part_of_the_path(self):
        for target, path in ((b"/x", "/x"), (b"/root/x", "/x"), (b"/root", ""), (b"/rooted", "/rooted")):
            environ, _ = environ_of(4, b"GET " + target + b" HTTP/1.1\r\nHost: h\r\n\r\n", root_path="/root")
            self.assertEqual((environ["SCRIPT_NAME"], environ["PATH_INFO"]), ("/root", path))

    def test_the_flags_say_how_many_threads_there_are(self):
        for threads, is_many in ((0, False), (1, False), (2, True)):
            environ, _ = environ_of(threads, b"GET / HTTP/1.1\r\nHost: h\r\n\r\n")
            self.assertEqual(environ["wsgi.multithread"], is_many)
            self.assertFalse(environ["wsgi.multiprocess"] or environ["wsgi.run_once"])


def echo(environ, start_response):
    body = environ["wsgi.input"].read()
    start_response("200 OK", [("Content-Type", "text/plain"), ("X-Length", environ.get("CONTENT_LENGTH", "none"))])
    return [body]


def chunked(size, pieces):
    return b"".join(b"%x\r\n%s\r\n" % (size, b"c" * size) for _ in range(pieces)) + b"0\r\n\r\n"


class Bodies(unittest.TestCase):
    @both_ways
    def test_a_body_is_read_whole(self, threads):
        with serving(echo, threads, max_body_bytes=2**24) as port:
            for size in (0, 1, 70000, 262144, 3_000_000):
                self.assertEqual(ask(port, "POST", "/", b"x" * size).body, b"x" * size)

    @both_ways
    def test_a_chunked_body_has_a_length_when_it_is_there_whole(self, threads):
        with serving(echo, threads, max_body_bytes=2**24) as port:
            answer = ask(port, "POST", "/", iter([b"abc", b"def"]))
            self.assertEqual((answer.body, answer.headers["x-length"]), (b"abcdef", "6"))
            self.assertEqual(len(ask(port, "POST", "/", iter([b"c" * 65536] * 30)).body), 30 * 65536)

    @both_ways
    def test_a_body_is_read_by_pieces_and_lines(self, threads):
        def app(environ, start_response):
            given = environ["wsgi.input"]
            told = [given.read(3), given.readline(), given.readline(4), *given, given.read(), given.readline()]
            start_response("200 OK", [("Content-Type", "text/plain")])
            return [repr(told).encode()]

        body = b"abcde\nfghijk\nlm\n" + b"n" * 400_000 + b"\no"
        told = [b"abc", b"de\n", b"fghi", b"jk\n", b"lm\n", b"n" * 400_000 + b"\n", b"o", b"", b""]
        with serving(app, threads) as port:
            self.assertEqual(ask(port, "POST", "/", body).body, repr(told).encode())

    def test_a_large_body_waits_for_its_reader_and_is_never_whole_in_memory(self):
        def app(environ, start_response):
            size, longest = 0, 0
            while piece := environ["wsgi.input"].read1(1 << 20):
                size, longest = size + len(piece), max(longest, len(piece))
            start_response("200 OK", [("Content-Type", "text/plain")])
            return [b"%d %d" % (size, longest)]

        with serving(app, max_body_bytes=2**26) as port:
            size, longest = map(int, ask(port, "POST", "/", b"u" * 2**26).body.split())
        self.assertEqual(size, 2**26)
        self.assertLessEqual(longest, 1 << 20)

    @both_ways
    def test_a_body_that_nobody_reads_does_not_disturb_the_next_request(self, threads):
        with serving(answering(), threads, max_body_bytes=2**22) as port:
            for size in (10, 280_000):
                request = b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: %d\r\n\r\n" % size + b"x" * size
                answers = send_raw(port, request + b"GET / HTTP/1.1\r\nHost: h\r\n\r\n")
                self.assertEqual(answers.count(b"HTTP/1.1 200"), 2, answers)

    @both_ways
    def test_a_body_past_the_limit_is_413_and_the_application_never_called(self, threads):
        called = []
        with serving(lambda environ, start: called.append(1), threads, max_body_bytes=1000) as port:
            self.assertEqual(ask(port, "POST", "/", b"x" * 1001).status, 413)
            octets = b"POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n" + chunked(600, 2)
            self.assertIn(b"HTTP/1.1 413", send_raw(port, octets))
        self.assertEqual(called, [])

    def test_a_body_that_breaks_off_raises_where_it_is_read(self):
        raised = queue.Queue()

        def app(environ, start_response):
            try:
                environ["wsgi.input"].read()
            except ConnectionError as error:
                raised.put(str(error))
            return answering()(environ, start_response)

        with serving(app) as port:
            with socket.create_connection(("127.0.0.1", port)) as peer:
                peer.sendall(b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1000000\r\n\r\n" + b"x" * 500_000)
            self.assertEqual(raised.get(timeout=20), "the request's body broke off")

    @both_ways
    def test_who_asks_whether_to_send_is_told_to(self, threads):
        octets = b"POST / HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\nabc"
        with serving(echo, threads) as port:
            self.assertTrue(send_raw(port, octets).endswith(b"abc"))


class Validated(unittest.TestCase):
    @both_ways
    def test_wsgirefs_validator_has_nothing_to_say(self, threads):
        def app(environ, start_response):
            body = environ["wsgi.input"].read(10)
            start_response("200 OK", [("Content-Type", "text/plain")])
            return [b"<", body, b">"]

        with serving(validator(app), threads) as port:
            self.assertEqual(ask(port, "GET", "/?a=b").body, b"<>")
            self.assertEqual(ask(port, "POST", "/x", b"abc").body, b"<abc>")
            self.assertEqual(ask(port, "HEAD", "/").body, b"")


if __name__ == "__main__":
    unittest.main()

"""WSGI: what an application answers, and what becomes of it."""
import io
import os
import socket
import sys
import tempfile
import threading
import time
import unittest

from support import ask
from wsgi_support import answering, both_ways, serving


def raw(port, octets):
    with socket.create_connection(("127.0.0.1", port), timeout=20) as peer:
        peer.sendall(octets)
        answer = b""
        while piece := peer.recv(65536):
            answer += piece
        return answer


def get(method=b"GET", version=b"1.1"):
    return method + b" / HTTP/" + version + b"\r\nHost: h\r\nConnection: close\r\n\r\n"


class Counted:
    """An iterable that counts how often it is closed."""

    def __init__(self, pieces):
        self.pieces = iter(pieces)
        self.closed = 0
        self.is_closed = threading.Event()

    def __iter__(self):
        return self.pieces

    def close(self):
        self.closed += 1
        self.is_closed.set()


class Answers(unittest.TestCase):
    @both_ways
    def test_one_piece_or_a_list_leaves_with_its_length(self, threads):
        for body in ([b"abc"], (b"abc",), [b"a", b"bc"], [b"", b"abc", b""]):
            with serving(answering(body), threads) as port:
                answer = ask(port, "GET", "/")
                self.assertEqual((answer.body, answer.headers["content-length"]), (b"abc", "3"))

    @both_ways
    def test_a_generator_is_streamed_and_each_piece_sent_before_the_next_is_asked_for(self, threads):
        gate = threading.Event()

        def app(environ, start_response):
            start_response("200 OK", [("Content-Type", "text/plain")])
            yield b"first"
            if threads:
                gate.wait(20)
            yield b""
            yield b"second"

        with serving(app, threads) as port, socket.create_connection(("127.0.0.1", port), timeout=20) as peer:
            peer.sendall(get())
            came = b""
            while b"first" not in came:
                came += peer.recv(65536)
            gate.set()
            while piece := peer.recv(65536):
                came += piece
        self.assertIn(b"Transfer-Encoding: chunked", came)
        self.assertTrue(came.endswith(b"5\r\nfirst\r\n6\r\nsecond\r\n0\r\n\r\n"), came)

    @both_ways
    def test_an_announced_length_is_kept_by_a_stream(self, threads):
        for pieces in ([b"abcdef"], [b"abc", b"def"]):
            with serving(answering(iter(pieces), fields=[("Content-Length", "6")]), threads) as port:
                answer = ask(port, "GET", "/")
                self.assertEqual((answer.body, answer.headers["content-length"]), (b"abcdef", "6"))
                self.assertNotIn("transfer-encoding", answer.headers)

    @both_ways
    def test_more_than_was_announced_is_cut_off_and_less_ends_the_connection(self, threads):
        for body in ([b"abcdefg"], iter([b"abc", b"defg"]), [b"abc"], iter([b"ab"])):
            with serving(answering(body, fields=[("Content-Length", "5")]), threads) as port, \
                    self.assertLogs("martlet.error"):
                head, _, sent = raw(port, get()).partition(b"\r\n\r\n")
                self.assertIn(b"Content-Length: 5", head)
                self.assertLessEqual(len(sent), 5)

    @both_ways
    def test_a_download_larger_than_any_buffer_waits_for_its_reader(self, threads):
        asked = []

        def pieces():
            for index in range(400):
                asked.append(index)
                yield b"x" * 65536

        with serving(lambda *given: answering(pieces())(*given), threads) as port, \
                socket.create_connection(("127.0.0.1", port), timeout=20) as peer:
            peer.sendall(get(version=b"1.0"))
            time.sleep(0.3)
            self.assertLess(len(asked), 390, "the application was not told to wait")
            size = 0
            while piece := peer.recv(1 << 20):
                size += len(piece)
        self.assertGreater(size, 400 * 65536)

    @both_ways
    def test_close_is_called_once_whatever_the_way_to_the_end(self, threads):
        def raising():
            yield b"abc"
            raise ValueError("planted")

        for pieces in ([b"whole"], [b"a", b"b"], [], raising()):
            result = Counted(pieces)
            with serving(answering(result), threads) as port, self.assertLogs("martlet.error") as logs:
                logs.records.append(None)
                raw(port, get())
            self.assertEqual(result.closed, 1)

    @both_ways
    def test_close_is_called_when_the_client_leaves_in_the_middle(self, threads):
        result = Counted(b"x" * 65536 for _ in range(100_000))
        with serving(answering(result), threads) as port:
            with socket.create_connection(("127.0.0.1", port)) as peer:
                peer.sendall(get())
                peer.recv(65536)
            self.assertTrue(result.is_closed.wait(20))
            self.assertEqual(ask(port, "HEAD", "/").status, 200)
        self.assertEqual(result.closed, 2)

    @both_ways
    def test_head_has_the_length_of_the_body_and_not_the_body(self, threads):
        for body, fields in (([b"abc"], []), ([], [("Content-Length", "3")]), (iter([b"abc"]), [("Content-Length", "3")])):
            with serving(answering(body, fields=fields), threads) as port:
                answer = raw(port, get(b"HEAD"))
                self.assertIn(b"Content-Length: 3\r\n", answer)
                self.assertTrue(answer.endswith(b"\r\n\r\n"), answer)

    @both_ways
    def test_204_and_304_have_no_body(self, threads):
        for status in ("204 No Content", "304 Not Modified"):
            for body in ([], [b"abc"], iter([b"a", b"b"])):
                with serving(answering(body, status, [("Content-Length", "3"), ("ETag", '"e"')]), threads) as port:
                    answer = raw(port, get())
                    self.assertIn(b'ETag: "e"', answer)
                    self.assertNotIn(b"Transfer-Encoding", answer)
                    self.assertTrue(answer.endswith(b"\r\n\r\n"), answer)

    @both_ways
    def test_what_is_written_comes_before_what_is_returned(self, threads):
        def app(environ, start_response):
            write = start_response("200 OK", [("Content-Type", "text/plain")])
            write(b"one ")
            write(b"two ")
            return [b"three", b"!"]

        with serving(app, threads) as port:
            self.assertEqual(ask(port, "GET", "/").body, b"one two three!")

    @both_ways
    def test_a_regular_file_is_sent_from_where_it_is_read(self, threads):
        with tempfile.TemporaryFile() as file:
            file.write(b"skipped" + b"f" * 3_000_000)
            for fields, size in (([], 3_000_000), ([("Content-Length", "1000")], 1000)):
                def app(environ, start_response):
                    start_response("200 OK", fields)
                    copy = os.fdopen(os.dup(file.fileno()), "rb")
                    copy.seek(7)
                    return environ["wsgi.file_wrapper"](copy)

                with serving(app, threads) as port:
                    self.assertEqual(ask(port, "GET", "/").body, b"f" * size)
                    self.assertEqual(ask(port, "HEAD", "/").headers["content-length"], str(size))

    @both_ways
    def test_what_is_like_a_file_is_read_and_closed(self, threads):
        for file in (io.BytesIO(b"bytes"), os.fdopen(self.pipe(b"bytes"), "rb")):
            def app(environ, start_response):
                start_response("200 OK", [])
                return environ["wsgi.file_wrapper"](file, 2)

            with serving(app, threads) as port:
                self.assertEqual(ask(port, "GET", "/").body, b"bytes")
            self.assertTrue(file.closed)

    @staticmethod
    def pipe(octets):
        readable, writable = os.pipe()
        os.write(writable, octets)
        os.close(writable)
        return readable


class Faults(unittest.TestCase):
    def assert_refused(self, app, sentence, threads):
        """500 with the sentence in the log, and the next request as if nothing had been."""
        with serving(app, threads) as port, self.assertLogs("martlet.error") as logs:
            answer = ask(port, "GET", "/")
            self.assertEqual((answer.status, answer.body), (500, b"Internal Server Error\n"))
            self.assertNotIn("x-before", answer.headers)
            self.assertEqual(ask(port, "GET", "/").status, 500)
        self.assertIn(sentence, "\n".join(logs.output))

    @both_ways
    def test_what_cannot_be_an_answer_is_500_with_the_reason_in_the_log(self, threads):
        faults = [
            (answering(status="OK"), "the status 'OK' is not of the form"),
            (answering(status="99 Low"), "the status '99 Low' is not of the form"),
            (answering(status="600 High"), "with a code from 200 to 599"),
            (answering(status=200), "the status has to be text such as '200 OK', not 200"),
            (answering(fields=[("X-Before", "1"), ("Connection", "close")]), "('Connection', 'close') is hop-by-hop"),
            (answering(fields=[("Transfer-Encoding", "chunked")]), "is hop-by-hop"),
            (answering(fields=[("X-Before", "1"), ("X", "a\r\nSet-Cookie: b")]), "cannot be sent"),
            (answering(fields=[("X Y", "a")]), "its name is no token"),
            (answering(fields=[("X", 1)]), "has to be a tuple of two texts"),
            (answering(fields=[["X", "a"]]), "has to be a tuple of two texts"),
            (answering(fields=[("X", "\u20ac")]), "beyond latin-1"),
            (answering(fields=[("Content-Length", "-1")]), "is no number of bytes"),
            (answering(fields=[("Content-Length", "2\0")]), "is no number of bytes"),
            (answering(["text"]), "has to be bytes, not 'text'"),
            (lambda *given: answering(iter(["text"]))(*given), "has to be bytes, not 'text'"),
            (answering(None), "NoneType"),
            (lambda environ, start_response: [b"x"], "did not call start_response"),
            (lambda environ, start_response: 1 / 0, "ZeroDivisionError"),
        ]
        for app, sentence in faults:
            with self.subTest(sentence):
                self.assert_refused(app, sentence, threads)

    @both_ways
    def test_raising_behind_the_head_cuts_the_connection(self, threads):
        def app(environ, start_response):
            start_response("200 OK", [])
            yield b"abc"
            raise ValueError("planted")

        with serving(app, threads) as port, self.assertLogs("martlet.error") as logs:
            answer = raw(port, b"GET / HTTP/1.1\r\nHost: h\r\n\r\n")
        self.assertIn(b"3\r\nabc\r\n", answer)
        self.assertFalse(answer.endswith(b"0\r\n\r\n"))
        self.assertIn("ValueError: planted", "\n".join(logs.output))

    @both_ways
    def test_start_response_twice_is_refused_unless_it_says_what_went_wrong(self, threads):
        def twice(environ, start_response):
            start_response("200 OK", [])
            start_response("200 OK", [])

        self.assert_refused(twice, "start_response was called already", threads)

        def corrected(environ, start_response):
            start_response("200 OK", [("X-Before", "1"), ("Content-Length", "100")])
            try:
                raise ValueError("planted")
            except ValueError:
                start_response("503 Busy", [("X-After", "1")], sys.exc_info())
            return [b"sorry"]

        with serving(corrected, threads) as port:
            answer = ask(port, "GET", "/")
        self.assertEqual((answer.status, answer.body), (503, b"sorry"))
        self.assertEqual(("x-before" in answer.headers, answer.headers["x-after"]), (False, "1"))

    @both_ways
    def test_an_error_behind_the_head_is_raised_again(self, threads):
        raised = []

        def app(environ, start_response):
            start_response("200 OK", [])(b"abc")
            try:
                raise ValueError("planted")
            except ValueError as planted:
                try:
                    start_response("500 Broken", [], sys.exc_info())
                except ValueError as again:
                    raised.append(again is planted)
            return []

        with serving(app, threads) as port:
            self.assertEqual(ask(port, "GET", "/").body, b"abc")
        self.assertEqual(raised, [True])

    @both_ways
    def test_what_is_kept_of_a_request_raises_when_it_is_over(self, threads):
        kept = []

        def app(environ, start_response):
            kept.append((start_response, start_response("200 OK", [])))
            return [b"ok"]

        with serving(app, threads) as port:
            ask(port, "GET", "/")
            start_response, write = kept[0]
            with self.assertRaises(RuntimeError):
                start_response("200 OK", [])
            with self.assertRaises(RuntimeError):
                write(b"more")
        with self.assertRaises(RuntimeError):
            write(b"more")

    def test_threads_serve_at_once_and_a_slow_one_keeps_nobody_waiting(self):
        gate = threading.Event()

        def app(environ, start_response):
            if environ["PATH_INFO"] == "/slow":
                gate.wait(20)
            return answering()(environ, start_response)

        with serving(app, threads=2) as port:
            slow = threading.Thread(target=ask, args=(port, "GET", "/slow"))
            slow.start()
            for _ in range(20):
                self.assertEqual(ask(port, "GET", "/fast").status, 200)
            gate.set()
            slow.join()

    @both_ways
    def test_an_application_that_empties_its_environment_costs_no_thread(self, threads):
        def app(environ, start_response):
            environ.clear()
            return answering()(environ, start_response)

        with serving(app, threads, access=print) as port, self.assertLogs("martlet.error"):
            for _ in range(6):
                self.assertEqual(ask(port, "GET", "/").status, 200)

    @both_ways
    def test_access_is_told_of_each_request(self, threads):
        told = []
        with serving(answering(status="202 Accepted"), threads, access=lambda *line: told.append(line)) as port:
            ask(port, "GET", "/a%20b?c")
        [(peer, *rest)] = told
        self.assertRegex(peer, r"^127\.0\.0\.1:\d+$")
        self.assertEqual(rest, ["GET", "/a%20b?c", "1.1", 202])


if __name__ == "__main__":
    unittest.main()

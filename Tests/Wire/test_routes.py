"""Every route of the demo, asked by curl: exact status, fields and body."""
import json
import time
import unittest

from support import DemoTest
from wire import request

TEXT = "text/plain; charset=utf-8"
# Target · content type · body.
PLAIN = [
    ("/hello", TEXT, "Hello, World!"),
    ("/hello?a=b&c", TEXT, "Hello, World!"),
    ("/users/42", TEXT, "User 42\n"),
    ("/users/J%C3%BCrgen%20M", TEXT, "User Jürgen M\n"),
    ("/users/a%2Fb", TEXT, "User a/b\n"),
    ("/slow?ms=1", TEXT, "Blocked a worker for 1 ms.\n"),
    ("/async?ms=1", TEXT, "Waited for 1 ms without a thread.\n"),
    ("/api/health", "application/json", '{"status":"ok"}'),
]
# Target · what its Allow says.
METHODS = [
    ("/", "GET, HEAD, OPTIONS"),
    ("/hello", "GET, HEAD, OPTIONS"),
    ("/api/status", "GET, HEAD, OPTIONS"),
    ("/api/health", "GET, HEAD, OPTIONS"),
    ("/users/42", "GET, HEAD, OPTIONS"),
    ("/slow", "GET, HEAD, OPTIONS"),
    ("/async", "GET, HEAD, OPTIONS"),
    ("/events", "GET, HEAD, OPTIONS"),
    ("/download", "GET, HEAD, OPTIONS"),
    ("/static/hello.txt", "GET, HEAD, OPTIONS"),
    ("/test/body", "POST, PUT, OPTIONS"),
    ("/echo", "POST, OPTIONS"),
    ("/upload", "POST, OPTIONS"),
]
COMMON = {"date", "server", "content-type", "content-length"}


class Routes(DemoTest):
    def test_answers_the_plain_routes(self):
        for target, content_type, body in PLAIN:
            with self.subTest(target):
                response = self.curl(target)
                self.assertEqual((response.status, response.reason, response.text), (200, "OK", body))
                self.assertEqual(response["content-type"], content_type)
                self.assertEqual(response["content-length"], str(len(body.encode())))
                self.assertEqual(response["server"], "martlet")
                more = {"cache-control"} if target == "/api/health" else set()
                self.assertEqual({name for name, _ in response.fields}, COMMON | more)

    def test_answers_head_with_the_fields_of_get(self):
        for target, _, _ in PLAIN:
            with self.subTest(target):
                head, whole = self.curl(target, "-I", method="HEAD"), self.curl(target)
                unsteady = lambda fields: [pair for pair in fields if pair[0] != "date"]
                self.assertEqual((head.status, unsteady(head.fields)), (200, unsteady(whole.fields)))

    def test_shows_a_page_that_links_the_rest(self):
        response = self.curl("/")
        self.assertEqual((response.status, response["content-type"]), (200, "text/html; charset=utf-8"))
        for target in ["/hello", "/api/status", "/users/42", "/events", "/static/hello.txt", "/test/body", "/echo"]:
            self.assertIn(target, response.text)

    def test_counts_what_it_served(self):
        before, after = self.curl("/api/status"), self.curl("/api/status")
        self.assertEqual((after.status, after["content-type"]), (200, "application/json"))
        before, after = json.loads(before.body), json.loads(after.body)
        self.assertEqual(set(after), {"version", "engine", "uptimeSeconds", "connections", "requests"})
        self.assertEqual(after["requests"]["total"], before["requests"]["total"] + 1)
        self.assertEqual(after["connections"]["total"], before["connections"]["total"] + 1)
        self.assertEqual(after["requests"]["active"], 1)
        self.assertGreater(after["uptimeSeconds"], before["uptimeSeconds"])
        self.assertRegex(after["version"], r"^\d+\.\d+\.\d+")

    def test_reports_the_body_that_it_received(self):
        for method in ["POST", "PUT"]:
            with self.subTest(method):
                response = self.curl("/test/body", "-X", method, "-H", "Content-Type: text/x-test", body=b"twelve bytes")
                self.assertEqual((response.status, response["content-type"]), (200, "application/json"))
                self.assertEqual(json.loads(response.body),
                                 {"method": method, "contentType": "text/x-test", "bytes": 12})

    def test_takes_bodies_that_curl_sends_in_chunks_or_after_an_invitation(self):
        for arguments in [["-H", "Transfer-Encoding: chunked"], ["-H", "Expect: 100-continue"]]:
            with self.subTest(arguments):
                body = b"x" * 300000
                response = self.curl("/echo", *arguments, "-H", "Content-Type: text/x-test", body=body)
                self.assertEqual((response.status, response["content-type"]), (200, "text/x-test"))
                self.assertEqual(response.body, body)
                response = self.curl("/upload", *arguments, body=body)
                self.assertEqual(json.loads(response.body), {"bytes": 300000})

    def test_serves_a_file_of_its_own(self):
        response = self.curl("/static/hello.txt")
        self.assertEqual((response.status, response.text), (200, "Hello from a file.\n"))
        self.assertEqual(self.curl("/static/martlet.svg")["content-type"], "image/svg+xml")

    def test_downloads_what_was_asked_for(self):
        for count in [0, 1, 65536, 1000000]:
            with self.subTest(count):
                response = self.curl(f"/download?bytes={count}")
                self.assertEqual((response.status, response["content-length"]), (200, str(count)))
                self.assertEqual(response.body, (b"0123456789abcdef" * (count // 16 + 1))[:count])

    def test_sends_events_one_by_one(self):
        wire, began = self.wire(), time.monotonic()
        wire.send(request("/events?count=4&ms=150"))
        response = wire.head()
        self.assertEqual((response.status, response["content-type"]), (200, "text/event-stream"))
        for number, piece in enumerate(wire.pieces(response), 1):
            self.assertEqual(piece.decode(), f"id: {number}\ndata: event {number} of 4\n\n")
            elapsed, due = time.monotonic() - began, (number - 1) * 0.15
            self.assertGreaterEqual(elapsed, due, f"event {number} came early")
            self.assertLess(elapsed, due + 1, f"event {number} came late")
        self.assertEqual(wire.ask(request()).status, 200)

    def test_answers_options_with_what_is_allowed(self):
        for target, allowed in METHODS:
            with self.subTest(target):
                response = self.curl(target, "-X", "OPTIONS")
                self.assertEqual((response.status, response["allow"], response.body), (204, allowed, b""))

    def test_answers_405_with_what_is_allowed(self):
        for target, allowed in METHODS:
            for method in {"DELETE", "PATCH", "TRACE"} | ({"GET"} if "GET" not in allowed else {"POST"}):
                with self.subTest(f"{method} {target}"):
                    response = self.curl(target, "-X", method)
                    self.assertEqual((response.status, response["allow"]), (405, allowed))

    def test_answers_404_where_there_is_nothing(self):
        for target in ["/nowhere", "/hello/", "/hello/more", "/Hello", "//hello", "/users/", "/users/1/2", "/api",
                       "/static/nowhere", "/hell", "/helloo"]:
            with self.subTest(target):
                response = self.curl(target)
                self.assertEqual((response.status, response.reason), (404, "Not Found"))

    def test_answers_400_to_a_query_that_makes_no_sense(self):
        for target in ["/slow?ms=x", "/slow?ms=-1", "/async?ms=99999", "/events?count=0", "/download?bytes=-1"]:
            with self.subTest(target):
                response = self.curl(target)
                self.assertEqual((response.status, response["content-type"]), (400, TEXT))
                self.assertIn("must be a whole number", response.text)


if __name__ == "__main__":
    unittest.main()

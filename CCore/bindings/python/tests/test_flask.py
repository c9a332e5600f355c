"""Flask through WSGI, by the command, over sockets."""
import hashlib
import unittest

from site_support import APPLICATIONS, SiteCase, multipart

SOURCE = (APPLICATIONS / "flask_site.py").read_bytes()


class FlaskSite(SiteCase):
    application = "flask_site:app"

    def test_routes_and_what_has_none(self):
        self.assertEqual(self.ask("GET", "/").body, b"Hello, World!")
        self.assertEqual(self.ask("GET", "/users/J%C3%BCrgen%20B").body.decode(), "user Jürgen B")
        self.assertEqual(self.ask("GET", "/nowhere").status, 404)
        answer = self.ask("POST", "/")
        self.assertEqual((answer.status, set(answer.headers["allow"].split(", "))), (405, {"GET", "HEAD", "OPTIONS"}))
        self.assertEqual(self.ask("OPTIONS", "/").status, 200)

    def test_head_is_get_without_the_body(self):
        answer = self.ask("HEAD", "/")
        self.assertEqual((answer.body, answer.headers["content-length"]), (b"", "13"))

    def test_redirects_name_the_host_that_was_asked(self):
        self.assertEqual(self.ask("GET", "/there", Host="example.org").headers["location"], "http://example.org/users/you")

    def test_json_forms_and_queries(self):
        self.assertEqual(self.json("POST", "/json", b'{"a": [1]}', Content_Type="application/json"),
                         {"got": {"a": [1]}, "kind": "application/json"})
        self.assertEqual(self.ask("POST", "/json", b"{", Content_Type="application/json").status, 400)
        self.assertEqual(self.json("POST", "/form?q=1&q=2", b"a=1&a=%C3%A9+x", Content_Type="application/x-www-form-urlencoded"),
                         {"form": {"a": ["1", "é x"]}, "query": {"q": ["1", "2"]}})

    def test_files_are_uploaded_whole_and_in_chunks(self):
        octets = bytes(range(256)) * 8192
        body, kind = multipart({"note": "ü"}, {"file": ("a b.bin", octets)})
        wanted = {"name": "a b.bin", "note": "ü", "sum": hashlib.sha256(octets).hexdigest()}
        self.assertEqual(self.json("POST", "/files", body, Content_Type=kind), wanted)
        pieces = (body[start:start + 10_000] for start in range(0, len(body), 10_000))
        self.assertEqual(self.json("POST", "/files", pieces, Content_Type=kind), wanted)

    def test_a_body_is_streamed_with_its_length_and_without(self):
        octets = b"0123456789" * 1_000_000
        wanted = {"size": len(octets), "sum": hashlib.sha256(octets).hexdigest()}
        self.assertEqual(self.json("POST", "/raw", octets), wanted)
        self.assertEqual(self.json("POST", "/raw", (octets[start:start + 65536] for start in range(0, len(octets), 65536))), wanted)

    def test_a_generator_is_streamed_with_its_context(self):
        answer = self.ask("GET", "/stream?word=line")
        self.assertEqual(answer.body, b"".join(b"line %d\n" % index for index in range(5)))
        self.assertEqual(answer.headers["transfer-encoding"], "chunked")

    def test_files_are_sent_in_whole_in_part_and_not_again(self):
        answer = self.ask("GET", "/file")
        self.assertEqual((answer.body, answer.headers["content-length"]), (SOURCE, str(len(SOURCE))))
        self.assertEqual(self.ask("GET", "/file", If_None_Match=answer.headers["etag"]).status, 304)
        part = self.ask("GET", "/file", Range="bytes=10-19")
        self.assertEqual((part.status, part.body), (206, SOURCE[10:20]))
        self.assertEqual(self.ask("GET", "/memory").body, b"m" * 100_000)

    def test_cookies_come_back(self):
        first = self.ask("GET", "/count")
        again = self.ask("GET", "/count", Cookie=first.headers["set-cookie"].split(";")[0])
        self.assertEqual((first.body, again.body), (b"1", b"2"))

    def test_what_runs_before_after_and_at_the_end_of_a_request_does(self):
        self.assertEqual(self.ask("GET", "/", X_User="me").headers["x-signed"], "me")
        self.assertEqual(self.ask("GET", "/").headers["x-signed"], "nobody")
        self.assertIn("NoneType", self.json("GET", "/teardowns"))

    def test_exceptions_are_500_and_handled_ones_what_their_handler_says(self):
        self.assertEqual(self.ask("GET", "/fail").status, 500)
        self.command.wait_for("RuntimeError: planted")
        answer = self.ask("GET", "/teapot")
        self.assertEqual((answer.status, answer.body.strip()), (418, b'{"error":"I\'m a teapot"}'))

    def test_an_exception_in_the_middle_breaks_the_answer_off(self):
        self.assertEqual(self.broken_answer("/late"), b"begun ")
        self.command.wait_for("RuntimeError: planted late")
        self.assertEqual(self.ask("GET", "/").status, 200)

    def test_load_is_answered_without_a_failure(self):
        self.load("/")
        self.load("/stream?word=w")


class FlaskOnTheReactor(FlaskSite):
    options = ("--threads", "0", "--no-access-log")


if __name__ == "__main__":
    unittest.main()

"""Django through WSGI, by the command, over sockets."""
import hashlib
import re
import unittest
import urllib.parse

from site_support import APPLICATIONS, SiteCase, multipart

SOURCE = (APPLICATIONS / "django_site.py").read_bytes()
FORM = "application/x-www-form-urlencoded"


class DjangoSite(SiteCase):
    application = "django_site:application"

    def test_views_and_what_has_none(self):
        answer = self.ask("GET", "/")
        self.assertEqual((answer.body, answer.headers["content-length"]), (b"Hello, World!", "13"))
        self.assertEqual(self.ask("GET", "/users/%C3%A9%20x", Host="a.example:81").body.decode(), "user é x of a.example:81")
        self.assertEqual(self.ask("GET", "/nowhere").status, 404)
        self.assertEqual(self.ask("POST", "/file").status, 403)
        self.assertEqual(self.ask("PUT", "/greet").status, 403)

    def test_head_is_get_without_the_body(self):
        answer = self.ask("HEAD", "/")
        self.assertEqual((answer.body, answer.headers["content-length"]), (b"", "13"))

    def filled_form(self, name):
        """A form as a browser would send it: body and cookies."""
        page = self.ask("GET", "/form")
        token = re.search(rb'name="csrfmiddlewaretoken" value="(\w+)"', page.body)[1].decode()
        cookie = page.headers["set-cookie"].split(";")[0]
        return urllib.parse.urlencode({"csrfmiddlewaretoken": token, "name": name}), cookie

    def test_a_form_is_taken_with_its_token_and_not_without(self):
        body, cookie = self.filled_form("Ada")
        taken = self.ask("POST", "/form", body, Cookie=cookie, Content_Type=FORM)
        self.assertEqual((taken.status, taken.headers["location"]), (302, "/greet"))
        session = re.search(r"sessionid=[^;]+", taken.headers["set-cookie"])[0]
        self.assertEqual(self.ask("GET", "/greet", Cookie=session).body, b"hello Ada")
        self.assertEqual(self.ask("POST", "/form", "name=Ada", Cookie=cookie, Content_Type=FORM).status, 403)

    def test_a_form_that_is_not_valid_is_shown_again(self):
        body, cookie = self.filled_form("much too long for this")
        again = self.ask("POST", "/form", body, Cookie=cookie, Content_Type=FORM)
        self.assertIn(b"at most 10 characters", again.body)

    def test_files_are_uploaded_whole_and_in_chunks(self):
        for size in (1000, 4_000_000):
            octets = b"0123456789" * (size // 10)
            body, kind = multipart({"note": "ü"}, {"file": ("a.bin", octets)})
            wanted = {"name": "a.bin", "size": size, "note": "ü", "sum": hashlib.sha256(octets).hexdigest()}
            self.assertEqual(self.json("POST", "/upload", body, Content_Type=kind), wanted)
        body, kind = multipart({"note": "n"}, {"file": ("a.bin", b"chunked")})
        self.assertEqual(self.json("POST", "/upload", iter([body[:50], body[50:]]), Content_Type=kind)["size"], 7)

    def test_a_body_is_read_as_it_is(self):
        octets = b"b" * 3_000_000
        self.assertEqual(self.json("POST", "/raw", octets), {"size": len(octets), "sum": hashlib.sha256(octets).hexdigest()})

    def test_a_stream_is_streamed_and_a_file_sent(self):
        answer = self.ask("GET", "/stream")
        self.assertEqual(answer.body, b"".join(b"line %d\n" % index for index in range(5)))
        self.assertEqual(answer.headers["transfer-encoding"], "chunked")
        answer = self.ask("GET", "/file")
        self.assertEqual((answer.body, answer.headers["content-length"]), (SOURCE, str(len(SOURCE))))
        self.assertIn("site.py", answer.headers["content-disposition"])

    def test_what_has_not_changed_is_304(self):
        etag = self.ask("GET", "/").headers["etag"]
        again = self.ask("GET", "/", If_None_Match=etag)
        self.assertEqual((again.status, again.body), (304, b""))

    def test_exceptions_are_500_or_break_the_answer_off(self):
        self.assertEqual(self.ask("GET", "/fail").status, 500)
        self.assertEqual(self.broken_answer("/late"), b"begun ")
        self.command.wait_for("RuntimeError: planted late")
        self.assertEqual(self.ask("GET", "/").status, 200)

    def test_load_is_answered_without_a_failure(self):
        self.load("/")
        self.load("/stream")


class DjangoBelowAPath(SiteCase):
    application = "django_site:application"
    options = ("--root-path", "/below", "--workers", "2")

    def test_links_hold_the_path_that_was_taken_off(self):
        for target in ("/environment", "/below/environment"):
            told = self.json("GET", target)
            self.assertEqual((told["path"], told["info"], told["scheme"]), ("/below/environment", "/environment", "http"))

    def test_several_processes_serve(self):
        self.assertGreater(len({self.json("GET", "/environment")["pid"] for _ in range(60)}), 1)


if __name__ == "__main__":
    unittest.main()

"""Files from a folder: what is in it is served, and nothing outside of it, however it is written."""
import os
import pathlib
import shutil
import sys
import tempfile
import unittest

from support import Demo, DemoTest
from wire import request

SECRET = b"nobody may read this"
BIG = bytes(range(256)) * 4096

# Each behind /static/. None may reach the secret, which lies beside the folder, nor a hidden file in it.
ESCAPES = [
    "../secret", "../../secret", "a/../../secret", "./../secret", "%2e%2e/secret", "%2e./secret", ".%2e/secret",
    "%2E%2E/secret", "..%2fsecret", "..%2Fsecret", "%2e%2e%2fsecret", "a/%2e%2e/%2e%2e/secret", "..%5csecret",
    "..\\secret", "%5c..%5csecret", "a%5c..%5c..%5csecret", "/../secret", "//secret", "/%2e%2e/secret",
    "..//secret", "%252e%252e/secret", "%252e%252e%252fsecret", "..%252fsecret", "%25%32%65%25%32%65/secret",
    "..%00/secret", "../secret%00", "hello.txt%00.html", "%00", "..;/secret", "..%c0%afsecret", "%c0%ae%c0%ae/secret",
    "%e0%80%ae%e0%80%ae/secret", "%u002e%u002e/secret", "..%ef%bc%8fsecret", "up/secret", "up/../secret", "absolute",
    "absolute-folder/secret", "chain", ".hidden", "%2ehidden", "a/.hidden", ".git/config", "a/../hello.txt/../../secret",
]


def fill(folder):
    public = pathlib.Path(folder, "public")
    (public / "a").mkdir(parents=True)
    (public / ".git").mkdir()
    pathlib.Path(folder, "secret").write_bytes(SECRET)
    for hidden in [".hidden", "a/.hidden", ".git/config"]:
        (public / hidden).write_bytes(SECRET)
    (public / "hello.txt").write_bytes(b"a file\n")
    (public / "empty.css").write_bytes(b"")
    (public / "big.bin").write_bytes(BIG)
    (public / "a b&c.txt").write_bytes(b"spaced\n")
    (public / "a" / "index.html").write_bytes(b"<p>index</p>\n")
    (public / "..dots").write_bytes(b"a name\n")
    (public / "inside").symlink_to("hello.txt")
    (public / "up").symlink_to("..")
    (public / "absolute").symlink_to(pathlib.Path(folder, "secret"))
    (public / "absolute-folder").symlink_to(folder)
    (public / "chain").symlink_to("absolute")
    os.mkfifo(public / "pipe")
    return str(public)


class Static(DemoTest):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.mkdtemp(prefix="martlet-static-")
        cls.addClassCleanup(shutil.rmtree, cls.folder, ignore_errors=True)
        cls.demo = Demo("--reactors", "1", "--static", fill(cls.folder))

    def get(self, target, *fields, method="GET"):
        return self.wire().ask(request(target, method, fields), method)

    def test_serves_a_file_with_its_type_and_validators(self):
        response = self.get("/static/hello.txt")
        self.assertEqual((response.status, response.body), (200, b"a file\n"))
        self.assertEqual(response["content-length"], "7")
        self.assertTrue(response["content-type"].startswith("text/plain"))
        self.assertRegex(response["etag"], r'^(W/)?"[^"]+"$')
        self.assertRegex(response["last-modified"], " GMT$")

    def test_serves_long_and_empty_files(self):
        self.assertEqual(self.get("/static/big.bin").body, BIG)
        response = self.get("/static/empty.css")
        self.assertEqual((response.status, response["content-length"], response.body), (200, "0", b""))

    def test_serves_names_with_escapes_and_links_that_stay_inside(self):
        self.assertEqual(self.get("/static/a%20b%26c.txt").body, b"spaced\n")
        self.assertEqual(self.get("/static/%68ello.txt").body, b"a file\n")
        self.assertEqual(self.get("/static/inside").body, b"a file\n")
        self.assertEqual(self.get("/static/a/").body, b"<p>index</p>\n")

    def test_serves_only_the_head_to_head(self):
        response = self.get("/static/big.bin", method="HEAD")
        self.assertEqual((response.status, response["content-length"], response.body), (200, str(len(BIG)), b""))

    def test_says_304_when_the_client_has_it(self):
        first = self.get("/static/hello.txt")
        for field in [f"If-None-Match: {first['etag']}", f"If-None-Match: \"x\", {first['etag']}",
                      "If-None-Match: *", f"If-Modified-Since: {first['last-modified']}"]:
            with self.subTest(field):
                response = self.get("/static/hello.txt", field)
                self.assertEqual((response.status, response.body), (304, b""))
                self.assertEqual(response["etag"], first["etag"])
        self.assertEqual(self.get("/static/hello.txt", 'If-None-Match: "other"').status, 200)

    def test_lets_nothing_out_of_the_folder_by_any_encoding(self):
        for escape in ESCAPES:
            for prefix in ["/static/", "/%73tatic/", "/hello/../static/", "http://localhost/static/"]:
                with self.subTest(prefix + escape):
                    response = self.get(prefix + escape)
                    self.assertIn(response.status, (400, 404))
                    self.assertNotIn(SECRET, response.body)

    def test_serves_nothing_that_is_no_file(self):
        for target in ["/static/pipe", "/static/hello.txt/", "/static/hello.txt/more", "/static/a//index.html",
                       "/static/missing", "/static/", "/static/" + "long" * 80, "/static/" + "a/" * 2100]:
            with self.subTest(target[:40]):
                self.assertEqual(self.get(target).status, 404)

    def test_serves_no_file_to_other_methods(self):
        response = self.get("/static/hello.txt", method="DELETE")
        self.assertEqual((response.status, response["allow"]), (405, "GET, HEAD, OPTIONS"))

    @unittest.skipUnless(sys.platform == "linux", "descriptors are counted in /proc")
    def test_closes_each_file_that_it_opened(self):
        self.get("/static/hello.txt")
        before = self.demo.descriptors()
        wire = self.wire()
        for target in ["/static/hello.txt", "/static/missing", "/static/big.bin", "/static/a", "/static/pipe"] * 40:
            for method in ["GET", "HEAD"]:
                wire.ask(request(target, method), method)
        self.assertLessEqual(self.demo.descriptors(), before + 1)


if __name__ == "__main__":
    unittest.main()

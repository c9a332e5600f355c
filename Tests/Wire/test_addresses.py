"""Where the demo can be reached: IPv4, IPv6, both at once, a unix socket, a port that the system chose."""
import os
import re
import shutil
import socket
import stat
import tempfile
import unittest

from support import Demo, DemoTest
from wire import Wire, request

try:
    socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    HAS_IPV6 = True
except OSError:
    HAS_IPV6 = False


@unittest.skipUnless(HAS_IPV6, "this system has no IPv6")
class IPv6(DemoTest):
    host = "::1"

    def test_answers_curl_over_ipv6(self):
        response = self.curl("/hello", "-g")
        self.assertEqual((response.status, response.text), (200, "Hello, World!"))

    def test_takes_an_ipv6_address_as_host(self):
        for host in ["[::1]", f"[::1]:{self.demo.port}", "[2001:db8::7]:80"]:
            with self.subTest(host):
                self.assertEqual(self.wire().ask(request(host=host)).status, 200)
        self.assertEqual(self.wire().ask(request(host="[::1")).status, 400)

    def test_says_its_address_in_brackets(self):
        self.assertIn(f"http://[::1]:{self.demo.port}", self.demo.said("out"))


@unittest.skipUnless(HAS_IPV6, "this system has no IPv6")
class EveryAddress(DemoTest):
    host = ""

    def test_answers_on_ipv4_and_ipv6_at_once(self):
        for host in ["127.0.0.1", "[::1]"]:
            with self.subTest(host):
                response = self.curl("/hello", "-g", address=f"http://{host}:{self.demo.port}")
                self.assertEqual(response.text, "Hello, World!")


class UnixSocket(DemoTest):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.mkdtemp(prefix="martlet-unix-")
        cls.addClassCleanup(shutil.rmtree, cls.folder, ignore_errors=True)
        cls.path = f"{cls.folder}/socket"
        # A stale file, as a server leaves it that was killed.
        with socket.socket(socket.AF_UNIX) as stale:
            stale.bind(cls.path)
        cls.demo = Demo("--reactors", "2", unix=cls.path)

    @classmethod
    def tearDownClass(cls):
        super().tearDownClass()
        assert not os.path.exists(cls.path), "the socket's file is still there"

    def test_answers_curl_over_a_unix_socket(self):
        for _ in range(4):
            response = self.curl("/hello", "--unix-socket", self.path, address="http://localhost")
            self.assertEqual((response.status, response.text), (200, "Hello, World!"))

    def test_streams_over_a_unix_socket(self):
        response = self.curl("/download?bytes=3000000", "--unix-socket", self.path, address="http://localhost")
        self.assertEqual(len(response.body), 3000000)

    def test_listens_on_tcp_as_well(self):
        with Wire(("127.0.0.1", self.demo.port)) as wire:
            self.assertEqual(wire.ask(request()).status, 200)

    def test_is_a_socket(self):
        self.assertTrue(stat.S_ISSOCK(os.stat(self.path).st_mode))


class Banner(DemoTest):
    flags = ("--reactors", "2", "--workers", "3")

    def test_says_address_threads_engine_and_routes(self):
        said = self.demo.said("out")
        self.assertRegex(said, rf"Martlet \d+\.\d+\.\d+ on http://127\.0\.0\.1:{self.demo.port}\n")
        self.assertRegex(said, "2 reactors, 3 workers, .+\n")
        for line in ["GET /hello", "GET /users/{id}", "POST /echo", "PUT /test/body", "GET /static"]:
            self.assertRegex(said, r"\n  " + re.escape(line).replace(r"\ ", " +"))


if __name__ == "__main__":
    unittest.main()

"""The C++ header: what its closures may do and throw, as a peer sees it, and what it promises by itself."""
import os
import re
import socket
import struct
import subprocess
import time
import unittest

from builds import SANITIZED, STRICT, WARNINGS, cpp_program, folder
from support import ROOT, ask, free_port, run, started
from test_examples_c import Examples
from tour import Tour, request
from wire import Ended  # tour knows where it is

PATIENCE_SECONDS = 10
PROMISE_SECONDS = 60


class HelloTests(Examples):
    language = "cpp"

    def test_hello_answers_and_ends(self):
        tour = self.start("hello")
        with tour.wire() as wire:
            self.assertEqual(wire.ask(request("/hello")).body, b"Hello, World!")
        self.end(tour)


class Hello(HelloTests, unittest.TestCase):
    kind = STRICT


class SanitizedHello(HelloTests, unittest.TestCase):
    kind = SANITIZED


class Readme(unittest.TestCase):
    def test_its_program_serves(self):
        code = re.findall(r"^```cpp\n(.*?)^```$", (ROOT / "CCore/bindings/cpp/README.md").read_text(), re.M | re.S)[0]
        port = free_port()
        self.assertEqual(code.count("8080"), 1)
        source = folder() / "readme.cpp"
        source.write_text(code.replace("8080", str(port)))
        cflags, libraries = STRICT.libraries()
        run(STRICT.cxx, "-std=c++17", *WARNINGS, "-ICCore/bindings/cpp", *cflags, source, "-o", folder() / "readme",
            *libraries)
        with started(folder() / "readme") as process:
            self.assertEqual(ask(process, port, "/users/42")[1], "user 42")
            self.assertEqual(ask(process, port, "/hello")[1], "Hello, World!")
            second = subprocess.run([folder() / "readme"], stderr=subprocess.PIPE, text=True, timeout=PATIENCE_SECONDS)
            self.assertEqual(second.returncode, 1)
            self.assertIn(str(port), second.stderr)


class Header(unittest.TestCase):
    def test_it_keeps_what_it_promises(self):
        done = subprocess.run(cpp_program(SANITIZED, "cpp_promises"), stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              text=True, timeout=PROMISE_SECONDS, env={**os.environ, **SANITIZED.environment})
        self.assertEqual(done.returncode, 0, done.stdout)
        self.assertTrue(done.stdout.endswith("all promises hold\n"), done.stdout)

    def compile(self, statement):
        code = f"#include <martlet.hpp>\nvoid add(martlet::Server &server);\nvoid add(martlet::Server &server) {{ {statement} }}"
        return subprocess.run([STRICT.cxx, "-x", "c++", "-std=c++17", *WARNINGS, "-ICCore/bindings/cpp",
                               "-ICCore/include", "-fsyntax-only", "-"], input=code, text=True, cwd=ROOT,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT)

    def test_a_handler_that_changes_itself_is_refused_with_the_reason(self):
        handler = 'server.get("/", [n = 0](auto &, auto &response) %s { response.body(std::to_string(n)); });'
        self.assertEqual(self.compile(handler % "").stdout, "")
        refused = self.compile(handler % "mutable")
        self.assertNotEqual(refused.returncode, 0)
        self.assertIn("several threads may call it at once", refused.stdout)

    def test_what_holds_until_the_handler_returns_cannot_be_copied(self):
        handler = 'server.get("/", [](martlet::Request &request, auto &) { auto kept = request; });'
        self.assertIn("delete", self.compile(handler).stdout)


class Host(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.host = Tour(cpp_program(SANITIZED, "cpp_host"), SANITIZED.environment)

    @classmethod
    def tearDownClass(cls):
        status, said = cls.host.end()
        assert status == 0, f"the host ended with {status}: {said}"

    def wire(self):
        made = self.host.wire()
        self.addCleanup(made.socket.close)
        return made

    def said(self):
        self.host.said.seek(0)
        return self.host.said.read().decode()

    def await_said(self, pattern):
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not re.search(pattern, self.said(), re.M):
            self.assertLess(time.monotonic(), deadline, f"nothing like {pattern!r} in: {self.said()}")
            time.sleep(0.01)

    def await_counts(self, pattern):
        deadline, counts = time.monotonic() + PATIENCE_SECONDS, ""
        with self.host.wire() as wire:
            while not re.fullmatch(pattern, counts):
                self.assertLess(time.monotonic(), deadline, counts)
                counts = wire.ask(request("/counts")).text

    # --- exceptions ---

    def check_throws(self, target, log, method="GET", body=b""):
        """An answer of the server's own, others after it, and a line for the host."""
        wire = self.wire()
        response = wire.ask(request(target, method, (), body), method)
        self.assertEqual((response.status, response.text), (500, f"error 500 for {method}"))
        self.assertIsNone(response["x-left"])
        self.assertEqual(self.wire().ask(request("/replaced")).status, 200)
        self.await_said(log)

    def test_an_exception_is_500_with_nothing_of_the_half_answer(self):
        self.check_throws("/throws/late", r"^the handler of /throws/late threw: planted$")

    def test_an_exception_on_a_worker_is_500(self):
        self.check_throws("/throws/worker", r"^the handler of /throws/worker threw: planted$")

    def test_what_is_no_exception_is_500_too(self):
        self.check_throws("/throws/number", r"^the handler of /throws/number threw: something that is no")

    def test_an_exception_behind_defer_is_500(self):
        self.check_throws("/throws/deferred", "threw: planted behind defer$")

    def test_an_exception_in_a_body_is_500_and_ends_its_closure(self):
        self.check_throws("/throws/body", "^a closure for a body threw: planted in a body$", "POST", bytes(200_000))
        self.await_counts(r"0 alive.*")

    def test_errors_of_the_library_are_exceptions_that_say_what_failed(self):
        self.check_throws("/throws/field", "threw: mt_response_field_set: MT_ERROR_INVALID_ARGUMENT$")
        self.check_throws("/throws/parameter", "threw: the route has no parameter none$")
        self.check_throws("/throws/run", "threw: run was called on the server's own thread$")

    def test_a_log_that_throws_does_no_harm(self):
        self.assertEqual(self.wire().ask(request("/throws/log")).status, 500)
        self.assertEqual(self.wire().ask(request("/replaced")).status, 200)

    def test_an_exception_in_a_stream_cuts_it(self):
        wire = self.wire()
        wire.send(request("/throws/streaming"))
        with self.assertRaises(Ended):
            wire.response()
        self.await_said("threw: planted in a stream$")

    def test_an_exception_leaves_an_exchange_in_other_hands_alone(self):
        self.assertEqual(self.wire().ask(request("/throws/handed-on")).text, "answered elsewhere")
        self.await_said("threw: planted behind a thread$")

    # --- what is kept, and goes ---

    def test_bodies_are_taken_over_and_lent_without_harm(self):
        wire = self.wire()
        self.assertEqual(wire.ask(request("/moved")).body, b"m" * (1 << 20))
        self.assertEqual(wire.ask(request("/lent")).body, b"o" * (1 << 20))
        self.assertEqual(wire.ask(request("/replaced")).body, b"kept")
        self.await_counts(r"0 alive.*")

    def test_who_leaves_is_noticed_once_and_what_was_kept_goes(self):
        wires = [self.host.wire() for _ in range(5)]
        for wire in wires:
            wire.send(request("/cancel"))
        self.await_counts(r"[1-9]\d* alive, 0 cancelled")
        for wire in wires:  # at once and for good: who but half-closes is still answered
            wire.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            wire.socket.close()
        self.await_counts(r"0 alive, 5 cancelled")

    def test_a_body_flows_at_the_pace_of_a_slow_reader(self):
        sent = bytes(range(256)) * 32768
        wire = self.wire()
        wire.socket.settimeout(0.3)
        wire.send(request("/echo", "POST", [f"Content-Length: {len(sent)}"]))
        gone = 0
        try:
            while gone < len(sent):
                gone += wire.socket.send(sent[gone:gone + 65536])
        except TimeoutError:
            pass
        self.assertLess(gone, len(sent), "nobody held the sender back")
        wire.socket.settimeout(20)
        self.drink(wire, sent, gone)
        self.await_counts(r"0 alive.*")

    def drink(self, wire, sent, gone):
        """Reads the answer while the rest of the body follows what came of it."""
        response = wire.head()
        got = bytearray()
        wire.socket.setblocking(True)
        for piece in wire.pieces(response):
            got += piece
            wire.send(sent[gone:gone + len(piece)])
            gone += len(piece)
        self.assertEqual(got, sent)

    # --- what may be asked ---

    def test_a_request_says_all_that_it_knows(self):
        wire = self.wire()
        response = wire.ask(request("/told/a%20b/c/d%2F?q=1", "GET", ["X-One: 1", "X-One: 2"], host="example.org"))
        self.assertEqual(response.text.splitlines(), [
            "GET", "/told/a%20b/c/d%2F?q=1", "/told/a%20b/c/d%2F", "q=1", "example.org", "1",
            "/told/{first}/{rest...}", "first", "a b", "rest", "c/d/", "example.org", "1", "2", "1", "none", "0",
            "127.0.0.1:", "once"])
        self.assertEqual([value for name, value in response.fields if name == "x-told"], ["once", "twice"])
        self.assertIsNone(response["x-not-told"])
        self.assertEqual(response["server"], "planted")

    def test_a_trailer_is_there_behind_the_body(self):
        wire = self.wire()
        wire.send(request("/trailer", "POST", ["Transfer-Encoding: chunked"]) + b"1\r\nx\r\n0\r\nX-Last: one\r\n\r\n")
        self.assertEqual(wire.response("POST").text.lower(), "x-last=one")

    def test_fallback_and_error_handler_answer_in_the_servers_stead(self):
        wire = self.wire()
        response = wire.ask(request("/nowhere"))
        self.assertEqual((response.status, response.text), (404, "nothing at /nowhere"))
        response = wire.ask(request("/moved", "DELETE"))
        self.assertEqual((response.status, response.text), (405, "error 405 for DELETE"))
        self.assertEqual(wire.ask(request("/" + "x" * 2000)).status, 414)
        self.await_said("^the error handler threw: planted in the error handler$")
        response = self.wire().ask(b"no request\r\n\r\n")
        self.assertEqual((response.status, response.text), (400, "error 400 for nobody"))


if __name__ == "__main__":
    unittest.main()

"""The C examples that show one thing each, as their reader builds them, and watched by sanitizers."""
import json
import random
import signal
import tempfile
import time
import unittest

from builds import SANITIZED, STRICT, command
from tour import STOP_SECONDS, Tour, request


class Examples:
    """Of unittest.TestCase's subclasses; `kind` is theirs to say. Each program must end with 0."""
    kind = None
    language = "c"

    def start(self, example, *arguments, **options):
        tour = Tour([*command(self.language, self.kind, example), *arguments], self.kind.environment, **options)
        self.addCleanup(lambda: tour.process.poll() is None and tour.end(signal.SIGKILL))
        return tour

    def end(self, tour):
        status, said = tour.end()
        self.assertEqual(status, 0, said)
        return said


class ExamplesTests(Examples):
    def test_hello_answers_and_ends(self):
        tour = self.start("hello")
        with tour.wire() as wire:
            self.assertEqual(wire.ask(request("/hello")).body, b"Hello, World!")
        self.end(tour)

    def test_json_escapes_what_the_peer_sends(self):
        tour = self.start("json")
        with tour.wire() as wire:
            response = wire.ask(request("/json/%22%5C%01%0AJ%C3%BCrgen%2F%7F"))
            self.assertEqual(response["content-type"], "application/json")
            self.assertEqual(json.loads(response.body), {"message": 'Hello, "\\\x01\nJürgen/\x7f!'})
            self.assertEqual(wire.ask(request("/json/" + "%01" * 1000)).status, 414)
            self.assertEqual(json.loads(wire.ask(request("/json")).body), {"message": "Hello, World!"})
        self.end(tour)

    def test_stream_waits_for_a_slow_peer_and_gives_up_one_that_leaves(self):
        tour, count = self.start("stream"), 60_000
        with tour.wire() as wire, tour.wire() as leaves:
            leaves.send(request("/stream/999999999"))
            leaves.socket.recv(1000)
            wire.send(request(f"/stream/{count}"))
            time.sleep(0.2)
            body = wire.response().body
        self.assertEqual(body, b"".join(b"line %d\n" % number for number in range(count)))
        with tour.wire() as wire:
            self.assertEqual(wire.ask(request("/stream/1")).body, b"line 0\n")
            self.assertEqual(wire.ask(request("/stream/x")).status, 404)
        self.end(tour)

    def test_upload_counts_and_survives_bodies_that_break_off(self):
        tour, sent = self.start("upload"), random.Random(5).randbytes(3_000_000)
        with tour.wire() as wire:
            wire.send(request("/upload", "POST", ["Transfer-Encoding: chunked"]) + b"5\r\nhello\r\nno size\r\n")
            self.assertEqual(wire.response("POST").status, 400)
        with tour.wire() as wire:
            wire.send(request("/upload", "POST", ["Content-Length: 100"]) + b"less")
        with tour.wire() as wire:
            self.assertEqual(wire.ask(request("/upload", "POST", (), sent)).body, b"3000000 bytes")
        self.end(tour)

    def test_file_says_404_when_it_is_gone_and_500_when_it_is_none(self):
        with tempfile.TemporaryDirectory() as folder:
            for path, status in ((f"{folder}/none", 404), (folder, 500)):
                tour = self.start("file", path)
                with tour.wire() as wire:
                    self.assertEqual(wire.ask(request("/file")).status, status)
                self.end(tour)

    def test_worker_and_later_answer_each_by_itself(self):
        for example, body in (("worker", b"worked"), ("later", b"later")):
            tour = self.start(example)
            with tour.wire() as wire:
                wire.send(request(f"/{example}") * 8)
                for _ in range(8):
                    self.assertEqual(wire.response().body, body)
            self.end(tour)

    def test_host_gets_back_its_memory_and_its_threads(self):
        tour = self.start("host")
        with tour.wire() as wire:
            for target in ("/hello", "/worker", "/later"):
                self.assertEqual(wire.ask(request(target)).status, 200, target)
            self.assertEqual(wire.ask(request("/forget")).status, 500)
        tour.process.send_signal(signal.SIGTERM)
        told = tour.process.stdout.read().decode()
        # One of two reactors, two workers, the watchdog, and two that serve the host itself.
        self.assertRegex(told, r"\A6 threads joined, ([1-9]\d*) blocks taken, \1 given back\n\Z")
        self.assertEqual(tour.process.wait(STOP_SECONDS), 0)
        self.assertIn("host: error: the handler of /forget returned without an answer", self.end(tour))


class CExamples(ExamplesTests, unittest.TestCase):
    kind = STRICT


class SanitizedCExamples(ExamplesTests, unittest.TestCase):
    kind = SANITIZED


if __name__ == "__main__":
    unittest.main()

"""The tour: what a program of `examples/tour.*` promises, in whichever language it is written.

A language's test names the command that starts its tour:

    class PythonTour(TourTests, unittest.TestCase):
        @classmethod
        def command(cls):
            return [sys.executable, TOUR]

The program takes the file to send as its argument, says its port in its first line, and serves until SIGTERM or SIGINT."""
import concurrent.futures
import contextlib
import os
import pathlib
import random
import signal
import subprocess
import sys
import tempfile
import time

sys.path.append(str(pathlib.Path(__file__).resolve().parent.parent / "Wire"))
from wire import Wire, request  # noqa: E402

START_SECONDS = 20
STOP_SECONDS = 20
FILE_BYTES = 300_000
UPLOAD_BYTES = 64 << 20
# What a program may grow by while it counts an upload that it must not hold.
HELD_BYTES = 24 << 20
CLIENTS = 8
STREAM = "".join(f"line {number}\n" for number in range(10))


class Tour:
    """A tour as a process, from its first line to its end. What it says on stderr goes to a file, so that no pipe can
    fill up."""

    def __init__(self, command, environment=None, stdin=subprocess.DEVNULL):
        self.said = tempfile.TemporaryFile()
        self.process = subprocess.Popen(list(map(str, command)), stdin=stdin, stdout=subprocess.PIPE,
                                        stderr=self.said, env={**os.environ, **(environment or {})})
        line = self.process.stdout.readline()
        if not line.strip().isdigit():
            status, said = self.end()
            raise AssertionError(f"its first line is {line!r} and no port; it ended with {status}: {said}")
        self.address = "127.0.0.1", int(line)

    def wire(self, seconds=20):
        return Wire(self.address, seconds)

    def is_accepting(self):
        with contextlib.suppress(ConnectionRefusedError, ConnectionResetError), self.wire():
            return True
        return False

    def peak_bytes(self):
        """Of resident memory, since the last call."""
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        peak = next(int(line.split()[1]) * 1024 for line in status.splitlines() if line.startswith("VmHWM:"))
        pathlib.Path(f"/proc/{self.process.pid}/clear_refs").write_text("5")
        return peak

    def end(self, by=signal.SIGTERM):
        """Asks for its end, and gives the status that it ended with and what it said."""
        with self.said, self.process.stdout:
            with contextlib.suppress(ProcessLookupError):
                self.process.send_signal(by)
            try:
                status = self.process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self.process.kill()
                status = self.process.wait() and "does not end"
            self.said.seek(0)
            return status, self.said.read().decode(errors="replace")


class TourTests:
    """One test a promise. Of unittest.TestCase's subclasses; `command` is theirs to say."""
    environment = None
    maxDiff = None

    @classmethod
    def command(cls):
        raise NotImplementedError

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.file = pathlib.Path(folder.name, "sent")
        cls.file.write_bytes(random.Random(5).randbytes(FILE_BYTES))
        cls.words = cls.command()
        cls.tour = Tour([*cls.words, cls.file], cls.environment)

    @classmethod
    def tearDownClass(cls):
        status, said = cls.tour.end()
        assert status == 0, f"the tour ended with {status}: {said}"
        super().tearDownClass()

    def wire(self):
        """A new connection to the shared tour, closed at the test's end."""
        made = self.tour.wire()
        self.addCleanup(made.socket.close)
        return made

    def another(self, *arguments):
        """A tour of this test's own, ended at the latest with it."""
        made = Tour([*self.words, *arguments], self.environment)
        self.addCleanup(lambda: made.process.poll() is None and made.end(signal.SIGKILL))
        return made

    def check_ends(self, tour, by=signal.SIGTERM):
        status, said = tour.end(by)
        self.assertEqual(status, 0, said)

    def check(self, response, body, status=200, content_type=None):
        self.assertEqual((response.status, response.body), (status, body), response)
        if content_type:
            self.assertEqual((response["content-type"] or "").partition(";")[0], content_type)

    # --- what is answered ---

    def test_says_hello(self):
        self.check(self.wire().ask(request("/hello")), b"Hello, World!", content_type="text/plain")

    def test_hands_over_a_parameter_decoded(self):
        wire = self.wire()
        self.check(wire.ask(request("/users/42")), b"user 42", content_type="text/plain")
        self.check(wire.ask(request("/users/J%C3%BCrgen%20%2F%25")), "user Jürgen /%".encode())

    def test_answers_json(self):
        self.check(self.wire().ask(request("/json")), b'{"message":"Hello, World!"}', content_type="application/json")

    def test_echoes_a_body_with_its_type(self):
        wire, body = self.wire(), bytes(range(256)) * 256
        for sent in (body, b"x"):
            response = wire.ask(request("/echo", "POST", ["Content-Type: image/x-planted"], sent))
            self.check(response, sent, content_type="image/x-planted")
        self.check(wire.ask(request("/echo", "POST", ["Content-Length: 0"])), b"")

    def test_streams_lines_of_unknown_length(self):
        wire = self.wire()
        for _ in range(3):
            response = wire.ask(request("/stream"))
            self.check(response, STREAM.encode(), content_type="text/plain")
            self.assertEqual(response["transfer-encoding"], "chunked")

    def test_counts_an_upload_of_64_mib_without_holding_it(self):
        wire, piece = self.wire(), bytes(1 << 20)
        wire.ask(request("/hello"))
        before = self.tour.peak_bytes() if sys.platform == "linux" else 0
        wire.send(request("/upload", "POST", [f"Content-Length: {UPLOAD_BYTES}"]))
        for _ in range(UPLOAD_BYTES // len(piece)):
            wire.send(piece)
        self.check(wire.response("POST"), f"{UPLOAD_BYTES} bytes".encode())
        if sys.platform == "linux":
            self.assertLess(self.tour.peak_bytes() - before, HELD_BYTES)

    def test_counts_an_upload_in_chunks(self):
        wire, chance, size = self.wire(), random.Random(5), 0
        wire.send(request("/upload", "POST", ["Transfer-Encoding: chunked"]))
        for _ in range(50):
            chunk = bytes(chance.randrange(1, 10_000))
            wire.send(b"%x\r\n%b\r\n" % (len(chunk), chunk))
            size += len(chunk)
        self.check(wire.ask(b"0\r\n\r\n", "POST"), f"{size} bytes".encode())
        self.check(wire.ask(request("/upload", "POST", ["Content-Length: 0"])), b"0 bytes")

    def test_sends_a_file(self):
        wire = self.wire()
        self.check(wire.ask(request("/file")), self.file.read_bytes())
        response = wire.ask(request("/file", "HEAD"), "HEAD")
        self.check(response, b"")
        self.assertEqual(response["content-length"], str(FILE_BYTES))
        self.check(wire.ask(request("/hello")), b"Hello, World!")

    def test_sends_itself_when_no_file_is_named(self):
        tour = self.another()
        with tour.wire() as wire:
            response = wire.ask(request("/file"))
            self.assertEqual(response.status, 200)
            self.assertGreater(len(response.body), 500)
        self.check_ends(tour)

    def test_answers_from_a_worker(self):
        self.check(self.wire().ask(request("/worker")), b"worked")

    def test_answers_later_from_another_thread(self):
        self.check(self.wire().ask(request("/later")), b"later")

    # --- what goes wrong ---

    def test_survives_a_handler_that_fails(self):
        wire = self.wire()
        for _ in range(3):
            self.assertEqual(wire.ask(request("/fail")).status, 500)
            self.check(wire.ask(request("/hello")), b"Hello, World!")

    def test_answers_for_a_handler_that_forgets(self):
        wire = self.wire()
        self.assertEqual(wire.ask(request("/forget")).status, 500)
        self.check(wire.ask(request("/hello")), b"Hello, World!")

    def test_refuses_unknown_paths_and_wrong_methods(self):
        wire = self.wire()
        self.assertEqual(wire.ask(request("/nowhere")).status, 404)
        response = wire.ask(request("/hello", "DELETE"))
        self.assertEqual(response.status, 405)
        self.assertIn("GET", response["allow"])

    def test_survives_peers_that_leave(self):
        for octets in (request("/later"), request("/stream"), request("/worker"), request("/file"),
                       request("/upload", "POST", ["Content-Length: 1000000"]) + bytes(100_000),
                       request("/echo", "POST", ["Content-Length: 1000"]) + b"less"):
            with self.tour.wire() as wire:
                wire.send(octets)
        self.check(self.wire().ask(request("/hello")), b"Hello, World!")

    # --- many at once ---

    def test_answers_pipelined_requests_in_their_order(self):
        asked = [("/worker", b"worked"), ("/hello", b"Hello, World!"), ("/later", b"later"),
                 ("/stream", STREAM.encode()), ("/users/7", b"user 7"), ("/file", self.file.read_bytes())] * 3
        wire = self.wire()
        wire.send(b"".join(request(target) for target, _ in asked))
        for _, body in asked:
            self.check(wire.response(), body)

    def test_serves_eight_clients_at_once(self):
        def visit(client):
            with self.tour.wire() as wire:
                for turn in range(10):
                    name, body = f"{client}-{turn}", bytes([client]) * 5000
                    self.check(wire.ask(request(f"/users/{name}")), f"user {name}".encode())
                    self.check(wire.ask(request("/echo", "POST", (), body)), body)
                    self.check(wire.ask(request("/upload", "POST", (), body)), b"5000 bytes")
                    self.check(wire.ask(request("/stream")), STREAM.encode())
                    self.check(wire.ask(request("/later")), b"later")
                    self.check(wire.ask(request("/worker")), b"worked")
        with concurrent.futures.ThreadPoolExecutor(CLIENTS) as pool:
            list(pool.map(visit, range(CLIENTS)))

    # --- the end ---

    def test_ends_with_0_right_after_its_start(self):
        for by in (signal.SIGTERM, signal.SIGINT):
            self.check_ends(self.another(), by)

    def test_answers_what_is_under_way_before_it_ends(self):
        tour = self.another()
        with tour.wire() as wire, tour.wire() as later:
            # Both are being answered, for sure: the one was told to go on, and the other came with what is answered.
            wire.send(request("/upload", "POST", ["Content-Length: 10", "Expect: 100-continue"]))
            self.assertEqual(wire.head().status, 100)
            wire.send(b"12345")
            later.send(request("/hello") + request("/later"))
            self.check(later.response(), b"Hello, World!")
            tour.process.send_signal(signal.SIGTERM)
            self.check(later.response(), b"later")
            deadline = time.monotonic() + STOP_SECONDS
            while tour.is_accepting() and time.monotonic() < deadline:
                time.sleep(0.01)
            self.check(wire.ask(b"67890", "POST"), b"10 bytes")
        self.assertEqual(tour.process.wait(STOP_SECONDS), 0)
        self.check_ends(tour)

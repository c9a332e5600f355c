"""The README's Swift program, which is `Sources/Hello/main.swift` (`make lint` compares them), does what it is there for."""
import contextlib
import pathlib
import signal
import socket
import subprocess
import time
import unittest

from support import START_SECONDS, STOP_SECONDS, demo_path
from wire import Wire, request

ADDRESS = ("127.0.0.1", 8080)


def is_taken(address):
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        with contextlib.suppress(OSError):
            probe.bind(address)
            return False
    return True


class ReadmeProgram(unittest.TestCase):
    def setUp(self):
        if is_taken(ADDRESS):
            self.skipTest("port 8080, which the program names, is taken")
        self.program = subprocess.Popen([pathlib.Path(demo_path()).with_name("Hello")], stdin=subprocess.DEVNULL,
                                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.addCleanup(self.program.wait)
        self.addCleanup(self.program.kill)

    def dial(self):
        deadline = time.monotonic() + START_SECONDS
        while True:
            with contextlib.suppress(ConnectionRefusedError):
                return Wire(ADDRESS)
            self.assertIsNone(self.program.poll(), "it ended")
            self.assertLess(time.monotonic(), deadline, "it does not listen")
            time.sleep(0.02)

    def test_answers_on_both_routes_and_ends_by_a_signal(self):
        with self.dial() as wire:
            self.assertEqual(wire.ask(request("/hello")).text, "Hello, World!")
            self.assertEqual(wire.ask(request("/users/7")).text, "user 7")
        self.program.send_signal(signal.SIGTERM)
        self.assertEqual(self.program.wait(STOP_SECONDS), 0)


if __name__ == "__main__":
    unittest.main()

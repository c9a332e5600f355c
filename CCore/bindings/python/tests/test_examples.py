"""The examples that no other test runs."""
import pathlib
import signal
import subprocess
import sys
import unittest

from support import ask

EXAMPLES = pathlib.Path(__file__).resolve().parents[1] / "examples"


class OwnLoop(unittest.TestCase):
    def test_a_server_lives_in_a_loop_by_its_descriptor_and_ends_gracefully(self):
        with subprocess.Popen([sys.executable, EXAMPLES / "own_loop.py"], stdout=subprocess.PIPE, text=True) as process:
            try:
                port = int(process.stdout.readline())
                for _ in range(3):
                    self.assertEqual(ask(port, "GET", "/hello").body, b"Hello from the loop's own thread\n")
                process.send_signal(signal.SIGTERM)
                self.assertEqual(process.wait(20), 0)
            finally:
                process.kill()


if __name__ == "__main__":
    unittest.main()

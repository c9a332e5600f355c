"""A mistake in the configuration is one clear sentence and a status other than 0: never a trap, never a crash."""
import socket
import subprocess
import tempfile
import unittest

from support import Demo, clean_environment, demo_path
from wire import Wire, request

# What is wrong · flags · environment · what the sentence must have in it.
MISTAKES = [
    ("a port past the last", ["--port", "99999"], {}, ["99999", "65535"]),
    ("a port below the first", ["--port=-1"], {}, ["-1"]),
    ("too many reactors", ["--reactors", "5000"], {}, ["5000", "1024"]),
    ("too many workers", ["--workers", "5000"], {}, ["5000", "1024"]),
    ("no workers where a route needs them", ["--workers", "0"], {}, ["/slow"]),
    ("a host that is no address", ["--host", "256.1.1.1"], {}, ["256.1.1.1"]),
    ("an address of another machine", ["--host", "192.0.2.1"], {}, ["192.0.2.1"]),
    ("a folder that is not there", ["--static", "/nowhere/at/all"], {}, ["/nowhere/at/all"]),
    ("a pattern without its slash", ["--static-prefix", "static"], {}, ["static"]),
    ("a pattern with an open brace", ["--static-prefix", "/a{b"], {}, ["/a{b"]),
    ("a socket in a folder that is not there", ["--unix", "/nowhere/socket"], {}, ["/nowhere/socket"]),
    ("a socket with a name too long", ["--unix", "/tmp/" + "s" * 200], {}, ["205", "107"]),
    ("an unknown setting", [], {"MARTLET_PROT": "80"}, ["MARTLET_PROT", "MARTLET_PORT"]),
    ("a setting that is no number", [], {"MARTLET_PORT": "http"}, ["MARTLET_PORT", "http"]),
    ("a setting past its range", [], {"MARTLET_PORT": "99999"}, ["MARTLET_PORT", "99999", "65535"]),
    ("an empty setting", [], {"MARTLET_WORKERS": ""}, ["MARTLET_WORKERS"]),
    ("a flag that is neither true nor false", [], {"MARTLET_PIN_REACTORS": "maybe"}, ["MARTLET_PIN_REACTORS", "maybe"]),
    ("a setting that breaks the header", [], {"MARTLET_SERVER_NAME": "a\r\nb"}, ["serverName"]),
    ("a low-water mark above the high one", [], {"MARTLET_OUTPUT_LOW_WATER_BYTES": "999999"}, ["999999", "262144"]),
]
BAD_FLAGS = [["--prot", "80"], ["--port"], ["--port", "http"], ["--log-level", "loud"], ["surplus"]]


def start(*flags, **environment):
    """Runs the demo where it should not start. Returns its exit status and what it said."""
    where = [] if "--port" in " ".join(flags) or "MARTLET_PORT" in environment else ["--port", "0"]
    done = subprocess.run([demo_path(), *where, *flags], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, text=True, timeout=20, env=clean_environment(**environment),
                          check=False)
    return done.returncode, done.stdout, done.stderr


class Start(unittest.TestCase):
    def refuses(self, words, *flags, **environment):
        status, out, err = start(*flags, **environment)
        self.assertGreater(status, 0, f"a signal, or success: {err}")
        self.assertLess(status, 128, f"a trap: {err}")
        self.assertEqual(out, "")
        self.assertRegex(err, r"\AError: \S[^\n]*\n\Z", "more than a sentence, or none")
        for word in words:
            self.assertIn(word, err)

    def test_refuses_a_mistake_with_one_sentence(self):
        for name, flags, environment, words in MISTAKES:
            with self.subTest(name):
                self.refuses(words, *flags, **environment)

    def test_refuses_a_port_that_is_taken(self):
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = str(taken.getsockname()[1])
            self.refuses([port, "in use"], "--port", port)

    def test_refuses_a_port_that_another_demo_has(self):
        """Reactors share a port among themselves: that must not let a second server in."""
        demo = Demo("--reactors", "2")
        try:
            self.refuses([str(demo.port), "in use"], "--port", str(demo.port))
            with Wire(demo.address) as wire:
                self.assertEqual(wire.ask(request()).status, 200)
        finally:
            self.assertEqual(demo.end()[0], 0)

    def test_refuses_a_socket_that_another_demo_has(self):
        with tempfile.TemporaryDirectory(prefix="martlet-unix-") as folder:
            demo = Demo("--reactors", "1", unix=f"{folder}/socket")
            try:
                self.refuses([f"{folder}/socket", "in use"], "--unix", f"{folder}/socket")
                with Wire(demo.address) as wire:
                    self.assertEqual(wire.ask(request()).status, 200)
            finally:
                self.assertEqual(demo.end()[0], 0)

    def test_refuses_to_take_a_file_for_a_socket(self):
        with tempfile.NamedTemporaryFile(prefix="martlet-file-") as file:
            file.write(b"precious")
            file.flush()
            self.refuses([file.name], "--unix", file.name)
            with open(file.name, "rb") as still:
                self.assertEqual(still.read(), b"precious")

    def test_refuses_a_flag_that_means_nothing(self):
        for flags in BAD_FLAGS:
            with self.subTest(flags):
                status, out, err = start(*flags)
                self.assertTrue(0 < status < 128, f"{status}: {err}")
                self.assertEqual(out, "")
                self.assertRegex(err, r"\AError: .+\n")

    def test_explains_itself_when_asked(self):
        status, out, _ = start("--help")
        self.assertEqual(status, 0)
        for flag in ["--host", "--port", "--unix", "--reactors", "--workers", "--static"]:
            self.assertIn(flag, out)


if __name__ == "__main__":
    unittest.main()

"""What the wire tests share: the demo application as a process, and a test case that has one running."""
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest

sys.path.insert(0, os.path.dirname(__file__))
from wire import Reader, Wire  # noqa: E402

START_SECONDS = 20
STOP_SECONDS = 20
# `make load` asks for the long form of what `make test` runs shortened.
FULL = os.environ.get("WIRE_FULL") == "1"


def demo_path():
    """The program under test: MARTLET_DEMO, or what the release build left."""
    if path := os.environ.get("MARTLET_DEMO"):
        return path
    folder = subprocess.run(["swift", "build", "-c", "release", "--show-bin-path"], stdout=subprocess.PIPE,
                            text=True, check=True).stdout.strip()
    os.environ["MARTLET_DEMO"] = f"{folder}/Demo"
    return os.environ["MARTLET_DEMO"]


def clean_environment(**more):
    """Without settings of the caller's own: the demo refuses those that it does not know."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("MARTLET_")}
    return {**kept, **more}


class Demo:
    """The demo application on a port that the system chose, from readiness to its end. What it says goes to files, so
    that no pipe can fill up."""

    def __init__(self, *flags, host="127.0.0.1", unix=None, environment=None):
        self.folder = tempfile.mkdtemp(prefix="martlet-wire-")
        where = ["--host", host, "--port", "0"] + (["--unix", unix] if unix else [])
        with open(f"{self.folder}/out", "wb") as out, open(f"{self.folder}/err", "wb") as err:
            self.process = subprocess.Popen([demo_path(), *where, *flags], stdin=subprocess.DEVNULL, stdout=out,
                                            stderr=err, env=clean_environment(**(environment or {})))
        self.pid = self.process.pid
        self.port = int(self.await_said("out", r"http://\S+:(\d+)")[1])
        self.address = unix or (host or "127.0.0.1", self.port)

    @property
    def url(self):
        host, port = self.address
        return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"

    def said(self, name):
        return pathlib.Path(self.folder, name).read_text(errors="replace")

    def await_said(self, name, pattern):
        """Waits until what it said has `pattern` in it; the match."""
        deadline = time.monotonic() + START_SECONDS
        while not (match := re.search(pattern, self.said(name))):
            if self.process.poll() is not None or time.monotonic() > deadline:
                status, said = self.end()
                raise AssertionError(f"the demo said no {pattern!r}; it ended with {status}: {said}")
            time.sleep(0.01)
        return match

    def kill(self):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()

    def end(self, signal_number=signal.SIGTERM, seconds=STOP_SECONDS):
        """Asks it to end, and waits. Returns its exit status and what it said on stderr."""
        try:
            if self.process.poll() is None:
                self.process.send_signal(signal_number)
            status = self.process.wait(seconds)
            return status, self.said("err")
        except subprocess.TimeoutExpired:
            return "does not end", self.said("err")
        finally:
            self.kill()
            shutil.rmtree(self.folder, ignore_errors=True)

    def memory(self, what="VmRSS"):
        """Bytes of resident memory now (VmRSS), or at most so far (VmHWM)."""
        status = pathlib.Path(f"/proc/{self.pid}/status").read_text()
        return int(re.search(rf"^{what}:\s+(\d+) kB", status, re.M)[1]) * 1024

    def reset_peak(self):
        """Makes VmHWM start again from what is resident now. Linux only."""
        pathlib.Path(f"/proc/{self.pid}/clear_refs").write_text("5")

    def descriptors(self):
        return len(os.listdir(f"/proc/{self.pid}/fd"))


class DemoTest(unittest.TestCase):
    """Tests that share one demo. It must still be there at their end, and leave with status 0 when asked to."""
    flags = ("--reactors", "2")
    host = "127.0.0.1"
    environment = None
    demo = None
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        cls.demo = Demo(*cls.flags, host=cls.host, environment=cls.environment)

    @classmethod
    def tearDownClass(cls):
        status, said = cls.demo.end()
        assert status == 0, f"the demo ended with {status}: {said}"

    def wire(self, seconds=10):
        """A new connection, closed at the test's end."""
        made = Wire(self.demo.address, seconds)
        self.addCleanup(made.socket.close)
        return made

    def curl(self, target, *arguments, method="GET", address=None, body=None):
        """What curl got, its octets parsed as strictly as everything else."""
        upload = [] if body is None else ["--data-binary", "@-"]
        output = run_tool("curl", "-sSi", "--raw", "--http1.1", "--path-as-is", "--max-time", "10", *upload, *arguments,
                          (address or self.demo.url) + target, given=body)
        source = iter([output])
        reader = Reader(lambda _: next(source, b""))
        response = reader.response(method)
        while response.status < 200:
            response = reader.response(method)
        self.assertEqual(bytes(reader.buffer), b"", "octets behind the response")
        return response


def run_tool(*command, seconds=60, given=None):
    """Runs a client to its end; its failure is the test's."""
    done = subprocess.run(command, input=given, stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=seconds,
                          env=clean_environment(), check=False)
    if done.returncode != 0:
        raise AssertionError(f"{command[0]} ended with {done.returncode}: {done.stderr.decode(errors='replace')}")
    return done.stdout

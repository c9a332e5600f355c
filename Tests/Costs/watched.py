"""Programs that are watched while they serve, and what they are watched with."""
import contextlib
import mmap
import os
import pathlib
import re
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
sys.path.insert(0, str(HERE.parent / "Wire"))
from support import clean_environment, demo_path  # noqa: E402

BUILT = ROOT / ".build-c/costs"
LIBRARY = ROOT / ".build-c/release/libmartlet.a"
START_SECONDS = 60
END_SECONDS = 60
GOOD_ENDS = (0, -signal.SIGTERM)  # asked to end, some do not say anything about it
# Share of time, seconds, microseconds each, calls, errors if any, name.
STRACE_LINE = re.compile(r"^\s*[\d.]+\s+[\d.]+\s+\d+\s+(\d+)\s+(?:\d+\s+)?(\w+)$", re.M)
C_FLAGS = ("-O2", "-std=gnu11", "-Wall", "-Wextra", "-Werror")


def compile_c(name, output, *more):
    """Compiles a C file of this folder, as `make lib` left the library."""
    BUILT.mkdir(parents=True, exist_ok=True)
    path = BUILT / output
    subprocess.run([os.environ.get("CC", "cc"), *C_FLAGS, str(HERE / name), "-o", str(path), *more], check=True)
    return str(path)


def c_host():
    flags = subprocess.run(["pkg-config", "--cflags", "--libs", "libevent_core"], stdout=subprocess.PIPE, text=True,
                           check=True).stdout.split()
    return [compile_c("host.c", "host", f"-I{ROOT}/CCore/include", str(LIBRARY), *flags, "-lpthread")]


def demo():
    """The demo application on one event loop."""
    return [demo_path(), "--port", "0", "--reactors", "1", "--workers", "2"]


def is_reachable(port):
    try:
        socket.create_connection(("127.0.0.1", port), START_SECONDS).close()
        return True
    except ConnectionRefusedError:
        return False


class Program:
    """A server from the moment it is reachable to its end: at `port`, or where it says. What it says goes to files."""

    def __init__(self, command, environment=None, port=None):
        self.port = port
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="martlet-costs-"))
        with open(self.folder / "said", "wb") as said:
            self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=said, stderr=said,
                                            start_new_session=True, env=clean_environment(**(environment or {})))
        try:
            self.address = ("127.0.0.1", self.await_port())
        except BaseException:
            self.end()
            raise

    def said(self):
        return (self.folder / "said").read_text(errors="replace")

    def await_port(self):
        deadline = time.monotonic() + START_SECONDS
        while not self.has_port():
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise AssertionError(f"it did not start ({self.process.poll()}): {self.said()}")
            time.sleep(0.01)
        return self.port

    def has_port(self):
        if self.port:
            return is_reachable(self.port)
        if match := re.search(r"http://127\.0\.0\.1:(\d+)\s", self.said()):
            self.port = int(match[1])
        return bool(match)

    def end(self):
        """Asks it to end, with whatever watches it, and gives its exit status."""
        try:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGTERM)
            return self.process.wait(END_SECONDS)
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
            shutil.rmtree(self.folder, ignore_errors=True)

    def __enter__(self):
        return self

    def __exit__(self, *error):
        status = self.end()
        assert error[0] or status in GOOD_ENDS, f"it ended with {status}"


class CountedProgram(Program):
    """One whose allocations are counted: see counting_allocator.c."""
    NUMBERS = struct.Struct("3Q")

    def __init__(self, command):
        library = compile_c("counting_allocator.c", "libcounting.so", "-shared", "-fPIC")
        with tempfile.NamedTemporaryFile(prefix="martlet-counts-") as file:
            file.truncate(self.NUMBERS.size)
            self.map = mmap.mmap(file.fileno(), self.NUMBERS.size)
            super().__init__(command, {"LD_PRELOAD": library, "COUNTED_ALLOCATIONS": file.name})

    def counts(self):
        """Allocations, the bytes they asked for, and frees, so far."""
        return self.NUMBERS.unpack(self.map)


def system_calls(command, serve, port=None):
    """How often the program called each function of the kernel, from its start to its end, while `serve` had it."""
    with tempfile.NamedTemporaryFile(prefix="martlet-calls-") as report:
        with Program(["strace", "-f", "-c", "-o", report.name, *command], port=port) as program:
            serve(program.address)
        text = pathlib.Path(report.name).read_text()
    return {name: int(calls) for calls, name in STRACE_LINE.findall(text) if name != "total"}

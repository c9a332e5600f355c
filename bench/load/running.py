"""A contestant's server, from its start to its end."""
import contextlib
import os
import pathlib
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time

import accounting

START_SECONDS = 15
END_SECONDS = 5
POLL_SECONDS = 0.0005
CONNECTIONS = 12000
DESCRIPTORS = 15000
GET_HELLO = b"GET /hello HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"


class StartError(Exception):
    """The server did not come to answer."""


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as made:
        return made.getsockname()[1]


def in_own_group(cpus):
    """For a child, before it becomes its program: a process group, which ends together, but the same session."""
    def prepare():
        os.setpgid(0, 0)
        os.sched_setaffinity(0, cpus)
    return prepare


class Server:
    """Runs on the CPUs given, in a process group of its own; a context whose end ends all of it."""

    def __init__(self, contestant, cpus, reactors=1):
        self.contestant = contestant
        self.port = free_port()
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="martlet-bench-"))
        self.folder.chmod(0o755)
        self.began_ns = 0
        self.process = None
        try:
            self.start(cpus, reactors)
        except BaseException:
            self.end()
            raise

    def start(self, cpus, reactors):
        command = self.contestant.fill_in(self.words(reactors))
        with open(self.folder / "said", "wb") as said:
            self.began_ns = time.monotonic_ns()
            self.process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=said, stderr=said, preexec_fn=in_own_group(cpus),
                env={**os.environ, **dict(self.contestant.environment)})
        self.await_answer()
        self.pids = accounting.tree(self.process.pid)

    def words(self, reactors):
        """What stands in braces in commands and configurations."""
        site = self.folder / "site"
        site.mkdir()
        (site / "hello").write_bytes(b"Hello, World!")
        return {"port": self.port, "reactors": reactors, "folder": self.folder, "site": site,
                "user": pwd.getpwuid(os.getuid()).pw_name, "connections": CONNECTIONS, "descriptors": DESCRIPTORS}

    def await_answer(self):
        """Asks for /hello until somebody answers."""
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                raise StartError(f"ended with {self.process.returncode}: {self.said()}")
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 5) as connection:
                connection.sendall(GET_HELLO)
                if connection.recv(65536):
                    self.start_ns = time.monotonic_ns() - self.began_ns
                    return
            time.sleep(POLL_SECONDS)
        raise StartError(f"no answer within {START_SECONDS} s: {self.said()}")

    def said(self):
        lines = (self.folder / "said").read_text(errors="replace").split("\n")
        return " ".join(lines).strip()[-300:] or "it said nothing"

    def cpu_ns(self):
        return accounting.cpu_ns(self.pids)

    def is_running(self):
        return self.process.poll() is None

    def end(self):
        if self.process and self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGTERM)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(END_SECONDS)
        if self.process:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.end()

"""The command as a user runs it: a process, what it says, and signals to it."""
import os
import pathlib
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
import unittest

SECONDS = 30


class Command:
    """`python -m martlet ARGUMENTS` in `folder`, on a port that the system chooses unless they say where."""

    def __init__(self, *arguments, folder, binds=True, **popen):
        where = ["--port", "0"] if binds else []
        self.process = subprocess.Popen([sys.executable, "-m", "martlet", *arguments, *where], cwd=folder,
                                        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                        text=True, **popen)
        self.said, self.lines = [], []
        self._news = threading.Condition()
        self._readers = [threading.Thread(target=self._read, args=pair)
                         for pair in ((self.process.stderr, self.said), (self.process.stdout, self.lines))]
        for reader in self._readers:
            reader.start()

    def _read(self, stream, lines):
        with stream:
            for line in stream:
                with self._news:
                    lines.append(line.rstrip("\n"))
                    self._news.notify_all()
        with self._news:
            self._news.notify_all()

    def wait_for(self, pattern, count=1, lines=None):
        """The `count`th match in what was said on stderr, or in `lines`, once it is there."""
        lines = self.said if lines is None else lines
        deadline = time.monotonic() + SECONDS
        with self._news:
            while True:
                found = [match for line in lines if (match := re.search(pattern, line))]
                if len(found) >= count:
                    return found[count - 1]
                left = deadline - time.monotonic()
                if left <= 0 or (self.process.poll() is not None and not any(each.is_alive() for each in self._readers)):
                    raise AssertionError(f"no {count}. {pattern!r} in:\n" + "\n".join([*self.said, "--", *self.lines]))
                self._news.wait(min(left, 0.2))

    def port(self):
        return int(self.wait_for(r"running on http://\S+:(\d+)")[1])

    def workers(self, count):
        """The ids of the first `count` workers."""
        self.wait_for(r"Started server process", count)
        return [int(match[1]) for line in self.said if (match := re.search(r"Started server process \[(\d+)\]", line))]

    def signal(self, number):
        self.process.send_signal(number)

    def end(self):
        """The exit status; what was said is complete then."""
        status = self.process.wait(SECONDS)
        for reader in self._readers:
            reader.join(SECONDS)
        return status

    def stop(self):
        self.signal(signal.SIGTERM)
        return self.end()


class CommandCase(unittest.TestCase):
    """A folder for an application, and commands that are gone when the test is."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def write(self, name, source):
        """Writes a module so that it is read anew, however quickly one follows another."""
        path = self.folder / name
        path.with_suffix(".new").write_text(source)
        os.replace(path.with_suffix(".new"), path)

    def start(self, *arguments, **options):
        command = Command(*arguments, folder=self.folder, **options)
        self.addCleanup(self.kill, command)
        return command

    @staticmethod
    def kill(command):
        if command.process.poll() is None:
            command.signal(signal.SIGTERM)
            command.signal(signal.SIGTERM)
        try:
            command.end()
        except subprocess.TimeoutExpired:
            command.process.kill()
            raise

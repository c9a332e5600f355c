"""A framework's site, served by the command for all tests of a class, and what its clients need."""
import http.client
import json
import pathlib
import subprocess
import unittest
import uuid

from command import Command
from support import ask

APPLICATIONS = pathlib.Path(__file__).parent / "applications"


def multipart(fields, files):
    """The body of a form with files (name to file name and octets), and its type."""
    boundary = uuid.uuid4().hex
    parts = [f'name="{name}"\r\n\r\n{value}'.encode() for name, value in fields.items()]
    parts += [f'name="{name}"; filename="{file}"\r\nContent-Type: application/octet-stream\r\n\r\n'.encode() + octets
              for name, (file, octets) in files.items()]
    start = f"--{boundary}\r\nContent-Disposition: form-data; ".encode()
    return b"".join(start + part + b"\r\n" for part in parts) + f"--{boundary}--\r\n".encode(), \
        f"multipart/form-data; boundary={boundary}"


class SiteCase(unittest.TestCase):
    """`application` is what the command serves, with `options`."""

    application = ""
    options = ()

    @classmethod
    def setUpClass(cls):
        cls.command = Command(cls.application, *cls.options, folder=APPLICATIONS)
        cls.addClassCleanup(cls.command.stop)
        cls.port = cls.command.port()

    def ask(self, method, target, body=None, **headers):
        return ask(self.port, method, target, body, {name.replace("_", "-"): value for name, value in headers.items()})

    def json(self, *given, **headers):
        return json.loads(self.ask(*given, **headers).body)

    def broken_answer(self, target):
        """What came of an answer that breaks off."""
        with self.assertRaises(http.client.IncompleteRead) as caught:
            self.ask("GET", target)
        return caught.exception.partial

    def load(self, target, seconds=1):
        told = subprocess.run(["wrk", "-t1", "-c64", f"-d{seconds}s", f"http://127.0.0.1:{self.port}{target}"],
                              capture_output=True, text=True, timeout=60).stdout
        self.assertRegex(told, r"\d+ requests in")
        self.assertNotIn("Socket errors", told)
        self.assertNotIn("Non-2xx", told)

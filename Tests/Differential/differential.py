"""Two builds of the demo, the same octets to both, and what comes back."""
import os
import pathlib
import re
import shutil
import socket
import sys
import tempfile
import time

TESTS = pathlib.Path(__file__).resolve().parents[1]
for folder in ("Wire", "Conformance", "Smuggling"):
    sys.path.insert(0, str(TESTS / folder))
from support import Demo  # noqa: E402
from peers import fill_site  # noqa: E402

SECONDS = 10
PAUSE_SECONDS = 0.001
DATE = re.compile(rb"(?m)^Date: [^\r]{29}\r$")


class Pair:
    """The demo as each engine runs it, over the same files."""

    def __init__(self, *paths):
        self.folder = tempfile.mkdtemp(prefix="martlet-differential-")
        os.chmod(self.folder, 0o755)
        self.demos = []
        try:
            static = str(fill_site(self.folder) / "static")
            for path in paths:
                os.environ["MARTLET_DEMO"] = path
                self.demos.append(Demo("--reactors", "1", "--static", static))
        except BaseException:
            self.end()
            raise

    def answers(self, pieces):
        """What each says to the pieces, sent one after the other: all octets up to its end, less the date."""
        return [exchange(demo.address, pieces) for demo in self.demos]

    def end(self):
        endings = [demo.end() for demo in self.demos]
        shutil.rmtree(self.folder, ignore_errors=True)
        return endings


def exchange(address, pieces):
    """One connection: the pieces, then the end of sending, then all that comes. A reset ends it as a close does: what was
    received before it counts."""
    received = bytearray()
    with socket.create_connection(address, SECONDS) as client:
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            for index, piece in enumerate(pieces):
                if index:
                    time.sleep(PAUSE_SECONDS)
                client.sendall(piece)
            client.shutdown(socket.SHUT_WR)
        except OSError:
            pass  # refused before all of it was sent
        try:
            while octets := client.recv(65536):
                received += octets
        except ConnectionError:
            pass
    return DATE.sub(b"Date: -\r", bytes(received))


def split(octets, generator):
    """At up to four places, chosen by the generator."""
    cuts = sorted({generator.randrange(1, len(octets)) for _ in range(generator.randint(1, 4))}) if len(octets) > 1 else []
    return [octets[start:end] for start, end in zip([0, *cuts], [*cuts, len(octets)])]

"""What these tests share: the README's code, the library as `make install` leaves it, and programs that are started."""
import contextlib
import os
import pathlib
import random
import re
import shutil
import signal
import socket
import subprocess
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
README = ROOT / "README.md"
MAKE = shutil.which("gmake") or "make"
START_SECONDS = 20


def code_block(language):
    """The README's one block of code in that language."""
    blocks = re.findall(rf"^```{language}\n(.*?)^```$", README.read_text(), re.M | re.S)
    assert len(blocks) == 1, f"README.md has {len(blocks)} blocks of {language}"
    return blocks[0]


def run(*command, **environment):
    """Runs to the end what must succeed, and gives what it printed."""
    # Without the words of a make around this one: they would reach the make that is started here.
    kept = {name: value for name, value in os.environ.items() if name not in ("MAKEFLAGS", "MFLAGS", "MAKELEVEL")}
    done = subprocess.run(command, cwd=ROOT, env={**kept, **environment}, stdin=subprocess.DEVNULL, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    assert done.returncode == 0, f"{' '.join(map(str, command))} ended with {done.returncode}:\n{done.stdout}"
    return done.stdout


def make(target, prefix, destdir=""):
    return run(MAKE, "--no-print-directory", target, f"PREFIX={prefix}", f"DESTDIR={destdir}")


def free_port():
    """A port that nobody has, from below those that the system hands out by itself."""
    for port in random.sample(range(10000, 30000), 100):
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    raise AssertionError("found no free port")


@contextlib.contextmanager
def started(program):
    """The program, running until the block's end."""
    process = subprocess.Popen([program], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                               text=True)
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def stop(process, by=signal.SIGTERM):
    """Asks for the process's end, and gives the status that it ended with."""
    process.send_signal(by)
    return process.wait(START_SECONDS)


def ask(process, port, target):
    """GETs the target over a connection of its own as soon as the process takes one, and gives head and body."""
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            connection = socket.create_connection(("127.0.0.1", port), START_SECONDS)
            break
        except ConnectionRefusedError:
            assert process.poll() is None, f"it ended with {process.returncode}: {process.stderr.read()}"
            assert time.monotonic() < deadline, f"nobody listens on port {port}"
            time.sleep(0.02)
    with connection:
        connection.sendall(f"GET {target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode())
        answer = b"".join(iter(lambda: connection.recv(65536), b""))
    head, _, body = answer.decode().partition("\r\n\r\n")
    return head, body

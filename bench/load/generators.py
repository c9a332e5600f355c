"""wrk, ab and our own loader: each runs against a port and gives a Sample of what it and the kernel's books say."""
import dataclasses
import json
import pathlib
import re
import subprocess

import accounting
from places import BIN

FOLDER = pathlib.Path(__file__).resolve().parent
AB_TIMEOUT_SECONDS = 5  # without an answer
GUARD_SECONDS = 60  # a generator that takes so much longer than it should is ended


class LoadError(Exception):
    """The generator did not do its work."""


@dataclasses.dataclass
class Sample:
    """One run of one load against one contestant. Latencies are in microseconds, None where nobody measured them."""
    answers: int
    seconds: float
    errors: int
    latency: dict
    cpu_ns: int = 0
    kept_alive: float | None = None
    extra: dict = dataclasses.field(default_factory=dict)

    @property
    def per_second(self):
        return self.answers / self.seconds

    @property
    def cpu_us(self):
        """The server's CPU time for an answer."""
        return self.cpu_ns / self.answers / 1000 if self.answers else float("inf")


def last_line(output):
    return (output.strip().splitlines() or ["nothing"])[-1][-200:]


def parse_wrk(output):
    """From the line that wrk.lua prints. Of pipelined requests wrk knows no percentiles, and says 0."""
    line = re.search(r"^\{.*\}$", output, re.M)
    if not line:
        raise LoadError(f"wrk says {last_line(output)}")
    said = json.loads(line[0])
    latency = {name: value or None for name, value in said["latency_us"].items()}
    if not latency["p99"]:
        latency = {}
    return Sample(said["answers"], said["us"] / 1e6, sum(said["errors"].values()), latency)


def parse_ab(output):
    def number(label, missing=None):
        found = re.search(rf"^ *{label}:? +([\d.]+)", output, re.M)
        if not found and missing is None:
            raise LoadError(f"ab says no {label!r}: {last_line(output)}")
        return float(found[1]) if found else missing
    answers = int(number("Complete requests"))
    errors = int(number("Failed requests") + number("Non-2xx responses", 0))
    latency = {"p50": number("50%") * 1000, "p99": number("99%") * 1000}
    kept = number("Keep-Alive requests", 0) / answers if answers else 0.0
    return Sample(answers, number("Time taken for tests"), errors, latency, kept_alive=kept)


def parse_loader(line):
    said = json.loads(line)
    return Sample(said["answers"], said["seconds"], sum(said["errors"].values()), said["latency_us"],
                  extra={"body_bytes": said["body_bytes"], "opened": said["opened"]})


def finish(process, seconds):
    """What the process printed, once it has ended."""
    try:
        output, _ = process.communicate(timeout=seconds + GUARD_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
        raise LoadError(f"{process.args[0]} was not done after {seconds + GUARD_SECONDS} s") from None
    if process.returncode != 0:
        raise LoadError(f"{process.args[0]} ended with {process.returncode}: {last_line(output)}")
    return output


def start(command, cpus):
    return subprocess.Popen([str(word) for word in command], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                            stderr=subprocess.STDOUT, text=True, preexec_fn=accounting.pin(cpus))


def run_whole(server, command, cpus, seconds, parse):
    """A generator that cannot be told when to begin: its connections' start is in the server's CPU time."""
    before = server.cpu_ns()
    output = finish(start(command, cpus), seconds)
    used = server.cpu_ns() - before
    sample = parse(output)
    sample.cpu_ns = used
    return sample


def url(server, path="/hello"):
    return f"http://127.0.0.1:{server.port}{path}"


def wrk(server, cpus, connections, seconds, depth=1):
    command = ("wrk", "-t1", f"-c{connections}", f"-d{max(1, round(seconds))}s", "-s", FOLDER / "wrk.lua", url(server),
               "--", depth)
    return run_whole(server, command, cpus, seconds, parse_wrk)


def ab(server, cpus, requests, connections):
    command = ("ab", "-q", "-k", "-s", AB_TIMEOUT_SECONDS, "-n", requests, "-c", connections, url(server))
    return run_whole(server, command, cpus, GUARD_SECONDS, parse_ab)


# Our names for the loader's options.
LETTERS = {"connections": "-c", "seconds": "-t", "per_write": "-p", "per_connection": "-n", "last": "-l",
           "per_second": "-r"}


class Loader:
    """Our own, which opens its connections, says that it is ready and waits; a context that ends it."""

    def __init__(self, server, cpus, folder, requests, mode="-w", **options):
        words = [word for name, value in options.items() for word in (LETTERS[name], value)]
        files = [folder / name for name in requests]
        self.process = start((BIN / "loader", mode, *words, server.port, *files), cpus)
        line = self.process.stdout.readline().strip()
        if line != "ready":
            self.end()
            raise LoadError(line or f"the loader ended with {self.process.returncode}")

    def go(self):
        """Lets it load."""
        self.process.stdin.write("go\n")
        self.process.stdin.flush()

    def result(self):
        line = self.process.stdout.readline()
        if not line:
            raise LoadError(f"the loader ended with {self.process.wait(GUARD_SECONDS)}")
        return parse_loader(line)

    def end(self):
        try:
            self.process.communicate(timeout=5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.communicate()

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.end()


def together(server, loaders):
    """The sums of loaders that run at the same time. The CPU time counts from when all connections stand."""
    before = server.cpu_ns()
    for loader in loaders:
        loader.go()
    samples = [loader.result() for loader in loaders]
    used = server.cpu_ns() - before
    whole, *others = samples
    whole.cpu_ns = used
    for other in others:
        whole.answers += other.answers
        whole.errors += other.errors
    return whole


def load(server, cpus, folder, requests, **options):
    """A load by our own generator."""
    with Loader(server, cpus, folder, requests, **options) as loader:
        return together(server, [loader])

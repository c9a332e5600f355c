"""What the tests of abuse share: a client that behaves beside it, and the bounds that the server keeps meanwhile."""
import contextlib
import json
import os
import pathlib
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "Wire")]
from support import Demo, DemoTest, clean_environment  # noqa: E402,F401
from wire import Wire, request  # noqa: E402,F401

# `make soak` asks for the long form of what `make test` runs shortened.
SOAK = os.environ.get("MARTLET_SOAK") == "1"
# How much slower than the release build the demo is, and whether its memory is a sanitizer's.
SLOWNESS = float(os.environ.get("MARTLET_SLOWNESS", "1"))
SANITIZED = os.environ.get("MARTLET_SANITIZED") == "1"
SANITIZER_DESCRIPTORS = 8 if SANITIZED else 0  # its runtime opens pipes of its own as it pleases

P99_MS = 100
# For an answer, client and server wake up in turn: so often a busy machine makes both wait beyond our bound.
WAKES = 4
# Where the abuse alone keeps the reactor busy without a pause, everybody waits for everybody's turn.
BUSY_P99_MS = 500
KIB, MIB = 1 << 10, 1 << 20
BASE_BYTES = 4 * MIB  # what any burst may cost: pools of the reactors, arenas of malloc
TICKS = os.sysconf("SC_CLK_TCK")


class GoodClient:
    """good_client.py beside the abuse."""

    def __init__(self, address):
        self.process = subprocess.Popen([sys.executable, str(HERE / "good_client.py"), *map(str, address)],
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=clean_environment())
        self.process.stdout.readline()  # it was served once

    def end(self):
        """Asks it to end; its report."""
        try:
            output, _ = self.process.communicate(timeout=30)
        finally:
            self.process.kill()
            self.process.wait()
        return json.loads(output)


class AbuseTest(DemoTest):
    """One reactor serves the abusers and the client that behaves: whoever holds it up is felt."""
    flags = ("--reactors", "1", "--workers", "2")

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        with Wire(cls.demo.address) as wire:  # what is made at its first use is no growth
            for target in ["/hello", "/slow?ms=1", "/async?ms=1", "/events?count=2&ms=1", "/download?bytes=1000000",
                           "/static/hello.txt"] * 10:
                wire.ask(request(target))
                wire.ask(request("/upload", "POST", body=b"x" * 10000))

    def counts(self):
        with Wire(self.demo.address) as wire:
            return json.loads(wire.ask(request("/api/status", fields=["Connection: close"])).body)

    def cpu_seconds(self):
        """What the demo has computed so far, in user mode and in the kernel."""
        fields = pathlib.Path(f"/proc/{self.demo.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICKS

    def assert_at_rest(self, descriptors, seconds=10):
        """Soon nobody is connected but who asks, nothing is under way or open, and the server does nothing."""
        deadline = time.monotonic() + seconds * SLOWNESS
        while True:
            counts, opened = self.counts(), self.demo.descriptors()
            if (counts["connections"]["open"], counts["requests"]["active"]) == (1, 1) and \
                    opened <= descriptors + SANITIZER_DESCRIPTORS:
                break
            self.assertLess(time.monotonic(), deadline, f"what never ends: {counts}, {opened} descriptors")
            time.sleep(0.05)
        before = self.cpu_seconds()
        time.sleep(0.2)
        self.assertLess(self.cpu_seconds() - before, 0.1, "it spins")

    def assert_prompt(self, report, p99_ms):
        self.assertEqual(report["failures"], [])
        self.assertGreater(report["asked"], 20, "the abuse was over before it was felt")
        self.assertLess(report["p99_ms"], p99_ms * SLOWNESS + WAKES * report["late_ms"])

    @contextlib.contextmanager
    def contained(self, growth_bytes, p99_ms=P99_MS):
        """While the block abuses the server, a client that behaves is served in time, and memory stays bounded."""
        descriptors, memory = self.demo.descriptors(), self.demo.memory()
        self.demo.reset_peak()
        client = GoodClient(self.demo.address)
        try:
            yield
        finally:
            report = client.end()
        grown = self.demo.memory("VmHWM") - memory
        print(f"\n    p99 {report['p99_ms']:.1f} of {p99_ms:.0f} ms (of {report['asked']}, machine"
              f" {report['late_ms']:.1f}), grown by {grown / MIB:.1f} of {growth_bytes / MIB:.1f} MiB",
              file=sys.stderr, flush=True)
        self.assert_prompt(report, p99_ms)
        if not SANITIZED:
            self.assertLess(grown, growth_bytes)
        self.assert_at_rest(descriptors)

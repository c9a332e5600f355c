"""Load, abusers of each kind and disconnects together, for minutes in `make soak`: in the end nothing is left."""
import random
import subprocess
import sys
import time
import unittest

from abuse import BASE_BYTES, BUSY_P99_MS, KIB, MIB, SANITIZED, SOAK, AbuseTest, clean_environment
from crowd import Crowd
from wire import request

SECONDS = 90 if SOAK else 3
SEED = 20261125
CROWD = 300
# The system's malloc keeps much of what was freed, the more the more threads took turns: what is in use is a tenth.
KEPT_BYTES = 128 * MIB
CHUNKED = request("/upload", "POST", ["Transfer-Encoding: chunked"])

# What a crowd sends first, and what it sends behind that for ever.
KINDS = {
    "idle": (request(), b""),
    "slow headers": (b"GET /hello HTTP/1.1\r\nX: ", b""),
    "slow bodies": (request("/test/body", "POST", ["Content-Length: 100000"]) + b"x" * 1000, b""),
    "no readers": (request("/download?bytes=1000000000"), b""),
    "pipelining": (b"", request() * 100),
    "header bombs": (b"GET /hello HTTP/1.1\r\n", b"A: b\r\n" * 100),
    "extensions": (CHUNKED, b"1;a=b\r\nx\r\n" * 100),
    "one-octet chunks": (CHUNKED, b"1\r\nx\r\n" * 100),
    "trailers": (CHUNKED + b"0\r\n", b"A: b\r\n" * 100),
    "requests after close": (request(fields=["Connection: close"]), request() * 100),
    "waiting for workers": (request("/slow?ms=5") * 3, b""),
    "waiting without a thread": (request("/async?ms=3000") * 3, b""),
    "events": (request("/events?count=100&ms=100"), b""),
    "nonsense": (b"\x00\xff nonsense\r\n\r\n", b"\x80" * 100),
}


class Soak(AbuseTest):
    flags = ("--reactors", "2", "--workers", "4")
    environment = {"MARTLET_HEADER_TIMEOUT_MS": "1500", "MARTLET_BODY_TIMEOUT_MS": "1500",
                   "MARTLET_WRITE_TIMEOUT_MS": "1500", "MARTLET_LINGER_TIMEOUT_MS": "300",
                   "MARTLET_WORKER_QUEUE_CAPACITY": "200"}

    def abuse_for(self, seconds, dice):
        """Crowds of one kind or another come, stay a moment and leave, the one way or the other."""
        met, until = dict.fromkeys(KINDS, 0), time.monotonic() + seconds
        while time.monotonic() < until:
            kind = dice.choice(list(KINDS))
            first, endless = KINDS[kind]
            with Crowd(self.demo.address, CROWD, f"127.0.0.{dice.randint(2, 9)}") as crowd:
                crowd.send(first, endless)
                crowd.pump(dice.uniform(0.05, 2), lambda crowd=crowd: not crowd.open,
                           read_bytes=0 if kind == "no readers" else 65536)
                crowd.close(reset=dice.random() < 0.5)
            met[kind] += 1
        return met

    def test_load_and_abuse_together_leave_nothing_behind(self):
        dice = random.Random(SEED)
        print(f"\n    {SECONDS} s, seed {SEED}", file=sys.stderr, flush=True)
        self.abuse_for(SECONDS / 3, dice)  # until every pool has the size that it keeps
        self.assert_at_rest(self.demo.descriptors())
        memory, total = self.demo.memory(), self.counts()["requests"]["total"]
        bound = CROWD * (64 * 16 * KIB + 256 * KIB) + BASE_BYTES
        with self.contained(bound, BUSY_P99_MS):
            load = subprocess.Popen(["wrk", "-t1", "-c50", f"-d{SECONDS}s", self.demo.url + "/hello"],
                                    stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=clean_environment())
            try:
                met = self.abuse_for(SECONDS, dice)
                said, _ = load.communicate(timeout=60)
            finally:
                load.kill()
                load.wait()
        print(f"    {met}", file=sys.stderr, flush=True)
        self.assertNotIn(b"Socket errors", said)
        self.assertNotIn(b"Non-2xx", said)
        self.assertGreater(self.counts()["requests"]["total"], total)
        grown = self.demo.memory() - memory
        print(f"    grown by {grown / MIB:.1f} MiB in the end", file=sys.stderr, flush=True)
        if not SANITIZED:
            self.assertLess(grown, KEPT_BYTES)


if __name__ == "__main__":
    unittest.main()

"""Crowds: thousands that idle, storms of connections, more than there are descriptors, and all leaving at once."""
import contextlib
import multiprocessing
import resource
import sys
import time
import unittest

from abuse import BASE_BYTES, BUSY_P99_MS, KIB, MIB, P99_MS, SANITIZED, SLOWNESS, SOAK, AbuseTest
from crowd import Crowd
from good_client import Diary
from wire import Wire, request

SPAWN = multiprocessing.get_context("spawn")
IDLE = 20000
OWN_DESCRIPTORS = 120  # the server's, the behaving client's, and those of whoever asks how it is
AT_ONCE = 200  # come and go together: what happens when all do is another test's matter
IDLE_BYTES = 1 * KIB  # a connection that was served and idles, all that the process grows by


def gather(crowd, address, count, source):
    """A few at a time join and are served once; whether all were."""
    while len(crowd) < count:
        new = crowd.join(address, min(AT_ONCE, count - len(crowd)), source)
        for member in new:
            crowd.have_send(member, request())
        crowd.pump(20, lambda new=new: all(member.got for member in new))
    return [member.statuses for member in crowd] == [[200]] * count


def hold(address, count, source, pipe):
    """A process that has `count` connections served once, and keeps them until it is told to go."""
    with Crowd(address, 0) as crowd:
        pipe.send(gather(crowd, address, count, source))
        pipe.recv()
        crowd.pump(0.1)
        pipe.send(len(crowd.open))
        pipe.recv()
        for number, member in enumerate(crowd):
            member.socket.close()
            if number % AT_ONCE == 0:
                time.sleep(0.01)


class Holders:
    """Processes that hold a share of `count` connections each: one may have no more descriptors than the server."""

    def __init__(self, address, count, processes=2):
        self.pipes, self.processes = [], []
        for number in range(processes):
            mine, theirs = SPAWN.Pipe()
            share = count * (number + 1) // processes - count * number // processes
            process = SPAWN.Process(target=hold, args=(address, share, f"127.0.0.{number + 2}", theirs), daemon=True)
            process.start()
            theirs.close()
            self.pipes.append(mine)
            self.processes.append(process)

    def answers(self):
        return [pipe.recv() for pipe in self.pipes]

    def ask(self):
        for pipe in self.pipes:
            pipe.send(None)
        return self.answers()

    def end(self):
        for pipe, process in zip(self.pipes, self.processes):
            with contextlib.suppress(OSError):
                pipe.send(None)
            process.join(30)
            if process.is_alive():
                process.kill()
                process.join()


class Idlers(AbuseTest):
    environment = {"MARTLET_IDLE_TIMEOUT_MS": "120000"}

    def test_twenty_thousand_idle_connections_cost_a_kibibyte_each_and_nobody_time(self):
        limit = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
        count = min(IDLE, limit - OWN_DESCRIPTORS)
        print(f"\n    {count} connections: {limit} descriptors are all that a process may have", file=sys.stderr)
        with self.contained(count * IDLE_BYTES + BASE_BYTES, BUSY_P99_MS):
            holders = Holders(self.demo.address, count)
            try:
                self.assertEqual(holders.answers(), [True, True])
                self.assertEqual(self.counts()["connections"]["open"], count + 2)
                before = self.cpu_seconds()
                time.sleep(1)
                self.assertLess(self.cpu_seconds() - before, 0.3 * SLOWNESS, "those who idle cost time")
                self.assertEqual(sum(holders.ask()), count, "idle connections were lost")
            finally:
                holders.end()


class Storms(AbuseTest):
    SECONDS = 1.5

    def storm(self, source, count=500):
        """Connections opened and dropped as fast as may be; how many, and how many of them were served."""
        opened = served = 0
        until = time.monotonic() + self.SECONDS
        while time.monotonic() < until:
            with Crowd(self.demo.address, count, source) as crowd:
                crowd.send(request())
                crowd.pump(5, lambda crowd=crowd: all(member.got or not member.is_open for member in crowd))
                opened += count
                served += sum(bool(member.got) for member in crowd)
                crowd.close(reset=True)
        return opened, served

    def test_a_storm_of_connections_lets_others_in(self):
        with self.contained(500 * 16 * KIB + BASE_BYTES, BUSY_P99_MS):
            opened, served = self.storm("127.0.0.9")
        self.assertEqual(opened, served)


class StormsOfOnePeer(Storms):
    environment = {"MARTLET_MAX_CONNECTIONS_PER_PEER": "100"}

    def test_a_storm_of_connections_lets_others_in(self):
        # Here all but a hundred at a time are closed as they come.
        with self.contained(500 * 16 * KIB + BASE_BYTES, BUSY_P99_MS):
            with Crowd(self.demo.address, 500, "127.0.0.9") as crowd:
                crowd.send(request())
                crowd.pump(5, lambda: sum(bool(member.got) or not member.is_open for member in crowd) == 500)
                self.assertEqual(sum(member.statuses == [200] for member in crowd), 100)
                self.assertEqual(len(crowd.open), 100)
                with Crowd(self.demo.address, 100, "127.0.0.10") as others:
                    others.send(request())
                    others.pump(5, lambda: all(member.got for member in others))
                    self.assertEqual([member.statuses for member in others], [[200]] * 100)
            opened, served = self.storm("127.0.0.9")
            self.assertLess(served, opened)
            self.assertGreater(served, 0)


class FewDescriptors(AbuseTest):
    """A server that may have 128 descriptors, and 300 who want one."""
    LIMIT = 128

    @classmethod
    def setUpClass(cls):
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (cls.LIMIT, hard))
        try:
            super().setUpClass()
        finally:
            resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))

    def test_serves_those_it_has_without_spinning_and_lets_others_in_when_some_leave(self):
        with Wire(self.demo.address) as kept, Crowd(self.demo.address, 300) as crowd:
            self.assertEqual(kept.ask(request()).status, 200)
            crowd.send(request())
            crowd.pump(1)
            served = [member for member in crowd if member.got]
            self.assertGreater(len(served), self.LIMIT // 2)
            self.assertLess(len(served), self.LIMIT)
            before = self.cpu_seconds()
            diary = Diary()
            for _ in range(100):
                began = time.monotonic()
                self.assertEqual(kept.ask(request()).status, 200)
                diary.note(time.monotonic() - began)
                diary.pause(0.01)
            self.assert_prompt(diary.report(), P99_MS)
            self.assertLess(self.cpu_seconds() - before, 0.3 * SLOWNESS, "it spins")
            self.assertEqual(kept.ask(request("/static/hello.txt")).status, 503)
            for _ in range(5):  # as some leave, as many others are served
                for member in [member for member in crowd.open if member.got]:
                    member.socket.close()
                    member.end()
                crowd.pump(2, lambda: all(member.got for member in crowd))
            self.assertEqual({tuple(member.statuses) for member in crowd}, {(200,)})
            self.assertEqual(kept.ask(request("/static/hello.txt")).status, 200)
        self.assertIn("accepting pauses", self.demo.said("err"))


class MassDisconnects(AbuseTest):
    CROWD = 4000
    ROUNDS = 8 if SOAK else 2
    # A request under way at the most: its exchange, its task, a buffer; a stream as in the tests of slow readers.
    MEMBER_BYTES = 32 * KIB
    STREAMERS = 200
    STREAMER_BYTES = 256 * KIB
    environment = {"MARTLET_OUTPUT_HIGH_WATER_BYTES": str(64 * KIB), "MARTLET_OUTPUT_LOW_WATER_BYTES": str(16 * KIB),
                   "MARTLET_WORKER_QUEUE_CAPACITY": "65536"}

    STATES = [
        b"",
        request(),
        b"GET /hello HTTP/1.1\r\nHost: loc",
        request("/test/body", "POST", ["Content-Length: 1000"]) + b"half",
        request("/upload", "POST", ["Transfer-Encoding: chunked"]) + b"5\r\nhel",
        request("/echo", "POST", ["Transfer-Encoding: chunked"]) + b"5\r\nhello\r\n",
        request("/slow?ms=1"),
        request("/async?ms=5000"),
        request("/async?ms=5000") * 5,
        request("/events?count=100&ms=500"),
    ]

    def gather(self, crowd, streamers):
        for number, member in enumerate(crowd):
            crowd.have_send(member, self.STATES[number % len(self.STATES)])
        streamers.send(request("/download?bytes=1000000000000"))
        crowd.pump(1)
        streamers.pump(0.2, read_bytes=0)

    def test_thousands_in_every_state_leave_at_once_and_leave_nothing(self):
        grown = []
        for number in range(self.ROUNDS):
            memory = self.demo.memory()
            bound = self.CROWD * self.MEMBER_BYTES + self.STREAMERS * self.STREAMER_BYTES + BASE_BYTES
            with self.contained(bound, BUSY_P99_MS):
                with Crowd(self.demo.address, self.CROWD) as crowd, \
                        Crowd(self.demo.address, self.STREAMERS) as streamers:
                    self.gather(crowd, streamers)
                    self.assertGreater(self.counts()["requests"]["active"], self.CROWD / 3)
                    crowd.close(reset=number % 2 == 0)
                    streamers.close(reset=number % 2 == 0)
            grown.append((self.demo.memory() - memory) / MIB)
        print(f"    grown by round: {', '.join(f'{each:.1f}' for each in grown)} MiB", file=sys.stderr, flush=True)
        if not SANITIZED:
            self.assertLess(sum(grown[len(grown) // 2:]), 16, "more of the same needs no more memory")
        with Wire(self.demo.address) as wire:
            self.assertEqual(wire.ask(request()).status, 200)


if __name__ == "__main__":
    unittest.main()

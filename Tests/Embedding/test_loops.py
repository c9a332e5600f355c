"""The server inside loops that their host owns: one thread for both, and each gets its turn."""
import concurrent.futures
import os
import select
import signal
import subprocess
import sys
import time
import unittest

from builds import SANITIZED, STRICT
from test_examples_c import Examples
from tour import STOP_SECONDS, request

# What both loops allow for a head that does not come; and some more, for a busy machine.
HEADER_SECONDS = 1
PATIENCE_SECONDS = 10


class LoopTests(Examples):
    """What holds in any loop."""
    example = None
    target = None

    def begin(self):
        return self.start(f"loops/{self.example}", stdin=subprocess.PIPE)

    def test_handlers_run_on_the_hosts_only_thread(self):
        tour = self.begin()
        with tour.wire() as wire:
            self.assertEqual(wire.ask(request("/thread")).body, b"the host's")
        if sys.platform == "linux":
            self.assertEqual(len(os.listdir(f"/proc/{tour.process.pid}/task")), 1)
        self.end(tour)

    def test_timeouts_are_kept_while_the_descriptor_is_silent(self):
        tour = self.begin()
        with tour.wire() as wire:
            began = time.monotonic()
            wire.send(b"GET /thread HTTP")
            self.assertEqual(wire.response().status, 408)
            self.assertTrue(wire.is_at_end())
            self.assertGreater(time.monotonic() - began, HEADER_SECONDS / 2)
            self.assertLess(time.monotonic() - began, PATIENCE_SECONDS)
        self.end(tour)

    def test_many_clients_are_served(self):
        tour = self.begin()

        def visit(_):
            with tour.wire() as wire:
                for _ in range(20):
                    wire.send(request(self.target) * 10)
                    for _ in range(10):
                        self.assertEqual(wire.response().status, 200)
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            list(pool.map(visit, range(8)))
        self.end(tour)

    def test_sleeps_when_there_is_nothing_to_do(self):
        tour = self.begin()
        with tour.wire() as wire:
            wire.ask(request(self.target))
            before = self.cpu_seconds(tour)
            time.sleep(0.5)
            self.assertLess(self.cpu_seconds(tour) - before, 0.2)
        self.end(tour)

    @staticmethod
    def cpu_seconds(tour):
        if sys.platform != "linux":
            return 0
        with open(f"/proc/{tour.process.pid}/stat", encoding="utf-8") as file:
            fields = file.read().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


class PollTests(LoopTests):
    example, target = "bare_poll", "/line"

    def begin(self):
        tour = super().begin()
        self.addCleanup(tour.process.stdin.close)
        return tour

    @staticmethod
    def say(tour, line):
        tour.process.stdin.write(line + b"\n")
        tour.process.stdin.flush()

    def wait_for_answer(self, wire):
        return bool(select.select([wire.socket], [], [], 0.1)[0])

    def test_the_hosts_own_descriptor_is_served_beside(self):
        tour = self.begin()
        with tour.wire() as wire:
            for line in (b"one", b"two"):
                wire.send(request("/next"))
                self.assertFalse(self.wait_for_answer(wire))
                self.say(tour, line)
                self.assertEqual(wire.response().body, line)
                self.assertEqual(wire.ask(request("/line")).body, line)
        self.end(tour)

    def test_a_request_under_way_is_answered_behind_the_signal(self):
        tour = self.begin()
        with tour.wire() as wire:
            wire.send(request("/line") + request("/next"))
            wire.response()
            tour.process.send_signal(signal.SIGTERM)
            deadline = time.monotonic() + PATIENCE_SECONDS
            while tour.is_accepting() and time.monotonic() < deadline:
                time.sleep(0.01)
            self.assertIsNone(tour.process.poll())
            self.say(tour, b"late")
            self.assertEqual(wire.response().body, b"late")
        self.assertEqual(tour.process.wait(STOP_SECONDS), 0)
        self.end(tour)

    def test_goes_on_when_the_hosts_descriptor_has_ended(self):
        tour = self.begin()
        with tour.wire() as wire:
            wire.send(request("/next"))
            self.assertFalse(self.wait_for_answer(wire))
            tour.process.stdin.close()
            self.assertEqual(wire.response().status, 503)
            self.assertEqual(wire.ask(request("/thread")).status, 200)
        self.end(tour)


class LibeventTests(LoopTests):
    example, target = "libevent_base", "/ticks"

    def begin(self):
        tour = super().begin()
        tour.process.stdin.close()
        return tour

    def test_the_hosts_own_timer_fires_between_requests_and_answers_some(self):
        tour = self.begin()
        with tour.wire() as wire:
            first = int(wire.ask(request("/ticks")).body)
            deadline = time.monotonic() + PATIENCE_SECONDS
            while int(wire.ask(request("/ticks")).body) < first + 5:
                self.assertLess(time.monotonic(), deadline, "the timer does not fire")
            seen = int(wire.ask(request("/ticks")).body)
            self.assertGreater(int(wire.ask(request("/tick")).body), seen)
        self.end(tour)

    def test_a_request_under_way_is_answered_behind_the_signal(self):
        tour = self.begin()
        with tour.wire() as wire:
            wire.send(request("/ticks") + request("/tick"))
            wire.response()
            tour.process.send_signal(signal.SIGTERM)
            self.assertEqual(wire.response().status, 200)
        self.assertEqual(tour.process.wait(STOP_SECONDS), 0)
        self.end(tour)


class BarePoll(PollTests, unittest.TestCase):
    kind = STRICT


class SanitizedBarePoll(PollTests, unittest.TestCase):
    kind = SANITIZED


class LibeventBase(LibeventTests, unittest.TestCase):
    kind = STRICT


class SanitizedLibeventBase(LibeventTests, unittest.TestCase):
    kind = SANITIZED


if __name__ == "__main__":
    unittest.main()

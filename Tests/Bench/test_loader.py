"""The load generator against the demo application: what it counts is what was served, what it times is what was waited."""
import json
import os
import signal
import subprocess
import sys
import time
import types
import unittest

from bench_support import build_loader, files, places

import accounting
import checking
from contestants import BODIES, HELLO
from support import DemoTest
from wire_requests import GREETING, get

LAST = get("/hello", "Connection: close")


class Loader(DemoTest):
    flags = ("--reactors", "1")

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        build_loader()

    def status(self):
        return json.loads(self.curl("/api/status").body)

    def load(self, *options, path="/hello", seconds=0.2):
        """What the loader says of a load with these options."""
        with files(request=get(path), last=LAST) as folder:
            words = [str(folder / word) if word == "last" else str(word) for word in options]
            done = subprocess.run([places.BIN / "loader", "-t", str(seconds), *words, str(self.demo.port),
                                   folder / "request"], stdout=subprocess.PIPE, timeout=30, check=True)
        said = json.loads(done.stdout)
        self.assertEqual(set(said["errors"].values()) - {0}, set(), said)
        return said

    def served(self, *options, **more):
        """The same, and what the demo counted meanwhile, without the requests that asked it."""
        before = self.status()
        said = self.load(*options, **more)
        after = self.status()
        requests = after["requests"]["total"] - before["requests"]["total"] - 1
        connections = after["connections"]["total"] - before["connections"]["total"] - 1
        return said, requests, connections

    def test_counts_what_was_served(self):
        said, requests, connections = self.served("-c", 8)
        self.assertEqual((said["opened"], connections), (8, 8))
        self.assertEqual(said["body_bytes"], len(GREETING) * said["answers"])
        # One of each connection to warm up, and at most one that was under way at the end.
        self.assertLessEqual(abs(requests - 8 - said["answers"]), 8)
        self.assertGreater(said["answers"], 100)

    def test_counts_each_pipelined_answer(self):
        said, requests, _ = self.served("-c", 2, "-p", 16)
        self.assertLessEqual(abs(requests - 32 - said["answers"]), 32)

    def test_opens_a_connection_for_each_request_where_it_should(self):
        said, requests, connections = self.served("-c", 4, "-n", 1, "-l", "last")
        self.assertLessEqual(abs(said["opened"] - said["answers"]), 4)
        self.assertLessEqual(abs(connections - said["opened"]), 1)
        self.assertLessEqual(abs(requests - said["answers"]), 4)

    def test_asks_ten_times_on_each_connection_where_it_should(self):
        said, _, connections = self.served("-c", 4, "-n", 10, "-l", "last")
        self.assertAlmostEqual(said["answers"] / connections, 10, delta=1.5)

    def test_keeps_to_the_clock(self):
        said = self.load("-c", 4, "-r", 1000)
        self.assertAlmostEqual(said["answers"], 200, delta=2)

    def test_reads_chunked_answers(self):
        said = self.load("-c", 1, path="/events?count=2&ms=1")
        self.assertGreater(said["answers"], 2)
        self.assertEqual(said["body_bytes"] % said["answers"], 0)

    def test_times_an_answer_within_two_percent_and_what_the_machine_adds(self):
        said = self.load("-c", 1, path="/async?ms=20")
        self.assertGreater(said["latency_us"]["p50"], 19_600)
        self.assertLess(said["latency_us"]["p50"], 60_000)

    def test_charges_a_stall_to_all_that_were_due_meanwhile(self):
        """One connection takes at most fifty a second; at a hundred a second, they wait longer and longer."""
        in_turn = self.load("-c", 1, path="/async?ms=20")
        by_clock = self.load("-c", 1, "-r", 100, path="/async?ms=20", seconds=0.4)
        self.assertEqual(by_clock["answers"], 40)
        self.assertGreater(by_clock["latency_us"]["p50"], 3 * in_turn["latency_us"]["p50"])

    def test_calls_other_statuses_errors(self):
        with self.assertRaises(AssertionError):
            self.load("-c", 1, path="/nowhere")

    def test_right_answers_pass_and_missing_ones_do_not(self):
        server = types.SimpleNamespace(port=self.demo.port, contestant=types.SimpleNamespace(offers={HELLO}))
        checking.check(server)
        server.contestant.offers = {BODIES}
        with self.assertRaises(checking.WrongAnswer):
            checking.check(server)


class Accounting(unittest.TestCase):
    BURN = "import threading, time\n" \
           "def burn():\n while time.thread_time() < 0.15: pass\n" \
           "thread = threading.Thread(target=burn); thread.start(); thread.join()\n" \
           "print('done', flush=True); input()\n"

    def test_counts_the_time_of_threads_that_have_ended(self):
        with subprocess.Popen([sys.executable, "-c", self.BURN], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
            before = accounting.cpu_ns([process.pid])
            process.stdout.readline()
            used = accounting.cpu_ns([process.pid]) - before
            process.communicate(b"\n")
        self.assertGreater(used, 150_000_000)
        self.assertLess(used, 1_000_000_000)

    def test_finds_children_of_children(self):
        with subprocess.Popen(["sh", "-c", "sh -c 'sleep 5; :'; :"], start_new_session=True) as process:
            deadline = time.monotonic() + 5
            while len(accounting.tree(process.pid)) < 3 and time.monotonic() < deadline:
                time.sleep(0.01)
            found = accounting.tree(process.pid)
            os.killpg(process.pid, signal.SIGKILL)
        self.assertEqual(len(found), 3)


if __name__ == "__main__":
    unittest.main()

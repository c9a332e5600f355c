"""What a request on a kept-alive connection allocates on the heap: nothing, where a controller is synchronous."""
import dataclasses
import sys
import time
import unittest

from asking import Asker
from watched import CountedProgram, c_host, demo
from wire import request

REQUESTS = 10_000
WARM_UP = 1_024
DEPTHS = (1, 16)
ONCE = 100  # what pools and tables may grow by, where a request may allocate at all
SETTLE_SECONDS = 0.05  # for threads that give back what they took
POST = request("/body", "POST", body=b"x" * 200)


@dataclasses.dataclass(frozen=True)
class Case:
    """A request, and at most how many allocations each may cost."""
    name: str
    octets: bytes
    most: float = 0
    status: int = 200


class Costs:
    """Tests of one program; each names the cases that it holds to their bounds."""
    program = None

    @classmethod
    def tearDownClass(cls):
        status = cls.program.end()
        assert status == 0, f"the server ended with {status}"

    def count(self, case, depth):
        """Allocations during REQUESTS requests, sent `depth` at a time behind as many as it takes to warm up."""
        with Asker(self.program.address, case.octets, case.status) as asker:
            asker.ask(WARM_UP, depth)
            time.sleep(SETTLE_SECONDS)
            before = self.program.counts()
            asker.ask(REQUESTS, depth)
            time.sleep(SETTLE_SECONDS)
            return [after - before for after, before in zip(self.program.counts(), before)]

    def hold(self, *cases):
        for case in cases:
            for depth in DEPTHS:
                allocations, size, _ = self.count(case, depth)
                print(f"\n    {case.name}, {depth} at a time: {allocations / REQUESTS:.4g} allocations a request, "
                      f"{size / REQUESTS:.4g} bytes", end="", file=sys.stderr, flush=True)
                with self.subTest(case.name, depth=depth):
                    self.assertLessEqual(allocations, case.most * REQUESTS + (ONCE if case.most else 0))
        print(file=sys.stderr)


class CHost(Costs, unittest.TestCase):
    """Handlers in C."""

    @classmethod
    def setUpClass(cls):
        cls.program = CountedProgram(c_host())

    def test_a_handler_on_the_loop_allocates_nothing(self):
        self.hold(Case("C, borrowed body", request()),
                  Case("C, parameter", request("/users/42")),
                  Case("C, query", request("/query?name=value")),
                  Case("C, fields read and set", request("/fields"), status=201),
                  Case("C, request with a body", POST),
                  Case("C, no such route", request("/none"), status=404))

    def test_a_deferred_answer_allocates_nothing(self):
        self.hold(Case("C, deferred", request("/later")))

    def test_a_worker_allocates_only_while_its_threads_warm_up(self):
        # What several workers answer at once is queued in buffers, whose pool grows to the most there ever were.
        self.hold(Case("C, worker", request("/worker"), most=0.01))

    def test_sees_every_allocation_of_a_wasteful_handler(self):
        for depth in DEPTHS:
            allocations, size, frees = self.count(Case("C, wasteful", request("/wasteful")), depth)
            self.assertEqual((allocations, size, frees), (5 * REQUESTS, 208 * REQUESTS, 4 * REQUESTS))


class Demo(Costs, unittest.TestCase):
    """Controllers in Swift, on whichever engine the demo was built with."""

    @classmethod
    def setUpClass(cls):
        cls.program = CountedProgram(demo())

    def test_a_synchronous_controller_allocates_nothing(self):
        self.hold(Case("Swift, literal", request()),
                  Case("Swift, literal with a field", request("/api/health")),
                  Case("Swift, parameter", request("/users/42")),
                  Case("Swift, file", request("/static/hello.txt")),
                  Case("Swift, no such route", request("/none"), status=404))

    # A text of more than 15 bytes, and what it is put together in.
    def test_a_worker_allocates_its_text_alone(self):
        self.hold(Case("Swift, worker", request("/slow?ms=0"), most=2))

    # The exchange and its events, two closures, a task, its stack; the text.
    def test_an_async_controller_allocates_within_its_bound(self):
        self.hold(Case("Swift, async", request("/async?ms=0"), most=8))

    def test_json_allocates_within_its_bound(self):
        self.hold(Case("Swift, JSON", request("/test/body", "POST", body=b"x" * 200), most=11))

    def test_a_streamed_body_allocates_within_its_bound(self):
        self.hold(Case("Swift, streamed body", request("/upload", "POST", body=b"x" * 200), most=23))


if __name__ == "__main__":
    unittest.main()

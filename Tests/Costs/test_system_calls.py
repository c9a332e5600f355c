"""What a request on a kept-alive connection asks of the kernel: one read, one write, and to be woken."""
import time
import unittest

from asking import Asker
from watched import c_host, demo, system_calls
from wire import request

FEW, MANY = 100, 2100
PACKETS = MANY - FEW
WAITS = {"epoll_wait", "epoll_pwait", "epoll_pwait2"}
# A start is not quite like another; and the clock's ticks and the threads that watch come by the second, not by the
# request: a slow machine has more of them.
ONCE, PER_SECOND = 40, 25


def serve_packets(command, octets, packets, depth):
    """The calls of a whole run, and how long it served."""
    seconds = 0

    def serve(address):
        nonlocal seconds
        with Asker(address, octets) as asker:
            began = time.monotonic()
            asker.ask(packets * depth, depth)
            seconds = time.monotonic() - began
    return system_calls(command, serve), seconds


class SystemCalls(unittest.TestCase):
    def hold(self, command, depth, octets=request()):
        """The difference of two runs, so that neither start nor end counts."""
        few, few_seconds = serve_packets(command, octets, FEW, depth)
        many, many_seconds = serve_packets(command, octets, MANY, depth)
        calls = {name: many.get(name, 0) - few.get(name, 0) for name in many | few}
        others = ONCE + PER_SECOND * (few_seconds + many_seconds)
        self.assertAlmostEqual(calls.pop("recvfrom"), PACKETS, delta=ONCE)
        self.assertAlmostEqual(calls.pop("sendto"), PACKETS, delta=ONCE)
        self.assertLess(sum(calls.pop(name, 0) for name in WAITS), PACKETS + others)
        self.assertLess(sum(map(abs, calls.values())), others, {name: n for name, n in calls.items() if n})

    def test_a_request_to_c_is_one_read_one_write_and_one_wait(self):
        self.hold(c_host(), 1)

    def test_sixteen_pipelined_requests_to_c_are_as_few(self):
        self.hold(c_host(), 16)

    def test_a_request_to_swift_is_one_read_one_write_and_one_wait(self):
        self.hold(demo(), 1)

    def test_sixteen_pipelined_requests_to_swift_are_as_few(self):
        self.hold(demo(), 16)

    def test_sees_that_a_worker_costs_more(self):
        with self.assertRaises(AssertionError):
            self.hold(c_host(), 1, request("/worker"))


if __name__ == "__main__":
    unittest.main()

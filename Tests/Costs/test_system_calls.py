"""What a request on a kept-alive connection asks of the kernel: one read, one write, and to be woken."""
import unittest

from asking import Asker
from watched import c_host, demo, system_calls
from wire import request

FEW, MANY = 100, 2100
PACKETS = MANY - FEW
WAITS = {"epoll_wait", "epoll_pwait", "epoll_pwait2"}
# Threads that look after the reactors wake now and then, and a start is not quite like another.
OTHERS_MOST = 0.05


def calls_per_packet(command, octets, depth):
    """The difference of two runs, so that neither start nor end counts."""
    def run(packets):
        def serve(address):
            with Asker(address, octets) as asker:
                asker.ask(packets * depth, depth)
        return system_calls(command, serve)
    few, many = run(FEW), run(MANY)
    return {name: (many.get(name, 0) - few.get(name, 0)) / PACKETS for name in many | few}


class SystemCalls(unittest.TestCase):
    def hold(self, command, depth):
        calls = calls_per_packet(command, request(), depth)
        self.assertAlmostEqual(calls.pop("recvfrom"), 1, delta=0.01)
        self.assertAlmostEqual(calls.pop("sendto"), 1, delta=0.01)
        waits = sum(calls.pop(name, 0) for name in WAITS)
        self.assertLess(waits, 1.02)
        self.assertLess(sum(map(abs, calls.values())), OTHERS_MOST, calls)

    def test_a_request_to_c_is_one_read_one_write_and_one_wait(self):
        self.hold(c_host(), 1)

    def test_sixteen_pipelined_requests_to_c_are_as_few(self):
        self.hold(c_host(), 16)

    def test_a_request_to_swift_is_one_read_one_write_and_one_wait(self):
        self.hold(demo(), 1)

    def test_sixteen_pipelined_requests_to_swift_are_as_few(self):
        self.hold(demo(), 16)


if __name__ == "__main__":
    unittest.main()

"""Long bodies in little memory: what grows is measured, not believed.

Measured is the server's VmHWM (the most resident memory since it was reset, /proc/PID/status) against its VmRSS just
before, so a moment's peak counts as well."""
import json
import sys
import threading
import time
import unittest

from support import DemoTest
from wire import Wire, request

MIB = 1 << 20
BODY = 1024 * MIB
GROWTH_LIMIT = 32 * MIB
SECONDS_LIMIT = 20
ZEROS = bytes(MIB)


def receive_into(socket, size, buffer=None):
    """Reads and forgets `size` octets; how many were zero is not looked at."""
    buffer = memoryview(buffer or bytearray(MIB))
    while size:
        got = socket.recv_into(buffer[:min(size, len(buffer))])
        if not got:
            raise AssertionError(f"ended {size} octets early")
        size -= got


@unittest.skipUnless(sys.platform == "linux", "memory is read from /proc")
class Bodies(DemoTest):
    def setUp(self):
        self.warm_up()
        self.demo.reset_peak()
        self.before, self.began = self.demo.memory(), time.monotonic()

    def warm_up(self):
        with Wire(self.demo.address) as wire:
            self.upload(wire, 4 * MIB)
            wire.send(request(f"/download?bytes={4 * MIB}"))
            self.assertEqual(wire.response().status, 200)

    def assert_little_memory(self, what):
        grown, seconds = self.demo.memory("VmHWM") - self.before, time.monotonic() - self.began
        print(f"  {what}: {BODY // MIB} MiB in {seconds:.1f} s, memory grew by {grown / MIB:.1f} MiB", file=sys.stderr)
        self.assertLess(grown, GROWTH_LIMIT)
        self.assertLess(seconds, SECONDS_LIMIT)

    def upload(self, wire, size, target="/upload"):
        wire.send(request(target, "POST", [f"Content-Length: {size}"]))
        for _ in range(size // MIB):
            wire.send(ZEROS)
        response = wire.response()
        self.assertEqual((response.status, json.loads(response.body)), (200, {"bytes": size}))

    def test_takes_a_long_upload_in_little_memory(self):
        self.upload(self.wire(SECONDS_LIMIT), BODY)
        self.assert_little_memory("upload")

    def test_takes_a_long_chunked_upload_in_little_memory(self):
        wire = self.wire(SECONDS_LIMIT)
        wire.send(request("/upload", "POST", ["Transfer-Encoding: chunked"]))
        chunk = b"%x\r\n" % MIB + ZEROS + b"\r\n"
        for _ in range(BODY // MIB):
            wire.send(chunk)
        response = wire.ask(b"0\r\n\r\n")
        self.assertEqual((response.status, json.loads(response.body)), (200, {"bytes": BODY}))
        self.assert_little_memory("chunked upload")

    def test_sends_a_long_download_in_little_memory(self):
        wire = self.wire(SECONDS_LIMIT)
        wire.send(request(f"/download?bytes={BODY}"))
        response = wire.head()
        self.assertEqual((response.status, response["content-length"]), (200, str(BODY)))
        receive_into(wire.socket, BODY - len(wire.buffer))
        wire.buffer.clear()
        self.assert_little_memory("download")
        self.assertEqual(wire.ask(request()).status, 200)

    def test_echoes_a_long_body_in_little_memory(self):
        wire = self.wire(SECONDS_LIMIT)
        sender = threading.Thread(target=self.send_zeros, args=(wire,))
        sender.start()
        try:
            response = wire.head()
            self.assertEqual((response.status, response["content-length"]), (200, str(BODY)))
            receive_into(wire.socket, BODY - len(wire.buffer))
        finally:
            wire.buffer.clear()
            sender.join()
        self.assert_little_memory("echo")

    @staticmethod
    def send_zeros(wire):
        wire.send(request("/echo", "POST", [f"Content-Length: {BODY}"]))
        for _ in range(BODY // MIB):
            wire.send(ZEROS)

    def test_stops_reading_from_a_client_that_does_not_take_its_echo(self):
        wire = self.wire(1)
        wire.send(request("/echo", "POST", [f"Content-Length: {BODY}"]))
        taken = 0
        with self.assertRaises(TimeoutError):
            while taken < BODY:
                taken += wire.socket.send(ZEROS)
        self.assertLess(taken, 64 * MIB, "more than the kernel's buffers")
        self.assertLess(self.demo.memory("VmHWM") - self.before, GROWTH_LIMIT)
        # What has been taken comes back, once somebody reads.
        wire.socket.settimeout(10)
        self.assertEqual(wire.head().status, 200)
        receive_into(wire.socket, MIB)

    def test_holds_no_memory_for_many_downloads_that_nobody_reads(self):
        wires = [self.wire() for _ in range(40)]
        for wire in wires:
            wire.send(request("/download?bytes=1000000000"))
        time.sleep(0.5)
        for wire in wires:
            self.assertEqual(wire.head().status, 200)
        self.assertLess(self.demo.memory("VmHWM") - self.before, GROWTH_LIMIT)


if __name__ == "__main__":
    unittest.main()

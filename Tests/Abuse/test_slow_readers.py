"""Who does not take its answers holds little, and not for long."""
import time
import unittest

from abuse import BASE_BYTES, BUSY_P99_MS, KIB, SLOWNESS, AbuseTest
from crowd import Crowd
from wire import Wire, request

READERS = 200
HIGH_WATER = 64 * KIB
PIECE = 64 * KIB  # what /download writes at once
# What waits for a reader: up to the high water, the piece that went past it, and the one in the handler's hands. They
# lie in buffers of 64 or 256 KiB.
READER_BYTES = 256 * KIB + 2 * PIECE
WRITE_SECONDS = 1
ENDLESS = request("/download?bytes=1000000000000")


class SlowReaders(AbuseTest):
    environment = {"MARTLET_WRITE_TIMEOUT_MS": str(WRITE_SECONDS * 1000), "MARTLET_LINGER_TIMEOUT_MS": "300",
                   "MARTLET_OUTPUT_HIGH_WATER_BYTES": str(HIGH_WATER), "MARTLET_OUTPUT_LOW_WATER_BYTES": str(16 * KIB)}

    def assert_cut(self, octets, growth_bytes, sip=0, **crowd_options):
        """Readers that take no more than `sip` octets four times a second are cut behind the write timeout."""
        with self.contained(growth_bytes, BUSY_P99_MS), Crowd(self.demo.address, READERS, **crowd_options) as crowd:
            crowd.send(octets)
            deadline = time.monotonic() + 10 * SLOWNESS
            while self.counts()["connections"]["open"] > 2:  # the client that behaves, and who asks
                self.assertLess(time.monotonic(), deadline, "somebody holds its answer for ever")
                crowd.pump(WRITE_SECONDS / 4, read_bytes=0)
                if sip:
                    crowd.sip(sip)

    def test_a_reader_that_takes_nothing_is_cut_at_the_write_timeout(self):
        self.assert_cut(ENDLESS, READERS * READER_BYTES + BASE_BYTES)

    def test_a_reader_that_takes_an_octet_now_and_then_is_cut_too(self):
        self.assert_cut(ENDLESS, READERS * READER_BYTES + BASE_BYTES, sip=1, receive_buffer=4096)

    def test_answers_made_at_once_wait_in_bounded_memory(self):
        self.assert_cut(request("/") * 2000, READERS * READER_BYTES + BASE_BYTES, receive_buffer=4096)


class PatientReaders(AbuseTest):
    environment = {"MARTLET_OUTPUT_HIGH_WATER_BYTES": str(HIGH_WATER),
                   "MARTLET_OUTPUT_LOW_WATER_BYTES": str(16 * KIB)}

    def test_readers_in_no_hurry_hold_bounded_memory_and_lose_nothing(self):
        size = 4000000
        with self.contained(READERS * READER_BYTES + BASE_BYTES, BUSY_P99_MS), \
                Crowd(self.demo.address, READERS // 4, receive_buffer=65536) as crowd:
            crowd.send(request(f"/download?bytes={size}", fields=["Connection: close"]))
            for _ in range(10):
                crowd.pump(0.1, read_bytes=0)
                crowd.sip(1000)
            self.assertTrue(crowd.await_end(30))
            for member in crowd:
                self.assertEqual(len(member.answers[0].body), size)


class SteadyReaders(AbuseTest):
    environment = {"MARTLET_WRITE_TIMEOUT_MS": "1500"}

    def test_a_reader_that_is_slow_but_steady_is_not_cut(self):
        size, rate, steps = 2000000, 1000000, 20
        with Wire(self.demo.address) as wire:
            wire.send(request(f"/download?bytes={size}"))
            head, received = wire.head(), len(wire.buffer)
            self.assertEqual(head.status, 200)
            while received < size:
                time.sleep(1 / steps)
                taken = len(wire.socket.recv(min(rate // steps, size - received)))
                self.assertGreater(taken, 0, f"cut after {received} of {size} octets")
                received += taken


if __name__ == "__main__":
    unittest.main()

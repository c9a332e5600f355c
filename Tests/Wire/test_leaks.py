"""Ten thousand connections come and go, and leave nothing behind: no descriptor, no memory, no count."""
import json
import sys
import time
import unittest

from churn import churn
from support import DemoTest
from wire import Wire, request

CONNECTIONS = 10000
GROWTH_LIMIT = 3 << 20


@unittest.skipUnless(sys.platform == "linux", "memory and descriptors are read from /proc")
class Leaks(DemoTest):
    environment = {"MARTLET_LINGER_TIMEOUT_MS": "200"}

    def settle(self):
        """Waits until the server has noticed every end, and only the asking connection is open."""
        deadline = time.monotonic() + 10
        while True:
            with Wire(self.demo.address) as wire:
                counts = json.loads(wire.ask(request("/api/status")).body)
            if counts["connections"]["open"] == 1 and counts["requests"]["active"] == 1:
                time.sleep(0.2)
                return counts
            self.assertLess(time.monotonic(), deadline, f"connections that never end: {counts}")
            time.sleep(0.05)

    def test_ten_thousand_connections_leave_descriptors_and_memory_flat(self):
        churn(self.demo.address, 3000)
        before = self.settle()
        descriptors, memory = self.demo.descriptors(), self.demo.memory()
        churn(self.demo.address, CONNECTIONS)
        after = self.settle()
        self.assertGreaterEqual(after["connections"]["total"] - before["connections"]["total"], CONNECTIONS)
        self.assertEqual(self.demo.descriptors(), descriptors)
        grown = self.demo.memory() - memory
        print(f"  {CONNECTIONS} connections: memory grew by {grown / 1024:.0f} KiB", file=sys.stderr)
        self.assertLess(grown, GROWTH_LIMIT)


if __name__ == "__main__":
    unittest.main()

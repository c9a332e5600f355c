"""Load generators run clean: not a failed request, not a connection lost."""
import re
import unittest

from support import FULL, DemoTest, run_tool
from test_addresses import HAS_IPV6

WRK_SECONDS = 10 if FULL else 3


class Load(DemoTest):
    flags = ()

    def number(self, output, label):
        match = re.search(rf"^{label}:\s+(\d+)", output, re.M)
        self.assertIsNotNone(match, f"no {label!r} in {output}")
        return int(match[1])

    def assert_clean_ab(self, url, requests, clients):
        output = run_tool("ab", "-q", "-n", str(requests), "-c", str(clients), "-k", url).decode()
        self.assertEqual(self.number(output, "Complete requests"), requests)
        self.assertEqual(self.number(output, "Failed requests"), 0)
        self.assertEqual(self.number(output, "Keep-Alive requests"), requests)
        self.assertNotIn("Non-2xx", output)

    def assert_clean_wrk(self, url, clients, seconds):
        output = run_tool("wrk", "-t1", f"-c{clients}", f"-d{seconds}s", url).decode()
        self.assertNotIn("Socket errors", output)
        self.assertNotIn("Non-2xx", output)
        served = re.search(r"(\d+) requests in", output)
        self.assertGreater(int(served[1]), 1000 * seconds, output)

    def test_ab_finds_no_fault_in_a_hundred_thousand_requests_of_a_thousand_clients(self):
        self.assert_clean_ab(self.demo.url + "/hello", 100000, 1000)

    def test_ab_finds_no_fault_in_requests_that_workers_serve(self):
        self.assert_clean_ab(self.demo.url + "/slow?ms=0", 5000, 50)

    def test_wrk_finds_no_fault_with_four_hundred_clients(self):
        self.assert_clean_wrk(self.demo.url + "/hello", 400, WRK_SECONDS)

    def test_wrk_finds_no_fault_in_async_handlers(self):
        self.assert_clean_wrk(self.demo.url + "/async?ms=0", 100, 1)


@unittest.skipUnless(HAS_IPV6, "this system has no IPv6")
class LoadOverIPv6(Load):
    host = "::1"

    def test_ab_finds_no_fault_in_a_hundred_thousand_requests_of_a_thousand_clients(self):
        self.assert_clean_ab(self.demo.url + "/hello", 100000 if FULL else 20000, 1000)


if __name__ == "__main__":
    unittest.main()

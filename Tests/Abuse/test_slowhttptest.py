"""slowhttptest as a client of this kind: its own probe finds the service available in every second."""
import csv
import re
import subprocess
import sys
import tempfile
import unittest

from abuse import BASE_BYTES, KIB, SOAK, AbuseTest, clean_environment

CONNECTIONS = 1000
SECONDS = 20 if SOAK else 3
PROBE_SECONDS = 2
CONNECTION_BYTES = 32 * KIB
READER_BYTES = 256 * KIB + 128 * KIB


class SlowHTTPTest(AbuseTest):
    environment = {"MARTLET_HEADER_TIMEOUT_MS": "2000", "MARTLET_BODY_TIMEOUT_MS": "2000",
                   "MARTLET_WRITE_TIMEOUT_MS": "2000", "MARTLET_LINGER_TIMEOUT_MS": "300",
                   "MARTLET_OUTPUT_HIGH_WATER_BYTES": str(64 * KIB), "MARTLET_OUTPUT_LOW_WATER_BYTES": str(16 * KIB)}

    def attack(self, target, *flags):
        """Runs one attack; a row for each second: (closed, pending, connected, available)."""
        with tempfile.TemporaryDirectory(prefix="martlet-slow-") as folder:
            command = ["slowhttptest", *flags, "-u", self.demo.url + target, "-c", str(CONNECTIONS), "-r", "1000",
                       "-l", str(SECONDS), "-p", str(PROBE_SECONDS), "-g", "-o", f"{folder}/report"]
            done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL,
                                  env=clean_environment(), timeout=SECONDS + 30, check=False)
            with open(f"{folder}/report.csv", newline="") as report:
                rows = [[int(each) for each in row[1:]] for row in list(csv.reader(report))[1:]]
        said = re.sub(r"\x1b\[[0-9;]*[A-Za-z]", "", done.stdout.decode(errors="replace"))
        return rows, re.search(r"Exit status:\s*(.*)", said)[1]

    def assert_available(self, target, *flags, growth=CONNECTION_BYTES):
        with self.contained(CONNECTIONS * growth + BASE_BYTES):
            rows, ending = self.attack(target, *flags)
        most = max(connected for _, _, connected, _ in rows)
        print(f"    {len(rows)} s, at most {most} connected: {ending}", file=sys.stderr, flush=True)
        self.assertIn(ending, ("No open connections left", "Hit test time limit"))
        self.assertGreater(max(closed + connected for closed, _, connected, _ in rows), CONNECTIONS / 10, "no attack")
        self.assertTrue(all(available for *_, available in rows), f"unavailable: {rows}")

    def test_slow_headers_leave_the_service_available(self):
        self.assert_available("/hello", "-H", "-i", "1")

    def test_slow_bodies_leave_the_service_available(self):
        self.assert_available("/upload", "-B", "-i", "1", "-s", "1000000")

    def test_ranges_leave_the_service_available(self):
        self.assert_available("/static/hello.txt", "-R", "-i", "1")

    def test_slow_reading_leaves_the_service_available(self):
        self.assert_available("/download?bytes=100000000", "-X", "-w", "10", "-y", "20", "-z", "32", "-n", "1",
                              growth=READER_BYTES)


if __name__ == "__main__":
    unittest.main()

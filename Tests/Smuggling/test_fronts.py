"""Behind nginx, HAProxy and Apache httpd: front and Martlet never disagree on where a request ends."""
import concurrent.futures
import os
import unittest

import answers  # noqa: F401  finds the wire tests' modules
from corpus import ALL
from driver import FATES, REFUSED_BY_FRONT, drive
from fronts import FRONTS
from support import DemoTest

STORIES = 5


class Fronts(DemoTest):
    """The fronts are driven at the same time; each test looks at what came of one."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.pool = concurrent.futures.ThreadPoolExecutor(min(os.cpu_count(), len(FRONTS)))
        cls.driven = {name: cls.pool.submit(drive, name, cls.demo.address, ALL) for name in FRONTS}

    @classmethod
    def tearDownClass(cls):
        cls.pool.shutdown()
        super().tearDownClass()
        cls.print_table()

    @classmethod
    def print_table(cls):
        print(f"\n{'':28}" + "".join(f"{fate:>24}" for fate in FATES))
        for name, future in cls.driven.items():
            if not future.exception():
                fates = [trial.fate() for trial in future.result()[0] if not trial.complaints]
                print(f"{name:28}" + "".join(f"{fates.count(fate):24}" for fate in FATES))

    def check(self, name):
        trials, conversations = self.driven[name].result()
        self.assertEqual(len(trials), len(ALL))
        wrong = [trial for trial in trials if trial.complaints]
        if wrong:
            stories = "\n\n".join(trial.story() for trial in wrong[:STORIES])
            self.fail(f"{name}: {len(wrong)} messages, of which the first\n{stories}")
        # Of nothing passed on, or of a connection for each request, nothing could be learnt.
        passed_on = sum(trial.fate() != REFUSED_BY_FRONT for trial in trials)
        self.assertGreater(passed_on, 150)
        self.assertLess(len(conversations), len(trials))

    def test_agrees_with_nginx(self):
        self.check("nginx")

    def test_agrees_with_nginx_lax_and_unbuffered(self):
        self.check("nginx, lax and unbuffered")

    def test_agrees_with_haproxy(self):
        self.check("HAProxy")

    def test_agrees_with_haproxy_lax(self):
        self.check("HAProxy, lax")

    def test_agrees_with_apache_httpd(self):
        self.check("Apache httpd")

    def test_agrees_with_apache_httpd_lax(self):
        self.check("Apache httpd, lax")


if __name__ == "__main__":
    unittest.main()

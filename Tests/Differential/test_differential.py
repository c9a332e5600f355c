"""The same octets in, the same octets out: the C core and the all-Swift engine, over every case of the conformance
suite, every message of the smuggling corpus, and random splits of both."""
import concurrent.futures
import os
import random
import unittest

from differential import Pair, split

from corpus import ALL
from case import Slowly
from play import PROBE
from suite import load_cases

THREADS = 8
SPLITS = 2
SEED = int(os.environ.get("MARTLET_SEED", "1"))


def octets_of(steps):
    return b"".join(step.octets if isinstance(step, Slowly) else step for step in steps
                    if isinstance(step, (bytes, Slowly)))


def conformance_inputs():
    """The first play of each case, a request behind it."""
    return [(case.name, octets_of(case.plays[0]) + PROBE) for _, case in load_cases([])]


def smuggling_inputs():
    return [(message.name, message.octets + PROBE) for message in ALL]


class Differential(unittest.TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        cls.pair = Pair(os.environ["MARTLET_DEMO"], os.environ["MARTLET_OTHER_DEMO"])

    @classmethod
    def tearDownClass(cls):
        for status, said in cls.pair.end():
            assert status == 0, f"a demo ended with {status}: {said}"

    def compare(self, plays):
        """Each play is a name and pieces; all differences are told at once."""
        with concurrent.futures.ThreadPoolExecutor(THREADS) as pool:
            answers = list(pool.map(lambda play: self.pair.answers(play[1]), plays))
        different = [f"{name} {pieces!r}\n  one:   {one!r}\n  other: {other!r}"
                     for (name, pieces), (one, other) in zip(plays, answers) if one != other]
        self.assertFalse(different, f"{len(different)} of {len(plays)} differ (MARTLET_SEED={SEED}):\n"
                         + "\n".join(different[:20]))

    def compare_split(self, inputs):
        generator = random.Random(SEED)
        self.compare([(name, split(octets, generator)) for name, octets in inputs for _ in range(SPLITS)])

    def test_conformance_cases_are_answered_alike(self):
        self.compare([(name, [octets]) for name, octets in conformance_inputs()])

    def test_conformance_cases_are_answered_alike_however_they_are_split(self):
        self.compare_split(conformance_inputs())

    def test_ambiguous_messages_are_answered_alike(self):
        self.compare([(name, [octets]) for name, octets in smuggling_inputs()])

    def test_ambiguous_messages_are_answered_alike_however_they_are_split(self):
        self.compare_split(smuggling_inputs())

    def test_a_difference_is_seen(self):
        """The comparison itself: two different questions have two different answers."""
        one, _ = self.pair.answers([b"GET /hello HTTP/1.1\r\nHost: a\r\n\r\n"])
        other, _ = self.pair.answers([b"GET /hello HTTP/1.0\r\nHost: a\r\n\r\n"])
        self.assertNotEqual(one, other)
        self.assertIn(b"Hello, World!", one)


if __name__ == "__main__":
    unittest.main()

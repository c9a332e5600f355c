"""Straight to Martlet: every message of the corpus is read in one way, or refused and the connection closed, whole or
in pieces. A marker behind it on the same connection shows where it ended."""
import os
import random
import time
import unittest

from answers import MARKED, MARKER, find_fault, read_answers  # also finds the wire tests' modules
from corpus import ALL, FAMILIES
from support import DemoTest
from wire import dial

SEED = int(os.environ.get("SMUGGLING_SEED", "9112"))
SPLITS = 3
PAUSE_SECONDS = 0.0005


def pieces(octets, chance):
    """`octets` cut at one to four places."""
    cuts = sorted(chance.sample(range(1, len(octets)), chance.randint(1, 4)))
    return [octets[start:end] for start, end in zip([0, *cuts], [*cuts, len(octets)])]


def converse(address, parts):
    """Sends the parts one by one, and reads to the end. Whoever refuses stops reading: that is no fault of the parts
    behind."""
    received = b""
    with dial(address) as connection:
        try:
            for index, part in enumerate(parts):
                time.sleep(PAUSE_SECONDS if index else 0)
                connection.sendall(part)
        except (BrokenPipeError, ConnectionResetError):
            pass
        while octets := connection.recv(65536):
            received += octets
    return received


class Alone(DemoTest):
    def check(self, message, parts, note=""):
        with self.subTest(message.name):
            received = converse(self.demo.address, parts)
            if fault := find_fault(message, received):
                self.fail(f"{fault}: {message.section}{note}\n  sent     {parts!r}\n  received {received!r}")

    def test_hands_on_the_octets_that_were_meant(self):
        """Seen by a handler that sends them back."""
        for message in ALL:
            if message.body is None or not message.octets.startswith(b"POST /test/body HTTP/1.1"):
                continue
            with self.subTest(message.name):
                octets = message.octets.replace(b"/test/body", b"/echo", 1)
                echo, *behind = read_answers(converse(self.demo.address, [octets + MARKER]))
                wanted = (message.body, [] if message.ends else [MARKED])
                self.assertEqual((echo.body, [answer.gist for answer in behind]), wanted, f"sent {octets!r}")


def family_tests(messages):
    def whole(self):
        for message in messages:
            self.check(message, [message.octets + MARKER])

    def in_pieces(self):
        chance = random.Random(SEED)
        for message in messages * SPLITS:
            self.check(message, pieces(message.octets + MARKER, chance), f", SMUGGLING_SEED={SEED}")

    return {"whole": whole, "in_pieces": in_pieces}


for family, family_messages in FAMILIES.items():
    for kind, test in family_tests(family_messages).items():
        setattr(Alone, f"test_reads_{family}_in_one_way_{kind}", test)


if __name__ == "__main__":
    unittest.main()

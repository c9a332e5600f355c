"""Every octet in every position of a request: one answer or none, never two, never silence, however it is split."""
import random
import sys
import unittest

from abuse import BASE_BYTES, KIB, SOAK, AbuseTest
from crowd import Crowd

PLAIN = b"GET /hello HTTP/1.1\r\nHost: a\r\n\r\n"
CHUNKED = b"POST /upload HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3;x=y\r\nabc\r\n0\r\nT: v\r\n\r\n"
SEED = 20261125
SAMPLE = 4000  # of each request's variants, where not all are sent
AT_ONCE = 500
ANSWERS = {200, 400, 404, 405, 411, 431, 501, 505}


def variants(octets):
    """The request with an octet replaced or one inserted anywhere: (the part up to it, the part behind it)."""
    for position in range(len(octets) + 1):
        for octet in range(256):
            yield octets[:position] + bytes([octet]), octets[position:]
            if position < len(octets) and octets[position] != octet:
                yield octets[:position] + bytes([octet]), octets[position + 1:]


def chosen(octets):
    made = list(variants(octets))
    return made if SOAK else random.Random(SEED).sample(made, SAMPLE)


def interpretation(member):
    """The statuses that it got; otherwise what is wrong."""
    try:
        return tuple(member.statuses) if not member.is_open else f"never ends, after {member.statuses}"
    except AssertionError as error:
        return f"malformed: {error}"


class EveryOctet(AbuseTest):
    environment = {"MARTLET_LINGER_TIMEOUT_MS": "1000"}

    def send_all(self, batch, splits):
        """Sends each variant on a connection of its own and half-closes it: how each was understood."""
        with Crowd(self.demo.address, len(batch)) as crowd:
            for member, (front, behind) in zip(crowd, batch):
                crowd.have_send(member, front if splits else front + behind, finish=not splits)
            if splits:
                crowd.pump(0.02)
                for member, (_, behind) in zip(crowd, batch):
                    crowd.have_send(member, behind, finish=True)
                    if not behind:
                        member.finish_sending()
            crowd.await_end(10)
            return [interpretation(member) for member in crowd]

    def assert_is_one_understanding(self, statuses, variant):
        """One request or none. Where its framing was hit, what was its body is refused as a request of its own."""
        self.assertIsInstance(statuses, tuple, variant)
        self.assertLessEqual(set(statuses), ANSWERS, variant)
        self.assertIn(statuses[1:], [(), (400,)], variant)

    def sweep(self, octets):
        made, found = chosen(octets), {}
        print(f"\n    {len(made)} variants, {'all there are' if SOAK else f'seed {SEED}'}", file=sys.stderr, flush=True)
        with self.contained(2 * AT_ONCE * 32 * KIB + BASE_BYTES):
            for first in range(0, len(made), AT_ONCE):
                batch = made[first:first + AT_ONCE]
                whole, split = self.send_all(batch, False), self.send_all(batch, True)
                for variant, understood, understood_split in zip(batch, whole, split):
                    self.assert_is_one_understanding(understood, variant)
                    self.assertEqual(understood, understood_split, variant)
                    found[understood] = found.get(understood, 0) + 1
        print(f"    understood as {found}", file=sys.stderr, flush=True)
        self.assertGreater(found[(400,)], len(made) / 4)
        self.assertGreater(found[(200,)], 0)

    def test_any_octet_anywhere_in_a_request_is_understood_in_one_way(self):
        self.sweep(PLAIN)

    def test_any_octet_anywhere_in_a_chunked_request_is_understood_in_one_way(self):
        self.sweep(CHUNKED)


if __name__ == "__main__":
    unittest.main()

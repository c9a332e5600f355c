"""What every entry of the corpus must be."""
import re
import unittest

from corpus import ALL, FAMILIES


class Corpus(unittest.TestCase):
    def test_is_large(self):
        self.assertGreater(len(ALL), 600)
        self.assertTrue(all(len(messages) >= 15 for messages in FAMILIES.values()))

    def test_has_no_message_twice(self):
        for kind in ("name", "octets"):
            seen = [getattr(message, kind) for message in ALL]
            self.assertEqual([each for each in set(seen) if seen.count(each) > 1], [])

    def test_says_where_each_message_is_ambiguous(self):
        for message in ALL:
            self.assertRegex(message.section, r"^RFC (3986|9110|9112|9113) §\d+(\.\d+)*$", message.name)

    def test_says_one_way_to_read_each_message(self):
        for message in ALL:
            self.assertTrue(message.answers or message.is_refused, message.name)

    def test_bears_no_number_of_a_front(self):
        self.assertEqual([message.name for message in ALL if re.search(rb"(?i)front", message.octets)], [])


if __name__ == "__main__":
    unittest.main()

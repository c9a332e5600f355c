"""What is made of the rounds in which the languages' handlers were measured."""
import sys
import unittest

from bench_support import ROOT

sys.path[:0] = [str(ROOT / f"bench/{folder}") for folder in ("micro", "python", "boundary")]
import boundary
import boundary_report
import excess
import places
from guests import GUESTS

AGAINST = {"c": None, "rust": "c", "go": "c"}


class Excess(unittest.TestCase):
    samples = {"c": {0: 0.5, 1: 0.6, 2: 0.7}, "rust": {0: 0.51, 1: 0.62, 2: 0.71}, "go": {1: 1.6}}

    def test_is_the_difference_within_a_round_and_not_that_of_medians_of_different_rounds(self):
        self.assertEqual([round(more) for more in excess.differences(self.samples, "go", "c")], [1000])
        found = excess.summarise(self.samples, AGAINST)
        self.assertAlmostEqual(found["rust"]["more_ns"], 10, places=6)
        self.assertAlmostEqual(found["go"]["more_ns"], 1000, places=6)

    def test_has_a_spread_in_nanoseconds_where_there_is_more_than_one_round(self):
        found = excess.summarise(self.samples, AGAINST)
        self.assertAlmostEqual(found["rust"]["more_spread_ns"], 2.5, places=6)
        self.assertIsNone(found["go"]["more_spread_ns"])
        self.assertAlmostEqual(excess.half_range([-5, 0, 5]), 2.5)

    def test_is_not_known_of_the_base_nor_without_it(self):
        self.assertIsNone(excess.summarise(self.samples, AGAINST)["c"]["more_ns"])
        self.assertIsNone(excess.summarise({"rust": {0: 0.5}}, AGAINST)["rust"]["more_ns"])

    def test_counts_instructions_beyond_the_base(self):
        found = excess.summarise(self.samples, AGAINST)
        excess.add_instructions(found, {"c": 2091.0, "rust": 2150.5}, AGAINST)
        self.assertEqual((found["rust"]["instructions"], found["rust"]["more_instructions"]), (2150.5, 59.5))
        self.assertIsNone(found["c"]["more_instructions"])
        self.assertNotIn("instructions", found["go"])


class Guests(unittest.TestCase):
    def test_are_compared_with_a_c_handler_that_takes_part_too(self):
        bases = {guest.name for guest in GUESTS if guest.against is None}
        self.assertEqual({guest.against for guest in GUESTS if guest.against}, bases)
        self.assertEqual([guest.name for guest in boundary.wanted(["rust"])], ["c", "rust"])

    def test_have_names_and_labels_of_their_own(self):
        for names in ([guest.name for guest in GUESTS], [guest.label for guest in GUESTS]):
            self.assertEqual(len(set(names)), len(names))


class Table(unittest.TestCase):
    def test_shows_signs_and_dashes(self):
        self.assertEqual([boundary_report.signed(value) for value in (7.4, -7.6, None)], ["+7", "−8", "–"])

    def test_has_a_row_for_who_was_not_measured(self):
        table = boundary_report.table({"guests": {"go": {"label": "Go", "version": None}}, "results": {}})
        self.assertEqual(table.rows, [("Go", "–", "–", "–", "–", "–", "–")])

    def test_is_shorter_in_the_first_readme(self):
        made = {"guests": {"go": {"label": "Go", "version": "1.19"}}, "results": {"go": {"more_ns": 7.0, "instructions": 9.0}}}
        self.assertEqual(boundary_report.short_table(made).rows, [("Go", "+7", "–", "–", "–")])


class Committed(unittest.TestCase):
    def test_tables_of_the_readmes_come_from_the_results(self):
        report = boundary_report.read()
        self.assertIn(boundary_report.short_section(report), (places.ROOT / "README.md").read_text())
        self.assertIn(boundary_report.long_section(report), (places.BENCH / "README.md").read_text())


if __name__ == "__main__":
    unittest.main()

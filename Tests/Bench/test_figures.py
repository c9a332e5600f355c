"""Medians, ratios, and what the targets make of them."""
import unittest

from bench_support import sample

import figures
import measuring
import targets


class Figures(unittest.TestCase):
    def test_takes_the_median_of_what_is_known(self):
        self.assertEqual(figures.median([3, None, 1, 2]), 2)
        self.assertEqual(figures.median([1, 4]), 2.5)
        self.assertIsNone(figures.median([None]))

    def test_has_no_ratio_to_nothing(self):
        self.assertEqual(figures.ratio(3, 2), 1.5)
        self.assertIsNone(figures.ratio(3, None))
        self.assertIsNone(figures.ratio(None, 2))
        self.assertIsNone(figures.ratio(3, 0))

    def test_calls_half_the_distance_of_the_quartiles_noise(self):
        self.assertAlmostEqual(figures.half_spread([8, 9, 10, 11, 12]), 0.1)
        self.assertIsNone(figures.half_spread([10]))

    def test_is_not_moved_by_one_bad_round(self):
        summary = figures.summarise([sample(5), sample(5.2), sample(50, errors=3)])
        self.assertAlmostEqual(summary["cpu_us"], 5.2)
        self.assertEqual((summary["errors"], summary["rounds"], summary["answers"]), (3, 3, 3000))

    def test_has_the_least_share_of_kept_connections(self):
        self.assertEqual(figures.summarise([sample(kept_alive=1.0), sample(kept_alive=0.5)])["kept_alive"], 0.5)
        self.assertIsNone(figures.summarise([sample()])["kept_alive"])

    def test_compares_with_the_baseline_where_that_took_part(self):
        results = {"floor": {"cpu_us": 2.0}, "other": {"cpu_us": 3.0}}
        self.assertEqual(figures.compare(results, "floor")["other"]["ratio"], 1.5)
        self.assertIsNone(figures.compare(results, "nobody")["other"]["ratio"])


class Turns(unittest.TestCase):
    def test_begin_with_another_one_in_each_round_and_leave_nobody_out(self):
        rounds = [measuring.from_place("abc", number) for number in range(4)]
        self.assertEqual(rounds, ["abc", "bca", "cab", "abc"])
        self.assertEqual(measuring.from_place([], 5), [])


def report(loads=(), **trials):
    entries = {name: {"baseline": baseline, "results": {who: {"cpu_us": cpu} for who, cpu in results.items()}}
               for name, baseline, results in loads}
    return {"loads": entries, "trials": {name: {"results": results} for name, results in trials.items()}}


class Targets(unittest.TestCase):
    def verdicts(self, made):
        return {target.what: (figure, verdict) for target, figure, verdict in targets.judge(made)}

    def test_are_not_measured_where_the_run_has_no_figure(self):
        self.assertEqual({verdict for _, verdict in self.verdicts(report()).values()}, {"not measured"})

    def test_are_met_up_to_the_figure_wanted_and_missed_past_it(self):
        for cpu, wanted in ((1.06, "ok"), (1.061, "missed")):
            found = self.verdicts(report([("keep-64", "floor", {"floor": 1.0, "martlet-swift": cpu})]))
            self.assertEqual(found["keep-alive, 64 connections: CPU per request, floor = 1"], (cpu, wanted))

    def test_compare_the_engines_without_the_floor(self):
        found = self.verdicts(report([("keep-64", "floor", {"martlet-pure": 3.0, "martlet-swift": 2.0})]))
        self.assertEqual([verdict for what, verdict in found.items() if "all Swift" in what], [(1.5, "ok")])

    def test_take_the_trials_in(self):
        found = self.verdicts(report(idle={"martlet-swift": {"bytes": 401}}, start={"martlet-swift": {"ms": 7}}))
        self.assertEqual(found["idle kept-alive connection: private memory"], (401, "missed"))
        self.assertEqual(found["start to first answered request"], (7, "ok"))


if __name__ == "__main__":
    unittest.main()

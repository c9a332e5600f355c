"""What the bench reads from the load generators, and what it writes: tables, charts, READMEs."""
import unittest
import xml.etree.ElementTree as xml

from bench_support import files

import charts
import generators
import loads
import reporting
import tables

WRK = """Running 1s test @ http://127.0.0.1:9001/hello
  1 threads and 64 connections
  152947 requests in 1.10s, 21.44MB read
Requests/sec: 138893.98
{"answers": 152947, "us": 1101178, "errors": {"refused": 1, "cut": 2, "status": 3, "timeout": 4}, "latency_us": %s}
"""
AB = """Concurrency Level:      100
Time taken for tests:   0.125 seconds
Complete requests:      20000
Failed requests:        7
{}Keep-Alive requests:    19000
Requests per second:    159562.16 [#/sec] (mean)

Percentage of the requests served within a certain time (ms)
  50%      1
  99%      3
 100%      4 (longest request)
"""


class Generators(unittest.TestCase):
    def test_reads_wrk(self):
        sample = generators.parse_wrk(WRK % '{"p50": 223, "p99": 669, "p99.9": 3247}')
        self.assertEqual((sample.answers, sample.errors, sample.latency["p99"]), (152947, 10, 669))
        self.assertAlmostEqual(sample.per_second, 152947 / 1.101178)

    def test_knows_that_wrk_has_no_percentiles_of_pipelined_requests(self):
        self.assertEqual(generators.parse_wrk(WRK % '{"p50": 286, "p99": 0, "p99.9": 0}').latency, {})

    def test_refuses_output_without_sums(self):
        for parse in (generators.parse_wrk, generators.parse_ab):
            with self.assertRaises(generators.LoadError):
                parse("unable to connect to 127.0.0.1:9001 Connection refused\n")

    def test_reads_ab(self):
        sample = generators.parse_ab(AB.format(""))
        self.assertEqual((sample.answers, sample.errors, sample.kept_alive), (20000, 7, 0.95))
        self.assertEqual(sample.latency, {"p50": 1000.0, "p99": 3000.0})

    def test_counts_statuses_that_ab_does_not_call_failed(self):
        self.assertEqual(generators.parse_ab(AB.format("Non-2xx responses:      20\n")).errors, 27)

    def test_divides_cpu_time_by_answers(self):
        self.assertEqual(generators.Sample(4, 1.0, 0, {}, cpu_ns=10_000).cpu_us, 2.5)


class WrongLengths(unittest.TestCase):
    def sample(self, body_bytes):
        return generators.Sample(10, 1.0, 0, {}, extra={"body_bytes": body_bytes})

    def test_are_refused_however_fast_they_come(self):
        self.assertEqual(loads.refuse_wrong_lengths(self.sample(130), ("hello",)).answers, 10)
        with self.assertRaises(generators.LoadError):
            loads.refuse_wrong_lengths(self.sample(129), ("hello",))

    def test_are_not_looked_for_where_answers_differ_in_length(self):
        self.assertEqual(loads.refuse_wrong_lengths(self.sample(99), ("hello", "counted")).answers, 10)


class Tables(unittest.TestCase):
    table = tables.Table("title", ("", "ratio"), [("floor", "1.00"), ("a longer one", "–")])

    def test_lines_figures_up_to_the_right(self):
        self.assertEqual(self.table.plain().splitlines()[2:], ["              ratio", "floor          1.00",
                                                               "a longer one      –"])

    def test_has_as_many_cells_in_each_line_of_markdown(self):
        lines = self.table.markdown().splitlines()
        self.assertEqual({line.count("|") for line in lines}, {3})
        self.assertEqual(lines[1], "| --- | ---: |")

    def test_shows_a_dash_where_nothing_was_measured(self):
        self.assertEqual(tables.number(None), "–")
        self.assertEqual(tables.number(12345.678, 1), "12,345.7")


class Charts(unittest.TestCase):
    rows = [("floor", 1.0, "1.00", "base"), ("Martlet, Swift <controller>", 2.0, "2.00", "ours"), ("other & co", 4.0, "4.00", "other")]

    def setUp(self):
        self.picture = charts.bars("A title", "a note", self.rows)
        self.root = xml.fromstring(self.picture)

    def test_are_xml_with_every_label_and_value(self):
        shown = {element.text for element in self.root.iter() if element.text}
        for label, _, words, _ in self.rows:
            self.assertLessEqual({label, words}, shown)

    def test_have_bars_as_long_as_their_values(self):
        lengths = [float(element.get("width")) for element in self.root.iter() if element.tag.endswith("rect")]
        self.assertEqual([length / lengths[0] for length in lengths], [1, 2, 4])

    def test_stay_within_their_width(self):
        for element in self.root.iter():
            if element.tag.endswith("text"):
                place, length = float(element.get("x")), 8 * len(element.text)
                is_left = element.get("text-anchor") == "start"
                self.assertTrue(place + length < charts.WIDTH if is_left else place > length, element.text)

    def test_have_no_scripts_and_colours_for_the_dark(self):
        self.assertNotIn("<script", self.picture)
        self.assertIn("prefers-color-scheme: dark", self.picture)


class Readme(unittest.TestCase):
    def replaced(self, text):
        with files(page=text.encode()) as folder:
            reporting.replace_between(folder / "page", "new\n")
            return (folder / "page").read_text()

    def test_is_changed_between_the_markers_alone(self):
        once = self.replaced(f"before\n{reporting.BEGIN}\nold\n{reporting.END}\nafter\n")
        self.assertEqual(once, f"before\n{reporting.BEGIN}\nnew\n\n{reporting.END}\nafter\n")
        self.assertEqual(self.replaced(once), once)

    def test_has_other_markers_for_other_benches(self):
        with files(page=b"before\n<!-- a -->old<!-- /a -->\nafter") as folder:
            reporting.replace_between(folder / "page", "new", "<!-- a -->", "<!-- /a -->")
            self.assertEqual((folder / "page").read_text(), "before\n<!-- a -->\nnew\n\n<!-- /a -->\nafter")

    def test_must_have_the_markers(self):
        with self.assertRaises(ValueError):
            self.replaced("without\n")

    def test_says_why_the_other_engine_took_no_part(self):
        absent = {"martlet-pure": {"label": "Martlet, all Swift", "absent": "does not build: error: planted"}}
        said = reporting.engines({"loads": {}, "contestants": absent})
        self.assertIn("does not build: error: planted", said)


class Committed(unittest.TestCase):
    """The READMEs show what the committed results say."""

    def test_tables_of_the_readmes_come_from_the_results(self):
        report = reporting.read()
        charts_made = [name for name in reporting.CHART_TITLES if (reporting.BENCH / "charts" / name).exists()]
        self.assertIn(reporting.speed_section(report, charts_made).rstrip(), (reporting.ROOT / "README.md").read_text())
        self.assertIn(reporting.results_section(report, charts_made).rstrip(),
                      (reporting.BENCH / "README.md").read_text())


if __name__ == "__main__":
    unittest.main()

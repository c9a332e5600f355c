"""A report's tables: titles, headers and rows, laid out for the terminal or as Markdown."""
import dataclasses

import targets

DASH = "–"


@dataclasses.dataclass(frozen=True)
class Table:
    title: str
    header: tuple
    rows: list

    def plain(self):
        """The first column to the left, the figures to the right."""
        lines = [self.header, *self.rows]
        wide = [max(len(line[column]) for line in lines) for column in range(len(self.header))]
        laid = ["  ".join(cell.ljust(size) if place == 0 else cell.rjust(size)
                          for place, (cell, size) in enumerate(zip(line, wide))).rstrip() for line in lines]
        return "\n".join([self.title, "-" * len(self.title), *laid]) + "\n"

    def markdown(self):
        marks = ("---", *("---:",) * (len(self.header) - 1))
        return "\n".join("| " + " | ".join(line) + " |" for line in (self.header, marks, *self.rows)) + "\n"


def number(value, digits=2, unit=""):
    return DASH if value is None else f"{value:,.{digits}f}{unit}"


def scaled(value, factor):
    return None if value is None else value * factor


def labels(report):
    return {name: contestant["label"] for name, contestant in report["contestants"].items()}


def baseline_label(report, load):
    baseline = report["loads"][load]["baseline"]
    return labels(report).get(baseline, f"{baseline}, which took no part,")


def with_dashes(report, results, cells, width):
    """One row a contestant; who has no result has dashes."""
    return [(label, *(cells(results[name]) if name in results else (DASH,) * width))
            for name, label in labels(report).items()]


# Loads

LOAD_HEADER = ("", "ratio", "CPU µs/req", "± %", "req/s", "p50 µs", "p99 µs", "p99.9 µs", "MiB", "errors", "rounds")


def load_cells(summary):
    latency = summary["latency_us"]
    return (number(summary["ratio"]), number(summary["cpu_us"]), number(scaled(summary["cpu_spread"], 100), 1),
            number(summary["per_second"], 0), *(number(latency[name], 0) for name in ("p50", "p99", "p99.9")),
            number(scaled(summary["memory_bytes"], 2 ** -20), 1), str(summary["errors"]), str(summary["rounds"]))


def of_load(report, name):
    load = report["loads"][name]
    took_part = {contestant: summary for contestant, summary in load["results"].items()}
    rows = [row for row in with_dashes(report, took_part, load_cells, len(LOAD_HEADER) - 1)]
    figure = "requests/s" if load["figure"] == "per_second" else "CPU per request"
    title = f"{load['title']}: ratio of {figure}, {baseline_label(report, name)} = 1.00"
    return Table(title, LOAD_HEADER, rows)


# Trials

def of_idle(report, trial):
    rows = with_dashes(report, trial["results"], lambda result: (
        number(result["bytes"], 0), number(scaled(result["before_bytes"], 2 ** -20), 1)), 2)
    return Table(f"{trial['connections']:,} idle connections: private memory",
                 ("", "bytes each", "MiB before"), rows)


def of_latency(report, trial):
    def cells(result):
        latency = result.get("latency_us", {})
        return (number(result["capacity"], 0), *(number(latency.get(name), 0) for name in ("p50", "p99", "p99.9")),
                number(result.get("cpu_us")), number(result.get("errors"), 0), number(result.get("rounds"), 0))
    rate = number(trial["rate"], 0)
    return Table(f"latency at {rate} requests/s by the clock, half of what the slowest of nginx and Martlet can do",
                 ("", "capacity/s", "p50 µs", "p99 µs", "p99.9 µs", "CPU µs/req", "errors", "rounds"),
                 with_dashes(report, trial["results"], cells, 7))


def of_start(report, trial):
    rows = with_dashes(report, trial["results"], lambda result: (
        number(result["ms"], 1), number(result["least_ms"], 1), str(result["rounds"])), 3)
    return Table("start to the first answered request", ("", "ms", "least ms", "rounds"), rows)


def of_reactors(report, trial):
    named = labels(report)
    rows = [(named[name], number(result["one_cpu_us"]), number(result["two_cpu_us"]), number(result["ratio"]),
             number(1e6 / result["one_cpu_us"], 0), number(1e6 / result["two_cpu_us"], 0)) for name, result in trial["results"].items()]
    return Table("one reactor; two reactors, with twice the load",
                 ("", "one: CPU µs/req", "two", "ratio", "one: requests per CPU-second", "two"), rows)


TRIALS = {"idle": of_idle, "latency": of_latency, "start": of_start, "reactors": of_reactors}


def of_trial(report, name):
    return TRIALS[name](report, report["trials"][name])


# Summaries

def of_targets(report):
    rows = [(target.what, f"{target.sign} {target.text(target.wanted)}",
             DASH if reached is None else target.reached_text(reached), verdict)
            for target, reached, verdict in targets.judge(report)]
    return Table("what Martlet must reach", ("", "wanted", "reached", "verdict"), rows)


def of_engines(report):
    """The same Swift controllers on the C core and on the all-Swift engine."""
    rows = []
    for load in report["loads"].values():
        c, pure = (load["results"].get(name) for name in ("martlet-swift", "martlet-pure"))
        if c and pure:
            rows.append((load["title"], number(c["cpu_us"]), number(pure["cpu_us"]),
                         number(pure["cpu_us"] / c["cpu_us"]), number(c["per_second"], 0),
                         number(pure["per_second"], 0)))
    return Table("what the C core buys over pure Swift", (
        "", "C core: CPU µs/req", "all Swift", "ratio", "C core: req/s", "all Swift"), rows)


SUMMARY = {"keep-64": "keep-alive, 64", "keep-1000": "keep-alive, 1000", "pipelined": "pipelined 16 deep",
           "one": "one per connection", "ab": "`ab`, requests/s"}


def of_summary(report):
    """The ratios of the first loads, and what an idle connection costs."""
    loads = [name for name in SUMMARY if name in report["loads"]]
    named = labels(report)
    idle = report["trials"].get("idle", {"results": {}})["results"]
    versions = {name: contestant["version"] for name, contestant in report["contestants"].items()}
    rows = [(f"{label} {versions[name]}" if versions[name] and name != "floor" else label,
             *(number(report["loads"][load]["results"].get(name, {}).get("ratio")) for load in loads),
             number(idle.get(name, {}).get("bytes"), 0)) for name, label in named.items()]
    header = ("", *(f"{SUMMARY[load]} ({baseline_label(report, load)} = 1)" for load in loads),
              "idle connection, bytes")
    return Table("summary", header, rows)

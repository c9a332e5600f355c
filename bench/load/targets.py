"""What Martlet must reach: our own aims, each with the figure that a run reached."""
import dataclasses
from collections.abc import Callable

SWIFT, C, PURE = "martlet-swift", "martlet-c", "martlet-pure"


@dataclasses.dataclass(frozen=True)
class Target:
    """`reached` takes a run's report and gives a figure; None where the run did not measure it."""
    what: str
    sign: str
    wanted: float
    reached: Callable
    digits: int = 2
    unit: str = ""

    def text(self, figure, more_digits=0):
        return f"{figure:,.{self.digits + more_digits}f}{self.unit}"

    def reached_text(self, figure):
        """A digit more of a ratio, so that one just missed is seen to be."""
        return self.text(figure, more_digits=1 if self.digits == 2 else 0)

    def is_met(self, figure):
        return {"≤": figure <= self.wanted, "≥": figure >= self.wanted, "=": figure == self.wanted}[self.sign]


def figure(report, load, contestant, name):
    return report["loads"].get(load, {}).get("results", {}).get(contestant, {}).get(name)


def against(load, contestant=SWIFT, baseline=None, name="cpu_us"):
    """A ratio of two contestants' medians; the baseline is the load's own where none is given."""
    def reached(report):
        if load not in report["loads"]:
            return None
        base = figure(report, load, baseline or report["loads"][load]["baseline"], name)
        ours = figure(report, load, contestant, name)
        return ours / base if ours is not None and base else None
    return reached


def of_load(load, name, factor=1):
    def reached(report):
        value = figure(report, load, SWIFT, name)
        return None if value is None else factor * value
    return reached


def of_trial(trial, name, contestant=SWIFT):
    return lambda report: report["trials"].get(trial, {}).get("results", {}).get(contestant, {}).get(name)


def half_load_latency(report):
    """Our p99 divided by nginx's, at the same rate."""
    results = report["trials"].get("latency", {}).get("results", {})
    ours, theirs = (results.get(name, {}).get("latency_us", {}).get("p99") for name in (SWIFT, "nginx"))
    return ours / theirs if ours and theirs else None


def half_load_errors(report):
    return report["trials"].get("latency", {}).get("results", {}).get(SWIFT, {}).get("errors")


BROWSER = "browser"  # the request of some 700 bytes


def parsers(report):
    """Nanoseconds for the browser's request, by parser, of the last `make bench-micro ARGS=--write`."""
    return {entry["subject"]: entry for entry in report.get("micro", []) if entry["case"] == BROWSER}


def our_parser(report):
    ours = [entry for subject, entry in parsers(report).items() if subject.startswith("Martlet")]
    return min(ours, key=lambda entry: entry["best_ns"]) if ours else None


def parser_speed(report):
    """Bytes per nanosecond are gigabytes per second."""
    ours = our_parser(report)
    return ours["bytes"] / ours["best_ns"] if ours else None


def parser_lead(report):
    """How many times as long the fastest other parser takes."""
    ours = our_parser(report)
    others = [entry["best_ns"] for subject, entry in parsers(report).items() if "http" in subject]
    return min(others) / ours["best_ns"] if ours and others else None


def library_kib(report):
    size = report.get("library_bytes")
    return size / 1024 if size else None


TARGETS = (
    Target("keep-alive, 64 connections: CPU per request, floor = 1", "≤", 1.06, against("keep-64")),
    Target("keep-alive, 1000 connections: CPU per request, floor = 1", "≤", 1.08, against("keep-1000")),
    Target("pipelined 16 deep: CPU per request, floor = 1", "≤", 1.40, against("pipelined")),
    Target("one request per connection: CPU per request, h2o = 1", "≤", 0.80, against("one")),
    Target("idle kept-alive connection: private memory", "≤", 400, of_trial("idle", "bytes"), 0, " B"),
    Target("ab -n 100000 -c 1000 -k: requests/s, nginx = 1", "≥", 1.0, against("ab", name="per_second")),
    Target("the same: failed", "=", 0, of_load("ab", "errors"), 0),
    Target("the same: kept alive", "=", 100, of_load("ab", "kept_alive", 100), 0, " %"),
    Target("pipelined: Swift controller, CPU per request, C handler = 1", "≤", 1.05, against("pipelined", baseline=C)),
    Target("parser, browser's request: ns of the fastest other, ours = 1", "≥", 3, parser_lead),
    Target("the same: GB/s", "≥", 8, parser_speed, 1),
    Target("two reactors: CPU per request, one reactor = 1", "≤", 1.05, of_trial("reactors", "ratio")),
    Target("latency at half load: p99, nginx = 1", "≤", 1.0, half_load_latency),
    Target("the same: failed", "=", 0, half_load_errors, 0),
    Target("start to first answered request", "≤", 30, of_trial("start", "ms"), 1, " ms"),
    Target("libmartlet.so, stripped", "≤", 400, library_kib, 0, " KiB"),
    Target("keep-alive, 64 connections: CPU per request of all Swift, C core = 1", "≥", 1.0,
           against("keep-64", PURE, SWIFT)),
)


def judge(report):
    """(target, figure, verdict) for each; the verdict of what was not measured says so."""
    judged = []
    for target in TARGETS:
        reached = target.reached(report)
        verdict = "not measured" if reached is None else "ok" if target.is_met(reached) else "missed"
        judged.append((target, reached, verdict))
    return judged

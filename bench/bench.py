#!/usr/bin/env python3
"""Measures Martlet beside other servers, and prints tables; bench/README.md says what is measured, and how.

`make bench` runs all of it and writes what the READMEs show; `make bench-quick` a part, and writes nothing."""
import argparse
import contextlib
import pathlib
import subprocess
import sys
import tempfile
import time

BENCH = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(BENCH / "load"), str(BENCH / "peers")]
import accounting  # noqa: E402
import building  # noqa: E402
import machine  # noqa: E402
import reporting  # noqa: E402
import tables  # noqa: E402
import trials  # noqa: E402
import wire_requests  # noqa: E402
from contestants import CONTESTANTS  # noqa: E402
from loads import LOADS  # noqa: E402
from measuring import Bench  # noqa: E402
from places import ROOT  # noqa: E402

FULL_SECONDS, QUICK_SECONDS = 530, 100
QUICK_SHARE = 0.4
QUICK_CONTESTANTS = ("floor", "martlet-c", "martlet-swift", "martlet-pure", "nginx", "h2o")
QUICK_LOADS = ("keep-64", "keep-1000", "pipelined", "one", "mixed", "upload", "ab")
TRIALS = {"start": trials.start_up, "idle": trials.idle_memory, "latency": trials.latency, "reactors": trials.reactors}


def say(text):
    print(text, flush=True)


def read_options():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--quick", action="store_true", help="fewer contestants, loads, rounds and seconds")
    parser.add_argument("--write", action="store_true", help="write results, charts and the READMEs' tables")
    parser.add_argument("--urgent", action="store_true", help="run before other work of the machine (root alone may)")
    parser.add_argument("--rewrite", action="store_true", help="measure nothing: write those from the last results, with the last of bench-micro")
    parser.add_argument("--only", nargs="+", metavar="LOAD", choices=[*(load.name for load in LOADS), *TRIALS],
                        help="these loads and trials alone")
    parser.add_argument("--with", nargs="+", metavar="CONTESTANT", dest="names",
                        choices=[contestant.name for contestant in CONTESTANTS], help="these contestants alone")
    options = parser.parse_args()
    options.names = options.names or (QUICK_CONTESTANTS if options.quick else [c.name for c in CONTESTANTS])
    quick = [*QUICK_LOADS, *TRIALS]
    options.only = options.only or (quick if options.quick else [*(load.name for load in LOADS), *TRIALS])
    return options


def build(contestants):
    """The loader and the contestants; gives the versions of those that there are, and why there are no others."""
    names = dict.fromkeys(contestant.build for contestant in contestants if contestant.build)
    reasons = building.build_all(["loader", *names], say)
    if "loader" in reasons:
        sys.exit(f"bench: the loader {reasons['loader']}")
    absent = {c.name: reasons[c.build] for c in contestants if c.build in reasons}
    versions = {}
    for contestant in contestants:
        if contestant.name not in absent:
            with contextlib.suppress(OSError, subprocess.TimeoutExpired):
                versions[contestant.name] = contestant.version()
        say(f"  {contestant.label}: {absent.get(contestant.name) or versions.get(contestant.name, '?')}")
    return versions, absent


def measure(bench, options, described, versions):
    """All that was asked for, with each table as soon as it is there; gives the report."""
    began = time.monotonic()
    found = {}

    def report():
        return reporting.compose(bench, LOADS, described, versions, command(options), time.monotonic() - began,
                                 building.library_bytes(), found)
    bench.start_all()
    for name, trial in TRIALS.items():
        if name in options.only and bench.has_time():
            found[name] = trial(bench)
            say(tables.of_trial(report(), name).plain())
    for load in LOADS:
        if load.name in options.only and bench.has_time():
            bench.measure(load)
            say(tables.of_load(report(), load.name).plain())
    return report()


def command(options):
    return ("make bench-quick" if options.quick else "make bench") + (" ARGS=--urgent" if options.urgent else "")


def main():
    if sys.platform != "linux":
        sys.exit("bench: reads Linux's books of CPU time and memory, and runs there only")
    options = read_options()
    if options.rewrite:
        reporting.write({**reporting.read(), "micro": reporting.read_micro()})
        return
    described = machine.describe()
    contestants = [contestant for contestant in CONTESTANTS if contestant.name in options.names]
    versions, absent = build(contestants)
    limit, share = (QUICK_SECONDS, QUICK_SHARE) if options.quick else (FULL_SECONDS, 1)
    with (tempfile.TemporaryDirectory(prefix="martlet-bench-") as folder,
          accounting.before_others(options.urgent) as described["is_urgent"]):
        wire_requests.write_all(pathlib.Path(folder))
        with Bench(contestants, pathlib.Path(folder), limit, share, say) as bench:
            bench.absent.update(absent)
            if not bench.places.are_apart:
                bench.note("there is one CPU only: server and load generator share it")
            report = measure(bench, options, described, versions)
            if not bench.has_time():
                report["notes"].append("the time was up before all rounds were")
    say(tables.of_engines(report).plain() if tables.of_engines(report).rows else reporting.why_no_engines(report))
    say(tables.of_targets(report).plain())
    say(f"{reporting.origin(report)} {report['seconds']} s.")
    if options.write:
        reporting.write(report)
        say(f"written: {(ROOT / 'README.md').name}, bench/README.md, bench/results, bench/charts")


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
"""Measures Martlet's Python package beside gunicorn, uvicorn and granian, on the same applications: `make bench-python`.

bench/README.md says how; who is measured is installed into .build-python-bench first."""
import argparse
import pathlib
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
BENCH = HERE.parent
sys.path[:0] = [str(BENCH / "load"), str(BENCH / "peers"), str(HERE)]
import building  # noqa: E402
import courses  # noqa: E402
import environment  # noqa: E402
import machine  # noqa: E402
import python_report  # noqa: E402
import python_tables  # noqa: E402
import reporting  # noqa: E402
from contenders import APPLICATIONS, BY_NAME, SERVERS, contestants_of  # noqa: E402
from measuring import Bench  # noqa: E402

FULL_SECONDS, QUICK_SECONDS = 450, 105
QUICK_SHARE = 0.4


def say(text):
    print(text, flush=True)


def read_options():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--quick", action="store_true", help="fewer rounds and seconds")
    parser.add_argument("--write", action="store_true", help="write the results and the READMEs' tables")
    parser.add_argument("--rewrite", action="store_true", help="measure nothing: write those from the last results")
    parser.add_argument("--only", nargs="+", metavar="APPLICATION", choices=[a.name for a in APPLICATIONS],
                        default=[a.name for a in APPLICATIONS], help="these applications alone")
    parser.add_argument("--with", nargs="+", metavar="SERVER", dest="names", choices=list(BY_NAME),
                        default=list(BY_NAME), help="these servers alone")
    return parser.parse_args()


def prepare():
    """All that is installed and built; gives why Martlet takes no part, if it does not."""
    reasons = building.build_all(["loader"], say)
    if reasons:
        sys.exit(f"bench: the loader {reasons['loader']}")
    try:
        return environment.prepare(say)
    except building.BuildError as error:
        sys.exit(f"bench: pip does not install what Martlet is measured beside: {error}")


def describe_servers(names):
    return {server.name: {"label": server.label, "interface": server.interface,
                          "version": environment.versions().get(server.package)}
            for server in SERVERS if server.name in names}


def measure(options, ours_absent, notes):
    """The loads of all applications, each shown as soon as it is there."""
    deadline = time.monotonic() + (QUICK_SECONDS if options.quick else FULL_SECONDS)
    servers, loads = describe_servers(options.names), {}
    for application in (a for a in APPLICATIONS if a.name in options.only):
        contestants = [c for c in contestants_of(application, options.names) if not (ours_absent and c.is_martlet)]
        measured = measure_one(application, contestants, deadline - time.monotonic(), options.quick, notes)
        loads.update(measured)
        for name in measured:
            say(python_tables.of_load({"servers": servers, "loads": loads}, name).plain())
    if time.monotonic() > deadline:
        notes.append("the time was up before all rounds were")
    return servers, loads


def measure_one(application, contestants, seconds, is_quick, notes):
    with (tempfile.TemporaryDirectory(prefix="martlet-bench-") as folder,
          Bench(contestants, pathlib.Path(folder), seconds, QUICK_SHARE if is_quick else 1, say) as bench):
        measured = courses.run(bench, application)
        notes += [f"{application.title}: {note}" for note in bench.notes]
        notes += [f"{application.title}, {c.label}: {bench.absent[c.name]}" for c in contestants if c.name in bench.absent]
        return measured


def measured_with():
    """What else the figures are made with."""
    names = ("uvloop", "httptools", "Flask", "Django", "Starlette", "FastAPI")
    return {"Python": environment.python_version(), **{name: environment.versions()[name.lower()] for name in names}}


def main():
    if sys.platform != "linux":
        sys.exit("bench: reads Linux's books of CPU time and memory, and runs there only")
    options = read_options()
    if options.rewrite:
        python_report.write(python_report.read())
        return
    described, ours_absent = machine.describe(), prepare()
    began, notes = time.monotonic(), [f"Martlet: {ours_absent}"] if ours_absent else []
    servers, loads = measure(options, ours_absent, notes)
    command = f"make bench-python{' ARGS=--quick' if options.quick else ''}"
    report = python_report.compose(described, measured_with(), servers, loads, notes, command, time.monotonic() - began)
    for table in (*python_report.summaries(report), python_tables.of_verdict(report)):
        say(table.plain())
    say("\n".join([*notes, f"{reporting.origin(report)} {python_report.who(report)} {report['seconds']} s."]))
    if options.write:
        python_report.write(report)
        say("written: README.md, bench/README.md, bench/results/python.json")


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
"""Times Martlet's parts by themselves, the parser beside others: `make bench-micro`.

Each program runs several times, all of them in turn; of each figure the best and the median of all runs are shown."""
import argparse
import dataclasses
import statistics
import sys

import showing
from timed import PROGRAMS, BuildError, Figure, build, figures

ROUNDS = 5
OURS, YARDSTICK = "Martlet", {"pool": "malloc"}
OTHER_TITLES = {"router": "Router, ns a search", "response head": "Response head, ns each",
                "pool": "Memory, ns to take and give back", "mailbox": "Mailbox, ns a message",
                "hand-off": "Worker, ns from the reactor and back"}


def build_all():
    """The programs that can be built; a peer that cannot is left out, with the reason."""
    for program in PROGRAMS:
        try:
            build(program)
            yield program
        except (BuildError, OSError) as error:
            if not program.peer:
                sys.exit(f"bench: {program.name} does not build: {error}")
            print(f"{program.peer} is left out: {error}")


def measure(programs):
    """One figure for each subject and case, of all rounds."""
    runs = {}
    for _ in range(ROUNDS):
        for program in programs:
            for figure in figures(program):
                runs.setdefault((figure.subject, figure.case), []).append(figure)
    return [Figure(subject, case, of[0].bytes, min(one.best_ns for one in of),
                   statistics.median(one.median_ns for one in of)) for (subject, case), of in runs.items()]


def parser_table(found):
    """Every parser on every request; the ratio is to our fastest."""
    parsed = [figure for figure in found if figure.subject.startswith(OURS) or "http" in figure.subject]
    ours = {}
    for figure in parsed:
        if figure.subject.startswith(OURS):
            ours[figure.case] = min(figure.best_ns, ours.get(figure.case, figure.best_ns))
    yield "Parser, one request head"
    yield "request", "bytes", "parser", "ns", "median", "GB/s", "ratio"
    for figure in sorted(parsed, key=lambda figure: figure.bytes):
        yield (figure.case, str(figure.bytes), figure.subject, f"{figure.best_ns:.1f}", f"{figure.median_ns:.1f}",
               f"{figure.bytes / figure.best_ns:.2f}", f"{figure.best_ns / ours[figure.case]:.2f}")


def other_tables(found):
    """What is ours alone; beside it, where there is one, what does the same in the C library."""
    best = {(figure.subject, figure.case): figure.best_ns for figure in found}
    for subject, title in OTHER_TITLES.items():
        rival = YARDSTICK.get(subject)
        rows = []
        for figure in found:
            if figure.subject == subject:
                beside = [f"{best[rival, figure.case]:.1f}"] if rival else []
                rows.append((figure.case, f"{figure.best_ns:.1f}", f"{figure.median_ns:.1f}", *beside))
        yield [title, ("", "ns", "median", *([f"{rival}, ns"] if rival else [])), *rows]


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--write", action="store_true", help="write bench/results/micro.json and bench/README.md")
    options = parser.parse_args()
    found = measure(list(build_all()))
    tables = [list(parser_table(found)), *other_tables(found)]
    for table in tables:
        print(showing.plain(table))
    if options.write:
        showing.write_results("micro", [dataclasses.asdict(figure) for figure in found])
        showing.write_section("micro", tables, "By `make bench-micro ARGS=--write`.")


if __name__ == "__main__":
    main()

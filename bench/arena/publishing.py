"""What a run of the arena leaves: its figures as JSON, and a table in the bench's README."""
import json
import re

import reporting
import tables
from places import BENCH
from tables import DASH, number

RESULTS = BENCH / "results/arena.json"
README = BENCH / "README.md"
BEGIN, END = "<!-- arena -->", "<!-- /arena -->"
OURS = "martlet"
INTRODUCTION = """\
## HttpArena's HTTP/1.1 profiles

`make arena` (below four minutes once all is built) runs the routes that [HttpArena](https://www.http-arena.com) compares
frameworks by, as two applications of `bench/arena`: on Martlet, with the C core and all Swift, and on Hummingbird 2. Each is
checked first: sums, bodies with a length and chunked, nine kinds of requests split at every octet, totals for several counts
and multipliers, each coding decompressed again and what Accept-Encoding's weights ask for, uploads of up to 20 MB, files
and their siblings, files that change on disk, HEAD, 404. Who fails is left out. Then they are loaded in turn as above: the
server on one CPU with one reactor or event loop, five rounds, medians.

What is not HTTP is the same code in both: the sums, the JSON (laid down anew for each request), the compressor (brotli at
quality 2 or gzip at level 5, which have the least time × size² for such bodies), the choice of a coding. Files come from
disk by each framework's own call, every time. Hummingbird has no middleware and a quiet log.

The data are made here from a fixed seed; `ARENA_DATA=folder make arena` takes HttpArena's own (`dataset.json`, `static/`).
`python3 bench/arena/arena.py --only json` repeats one profile, `--check` the checks alone.
"""


def ratio_of(name, results):
    """How many times as much CPU a request costs there as with Martlet on its C core."""
    ours, theirs = (results.get(who, {}).get("cpu_us") for who in (OURS, name))
    return theirs / ours if ours and theirs else None


def summary(report):
    """One row a profile."""
    others = [name for name in report["contestants"] if name != OURS]
    labels = tables.labels(report)
    header = ("", "Martlet: CPU µs/req", *(f"{labels[name]}: times as much" for name in others),
              "Martlet: req/s", *(f"{labels[name]}" for name in others), "Martlet: p99 µs",
              *(f"{labels[name]}" for name in others), "errors")
    rows = [row(load, others) for load in report["loads"].values()]
    return tables.Table("the arena: CPU per request of the server, Martlet = 1.00", header, rows)


def row(load, others):
    results = load["results"]
    names = (OURS, *others)

    def each(figure):
        return [number(figure(results[name]), 0) if name in results else DASH for name in names]
    return (load["title"], number(results.get(OURS, {}).get("cpu_us")),
            *(number(ratio_of(name, results)) for name in others),
            *each(lambda result: result["per_second"]), *each(lambda result: result["latency_us"]["p99"]),
            str(sum(result["errors"] for result in results.values())))


def section(report):
    who = ", ".join(f"{contestant['label']} {contestant['version']}" for contestant in report["contestants"].values()
                    if not contestant["absent"])
    notes = [f"- {line}" for line in reporting.absences(report) + report["notes"]]
    origin = f"{reporting.origin(report)} {who}. Medians of rounds in turn."
    return "\n".join([INTRODUCTION, origin, "", summary(report).markdown(), *notes])


def write(report):
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps(report, indent=1, ensure_ascii=False) + "\n")
    text = README.read_text()
    filled = f"{BEGIN}\n{section(report).rstrip()}\n{END}"
    new, count = re.subn(f"{re.escape(BEGIN)}.*?{re.escape(END)}", lambda _: filled, text, flags=re.S)
    README.write_text(new if count else f"{text.rstrip()}\n\n{filled}\n")

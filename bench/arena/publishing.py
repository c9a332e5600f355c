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
OURS, THEIRS = "martlet", "hummingbird"


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
    return "\n".join([f"{reporting.origin(report)} {who}. Medians of rounds in turn.", "", summary(report).markdown(),
                      *notes])


def write(report):
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps(report, indent=1, ensure_ascii=False) + "\n")
    text = README.read_text()
    filled = f"{BEGIN}\n{section(report).rstrip()}\n{END}"
    new, count = re.subn(f"{re.escape(BEGIN)}.*?{re.escape(END)}", lambda _: filled, text, flags=re.S)
    README.write_text(new if count else f"{text.rstrip()}\n\n{filled}\n")

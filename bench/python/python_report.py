"""A run's report: one JSON value, from which the sections of the READMEs are made."""
import datetime
import json

import python_tables
import reporting
from places import BENCH

RESULTS = BENCH / "results/python.json"
MARKERS = "<!-- python -->", "<!-- /python -->"


def compose(described, python, servers, loads, notes, command, seconds):
    now = datetime.datetime.now(datetime.timezone.utc)
    return {"date": now.date().isoformat(), "command": command, "seconds": round(seconds), "machine": described,
            "python": python, "servers": servers, "loads": loads, "notes": notes}


def who(report):
    named = {}
    for server in report["servers"].values():
        if server["version"]:
            named.setdefault(server["label"].split(",")[0], server["version"])
    return ", ".join([*(f"{label} {version}" for label, version in named.items()),
                      *(f"{name} {version}" for name, version in report["python"].items())]) + "."


def summaries(report):
    tables = [python_tables.of_summary(report, interface) for interface in ("ASGI", "WSGI")]
    return [table for table in tables if table.rows]


def short_section(report):
    """For the root's README."""
    shown = [table.markdown() for table in (*summaries(report), python_tables.of_verdict(report))]
    return "\n".join([f"{reporting.origin(report)} One worker process on one CPU; CPU per request of the process tree. "
                      f"{who(report)}", "", *shown])


def long_section(report):
    """For the bench's README: every table."""
    parts = [reporting.origin(report), "", who(report), ""]
    parts += [f"- {note}" for note in report["notes"]] + ([""] if report["notes"] else [])
    for table in (*summaries(report), python_tables.of_verdict(report)):
        parts += [table.markdown()]
    for name in report["loads"]:
        table = python_tables.of_load(report, name)
        parts += [f"**{table.title}**", "", table.markdown()]
    return "\n".join(parts)


def read():
    """The last report that was written."""
    return json.loads(RESULTS.read_text())


def write(report):
    reporting.publish(report, RESULTS, MARKERS, short_section(report), long_section(report))

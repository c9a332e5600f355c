"""A run's report: one JSON value, from which the sections of the READMEs are made."""
import datetime
import json
import re

import machine
import python_tables
from places import BENCH, ROOT

RESULTS = BENCH / "results/python.json"
BEGIN, END = "<!-- python -->", "<!-- /python -->"


def compose(described, python, servers, loads, notes, command, seconds):
    now = datetime.datetime.now(datetime.timezone.utc)
    return {"date": now.date().isoformat(), "command": command, "seconds": round(seconds), "machine": described,
            "python": python, "servers": servers, "loads": loads, "notes": notes}


def origin(report):
    return f"Measured on {report['date']} by `{report['command']}` on {machine.in_words(report['machine'])}."


def who(report):
    named = {}
    for server in report["servers"].values():
        if server["version"]:
            named.setdefault(server["label"].split(",")[0], server["version"])
    return ", ".join([*(f"{label} {version}" for label, version in named.items()),
                      *(f"{name} {version}" for name, version in report["python"].items())]) + "."


def summaries(report):
    return [table for table in map(lambda interface: python_tables.of_summary(report, interface), ("ASGI", "WSGI"))
            if table.rows]


def short_section(report):
    """For the root's README."""
    parts = [origin(report) + " " + who(report) + " One worker process on one CPU, CPU per request of the process tree.", ""]
    parts += [f"{table.markdown()}" for table in (*summaries(report), python_tables.of_verdict(report))]
    return "\n".join(parts)


def long_section(report):
    """For the bench's README: every table."""
    parts = [origin(report), "", who(report), ""]
    parts += [f"- {note}" for note in report["notes"]] + ([""] if report["notes"] else [])
    for table in (*summaries(report), python_tables.of_verdict(report)):
        parts += [table.markdown()]
    for name in report["loads"]:
        table = python_tables.of_load(report, name)
        parts += [f"**{table.title}**", "", table.markdown()]
    return "\n".join(parts)


def replace_between(path, text):
    """Puts the text between the markers, which must be there once."""
    filled = f"{BEGIN}\n{text.rstrip()}\n{END}"
    new, count = re.subn(f"{re.escape(BEGIN)}.*?{re.escape(END)}", lambda _: filled, path.read_text(), flags=re.S)
    if count != 1:
        raise ValueError(f"{path.name} has not one place between '{BEGIN}' and '{END}'")
    path.write_text(new)


def read():
    """The last report that was written."""
    return json.loads(RESULTS.read_text())


def write(report):
    RESULTS.write_text(json.dumps(report, indent=1, ensure_ascii=False) + "\n")
    replace_between(ROOT / "README.md", short_section(report))
    replace_between(BENCH / "README.md", long_section(report))

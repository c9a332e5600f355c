"""A run's report: one JSON value, from which all tables, charts and READMEs are made."""
import datetime
import json
import re

import machine
import pictures
import tables
from places import BENCH, ROOT

BEGIN, END = "<!-- written by make bench -->", "<!-- until here -->"
CHART_TITLES = {"keep-64.svg": "CPU per request, keep-alive", "pipelined.svg": "CPU per request, pipelined",
                "one.svg": "CPU per request, one per connection", "idle.svg": "memory of an idle connection",
                "latency.svg": "latency at half load", "c-core.svg": "what pure Swift costs"}


def compose(bench, loads, described, versions, command, began, library_bytes, trials):
    now = datetime.datetime.now(datetime.timezone.utc)
    return {
        "date": now.date().isoformat(), "command": command, "seconds": round(began), "machine": described,
        "contestants": {c.name: {"label": c.label, "version": versions.get(c.name),
                                 "absent": bench.absent.get(c.name)} for c in bench.contestants},
        "loads": {load.name: {"title": load.title, "baseline": load.baseline, "figure": load.figure,
                              "results": bench.results[load.name]} for load in loads if load.name in bench.results},
        "trials": trials, "library_bytes": library_bytes, "notes": bench.notes, "micro": read_micro(),
    }


def read_micro():
    """What `make bench-micro ARGS=--write` left last."""
    path = BENCH / "results/micro.json"
    return json.loads(path.read_text()) if path.exists() else []


def absences(report):
    return [f"{contestant['label']}: {contestant['absent']}" for contestant in report["contestants"].values()
            if contestant["absent"]]


def origin(report):
    return (f"Measured on {report['date']} by `{report['command']}` on {machine.in_words(report['machine'])}.")


def pictured(report, prefix, names):
    return "\n".join(f"![{CHART_TITLES[name]}]({prefix}{name})" for name in names) + "\n"


def why_no_engines(report):
    absent = report["contestants"].get("martlet-pure", {}).get("absent")
    return f"The all-Swift build took no part: it {(absent or 'was not asked to').rstrip('.')}.\n"


def engines(report):
    """The table, or why there is none."""
    table = tables.of_engines(report)
    return table.markdown() if table.rows else why_no_engines(report)


def speed_section(report, charts):
    """For the root's README."""
    first = [name for name in ("keep-64.svg", "pipelined.svg") if name in charts]
    return "\n".join([
        origin(report) + " CPU per request of the server's process tree, medians, peers in turn; less is better, for "
        "`ab` more.", "", tables.of_summary(report).markdown(), pictured(report, "bench/charts/", first),
        "What does the C core buy over pure Swift? The same Swift controllers on both engines:", "", engines(report),
        "Our own aims, and what was reached:", "", tables.of_targets(report).markdown()]) + "\n"


def results_section(report, charts):
    """For the bench's README: every table."""
    who = ", ".join(f"{contestant['label']} {contestant['version']}" for contestant in report["contestants"].values()
                    if contestant["version"])
    parts = [origin(report), "", f"{who}; {report['machine']['compiler']}, {report['machine']['swift']}.", ""]
    parts += [f"- {line}" for line in absences(report) + report["notes"]] + [""]
    shown = [tables.of_load(report, name) for name in report["loads"]]
    shown += [tables.of_trial(report, name) for name in report["trials"]]
    for table in shown:
        parts += [f"**{table.title}**", "", table.markdown()]
    return "\n".join([*parts, pictured(report, "charts/", charts)])


def replace_between(path, text, begin=BEGIN, end=END):
    """Puts the text between the markers, which must be there."""
    old = path.read_text()
    new, count = re.subn(f"{re.escape(begin)}.*?{re.escape(end)}", lambda _: f"{begin}\n{text.rstrip()}\n\n{end}", old,
                         flags=re.S)
    if count != 1:
        raise ValueError(f"{path.name} has not one place between '{begin}' and '{end}'")
    path.write_text(new)


def publish(report, results, markers, short, long):
    """Keeps a report at `results`, and puts its sections between the markers of both READMEs."""
    results.write_text(json.dumps(report, indent=1, ensure_ascii=False) + "\n")
    replace_between(ROOT / "README.md", short, *markers)
    replace_between(BENCH / "README.md", long, *markers)


RESULTS = BENCH / "results/load.json"


def read():
    """The last report that was written."""
    return json.loads(RESULTS.read_text())


def write(report):
    """What is committed: the figures, the charts, and the READMEs' tables."""
    RESULTS.parent.mkdir(exist_ok=True)
    charts = pictures.draw(report, BENCH / "charts")
    publish(report, RESULTS, (BEGIN, END), speed_section(report, charts), results_section(report, charts))

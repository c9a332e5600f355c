"""What `make bench-boundary` leaves: a table, and the results as JSON."""
import datetime
import json

import reporting
from places import BENCH
from tables import DASH, Table, number

RESULTS = BENCH / "results/boundary.json"
MARKERS = "<!-- boundary -->", "<!-- /boundary -->"
HEADER = ("GET /hello, handler in", "ns more than in C", "± ns", "CPU ns/req", "instructions more", "instructions/req",
          "version")


def signed(value, digits=0):
    return DASH if value is None else f"{value:+,.{digits}f}".replace("-", "−")


def cells(result):
    return (signed(result.get("more_ns")), number(result.get("more_spread_ns"), 0), number(result.get("ns"), 0),
            signed(result.get("more_instructions")), number(result.get("instructions"), 0))


def table(report):
    rows = [(guest["label"], *cells(report["results"].get(name, {})), guest["version"] or DASH)
            for name, guest in report["guests"].items()]
    return Table("the cost of the boundary", HEADER, rows)


def short_table(report):
    """What a call costs beyond C, in time and in instructions."""
    whole = table(report)
    return Table(whole.title, whole.header[:5], [row[:5] for row in whole.rows])


def compose(described, guests, results, notes, seconds):
    now = datetime.datetime.now(datetime.timezone.utc)
    return {"date": now.date().isoformat(), "command": "make bench-boundary", "seconds": round(seconds),
            "machine": described, "guests": guests, "results": results, "notes": notes}


def short_section(report):
    """For the root's README."""
    return "\n".join([reporting.origin(report), "", short_table(report).markdown()]).rstrip()


def long_section(report):
    """For the bench's README: the versions too, and who took no part."""
    notes = [f"- {note}" for note in report["notes"]]
    return "\n".join([reporting.origin(report), "", table(report).markdown(), *notes]).rstrip()


def read():
    """The last report that was written."""
    return json.loads(RESULTS.read_text())


def write(report):
    reporting.publish(report, RESULTS, MARKERS, short_section(report), long_section(report))

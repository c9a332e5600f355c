"""What a run found, as text: failures, the tables side by side, and where the servers differ."""
import pathlib

from case import LEVELS

README = pathlib.Path(__file__).resolve().parent / "README.md"
BEGIN, END = "<!-- written by make conformance -->", "<!-- until here -->"
SHOWN = 900


def shown(octets):
    text = repr(octets)
    return text if len(text) <= SHOWN else f"{text[:SHOWN // 2]} … {text[-SHOWN // 2:]}"


def failure(result):
    case = result.case
    steps = "\n            ".join(shown(step) for step in result.steps)
    came = result.played.describe().replace("\n", "\n            ")
    return (f"FAILED      {result.area}: {case.name} (RFC {case.section}, {case.level})\n"
            f"  sent      {steps}\n  expected  {case.ours or case.expected}\n  came      {came}\n"
            f"  so        {result.complaint}\n")


# The tables

def cell(results, level):
    """Passed of how many; those excused and those not applicable beside."""
    counts = {verdict: sum(result.verdict == verdict for result in results if result.case.level == level)
              for verdict in ("passed", "failed", "excused")}
    total = sum(counts.values())
    excused = f" ({counts['excused']} excused)" if counts["excused"] else ""
    return f"{counts['passed']}/{total}{excused}" if total else "–"


def row(title, per_server):
    cells = [cell(results, level) for results in per_server for level in LEVELS]
    missing = [str(sum(result.verdict == "not applicable" for result in results)) for results in per_server[1:]]
    return [title, *cells, *missing]


def layout(rows):
    """Markdown that is a table for the eye too."""
    widths = [max(len(line[column]) for line in rows) for column in range(len(rows[0]))]
    lines = ["| " + " | ".join(text.ljust(width) for text, width in zip(line, widths)) + " |" for line in rows]
    return "\n".join([lines[0], "|" + "|".join("-" * (width + 2) for width in widths) + "|", *lines[1:]])


def tables(found, areas):
    names = list(found)
    head = ["area"] + [f"{name} {level}" if len(names) > 1 else level for name in names for level in LEVELS]
    head += [f"{name} n/a" for name in names[1:]]
    rows = [row(area.replace("_", " "), [[result for result in results if result.area == area]
                                         for results in found.values()])
            for area in areas if any(result.area == area for result in found[names[0]])]
    return layout([head, *rows, row("all", list(found.values()))])


# The differences

def stance(ours, others):
    """Where Martlet stands beside those that have played the case too; None: where they stand."""
    played = [result for result in others if result.played]
    if not ours.played or not played:
        return None
    if ours.played.refuses and any(not result.played.refuses for result in played):
        return "stricter"
    if not ours.played.refuses and any(result.played.refuses and result.verdict == "passed" for result in played):
        return "laxer"
    return "otherwise" if len({result.verdict == "failed" for result in [ours, *played]}) > 1 else None


MARKS = {"failed": "**{}**", "excused": "_{}_", "passed": "{}"}


def outcome(result):
    return MARKS[result.verdict].format(str(result.played).split(";")[0]) if result.played else "n/a"


def differences(found):
    groups = {}
    for results in zip(*found.values()):
        case = results[0].case
        row = [case.name, f"{case.section} {case.level}", *map(outcome, results)]
        groups.setdefault(stance(results[0], results[1:]), []).append(row)
    return groups


GROUPS = {"stricter": "Martlet is stricter: it refuses what another takes",
          "laxer": "Martlet is laxer: it takes what another may refuse, and does",
          "otherwise": "Others: what one passes, and another does not"}


def write(found, areas, versions):
    """Puts tables and differences into the README, between its two marks."""
    about = f"{len(found['Martlet'])} cases, played to {', '.join(versions)} in one run."
    parts = [BEGIN, about, tables(found, areas)]
    groups = differences(found)
    for name, title in GROUPS.items():
        rows = groups.get(name, [])
        parts += [f"### {title} ({len(rows)})", layout([["case", "RFC", *found], *rows]) if rows else "None."]
    before, _, rest = README.read_text().partition(BEGIN)
    README.write_text(before + "\n\n".join(parts) + "\n\n" + END + rest.partition(END)[2])

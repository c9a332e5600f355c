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

def differs(results):
    """Whether a server passed what another failed, or refuses what another takes."""
    played = [result for result in results if result.played]
    kinds = {result.played.kind for result in played}
    return len({result.verdict == "failed" for result in played}) > 1 or {"takes", "refuses"} <= kinds


def stance(ours, others):
    kinds = {result.played.kind for result in others if result.played}
    if ours.played.kind == "refuses" and "takes" in kinds:
        return "stricter"
    if ours.played.kind == "takes" and "refuses" in kinds:
        return "laxer"
    return "otherwise"


def outcome(result):
    if not result.played:
        return "n/a"
    text = str(result.played).split(";")[0]
    return f"**{text}**" if result.verdict == "failed" else text


def differences(found):
    groups = {"stricter": [], "laxer": [], "otherwise": []}
    for results in zip(*found.values()):
        if results[0].played and differs(results):
            case = results[0].case
            groups[stance(results[0], results[1:])].append(
                [case.name.replace("|", "\\|"), f"{case.section} {case.level}", *map(outcome, results)])
    return groups


def write(found, areas):
    """Puts tables and differences into the README, between its two marks."""
    titles = {"stricter": "Martlet refuses what another takes", "laxer": "Martlet takes what another refuses",
              "otherwise": "Other verdicts that differ"}
    parts = [BEGIN, tables(found, areas)]
    for name, rows in differences(found).items():
        parts += [f"### {titles[name]}: {len(rows)}", layout([["case", "RFC", *found], *rows]) if rows else "None."]
    text = README.read_text()
    before, _, rest = text.partition(BEGIN)
    README.write_text(before + "\n\n".join(parts) + "\n\n" + END + rest.partition(END)[2])

"""Tables for the terminal and for bench/README.md, and the results beside them."""
import json
import pathlib

BENCH = pathlib.Path(__file__).resolve().parent.parent
README = BENCH / "README.md"
RESULTS = BENCH / "results"


def plain(table):
    """The first column to the left, the others to the right."""
    title, *rows = table
    widths = [max(map(len, column)) for column in zip(*rows)]
    lines = ["  ".join(cell.rjust(width) if place else cell.ljust(width)
                       for place, (cell, width) in enumerate(zip(row, widths))).rstrip() for row in rows]
    return "\n".join([title, *lines]) + "\n"


def markdown(table):
    title, header, *rows = table
    marks = ["---"] + ["---:"] * (len(header) - 1)
    lines = ["| " + " | ".join(row) + " |" for row in (header, marks, *rows)]
    return "\n".join([f"{title}:", "", *lines]) + "\n"


def write_section(name, tables, origin):
    """Puts the tables between the README's two marks of that name."""
    begin, end = f"<!-- {name} -->", f"<!-- /{name} -->"
    before, opened, rest = README.read_text().partition(begin)
    _, closed, after = rest.partition(end)
    if not opened or not closed:
        raise SystemExit(f"bench: {README.name} lacks {begin} or {end}")
    text = "\n".join([*(markdown(table) for table in tables), origin])
    README.write_text(f"{before}{begin}\n{text}\n{end}{after}")


def write_results(name, results):
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / f"{name}.json").write_text(json.dumps(results, indent=1) + "\n")

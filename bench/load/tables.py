"""Tables, for the terminal and as Markdown."""

DASH = "–"


def number(value, digits=2):
    return DASH if value is None else f"{value:,.{digits}f}"


def widths(rows):
    return [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]


def plain(title, header, rows):
    """The first column to the left, the figures to the right."""
    wide = widths([header, *rows])
    lines = [title, "-" * len(title)]
    for row in (header, *rows):
        cells = [cell.ljust(size) if place == 0 else cell.rjust(size)
                 for place, (cell, size) in enumerate(zip(row, wide))]
        lines.append("  ".join(cells).rstrip())
    return "\n".join(lines) + "\n"


def markdown(header, rows):
    marks = ["---"] + ["---:"] * (len(header) - 1)
    return "\n".join("| " + " | ".join(row) + " |" for row in (header, marks, *rows)) + "\n"


LOAD_HEADER = ("", "ratio", "CPU µs/req", "± %", "req/s", "p50 µs", "p99 µs", "p99.9 µs", "memory MiB", "errors", "rounds")


def load_rows(results, labels):
    """One row a contestant; those that could not take part have dashes."""
    rows = []
    for name, label in labels.items():
        summary = results.get(name)
        if summary is None:
            rows.append((label, *(DASH,) * (len(LOAD_HEADER) - 1)))
            continue
        latency = summary["latency_us"]
        spread = summary["cpu_spread"]
        memory = summary["memory_bytes"]
        rows.append((
            label, number(summary["ratio"]), number(summary["cpu_us"]),
            number(None if spread is None else 100 * spread, 1), number(summary["per_second"], 0),
            number(latency["p50"], 0), number(latency["p99"], 0), number(latency["p99.9"], 0),
            number(None if memory is None else memory / (1 << 20), 1), str(summary["errors"]), str(summary["rounds"])))
    return rows

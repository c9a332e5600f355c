"""Which charts a report makes."""
import charts
import tables


def kind_of(name, baseline=None):
    return "base" if name == baseline else "ours" if name.startswith("martlet") else "other"


def sorted_rows(report, values, words, baseline=None):
    """The least first: what is charted is a cost."""
    known = [(name, value) for name, value in values.items() if value]
    return [(report["contestants"][name]["label"], value, words(value), kind_of(name, baseline))
            for name, value in sorted(known, key=lambda pair: pair[1])]


def of_load(report, load, title):
    """The server's CPU time for a request, and how it compares."""
    entry = report["loads"].get(load)
    if not entry or not entry["results"]:
        return None
    results = entry["results"]
    baseline = entry["baseline"]
    ratios = {name: summary["ratio"] for name, summary in results.items()}
    note = f"{entry['title']}; {tables.baseline_label(report, load)} = 1.00; less is better"
    return charts.bars(title, note, sorted_rows(report, ratios, lambda value: f"{value:.2f}", baseline)) \
        if any(ratios.values()) else None


def of_idle(report):
    idle = report["trials"].get("idle")
    if not idle or not idle["results"]:
        return None
    values = {name: result["bytes"] for name, result in idle["results"].items()}
    return charts.bars("Memory of an idle connection", f"private bytes, at {idle['connections']:,} connections; "
                       "less is better", sorted_rows(report, values, lambda value: f"{value:,.0f} B"))


def of_latency(report):
    trial = report["trials"].get("latency")
    values = {name: result["latency_us"]["p99"] for name, result in (trial or {"results": {}})["results"].items()
              if "latency_us" in result}
    if not values:
        return None
    return charts.bars("Latency, 99th percentile", f"at {trial['rate']:,.0f} requests/s by the clock, from when each "
                       "was due; less is better", sorted_rows(report, values, lambda value: f"{value:,.0f} µs"))


def c_core(report):
    """The same Swift controllers on both engines, load by load."""
    rows = []
    for entry in report["loads"].values():
        c, pure = (entry["results"].get(name, {}).get("cpu_us") for name in ("martlet-swift", "martlet-pure"))
        if c and pure:
            rows.append((entry["title"].split(" (")[0], pure / c, f"{pure / c:.2f}", "ours" if pure > c else "other"))
    return charts.bars("What pure Swift costs", "CPU per request of the all-Swift build; C core = 1.00", rows) \
        if rows else None


def draw(report, folder):
    """Writes the charts whose figures there are, and takes away the others. Gives their names."""
    made = {
        "keep-64.svg": of_load(report, "keep-64", "CPU per request, keep-alive"),
        "pipelined.svg": of_load(report, "pipelined", "CPU per request, pipelined"),
        "one.svg": of_load(report, "one", "CPU per request, a connection each"),
        "idle.svg": of_idle(report), "latency.svg": of_latency(report), "c-core.svg": c_core(report),
    }
    folder.mkdir(exist_ok=True)
    for name, picture in made.items():
        if picture:
            (folder / name).write_text(picture)
        else:
            (folder / name).unlink(missing_ok=True)
    return [name for name, picture in made.items() if picture]

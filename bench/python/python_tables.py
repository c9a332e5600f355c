"""A report's tables, for the terminal and the READMEs."""
import verdict
from courses import HALF_LOAD, HALF_LOAD_SPREAD
from tables import DASH, Table, number, scaled

LOAD_HEADER = ("", "CPU, Martlet = 1", "CPU µs/req", "± %", "req/s", "p50 µs", "p99 µs", "p99 µs at half load", "± %",
               "MiB", "errors")


def load_cells(result):
    latency = result["latency_us"]
    return (number(result["ratio"]), number(result["cpu_us"]), number(scaled(result["cpu_spread"], 100), 1),
            number(result["per_second"], 0), number(latency["p50"], 0), number(latency["p99"], 0),
            number(result.get(HALF_LOAD), 0), number(scaled(result.get(HALF_LOAD_SPREAD), 100), 1),
            number(scaled(result["memory_bytes"], 2 ** -20), 0), str(result["errors"]))


def of_load(report, name):
    """One row a server; who fails under this load has dashes."""
    load = report["loads"][name]
    servers = [(server, described) for server, described in report["servers"].items()
               if described["interface"] == load["interface"]]
    rows = [(described["label"], *(load_cells(load["results"][server]) if server in load["results"]
                                   else (DASH,) * (len(LOAD_HEADER) - 1))) for server, described in servers]
    rate = f" (half load: {number(load['rate'], 0)} requests/s)" if load.get("rate") else ""
    return Table(load["title"] + rate, LOAD_HEADER, rows)


SUMMARY = {"WSGI": ("martlet-threads", "martlet-inline", "gunicorn-sync", "gunicorn-gthread", "granian-wsgi"),
           "ASGI": ("martlet-asgi", "uvicorn", "granian-asgi")}


def of_summary(report, interface):
    """One row a load: what a request costs with Martlet, and how many times as much with others."""
    first, *others = SUMMARY[interface]
    labels = {name: described["label"] for name, described in report["servers"].items()}
    header = (interface, f"{labels.get(first, first)}: CPU µs/req", *(f"{labels.get(name, name)}: times as much"
                                                                     for name in others))
    rows = []
    for load in report["loads"].values():
        if load["interface"] == interface:
            results = load["results"]
            rows.append((load["title"], number(results.get(first, {}).get("cpu_us")),
                         *(number(results.get(name, {}).get("ratio")) for name in others)))
    return Table(f"{interface}: CPU per request", header, rows)


def of_verdict(report):
    rows = [(target.what, f"{target.sign} {target.text(target.wanted)}",
             DASH if reached is None else target.reached_text(reached), said)
            for target, reached, said in verdict.judge(report)]
    return Table("what Martlet must reach", ("", "wanted", "reached", "verdict"), rows)

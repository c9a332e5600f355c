"""What Martlet must reach beside the servers of others, and the figures that a run reached."""
from courses import HALF_LOAD
from targets import Target

ASGI_HELLO, WSGI_HELLO = "raw_asgi-hello", "raw_wsgi-hello"
OURS = {ASGI_HELLO: ("martlet-asgi",), WSGI_HELLO: ("martlet-threads", "martlet-inline")}


def least(report, load, names, figure):
    """The best of these; None where one of them was not measured."""
    results = report["loads"].get(load, {}).get("results", {})
    values = [results.get(name, {}).get(figure) for name in names]
    return min(values) if all(value is not None for value in values) else None


def times(load, *others, figure="cpu_us"):
    """How many times as much the best of the others needs as the best of ours."""
    def reached(report):
        ours, theirs = least(report, load, OURS[load], figure), least(report, load, others, figure)
        return theirs / ours if ours and theirs else None
    return reached


def errors(report):
    """Of all loads' failed requests, those of Martlet's."""
    ours = [result["errors"] for load in report["loads"].values() for name, result in load["results"].items()
            if name.startswith("martlet")]
    return sum(ours) if ours else None


TARGETS = (
    Target("ASGI hello: CPU per request of uvicorn, Martlet = 1", "≥", 3, times(ASGI_HELLO, "uvicorn")),
    Target("ASGI hello: CPU per request of granian, Martlet = 1", "≥", 1, times(ASGI_HELLO, "granian-asgi")),
    Target("ASGI hello: p99 at half load of uvicorn, Martlet = 1", "≥", 1,
           times(ASGI_HELLO, "uvicorn", figure=HALF_LOAD)),
    Target("ASGI hello: p99 at half load of granian, Martlet = 1", "≥", 1,
           times(ASGI_HELLO, "granian-asgi", figure=HALF_LOAD)),
    Target("WSGI hello: CPU per request of the better gunicorn, the better Martlet = 1", "≥", 1,
           times(WSGI_HELLO, "gunicorn-sync", "gunicorn-gthread")),
    Target("WSGI hello: CPU per request of granian, the better Martlet = 1", "≥", 1, times(WSGI_HELLO, "granian-wsgi")),
    Target("failed requests of Martlet, all loads", "=", 0, errors, 0),
)


def judge(report):
    """(target, figure, verdict) for each; the verdict of what was not measured says so."""
    for target in TARGETS:
        reached = target.reached(report)
        yield target, reached, "not measured" if reached is None else "ok" if target.is_met(reached) else "missed"

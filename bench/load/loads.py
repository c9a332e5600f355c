"""The loads, as a table: what is asked of each server, how often, for how long, and whose figure is 1.00."""
import dataclasses
from collections.abc import Callable

import generators
from contestants import ASYNC, BODIES, CLOSING, DOWNLOADS, HELLO, KEEPING, PARAMETERS, UPLOADS, WORKERS
from wire_requests import REQUESTS


@dataclasses.dataclass(frozen=True)
class Load:
    """`run` takes the bench and a server and gives a Sample. Principals are measured in `rounds`, others in fewer."""
    name: str
    title: str
    needs: str
    baseline: str
    run: Callable
    rounds: int = 3
    other_rounds: int = 2
    figure: str = "cpu_us"  # what the ratio is of


def by_wrk(connections, depth=1):
    return lambda bench, server: generators.wrk(server, bench.places.load, connections, bench.seconds(1), depth)


def by_ab(requests, connections):
    return lambda bench, server: generators.ab(server, bench.places.load, int(requests * bench.share), connections)


def by_loader(*requests, seconds=0.5, connections=64, **options):
    """Ours, sending these in turn; no answer but those that are right may pass."""
    def run(bench, server):
        last = {"last": bench.folder / options["last"]} if "last" in options else {}
        sample = generators.load(server, bench.places.load, bench.folder, requests, connections=connections,
                                 seconds=bench.seconds(seconds), **{**options, **last})
        return refuse_wrong_lengths(sample, requests)
    return run


def refuse_wrong_lengths(sample, requests):
    """The bodies' bytes must be those of right answers: a server may not get fast by getting it wrong."""
    sizes = {REQUESTS[name].answer_bytes for name in requests}
    if len(sizes) == 1 and sample.extra["body_bytes"] != sample.answers * sizes.pop():
        raise generators.LoadError("the answers' bodies have a wrong length")
    return sample


LOADS = (
    Load("keep-64", "keep-alive, 64 connections (wrk)", HELLO, "floor", by_wrk(64), rounds=7),
    Load("keep-1000", "keep-alive, 1000 connections (wrk)", HELLO, "floor", by_wrk(1000), rounds=7),
    Load("pipelined", "pipelined 16 deep, 64 connections (wrk)", HELLO, "floor", by_wrk(64, 16), rounds=7),
    Load("one", "one request per connection", CLOSING, "h2o",
         by_loader("hello", per_connection=1, last="hello-last"), rounds=5),
    Load("ab", "ab -n 100000 -c 1000 -k", KEEPING, "nginx", by_ab(100_000, 1000), other_rounds=1, figure="per_second"),
    Load("ten", "ten requests per connection", CLOSING, "h2o",
         by_loader("hello", per_connection=10, last="hello-last")),
    Load("mixed", "mixed: GET, POST with a length, POST chunked", BODIES, "martlet-c",
         by_loader("hello", "counted", "chunked")),
    Load("parameters", "a route with 20 parameters", PARAMETERS, "martlet-c", by_loader("parameters")),
    Load("worker", "a handler on the worker pool", WORKERS, "martlet-c", by_loader("worker")),
    Load("async", "a handler that may suspend", ASYNC, "martlet-c", by_loader("async")),
    Load("upload", "upload of 1 MiB, counted as it comes", UPLOADS, "martlet-c", by_loader("upload", connections=16)),
    Load("download", "download of 1 MiB, made as it goes", DOWNLOADS, "martlet-c",
         by_loader("download", connections=16)),
)

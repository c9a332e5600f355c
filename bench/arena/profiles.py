"""The arena's HTTP/1.1 profiles: what is asked, by how many connections, and how it is checked under load."""
import dataclasses

import generators
from applications import ROUTES
from loads import Load
from wire_requests import chunked, get, post

ACCEPT_BOTH = "Accept-Encoding: gzip, br"
ACCEPT_WEIGHED = "Accept-Encoding: br;q=1, gzip;q=0.8"
JSON_PAIRS = ((1, 3), (5, 7), (10, 2), (15, 5), (25, 4), (40, 8), (50, 6))
COMPRESSED_PAIRS = ((25, 4), (40, 8), (50, 6))
UPLOADS = (500_000, 2 << 20, 10 << 20, 20 << 20)
SUM = "/baseline11?a=13&b=42"
BASELINE = "hummingbird"
MOST_STATIC = 16  # as many requests as the load generator takes


def requests(data):
    """Each with its name: what the profiles send."""
    named = {
        "sum": get(SUM), "sum-last": get(SUM, "Connection: close"), "sum-counted": post(SUM, b"20"),
        "sum-chunked": post(SUM, chunked(b"20", 2), "Transfer-Encoding: chunked"), "pipeline": get("/pipeline"),
    }
    named |= {f"json-{count}": get(f"/json/{count}?m={factor}") for count, factor in JSON_PAIRS}
    named |= {f"comp-{count}": get(f"/json/{count}?m={factor}", ACCEPT_BOTH) for count, factor in COMPRESSED_PAIRS}
    named |= {f"upload-{size}": post("/upload", bytes(size)) for size in UPLOADS}
    named |= {f"static-{name}": get(f"/static/{name}", ACCEPT_WEIGHED) for name in data.files}
    return named


@dataclasses.dataclass(frozen=True)
class Profile:
    """`tolerance` is how far the bodies' mean size may lie from that of right answers, as a share: those that are asked
    for in turn do not all come to their end within the time."""
    name: str
    title: str
    requests: tuple
    connections: int
    options: dict = dataclasses.field(default_factory=dict)
    seconds: float = 0.5
    tolerance: float = 0.0

    def load(self, sizes):
        """For the bench. `sizes` has the bytes of a right answer's body, by server and request."""
        def run(bench, server):
            last = {"last": bench.folder / self.options["last"]} if "last" in self.options else {}
            sample = generators.load(
                server, bench.places.load, bench.folder, self.requests, connections=self.connections,
                seconds=bench.seconds(self.seconds), **{**self.options, **last})
            self.refuse_wrong_sizes(sample, sizes[server.contestant.name])
            return sample
        baseline = BASELINE if BASELINE in sizes else next(iter(sizes))
        return Load(self.name, self.title, ROUTES, baseline, run, rounds=5)

    def refuse_wrong_sizes(self, sample, sizes):
        if not sample.answers:
            raise generators.LoadError("nothing was answered")
        wanted = sum(sizes[name] for name in self.requests) / len(self.requests)
        found = sample.extra["body_bytes"] / sample.answers
        sample.extra["mean_body_bytes"] = found
        if abs(found - wanted) > self.tolerance * wanted:
            raise generators.LoadError(f"bodies have {found:.1f} bytes in the mean, where right ones have {wanted:.1f}")


MIX = ("sum", "sum-counted", "sum-chunked")
ONE_EACH = {"per_connection": 10, "last": "sum-last"}


def spread(files, most):
    """So many of the files, small and large ones."""
    by_size = sorted(files, key=lambda name: files[name].stat().st_size)
    return [by_size[place * len(by_size) // most] for place in range(most)] if len(by_size) > most else by_size


def profiles(data):
    static = tuple(f"static-{name}" for name in spread(data.files, MOST_STATIC))
    comp = tuple(f"comp-{count}" for count, _ in COMPRESSED_PAIRS)
    uploads = tuple(f"upload-{size}" for size in UPLOADS)
    return (
        Profile("baseline-64", "baseline: GET, POST with a length, POST chunked; 64 connections", MIX, 64),
        Profile("baseline-512", "the same; 512 connections", MIX, 512),
        Profile("pipelined", "pipelined 16 deep; 64 connections", ("pipeline",), 64, {"per_write": 16}),
        Profile("limited-conn", "baseline GET, ten requests a connection; 64 connections", ("sum",), 64, ONE_EACH),
        Profile("json", "json: 1 … 50 items; 64 connections", tuple(f"json-{count}" for count, _ in JSON_PAIRS), 64,
                tolerance=0.1),
        Profile("json-comp", "json-comp: 25 … 50 items, brotli; 64 connections", comp, 64, tolerance=0.1),
        Profile("upload", "upload: 0.5 … 20 MB; 16 connections", uploads, 16, seconds=1, tolerance=0.3),
        Profile("static", f"static: {len(static)} files of 3 … 300 KB, brotli; 64 connections", static, 64,
                tolerance=0.1),
    )

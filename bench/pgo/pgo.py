#!/usr/bin/env python3
"""Builds the C library by what load shows of it, and measures what that gains over `make lib`, in turn.

A build that counts its branches serves every kind of request; clang then lays the code out by those counts."""
import argparse
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile

BENCH = pathlib.Path(__file__).resolve().parent.parent
sys.path[:0] = [str(BENCH / "load"), str(BENCH / "peers")]
import accounting  # noqa: E402
import building  # noqa: E402
import generators  # noqa: E402
import wire_requests  # noqa: E402
from contestants import Contestant  # noqa: E402
from places import BIN, PEERS, ROOT  # noqa: E402
from running import Server  # noqa: E402

PROFILES = ROOT / ".build-c/profile"
PROFILE = PROFILES / "martlet.profdata"
# Requests in turn, and how they come: many small ones first, as servers see them.
TRAINING = (
    (("hello",), {"connections": 64}),
    (("hello",), {"connections": 64, "per_write": 16}),
    (("hello",), {"connections": 64, "per_connection": 1, "last": "hello-last"}),
    (("hello", "counted", "chunked", "parameters"), {"connections": 64}),
    (("worker",), {"connections": 64}),
    (("async",), {"connections": 64}),
    (("upload",), {"connections": 16}),
    (("download",), {"connections": 16}),
)
MEASURED = {
    "keep-alive, 64 connections": (("hello",), {"connections": 64}),
    "pipelined 16 deep": (("hello",), {"connections": 64, "per_write": 16}),
    "one request per connection": (("hello",), {"connections": 64, "per_connection": 1, "last": "hello-last"}),
    "mixed: GET, POST with a length, POST chunked": (("hello", "counted", "chunked"), {"connections": 64}),
}


def contestant(name, **environment):
    return Contestant(name, name, (f"{{bin}}/{name}", "{port}", "{reactors}"), lambda: "",
                      environment=tuple(environment.items()))


def build(variant, compiler, *more):
    """The library in that variant, and the contestant with it."""
    building.run("make", "--no-print-directory", "-f", "CCore/Makefile", f"VARIANT={variant}", f"-j{os.cpu_count()}", "lib")
    building.run(compiler, "-O3", "-std=gnu11", "-ICCore/include", PEERS / "martlet.c", *more,
                 f".build-c/{variant}/libmartlet.a", "-o", BIN / f"martlet-{variant}",
                 *building.flags("libevent_core"), "-lpthread")
    return f"martlet-{variant}"


def load(server, folder, words, seconds):
    requests, options = words
    last = {"last": folder / options["last"]} if "last" in options else {}
    files = accounting.Places().load
    return generators.load(server, files, folder, requests, seconds=seconds, **{**options, **last})


def train(folder, seconds):
    """Serves the training loads, and merges what was counted."""
    name = build("profile", "clang", BENCH / "pgo/leave.c", "-fprofile-instr-generate")
    counted = folder / "counted.profraw"
    with Server(contestant(name, LLVM_PROFILE_FILE=str(counted)), accounting.Places().server) as server:
        for words in TRAINING:
            load(server, folder, words, seconds)
    tool = building.run("clang", "-print-prog-name=llvm-profdata").strip()
    building.run(tool, "merge", "-o", PROFILE, counted)


def compare(folder, names, rounds, seconds):
    """The servers stand side by side and are loaded in turn; a ratio is the median of those of each turn."""
    cpus = accounting.Places().server
    with Server(contestant(names[0]), cpus) as before, Server(contestant(names[1]), cpus) as after:
        for title, words in MEASURED.items():
            pairs = [[load(server, folder, words, seconds).cpu_us for server in (before, after)] for _ in range(rounds)]
            plain, shaped = (statistics.median(column) for column in zip(*pairs))
            ratio = statistics.median(mine / theirs for theirs, mine in pairs)
            print(f"| {title} | {plain:.2f} | {shaped:.2f} | {ratio:.2f} |", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--rounds", type=int, default=11)
    parser.add_argument("--seconds", type=float, default=0.3)
    options = parser.parse_args()
    BIN.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="martlet-pgo-") as name:
        folder = pathlib.Path(name)
        wire_requests.write_all(folder)
        building.loader()
        train(folder, options.seconds)
        names = build("release", os.environ.get("CC", "cc")), build("pgo", os.environ.get("CC", "cc"))
        print("| CPU per request, µs | `make lib` | `make pgo` | ratio |\n|---|---:|---:|---:|", flush=True)
        compare(folder, names, options.rounds, options.seconds)
    print("built: .build-c/pgo/libmartlet.a and .so")


if __name__ == "__main__":
    try:
        main()
    except (building.BuildError, generators.LoadError, OSError, subprocess.SubprocessError) as error:
        sys.exit(f"pgo: {error}")

#!/usr/bin/env python3
"""Counts what a request costs in user space, the same today and tomorrow: instructions, by callgrind, and system calls,
by strace. `make bench-instructions`.

Each server runs twice and answers few requests, then many: the difference is the requests' alone."""
import argparse
import dataclasses
import os
import pathlib
import re
import subprocess
import sys
import tempfile

import showing

HERE = pathlib.Path(__file__).resolve().parent
BENCH = HERE.parent
sys.path[:0] = [str(BENCH.parent / "Tests/Costs"), str(BENCH / "peers"), str(BENCH / "load")]
import building  # noqa: E402
from asking import Asker  # noqa: E402
from contestants import CONTESTANTS  # noqa: E402
from running import GET_HELLO, free_port  # noqa: E402
from watched import Program, system_calls  # noqa: E402

NAMES = ("floor", "martlet-c", "martlet-c-swiftpm", "martlet-swift", "martlet-async", "martlet-pure")
BASE, HANDLER, LIKE_SWIFTPM = "floor", "martlet-c", "martlet-c-swiftpm"
CC = (os.environ.get("CC", "cc"), "-O2")
DEPTHS = (1, 16)
FEW, MANY = 200, 2200  # packets of requests
HEADER = ("GET /hello", "instructions", "to floor", "to C", "16 deep", "to floor", "to C", "system calls", "16 deep")


def command(contestant, port):
    return contestant.fill_in({"port": port, "reactors": 1})


def callgrind(contestant, serve):
    """Instructions of the program, from its start to its end."""
    with tempfile.TemporaryDirectory(prefix="martlet-callgrind-") as folder:
        program, mask = pathlib.Path(folder, "program"), pathlib.Path(folder, "mask.so")
        # Not every valgrind can read what Swift's compiler has to say to debuggers.
        subprocess.run(["strip", "--strip-debug", command(contestant, 0)[0], "-o", program], check=True)
        subprocess.run([*CC, "-shared", "-fPIC", HERE / "writable_mask.c", "-o", mask], check=True)
        return callgrind_as_it_is(contestant, serve, program, LD_PRELOAD=str(mask))


def callgrind_as_it_is(contestant, serve, program=None, **environment):
    """The same of the program where it lies, as an interpreter wants it, with the processes that it forks."""
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="martlet-callgrind-") as folder:
        own, *arguments = command(contestant, port)
        watched = ["valgrind", "--quiet", "--tool=callgrind", f"--callgrind-out-file={folder}/%p", str(program or own)]
        with Program([*watched, *arguments], {**dict(contestant.environment), **environment}, port) as running:
            serve(running.address)
        return sum(map(total, pathlib.Path(folder).iterdir()))


def total(report):
    return int(re.search(r"^totals: (\d+)", report.read_text(), re.M)[1])


def strace(contestant, serve):
    port = free_port()
    return sum(system_calls(command(contestant, port), serve, port).values())


def per_request(count, contestant, depth):
    def run(packets):
        def serve(address):
            with Asker(address, GET_HELLO) as asker:
                asker.ask(packets * depth, depth)
        return count(contestant, serve)
    return (run(MANY) - run(FEW)) / ((MANY - FEW) * depth)


def measure(contestants):
    """For each: instructions and system calls a request, by depth."""
    found = {}
    for contestant in contestants:
        print(f"counting {contestant.label}", flush=True)
        found[contestant.name] = {
            name: {depth: per_request(count, contestant, depth) for depth in DEPTHS}
            for name, count in (("instructions", callgrind), ("system_calls", strace))}
    return found


def table(contestants, found):
    def ratio(name, base, depth):
        if base not in found:
            return "–"
        return f"{found[name]['instructions'][depth] / found[base]['instructions'][depth]:.3f}"

    yield "Of one request, in user space"
    yield HEADER
    for contestant in contestants:
        name = contestant.name
        cells = []
        for depth in DEPTHS:
            instructions = found[name]["instructions"][depth]
            cells += [f"{instructions:,.0f}", ratio(name, BASE, depth), ratio(name, HANDLER, depth)]
        yield contestant.label, *cells, *(f"{found[name]['system_calls'][depth]:.2f}" for depth in DEPTHS)


def build_like_swiftpm():
    """The C handler with the C core as it is in a Swift program, so that a controller can be told from the compiler."""
    sources = sorted((BENCH.parent / "CCore/src").rglob("*.c"))
    building.run("clang", "-O2", "-fPIC", "-fno-omit-frame-pointer", "-std=gnu11", "-ICCore/include", *sources,
                 BENCH / "peers/martlet.c", "-o", building.BIN / LIKE_SWIFTPM, *building.flags("libevent_core"),
                 "-lpthread")


def contestants_and_ours():
    for contestant in CONTESTANTS:
        yield contestant
        if contestant.name == HANDLER:
            yield dataclasses.replace(contestant, name=LIKE_SWIFTPM, label="the same, core as SwiftPM builds it",
                                      command=(f"{{bin}}/{LIKE_SWIFTPM}", *contestant.command[1:]), build=LIKE_SWIFTPM)


def build(names):
    """The contestants of these names that can be built; the others are left out, with the reason."""
    building.BUILDS[LIKE_SWIFTPM] = build_like_swiftpm
    wanted = [contestant for contestant in contestants_and_ours() if contestant.name in names]
    reasons = building.build_all(dict.fromkeys(contestant.build for contestant in wanted), print)
    for contestant in wanted:
        if contestant.build in reasons:
            print(f"{contestant.label} is left out: it {reasons[contestant.build]}")
    return [contestant for contestant in wanted if contestant.build not in reasons]


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--write", action="store_true", help="write bench/results/instructions.json and bench/README.md")
    parser.add_argument("--with", nargs="+", metavar="NAME", dest="names", default=NAMES, help="these servers alone")
    options = parser.parse_args()
    contestants = build(options.names)
    found = measure(contestants)
    shown = list(table(contestants, found))
    print(showing.plain(shown))
    if options.write:
        showing.write_results("instructions", found)
        showing.write_section("instructions", [shown], "By `make bench-instructions ARGS=--write`.")


if __name__ == "__main__":
    main()

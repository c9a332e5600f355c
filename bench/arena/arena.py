#!/usr/bin/env python3
"""HttpArena's HTTP/1.1 profiles: checks Martlet's and Hummingbird's application, then loads them in turn.

ARENA_DATA names a folder with HttpArena's own data; else data of the same shape are made."""
import argparse
import contextlib
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

ARENA = pathlib.Path(__file__).resolve().parent
BENCH = ARENA.parent
sys.path[:0] = [str(BENCH / "load"), str(BENCH / "peers")]
import building  # noqa: E402
import correctness  # noqa: E402
import data as arena_data  # noqa: E402
import machine  # noqa: E402
import profiles  # noqa: E402
import publishing  # noqa: E402
import reporting  # noqa: E402
import tables  # noqa: E402
from applications import APPLICATIONS, serving  # noqa: E402
from checking import Conversation  # noqa: E402
from measuring import Bench  # noqa: E402
from places import BUILT  # noqa: E402

LIMIT_SECONDS = 220


def say(text):
    print(text, flush=True)


def read_options():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--write", action="store_true", help="write the results and their table in bench/README.md")
    parser.add_argument("--check", action="store_true", help="the checks alone")
    parser.add_argument("--only", nargs="+", metavar="PROFILE", help="these profiles alone")
    parser.add_argument("--with", nargs="+", metavar="NAME", dest="names", choices=[a.name for a in APPLICATIONS],
                        default=[a.name for a in APPLICATIONS], help="these applications alone")
    return parser.parse_args()


def copied_data(folder):
    """The data in a folder that the checks may change, and that all users may read."""
    given = os.environ.get("ARENA_DATA")
    if not given:
        arena_data.make(BUILT / "arena-data")
    place = folder / "data"
    shutil.copytree(given or BUILT / "arena-data", place, copy_function=shutil.copyfile)
    for path in (place, place / "static"):
        path.chmod(0o755)
    say(f"data: {'those of ARENA_DATA' if given else 'our own, of the same shape'}")
    return arena_data.Data(place)


def build(names):
    wanted = [application for application in APPLICATIONS if application.name in names]
    reasons = building.build_all(["loader", *(application.build for application in wanted)], say)
    if "loader" in reasons:
        sys.exit(f"arena: the loader {reasons['loader']}")
    absent = {application.name: reasons[application.build] for application in wanted if application.build in reasons}
    versions = {}
    for application in wanted:
        if application.name not in absent:
            with contextlib.suppress(OSError, StopIteration, subprocess.TimeoutExpired):
                versions[application.name] = application.version()
    return wanted, versions, absent


def check_all(bench, data):
    """Leaves out who is not right; gives whether all were."""
    are_right = True
    for application in bench.contestants:
        server = bench.servers.get(application.name)
        if not server:
            say(f"{application.label}: {bench.absent.get(application.name)}")
            continue
        problems = correctness.problems(correctness.Arena(server.port, data))
        say(f"{application.label}: {len(correctness.CHECKS) - len(problems)} of {len(correctness.CHECKS)} checks pass")
        if problems:
            are_right = False
            for problem in problems:
                say(f"  {problem}")
            bench.leave_out(application, "is not right")
    return are_right


def sizes_of(bench, requests):
    """Of each server, the bytes of each right answer's body."""
    sizes = {}
    for name, server in bench.servers.items():
        with Conversation(server.port) as conversation:
            sizes[name] = {}
            for request, octets in requests.items():
                if request != "sum-last":
                    conversation.send(octets)
                    sizes[name][request] = len(conversation.read_answer()[2])
    return sizes


def load_all(bench, data, only):
    """Gives the loads that there were."""
    requests = profiles.requests(data)
    for name, octets in requests.items():
        (bench.folder / name).write_bytes(octets)
    sizes = sizes_of(bench, requests)
    loads = [profile.load(sizes) for profile in profiles.profiles(data) if not only or profile.name in only]
    for load in loads:
        if bench.has_time():
            bench.measure(load)
            say(tables.of_load(report(bench, loads), load.name).plain())
        else:
            bench.note(f"the time was up before {load.title}")
    return loads


def report(bench, loads, described=None, versions=(), began=0.0):
    return reporting.compose(bench, loads, described, dict(versions), "make arena", time.monotonic() - began, None, {})


def main():
    options = read_options()
    described = machine.describe()
    wanted, versions, absent = build(options.names)
    with tempfile.TemporaryDirectory(prefix="martlet-arena-") as name:
        folder = pathlib.Path(name)
        data = copied_data(folder)
        began = time.monotonic()
        contestants = [serving(application, data.folder) for application in wanted]
        with Bench(contestants, folder, LIMIT_SECONDS, say=say) as bench:
            bench.absent.update(absent)
            bench.start_all()
            are_right = check_all(bench, data)
            loads = load_all(bench, data, options.only) if bench.servers and not options.check else []
            result = report(bench, loads, described, versions, began)
    if loads:
        say(publishing.summary(result).plain())
        say(f"{reporting.origin(result)} {result['seconds']} s.")
    if loads and options.write:
        publishing.write(result)
        say("written: bench/results/arena.json, bench/README.md")
    sys.exit(0 if are_right else 1)


if __name__ == "__main__":
    main()

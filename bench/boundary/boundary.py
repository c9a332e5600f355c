#!/usr/bin/env python3
"""What a handler's call costs in C, C++, Swift, Rust, Go and Python: `make bench-boundary`.

Each answers the same request with the same 13 octets on the same server, 16 requests in a packet."""
import argparse
import pathlib
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
BENCH = HERE.parent
sys.path[:0] = [str(BENCH / place) for place in ("load", "peers", "micro", "python", "boundary")]
import boundary_report  # noqa: E402
import building  # noqa: E402
import excess  # noqa: E402
import generators  # noqa: E402
import instructions  # noqa: E402
import machine  # noqa: E402
import measuring  # noqa: E402
import reporting  # noqa: E402
from checking import Conversation  # noqa: E402
from guests import GUESTS  # noqa: E402
from running import GET_HELLO  # noqa: E402

CONNECTIONS, DEPTH, SECONDS = 64, 16, 1
ROUNDS, QUICK_ROUNDS = 11, 3


def say(text):
    print(text, flush=True)


def read_options():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--quick", action="store_true", help="fewer rounds, and no counting of instructions")
    parser.add_argument("--write", action="store_true", help="write the results and the READMEs' tables")
    parser.add_argument("--rewrite", action="store_true", help="measure nothing: write those from the last results")
    parser.add_argument("--with", nargs="+", metavar="NAME", dest="names", choices=[guest.name for guest in GUESTS],
                        default=[guest.name for guest in GUESTS], help="these alone, and those they are compared with")
    return parser.parse_args()


def wanted(names):
    """These and their bases."""
    bases = {guest.against for guest in GUESTS if guest.name in names}
    return [guest for guest in GUESTS if guest.name in names or guest.name in bases]


def build(guests, notes):
    """Those that can be built; the others are left out, with the reason."""
    builds = dict.fromkeys(guest.contestant.build for guest in guests)
    reasons = building.build_all(["loader", "boundary-prefix", *builds], say)
    for guest in guests:
        if guest.contestant.build in reasons:
            notes.append(f"{guest.label}: {reasons[guest.contestant.build]}")
    return [guest for guest in guests if guest.contestant.build not in reasons]


# The time

def head(server):
    """The answer's head without its date: all must say the same."""
    with Conversation(server.port) as conversation:
        conversation.send(GET_HELLO)
        status, fields, _ = conversation.read_answer()
        return status, {name.lower(): value for name, value in fields.items() if name.lower() != "date"}


def note_other_heads(servers, notes):
    heads = {name: head(server) for name, server in servers.items()}
    usual = heads.get("c")
    for name, found in heads.items():
        if usual and found != usual:
            notes.append(f"{servers[name].contestant.label} answers with another head: {found}")


def take_rounds(bench, rounds):
    """CPU µs a request, by name and round."""
    samples = {name: {} for name in bench.servers}
    for number in range(rounds):
        for name, server in measuring.from_place(list(bench.servers.items()), number):
            try:
                sample = generators.wrk(server, bench.places.load, CONNECTIONS, SECONDS, DEPTH)
                if sample.errors:
                    raise generators.LoadError(f"{sample.errors} requests failed")
                samples[name][number] = sample.cpu_us
            except generators.LoadError as error:
                bench.note(f"{server.contestant.label}: {error}")
    return samples


def measure(guests, rounds, notes):
    limit = 60 + 2 * rounds * len(guests) * SECONDS
    with (tempfile.TemporaryDirectory(prefix="martlet-boundary-") as folder,
          measuring.Bench([guest.contestant for guest in guests], pathlib.Path(folder), limit, say=say) as bench):
        bench.start_all()
        note_other_heads(bench.servers, notes)
        samples = take_rounds(bench, rounds)
        notes += bench.notes
        notes += [f"{guest.label}: {bench.absent[guest.name]}" for guest in guests if guest.name in bench.absent]
        return samples


# The instructions

def count(guests, notes):
    counts = {}
    for guest in guests:
        say(f"counting {guest.label}")
        count_one = instructions.callgrind_as_it_is if guest.is_interpreted else instructions.callgrind
        try:
            counted = instructions.per_request(count_one, guest.contestant, DEPTH)
            assert counted > 0, "saw no request"
            counts[guest.name] = counted
        except (AssertionError, OSError, subprocess.SubprocessError) as error:
            notes.append(f"{guest.label}: callgrind: {str(error)[-150:]}")
    return counts


def describe(guests):
    return {guest.name: {"label": guest.label, "version": guest.contestant.version()} for guest in guests}


def main():
    if sys.platform != "linux":
        sys.exit("bench: reads Linux's books of CPU time, and runs there only")
    options = read_options()
    if options.rewrite:
        boundary_report.write(boundary_report.read())
        return
    described, began, notes = machine.describe(), time.monotonic(), []
    guests = build(wanted(options.names), notes)
    against = {guest.name: guest.against for guest in guests}
    samples = measure(guests, QUICK_ROUNDS if options.quick else ROUNDS, notes)
    guests = [guest for guest in guests if samples.get(guest.name)]
    found = excess.summarise({guest.name: samples[guest.name] for guest in guests}, against)
    if not options.quick:
        excess.add_instructions(found, count(guests, notes), against)
    report = boundary_report.compose(described, describe(guests), found, notes, time.monotonic() - began)
    say(boundary_report.table(report).plain())
    say("\n".join([*notes, f"{reporting.origin(report)} {report['seconds']} s."]))
    if options.write:
        boundary_report.write(report)
        say("written: README.md, bench/README.md, bench/results/boundary.json")


if __name__ == "__main__":
    main()

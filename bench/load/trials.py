"""What is no load to be repeated: idle connections, latency by the clock, the start, and two reactors."""
import contextlib
import time

import accounting
import figures
import generators
import measuring
from contestants import HELLO, REACTORS
from running import Server, StartError

SETTLE_SECONDS = 0.3
IDLE_CONNECTIONS = 10_000
START_ROUNDS = 5


def able(bench, needs=HELLO):
    """Those who take part and can do it."""
    return [c for c in bench.contestants if needs in c.offers and c.name not in bench.absent]


def noting(bench, contestant, title, run):
    """What `run` gives; None, and a note, where the contestant could not do it."""
    try:
        return run()
    except (generators.LoadError, StartError, OSError) as error:
        bench.note(f"{contestant.label}, {title}: {error}")
        return None


def by_contestant(bench, title, run, needs=HELLO):
    results = {}
    for contestant in able(bench, needs):
        result = noting(bench, contestant, title, lambda: run(bench, contestant)) if bench.has_time() else None
        if result is not None:
            results[contestant.name] = result
    return results


# Idle connections: a server of its own for each, so that nothing but they was there before.

def idle_memory(bench):
    return {"connections": IDLE_CONNECTIONS, "results": by_contestant(bench, "idle connections", idle_of)}


def idle_of(bench, contestant):
    """Private memory for each connection that was accepted, made one request and stays."""
    with Server(contestant, bench.places.server) as server:
        time.sleep(SETTLE_SECONDS)
        before = accounting.private_bytes(server.pids)
        with generators.Loader(server, bench.places.load, bench.folder, ("hello",), "-i",
                               connections=IDLE_CONNECTIONS):
            time.sleep(SETTLE_SECONDS)
            after = accounting.private_bytes(server.pids)
    return {"bytes": (after - before) / IDLE_CONNECTIONS, "before_bytes": before}


# Latency: everybody at the same rate, half of what the slowest of nginx and Martlet can do.

def latency(bench):
    capacities = by_contestant(bench, "capacity", capacity_of)
    compared = [value for name, value in capacities.items() if name == "nginx" or name.startswith("martlet")]
    if not compared:
        return {"rate": None, "results": {}}
    rate = min(compared) / 2
    samples = {name: [] for name in capacities}
    for number in range(bench.rounds(5)):
        for contestant in measuring.from_place(able(bench), number):
            is_wanted = contestant.name in capacities and (contestant.is_principal or number == 0)
            if is_wanted and capacities[contestant.name] > rate and bench.has_time():
                sample = noting(bench, contestant, "latency", lambda: by_clock(bench, contestant, rate))
                samples[contestant.name] += [sample] if sample else []
    results = {name: {"capacity": capacities[name], **figures.summarise(taken)} if taken
               else {"capacity": capacities[name]} for name, taken in samples.items()}
    return {"rate": rate, "results": results}


def capacity_of(bench, contestant):
    """Requests per second of 64 connections, each of which asks as soon as it is answered."""
    sample = generators.load(bench.servers[contestant.name], bench.places.load, bench.folder, ("hello",),
                             connections=64, seconds=bench.seconds(0.5))
    return sample.per_second


def by_clock(bench, contestant, rate):
    return generators.load(bench.servers[contestant.name], bench.places.load, bench.folder, ("hello",),
                           connections=64, seconds=bench.seconds(1), per_second=rate)


# The start: from the fork to the first byte of an answer.

def start_up(bench):
    return {"results": by_contestant(bench, "start", start_of)}


def start_of(bench, contestant):
    times = []
    for _ in range(bench.rounds(START_ROUNDS)):
        with Server(contestant, bench.places.server) as server:
            times.append(server.start_ns / 1e6)
    return {"ms": figures.median(times), "least_ms": min(times), "rounds": len(times)}


# Reactors: what a request costs with one of them, and with two that have twice the load. It must not grow.

def reactors(bench):
    if not bench.places.are_apart:
        return {"results": {}}
    return {"results": by_contestant(bench, "two reactors", scaling_of, REACTORS)}


def scaling_of(bench, contestant):
    places = bench.places
    setups = {1: (places.server, places.load), 2: (places.server | places.load, places.server | places.load)}
    samples = {1: [], 2: []}
    for number in range(bench.rounds(5)):
        for count in (1, 2) if number % 2 == 0 else (2, 1):
            samples[count].append(with_reactors(bench, contestant, count, *setups[count]))
    one, two = (figures.median([sample.cpu_us for sample in samples[count]]) for count in (1, 2))
    return {"one_cpu_us": one, "two_cpu_us": two, "ratio": figures.ratio(two, one), "rounds": len(samples[1])}


def with_reactors(bench, contestant, count, server_cpus, load_cpus):
    """A load generator with 64 connections on each of the load's CPUs."""
    with Server(contestant, server_cpus, count) as server, contextlib.ExitStack() as stack:
        loaders = [stack.enter_context(generators.Loader(server, {cpu}, bench.folder, ("hello",), connections=64,
                                                         seconds=bench.seconds(0.6))) for cpu in load_cpus]
        return generators.together(server, loaders)

"""A course: the servers of one application are started, must answer rightly, and are loaded in turn."""
import checking
import figures
import generators
import measuring
import trials
from contenders import ASGI, BY_NAME, WSGI
from loads import Load, by_wrk

CONNECTIONS = {"hello": 64, "large": 64, "upload": 16}
TITLES = {"hello": "hello", "large": "100 KiB", "upload": "upload of 1 MiB, counted as it comes"}
BASELINE = {WSGI: "martlet-threads", ASGI: "martlet-asgi"}
ROUNDS, LATENCY_ROUNDS = 7, 5
HALF_LOAD, HALF_LOAD_SPREAD = "half_load_p99_us", "half_load_p99_spread"


def loads_of(application):
    """The first request by wrk, the others by our own loader, which looks at their answers' lengths."""
    for name, request in application.requests.items():
        run = by_wrk(CONNECTIONS[name]) if name == "hello" else by_loader(name, request)
        yield Load(f"{application.name}-{name}", f"{application.title}: {TITLES[name]}", application.name,
                   BASELINE[application.interface], run, ROUNDS)


def by_loader(name, request):
    def run(bench, server):
        sample = generators.load(server, bench.places.load, bench.folder, (name,), connections=CONNECTIONS[name],
                                 seconds=bench.seconds(0.6))
        if sample.extra["body_bytes"] != sample.answers * request.answer_bytes:
            raise generators.LoadError("the answers' bodies have a wrong length")
        return sample
    return run


# Right answers first.

def check(server, application):
    """Each request is answered rightly, and again, on the same connection where the server keeps it."""
    keeps = BY_NAME[server.contestant.name].keeps_connections
    for name, request in application.requests.items():
        with checking.Conversation(server.port) as conversation:
            for _ in range(2 if keeps else 1):
                conversation.send(request.octets)
                checking.check_answer(conversation, name, request)
            checking.demand(keeps or conversation.is_at_end(), "keeps the connection")


def check_all(bench, application):
    for contestant in bench.contestants:
        if contestant.name in bench.servers:
            try:
                check(bench.servers[contestant.name], application)
            except (checking.WrongAnswer, OSError, ValueError) as error:
                bench.leave_out(contestant, f"is not right: {error}")


# Latency: at the same rate for all of an application's servers that keep connections, half of what the slowest can do.

def add_half_load(bench, application):
    """To the results of the first load, where that was measured."""
    results = bench.results[f"{application.name}-hello"]
    compared = [contestant for contestant in bench.contestants
                if contestant.name in results and BY_NAME[contestant.name].keeps_connections]
    if not compared:
        return None
    rate = min(results[contestant.name]["per_second"] for contestant in compared) / 2
    taken = {contestant.name: [] for contestant in compared}
    for number in range(bench.rounds(LATENCY_ROUNDS)):
        for contestant in measuring.from_place(compared, number):
            if contestant.name in bench.servers and bench.has_time():
                sample = trials.noting(bench, contestant, "latency", lambda: trials.by_clock(bench, contestant, rate))
                taken[contestant.name] += [sample] if sample else []
    for name, samples in taken.items():
        tails = [sample.latency["p99"] for sample in samples]
        results[name].update({HALF_LOAD: figures.median(tails), HALF_LOAD_SPREAD: figures.half_spread(tails)})
        results[name]["errors"] += sum(sample.errors for sample in samples)
    return rate


def run(bench, application):
    """Gives the loads that were measured, as a report has them."""
    for name, request in application.requests.items():
        (bench.folder / name).write_bytes(request.octets)
    bench.start_all()
    check_all(bench, application)
    measured = {}
    for load in loads_of(application):
        if bench.has_time() and bench.servers:
            bench.measure(load)
            measured[load.name] = {"title": load.title, "interface": application.interface,
                                   "results": bench.results[load.name]}
    if f"{application.name}-hello" in measured:
        measured[f"{application.name}-hello"]["rate"] = add_half_load(bench, application)
    return measured

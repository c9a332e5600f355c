"""Plays every case to every server asked for: suite.py [--with nginx h2o] [--write] [WORDS…].

WORDS pick the cases whose area or name has them. Martlet has to pass, the others only to be compared."""
import concurrent.futures
import importlib
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import report  # noqa: E402
from peers import PEERS, Martlet  # noqa: E402
from play import play  # noqa: E402

AREAS = ["request_line", "targets", "host", "fields", "length", "chunked", "trailers", "expect", "methods", "responses",
         "persistence", "pipelining", "upgrade", "conditional", "delivery", "limits"]
THREADS = 16
PASSED, FAILED, EXCUSED, NOT_APPLICABLE = "passed", "failed", "excused", "not applicable"


class Result:
    def __init__(self, area, case, verdict, complaint=None, steps=(), played=None):
        self.area, self.case, self.verdict = area, case, verdict
        self.complaint, self.steps, self.played = complaint, steps, played


def load_cases(words):
    pairs = [(area, case) for area in AREAS for case in importlib.import_module(f"cases.{area}").CASES]
    names = [case.name for _, case in pairs]
    assert len(names) == len(set(names)), f"twice: {sorted({name for name in names if names.count(name) > 1})}"
    return [(area, case) for area, case in pairs if all(word in f"{area} {case.name}" for word in words)]


def complain(expected, played):
    try:
        return expected.complaint(played)
    except (KeyError, TypeError, ValueError) as error:
        return f"what came cannot be read: {error}"


def judge(case, server, played):
    """Why what was played is not what has to be, or None."""
    complaint = complain(case.expected, played)
    if complaint is None and case.ours and server.name == Martlet.name:
        complaint = complain(case.ours, played)
        return complaint and f"the RFC allows it, but it is not what Martlet chose: {complaint}"
    return complaint


def run_case(area, case, server):
    if not set(case.needs) <= set(server.offers):
        return Result(area, case, NOT_APPLICABLE)
    for steps in case.plays:
        played = play(case, steps, server)
        complaint = judge(case, server, played)
        if complaint:
            break
    verdict = FAILED if complaint else PASSED
    if case.reason and server.name == Martlet.name:
        verdict = EXCUSED if complaint else FAILED
        complaint = complaint or "it passes: the reason for not following the RFC is out of date"
    return Result(area, case, verdict, complaint, steps, played)


def run_server(kind, pairs):
    server = kind()
    try:
        with concurrent.futures.ThreadPoolExecutor(THREADS) as pool:
            return list(pool.map(lambda pair: run_case(*pair, server), pairs))
    finally:
        server.end()


def count(results, verdict):
    return sum(result.verdict == verdict for result in results)


def main(arguments):
    """Returns how many cases Martlet passed, failed, and has an excuse for."""
    words = [word for word in arguments if word not in (*PEERS, "--with", "--write")]
    kinds = [Martlet] + [PEERS[name] for name in arguments if name in PEERS]
    pairs = load_cases(words)
    found = {kind.name: run_server(kind, pairs) for kind in kinds}
    ours = found[Martlet.name]
    for result in ours:
        if result.verdict == FAILED:
            print(report.failure(result))
        elif result.verdict == EXCUSED:
            print(f"excused: {result.case.name} ({result.case.section}, {result.case.level}): {result.case.reason}")
    print(report.tables(found, AREAS))
    if "--write" in arguments:
        report.write(found, AREAS, [kind.version() for kind in kinds])
    return count(ours, PASSED), count(ours, FAILED), count(ours, EXCUSED)


if __name__ == "__main__":
    sys.exit(1 if main(sys.argv[1:])[1] else 0)

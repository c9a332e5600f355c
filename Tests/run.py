#!/usr/bin/env python3
"""Runs a part of the tests and counts it (run.py c …, run.py wire …), then run.py totals PART… sums up.

A part leaves what it counted in .build-totals, so that a part that broke off is seen by its absence."""
import concurrent.futures
import faulthandler
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import unittest
import xml.etree.ElementTree as xml

TESTS = pathlib.Path(__file__).resolve().parent
TOTALS = pathlib.Path(".build-totals")
C_TEST_SECONDS = 120
SWIFT_SECONDS = 2400
EMBEDDING_SECONDS = 600
WIRE_SECONDS = 1200
ABUSE_SECONDS = 540  # `make soak` too
CONFORMANCE_SECONDS = 600
DIFFERENTIAL_SECONDS = 300
BENCH_SECONDS = 120
COSTS_SECONDS = 600

VALGRIND = ["valgrind", "--quiet", "--error-exitcode=99", "--leak-check=full", "--errors-for-leak-kinds=definite",
            "--fair-sched=yes"]
SANITIZER_OPTIONS = {
    "ASAN_OPTIONS": "detect_leaks=1:detect_stack_use_after_return=1:strict_string_checks=1",
    "LSAN_OPTIONS": f"print_suppressions=0:suppressions={TESTS / 'leak-sanitizer.txt'}",
    "UBSAN_OPTIONS": "halt_on_error=1:print_stacktrace=1",
    "TSAN_OPTIONS": f"halt_on_error=1:second_deadlock_stack=1:suppressions={TESTS / 'thread-sanitizer.txt'}",
}


def finish(part, passed, failed, skipped=0):
    """Notes the part's totals, says them, and exits accordingly."""
    part += os.environ.get("PART_SUFFIX", "")
    TOTALS.mkdir(exist_ok=True)
    (TOTALS / f"{part}.json").write_text(json.dumps([passed, failed]))
    note = f", {skipped} skipped" if skipped else ""
    print(f"{part}: {passed} passed, {failed} failed{note}", flush=True)
    sys.exit(1 if failed else 0)


def environment():
    return {**SANITIZER_OPTIONS, **os.environ}


def run_bounded(command, seconds, **options):
    """Runs a command in a process group of its own, all of which ends with it or with its time."""
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, start_new_session=True, env=environment(), **options)
    try:
        output, _ = process.communicate(timeout=seconds)
        return process.returncode, output or ""
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        output, _ = process.communicate()
        return f"not done after {seconds} s", output or ""
    except BaseException:
        os.killpg(process.pid, signal.SIGKILL)
        raise


# C: cmocka names each test as it starts and as it ends, so a crash is charged to the test that was running.

def count_cmocka(output, code):
    names = lambda mark: set(re.findall(rf"^\[ *{mark} *\] (\w+)\r?$", output, re.M))
    started, passed, skipped = names("RUN"), names("OK"), names("SKIPPED")
    failed = len(started - passed - skipped)
    if failed == 0 and (code != 0 or not started):
        failed = 1
    return len(passed), failed, len(skipped)


def run_c_test(path, wrapper, seconds):
    if not os.access(path, os.X_OK):
        return path, (0, 1, 0), "was not built", ""
    code, output = run_bounded([*wrapper, path], seconds, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                               errors="replace")
    return path, count_cmocka(output, code), f"ended with {code}", output


def steady_addresses(path):
    """Older sanitizer runtimes break where the kernel spreads addresses widely: asks it not to, where it may be asked."""
    plea = ["setarch", "-R"]
    may_ask = re.search("/[at]san/", path) and shutil.which("setarch")
    return plea if may_ask and subprocess.run([*plea, "true"], stderr=subprocess.DEVNULL).returncode == 0 else []


def run_c(arguments):
    wrapper, seconds = steady_addresses(" ".join(arguments)), C_TEST_SECONDS
    if arguments[:1] == ["--under-valgrind"]:
        arguments, wrapper, seconds = arguments[1:], VALGRIND, 5 * C_TEST_SECONDS
    if not arguments:
        sys.exit("c: no test program was given")
    sums = [0, 0, 0]
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for path, counts, ending, output in pool.map(lambda path: run_c_test(path, wrapper, seconds), arguments):
            sums = [sum(pair) for pair in zip(sums, counts)]
            mark = "FAILED" if counts[1] else "ok"
            print(f"  {mark:6} {path.split('Tests/CCore/')[-1]} ({counts[0]} passed)", flush=True)
            if counts[1]:
                print(f"{output}\n  {path}: {counts[1]} failed, {ending}", flush=True)
    finish("c", *sums)


# Swift: the totals come from the report that `swift test` writes, its output goes straight to the terminal.

def count_report(path):
    counts = [0, 0, 0]
    if path.exists():
        for suite in xml.parse(path).getroot().iter("testsuite"):
            tests, failed, skipped = (int(suite.get(key, 0)) for key in ("tests", "failures", "skipped"))
            failed += int(suite.get("errors", 0))
            counts = [counts[0] + tests - failed, counts[1] + failed, counts[2] + skipped]
    return counts


def run_swift(arguments):
    report = TOTALS / "swift.xml"
    TOTALS.mkdir(exist_ok=True)
    report.unlink(missing_ok=True)
    # Without XCTest, which has no test here and leaks.
    command = ["swift", "test", "--disable-xctest", "--xunit-output", str(report.resolve()), *arguments]
    code, _ = run_bounded(command, SWIFT_SECONDS)
    passed, failed, skipped = count_report(report)
    if failed == 0 and (code != 0 or passed == 0):
        print(f"swift test ended with {code} and {passed} tests")
        failed = 1
    finish("swift", passed, failed, skipped)


# Embedding and wire: Python's own unittest, in this process; a hang ends with a traceback.

class CountingResult(unittest.TextTestResult):
    passed = 0

    def addSuccess(self, test):
        super().addSuccess(test)
        self.passed += 1


def run_unittest(part, folder, seconds, pattern):
    os.environ.update(environment())
    faulthandler.dump_traceback_later(seconds, exit=True)
    suite = unittest.defaultTestLoader.discover(folder, *pattern)
    if suite.countTestCases() == 0:
        sys.exit(f"{part}: {folder} has no tests")
    result = unittest.TextTestRunner(verbosity=2, resultclass=CountingResult).run(suite)
    failed = len({str(test) for test, _ in result.failures + result.errors}) + len(result.unexpectedSuccesses)
    finish(part, result.passed, failed, len(result.skipped))


def run_embedding(arguments):
    run_unittest("embedding", "Tests/Embedding", EMBEDDING_SECONDS, arguments)


def use_demo(part, demo):
    if not os.access(demo, os.X_OK):
        sys.exit(f"{part}: there is no program {demo}")
    os.environ["MARTLET_DEMO"] = os.path.abspath(demo)


def run_against_demo(part, folder, seconds=WIRE_SECONDS):
    def run(arguments):
        use_demo(part, arguments[0])
        run_unittest(part, folder, seconds, arguments[1:])
    return run


# Differential: two demos, one for each engine.

def run_differential(arguments):
    one, other, *words = arguments
    use_demo("differential", other)
    os.environ["MARTLET_OTHER_DEMO"] = os.environ["MARTLET_DEMO"]
    use_demo("differential", one)
    run_unittest("differential", "Tests/Differential", DIFFERENTIAL_SECONDS, words)


# Costs and bench: what counts and measures reads the books of Linux, its C library and its kernel.

def run_on_linux(part, folder, seconds):
    def run(arguments):
        if sys.platform != "linux":
            print(f"{part}: on Linux only")
            finish(part, 0, 0)
        run_against_demo(part, folder, seconds)(arguments)
    return run


# Conformance: a table of requirements, with a runner of its own.

def run_conformance(arguments):
    use_demo("conformance", arguments[0])
    os.environ.update(environment())
    faulthandler.dump_traceback_later(CONFORMANCE_SECONDS, exit=True)
    sys.path.insert(0, str(TESTS / "Conformance"))
    import suite
    finish("conformance", *suite.main(arguments[1:]))


# Fuzz: each target for some seconds, one per CPU at a time.

def run_fuzz(arguments):
    sys.path.insert(0, str(TESTS / "CCore" / "fuzz"))
    import fuzz
    finish("fuzz", *fuzz.main(int(arguments[0]), arguments[1:]))


# Leaks: one run, which passes or not.

def run_leaks(arguments):
    program = arguments[-1]
    wrapper = VALGRIND if arguments[0] == "--under-valgrind" else steady_addresses(program)
    code, _ = run_bounded([sys.executable, "Tests/Embedding/leaks.py", *wrapper, program], 5 * C_TEST_SECONDS)
    sys.exit(1 if code else 0)


def totals(parts):
    passed = failed = 0
    for part in parts:
        try:
            counts = json.loads((TOTALS / f"{part}.json").read_text())
        except FileNotFoundError:
            print(f"{part}: did not finish")
            counts = [0, 1]
        passed, failed = passed + counts[0], failed + counts[1]
    print(f"{passed} passed, {failed} failed")
    sys.exit(1 if failed else 0)


PARTS = {"c": run_c, "embedding": run_embedding, "swift": run_swift, "fuzz": run_fuzz,
         "wire": run_against_demo("wire", "Tests/Wire"), "conformance": run_conformance,
         "smuggling": run_against_demo("smuggling", "Tests/Smuggling"),
         "abuse": run_against_demo("abuse", "Tests/Abuse", ABUSE_SECONDS),
         "costs": run_on_linux("costs", "Tests/Costs", COSTS_SECONDS),
         "bench": run_on_linux("bench", "Tests/Bench", BENCH_SECONDS),
         "differential": run_differential,
         "leaks": run_leaks, "totals": totals}

if __name__ == "__main__":
    if len(sys.argv) < 2 or sys.argv[1] not in PARTS:
        sys.exit(__doc__)
    PARTS[sys.argv[1]](sys.argv[2:])

"""Runs the fuzz targets for some seconds each, as many at once as there are CPUs.

Each starts from its committed corpus and from what earlier runs found, which stays below .build-c:
fuzz.py merge PROGRAM… folds the latter into the former, and takes out what adds nothing."""
import concurrent.futures
import hashlib
import os
import pathlib
import re
import shlex
import shutil
import subprocess
import sys
import tempfile

FUZZ = pathlib.Path(__file__).resolve().parent
ROOT = FUZZ.parents[2]
FOUND = ROOT / ".build-c" / "fuzz-found"
MAX_LENGTH = {"target": 300, "words": 200, "dates": 64, "connection": 4096}
MAX_LENGTH_OF_OTHERS = 1024
# How far a run may go past its time: it loads the corpus first, and a sanitizer's report takes a while.
GRACE_SECONDS = 120
MERGE_SECONDS = 1200
CORPUS_FILES = 200
CORPUS_BYTES = 200_000

# The unit tests look for uses after return; here that would cost too many executions.
ENVIRONMENT = {**os.environ, "ASAN_OPTIONS": "detect_leaks=1:detect_stack_use_after_return=0:handle_abort=1",
               "UBSAN_OPTIONS": "halt_on_error=1:print_stacktrace=1"}


def name_of(program):
    return pathlib.Path(program).name.removeprefix("fuzz_")


def steady_addresses():
    """Older sanitizer runtimes break where the kernel spreads addresses widely: asks it not to, where it may be asked."""
    plea = ["setarch", "-R"]
    may_ask = shutil.which("setarch") and subprocess.run([*plea, "true"], stderr=subprocess.DEVNULL).returncode == 0
    return plea if may_ask else []


def call(command, seconds):
    """How a command ended, and all that it said."""
    with tempfile.TemporaryFile("w+", errors="replace") as output:
        try:
            code = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT,
                                  env=ENVIRONMENT, timeout=seconds).returncode
        except subprocess.TimeoutExpired:
            code = f"not done after {seconds} s"
        output.seek(0)
        return code, output.read()


def flags(name):
    return [f"-max_len={MAX_LENGTH.get(name, MAX_LENGTH_OF_OTHERS)}", f"-dict={FUZZ / 'http.dict'}", "-timeout=25",
            "-rss_limit_mb=2048", "-verbosity=1"]


def folders(name):
    """Where finds go, where what broke the target goes, and what is committed."""
    found, broke, committed = FOUND / name, FOUND / "broke", FUZZ / "corpus" / name
    for folder in (found, broke):
        folder.mkdir(parents=True, exist_ok=True)
    return found, broke, committed


def summary(output):
    executions = re.search(r"^stat::number_of_executed_units:\s*(\d+)", output, re.M)
    rate = re.search(r"^stat::average_exec_per_sec:\s*(\d+)", output, re.M)
    coverage = re.findall(r"\bcov: (\d+) ft: (\d+) corp: (\d+)", output)
    if not executions or not rate or not coverage:
        return None
    edges, features, inputs = coverage[-1]
    return (f"{int(executions[1]):,} executions, {int(rate[1]):,} a second; {edges} edges, {features} features, "
            f"{inputs} inputs")


def last_lines(output):
    """A sanitizer's report comes last; the lines of progress before it say nothing."""
    return "\n".join(line for line in output.splitlines() if not re.match(r"#\d+\s", line))[-6000:]


def fuzz(program, seconds):
    """Whether the target held, and what to say about it."""
    name = name_of(program)
    found, broke, committed = folders(name)
    prefix = broke / f"{name}-"
    command = [*steady_addresses(), program]
    code, output = call([*command, *flags(name), f"-max_total_time={seconds}", f"-artifact_prefix={prefix}",
                         "-print_final_stats=1", str(found), str(committed)], seconds + GRACE_SECONDS)
    said = summary(output)
    if code == 0 and said:
        return True, f"  ok     {name}: {said}"
    written = re.search(r"Test unit written to (\S+)", output)
    again = f"\n  again: {shlex.join([*command, written[1]])}" if written else ""
    return False, f"  FAILED {name}: ended with {code}\n{last_lines(output)}{again}"


def main(seconds, programs):
    """Fuzzes each program; how many held, and how many did not."""
    passed = failed = 0
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for held, said in pool.map(lambda program: fuzz(program, seconds), programs):
            print(said, flush=True)
            passed, failed = passed + held, failed + (not held)
    return passed, failed


# Merging. Files with readable names were written by hand, or are finds that were fixed: they stay.

def is_written_by_hand(path):
    return not re.fullmatch(r"[0-9a-f]{40}", path.name)


def replace_inputs(committed, kept):
    """The smallest of `kept` first, until the corpus is as large as it may be; says how large it is."""
    inputs = sorted(kept.iterdir(), key=lambda path: path.stat().st_size)
    by_hand = {path.read_bytes() for path in committed.iterdir() if is_written_by_hand(path)}
    if not inputs:
        sys.exit(f"{committed.name}: a merge that keeps nothing is none")
    for path in committed.iterdir():
        if not is_written_by_hand(path):
            path.unlink()
    files, size = len(by_hand), sum(map(len, by_hand))
    for content in (path.read_bytes() for path in inputs):
        if content in by_hand:
            continue
        files, size = files + 1, size + len(content)
        if files > CORPUS_FILES or size > CORPUS_BYTES:
            return f"{files - 1} inputs, of {len(inputs) + len(by_hand)}"
        (committed / hashlib.sha1(content).hexdigest()).write_bytes(content)
    return f"{files} inputs, {size} octets"


def merge(program):
    """Keeps the fewest inputs that reach each edge; how often each is passed makes ten times as many."""
    name = name_of(program)
    found, _, committed = folders(name)
    with tempfile.TemporaryDirectory() as kept:
        code, output = call([*steady_addresses(), program, *flags(name), "-set_cover_merge=1", "-use_counters=0", kept,
                             str(committed), str(found)], MERGE_SECONDS)
        if code != 0:
            sys.exit(f"{name}: merging ended with {code}\n{last_lines(output)}")
        print(f"{name}: {replace_inputs(committed, pathlib.Path(kept))}", flush=True)


if __name__ == "__main__":
    if sys.argv[1:2] != ["merge"] or len(sys.argv) < 3:
        sys.exit(__doc__)
    for path in sys.argv[2:]:
        merge(path)

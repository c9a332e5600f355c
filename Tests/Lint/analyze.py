#!/usr/bin/env python3
"""What clang-tidy (see .clang-tidy) and cppcheck suspect in C. Each is tried with planted faults too.

The tests themselves go to cppcheck alone: clang-tidy does not see that a failed assertion of cmocka ends the test."""
import concurrent.futures
import functools
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
FOLDERS = ("CCore/src", "Tests", "bench")
INCLUDES = ["-ICCore/include", "-ICCore/src", "-ITests/CCore"]
# Off: what cppcheck holds against a pointer one past the end, and against results passed by address.
CPPCHECK = ["cppcheck", "--quiet", "--std=c11", "--enable=warning,performance,portability", "--inline-suppr",
            "--error-exitcode=1", "--suppress=pointerOutOfBoundsCond", "--suppress=ctuuninitvar", *INCLUDES]
# Off for what ends with its tests: matters of the library's care, leaks, which LeakSanitizer finds there, and names
# that the system gave to what a test or a bench stands in for.
ELSEWHERE = ("--checks=-cert-err34-c,-clang-analyzer-unix.Malloc,-concurrency-mt-unsafe,"
             "-bugprone-reserved-identifier,-readability-inconsistent-declaration-parameter-name,"
             "-bugprone-narrowing-conversions,-bugprone-implicit-widening-of-multiplication-result,-readability-uppercase-literal-suffix")

# The tool · what it must say · a function with that fault.
PLANTED = [
    ("clang-tidy", "clang-analyzer-core.NullDereference", "int planted(int *at) { return at ? 0 : *at; }"),
    ("clang-tidy", "clang-analyzer-unix.Malloc", "void planted(void) { char *at = malloc(9); if (at) *at = 1; }"),
    ("clang-tidy", "bugprone-narrowing-conversions", "signed char planted(int a) { return a; }"),
    ("clang-tidy", "bugprone-sizeof-expression", "void planted(char *at) { memset(&at, 0, sizeof(sizeof at)); }"),
    ("clang-tidy", "bugprone-suspicious-string-compare", "int planted(char *a, char *b) { return strcmp(a, b) == -1; }"),
    ("clang-tidy", "concurrency-mt-unsafe", "void *planted(time_t *at) { return localtime(at); }"),
    ("clang-tidy", "misc-no-recursion", "int planted(int a) { return a ? planted(a - 1) : 0; }"),
    ("clang-tidy", "readability-function-size", "void planted(int a) {" + "a++;\n" * 61 + "}"),
    ("cppcheck", "arrayIndexOutOfBounds", "char planted(void) { char few[4] = {0}; return few[4]; }"),
    ("cppcheck", "uninitvar", "int planted(void) { int a; return a; }"),
    ("cppcheck", "invalidPrintfArgType_sint", 'void planted(long a) { printf("%d", a); }'),
]
HEADERS = "".join(f"#include <{name}.h>\n" for name in ("stdio", "stdlib", "string", "time"))


def run(command):
    """Whether the tool is content, and what it says."""
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    return done.returncode == 0, done.stdout + (done.stderr if command[0] == "cppcheck" or not done.stdout else "")


@functools.cache
def flags_of(*packages):
    return subprocess.check_output(["pkg-config", "--cflags", *packages], text=True).split()


def command_for(tool, file):
    if tool == "cppcheck":
        return [*CPPCHECK, str(file)]
    off = [ELSEWHERE] if file.parts[0] in ("Tests", "bench") else []
    return ["clang-tidy", "--quiet", f"--config-file={ROOT / '.clang-tidy'}", *off, str(file), "--", "-std=gnu11",
            *INCLUDES, *flags_of("libevent_core", "cmocka")]


def jobs(tools):
    """Each file for clang-tidy, each folder for cppcheck, which likes to see all at once."""
    files = [file for folder in FOLDERS for file in sorted((ROOT / folder).rglob("*.c"))]
    if "clang-tidy" in tools:
        yield from (command_for("clang-tidy", file.relative_to(ROOT)) for file in files
                    if not file.name.startswith("test_"))
    if "cppcheck" in tools:
        yield from (command_for("cppcheck", folder) for folder in FOLDERS)


def went_blind(planted):
    """What is wrong when the tool passes a planted fault; "" when it does not."""
    tool, finding, function = planted
    with tempfile.TemporaryDirectory() as folder:
        file = pathlib.Path(folder, "planted.c")
        file.write_text(f"{HEADERS}{function}\n")
        is_content, says = run(command_for(tool, file))
    return f"{tool} went blind: it passes {function!r} without {finding}" if is_content or finding not in says else ""


def main():
    # Not packaged for every system.
    tools = [tool for tool in ("clang-tidy", "cppcheck") if shutil.which(tool)]
    planted = [fault for fault in PLANTED if fault[0] in tools]
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        problems = [says for is_content, says in pool.map(run, jobs(tools)) if not is_content]
        problems += filter(None, pool.map(went_blind, planted))
    clean = f"analyze: {' and '.join(tools)} are content, and noticed {len(planted)} planted faults"
    print("\n".join(problems) if problems else clean)
    sys.exit(1 if problems else 0)


if __name__ == "__main__":
    main()

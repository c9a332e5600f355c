"""The programs of this folder: how each is built, and what it says."""
import dataclasses
import os
import pathlib
import subprocess

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
BUILT = ROOT / ".build-bench"
LIBRARY = ROOT / ".build-c/release/libmartlet.a"
# SwiftNIO carries llhttp; its sources come with the Swift servers that the bench measures.
SWIFT_PEERS, SWIFT_BUILT = HERE.parent / "peers/swift", BUILT / "swift"
LLHTTP = SWIFT_BUILT / "checkouts/swift-nio/Sources/CNIOLLHTTP"
FLAGS = ("-O3", "-std=gnu11", "-Wall", "-Wextra", "-Wshadow", "-Werror")
SECONDS = 60


class BuildError(Exception):
    """Why a program cannot be built, in a line."""


@dataclasses.dataclass(frozen=True)
class Program:
    """`is_alone`: one thread, which gets a CPU to itself."""
    name: str
    peer: str = ""
    is_alone: bool = True
    flags: tuple = ()

    @property
    def path(self):
        return BUILT / "micro" / "-".join([self.name, *self.flags[:1]])


# llhttp finds the CPU's vectors when it is compiled and not when it runs, so it is compiled twice.
PROGRAMS = (Program("parser"), Program("http_parser", "http-parser"), Program("llhttp", "llhttp"),
            Program("llhttp", "llhttp", flags=("-march=native", '-DBUILT=", this CPU"')), Program("router"),
            Program("head"), Program("memory"), Program("mailbox", is_alone=False),
            Program("executor", is_alone=False))


@dataclasses.dataclass(frozen=True)
class Figure:
    subject: str
    case: str
    bytes: int
    best_ns: float
    median_ns: float


def run(*command):
    done = subprocess.run([str(word) for word in command], cwd=ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, timeout=10 * SECONDS)
    if done.returncode != 0:
        lines = done.stdout.strip().splitlines()
        errors = [line for line in lines if "error" in line]
        raise BuildError((errors or lines or ["it said nothing"])[0].replace(f"{ROOT}/", ""))
    return done.stdout


def ingredients(program):
    """What the compiler needs besides the program's own file."""
    if program.name == "http_parser":
        return ["-ICCore/include", "-lhttp_parser"]
    if program.name == "llhttp":
        if not LLHTTP.is_dir():
            run("swift", "package", "--package-path", SWIFT_PEERS, "--scratch-path", SWIFT_BUILT, "resolve")
        return ["-w", "-ICCore/include", f"-I{LLHTTP / 'include'}", *sorted(LLHTTP.glob("*.c"))]
    libevent = run("pkg-config", "--cflags", "--libs", "libevent_core").split()
    return ["-ICCore/include", "-ICCore/src", LIBRARY, *libevent, "-lpthread"]


def build(program):
    program.path.parent.mkdir(parents=True, exist_ok=True)
    run(os.environ.get("CC", "cc"), *FLAGS, *program.flags, HERE / f"{program.name}.c", HERE / "timing.c",
        "-o", program.path, *ingredients(program))


def pin():
    """To the last CPU: what a system does by itself it mostly does on the first."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})


def figures(program):
    """What one run of it says."""
    done = subprocess.run([program.path], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True, check=True,
                          timeout=SECONDS, preexec_fn=pin if program.is_alone else None)
    for line in done.stdout.splitlines():
        subject, case, size, best, median = line.split("\t")
        yield Figure(subject, case, int(size), float(best), float(median))

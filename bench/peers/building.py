"""Builds what is built here. What does not build is left out of the run, with the reason, and nothing stands in for it."""
import os
import pathlib
import re
import shutil
import subprocess

from places import BENCH, BIN, BUILT, PEERS, ROOT, SWIFT_PEERS

BUILD_SECONDS = 1800
C_FLAGS = ("-O3", "-std=gnu11", "-Wall", "-Wextra", "-Werror")


class BuildError(Exception):
    """The reason, in a line."""


def reason(output):
    """What a compiler's output says first that is an error, else its last line; without the folder of this tree."""
    lines = output.strip().splitlines() or ["it said nothing"]
    line = next((line for line in lines if re.search(r"\berror\b", line)), lines[-1])
    return line.replace(f"{ROOT}/", "").strip()[:200]


def run(*command, **environment):
    done = subprocess.run([str(word) for word in command], cwd=ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, errors="replace", timeout=BUILD_SECONDS,
                          env={**os.environ, **environment})
    if done.returncode != 0:
        raise BuildError(reason(done.stdout))
    return done.stdout


def flags(*packages):
    return run("pkg-config", "--cflags", "--libs", *packages).split()


def c_program(name, *packages):
    def build():
        run(os.environ.get("CC", "cc"), *C_FLAGS, PEERS / f"{name}.c", "-o", BIN / name, *flags(*packages))
    return build


def martlet_c():
    """With the library as `make lib` leaves it: static, so that no call goes through a table."""
    run("make", "--no-print-directory", "-f", "CCore/Makefile", "VARIANT=release", f"-j{os.cpu_count()}", "lib")
    run(os.environ.get("CC", "cc"), *C_FLAGS, "-ICCore/include", PEERS / "martlet.c", ".build-c/release/libmartlet.a",
        "-o", BIN / "martlet-c", *flags("libevent_core"), "-lpthread")


def swift(package, scratch, *options):
    """Builds a package in a folder of its own, and gives the place of its programs."""
    command = ("swift", "build", "-c", "release", "--package-path", package, "--scratch-path", scratch, *options)
    run(*command)
    return pathlib.Path(run(*command, "--show-bin-path").strip().splitlines()[-1])


def martlet_swift():
    programs = swift(PEERS / "martlet", BUILT / "martlet", "--product", "Contestant")
    shutil.copy(programs / "Contestant", BIN / "martlet-swift")


def martlet_pure():
    """Without the trait that asks for the C core; and it must have worked."""
    programs = swift(PEERS / "martlet", BUILT / "martlet-pure", "--product", "Contestant", "--disable-default-traits")
    if "libevent" in run("ldd", programs / "Contestant"):
        raise BuildError("what was built without the C core links libevent")
    shutil.copy(programs / "Contestant", BIN / "martlet-pure")


def swift_peers():
    programs = swift(PEERS / "swift", SWIFT_PEERS)
    shutil.copy(programs / "RawNIO", BIN / "nio")
    shutil.copy(programs / "Birds", BIN / "hummingbird")


def go():
    run("go", "build", "-o", BIN / "go", PEERS / "go/main.go", GO111MODULE="off")


def loader():
    sources = sorted((BENCH / "load/loader").glob("*.c"))
    run(os.environ.get("CC", "cc"), *C_FLAGS, "-Wshadow", "-Wconversion", *sources, "-o", BIN / "loader")


BUILDS = {
    "loader": loader, "floor": c_program("floor", "libevent_core"), "martlet-c": martlet_c,
    "martlet-swift": martlet_swift, "martlet-pure": martlet_pure, "go": go, "swift-peers": swift_peers,
    "evhttp": c_program("evhttp", "libevent_core", "libevent_extra"),
    "microhttpd": c_program("microhttpd", "libmicrohttpd"),
}


def library_bytes():
    """The size of libmartlet.so without symbols; None where it was not built."""
    built = ROOT / ".build-c/release/libmartlet.so.0"
    if not built.exists():
        return None
    run("strip", built, "-o", BIN / "stripped")
    return (BIN / "stripped").stat().st_size


def build_all(names, say):
    """Builds each once, and gives the reasons of those that do not build."""
    BIN.mkdir(parents=True, exist_ok=True)
    reasons = {}
    for name in names:
        say(f"building {name}")
        try:
            BUILDS[name]()
        except (BuildError, OSError, subprocess.TimeoutExpired) as error:
            reasons[name] = f"does not build: {error}"
    return reasons

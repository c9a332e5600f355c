"""The C and C++ examples, built twice: as their reader builds them, with every warning an error, and watched by
AddressSanitizer, LeakSanitizer and UndefinedBehaviorSanitizer, with a library that is watched too."""
import atexit
import functools
import os
import pathlib
import shutil
import subprocess
import tempfile

from support import MAKE, ROOT, make, run

WARNINGS = ["-Wall", "-Wextra", "-Wconversion", "-Wshadow", "-Wpedantic", "-Werror"]
SANITIZED_LIBRARY = ".build-c/embedding-asan"
SANITIZE = ["-g", "-fsanitize=address,undefined", "-fno-sanitize-recover=all"]
SANITIZER_OPTIONS = {"ASAN_OPTIONS": "detect_leaks=1:detect_stack_use_after_return=1:strict_string_checks=1",
                     "UBSAN_OPTIONS": "halt_on_error=1:print_stacktrace=1"}
JOBS = f"-j{os.cpu_count()}"


@functools.cache
def folder():
    """A folder that goes with this process."""
    made = tempfile.mkdtemp(prefix="martlet-embedding-")
    atexit.register(shutil.rmtree, made, ignore_errors=True)
    return pathlib.Path(made)


@functools.cache
def installed():
    """The prefix below which the library is installed."""
    make("install", folder() / "installed")
    return folder() / "installed"


@functools.cache
def installed_flags(kind):
    """What pkg-config says of the installed library: "--cflags" or "--libs"."""
    search = f"{installed()}/lib/pkgconfig{os.pathsep}{os.environ.get('PKG_CONFIG_PATH', '')}"
    flags = run("pkg-config", kind, "martlet", PKG_CONFIG_PATH=search).split()
    return flags + [f"-Wl,-rpath,{installed()}/lib"] if kind == "--libs" else flags


@functools.cache
def sanitized_archive():
    run(MAKE, "--no-print-directory", JOBS, "-f", "CCore/Makefile", "VARIANT=asan", f"BUILD={SANITIZED_LIBRARY}", "lib")
    return ROOT / SANITIZED_LIBRARY / "libmartlet.a"


@functools.cache
def steadily():
    """Older sanitizer runtimes break where the kernel spreads addresses widely: asks it not to, where it may be asked."""
    plea = ["setarch", "-R"]
    may_ask = shutil.which("setarch") and subprocess.run([*plea, "true"], stderr=subprocess.DEVNULL).returncode == 0
    return plea if may_ask else []


class Strict:
    """Every warning is an error, and the library is the installed one, found by pkg-config."""
    name = "strict"
    cc, cxx = os.environ.get("CC", "cc"), os.environ.get("CXX", "c++")
    flags = ["-O2", *WARNINGS]
    environment = {}
    prefix = []

    @staticmethod
    def libraries():
        return installed_flags("--cflags"), installed_flags("--libs")


class Sanitized(Strict):
    """Leaks and undefined behaviour end the program with another status than 0. By the compiler of the watched library,
    for the two share a runtime."""
    name = "sanitized"
    flags = [*SANITIZE, *WARNINGS]
    environment = SANITIZER_OPTIONS
    prefix = property(lambda self: steadily())

    @staticmethod
    def libraries():
        return ([f"-I{ROOT / 'CCore/include'}"],
                [str(sanitized_archive()), *run("pkg-config", "--libs", "libevent_core").split(), "-pthread"])


class StrictClang(Strict):
    """The same by the other compiler."""
    name = "strict-clang"
    cc, cxx = "clang", "clang++"


STRICT, STRICT_CLANG, SANITIZED = Strict(), StrictClang(), Sanitized()


@functools.cache
def examples(language, kind):
    """The folder with the examples of CCore/bindings/<language>, built by the Makefile that stands beside them."""
    build = folder() / f"{language}-{kind.name}"
    cflags, libraries = kind.libraries()
    variable = "CXXFLAGS" if language == "cpp" else "CFLAGS"
    run(MAKE, "--no-print-directory", JOBS, "-C", f"CCore/bindings/{language}/examples", f"BUILD={build}",
        f"{variable}={' '.join(kind.flags)}", f"LIBRARY_CFLAGS={' '.join(cflags)}",
        f"LIBRARY_LIBS={' '.join(libraries)}", f"CC={kind.cc}", f"CXX={kind.cxx}")
    return build


def command(language, kind, example):
    """The words that start an example."""
    return [*kind.prefix, str(examples(language, kind) / example)]


@functools.cache
def cpp_program(kind, name):
    """A C++ program that stands beside these tests."""
    program = folder() / f"{name}-{kind.name}"
    cflags, libraries = kind.libraries()
    run(kind.cxx, "-std=c++17", *kind.flags, "-ICCore/bindings/cpp", *cflags, "-pthread", "-o", program,
        f"Tests/Embedding/{name}.cpp", *libraries)
    return [*kind.prefix, str(program)]

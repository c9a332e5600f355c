"""The languages: how each one's handler is built and started, and whose cost is taken off its own."""
import dataclasses
import os
import pathlib
import shutil

import building
import environment
from contestants import HELLO, Contestant
from instructions import LIKE_SWIFTPM, build_like_swiftpm, contestants_and_ours
from places import BIN, BUILT, ROOT
from versions import said_by

HERE = pathlib.Path(__file__).resolve().parent
BINDINGS = ROOT / "CCore/bindings"
PREFIX = BUILT / "boundary-prefix"  # where libmartlet is installed for these programs
FLAGS = (*building.C_FLAGS[:1], "-Wall", "-Wextra", "-Werror")
RUN_PATH = f"-Wl,-rpath,{PREFIX}/lib"
BASE = "c"


@dataclasses.dataclass(frozen=True)
class Guest:
    """`against` is the C handler on the same build of the core, None of those handlers themselves."""
    contestant: Contestant
    against: str | None = BASE
    is_interpreted: bool = False

    @property
    def name(self):
        return self.contestant.name

    @property
    def label(self):
        return self.contestant.label


# Building

def install_library():
    building.run("make", "--no-print-directory", "install", f"PREFIX={PREFIX}")


def flags():
    return building.run("pkg-config", "--cflags", "--libs", "martlet", PKG_CONFIG_PATH=f"{PREFIX}/lib/pkgconfig").split()


def build_c():
    building.run(os.environ.get("CC", "cc"), *FLAGS, "-std=gnu11", HERE / "hello.c", "-o", BIN / "boundary-c", *flags(),
                 RUN_PATH)


def build_cpp():
    building.run(os.environ.get("CXX", "c++"), *FLAGS, "-std=c++17", f"-I{BINDINGS}/cpp", HERE / "hello.cpp", "-o",
                 BIN / "boundary-cpp", *flags(), RUN_PATH, "-lpthread")


def build_rust():
    target = BUILT / "boundary-rust"
    building.run("cargo", "build", "--release", "--offline", "--quiet", "--manifest-path", HERE / "rust/Cargo.toml",
                 "--target-dir", target, PKG_CONFIG_PATH=f"{PREFIX}/lib/pkgconfig", RUSTFLAGS=f"-Clink-arg={RUN_PATH}")
    shutil.copy(target / "release/hello", BIN / "boundary-rust")


def build_go():
    building.run("env", "-C", HERE / "go", "go", "build", "-o", BIN / "boundary-go", ".", GOPROXY="off", GOFLAGS="-mod=mod",
                 GOCACHE=str(BUILT / "boundary-go"), CGO_LDFLAGS=f"-O2 {RUN_PATH}", CGO_CFLAGS="-O2",
                 PKG_CONFIG_PATH=f"{PREFIX}/lib/pkgconfig")


def build_python():
    reason = environment.prepare(print)
    if reason:
        raise building.BuildError(reason)


building.BUILDS.update({
    "boundary-prefix": install_library, "boundary-c": build_c, "boundary-cpp": build_cpp, "boundary-rust": build_rust,
    "boundary-go": build_go, "boundary-python": build_python, LIKE_SWIFTPM: build_like_swiftpm})


# Who takes part

def tool(name):
    """Its name and version."""
    return lambda: f"{name} {said_by(name, '--version' if name != 'go' else 'version')()}"


def program(name, label, version, *arguments, build="", **more):
    contestant = Contestant(name, label, (f"{{bin}}/{build or 'boundary-' + name}", "{port}", *arguments), version,
                            build or f"boundary-{name}", offers=frozenset({HELLO}), environment=(("GOMAXPROCS", "1"),))
    return Guest(contestant, **more)


def python(name, label, *words):
    contestant = Contestant(name, label, (str(environment.PYTHON), *words), lambda: f"python {environment.python_version()}",
                            "boundary-python", offers=frozenset({HELLO}),
                            environment=(("PYTHONHASHSEED", "0"), ("PYTHONPATH", str(HERE.parent / "python/applications"))))
    return Guest(contestant, is_interpreted=True)


def swift():
    """The bench's Swift controller, and the C handler with the core as SwiftPM builds it."""
    known = {contestant.name: contestant for contestant in contestants_and_ours()}
    like_swiftpm = dataclasses.replace(known[LIKE_SWIFTPM], label="C, core as SwiftPM builds it", offers=frozenset({HELLO}),
                                       version=tool("clang"))
    controller = dataclasses.replace(known["martlet-swift"], label="Swift", offers=frozenset({HELLO}),
                                     version=tool("swift"))
    return Guest(like_swiftpm, None), Guest(controller, LIKE_SWIFTPM)


COMMAND_LINE = ("-m", "martlet", "--port", "{port}", "--no-access-log")
GUESTS = (
    program("c", "C", tool(os.environ.get("CC", "cc")), against=None),
    program("cpp", "C++", tool(os.environ.get("CXX", "c++"))),
    *swift(),
    program("rust", "Rust", tool("rustc")),
    program("go", "Go, direct", tool("go")),
    program("go-http", "Go, http.Handler", tool("go"), "http", build="boundary-go"),
    python("python-server", "Python, martlet.Server", str(HERE / "hello_server.py"), "{port}"),
    python("python-app", "Python, martlet.App", str(HERE / "hello_app.py"), "{port}"),
    python("python-asgi", "Python, ASGI", *COMMAND_LINE, "raw_asgi:app"),
    python("python-wsgi", "Python, WSGI inline", *COMMAND_LINE, "--threads", "0", "raw_wsgi:app"),
)

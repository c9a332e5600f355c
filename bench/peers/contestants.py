"""Who takes part: how each is built, started and asked for its version, and which loads it can answer."""
import dataclasses
from collections.abc import Callable

from places import BIN, PEERS
from versions import of_library, of_martlet, of_swift_package, said_by

# What a load may need of a server.
HELLO, CLOSING, KEEPING, BODIES, UPLOADS, DOWNLOADS, PARAMETERS, WORKERS, ASYNC, REACTORS = (
    "hello", "closing", "keeping", "bodies", "uploads", "downloads", "parameters", "workers", "async", "reactors")
PLAIN = frozenset({HELLO, CLOSING, KEEPING})
STREAMS = PLAIN | {BODIES, UPLOADS, DOWNLOADS}
EVERYTHING = STREAMS | {PARAMETERS, WORKERS, ASYNC, REACTORS}
APACHE_MODULES = "/usr/lib/apache2/modules"


@dataclasses.dataclass(frozen=True)
class Contestant:
    """`command`'s words may name {bin}, the folder of what was built, {peers}, and what running.Server fills in."""
    name: str
    label: str
    command: tuple
    version: Callable
    build: str = ""
    configuration: str = ""
    offers: frozenset = PLAIN
    environment: tuple = ()
    is_principal: bool = False  # measured in every round; the others in the first few

    @property
    def is_martlet(self):
        return self.name.startswith("martlet")

    def fill_in(self, words):
        """The command to start, with the configuration written where it says."""
        words = {**words, "bin": BIN, "peers": PEERS, "apache_modules": APACHE_MODULES}
        if self.configuration:
            text = (PEERS / self.configuration).read_text().format(**words)
            (words["folder"] / "configuration").write_text(text)
        return [word.format(**words) for word in self.command]


def martlet(name, label, program, *arguments, offers=EVERYTHING):
    return Contestant(f"martlet-{name}", f"Martlet, {label}", (f"{{bin}}/{program}", "{port}", "{reactors}", *arguments),
                      of_martlet, program, offers=offers, is_principal=True)


def program(name, label, version, build, *arguments, **more):
    return Contestant(name, label, (f"{{bin}}/{name}", "{port}", *arguments), version, build, **more)


def packaged(name, label, command, version, **more):
    return Contestant(name, label, command, version, configuration=f"{name}.conf", **more)


CONFIGURED = "{folder}/configuration"
CONTESTANTS = (
    program("floor", "floor", of_library("libevent"), "floor", offers=frozenset({HELLO}),
            is_principal=True),
    martlet("c", "C handler", "martlet-c"),
    martlet("swift", "Swift controller", "martlet-swift"),
    martlet("async", "Swift async controller", "martlet-swift", "async", offers=PLAIN | {UPLOADS, DOWNLOADS}),
    martlet("pure", "all Swift", "martlet-pure"),
    packaged("nginx", "nginx", ("nginx", "-c", CONFIGURED), said_by("nginx", "-v"), is_principal=True),
    packaged("h2o", "h2o", ("h2o", "-c", CONFIGURED), said_by("h2o", "--version"), is_principal=True),
    packaged("apache", "Apache httpd", ("apache2", "-D", "FOREGROUND", "-f", CONFIGURED), said_by("apache2", "-v")),
    program("go", "Go net/http", said_by("go", "version"), "go", offers=STREAMS, environment=(("GOMAXPROCS", "1"),)),
    Contestant("node", "Node", ("node", "{peers}/node/server.js", "{port}"), said_by("node", "--version"),
               offers=STREAMS),
    program("nio", "SwiftNIO", of_swift_package("swift-nio"), "swift-peers", offers=STREAMS),
    program("hummingbird", "Hummingbird 2", of_swift_package("hummingbird"), "swift-peers",
            offers=(STREAMS | {PARAMETERS}) - {KEEPING}),
    program("evhttp", "evhttp", of_library("libevent"), "evhttp", offers=PLAIN | {BODIES}),
    program("microhttpd", "libmicrohttpd", of_library("libmicrohttpd"), "microhttpd", "{connections}", offers=STREAMS),
)

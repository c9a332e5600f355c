"""Who takes part: servers, applications, and which serves which with which words."""
import dataclasses
import pathlib

import environment
from contestants import Contestant
from wire_requests import GREETING, MEBIBYTE, Request, get, post

APPLICATION_FOLDER = pathlib.Path(__file__).resolve().parent / "applications"
WSGI, ASGI = "WSGI", "ASGI"
LARGE_BYTES = 100 << 10
GREETING_JSON = b'{"message":"Hello, World!"}'
HELLO = {"hello": Request(get("/hello"), GREETING)}


@dataclasses.dataclass(frozen=True)
class Application:
    """`requests` are what it is asked, the first of them under wrk."""
    name: str
    title: str
    interface: str
    requests: dict = dataclasses.field(default_factory=lambda: HELLO)

    @property
    def module(self):
        return f"{self.name}:app"


@dataclasses.dataclass(frozen=True)
class PythonServer:
    """`words` behind the interpreter may name {module} and what running.Server fills in."""
    name: str
    label: str
    package: str
    interface: str
    words: tuple
    keeps_connections: bool = True

    def contestant(self, application):
        """As the bench's rounds want it."""
        words = [word.replace("{module}", application.module) for word in self.words]
        return Contestant(self.name, self.label, (str(environment.PYTHON), "-m", *words),
                          lambda: environment.versions().get(self.package), offers=frozenset({application.name}),
                          environment=(("PYTHONPATH", str(APPLICATION_FOLDER)),), is_principal=True)


APPLICATIONS = (
    Application("raw_wsgi", "WSGI, no framework", WSGI),
    Application("on_flask", "Flask", WSGI),
    Application("on_django", "Django", WSGI),
    Application("raw_asgi", "ASGI, no framework", ASGI, {
        **HELLO, "large": Request(get("/large"), LARGE_BYTES),
        "upload": Request(post("/upload", b"x" * MEBIBYTE), str(MEBIBYTE).encode())}),
    Application("on_starlette", "Starlette", ASGI),
    Application("on_fastapi", "FastAPI", ASGI, {"hello": Request(get("/hello"), GREETING_JSON)}),
)


def gunicorn(name, label, *words, **more):
    return PythonServer(f"gunicorn-{name}", f"gunicorn, {label}", "gunicorn", WSGI,
                        ("gunicorn", "--workers", "1", "--bind", "127.0.0.1:{port}", *words, "{module}"), **more)


def granian(interface, *words):
    return PythonServer(f"granian-{interface.lower()}", "granian", "granian", interface,
                        ("granian", "--interface", interface.lower(), "--workers", "1", "--port", "{port}", "--http", "1",
                         "--no-ws", "--runtime-mode", "st", *words, "{module}"))


def martlet(name, label, interface, *words):
    return PythonServer(f"martlet-{name}", label, "martlet", interface,
                        ("martlet", "{module}", "--interface", interface.lower(), "--port", "{port}", "--workers", "1",
                         "--no-access-log", *words))


SERVERS = (
    martlet("threads", "Martlet", WSGI),
    martlet("inline", "Martlet, --threads 0", WSGI, "--threads", "0"),
    martlet("asgi", "Martlet", ASGI),
    gunicorn("sync", "sync", "--worker-class", "sync", keeps_connections=False),
    gunicorn("gthread", "gthread", "--worker-class", "gthread", "--threads", "4", "--keep-alive", "75"),
    PythonServer("uvicorn", "uvicorn", "uvicorn", ASGI,
                 ("uvicorn", "--loop", "uvloop", "--http", "httptools", "--no-access-log", "--port", "{port}", "{module}")),
    granian(WSGI, "--blocking-threads", "1"),
    granian(ASGI, "--loop", "uvloop"),
)
BY_NAME = {server.name: server for server in SERVERS}


def contestants_of(application, names):
    return [server.contestant(application) for server in SERVERS
            if server.interface == application.interface and server.name in names]

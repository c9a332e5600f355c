"""An application of functions: a decorator a route, and `run`."""
from __future__ import annotations

import asyncio
import signal
import socket
from typing import Any, Callable, Iterable, NamedTuple, Optional

from .app_dispatch import Dispatcher, Handler, is_coroutine
from .errors import Error
from .loop import Poller, new_loop, running_loop
from .server import Server

WORKERS = 10
Register = Callable[[Handler], Handler]


class Route(NamedTuple):
    method: str
    pattern: str
    handler: Handler
    may_block: bool
    stream: bool
    max_body_bytes: int


class App:
    """Routes and what answers them. Settings are those of Server: `App(max_body_bytes=2**26)`.

    Functions run on the loop's thread, one after the other; those that block are given `on="workers"`. Coroutines run
    in the loop. What a handler returns is the answer: str, bytes, dict or list (JSON), File, Response, an iterator or
    async iterator of pieces. None is no answer: 500."""

    def __init__(self, **settings: Any) -> None:
        self.settings = {"reactors": 1, "workers": WORKERS, **settings}
        self._routes: list[Route] = []
        self._folders: list[tuple[str, str]] = []
        self._server: Optional[Server] = None

    def route(self, pattern: str, methods: Iterable[str] = ("GET",), *, on: str = "loop", stream: bool = False,
              max_body_bytes: int = 0) -> Register:
        """Registers the decorated handler for a pattern ("/users/{id}", "/files/{path...}") and methods.

        `on="workers"`: it may block. `stream=True`: it reads the body by `request.stream()`, a function on a thread of
        its own."""
        if on not in ("loop", "workers"):
            raise ValueError(f"on={on!r}; allowed are 'loop' and 'workers'")

        def register(handler: Handler) -> Handler:
            for method in methods:
                self._routes.append(Route(method.upper(), pattern, handler, on == "workers", stream, max_body_bytes))
            return handler
        return register

    def get(self, pattern: str, **options: Any) -> Register:
        """As `route`, for GET and HEAD."""
        return self.route(pattern, ("GET",), **options)

    def post(self, pattern: str, **options: Any) -> Register:
        return self.route(pattern, ("POST",), **options)

    def put(self, pattern: str, **options: Any) -> Register:
        return self.route(pattern, ("PUT",), **options)

    def patch(self, pattern: str, **options: Any) -> Register:
        return self.route(pattern, ("PATCH",), **options)

    def delete(self, pattern: str, **options: Any) -> Register:
        return self.route(pattern, ("DELETE",), **options)

    def files(self, prefix: str, folder: str) -> None:
        """Serves the files below a folder under a prefix."""
        self._folders.append((prefix, folder))

    def _make_server(self, dispatcher: Dispatcher) -> Server:
        server = Server(**self.settings)
        for method, pattern, handler, may_block, stream, max_body_bytes in self._routes:
            workers = may_block and not stream and not is_coroutine(handler)
            server.route(method, pattern, dispatcher.dispatch(handler, stream, workers), workers=workers, stream=stream,
                         max_body_bytes=max_body_bytes)
        for prefix, folder in self._folders:
            server.files(prefix, folder)
        return server

    @property
    def server(self) -> Server:
        """The server, while the application runs: its counters, addresses, …"""
        if self._server is None:
            raise Error("MT_ERROR_INVALID_STATE", "the application does not run")
        return self._server

    @property
    def port(self) -> int:
        """The port that it listens on, while it runs."""
        return self.server.ports[0]

    def _listen(self, host: str, port: int, unix: Optional[str], sockets: Optional[Iterable[socket.socket]]) -> None:
        if sockets is not None:
            for each in sockets:
                self.server.listen_descriptor(each.detach())
        elif unix:
            self.server.listen_unix(unix)
        else:
            self.server.listen_tcp(host, port)

    async def serve(self, host: str = "127.0.0.1", port: int = 8000, *, unix: Optional[str] = None,
                    sockets: Optional[Iterable[socket.socket]] = None,
                    started: Optional[Callable[[], Any]] = None) -> None:
        """Serves inside the running asyncio loop, until `stop`. `started` is called once connections are accepted.

        `sockets` listen already, and are taken over; there is no other address then."""
        loop = asyncio.get_running_loop()
        dispatcher = Dispatcher(loop, self.settings["workers"])
        with self._make_server(dispatcher) as self._server:
            try:
                self._listen(host, port, unix, sockets)
                poller = Poller(self._server, loop)
                poller.start()
                if started:
                    started()
                await poller.stopped
            finally:
                await dispatcher.end()
        self._server = None

    def stop(self, deadline_ms: int = 0) -> None:
        """Begins a graceful end; after the deadline (0: shutdown_timeout_ms) what is left is cut. From any thread."""
        self.server.drain(deadline_ms)

    def run(self, host: str = "127.0.0.1", port: int = 8000, *, unix: Optional[str] = None, loop: str = "auto",
            signals: Iterable[int] = (signal.SIGINT, signal.SIGTERM),
            started: Optional[Callable[[], Any]] = None) -> None:
        """Serves until one of the signals, or `stop`; then ends gracefully and returns."""
        with running_loop(new_loop(loop)) as own:
            for number in signals:
                own.add_signal_handler(number, self.stop)
            own.run_until_complete(self.serve(host, port, unix=unix, started=started))

"""A worker process: loads the application and serves it until the supervising process says stop."""

from __future__ import annotations

import os
import select
import signal
import socket
import threading
from typing import Any, Callable, List, Optional

from martlet import Server, logs
from martlet.app import App
from martlet.cli_application import ApplicationError, interface_of, load
from martlet.cli_options import Options
from martlet.cli_proxy import asgi_behind_proxy, wsgi_behind_proxy
from martlet.supervisor import EXIT_FAILED_AT_START, EXIT_NO_APPLICATION
from martlet.supervisor_worker import InWorker

_LIBRARY_LEVELS = {"debug": 0, "info": 1, "warning": 2, "error": 3, "critical": 3}
_LOOK_AGAIN_S = 0.05


def serve(options: Options, seat: InWorker) -> int:
    """Everything that a worker does; its exit status."""
    logs.error.info("Started server process [%d]", os.getpid())
    try:
        application = load(options)
        kind = options.interface if options.interface != "auto" else interface_of(application)
        behind_proxy, serve_kind = _KINDS[kind]
        return serve_kind(behind_proxy(application) if options.proxy_headers else application, options, seat)
    except ApplicationError as missing:
        _report(seat, str(missing))
        return EXIT_NO_APPLICATION
    except Exception as failure:
        logs.error.error("The application cannot be served", exc_info=failure)
        _report(seat, f"{type(failure).__name__}: {failure}")
        return EXIT_FAILED_AT_START


def _report(seat: InWorker, text: str) -> None:
    try:
        os.write(seat.report, text.encode() + b"\n")
    except OSError:
        pass  # the parent is gone, which the lifeline tells


def _say_ready(seat: InWorker) -> None:
    logs.error.info("Application startup complete.")
    _report(seat, "ready")


def make_server(options: Options, sockets: List[socket.socket]) -> Server:
    """A server with one reactor on the sockets that were inherited."""
    server = Server(reactors=1, workers=0, log_level=_LIBRARY_LEVELS[options.log_level], **options.settings)
    for each in sockets:
        server.listen_descriptor(each.detach())
    return server


def deadline_ms(options: Options) -> int:
    """How long the server's drain may last; 0 would mean its own default."""
    return max(1, round(options.graceful_timeout * 1000))


class _Orders:
    """What the parent says, by signals, and its end, by the lifeline; for a thread that waits for it."""

    def __init__(self, lifeline: int) -> None:
        self._lifeline = lifeline
        self._wake, self._wakes = socket.socketpair()
        self._wake.setblocking(False)
        self._wakes.setblocking(False)
        signal.set_wakeup_fd(self._wakes.fileno(), warn_on_full_buffer=False)
        for number in (signal.SIGTERM, signal.SIGQUIT):
            signal.signal(number, lambda *_: None)

    def wait(self) -> None:
        """Returns when the worker is to end."""
        select.select([self._wake.fileno(), self._lifeline], [], [])

    def is_cut(self) -> bool:
        """Whether it is to end at once; looks for a moment."""
        if not select.select([self._wake], [], [], _LOOK_AGAIN_S)[0]:
            return False
        return signal.SIGQUIT in self._wake.recv(4096)


def _serve_wsgi(application: Callable[..., Any], options: Options, seat: InWorker) -> int:
    from martlet.wsgi import Wsgi

    server = make_server(options, seat.sockets)
    wsgi = Wsgi(application, server, threads=options.threads, processes=options.workers > 1,
                root_path=options.root_path, access=logs.access_writer())
    orders = _Orders(seat.lifeline)
    wsgi.start()
    if options.threads:
        server.start()
    else:
        threading.Thread(target=server.run, name="wsgi", daemon=True).start()
    _say_ready(seat)
    orders.wait()
    server.drain(deadline_ms(options))
    while not server.wait(0):
        if orders.is_cut():
            server.stop()
    wsgi.close()
    server.close()
    logs.error.info("Finished server process [%d]", os.getpid())
    return 0


def _serve_asgi(application: Callable[..., Any], options: Options, seat: InWorker) -> int:
    from martlet.asgi import AsgiServer, new_loop, running_loop

    server = make_server(options, seat.sockets)
    with running_loop(new_loop(options.loop)) as loop:
        asgi = AsgiServer(application, server, lifespan=options.lifespan, root_path=options.root_path,
                          access=_by_scope(logs.access_writer()), graceful_timeout_ms=deadline_ms(options))
        _watch_orders(loop, asgi, seat.lifeline)
        loop.run_until_complete(asgi.serve(lambda: _say_ready(seat)))
    server.close()
    logs.error.info("Finished server process [%d]", os.getpid())
    return 0


class _EndOfApp:
    """How an App is told to end."""

    def __init__(self, application: App, graceful_timeout_ms: int) -> None:
        self._application, self.graceful_timeout_ms = application, graceful_timeout_ms

    def stop(self) -> None:
        self._application.stop(self.graceful_timeout_ms)


def _serve_app(application: App, options: Options, seat: InWorker) -> int:
    from martlet.loop import new_loop, running_loop

    level = {"log_level": _LIBRARY_LEVELS[options.log_level]}
    application.settings = {**level, **options.settings, **application.settings}
    with running_loop(new_loop(options.loop)) as loop:
        _watch_orders(loop, _EndOfApp(application, deadline_ms(options)), seat.lifeline)
        loop.run_until_complete(application.serve(sockets=seat.sockets, started=lambda: _say_ready(seat)))
    logs.error.info("Finished server process [%d]", os.getpid())
    return 0


def _watch_orders(loop: Any, asgi: Any, lifeline: int) -> None:
    def on_orphaned() -> None:
        loop.remove_reader(lifeline)
        asgi.stop()

    def on_cut() -> None:
        asgi.graceful_timeout_ms = 1
        asgi.stop()

    loop.add_reader(lifeline, on_orphaned)
    loop.add_signal_handler(signal.SIGTERM, asgi.stop)
    loop.add_signal_handler(signal.SIGQUIT, on_cut)


def _by_scope(write: Optional[logs.AccessWriter]) -> Optional[Callable[[dict, int], None]]:
    """An access writer that takes an ASGI scope."""
    if write is None:
        return None

    def write_scope(scope: dict, status: int) -> None:
        query, client = scope["query_string"], scope["client"]
        target = scope["raw_path"] + b"?" + query if query else scope["raw_path"]
        peer = f"{client[0]}:{client[1]}" if client else "unix"
        write(peer, scope["method"], target.decode("latin-1"), scope["http_version"], status)

    return write_scope


_KINDS = {"asgi": (asgi_behind_proxy, _serve_asgi), "wsgi": (wsgi_behind_proxy, _serve_wsgi), "app": (None, _serve_app)}

"""The server, as the C library has it: settings, listeners, routes, and the ways to run it."""
from __future__ import annotations

import atexit
import os
from typing import Any, Callable, Optional

from . import callbacks  # noqa: F401, so that the library finds them
from ._native import ffi, lib
from .errors import Error, check, check_with, new_error
from .message import METHODS, Request, Response, as_slice
from .handles import hold, log

Handler = Callable[[Request, Response], Any]
FOREVER = 2**32 - 1
# The fields of the config that are numbers, and its one text. The others are this module's to fill.
SETTINGS = tuple(name for name, field in ffi.typeof("mt_server_config").fields
                 if name == "server_name" or field.type.kind in ("primitive", "enum") and name != "struct_size")
_running: set["Server"] = set()


def make_config(settings: dict[str, Any]):
    """An mt_server_config with those settings, and what has to live until it was read."""
    config = ffi.new("mt_server_config *")
    check(lib.mt_server_config_init(config, ffi.sizeof("mt_server_config")))
    kept = []
    for name, value in settings.items():
        if name not in SETTINGS:
            raise TypeError(f"there is no setting {name!r}; there are {', '.join(SETTINGS)}")
        if name == "server_name":
            value, memory = as_slice(value)
            kept.append(memory)
        try:
            setattr(config, name, value)
        except (OverflowError, TypeError) as error:
            raise Error("MT_ERROR_INVALID_ARGUMENT", f"setting {name} cannot be {value!r}: {error}") from None
    return config, kept


class Server:
    """One server. Settings are the fields of mt_server_config: `Server(reactors=1, max_body_bytes=2**20)`.

    `log(level, message)` receives the library's lines, with a level of `logging`; by default they go to the logger
    "martlet.error". Listeners and handlers are set before the start."""

    def __init__(self, *, log: Optional[Callable[[int, str], Any]] = None, **settings: Any) -> None:
        self._p = None
        # A handler's KeyboardInterrupt or SystemExit, for `poll` to raise: no server may swallow them.
        self.interrupts: list[BaseException] = []
        self._log = ffi.new_handle(log or globals()["log"].log)
        config, _kept = make_config(settings)
        config.log, config.log_user_data = lib.martlet_on_log, self._log
        made, error = ffi.new("mt_server **"), new_error()
        check_with(lib.mt_server_create(config, made, error), error)
        self._p = ffi.gc(made[0], lib.mt_server_destroy)

    def _pointer(self):
        if self._p is None:
            raise Error("MT_ERROR_INVALID_STATE", "the server is closed")
        return self._p

    @property
    def is_closed(self) -> bool:
        return self._p is None

    @property
    def address_in_memory(self) -> int:
        """The mt_server, for native code that is handed it."""
        return int(ffi.cast("uintptr_t", self._pointer()))

    def _call(self, function, *arguments) -> None:
        error = new_error()
        check_with(function(self._pointer(), *arguments, error), error)

    # Where it listens.

    def listen_tcp(self, host: str = "127.0.0.1", port: int = 0) -> int:
        """Listens on an address or name ("": every address) and gives the port (0: the system chooses)."""
        if not 0 <= port <= 65535:
            raise Error("MT_ERROR_INVALID_ARGUMENT", f"port {port}; allowed is 0 to 65535")
        wanted, _memory = as_slice(host)
        self._call(lib.mt_server_listen_tcp, wanted, port)
        return lib.mt_server_port(self._pointer(), self.listener_count - 1)

    def listen_unix(self, path: str, mode: int = 0) -> None:
        """Listens on a unix socket with those permission bits (0: 0777 less the umask)."""
        wanted, _memory = as_slice(path.encode())
        self._call(lib.mt_server_listen_unix, wanted, mode)

    def listen_descriptor(self, descriptor: int) -> None:
        """Listens on a stream socket that is bound and listening. The server closes it, also on failure."""
        self._call(lib.mt_server_listen_descriptor, descriptor)

    @property
    def listener_count(self) -> int:
        return lib.mt_server_listener_count(self._pointer())

    @property
    def ports(self) -> list[int]:
        """Each listener's port; 0 where it has none."""
        return [lib.mt_server_port(self._pointer(), i) for i in range(self.listener_count)]

    @property
    def addresses(self) -> list[str]:
        """Each listener's address: "127.0.0.1:8080", "[::]:8080", "unix:/run/x"."""
        memory = ffi.new("char[256]")
        sizes = (lib.mt_server_address(self._pointer(), i, memory, 256) for i in range(self.listener_count))
        return [ffi.buffer(memory, size)[:].decode(errors="replace") for size in sizes]

    # What it answers.

    def route(self, method: str, pattern: str, handler: Handler, *, workers: bool = False, stream: bool = False,
              max_body_bytes: int = 0) -> None:
        """Calls `handler(request, response)` for a method and pattern ("/users/{id}", "/files/{path...}"): on the
        worker pool with `workers`, before the body came with `stream`."""
        if method not in METHODS:
            raise Error("MT_ERROR_INVALID_ARGUMENT", f"method {method!r}; allowed are {', '.join(METHODS)}")
        options = ffi.new("mt_route_options *")
        check(lib.mt_route_options_init(options, ffi.sizeof("mt_route_options")))
        options.dispatch = lib.MT_DISPATCH_WORKER if workers else lib.MT_DISPATCH_INLINE
        options.body_mode = lib.MT_BODY_STREAM if stream else lib.MT_BODY_WHOLE
        options.max_body_bytes = max_body_bytes
        wanted, _memory = as_slice(pattern.encode())
        self._call(lib.mt_server_route, METHODS[method], wanted, lib.martlet_on_request,
                   hold((handler, self.interrupts)), lib.martlet_destroy, options)

    def files(self, prefix: str, root: str) -> None:
        """Serves the files below the folder `root` under `prefix`."""
        prefix_slice, _prefix = as_slice(prefix.encode())
        root_slice, _root = as_slice(str(root).encode())
        self._call(lib.mt_server_files, prefix_slice, root_slice)

    def fallback(self, handler: Handler) -> None:
        """Replaces the answer to requests that no pattern matches."""
        held = hold((handler, self.interrupts))
        self._call(lib.mt_server_fallback, lib.martlet_on_request, held, lib.martlet_destroy)

    def error_handler(self, handler: Callable[[Optional[Request], Response, int], Any]) -> None:
        """Replaces the body of the error answers that the server itself makes, by `handler(request, response, status)`;
        the request is None when it could not be parsed."""
        self._call(lib.mt_server_error_handler, lib.martlet_on_error, hold(handler), lib.martlet_destroy)

    # How it runs.

    def start(self) -> None:
        """Starts reactors and workers on threads of their own."""
        self._call(lib.mt_server_start)
        _running.add(self)

    def start_polled(self) -> None:
        """Starts, with the first reactor for the caller to turn by `poll`."""
        self._call(lib.mt_server_start_polled)
        _running.add(self)

    def run(self) -> None:
        """Starts if need be, and returns when the server has stopped. Handlers of signals do not run meanwhile: call it
        from a thread that is not the main one, or use App.run."""
        _running.add(self)
        self._call(lib.mt_server_run)

    @property
    def poll_descriptor(self) -> int:
        """A descriptor that is readable when `poll` has something to do; not for the caller to read or close."""
        return lib.mt_server_poll_descriptor(self._pointer())

    @property
    def poll_timeout_ms(self) -> int:
        """Milliseconds until `poll` has to be called although the descriptor stays silent; -1: no such time."""
        return lib.mt_server_poll_timeout_ms(self._pointer())

    def poll(self) -> bool:
        """Serves what is ready, without waiting. False once the server has stopped."""
        status = lib.mt_server_poll(self._pointer())
        self.raise_interrupt()
        if status == lib.MT_ERROR_CLOSED:
            return False
        check(status)
        return True

    def raise_interrupt(self) -> None:
        """Raises what a handler was interrupted by."""
        if self.interrupts:
            raise self.interrupts.pop(0)

    def drain(self, deadline_ms: int = 0) -> None:
        """Begins a graceful end and returns at once; after the deadline (0: shutdown_timeout_ms) what is left is cut."""
        check(lib.mt_server_drain(self._pointer(), deadline_ms), f"deadline_ms {deadline_ms}")

    def wait(self, timeout_ms: Optional[int] = None) -> bool:
        """Waits until the server has stopped. False: not within that time."""
        status = lib.mt_server_wait(self._pointer(), FOREVER if timeout_ms is None else timeout_ms)
        if status == lib.MT_ERROR_TIMEOUT:
            return False
        check(status, "wait")
        return True

    def stop(self) -> None:
        """Cuts what is open and returns when every thread has ended."""
        check(lib.mt_server_stop(self._pointer()), "stop: not from a thread of the server's own")

    def close(self) -> None:
        """Stops and frees the server. A closed one may be closed again."""
        if self._p is None:
            return
        if lib.mt_server_wait(self._p, 0) == lib.MT_ERROR_WRONG_THREAD:
            raise Error("MT_ERROR_WRONG_THREAD", "close: not from a thread of the server's own")
        _running.discard(self)
        self._p = None  # freed here, or by the thread that is inside its last call

    def __enter__(self) -> "Server":
        return self

    def __exit__(self, *_exception) -> None:
        self.close()

    # What it tells.

    def stats(self) -> dict[str, Any]:
        """The counters of mt_stats."""
        stats = ffi.new("mt_stats *", {"struct_size": ffi.sizeof("mt_stats")})
        check(lib.mt_server_stats(self._pointer(), stats))
        names = (name for name, _ in ffi.typeof("mt_stats").fields if name != "struct_size")
        return {name: list(stats.responses) if name == "responses" else getattr(stats, name) for name in names}

    def inject(self, octets: bytes, on_output: Callable[[bytes, bool], Any]) -> None:
        """Serves one connection without a socket, for tests: `on_output(octets, is_end)` takes the answer."""
        memory = ffi.from_buffer(octets)
        sink = hold(on_output)
        status = lib.mt_server_inject(self._pointer(), (memory, len(memory)), lib.martlet_on_inject, sink)
        if status != lib.MT_OK:
            lib.martlet_destroy(sink)
            check(status, "inject")


@atexit.register
def _close_all() -> None:
    for server in list(_running):
        server.close()


def _forget_all() -> None:
    """In a child that was forked: the threads of the parent's servers are not there, so nothing ends them."""
    for server in _running:
        server._p = ffi.gc(server._p, None)
    _running.clear()


os.register_at_fork(after_in_child=_forget_all)

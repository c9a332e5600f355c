"""WSGI (PEP 3333): ``Wsgi`` runs an application on threads of Python's, or on the reactor's own."""

from __future__ import annotations

import io
import os
import stat
import sys
import threading
from contextlib import suppress
from importlib.machinery import ExtensionFileLoader, ModuleSpec
from importlib.util import module_from_spec
from typing import Any, Callable, Dict, Iterable, Iterator, Optional

from . import _native
from ._native import ffi
from .logs import AccessWriter, error as log
from .server import Server

Application = Callable[[Dict[str, Any], Callable[..., Any]], Iterable[bytes]]
_READ_BYTES = 65536
_FILE_BYTES = 65536


def _load_bridge() -> Any:
    """The module martlet._wsgi lies in the file of martlet._native."""
    loader = ExtensionFileLoader("martlet._wsgi", _native.__file__)
    module = module_from_spec(ModuleSpec("martlet._wsgi", loader, origin=_native.__file__))
    loader.exec_module(module)
    return module


_bridge = _load_bridge()


class FileWrapper:
    """``wsgi.file_wrapper``: a file to send. A regular one goes from kernel to socket."""

    def __init__(self, filelike: Any, block_size: int = _FILE_BYTES) -> None:
        self.filelike = filelike
        self.block_size = block_size
        if hasattr(filelike, "close"):
            self.close = filelike.close

    def __iter__(self) -> Iterator[bytes]:
        return iter(lambda: self.filelike.read(self.block_size), b"")


class _Nothing(io.RawIOBase):
    """The input of all requests without a body; closing it is of no consequence."""

    def readable(self) -> bool:
        return True

    def readinto(self, room: Any) -> int:
        return 0

    def close(self) -> None:
        pass


class _Coming(io.RawIOBase):
    """A body that is still on its way. Reading waits."""

    def __init__(self, call: Any) -> None:
        self._call = call

    def readable(self) -> bool:
        return True

    def readinto(self, room: Any) -> int:
        piece = self._call.read(len(room))
        room[:len(piece)] = piece
        return len(piece)


class Wsgi:
    """An application on a server: what its requests are given, and how their answers leave.

    `threads` of 0 calls the application on the reactor's own thread. `access` is called with each request's line."""

    def __init__(self, application: Application, server: Server, *, threads: int, processes: bool = False,
                 root_path: str = "", access: Optional[AccessWriter] = None) -> None:
        self._application = application
        self._access = access
        self._root_path = root_path
        self._template = _template(server, threads, processes, root_path)
        address = int(ffi.cast("uintptr_t", server._pointer()))
        self._host = _bridge.attach(address, None if threads else self.handle)
        self._threads = [threading.Thread(target=self._work, name=f"wsgi-{index}", daemon=True)
                         for index in range(threads)]

    def start(self) -> None:
        """Starts the threads; the server may be started before or after."""
        for thread in self._threads:
            thread.start()

    def close(self, timeout_s: float = 0.0) -> None:
        """Lets the threads end, behind the server's end, and waits for each that long at most."""
        _bridge.close(self._host)
        for thread in self._threads:
            if thread.ident is not None:
                thread.join(timeout_s)

    def _work(self) -> None:
        take, host, handle = _bridge.take, self._host, self.handle
        call = take(host)
        while call is not None:
            handle(call)
            call = None  # an answer that was not given is missed before the next request, not behind it
            call = take(host)

    def handle(self, call: Any) -> None:
        """One request: the application is called, its answer sent. Raises nothing: the thread has others to serve."""
        environ: Dict[str, Any] = {}
        try:
            environ = call.environ(self._template)
            if call.has_body:
                _set_input(call, environ)
            if self._root_path:
                _strip_root(environ, self._root_path)
            result = self._application(environ, call.start_response)
            if type(result) is list and len(result) == 1 and call.phase == 1:
                call.answer(result[0])
            else:
                self._send(call, result)
        except BaseException as failure:
            _fail(call, failure)
        if self._access is not None:
            _write_access(self._access, call, environ)

    def _send(self, call: Any, result: Iterable[bytes]) -> None:
        """Sends what the application returned, and closes it. On the reactor that may go on later."""
        closes = True
        try:
            if isinstance(result, FileWrapper) and _send_file(call, result):
                return
            whole = _whole(result) if call.phase <= 1 else None
            if whole is not None:
                call.answer(whole)
            else:
                closes = self._send_pieces(call, iter(result), result)
        finally:
            if closes:
                _close(result)

    def _send_pieces(self, call: Any, pieces: Iterator[bytes], result: Any) -> bool:
        """Whether `result` is to be closed now: else it goes on when the peer has taken enough."""
        for piece in pieces:
            if call.phase == 3:
                continue  # the announced length is reached: what follows can only be empty, or too much
            if call.phase == 1 and call.length == len(piece) > 0:
                call.answer(piece)
            elif piece:
                goes_on = call.write(piece)
                if goes_on is None:
                    call.resume_with(lambda: self._resume(call, pieces, result))
                    return False
                if not goes_on:
                    return True
        if call.phase == 2:
            call.end()
        elif call.phase < 2:
            call.answer(b"")
        return True

    def _resume(self, call: Any, pieces: Iterator[bytes], result: Any) -> None:
        closes = True
        try:
            closes = self._send_pieces(call, pieces, result)
        except BaseException as failure:
            _fail(call, failure)
        finally:
            if closes:
                with suppress(Exception):
                    _close(result)


def _template(server: Server, threads: int, processes: bool, root_path: str) -> Dict[str, Any]:
    from . import __version__

    host, port = "localhost", "80"
    for address in server.addresses:
        if not address.startswith("unix"):
            host, _, port = address.rpartition(":")
            break
    return {
        "SERVER_SOFTWARE": f"martlet/{__version__}", "SERVER_NAME": host.strip("[]"), "SERVER_PORT": port,
        "SCRIPT_NAME": root_path, "wsgi.version": (1, 0), "wsgi.url_scheme": "http", "wsgi.errors": sys.stderr,
        "wsgi.input": _Nothing(), "wsgi.input_terminated": True, "wsgi.file_wrapper": FileWrapper,
        "wsgi.multithread": threads > 1, "wsgi.multiprocess": processes, "wsgi.run_once": False,
    }


def _set_input(call: Any, environ: Dict[str, Any]) -> None:
    whole = call.whole_body()
    if whole is None:
        environ["wsgi.input"] = io.BufferedReader(_Coming(call), _READ_BYTES)
        return
    environ["wsgi.input"] = io.BytesIO(whole)
    environ["CONTENT_LENGTH"] = str(len(whole))  # also where it came chunked: many applications read no other


def _strip_root(environ: Dict[str, Any], root_path: str) -> None:
    path = environ["PATH_INFO"]
    if path.startswith(root_path) and path[len(root_path):len(root_path) + 1] in ("", "/"):
        environ["PATH_INFO"] = path[len(root_path):]


def _whole(result: Any) -> Optional[bytes]:
    """The body, where it can be had without asking the application for more; else None."""
    if isinstance(result, (list, tuple)):
        return result[0] if len(result) == 1 else b"".join(result)
    return None


def _send_file(call: Any, wrapper: FileWrapper) -> bool:
    """Whether the file is a regular one, which the system sends."""
    try:
        descriptor = wrapper.filelike.fileno()
        info, offset = os.fstat(descriptor), wrapper.filelike.tell()
    except (AttributeError, OSError, ValueError):
        return False
    left = info.st_size - offset
    if not stat.S_ISREG(info.st_mode) or left < 0 or left < call.length or call.phase != 1:
        return False
    call.file(os.dup(descriptor), offset, left)
    return True


def _close(result: Any) -> None:
    close = getattr(result, "close", None)
    if close is not None:
        close()


def _fail(call: Any, failure: BaseException) -> None:
    if isinstance(failure, ConnectionError) and call.phase == 2:
        return  # the client is gone
    log.error("Exception in WSGI application", exc_info=failure)
    call.fail()


def _write_access(write: AccessWriter, call: Any, environ: Dict[str, Any]) -> None:
    try:
        port = environ.get("REMOTE_PORT")
        peer = f"{environ['REMOTE_ADDR']}:{port}" if port else "unix"
        write(peer, environ["REQUEST_METHOD"], environ["REQUEST_URI"], environ["SERVER_PROTOCOL"][5:], call.status)
    except Exception as failure:  # also when the application has taken from the environment what is written here
        log.error("A request's line cannot be written", exc_info=failure)

"""An exchange that outlives its handler: answered later, whole or as a stream, from any thread."""
from __future__ import annotations

from typing import Callable, Optional

from ._native import ffi, lib
from .errors import Error, check, expired
from .handles import hold
from .message import LENGTH_UNKNOWN, Bytes, Request, Response


class Exchange:
    """A request whose answer comes later, from any thread. Completed, streamed, or answered with 500 once nothing
    holds it any more."""

    __slots__ = ("_p", "request", "response", "__weakref__")

    def __init__(self, pointer, request: Request, response: Response) -> None:
        # Whoever is inside a call on another thread has its pointer in hand: that keeps the reference until it is out.
        self._p = owner = ffi.gc(pointer, lib.mt_exchange_release)
        self.request, self.response = request, response
        request._p = ffi.gc(lib.mt_exchange_request(pointer), lambda _, owner=owner: None)
        response._p = ffi.gc(lib.mt_exchange_response(pointer), lambda _, owner=owner: None)

    def _pointer(self):
        if self._p is None:
            raise expired("exchange")
        return self._p

    @property
    def is_cancelled(self) -> bool:
        """Whether the peer is gone or the server stopped, so that an answer is of no use."""
        return lib.mt_exchange_is_cancelled(self._pointer())

    def on_cancel(self, callback: Callable[[], object]) -> None:
        """Sets what is called once, on a server's thread, when the peer is gone before the answer is complete."""
        check(lib.mt_exchange_on_cancel(self._pointer(), lib.martlet_on_exchange, hold(callback), lib.martlet_destroy),
              "on_cancel can be set once, before completion")

    def complete(self) -> None:
        """Sends the response as it was filled."""
        check(lib.mt_exchange_complete(self._pointer()))

    def start(self, length: Optional[int] = None, on_drained: Optional[Callable[[], object]] = None) -> None:
        """Sends the head and opens the body: `length` bytes, or None where it is not known. `on_drained` is called on a
        server's thread when writing may go on after `write` returned False."""
        length = LENGTH_UNKNOWN if length is None else length
        if on_drained is None:
            check(lib.mt_exchange_stream_start(self._pointer(), length, ffi.NULL, ffi.NULL, ffi.NULL))
        else:
            check(lib.mt_exchange_stream_start(self._pointer(), length, lib.martlet_on_exchange, hold(on_drained),
                                               lib.martlet_destroy))

    def write(self, data: Bytes) -> bool:
        """Appends to the body. False: taken, and the writer should wait for `on_drained`."""
        memory = ffi.from_buffer(data)
        status = lib.mt_exchange_stream_write(self._pointer(), (memory, len(memory)))
        if status == lib.MT_BACKPRESSURE:
            return False
        if status != lib.MT_OK:
            check(status)
        return True

    def end(self) -> None:
        """Ends the body that was started."""
        check(lib.mt_exchange_stream_end(self._pointer()))

    def resume_body(self) -> None:
        """Lets a paused request body flow again."""
        check(lib.mt_exchange_body_resume(self._pointer()))

    def release(self) -> None:
        """Lets go of the exchange: not completed, it is answered with 500; a stream that was started is cut."""
        self._p = self.request._p = self.response._p = None

    def __enter__(self) -> "Exchange":
        return self

    def __exit__(self, *_exception) -> None:
        self.release()


def defer(request: Request, response: Response) -> Exchange:
    """Lets the answer come later than the handler's return. For use in the handler."""
    deferred = ffi.new("mt_exchange **")
    check(lib.mt_request_defer(request._pointer(), deferred), "an exchange can be deferred once, in its handler")
    return Exchange(deferred[0], request, response)


def complete(exchange: Exchange) -> None:
    """Sends what was filled in; a peer that is gone does not mind."""
    try:
        exchange.complete()
    except Error as error:
        if error.status != "MT_ERROR_CLOSED":
            raise

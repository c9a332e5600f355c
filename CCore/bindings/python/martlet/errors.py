"""What the library refuses, as exceptions."""
from __future__ import annotations

from ._native import ffi, lib


class Error(Exception):
    """A call that the library refused. `status` is the name of its mt_status, `errno` the system's number or 0."""

    def __init__(self, status: str, message: str = "", errno: int = 0) -> None:
        super().__init__(f"{message} ({status})" if message else status)
        self.status = status
        self.errno = errno
        self.message = message or status


def name_of(status: int) -> str:
    return ffi.string(lib.mt_status_name(status)).decode()


def check(status: int, what: str = "") -> None:
    """Raises what a status other than MT_OK says. MT_BACKPRESSURE is for the caller to look at first."""
    if status != lib.MT_OK:
        raise Error(name_of(status), what)


def new_error():
    return ffi.new("mt_error *", {"struct_size": ffi.sizeof("mt_error")})


def check_with(status: int, error) -> None:
    """As check, with the sentence that the library wrote into an mt_error."""
    if status != lib.MT_OK:
        message = ffi.string(error.message).decode(errors="replace")
        raise Error(name_of(status), message, error.system_errno)


def expired(what: str) -> Error:
    return Error("MT_ERROR_INVALID_STATE", f"this {what} is over: it holds until its handler returns, "
                                           "or, deferred, until its exchange is released")

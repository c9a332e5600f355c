"""Where the library calls Python: every exception ends here, as 500 or as a line in the log."""
from __future__ import annotations

import logging

from ._native import ffi, lib
from .errors import Error
from .handles import log, value_of
from .message import Request, Response, text_bytes

LEVELS = {lib.MT_LOG_DEBUG: logging.DEBUG, lib.MT_LOG_INFO: logging.INFO, lib.MT_LOG_WARNING: logging.WARNING,
          lib.MT_LOG_ERROR: logging.ERROR}


def answer_for(response: Response) -> None:
    """500 for a handler that raised, unless its answer is on the way."""
    try:
        response.status = 500
        response.set("Content-Type", "text/plain")
        response.body(b"Internal Server Error\n")
    except Error:
        pass


def _end(request, response, request_pointer, response_pointer) -> None:
    """The loan is over, unless the exchange was deferred: then they have pointers of its own."""
    if request._p is request_pointer:
        request._p = None
    if response._p is response_pointer:
        response._p = None


@ffi.def_extern()
def martlet_on_request(request_pointer, response_pointer, handler):
    request, response = Request(request_pointer), Response(response_pointer)
    handle, interrupts = value_of(handler)
    try:
        handle(request, response)
    except BaseException as exception:
        log.exception("a handler raised")
        answer_for(response)
        if not isinstance(exception, Exception):
            interrupts.append(exception)
    finally:
        _end(request, response, request_pointer, response_pointer)


@ffi.def_extern()
def martlet_on_error(request_pointer, response_pointer, http_status, handler):
    request, response = Request(request_pointer), Response(response_pointer)
    try:
        value_of(handler)(request if request_pointer else None, response, http_status)
    except BaseException:
        log.exception("an error handler raised")
    finally:
        _end(request, response, request_pointer, response_pointer)


@ffi.def_extern()
def martlet_on_inject(octets, is_end, sink):
    try:
        value_of(sink)(text_bytes(octets), bool(is_end))
    except BaseException:
        log.exception("what takes an injected connection's output raised")
    if is_end:
        lib.martlet_destroy(sink)


@ffi.def_extern()
def martlet_on_log(level, message, logger):
    try:
        value_of(logger)(LEVELS.get(level, logging.ERROR), text_bytes(message).decode(errors="replace"))
    except BaseException:
        log.exception("what takes the library's log lines raised")


@ffi.def_extern(error=lib.MT_FLOW_CONTINUE)
def martlet_on_body(event, bytes_, status, consumer):
    try:
        consume = value_of(consumer)
        if event == lib.MT_BODY_FAILED:
            consume(None, ffi.string(lib.mt_status_name(status)).decode())
            return lib.MT_FLOW_CONTINUE
        pauses = consume(text_bytes(bytes_) if event == lib.MT_BODY_DATA else b"", None)
        return lib.MT_FLOW_PAUSE if pauses else lib.MT_FLOW_CONTINUE
    except BaseException:
        log.exception("a consumer of a request's body raised")
        return lib.MT_FLOW_CONTINUE


@ffi.def_extern()
def martlet_on_exchange(_exchange, callback):
    try:
        value_of(callback)()
    except BaseException:
        log.exception("a callback of an exchange raised")

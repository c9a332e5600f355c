"""Martlet: an HTTP/1.1 server for ASGI and WSGI applications and for plain functions, on the C library libmartlet."""
from ._native import ffi as _ffi, lib as _lib
from .errors import Error
from .exchange import Exchange, Request, Response, defer
from .server import Server

__version__ = _ffi.string(_lib.mt_version()).decode()
__all__ = ["Error", "Exchange", "Request", "Response", "Server", "defer"]

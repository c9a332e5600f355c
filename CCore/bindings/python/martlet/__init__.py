"""Martlet: an HTTP/1.1 server for ASGI and WSGI applications and for plain functions, on the C library libmartlet."""
from ._native import ffi as _ffi, lib as _lib
from .app import App
from .app_request import Request
from .app_response import File, HTTPError, Response
from .errors import Error
from .exchange import Exchange, defer
from .server import Server

__version__ = _ffi.string(_lib.mt_version()).decode()
__all__ = ["App", "Error", "Exchange", "File", "HTTPError", "Request", "Response", "Server", "defer"]

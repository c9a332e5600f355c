"""Behind a front end: the client's address and scheme are what its X-Forwarded fields say.

Only the last address counts: the front end itself has added it, while those before are anybody's word."""

from __future__ import annotations

from typing import Any, Callable, Dict, Iterable, Optional

_SCHEMES = ("http", "https")


def _last(value: str) -> str:
    return value.rpartition(",")[2].strip()


def wsgi_behind_proxy(application: Callable[..., Any]) -> Callable[..., Any]:
    """The application, told of its clients as the front end knows them."""

    def told(environ: Dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        address = _last(environ.get("HTTP_X_FORWARDED_FOR", ""))
        if address:
            environ["REMOTE_ADDR"], environ["REMOTE_PORT"] = address, "0"
        scheme = _last(environ.get("HTTP_X_FORWARDED_PROTO", "")).lower()
        if scheme in _SCHEMES:
            environ["wsgi.url_scheme"] = scheme
        return application(environ, start_response)

    return told


def _field(scope: Dict[str, Any], wanted: bytes) -> Optional[str]:
    values = [value for name, value in scope["headers"] if name == wanted]
    return _last(values[-1].decode("latin-1")) if values else None


def asgi_behind_proxy(application: Callable[..., Any]) -> Callable[..., Any]:
    """The same for ASGI."""

    def told(scope: Dict[str, Any], receive: Any, send: Any) -> Any:
        if scope["type"] == "http":
            address = _field(scope, b"x-forwarded-for")
            if address:
                scope["client"] = (address, 0)
            scheme = (_field(scope, b"x-forwarded-proto") or "").lower()
            if scheme in _SCHEMES:
                scope["scheme"] = scheme
        return application(scope, receive, send)

    return told

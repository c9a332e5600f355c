"""What a handler of an App may return, and how it becomes an answer."""
from __future__ import annotations

import json
import mimetypes
import os
from collections.abc import Iterable, Mapping
from typing import Any, Optional, Union

from .message import Bytes, Response as Lent

Fields = Union[Mapping[str, str], Iterable[tuple[str, str]], None]
TEXT, JSON, OCTETS = "text/plain; charset=utf-8", "application/json", "application/octet-stream"


class Response:
    """An answer with a status and header fields. The body is what a handler may return by itself."""

    def __init__(self, body: Any = b"", status: int = 200, headers: Fields = None, *,
                 content_type: Optional[str] = None) -> None:
        self.body, self.status, self.content_type = body, status, content_type
        self.headers = list(headers.items()) if isinstance(headers, Mapping) else list(headers or ())


class File:
    """A regular file, sent by the system. The type is guessed by the name when it is not given."""

    def __init__(self, path: Union[str, os.PathLike], content_type: Optional[str] = None) -> None:
        self.path = os.fspath(path)
        self.content_type = content_type or mimetypes.guess_type(self.path)[0] or OCTETS


class HTTPError(Exception):
    """Raised by a handler to be answered with a status and a sentence."""

    def __init__(self, status: int, message: str = "", headers: Fields = None) -> None:
        super().__init__(f"{status} {message}".strip())
        self.response = Response(message, status, headers)


def body_of(value: Any) -> Any:
    return value.body if isinstance(value, Response) else value


def is_async_stream(value: Any) -> bool:
    """Whether it is, or a Response holds, an async iterator."""
    return hasattr(body_of(value), "__anext__")


def is_stream(value: Any) -> bool:
    """Whether it is made piece by piece, by an iterator or an async one."""
    return hasattr(body_of(value), "__next__") or is_async_stream(value)


def fill_head(lent: Lent, value: Any, content_type: str) -> None:
    """Status and fields; `content_type` where the value has none of its own."""
    if isinstance(value, Response):
        lent.status = value.status
        for name, field in value.headers:
            lent.add(name, field)
        content_type = value.content_type or content_type
        if lent.get("content-type") is not None:
            return
    lent.set("Content-Type", content_type)


def fill(lent: Lent, value: Any) -> None:
    """Puts what is no stream into a response."""
    body = body_of(value)
    octets: Bytes
    if isinstance(body, str):
        octets, content_type = body.encode(), TEXT
    elif isinstance(body, (bytes, bytearray, memoryview)):
        octets, content_type = body, OCTETS
    elif isinstance(body, File):
        return fill_file(lent, value, body)
    elif isinstance(body, (dict, list)):
        octets, content_type = json.dumps(body, separators=(",", ":"), ensure_ascii=False).encode(), JSON
    else:
        raise TypeError(f"a handler returned {type(body).__name__}; it may return str, bytes, dict, list, File, "
                        "Response, an iterator or an async iterator")
    fill_head(lent, value, content_type)
    lent.body(octets)


def fill_file(lent: Lent, value: Any, file: File) -> None:
    descriptor = os.open(file.path, os.O_RDONLY | os.O_CLOEXEC)
    fill_head(lent, value, file.content_type)
    lent.file(descriptor, 0, os.fstat(descriptor).st_size)


def octets_of(piece: Any) -> bytes:
    return piece.encode() if isinstance(piece, str) else piece

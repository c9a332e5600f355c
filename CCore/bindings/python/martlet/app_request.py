"""A request as a handler of an App sees it."""
from __future__ import annotations

import asyncio
import collections
import functools
import json
import threading
from typing import Any, AsyncIterator, Iterator, Mapping, Optional
from urllib.parse import parse_qsl, unquote_to_bytes

from .app_response import fill
from .errors import Error
from .exchange import Exchange, complete, defer
from .message import Request as Lent, Response as LentResponse

PAUSE_BYTES = 262144


class Headers(Mapping[str, str]):
    """Header fields by name, in any case. Of several with one name this is the first; `all` has each."""

    def __init__(self, fields: list[tuple[bytes, bytes]]) -> None:
        self.fields = [(name.decode("latin-1").lower(), value.decode("latin-1")) for name, value in fields]

    def __getitem__(self, name: str) -> str:
        for found in self.all(name):
            return found
        raise KeyError(name)

    def __iter__(self) -> Iterator[str]:
        return iter(dict(self.fields))

    def __len__(self) -> int:
        return len(dict(self.fields))

    def all(self, name: str) -> list[str]:
        wanted = name.lower()
        return [value for found, value in self.fields if found == wanted]


class Request:
    """What came. It holds until the handler returns; where that is a coroutine or makes a stream, until the answer."""

    def __init__(self, lent: Lent, response: LentResponse) -> None:
        self._lent, self._response = lent, response
        self.pieces: Optional[Pieces] = None
        self.is_deferred = False

    @property
    def method(self) -> str:
        return self._lent.method

    @functools.cached_property
    def path(self) -> str:
        """The path, percent-decoded."""
        return unquote_to_bytes(self._lent.path).decode("utf-8", "replace")

    @property
    def query_string(self) -> str:
        """What follows the "?", as it came."""
        return self._lent.query.decode("latin-1")

    @functools.cached_property
    def query(self) -> dict[str, str]:
        """The query's names and values, decoded; of several with one name, the last."""
        return dict(parse_qsl(self.query_string, keep_blank_values=True))

    @functools.cached_property
    def params(self) -> dict[str, str]:
        """The parameters of the route's pattern, decoded."""
        return self._lent.parameters

    @functools.cached_property
    def headers(self) -> Headers:
        return Headers(self._lent.fields)

    @property
    def peer(self) -> str:
        """The peer's address: "127.0.0.1:4711", "[::1]:4711", "unix"."""
        return self._lent.peer

    @functools.cached_property
    def body(self) -> bytes:
        """The body; empty where the route streams it."""
        return self._lent.body

    @property
    def text(self) -> str:
        return self.body.decode("utf-8", "replace")

    def json(self) -> Any:
        """The body as JSON. Raises ValueError when it is none."""
        return json.loads(self.body)

    def stream(self) -> "Pieces":
        """The body in pieces, in a route with `stream=True`: for `for` in a function, `async for` in a coroutine."""
        if self.pieces is None:
            raise Error("MT_ERROR_INVALID_STATE", "the body of this route is not streamed: give it stream=True")
        return self.pieces

    def later(self) -> "Later":
        """Lets a plain function return before there is an answer: `later.answer(value)` gives it, from any thread."""
        exchange = defer(self._lent, self._response)
        self.is_deferred = True
        return Later(exchange)


class Later:
    """An answer that is given later. Dropped without one, it is 500."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange

    def answer(self, value: Any) -> None:
        """Answers, once, with what a handler may return, streams apart. From any thread."""
        with self._exchange as exchange:
            fill(exchange.response, value)
            complete(exchange)


class Pieces:
    """A body as it comes: filled on the server's thread, emptied there by `async for`, or on another by `for`."""

    def __init__(self, exchange: Exchange) -> None:
        self.exchange = exchange
        self._changed = threading.Condition()
        self._pieces: collections.deque[bytes] = collections.deque()
        self._bytes, self._is_paused = 0, False
        self._is_ended = False
        self._failure: Optional[str] = None
        self._sleeper: Optional[asyncio.Future] = None

    def take(self, data: Optional[bytes], failure: Optional[str]) -> bool:
        """For Request.stream_body: True once enough waits."""
        with self._changed:
            if data:
                self._pieces.append(data)
                self._bytes += len(data)
                self._is_paused = self._bytes >= PAUSE_BYTES
            else:
                self._is_ended, self._failure = True, failure
            self._changed.notify()
            if self._sleeper is not None and not self._sleeper.done():
                self._sleeper.set_result(None)
            return self._is_paused

    def _next(self) -> Optional[bytes]:
        """The next piece, b"" at the end, None while there is none."""
        if self._pieces:
            piece = self._pieces.popleft()
            self._bytes -= len(piece)
            if self._is_paused and self._bytes < PAUSE_BYTES // 2:
                self._is_paused = False
                self.exchange.resume_body()
            return piece
        if self._failure:
            raise Error(self._failure, "the request's body broke off")
        return b"" if self._is_ended else None

    def __iter__(self) -> Iterator[bytes]:
        while True:
            with self._changed:
                piece = self._next()
                while piece is None:
                    self._changed.wait()
                    piece = self._next()
            if not piece:
                return
            yield piece

    async def __aiter__(self) -> AsyncIterator[bytes]:
        loop = asyncio.get_running_loop()
        while True:
            piece = self._next()
            if piece:
                yield piece
            elif piece is not None:
                return
            else:
                self._sleeper = loop.create_future()
                await self._sleeper

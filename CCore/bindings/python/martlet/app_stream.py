"""Answers that are made piece by piece. The first is made before the head is sent: what raises at once is 500."""
from __future__ import annotations

import asyncio
import threading
from contextlib import suppress
from typing import Any, Callable

from .app_response import OCTETS, TEXT, body_of, fill_head, octets_of
from .errors import Error
from .exchange import Exchange


def _start(exchange: Exchange, value: Any, first: Any, wake: Callable[[], Any]) -> None:
    fill_head(exchange.response, value, TEXT if isinstance(first, str) else OCTETS)
    exchange.on_cancel(wake)
    exchange.start(on_drained=wake)


def _is_over(error: Error) -> bool:
    return error.status == "MT_ERROR_CLOSED"


def send_blocking(exchange: Exchange, value: Any) -> None:
    """Sends an iterator's pieces from this thread, which waits where the peer is slow."""
    pieces, may_write = body_of(value), threading.Event()
    try:
        piece = next(pieces, b"")
        _start(exchange, value, piece, may_write.set)
        while True:
            may_write.clear()
            if not exchange.write(octets_of(piece)) and not exchange.is_cancelled:
                may_write.wait()
            try:
                piece = next(pieces)
            except StopIteration:
                break
        exchange.end()
    except Error as error:
        if not _is_over(error):
            raise
    finally:
        with suppress(AttributeError):
            pieces.close()


async def send_async(exchange: Exchange, value: Any) -> None:
    """The same of an async iterator, in a task of the server's loop."""
    pieces, may_write = body_of(value), asyncio.Event()
    try:
        piece = await _first_of(pieces)
        _start(exchange, value, piece, may_write.set)
        while True:
            may_write.clear()
            if not exchange.write(octets_of(piece)) and not exchange.is_cancelled:
                await may_write.wait()
            try:
                piece = await pieces.__anext__()
            except StopAsyncIteration:
                break
        exchange.end()
    except Error as error:
        if not _is_over(error):
            raise
    finally:
        with suppress(AttributeError):
            await pieces.aclose()


async def _first_of(pieces: Any) -> Any:
    try:
        return await pieces.__anext__()
    except StopAsyncIteration:
        return b""

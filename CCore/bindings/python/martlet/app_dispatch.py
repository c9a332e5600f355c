"""How an App's handlers run: at once, on a thread, or as a task of the loop."""
from __future__ import annotations

import asyncio
import inspect
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Callable, Optional

from .app_request import Pieces, Request
from .app_response import HTTPError, fill, is_async_stream, is_stream
from .app_stream import send_async, send_blocking
from .callbacks import answer_for
from .errors import Error
from .exchange import Exchange, complete, defer
from .handles import log
from .message import Request as LentRequest, Response as LentResponse
from .server import Handler as LentHandler

Handler = Callable[[Request], Any]


def is_coroutine(handler: Handler) -> bool:
    return inspect.iscoroutinefunction(handler) or inspect.isasyncgenfunction(handler)


def refuse(response: LentResponse, exception: BaseException) -> None:
    """Answers for a handler that raised."""
    if isinstance(exception, HTTPError):
        fill(response, exception.response)
    else:
        log.error("a handler raised", exc_info=exception)
        answer_for(response)


def finish(exchange: Exchange, value: Any) -> None:
    if value is not None:
        fill(exchange.response, value)
    complete(exchange)


def fail(exchange: Exchange, exception: BaseException) -> None:
    """500, or, of what was begun, its end when the exchange is released."""
    refuse(exchange.response, exception)
    try:
        complete(exchange)
    except Error:
        pass


class Dispatcher:
    """The loop's tasks and the threads that an App's handlers run on."""

    def __init__(self, loop: asyncio.AbstractEventLoop, threads: int) -> None:
        self.loop = loop
        self.tasks: set[asyncio.Task] = set()
        self.pool = ThreadPoolExecutor(threads or 1, "martlet")

    def dispatch(self, handler: Handler, stream: bool, may_block: bool) -> LentHandler:
        """What the server calls for a route: on a worker with `may_block`, else on the loop's thread."""
        if is_coroutine(handler):
            return lambda request, response: self.spawn(handler, *self.begin(request, response, stream))
        if stream:
            return lambda request, response: self.submit(handler, *self.begin(request, response, stream))
        return lambda request, response: self.call(handler, request, response, may_block)

    def begin(self, lent: LentRequest, response: LentResponse, stream: bool) -> tuple[Request, Exchange]:
        """Lets the answer come later, and the body in pieces."""
        request, exchange = Request(lent, response), defer(lent, response)
        if stream:
            request.pieces = Pieces(exchange)
            lent.stream_body(request.pieces.take)
        return request, exchange

    def call(self, handler: Handler, lent: LentRequest, response: LentResponse, may_block: bool) -> None:
        """A plain function, here and to its end."""
        request = Request(lent, response)
        try:
            value = handler(request)
            if value is None:
                return
            if not is_stream(value):
                return fill(response, value)
            exchange = defer(lent, response)
        except Exception as exception:
            if request.is_deferred:
                return log.exception("a handler raised")
            return refuse(response, exception)
        self.stream(value, request, exchange, may_block)

    def stream(self, value: Any, request: Request, exchange: Exchange, may_block: bool) -> None:
        """Pieces go to who may wait for them: a task, this thread, or one of the pool's."""
        if is_async_stream(value):
            self.loop.call_soon_threadsafe(self.spawn, lambda _: value, request, exchange)
        elif may_block:
            self.run(lambda _: value, request, exchange)
        else:
            self.submit(lambda _: value, request, exchange)

    def submit(self, handler: Handler, request: Request, exchange: Exchange) -> None:
        self.pool.submit(self.run, handler, request, exchange)

    def run(self, handler: Handler, request: Request, exchange: Exchange) -> None:
        """A function or what makes pieces, on this thread, which may block."""
        with exchange:
            try:
                value = handler(request)
                send_blocking(exchange, value) if is_stream(value) else finish(exchange, value)
            except BaseException as exception:
                fail(exchange, exception)

    def spawn(self, handler: Handler, request: Request, exchange: Exchange) -> None:
        task = self.loop.create_task(self.run_task(handler, request, exchange))
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    async def run_task(self, handler: Handler, request: Request, exchange: Exchange) -> None:
        with exchange:
            try:
                value = handler(request)
                value = await value if inspect.isawaitable(value) else value
                await self.answer(exchange, value)
            except BaseException as exception:
                fail(exchange, exception)
                if isinstance(exception, (KeyboardInterrupt, SystemExit)):
                    raise

    async def answer(self, exchange: Exchange, value: Any) -> None:
        if is_async_stream(value):
            await send_async(exchange, value)
        elif is_stream(value):
            await self.loop.run_in_executor(self.pool, send_blocking, exchange, value)
        else:
            finish(exchange, value)

    async def end(self) -> None:
        """Waits for what runs; the server has cut what took too long."""
        if self.tasks:
            await asyncio.wait(self.tasks)
        await self.loop.run_in_executor(None, self.pool.shutdown)

"""A server inside an asyncio loop: one thread, which the loop's own callbacks and tasks share with every request."""
from __future__ import annotations

import asyncio
import contextlib
import math
from typing import Iterator, Optional

from . import fast
from .server import Server

STOPPED = -2


class Poller:
    """Polls a server whenever the loop finds it readable, or its time has come. `stopped` is done once it has ended."""

    def __init__(self, server: Server, loop: asyncio.AbstractEventLoop) -> None:
        self.server, self.loop = server, loop
        self.stopped: asyncio.Future[None] = loop.create_future()
        self._address = server.address_in_memory
        self._timer: Optional[asyncio.TimerHandle] = None
        self._due = math.inf

    def start(self) -> None:
        """Starts the server and watches it."""
        self.server.start_polled()
        self._descriptor = self.server.poll_descriptor
        self.loop.add_reader(self._descriptor, self._turn)
        self.loop.call_soon(self._turn)

    def _turn(self) -> None:
        if self.stopped.done():
            return
        if self.server.is_closed:
            return self._end()
        timeout_ms = fast.poll(self._address)
        if timeout_ms >= 0:
            self._wake_within(timeout_ms / 1000)
        elif timeout_ms == STOPPED:
            self._end()
        self.server.raise_interrupt()

    def _wake_within(self, seconds: float) -> None:
        due = self.loop.time() + seconds
        if due < self._due:
            if self._timer is not None:
                self._timer.cancel()
            self._due = due
            self._timer = self.loop.call_at(due, self._on_time)

    def _on_time(self) -> None:
        self._timer, self._due = None, math.inf
        self._turn()

    def _end(self) -> None:
        self.loop.remove_reader(self._descriptor)
        if self._timer is not None:
            self._timer.cancel()
        self.stopped.set_result(None)


def new_loop(kind: str = "auto") -> asyncio.AbstractEventLoop:
    """A loop of that kind: "asyncio", "uvloop", or "auto", which is uvloop where it is installed."""
    if kind not in ("auto", "asyncio", "uvloop"):
        raise ValueError(f"loop {kind!r}; allowed are auto, asyncio, uvloop")
    if kind != "asyncio":
        try:
            import uvloop
            return uvloop.new_event_loop()
        except ImportError:
            if kind == "uvloop":
                raise
    return asyncio.new_event_loop()


@contextlib.contextmanager
def running_loop(loop: asyncio.AbstractEventLoop) -> Iterator[asyncio.AbstractEventLoop]:
    """Sets a loop for this thread; afterwards ends what is left in it, and closes it."""
    asyncio.set_event_loop(loop)
    try:
        yield loop
    finally:
        left = asyncio.all_tasks(loop)
        for task in left:
            task.cancel()
        if left:
            loop.run_until_complete(asyncio.gather(*left, return_exceptions=True))
        loop.run_until_complete(loop.shutdown_asyncgens())
        loop.run_until_complete(loop.shutdown_default_executor())
        asyncio.set_event_loop(None)
        loop.close()

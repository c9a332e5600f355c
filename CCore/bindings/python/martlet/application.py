"""An ASGI application inside a loop: what of its requests waits, fails or is rare. The rest is martlet._fast's."""
from __future__ import annotations

import asyncio
import asyncio.tasks
import collections
import os
from typing import Any, Callable, Optional

from . import fast
from ._native import lib
from .handles import log
from .message import METHODS
from .server import Server
from .tasks import Lenders

SPEC_VERSION = "2.3"
PAUSE_BYTES = 65536
AccessLog = Callable[[dict, int], Any]


class Waits:
    """What of a request's body has come and was not received yet, and who waits for more, or to write."""

    __slots__ = ("pieces", "size", "is_ended", "is_given", "has_failed", "is_paused", "sleepers")

    def __init__(self) -> None:
        self.pieces: collections.deque[bytes] = collections.deque()
        self.size = 0
        self.is_ended = self.is_given = self.has_failed = self.is_paused = False
        self.sleepers: list[asyncio.Future] = []

    def take(self, cycle) -> Optional[dict]:
        """The next message for `receive`; None: there is none yet."""
        if cycle.is_complete or cycle.is_gone or self.has_failed:
            return {"type": "http.disconnect"}
        if not cycle.is_body_streamed or self.is_given or not (self.pieces or self.is_ended):
            return None
        body = b"".join(self.pieces)
        self.pieces.clear()
        self.size, self.is_given = 0, self.is_ended
        if self.is_paused:
            self.is_paused = False
            cycle.resume_body()
        return {"type": "http.request", "body": body, "more_body": not self.is_ended}

    async def sleep(self) -> None:
        future = asyncio.get_running_loop().create_future()
        self.sleepers.append(future)
        await future

    def wake(self) -> None:
        sleepers, self.sleepers = self.sleepers, []
        for future in sleepers:
            if not future.done():
                future.set_result(None)


def waits_of(cycle) -> Waits:
    if cycle.waits is None:
        cycle.waits = Waits()
    return cycle.waits


class Application(fast.Asgi):
    """An application and the loop it runs in. The native side calls what is named here."""

    def __init__(self, app: Any, loop: asyncio.AbstractEventLoop, server: Server, *, root_path: str = "",
                 state: Optional[dict] = None, access: Optional[AccessLog] = None) -> None:
        self.app, self.loop = app, loop
        self.template = make_template(server, root_path)
        self.state, self.root_path = state or None, root_path
        self.enter_task, self.leave_task = asyncio.tasks._enter_task, asyncio.tasks._leave_task
        self.lenders = Lenders(loop, self.conclude)
        self.parked, self.want_more = self.lenders.parked, self.lenders.want_more
        self.access, self.logs_access = access, access is not None
        self.server = server

    def register(self, max_body_bytes: int = 0) -> None:
        """Answers every path of the server."""
        for method in METHODS.values():
            self.route(self.server.address_in_memory, method, max_body_bytes)

    # Where a request goes on.

    def take_over(self, lender, coroutine, context, waited, cycle) -> None:
        self.lenders.take_over(lender[3], coroutine, context, waited, cycle)

    def retire(self, lender) -> None:
        self.lenders.retire(lender[3])

    def start_task(self, cycle, scope) -> None:
        self.lenders.running[cycle] = self.loop.create_task(self._run(cycle, scope))

    async def _run(self, cycle, scope) -> None:
        failure = None
        try:
            await self.app(scope, cycle.receive, cycle.send)
        except BaseException as exception:
            failure = exception
            if isinstance(exception, (KeyboardInterrupt, SystemExit)):
                raise
        finally:
            del self.lenders.running[cycle]
            self.conclude(cycle, failure)
            del failure

    async def as_coroutine(self, awaitable):
        return await awaitable

    # How it ends.

    def conclude(self, cycle, exception: Optional[BaseException]) -> None:
        if exception is not None:
            self.report(cycle, exception)
        elif not cycle.is_complete:
            self.unfinished(cycle)

    def failed(self, cycle, exception: BaseException) -> None:
        """It raised before it waited for anything."""
        self.report(cycle, exception)
        if isinstance(exception, (KeyboardInterrupt, SystemExit)):
            self.server.interrupts.append(exception)

    def report(self, cycle, exception: BaseException) -> None:
        if not (cycle.is_gone and isinstance(exception, asyncio.CancelledError)):
            log.error("Exception in ASGI application", exc_info=exception)
        cycle.abort()

    def unfinished(self, cycle) -> None:
        if not cycle.is_gone:
            what = "completing" if cycle.is_started else "starting"
            log.error("ASGI callable returned without %s response.", what)
        cycle.abort()

    def log_access(self, scope: dict, status: int) -> None:
        self.access(scope, status)

    # What waits.

    def woken(self, cycle) -> None:
        cycle.waits.wake()

    async def wait_message(self, cycle) -> dict:
        waits = waits_of(cycle)
        while True:
            message = waits.take(cycle)
            if message is not None:
                return message
            await waits.sleep()

    async def wait_drained(self, cycle) -> None:
        waits = waits_of(cycle)
        while cycle.is_full and not cycle.is_gone and not cycle.is_complete:
            await waits.sleep()

    def take_body(self, cycle, event: int, data: bytes) -> bool:
        waits = waits_of(cycle)
        if event == lib.MT_BODY_DATA:
            if cycle.is_complete:
                return False
            waits.pieces.append(data)
            waits.size += len(data)
            waits.is_paused = waits.size >= PAUSE_BYTES
        elif event == lib.MT_BODY_END:
            waits.is_ended = True
        else:
            waits.has_failed = True
        waits.wake()
        return waits.is_paused

    # What is rare.

    async def send_other(self, cycle, message: dict) -> None:
        kind = message["type"]
        if kind == "http.response.pathsend":
            descriptor = os.open(message["path"], os.O_RDONLY | os.O_CLOEXEC)
            cycle.send_file(descriptor, 0, os.fstat(descriptor).st_size)
        elif kind != "http.response.trailers":
            raise RuntimeError(f"Unexpected ASGI message {kind!r}")


def make_template(server: Server, root_path: str) -> dict[str, Any]:
    """What is the same in every scope; what is not has its place already."""
    address = server.addresses[0] if server.listener_count else ""
    host, _, port = address.rpartition(":")
    name = (address[len("unix:"):], None) if address.startswith("unix:") else (host.strip("[]"), int(port or 0))
    asgi = {"version": "3.0", "spec_version": SPEC_VERSION}
    return {"type": "http", "asgi": asgi, "http_version": "1.1", "method": None, "scheme": "http", "path": None,
            "raw_path": None, "query_string": None, "root_path": root_path, "headers": None, "client": None,
            "server": name, "extensions": {"http.response.pathsend": {}}}

"""ASGI 3 applications: HTTP and lifespan, in one thread, inside an asyncio loop."""
from __future__ import annotations

import asyncio
import signal
from typing import Any, Callable, Iterable, Optional

from .application import AccessLog, Application
from .handles import log
from .lifespan import Lifespan, StartupFailed
from .loop import Poller, new_loop, running_loop
from .server import Server

__all__ = ["AsgiServer", "StartupFailed", "new_loop", "run", "running_loop"]


class AsgiServer:
    """An application on a server whose listeners are set. `access(scope, status)` is called for each response."""

    def __init__(self, app: Any, server: Server, *, lifespan: str = "auto", root_path: str = "",
                 access: Optional[AccessLog] = None, graceful_timeout_ms: int = 0, max_body_bytes: int = 0) -> None:
        self.app, self.server, self.root_path, self.access = app, server, root_path, access
        self.lifespan = Lifespan(app, lifespan)
        self.graceful_timeout_ms, self.max_body_bytes = graceful_timeout_ms, max_body_bytes
        self._poller: Optional[Poller] = None
        self._is_stopping = False

    async def serve(self, started: Optional[Callable[[], Any]] = None) -> None:
        """Serves until `stop`. `started` is called once connections are accepted. Raises StartupFailed."""
        loop = asyncio.get_running_loop()
        await self.lifespan.startup()
        application = Application(self.app, loop, self.server, root_path=self.root_path, state=self.lifespan.state,
                                  access=self.access)
        application.register(self.max_body_bytes)
        application.lenders.refill()
        self._poller = Poller(self.server, loop)
        await asyncio.sleep(0)  # so that the lenders are there before the first request is
        self._poller.start()
        if started:
            started()
        if self._is_stopping:
            self._drain()
        await self._poller.stopped
        await self._end(application)

    async def _end(self, application: Application) -> None:
        application.lenders.close()
        running = set(application.lenders.running.values())
        began = asyncio.get_running_loop().time()
        while running and asyncio.get_running_loop().time() < began + (self.graceful_timeout_ms or 10000) / 1000:
            _, running = await asyncio.wait(running, timeout=0.05)
        if running:
            log.error("%d requests or background tasks were cancelled at the end", len(running))
            for task in running:
                task.cancel()
            await asyncio.wait(running, timeout=1)
        await self.lifespan.shutdown()

    def stop(self) -> None:
        """Begins a graceful end: running requests and background tasks finish, for graceful_timeout_ms at most; the
        second time it ends at once. From the loop's thread."""
        if self._is_stopping:
            self.graceful_timeout_ms = 1
        self._is_stopping = True
        self._drain()

    def _drain(self) -> None:
        if self._poller is not None:
            self.server.drain(self.graceful_timeout_ms)


def run(app: Any, server: Server, *, loop: str = "auto", signals: Iterable[int] = (signal.SIGINT, signal.SIGTERM),
        started: Optional[Callable[[], Any]] = None, **options: Any) -> None:
    """Serves an application until one of the signals (a second one ends at once). Options are AsgiServer's."""
    with running_loop(new_loop(loop)) as running:
        asgi = AsgiServer(app, server, **options)
        for number in signals:
            running.add_signal_handler(number, asgi.stop)
        running.run_until_complete(asgi.serve(started))

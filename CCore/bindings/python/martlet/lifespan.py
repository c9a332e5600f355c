"""The lifespan protocol of ASGI: an application is told of the server's start and end."""
from __future__ import annotations

import asyncio
from typing import Any, Optional

from .handles import log


class StartupFailed(Exception):
    """The application said that it cannot start, or raised while it did."""


class Lifespan:
    """One application's. `mode` is "on", "off" or "auto": an application that raises at once has none."""

    def __init__(self, app: Any, mode: str = "auto") -> None:
        if mode not in ("auto", "on", "off"):
            raise ValueError(f"lifespan {mode!r}; allowed are auto, on, off")
        self.app, self.mode = app, mode
        self.state: dict[str, Any] = {}
        self._to_app: asyncio.Queue = asyncio.Queue()
        self._from_app: asyncio.Queue = asyncio.Queue()
        self._task: Optional[asyncio.Task] = None

    async def _run(self) -> None:
        scope = {"type": "lifespan", "asgi": {"version": "3.0", "spec_version": "2.0"}, "state": self.state}
        try:
            await self.app(scope, self._to_app.get, self._from_app.put)
        except BaseException as exception:
            await self._from_app.put({"type": "raised", "exception": exception})
            if not isinstance(exception, Exception):
                raise
        else:
            await self._from_app.put({"type": "returned"})

    async def startup(self) -> None:
        """Returns once the application has started; raises StartupFailed when it has not."""
        if self.mode == "off":
            return
        self._task = asyncio.get_running_loop().create_task(self._run())
        await self._to_app.put({"type": "lifespan.startup"})
        answer = await self._from_app.get()
        kind = answer["type"]
        if kind == "lifespan.startup.complete":
            return
        self._task = None
        if kind == "lifespan.startup.failed":
            raise StartupFailed(answer.get("message", ""))
        if kind not in ("raised", "returned"):
            raise StartupFailed(f"unexpected message {kind!r}")
        if self.mode == "on":
            raise StartupFailed("the application has no lifespan, and lifespan is on") from answer.get("exception")

    async def shutdown(self) -> None:
        """Returns once the application has ended. What goes wrong is logged: the server ends all the same."""
        if self._task is None:
            return
        await self._to_app.put({"type": "lifespan.shutdown"})
        answer = await self._from_app.get()
        if answer["type"] == "lifespan.shutdown.failed":
            log.error("the application's shutdown failed: %s", answer.get("message", ""))
        elif answer["type"] == "raised":
            log.error("the application's shutdown raised", exc_info=answer["exception"])
        self._task = None

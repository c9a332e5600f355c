"""Tasks that lend their identity to coroutines that were begun without one.

A request's coroutine is begun inside its handler. Most end there, having waited for nothing: a task for each would cost
more than they do. But what runs in them may ask for the current task, to time or cancel it. So a few tasks wait, and
each lends its identity to one beginning after the other. The first that has to wait is handed over to the task it began
as, which goes on with it to its end."""
from __future__ import annotations

import asyncio
import weakref
from typing import Any, Callable, Coroutine, Optional

FEWEST, MOST = 8, 256


class Relay:
    """Goes on with a coroutine in its own context, as the task that awaits this. What the coroutine waits for, the
    task waits for; what the task is sent, thrown or cancelled with, the coroutine is."""

    def __init__(self, coroutine: Coroutine, context: Any, waited: Any) -> None:
        self.coroutine, self.context, self.waited = coroutine, context, waited

    def cancel(self) -> None:
        """Cancels what the coroutine waits for, as Task.cancel does; failing that, the coroutine."""
        if self.waited is None or not self.waited.cancel():
            self.waited = self.context.run(self.coroutine.throw, asyncio.CancelledError())

    def __await__(self):
        run, send, throw = self.context.run, self.coroutine.send, self.coroutine.throw
        while True:
            try:
                value = yield self.waited
            except GeneratorExit:
                self.coroutine.close()
                raise
            except BaseException as exception:
                step, argument = throw, exception
            else:
                step, argument = send, value
            try:
                self.waited = run(step, argument)
            except StopIteration:
                return


class Lender:
    """One task: waits, and goes on with what is handed over."""

    def __init__(self, loop: asyncio.AbstractEventLoop, conclude: Callable[[Any, Optional[BaseException]], None]) -> None:
        self.future = loop.create_future()
        self.conclude = conclude
        self.relay: Optional[Relay] = None
        self.cycle: Any = None
        self.task = loop.create_task(self._run())

    def hand_over(self, relay: Relay, cycle: Any) -> None:
        self.relay, self.cycle = relay, cycle
        self.end_waiting()

    def end_waiting(self) -> None:
        if not self.future.done():
            self.future.set_result(None)

    async def _run(self) -> None:
        is_cancelled = False
        try:
            await self.future
        except asyncio.CancelledError:
            is_cancelled = True
            if self.relay is None:
                raise
        if self.relay is not None:
            await self._go_on(self.relay, is_cancelled)

    async def _go_on(self, relay: Relay, is_cancelled: bool) -> None:
        try:
            if is_cancelled:
                relay.cancel()
            await relay
        except StopIteration:
            self.conclude(self.cycle, None)
        except BaseException as exception:
            self.conclude(self.cycle, exception)
            if isinstance(exception, (KeyboardInterrupt, SystemExit)):
                raise
        else:
            self.conclude(self.cycle, None)


class Lenders:
    """The tasks that wait, as (task, future, weak references to the task, lender) in `parked`."""

    def __init__(self, loop: asyncio.AbstractEventLoop, conclude: Callable[[Any, Optional[BaseException]], None]) -> None:
        self.loop, self.conclude = loop, conclude
        self.parked: list = []
        self.running: set[asyncio.Task] = set()
        self._wanted, self._coming = FEWEST, 0

    def refill(self) -> None:
        """Brings as many as are wanted. Each is parked once it waits, with the loop's next turn."""
        while len(self.parked) + self._coming < self._wanted:
            lender = Lender(self.loop, self.conclude)
            self._coming += 1
            self.loop.call_soon(self._park, lender)

    def _park(self, lender: Lender) -> None:
        self._coming -= 1
        self.parked.append((lender.task, lender.future, weakref.getweakrefcount(lender.task), lender))

    def want_more(self) -> None:
        self._wanted = min(MOST, self._wanted * 2)
        self.refill()

    def take_over(self, lender: Lender, relay: Relay, cycle: Any) -> None:
        self.watch(lender.task)
        lender.hand_over(relay, cycle)
        self.refill()

    def retire(self, lender: Lender) -> None:
        lender.end_waiting()
        self.refill()

    def watch(self, task: asyncio.Task) -> None:
        """Counts a task among those that a graceful end waits for."""
        self.running.add(task)
        task.add_done_callback(self.running.discard)

    def close(self) -> None:
        self._wanted = 0
        while self.parked:
            self.parked.pop()[3].end_waiting()

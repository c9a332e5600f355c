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
Conclude = Callable[[Any, Optional[BaseException]], None]


class Lender:
    """One task: waits, and goes on with what is handed over, in the context of that. What the coroutine waits for, the
    task waits for; what the task is sent, thrown or cancelled with, the coroutine is."""

    __slots__ = ("lenders", "task", "future", "coroutine", "context", "waited", "cycle")

    def __init__(self, lenders: "Lenders") -> None:
        self.lenders = lenders
        self.future = lenders.loop.create_future()
        self.coroutine: Optional[Coroutine] = None
        self.task = lenders.loop.create_task(self._run())

    def hand_over(self, coroutine: Coroutine, context: Any, waited: Any, cycle: Any) -> None:
        self.coroutine, self.context, self.waited, self.cycle = coroutine, context, waited, cycle
        self.end_waiting()

    def end_waiting(self) -> None:
        if not self.future.done():
            self.future.set_result(None)

    async def _run(self) -> None:
        self.lenders.park(self)
        is_cancelled = False
        try:
            await self.future
        except asyncio.CancelledError:
            is_cancelled = True
            if self.coroutine is None:
                raise
        if self.coroutine is not None:
            await self._go_on(is_cancelled)

    async def _go_on(self, is_cancelled: bool) -> None:
        running, failure = self.lenders.running, None
        running[self.cycle] = self.task
        try:
            if is_cancelled:
                self._cancel()
            await self
        except StopIteration:
            pass
        except BaseException as exception:
            failure = exception
            if isinstance(exception, (KeyboardInterrupt, SystemExit)):
                raise
        finally:
            del running[self.cycle]
            self.lenders.conclude(self.cycle, failure)
            del failure

    def _cancel(self) -> None:
        """Cancels what the coroutine waits for, as Task.cancel does; failing that, the coroutine."""
        if self.waited is None or not self.waited.cancel():
            self.waited = self.context.run(self.coroutine.throw, asyncio.CancelledError())

    def __await__(self):
        run, send, throw, waited = self.context.run, self.coroutine.send, self.coroutine.throw, self.waited
        self.waited = None
        while True:
            try:
                value = yield waited
            except GeneratorExit:
                self.coroutine.close()
                raise
            except BaseException as exception:
                step, argument = throw, exception
            else:
                step, argument = send, value
            try:
                waited = run(step, argument)
            except StopIteration:
                return


class Lenders:
    """The tasks that wait, as (task, future, weak references to the task, lender) in `parked`.

    `conclude(cycle, exception)` is told of the end of what was handed over."""

    def __init__(self, loop: asyncio.AbstractEventLoop, conclude: Conclude) -> None:
        self.loop, self.conclude = loop, conclude
        self.parked: list = []
        # By cycle: the tasks that a graceful end waits for.
        self.running: dict[Any, asyncio.Task] = {}
        self._wanted, self._coming = FEWEST, 0

    def refill(self) -> None:
        """Brings as many as are wanted, with the loop's next turn."""
        for _ in range(self._wanted - len(self.parked) - self._coming):
            self._coming += 1
            Lender(self)

    def park(self, lender: Lender) -> None:
        """From inside the lender's task, which is about to wait."""
        self._coming -= 1
        self.parked.append((lender.task, lender.future, weakref.getweakrefcount(lender.task), lender))

    def want_more(self) -> None:
        self._wanted = min(MOST, self._wanted * 2)
        self.refill()

    def take_over(self, lender: Lender, coroutine: Coroutine, context: Any, waited: Any, cycle: Any) -> None:
        lender.hand_over(coroutine, context, waited, cycle)
        self.refill()

    def retire(self, lender: Lender) -> None:
        lender.end_waiting()
        self.refill()

    def close(self) -> None:
        self._wanted = 0
        while self.parked:
            self.parked.pop()[3].end_waiting()

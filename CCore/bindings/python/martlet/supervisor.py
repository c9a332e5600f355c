"""Processes: starts workers on the sockets it holds, replaces those that die, reloads and stops them gracefully."""

from __future__ import annotations

import os
import select
import signal
import socket
import time
from typing import Callable, Dict, List, Optional, Sequence

from martlet.logs import error as log
from martlet.supervisor_worker import InWorker, Phase, Seat, Worker, cause

#: A worker's exit status when there is no such application, and when the application fails; the command's own, then.
EXIT_NO_APPLICATION = 1
EXIT_FAILED_AT_START = 3

_HANDLED = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGCHLD)
_LOOK_EVERY_S = 0.5
_FOREVER = float("inf")


class Supervisor:
    """Runs in the process that was started, which imports no application and has no other thread.

    `announce` is called once, when the first workers all serve. `changed` is asked twice a second for a file that calls
    for a reload; None when nobody watches.
    """

    def __init__(self, seats: List[Seat], graceful_s: float, announce: Callable[[], None],
                 changed: Optional[Callable[[], Optional[str]]] = None) -> None:
        self._seats = seats
        self._graceful_s = graceful_s
        self._announce = announce
        self._changed = changed
        self._workers: Dict[int, Worker] = {}
        self._generation = 0
        self._has_served = False
        self._stops_at: Optional[float] = None
        self._status = 0
        self._looks_at = 0.0

    def run(self) -> int:
        """Serves until it is told to stop; the command's exit status. Raises InWorker in each new process."""
        self._wake, wakes = socket.socketpair()
        self._wake.setblocking(False)
        wakes.setblocking(False)
        self._wakes = wakes
        self._lifeline, self._held = os.pipe()
        signal.set_wakeup_fd(wakes.fileno(), warn_on_full_buffer=False)
        for number in _HANDLED:
            signal.signal(number, _wake_only)
        self._start_generation()
        while self._workers or self._stops_at is None:
            self._turn()
        return self._status

    def _turn(self) -> None:
        reports = {worker.report: worker for worker in self._workers.values() if worker.report >= 0}
        wake = self._wake.fileno()
        readable, _, _ = select.select([wake, *reports], [], [], self._patience())
        for descriptor in readable:
            if descriptor != wake and reports[descriptor].read_report():
                self._on_ready()
        if wake in readable:
            self._on_signals(self._wake.recv(4096))
        self._fill_seats()
        for worker in self._workers.values():
            worker.kill_if_late()
        self._look_for_changes()

    def _patience(self) -> float:
        """Seconds until something is due though nothing is heard."""
        due = [seat.starts_at for seat in self._empty_seats()] if self._stops_at is None else []
        due += [worker.killed_at for worker in self._workers.values() if worker.killed_at is not None]
        if self._changed:
            due.append(self._looks_at)
        return max(0.0, min(due) - time.monotonic()) if due else 3600.0

    # --- signals ---

    def _on_signals(self, numbers: bytes) -> None:
        if signal.SIGCHLD in numbers:
            self._reap()
        for number in numbers:
            if number in (signal.SIGTERM, signal.SIGINT):
                self._stop()
            elif number == signal.SIGHUP:
                log.info("Reloading: the application is loaded anew")
                self._reload()

    def _stop(self) -> None:
        if self._stops_at is None:
            log.info("Shutting down")
            self._stops_at = time.monotonic()
            self._close_sockets()  # who comes now is refused, and does not wait for nobody
            for worker in self._workers.values():
                worker.end(self._graceful_s)
            return
        for worker in self._workers.values():
            os.kill(worker.pid, signal.SIGQUIT)

    # --- generations ---

    def _reload(self) -> None:
        if self._stops_at is None:
            for worker in self._workers.values():
                if worker.phase is Phase.STARTING:
                    worker.end(self._graceful_s)  # it may have read what has changed since
            self._start_generation()

    def _start_generation(self) -> None:
        self._generation += 1
        for seat in self._seats:
            seat.failures = 0
            self._start(seat)

    def _current(self) -> List[Worker]:
        return [each for each in self._workers.values()
                if each.generation == self._generation and each.phase is not Phase.ENDING]

    def _on_ready(self) -> None:
        """Ends older generations once every worker of this one serves."""
        current = self._current()
        if len(current) < len(self._seats) or any(each.phase is not Phase.SERVING for each in current):
            return
        if not self._has_served:
            self._announce()
        self._has_served = True
        for worker in self._workers.values():
            if worker.generation < self._generation:
                worker.end(self._graceful_s)

    def _older_serve(self) -> bool:
        return any(each.generation < self._generation and each.phase is Phase.SERVING
                   for each in self._workers.values())

    def _go_back(self) -> None:
        """A reload failed: its workers end, and those that serve go on."""
        log.error("The reload failed: the workers that were there go on")
        for worker in self._current():
            worker.end(self._graceful_s)
        self._generation = max(each.generation for each in self._workers.values() if each.phase is Phase.SERVING)

    # --- workers ---

    def _start(self, seat: Seat) -> None:
        report, reports = os.pipe()
        pid = os.fork()
        if pid == 0:
            os.close(report)
            self._forget_parent(seat)
            raise InWorker(seat.sockets, reports, self._lifeline)
        os.close(reports)
        os.set_blocking(report, False)
        self._workers[pid] = Worker(pid, seat, self._generation, report, time.monotonic())

    def _forget_parent(self, seat: Seat) -> None:
        """In a new process: signals as they come, and no descriptor of the parent's or of other seats."""
        signal.set_wakeup_fd(-1)
        for number in _HANDLED:
            signal.signal(number, signal.SIG_DFL)
        # A terminal sends these to all, and the parent passes on what they mean. Not SIG_IGN, which what the application
        # starts would inherit.
        signal.signal(signal.SIGINT, _wake_only)
        signal.signal(signal.SIGHUP, _wake_only)
        self._wake.close()
        self._wakes.close()
        os.close(self._held)
        for worker in self._workers.values():
            if worker.report >= 0:
                os.close(worker.report)
        self._close_sockets(kept=seat.sockets)

    def _close_sockets(self, kept: Sequence[socket.socket] = ()) -> None:
        for seat in self._seats:
            for each in seat.sockets:
                if not any(each is other for other in kept):
                    each.close()

    def _reap(self) -> None:
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if pid == 0:
                return
            worker = self._workers.pop(pid, None)
            if worker:
                self._on_end(worker, os.waitstatus_to_exitcode(status))

    def _on_end(self, worker: Worker, code: int) -> None:
        reason = worker.reason(code)
        if worker.phase is Phase.ENDING or self._stops_at is not None:
            return
        if worker.phase is Phase.SERVING:
            log.error("Worker process [%d] died (%s)", worker.pid, cause(code))
        worker.seat.plan(worker.started_at)
        if worker.phase is Phase.STARTING:
            log.error("A worker failed to start: %s", reason)
            self._on_failed_start(worker, code)

    def _on_failed_start(self, worker: Worker, code: int) -> None:
        if self._older_serve():
            if worker.generation == self._generation:
                self._go_back()
        elif self._changed:
            log.info("Waiting for a file to change")
            for seat in self._seats:
                seat.starts_at = _FOREVER
        elif not self._has_served:
            self._status = EXIT_NO_APPLICATION if code == EXIT_NO_APPLICATION else EXIT_FAILED_AT_START
            self._stop()

    def _empty_seats(self) -> List[Seat]:
        taken = {worker.seat for worker in self._current()}
        return [seat for seat in self._seats if seat not in taken]

    def _fill_seats(self) -> None:
        if self._stops_at is None:
            now = time.monotonic()
            for seat in self._empty_seats():
                if seat.starts_at <= now:
                    self._start(seat)

    def _look_for_changes(self) -> None:
        now = time.monotonic()
        if self._changed and self._stops_at is None and self._looks_at <= now:
            path = self._changed()
            self._looks_at = now + _LOOK_EVERY_S
            if path:
                log.info("Reloading: %s has changed", os.path.relpath(path))
                self._reload()


def _wake_only(number: int, frame: object) -> None:
    """The wake-up descriptor tells the loop."""

"""A worker as the supervising process sees it, and how one is started."""

from __future__ import annotations

import enum
import os
import signal
import socket
import time
from dataclasses import dataclass
from typing import List, Optional

from martlet.logs import error as log

_LONGEST_PAUSE_S = 5.0
_STEADY_AFTER_S = 10.0
#: What a worker gets beyond its own deadline before it is killed.
_GRACE_S = 2.0


class Phase(enum.Enum):
    """Where a worker is in its life."""

    STARTING = enum.auto()
    SERVING = enum.auto()
    ENDING = enum.auto()


@dataclass(eq=False)
class Seat:
    """A worker's place: the sockets that it inherits from whoever sat there before."""

    sockets: List[socket.socket]
    failures: int = 0
    starts_at: float = 0.0

    def plan(self, started_at: float) -> None:
        """Its worker has ended: when the next one starts; at once, or later each time while they do not last."""
        now = time.monotonic()
        self.failures = 0 if now - started_at >= _STEADY_AFTER_S else self.failures + 1
        pause = min(_LONGEST_PAUSE_S, 0.1 * 2 ** (self.failures - 1)) if self.failures > 1 else 0.0
        self.starts_at = now + pause


class InWorker(BaseException):
    """Unwinds a new process to where it may begin: `sockets` it serves, `report` it writes to, `lifeline` it watches."""

    def __init__(self, sockets: List[socket.socket], report: int, lifeline: int) -> None:
        super().__init__()
        self.sockets = sockets
        self.report = report
        self.lifeline = lifeline


@dataclass(eq=False)
class Worker:
    """A process that serves. `report` is what it writes to, until it has ended."""

    pid: int
    seat: Seat
    generation: int
    report: int
    started_at: float
    phase: Phase = Phase.STARTING
    said: bytes = b""
    killed_at: Optional[float] = None

    def read_report(self) -> bool:
        """Takes what it has written; whether that says that it serves now."""
        said = os.read(self.report, 65536)
        self.said += said
        if not said:
            self._close_report()
        is_ready = self.phase is Phase.STARTING and b"ready\n" in self.said
        if is_ready:
            self.phase = Phase.SERVING
        return is_ready

    def _close_report(self) -> None:
        os.close(self.report)
        self.report = -1

    def reason(self, code: int) -> str:
        """Why it ended, in its own words or by its exit status."""
        try:
            while self.report >= 0:
                self.read_report()
        except BlockingIOError:  # a process that it has started holds the other end still
            self._close_report()
        return self.said.decode(errors="replace").strip() or cause(code)

    def end(self, graceful_s: float) -> None:
        """Asks it to stop once its requests are answered."""
        if self.phase is not Phase.ENDING:
            self.phase = Phase.ENDING
            self.killed_at = time.monotonic() + graceful_s + _GRACE_S
            os.kill(self.pid, signal.SIGTERM)

    def kill_if_late(self) -> None:
        """Kills it when it has not ended in time."""
        if self.killed_at is not None and self.killed_at <= time.monotonic():
            log.error("Worker process [%d] did not stop in time and is killed", self.pid)
            os.kill(self.pid, signal.SIGKILL)
            self.killed_at = None


def cause(code: int) -> str:
    """What an exit status, or the negative number of a signal, is called."""
    if code >= 0:
        return f"exit status {code}"
    try:
        return signal.Signals(-code).name
    except ValueError:
        return f"signal {-code}"

"""What the command says: events to the logger ``martlet.error``, one line a request to ``martlet.access``."""

from __future__ import annotations

import json
import logging
import logging.config
import sys
from typing import Callable, Optional, TextIO

LEVELS = {
    "critical": logging.CRITICAL,
    "error": logging.ERROR,
    "warning": logging.WARNING,
    "info": logging.INFO,
    "debug": logging.DEBUG,
}
error = logging.getLogger("martlet.error")
access = logging.getLogger("martlet.access")

#: Called with peer, method, target, version ("1.1") and status when a request has its answer.
AccessWriter = Callable[[str, str, str, str, int], None]

_LINE = '%s - "%s %s HTTP/%s" %d'
_LEVEL_COLOURS = {"DEBUG": 36, "INFO": 32, "WARNING": 33, "ERROR": 31, "CRITICAL": 91}
_STATUS_COLOURS = {2: 32, 3: 33, 4: 31, 5: 91}


def _painted(text: str, colour: int) -> str:
    return f"\x1b[{colour}m{text}\x1b[0m"


def _prefix(level: str, colours: bool) -> str:
    padding = " " * (9 - len(level))
    return (_painted(level, _LEVEL_COLOURS.get(level, 0)) if colours else level) + ":" + padding


class EventFormatter(logging.Formatter):
    """``INFO:     message``, with the traceback below when there is one."""

    def __init__(self, colours: bool = False) -> None:
        super().__init__("%(message)s")
        self.colours = colours

    def format(self, record: logging.LogRecord) -> str:
        """The record as text."""
        return _prefix(record.levelname, self.colours) + super().format(record)


class AccessHandler(logging.StreamHandler):
    """Writes access lines; directly, without a LogRecord, while nobody else listens to the logger."""

    def __init__(self, stream: TextIO, colours: bool = False) -> None:
        super().__init__(stream)
        self.setFormatter(EventFormatter(colours))
        self._statuses: dict[int, str] = {}
        self._start = _prefix("INFO", colours)
        self._colours = colours

    def write_request(self, peer: str, method: str, target: str, version: str, status: int) -> None:
        """Writes one request's line."""
        text = self._statuses.get(status) or self._status_text(status)
        try:
            self.stream.write(f'{self._start}{peer} - "{method} {target} HTTP/{version}" {text}\n')
            self.stream.flush()
        except (OSError, ValueError):
            pass  # a log that nobody can read any more must not cost an answer

    def _status_text(self, status: int) -> str:
        colour = _STATUS_COLOURS.get(status // 100, 0)
        text = self._statuses[status] = _painted(str(status), colour) if self._colours else str(status)
        return text


def _write_by_logging(peer: str, method: str, target: str, version: str, status: int) -> None:
    access.info(_LINE, peer, method, target, version, status)


def access_writer() -> Optional[AccessWriter]:
    """What writes a request's line as the logger is set up now; None when no line would be read."""
    if not access.isEnabledFor(logging.INFO) or not access.hasHandlers():
        return None
    is_sole = len(access.handlers) == 1 and not access.propagate and not access.filters
    handler = access.handlers[0] if is_sole else None
    if isinstance(handler, AccessHandler) and not handler.filters and handler.level <= logging.INFO:
        return handler.write_request
    return _write_by_logging


def configure(level: str = "info", access_log: bool = True, colours: Optional[bool] = None) -> None:
    """Sends events to stderr and access lines to stdout; colours: None is where there is a terminal."""
    events = logging.StreamHandler(sys.stderr)
    events.setFormatter(EventFormatter(sys.stderr.isatty() if colours is None else colours))
    error.handlers = [events]
    error.setLevel(LEVELS[level])
    access.handlers = []
    if access_log:
        lines = AccessHandler(sys.stdout, sys.stdout.isatty() if colours is None else colours)
        access.handlers = [lines]
    access.setLevel(LEVELS[level] if access_log else logging.CRITICAL + 1)
    error.propagate = access.propagate = False


def configure_from_file(path: str) -> None:
    """Sets all of logging up from a file: JSON for ``dictConfig``, anything else for ``fileConfig``."""
    if path.endswith(".json"):
        with open(path, encoding="utf-8") as file:
            logging.config.dictConfig(json.load(file))
    else:
        logging.config.fileConfig(path, disable_existing_loggers=False)

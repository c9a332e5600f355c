"""The command ``martlet``: options, sockets, the supervising process, and in each worker the application."""

from __future__ import annotations

import functools
import os
import sys
from typing import List, Optional, Sequence

from martlet import Error, Server, __version__, logs
from martlet.cli_options import Options, parse
from martlet.cli_worker import serve
from martlet.reload import FileWatch
from martlet.supervisor import Supervisor
from martlet.supervisor_sockets import BindError, Listener
from martlet.supervisor_worker import InWorker, Seat


class _Refused(Exception):
    """The command cannot go on; with the exit status that says so."""

    def __init__(self, sentence: str, status: int) -> None:
        super().__init__(sentence)
        self.status = status


def main(arguments: Optional[Sequence[str]] = None) -> int:
    """Runs the command; its exit status."""
    options = parse(sys.argv[1:] if arguments is None else arguments, __version__)
    try:
        return _run(options)
    except _Refused as refused:
        print(f"martlet: error: {refused}", file=sys.stderr)
        return refused.status
    except InWorker as seat:
        return serve(options, seat)


def _run(options: Options) -> int:
    _set_up_logs(options)
    _check_settings(options)
    parent = os.getpid()
    listeners: List[Listener] = []
    try:
        _bind(options, listeners)
        _write_pid(options.pid)
        return _supervise(options, listeners)
    finally:
        if os.getpid() == parent:  # a new process comes by here too
            for listener in listeners:
                listener.close()
            _remove_pid(options.pid)


def _set_up_logs(options: Options) -> None:
    if not options.log_config:
        return logs.configure(options.log_level, options.access_log, options.use_colors)
    try:
        return logs.configure_from_file(options.log_config)
    except (OSError, ValueError, KeyError, TypeError) as wrong:
        raise _Refused(f"--log-config {options.log_config}: {wrong}", 2) from None


def _check_settings(options: Options) -> None:
    """The library knows the ranges: it is asked before a process is started."""
    try:
        Server(**options.settings).close()
    except (Error, TypeError) as wrong:
        raise _Refused(str(wrong), 2) from None


def _bind(options: Options, listeners: List[Listener]) -> None:
    backlog = options.settings.get("backlog", 4096)
    try:
        for address in options.binds:
            listeners.append(Listener(address, options.workers, backlog))
    except BindError as wrong:
        raise _Refused(str(wrong), 1) from None


def _supervise(options: Options, listeners: List[Listener]) -> int:
    logs.error.info("Started supervising process [%d]", os.getpid())
    seats = [Seat([listener.sockets[index] for listener in listeners]) for index in range(options.workers)]
    watch = FileWatch(options.reload_dirs) if options.reload else None
    announce = functools.partial(_announce, listeners)
    return Supervisor(seats, options.graceful_timeout, announce, watch.changed if watch else None).run()


def _announce(listeners: List[Listener]) -> None:
    for listener in listeners:
        logs.error.info("Martlet running on %s (Press CTRL+C to quit)", listener.url)


def _write_pid(path: Optional[str]) -> None:
    if path:
        try:
            with open(path, "w", encoding="ascii") as file:
                file.write(f"{os.getpid()}\n")
        except OSError as wrong:
            raise _Refused(f"--pid {path}: {wrong.strerror}", 1) from None


def _remove_pid(path: Optional[str]) -> None:
    if path:
        try:
            os.unlink(path)
        except OSError:
            pass  # never written, or gone already

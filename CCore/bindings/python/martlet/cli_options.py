"""The command's options: what may be said, in which range, and what it means."""

from __future__ import annotations

import argparse
import os
from dataclasses import dataclass, field
from typing import Any, Callable, Dict, List, Optional, Sequence

from martlet.logs import LEVELS

DEFAULT_BIND = "127.0.0.1:8000"
#: Fields of mt_server_config that the command settles by itself.
_TAKEN = {"reactors", "workers", "pin_reactors", "allocator", "log", "log_user_data", "log_level", "struct_size"}


@dataclass
class Options:
    """What the command line says."""

    application: str
    binds: List[str]
    workers: int
    threads: int
    interface: str
    factory: bool
    app_dir: str
    lifespan: str
    loop: str
    root_path: str
    proxy_headers: bool
    log_level: str
    access_log: bool
    log_config: Optional[str]
    use_colors: Optional[bool]
    graceful_timeout: float
    reload: bool
    reload_dirs: List[str]
    pid: Optional[str]
    settings: Dict[str, Any] = field(default_factory=dict)


def _whole(low: int, high: int) -> Callable[[str], int]:
    def parse(text: str) -> int:
        try:
            number = int(text)
        except ValueError:
            raise argparse.ArgumentTypeError(f"{text!r} is no whole number") from None
        if not low <= number <= high:
            raise argparse.ArgumentTypeError(f"{number} is not from {low} to {high}")
        return number

    return parse


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no number of seconds") from None
    if not 0 <= seconds <= 4_000_000:
        raise argparse.ArgumentTypeError(f"{text} is not from 0 to 4000000 seconds")
    return seconds


def _folder(text: str) -> str:
    if not os.path.isdir(text):
        raise argparse.ArgumentTypeError(f"there is no folder {text!r}")
    return text


def _root_path(text: str) -> str:
    text = text.rstrip("/")
    if text and not text.startswith("/"):
        raise argparse.ArgumentTypeError(f"{text!r} does not start with /")
    return text


def _setting(text: str) -> "tuple[str, Any]":
    name, equals, value = text.partition("=")
    if not equals or not name.isidentifier():
        raise argparse.ArgumentTypeError(f"{text!r} is not name=value")
    if name in _TAKEN:
        raise argparse.ArgumentTypeError(f"{name} is the command's own to set")
    if name == "server_name":
        return name, value
    try:
        return name, int(value)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{name} takes a whole number, not {value!r}") from None


class _Help(argparse.HelpFormatter):
    def __init__(self, prog: str) -> None:
        super().__init__(prog, max_help_position=32, width=100)


def _add_addresses(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("addresses")
    group.add_argument("--host", help="address or name to listen on (127.0.0.1)")
    group.add_argument("--port", type=_whole(0, 65535), help="its port (8000); 0: the system chooses")
    group.add_argument("-b", "--bind", action="append", default=[], metavar="ADDRESS",
                       help="instead, and more than once: host:port, [::1]:port, unix:path, fd://3")
    group.add_argument("--backlog", type=_whole(1, 65535), help="connections that may wait to be accepted (4096)")


def _add_application(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("application")
    group.add_argument("--interface", choices=("auto", "asgi", "wsgi"), default="auto",
                       help="what the application is; auto: seen from how it is called")
    group.add_argument("--factory", action="store_true", help="module:app makes the application when called")
    group.add_argument("--app-dir", type=_folder, default=".", metavar="DIR", help="where to look for the module (.)")
    group.add_argument("--root-path", type=_root_path, default="", metavar="PATH",
                       help="the path that a front end has taken off")
    group.add_argument("--proxy-headers", action=argparse.BooleanOptionalAction, default=False,
                       help="believe X-Forwarded-For and -Proto: for a port that only a front end reaches")
    group.add_argument("--lifespan", choices=("auto", "on", "off"), default="auto",
                       help="ASGI: startup and shutdown events")
    group.add_argument("--loop", choices=("auto", "asyncio", "uvloop"), default="auto",
                       help="ASGI: the event loop; auto: uvloop where it is installed")
    group.add_argument("--threads", type=_whole(0, 1024), default=8, metavar="N",
                       help="WSGI: threads that run the application (8); 0: on the reactor's own thread, for "
                            "applications that never wait")


def _add_processes(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("processes")
    group.add_argument("-w", "--workers", type=_whole(1, 512), metavar="N",
                       help="processes that serve ($WEB_CONCURRENCY or 1)")
    group.add_argument("--graceful-timeout", "--timeout-graceful-shutdown", type=_seconds, default=30.0,
                       metavar="SECONDS", help="what requests get to finish at a stop or reload (30)")
    group.add_argument("--reload", action="store_true", help="reload when a Python file changes")
    group.add_argument("--reload-dir", type=_folder, action="append", default=[], metavar="DIR",
                       help="watch this folder, not --app-dir; may be said more than once")
    group.add_argument("-p", "--pid", metavar="FILE", help="where the supervising process writes its id")


def _add_logs(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("logs")
    group.add_argument("--log-level", choices=tuple(LEVELS), default="info", help="the least level that is shown (info)")
    group.add_argument("--access-log", action=argparse.BooleanOptionalAction, default=True,
                       help="a line a request on stdout")
    group.add_argument("--use-colors", action=argparse.BooleanOptionalAction, default=None,
                       help="colours; as it comes: on a terminal")
    group.add_argument("--log-config", metavar="FILE",
                       help="set up logging from a file: .json for dictConfig, else fileConfig")


def _add_limits(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("limits")
    group.add_argument("--max-body-bytes", type=_whole(0, 2**63 - 1), metavar="N",
                       help="of a request; past it 413 (64 MiB)")
    group.add_argument("--max-header-bytes", type=_whole(256, 1048576), metavar="N", help="past it 431 (16384)")
    group.add_argument("--max-connections", type=_whole(0, 2**32 - 1), metavar="N",
                       help="open at once in one process (65536)")
    group.add_argument("--idle-timeout", "--timeout-keep-alive", type=_seconds, metavar="SECONDS",
                       help="between requests of a connection (60)")
    group.add_argument("--header-timeout", type=_seconds, metavar="SECONDS", help="to send a request's head in (10)")
    group.add_argument("--set", type=_setting, action="append", default=[], metavar="NAME=VALUE",
                       help="any other field of mt_server_config, such as write_timeout_ms=5000")


def make_parser(version: str) -> argparse.ArgumentParser:
    """The command line's grammar."""
    parser = argparse.ArgumentParser(
        prog="martlet", usage="martlet module:app [options]", formatter_class=_Help, allow_abbrev=False,
        description="Serves a WSGI or ASGI application with Martlet.",
        epilog="SIGTERM and SIGINT stop once requests are answered, a second one at once; SIGHUP loads the application "
               "anew in new processes, then ends the old ones.")
    parser.add_argument("application", metavar="module:app", help="the application: a module and a name in it")
    parser.add_argument("--version", action="version", version=f"martlet {version}")
    for add in (_add_addresses, _add_application, _add_processes, _add_logs, _add_limits):
        add(parser)
    return parser


def _settings(said: argparse.Namespace) -> Dict[str, Any]:
    settings: Dict[str, Any] = {"max_body_bytes": 64 * 1024 * 1024}
    settings.update(said.set)
    for name in ("max_body_bytes", "max_header_bytes", "max_connections", "backlog"):
        if getattr(said, name) is not None:
            settings[name] = getattr(said, name)
    for name in ("idle_timeout", "header_timeout"):
        if getattr(said, name) is not None:
            settings[name + "_ms"] = round(getattr(said, name) * 1000)
    return settings


def _binds(parser: argparse.ArgumentParser, said: argparse.Namespace) -> List[str]:
    if said.bind and (said.host is not None or said.port is not None):
        parser.error("--bind says the address already: leave --host and --port out")
    host = said.host if said.host is not None else DEFAULT_BIND.rpartition(":")[0]
    port = said.port if said.port is not None else int(DEFAULT_BIND.rpartition(":")[2])
    return said.bind or [f"[{host}]:{port}" if ":" in host else f"{host}:{port}"]


def _worker_count(parser: argparse.ArgumentParser, said: Optional[int]) -> int:
    if said is not None:
        return said
    try:
        return _whole(1, 512)(os.environ.get("WEB_CONCURRENCY") or "1")
    except argparse.ArgumentTypeError as wrong:
        parser.error(f"WEB_CONCURRENCY: {wrong}")


def parse(arguments: Sequence[str], version: str) -> Options:
    """The options that `arguments` say; leaves with status 2 and a sentence when they cannot be."""
    parser = make_parser(version)
    said = parser.parse_args(arguments)
    if said.reload_dir and not said.reload:
        parser.error("--reload-dir is of no use without --reload")
    return Options(
        application=said.application, binds=_binds(parser, said), workers=_worker_count(parser, said.workers),
        threads=said.threads, interface=said.interface, factory=said.factory, app_dir=os.path.abspath(said.app_dir),
        lifespan=said.lifespan, loop=said.loop, root_path=said.root_path,
        proxy_headers=said.proxy_headers, log_level=said.log_level,
        access_log=said.access_log, log_config=said.log_config, use_colors=said.use_colors,
        graceful_timeout=said.graceful_timeout, reload=said.reload,
        reload_dirs=[os.path.abspath(folder) for folder in said.reload_dir or [said.app_dir]],
        pid=said.pid, settings=_settings(said))

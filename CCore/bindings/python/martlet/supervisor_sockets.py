"""The sockets that the supervising process binds and keeps, so that a worker that ends leaves its queue to the next."""

from __future__ import annotations

import errno
import os
import socket
import stat
import sys
from typing import List, Tuple

#: Whether every process can have a queue of its own on one port, filled evenly by the kernel.
HAS_QUEUES = sys.platform.startswith("linux") and hasattr(socket, "SO_REUSEPORT")


class BindError(Exception):
    """An address cannot be listened on; the message says which and why."""


class Listener:
    """One address: a socket for each of `count` workers, the same one for all where the system has no queues."""

    def __init__(self, address: str, count: int, backlog: int) -> None:
        self.address = address
        self.url = address
        self._unlink: Tuple[str, int] = ("", 0)
        try:
            self.sockets = self._bind(address, count, backlog)
        except OSError as failure:
            raise BindError(f"cannot listen on {address}: {_reason(failure)}") from None

    def _bind(self, address: str, count: int, backlog: int) -> List[socket.socket]:
        if address.startswith("unix:"):
            return [self._bind_unix(address[5:], backlog)] * count
        if address.startswith("fd://"):
            return [_inherited(address)] * count
        sockets = _bind_tcp(address, count, backlog)
        self.url = "http://" + _address_text(sockets[0])
        return sockets

    def _bind_unix(self, path: str, backlog: int) -> socket.socket:
        if not path:
            raise BindError("unix: needs a path")
        _remove_stale(path)
        listening = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        listening.bind(path)
        listening.listen(backlog)
        self._unlink = (path, os.stat(path).st_ino)
        return listening

    def close(self) -> None:
        """Closes the sockets, and removes the file of a unix socket if it is still this one's."""
        for each in self.sockets:
            each.close()
        path, inode = self._unlink
        try:
            if path and os.stat(path).st_ino == inode:
                os.unlink(path)
        except OSError:
            pass  # somebody else was quicker


def _reason(failure: OSError) -> str:
    if failure.errno == errno.EADDRINUSE:
        return "the address is taken by another socket"
    if failure.errno == errno.EACCES:
        return "permission denied"
    return failure.strerror or str(failure)


def _remove_stale(path: str) -> None:
    try:
        if not stat.S_ISSOCK(os.stat(path).st_mode):
            raise BindError(f"cannot listen on unix:{path}: there is a file of that name")
    except FileNotFoundError:
        return
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        try:
            probe.connect(path)
        except ConnectionRefusedError:
            os.unlink(path)
            return
    raise OSError(errno.EADDRINUSE, "")


def _inherited(address: str) -> socket.socket:
    number = address[5:]
    if not number.isdigit():
        raise BindError(f"{address}: fd:// takes the number of a descriptor")
    given = socket.socket(fileno=int(number))
    if given.type != socket.SOCK_STREAM or not given.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN):
        given.detach()
        raise BindError(f"{address}: the descriptor is no listening stream socket")
    return given


def split_tcp(address: str) -> Tuple[str, int]:
    """Host and port of "host:port" or "[::1]:port". Errors: BindError."""
    host, colon, port = address.rpartition(":")
    if host.startswith("[") and host.endswith("]"):
        host = host[1:-1]
    elif ":" in host:
        raise BindError(f"{address!r}: an IPv6 address goes in brackets, as in [::1]:8000")
    if not colon or not port.isdigit() or int(port) > 65535:
        raise BindError(f"{address!r} is none of host:port (0 to 65535), unix:path and fd://number")
    return host, int(port)


def _bind_tcp(address: str, count: int, backlog: int) -> List[socket.socket]:
    host, port = split_tcp(address)
    try:
        found = socket.getaddrinfo(host or "::", port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except socket.gaierror:
        raise BindError(f"cannot listen on {address}: {host!r} is no address or name that is known") from None
    family, _, _, _, where = found[0]
    if count == 1 or not HAS_QUEUES:
        return [_listen(family, where, backlog, is_shared=False)] * count
    # Alone first: sockets that share a port would not notice another server's.
    alone = _listen(family, where, backlog, is_shared=False)
    where = (where[0], alone.getsockname()[1], *where[2:])
    alone.close()
    return [_listen(family, where, backlog, is_shared=True) for _ in range(count)]


def _listen(family: int, where: tuple, backlog: int, is_shared: bool) -> socket.socket:
    listening = socket.socket(family, socket.SOCK_STREAM)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if is_shared:
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        if family == socket.AF_INET6:
            listening.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1 if where[0] != "::" else 0)
        listening.bind(where)
        listening.listen(backlog)
    except OSError:
        listening.close()
        raise
    return listening


def _address_text(bound: socket.socket) -> str:
    host, port = bound.getsockname()[:2]
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"

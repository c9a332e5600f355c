"""Many connections in the hands of one: none of them ever blocks the others."""
import contextlib
import errno
import pathlib
import select
import socket
import struct
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "Wire"))
from wire import Reader  # noqa: E402

RESET = struct.pack("ii", 1, 0)
CONNECTING = 512  # at once: within the kernel's queue of connections not yet accepted
READ_BYTES = 65536
MOMENT = 0.05


class Member:
    """One connection, what is still to be sent on it, and what it got."""

    def __init__(self, made):
        self.socket = made
        self.got = bytearray()
        self.to_send = b""
        self.endless = b""
        self.finishes = False  # half-closes when all is sent
        self.sent = 0
        self.began = time.monotonic()
        self.ended_after = None  # seconds
        self.was_reset = False

    @property
    def is_open(self):
        return self.ended_after is None

    @property
    def answers(self):
        """The responses that it got, read strictly."""
        source = iter([bytes(self.got)])
        reader = Reader(lambda _: next(source, b""))
        found = []
        while reader.buffer or (not found and self.got):
            found.append(reader.response())
        return found

    @property
    def statuses(self):
        return [answer.status for answer in self.answers]

    def wants_to_send(self):
        return bool(self.to_send or self.endless)

    def end(self, was_reset=False):
        self.ended_after = time.monotonic() - self.began
        self.was_reset = was_reset

    def send_some(self):
        if not self.to_send:
            self.to_send = memoryview(self.endless)
        try:
            sent = self.socket.send(self.to_send)
        except BlockingIOError:
            return
        except ConnectionError:
            self.to_send = self.endless = b""  # what it was told before may still be read
            return
        self.sent += sent
        self.to_send = self.to_send[sent:]
        if self.finishes and not self.wants_to_send():
            self.finish_sending()

    def finish_sending(self):
        with contextlib.suppress(OSError):  # it may have ended already
            self.socket.shutdown(socket.SHUT_WR)

    def receive_some(self, size):
        try:
            data = self.socket.recv(size)
        except BlockingIOError:
            return
        except ConnectionError:
            self.end(was_reset=True)
            return
        self.got += data
        if not data:
            self.end()


def begin_to_connect(address, source, receive_buffer):
    made = socket.socket()
    made.setblocking(False)
    made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    if receive_buffer:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
    if source:
        made.setsockopt(socket.IPPROTO_IP, getattr(socket, "IP_BIND_ADDRESS_NO_PORT", 24), 1)
        made.bind((source, 0))
    if (code := made.connect_ex(address)) not in (0, errno.EINPROGRESS):
        made.close()
        raise OSError(code, "cannot connect")
    return made


class Crowd:
    """`count` connections to `address`, from the address `source` of this machine."""

    def __init__(self, address, count, source=None, receive_buffer=None, seconds=30):
        self.members = []
        self.poll = select.epoll()
        self.by_number = {}
        try:
            self.join(address, count, source, receive_buffer, seconds)
        except BaseException:
            self.close()
            raise

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def __iter__(self):
        return iter(self.members)

    def __len__(self):
        return len(self.members)

    def join(self, address, count, source=None, receive_buffer=None, seconds=30):
        """More connections; the new members."""
        before, deadline = len(self.members), time.monotonic() + seconds
        for first in range(0, count, CONNECTING):
            poll, batch = select.epoll(), {}
            for _ in range(min(CONNECTING, count - first)):
                made = begin_to_connect(address, source, receive_buffer)
                batch[made.fileno()] = made
                self.add(made)
                poll.register(made, select.EPOLLOUT)
            while batch:
                if time.monotonic() > deadline:
                    raise TimeoutError(f"{len(batch)} connections are not taken")
                for number, _ in poll.poll(MOMENT):
                    poll.unregister(number)
                    batch.pop(number)
            poll.close()
        return self.members[before:]

    def add(self, made):
        member = Member(made)
        self.members.append(member)
        self.by_number[made.fileno()] = member
        self.poll.register(made, select.EPOLLIN)

    @property
    def open(self):
        return [member for member in self.members if member.is_open]

    def send(self, octets, endless=b""):
        """Has every open member send `octets` too, then `endless` again and again. pump() does it."""
        for member in self.open:
            self.have_send(member, octets, endless)

    def have_send(self, member, octets, endless=b"", finish=False):
        """Has one member do so, if it is open; with `finish` it sends nothing behind them."""
        if not member.is_open:
            return
        member.to_send, member.endless = memoryview(bytes(member.to_send) + octets), endless
        member.finishes = finish
        if member.wants_to_send():
            self.poll.modify(member.socket, select.EPOLLIN | select.EPOLLOUT)

    def serve(self, member, ready, read_bytes):
        if ready & select.EPOLLOUT:
            member.send_some()
            if not member.wants_to_send():
                self.poll.modify(member.socket, select.EPOLLIN)
        if ready & ~select.EPOLLOUT and read_bytes:
            member.receive_some(read_bytes)
        if not member.is_open:
            self.poll.unregister(member.socket)

    def pump(self, seconds, until=None, read_bytes=READ_BYTES):
        """Sends and receives until the time is over or `until()` holds. With read_bytes=0 nothing is received."""
        deadline = time.monotonic() + seconds
        while (left := deadline - time.monotonic()) > 0 and not (until and until()):
            for number, ready in self.poll.poll(min(left, MOMENT)):
                if member := self.by_number.get(number):
                    self.serve(member, ready, read_bytes)
            if not read_bytes:
                time.sleep(min(MOMENT, max(0, left)))  # what waits to be read is always ready

    def sip(self, size):
        """Has every open member receive once, `size` octets at most."""
        for member in self.open:
            member.receive_some(size)
            if not member.is_open:
                self.poll.unregister(member.socket)

    def await_end(self, seconds):
        """Goes on until every connection has ended; whether they have."""
        self.pump(seconds, lambda: not self.open)
        return not self.open

    def close(self, reset=False):
        self.poll.close()
        for member in self.members:
            if reset:
                member.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
            member.socket.close()
        self.members = []

"""A TCP relay between a front and its origin, which writes down what passes, in the order in which it passed."""
import dataclasses
import selectors
import socket
import threading

TO_ORIGIN, TO_FRONT = "to origin", "to front"
JOIN_SECONDS = 5


@dataclasses.dataclass
class Conversation:
    """One connection: (direction, octets) as they came; b"" is that direction's end. What is written down is passed on
    only then, so that an answer stands behind all that it can be an answer to."""
    number: int
    events: list = dataclasses.field(default_factory=list)


def octets_of(events, direction):
    return b"".join(octets for way, octets in events if way == direction)


def receive(source):
    try:
        return source.recv(65536)
    except OSError:
        return b""


def pass_on(sink, octets):
    try:
        if octets:
            sink.sendall(octets)
        else:
            sink.shutdown(socket.SHUT_WR)
    except OSError:
        pass  # it has gone: its own direction ends as well


def converse(conversation, front, origin):
    with front, origin, selectors.DefaultSelector() as ready:
        ready.register(front, selectors.EVENT_READ, (TO_ORIGIN, origin))
        ready.register(origin, selectors.EVENT_READ, (TO_FRONT, front))
        while ready.get_map():
            for key, _ in ready.select():
                direction, sink = key.data
                octets = receive(key.fileobj)
                conversation.events.append((direction, octets))
                pass_on(sink, octets)
                if not octets:
                    ready.unregister(key.fileobj)


class Relay:
    """Listens on a port of its own until its end."""

    def __init__(self, origin):
        self.origin, self.conversations, self.threads = origin, [], []
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port = self.listener.getsockname()[1]
        self.start(self.accept)

    def start(self, target, *arguments):
        thread = threading.Thread(target=target, args=arguments, daemon=True)
        self.threads.append(thread)
        thread.start()

    def accept(self):
        while True:
            try:
                front, _ = self.listener.accept()
            except OSError:
                return
            origin = socket.create_connection(self.origin)
            for sock in (front, origin):
                sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self.conversations.append(Conversation(len(self.conversations) + 1))
            self.start(converse, self.conversations[-1], front, origin)

    def mark(self):
        """How much each conversation has said so far."""
        return [len(each.events) for each in self.conversations]

    def since(self, mark):
        """The conversations that went on after `mark`, and with what."""
        before = dict(enumerate(mark, 1))
        news = [(each, each.events[before.get(each.number, 0):]) for each in list(self.conversations)]
        return [(each, events) for each, events in news if events]

    def end(self):
        """After the front has ended."""
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        for thread in self.threads:
            thread.join(JOIN_SECONDS)

"""A client that asks for the same thing over and over on one connection, and costs little itself."""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "Wire"))
from wire import Reader, dial  # noqa: E402

PIECE_BYTES = 1 << 18


class Asker:
    """Asks with `octets`, one request. The first answer is read by the letter; the others must be as long as it."""

    def __init__(self, address, octets, status=200, seconds=60):
        self.socket, self.octets = dial(address, seconds), octets
        received = []
        reader = Reader(lambda limit: received.append(self.socket.recv(limit)) or received[-1])
        self.socket.sendall(octets)
        self.first = reader.response()
        assert self.first.status == status and not self.first.closes, self.first
        self.answer_bytes = sum(map(len, received))

    def ask(self, times, depth=1):
        """`times` requests, `depth` of them in one packet, whose answers are awaited before the next."""
        packet, answer_bytes = self.octets * depth, self.answer_bytes * depth
        for _ in range(times // depth):
            self.socket.sendall(packet)
            self.receive(answer_bytes)

    def receive(self, size):
        while size > 0:
            piece = len(self.socket.recv(PIECE_BYTES))
            assert piece > 0, "the server closed the connection"
            size -= piece
        assert size == 0, f"{-size} octets too many: the answers are not alike"

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.socket.close()

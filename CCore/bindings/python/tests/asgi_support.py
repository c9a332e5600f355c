"""An ASGI application that is served while a test runs, on a thread of its own."""
import contextlib
import socket
import threading

import martlet
import martlet.asgi


class Serving:
    """`port`, and `stop()`, which ends it gracefully and waits."""

    def __init__(self, app, loop="asyncio", settings=None, **options):
        self.server = martlet.Server(reactors=1, workers=0, **(settings or {}))
        self.port = self.server.listen_tcp()
        self.asgi = martlet.asgi.AsgiServer(app, self.server, **options)
        self.failure = None
        self.started = threading.Event()
        self.loop = martlet.asgi.new_loop(loop)
        self.thread = threading.Thread(target=self._run)
        self.thread.start()
        self.started.wait(20)

    def _run(self):
        try:
            with martlet.asgi.running_loop(self.loop) as loop:
                loop.run_until_complete(self.asgi.serve(self.started.set))
        except Exception as exception:
            self.failure = exception
        finally:
            self.started.set()
            self.server.close()

    def stop(self):
        if self.thread.is_alive():
            with contextlib.suppress(RuntimeError):
                self.loop.call_soon_threadsafe(self.asgi.stop)
        self.thread.join(30)
        assert not self.thread.is_alive(), "the server did not end"


@contextlib.contextmanager
def serving(app, loop="asyncio", **options):
    running = Serving(app, loop, **options)
    try:
        yield running
    finally:
        running.stop()


def connect(port):
    return socket.create_connection(("127.0.0.1", port), timeout=20)


def read_all(peer):
    """What comes until the other side closes; a reset ends it too."""
    octets = b""
    with contextlib.suppress(ConnectionResetError):
        while piece := peer.recv(65536):
            octets += piece
    return octets


def send_raw(port, octets):
    """Everything that one connection answers to those octets."""
    with connect(port) as peer:
        peer.sendall(octets)
        peer.shutdown(socket.SHUT_WR)
        return read_all(peer)


def answer(send, body=b"", status=200, headers=()):
    """Both messages of a whole answer, to await."""
    async def both():
        await send({"type": "http.response.start", "status": status, "headers": list(headers)})
        await send({"type": "http.response.body", "body": body})
    return both()


LOOPS = ["asyncio"]
with contextlib.suppress(ImportError):
    import uvloop  # noqa: F401
    LOOPS.append("uvloop")

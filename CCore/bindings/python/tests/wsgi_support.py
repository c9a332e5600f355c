"""A WSGI application that is served while a test runs: on threads, or on the reactor."""
import contextlib
import threading

import martlet
from martlet.wsgi import Wsgi

#: Values of `threads`: both ways to run an application.
WAYS = (0, 4)


@contextlib.contextmanager
def serving(app, threads=4, root_path="", access=None, **settings):
    """Its port."""
    server = martlet.Server(reactors=1, workers=0, **settings)
    port = server.listen_tcp()
    wsgi = Wsgi(app, server, threads=threads, root_path=root_path, access=access)
    wsgi.start()
    runner = threading.Thread(target=server.run)
    runner.start()
    try:
        yield port
    finally:
        server.drain(2000)
        runner.join(30)
        assert not runner.is_alive(), "the server did not end"
        wsgi.close(5)
        server.close()


def both_ways(test):
    """Runs a test method with the application on the reactor, then on threads, as its argument `threads`."""
    def run(self):
        for threads in WAYS:
            with self.subTest(threads=threads):
                test(self, threads)
    run.__name__ = test.__name__
    return run


def answering(body=(b"ok",), status="200 OK", fields=(("Content-Type", "text/plain"),)):
    """An application with one answer."""
    def app(environ, start_response):
        start_response(status, list(fields))
        return body
    return app

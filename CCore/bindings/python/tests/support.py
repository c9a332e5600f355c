"""What the tests share: a client, and servers that run while a test does."""
import contextlib
import http.client
import select
import threading
import types

import martlet


def ask(port, method, target, body=None, headers=None):
    """One request over one connection: status, headers (lower-case names) and body of the answer."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    with contextlib.closing(connection):
        connection.request(method, target, body, headers or {})
        answer = connection.getresponse()
        fields = {name.lower(): value for name, value in answer.getheaders()}
        return types.SimpleNamespace(status=answer.status, headers=fields, body=answer.read())


def listening(routes):
    server = martlet.Server(reactors=1, workers=2)
    for method, pattern, handler, options in routes:
        server.route(method, pattern, handler, **options)
    return server, server.listen_tcp()


@contextlib.contextmanager
def served(routes):
    """A server with those routes, on threads of its own; its port."""
    server, port = listening(routes)
    with server:
        server.start()
        yield port


def turn(server, is_over):
    """Polls until the server has stopped."""
    drains = False
    while server.poll():
        if is_over.is_set() and not drains:
            server.drain(100)
            drains = True
        timeout = 50 if server.poll_timeout_ms < 0 else min(50, server.poll_timeout_ms)
        select.select([server.poll_descriptor], [], [], timeout / 1000)


@contextlib.contextmanager
def polled(routes):
    """The same inside a loop of this side's own."""
    server, port = listening(routes)
    is_over = threading.Event()
    with server:
        server.start_polled()
        thread = threading.Thread(target=turn, args=(server, is_over))
        thread.start()
        try:
            yield port
        finally:
            is_over.set()
            thread.join()


def multipart(values, files):
    """The body of a form with values and files (name: (file name, content)), and its Content-Type."""
    boundary, parts = "a-boundary", []
    for name, value in values.items():
        parts.append((f'form-data; name="{name}"', value.encode()))
    for name, (file_name, content) in files.items():
        parts.append((f'form-data; name="{name}"; filename="{file_name}"', content))
    body = b"".join(f"--{boundary}\r\nContent-Disposition: {disposition}\r\n\r\n".encode() + content + b"\r\n"
                    for disposition, content in parts)
    return body + f"--{boundary}--\r\n".encode(), f"multipart/form-data; boundary={boundary}"

"""An ASGI application without a framework: a greeting, 100 KiB at once, and an upload that is counted as it comes."""
GREETING = b"Hello, World!"
LARGE = b"x" * (100 << 10)
PLAIN = (b"content-type", b"text/plain; charset=utf-8")


async def answer(send, body, status=200):
    fields = [PLAIN, (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": fields})
    await send({"type": "http.response.body", "body": body})


async def hello(receive, send):
    await answer(send, GREETING)


async def large(receive, send):
    await answer(send, LARGE)


async def upload(receive, send):
    size, has_more = 0, True
    while has_more:
        event = await receive()
        size += len(event.get("body", b""))
        has_more = event.get("more_body", False)
    await answer(send, str(size).encode())


ROUTES = {"/hello": hello, "/large": large, "/upload": upload}


async def app(scope, receive, send):
    if scope["type"] != "http":
        raise NotImplementedError(scope["type"])
    handler = ROUTES.get(scope["path"])
    await (handler(receive, send) if handler else answer(send, b"", 404))

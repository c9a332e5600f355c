"""Starlette on Martlet: what its users do, over real sockets."""
import asyncio
import contextlib
import gc
import hashlib
import os
import tempfile
import time
import unittest

from starlette.applications import Starlette
from starlette.background import BackgroundTask
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.base import BaseHTTPMiddleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import (FileResponse, JSONResponse, PlainTextResponse, RedirectResponse, Response,
                                 StreamingResponse)
from starlette.routing import Mount, Route, WebSocketRoute
from starlette.staticfiles import StaticFiles

from asgi_support import LOOPS, connect, read_all, serving
from support import ask, multipart

TOLD = []


def until(holds):
    deadline = time.monotonic() + 10
    while not holds():
        assert time.monotonic() < deadline, "it did not come about in 10 s"
        time.sleep(0.005)
        gc.collect()  # a generator that was left in the middle ends with its last reference


async def hello(request):
    return PlainTextResponse("Hello, World!")


def blocking(request):
    """No coroutine: Starlette runs it on a thread."""
    time.sleep(0.01)
    return PlainTextResponse("from a thread")


async def echo(request):
    return Response(await request.body(), media_type=request.headers.get("content-type"))


async def digest(request):
    sums, pieces = hashlib.sha256(), 0
    async for piece in request.stream():
        sums.update(piece)
        pieces += 1
    return JSONResponse({"sha256": sums.hexdigest(), "pieces": pieces})


async def upload(request):
    async with request.form() as form:
        file = form["file"]
        return JSONResponse({"name": file.filename, "size": len(await file.read()), "note": form["note"]})


async def numbers():
    for i in range(10):
        yield f"line {i}\n"
        await asyncio.sleep(0.001)


def plain_numbers():
    for i in range(10):
        yield f"line {i}\n"


async def endless():
    try:
        while True:
            yield b"e" * 10000
            await asyncio.sleep(0.001)
    finally:
        TOLD.append("endless ended")


async def silent():
    yield b"first"
    try:
        await asyncio.sleep(60)
    finally:
        TOLD.append("silent ended")


async def note_later():
    await asyncio.sleep(0.02)
    TOLD.append("background")


async def watched(request):
    while not await request.is_disconnected():
        await asyncio.sleep(0.005)
    TOLD.append("saw the peer leave")
    return PlainTextResponse("to nobody")


async def fails(request):
    raise LookupError("on purpose")


async def teapot(request):
    raise HTTPException(418, "short and stout")


async def fails_in_stream(request):
    async def pieces():
        yield "half"
        raise LookupError("on purpose")
    return StreamingResponse(pieces())


async def socket(websocket):
    await websocket.accept()


@contextlib.asynccontextmanager
async def lifespan(app):
    TOLD.append("started")
    yield {"database": "connected"}
    TOLD.append("ended")


FOLDER = tempfile.TemporaryDirectory()
FILE = os.path.join(FOLDER.name, "file.txt")
with open(FILE, "wb") as written:
    written.write(b"f" * 200_000)

ROUTES = [
    Route("/hello", hello), Route("/blocking", blocking), Route("/echo", echo, methods=["POST"]),
    Route("/digest", digest, methods=["POST"]), Route("/upload", upload, methods=["POST"]),
    Route("/stream", lambda request: StreamingResponse(numbers(), media_type="text/plain")),
    Route("/plain-stream", lambda request: StreamingResponse(plain_numbers())),
    Route("/endless", lambda request: StreamingResponse(endless())),
    Route("/silent", lambda request: StreamingResponse(silent())), Route("/watched", watched),
    Route("/background", lambda request: PlainTextResponse("answered", background=BackgroundTask(note_later))),
    Route("/fails", fails), Route("/teapot", teapot), Route("/fails-in-stream", fails_in_stream),
    Route("/state", lambda request: PlainTextResponse(request.state.database)),
    Route("/large", lambda request: PlainTextResponse("l" * 5000)),
    Route("/redirect", lambda request: RedirectResponse("/hello")),
    Route("/cookies", lambda request: cookies(request)), Route("/file", lambda request: FileResponse(FILE)),
    Route("/url/{name:path}", lambda request: PlainTextResponse(f"{request.url} {request.path_params['name']}")),
    WebSocketRoute("/socket", socket), Mount("/static", StaticFiles(directory=FOLDER.name)),
]


def cookies(request):
    response = PlainTextResponse(request.cookies.get("a", "none"))
    response.set_cookie("a", "1")
    response.set_cookie("b", "2")
    return response


async def timed(request, call_next):
    response = await call_next(request)
    response.headers["x-timed"] = "yes"
    return response


MIDDLEWARE = [Middleware(GZipMiddleware, minimum_size=1000), Middleware(BaseHTTPMiddleware, dispatch=timed)]


class OnStarlette:
    loop, middleware = "asyncio", []

    @classmethod
    def setUpClass(cls):
        TOLD.clear()
        app = Starlette(routes=ROUTES, lifespan=lifespan, middleware=cls.middleware)
        cls.server = cls.enterClassContext(serving(app, cls.loop, settings={"max_body_bytes": 2**26}))
        cls.port = cls.server.port

    def get(self, target, **words):
        return ask(self.port, "GET", target, **words)

    def test_answers_from_coroutines_and_threads(self):
        self.assertEqual(self.get("/hello").body, b"Hello, World!")
        self.assertEqual(self.get("/blocking").body, b"from a thread")

    def test_head_not_found_and_wrong_method(self):
        headed = ask(self.port, "HEAD", "/hello")
        self.assertEqual((headed.status, headed.headers["content-length"], headed.body), (200, "13", b""))
        self.assertEqual(self.get("/nowhere").status, 404)
        self.assertEqual(ask(self.port, "POST", "/hello").status, 405)

    def test_bodies_arrive_whole_and_as_streams(self):
        body = os.urandom(2_000_000)
        self.assertEqual(ask(self.port, "POST", "/echo", b"small", {"content-type": "a/b"}).headers["content-type"], "a/b")
        self.assertEqual(ask(self.port, "POST", "/echo", body).body, body)
        for sent in (body, iter([body[:1000], body[1000:]])):
            answered = ask(self.port, "POST", "/digest", sent).body.decode()
            self.assertIn(hashlib.sha256(body).hexdigest(), answered)

    def test_a_form_with_a_file_is_read(self):
        body, content_type = multipart({"note": "n"}, {"file": ("name.bin", b"u" * 300_000)})
        answered = ask(self.port, "POST", "/upload", body, {"content-type": content_type})
        self.assertEqual(answered.body, b'{"name":"name.bin","size":300000,"note":"n"}')

    def test_streams_of_both_kinds_of_generator(self):
        lines = b"".join(b"line %d\n" % i for i in range(10))
        self.assertEqual(self.get("/stream").body, lines)
        self.assertEqual(self.get("/plain-stream").body, lines)

    def test_a_peer_that_leaves_ends_its_stream(self):
        notes = [("/endless", "endless ended"), ("/silent", "silent ended")]
        if not self.middleware:  # behind BaseHTTPMiddleware, is_disconnected never sees it, on no server
            notes.append(("/watched", "saw the peer leave"))
        for target, note in notes:
            with self.subTest(target), connect(self.port) as peer:
                peer.sendall(f"GET {target} HTTP/1.1\r\nHost: h\r\n\r\n".encode())
                if target != "/watched":
                    peer.recv(1000)
                else:
                    time.sleep(0.05)
                peer.setsockopt(1, 13, b"\1\0\0\0\0\0\0\0")
                peer.close()
                until(lambda: note in TOLD)

    def test_a_background_task_runs_behind_the_answer(self):
        self.assertEqual(self.get("/background").body, b"answered")
        until(lambda: "background" in TOLD)

    def test_exceptions_are_500_and_http_exceptions_what_they_say(self):
        with self.assertLogs("martlet.error", "ERROR") as logged:
            self.assertEqual(self.get("/fails").status, 500)
        self.assertIn("LookupError", logged.output[0])
        answered = self.get("/teapot")
        self.assertEqual((answered.status, answered.body), (418, b"short and stout"))

    def test_an_exception_in_a_stream_cuts_it(self):
        with self.assertLogs("martlet.error", "ERROR") as logged, connect(self.port) as peer:
            peer.sendall(b"GET /fails-in-stream HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")
            got = read_all(peer)
            until(lambda: logged.output)
        self.assertIn(b"half", got)
        if not self.middleware:  # BaseHTTPMiddleware ends the stream before it raises
            self.assertFalse(got.endswith(b"0\r\n\r\n"))

    def test_files_cookies_redirects_state_and_urls(self):
        self.assertEqual(self.get("/file").body, b"f" * 200_000)
        self.assertEqual(self.get("/static/file.txt").body, b"f" * 200_000)
        self.assertEqual(self.get("/static/file.txt", headers={"Range": "bytes=5-9"}).body, b"fffff")
        self.assertEqual(self.get("/redirect").headers["location"], "/hello")
        self.assertEqual(self.get("/cookies", headers={"Cookie": "a=x"}).body, b"x")
        self.assertEqual(self.get("/state").body, b"connected")
        self.assertEqual(self.get("/url/a%20b/c", headers={"Host": "name:1"}).body, b"http://name:1/url/a b/c a b/c")

    def test_a_websocket_is_refused_as_a_request_that_nothing_answers(self):
        answered = self.get("/socket", headers={"Connection": "Upgrade", "Upgrade": "websocket",
                                                "Sec-WebSocket-Version": "13",
                                                "Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAAAA=="})
        self.assertEqual(answered.status, 404)
        self.assertEqual(self.get("/hello").status, 200)


class WithMiddleware(OnStarlette):
    middleware = MIDDLEWARE

    def test_middleware_sees_and_changes_the_answer(self):
        answered = self.get("/hello")
        self.assertEqual(answered.headers["x-timed"], "yes")
        self.assertEqual(self.get("/large", headers={"Accept-Encoding": "gzip"}).headers["content-encoding"], "gzip")


for kind in (OnStarlette, WithMiddleware):
    for loop_name in LOOPS:
        name = f"{kind.__name__}On{loop_name.capitalize()}"
        globals()[name] = type(name, (kind, unittest.TestCase), {"loop": loop_name, "__module__": __name__})


def tearDownModule():
    FOLDER.cleanup()


if __name__ == "__main__":
    unittest.main()

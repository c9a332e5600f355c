"""A tour: each way to answer once. Prints its port, and serves until SIGTERM or SIGINT.

tour.py [FILE]: FILE is what /file sends; by default this program."""
import asyncio
import sys
import threading
import time

import martlet

FILE = sys.argv[1] if len(sys.argv) > 1 else __file__
app = martlet.App()


@app.get("/hello")
def hello(request):
    return "Hello, World!"


@app.get("/users/{id}")
def user(request):
    return f"user {request.params['id']}"


@app.get("/json")
def json(request):
    return {"message": "Hello, World!"}


@app.post("/echo")
def echo(request):
    return martlet.Response(request.body, content_type=request.headers.get("content-type"))


@app.get("/stream")
def stream(request):
    """A generator: its pieces are sent as it makes them, by a thread that may wait."""
    for number in range(10):
        yield f"line {number}\n"


@app.post("/upload", stream=True, max_body_bytes=1 << 30)
async def upload(request):
    size = 0
    async for piece in request.stream():
        size += len(piece)
    return f"{size} bytes"


@app.get("/file")
def file(request):
    return martlet.File(FILE)


@app.get("/worker", on="workers")
def worker(request):
    time.sleep(0.02)
    return "worked"


@app.get("/later")
def later(request):
    threading.Timer(0.02, request.later().answer, ["later"]).start()


@app.get("/sleeper")
async def sleeper(request):
    await asyncio.sleep(0.02)
    return "slept"


@app.get("/fail")
def fail(request):
    raise RuntimeError("this handler fails, for the tour")


@app.get("/forget")
def forget(request):
    """Answers nothing: 500."""


app.run(port=0, started=lambda: print(app.port, flush=True))

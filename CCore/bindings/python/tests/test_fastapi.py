"""FastAPI on Martlet: validation, dependencies, uploads, background tasks, and load."""
import asyncio
import contextlib
import json
import shutil
import subprocess
import time
import unittest
from typing import Annotated

from fastapi import BackgroundTasks, Depends, FastAPI, File, Form, Header, HTTPException, UploadFile
from fastapi.responses import StreamingResponse
from pydantic import BaseModel

from asgi_support import LOOPS, serving
from support import ask, multipart

TOLD = []


class Item(BaseModel):
    name: str
    price: float


@contextlib.asynccontextmanager
async def lifespan(app):
    app.state.ready = True
    yield
    TOLD.append("ended")


app = FastAPI(lifespan=lifespan)


async def session():
    TOLD.append("opened")
    yield "session"
    TOLD.append("closed")


@app.get("/hello")
async def hello():
    return {"message": "Hello, World!"}


@app.get("/blocking")
def blocking():
    time.sleep(0.005)
    return {"ready": app.state.ready}


@app.get("/users/{user}")
async def read_user(user: int, q: str = "none", x_token: Annotated[str, Header()] = ""):
    return {"user": user, "q": q, "token": x_token}


@app.post("/items", status_code=201)
async def create_item(item: Item):
    return item


@app.post("/upload")
async def upload(file: Annotated[UploadFile, File()], note: Annotated[str, Form()]):
    return {"name": file.filename, "size": len(await file.read()), "note": note}


@app.get("/session")
async def with_session(opened: Annotated[str, Depends(session)]):
    return opened


@app.get("/background")
async def background(tasks: BackgroundTasks):
    tasks.add_task(TOLD.append, "background")
    return "answered"


@app.get("/stream")
async def stream():
    async def pieces():
        for i in range(5):
            yield f"{i}\n"
            await asyncio.sleep(0)
    return StreamingResponse(pieces())


@app.get("/teapot")
async def teapot():
    raise HTTPException(418, "short and stout", headers={"x-pot": "tea"})


@app.get("/fails")
async def fails():
    raise LookupError("on purpose")


class OnFastApi:
    loop = "asyncio"

    @classmethod
    def setUpClass(cls):
        cls.port = cls.enterClassContext(serving(app, cls.loop)).port

    def get(self, target, **words):
        answered = ask(self.port, "GET", target, **words)
        return answered.status, json.loads(answered.body)

    def test_answers_from_coroutines_and_threads(self):
        self.assertEqual(self.get("/hello"), (200, {"message": "Hello, World!"}))
        self.assertEqual(self.get("/blocking"), (200, {"ready": True}))

    def test_parameters_are_read_and_refused(self):
        self.assertEqual(self.get("/users/7?q=x", headers={"X-Token": "t"}), (200, {"user": 7, "q": "x", "token": "t"}))
        self.assertEqual(self.get("/users/x")[0], 422)

    def test_models_are_read_and_refused(self):
        item = json.dumps({"name": "n", "price": 1})
        answered = ask(self.port, "POST", "/items", item, {"content-type": "application/json"})
        self.assertEqual((answered.status, json.loads(answered.body)), (201, {"name": "n", "price": 1.0}))
        self.assertEqual(ask(self.port, "POST", "/items", "{", {"content-type": "application/json"}).status, 422)

    def test_a_file_is_uploaded(self):
        body, content_type = multipart({"note": "n"}, {"file": ("f.bin", b"u" * 200_000)})
        answered = ask(self.port, "POST", "/upload", body, {"content-type": content_type})
        self.assertEqual(json.loads(answered.body), {"name": "f.bin", "size": 200_000, "note": "n"})

    def test_dependencies_open_and_close_and_background_tasks_run(self):
        TOLD.clear()
        self.assertEqual(self.get("/session"), (200, "session"))
        self.assertEqual(self.get("/background"), (200, "answered"))
        for _ in range(1000):
            if "background" in TOLD:
                break
            time.sleep(0.005)
        self.assertEqual(TOLD, ["opened", "closed", "background"])

    def test_streams_and_exceptions(self):
        self.assertEqual(ask(self.port, "GET", "/stream").body, b"0\n1\n2\n3\n4\n")
        answered = ask(self.port, "GET", "/teapot")
        self.assertEqual((answered.status, answered.headers["x-pot"]), (418, "tea"))
        with self.assertLogs("martlet.error", "ERROR"):
            self.assertEqual(ask(self.port, "GET", "/fails").status, 500)

    def test_its_own_documentation_is_served(self):
        self.assertEqual(self.get("/openapi.json")[0], 200)

    @unittest.skipUnless(shutil.which("ab"), "ab is not there")
    def test_load_is_answered_without_a_failure(self):
        for target in ("/hello", "/blocking"):
            said = subprocess.run(["ab", "-q", "-k", "-c", "64", "-n", "3000", f"http://127.0.0.1:{self.port}{target}"],
                                  capture_output=True, text=True, timeout=60).stdout
            self.assertRegex(said, r"Complete requests: +3000\n")
            self.assertRegex(said, r"Failed requests: +0\n")
            self.assertNotIn("Non-2xx", said)


for loop_name in LOOPS:
    name = f"OnFastApiOn{loop_name.capitalize()}"
    globals()[name] = type(name, (OnFastApi, unittest.TestCase), {"loop": loop_name, "__module__": __name__})

if __name__ == "__main__":
    unittest.main()

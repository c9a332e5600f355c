"""martlet.App: what handlers are given, what they may return, and how it ends."""
import asyncio
import contextlib
import os
import subprocess
import sys
import tempfile
import threading
import time
import unittest

import martlet
from asgi_support import LOOPS, connect, read_all, send_raw
from support import ask


@contextlib.contextmanager
def running(app, loop="asyncio"):
    """The application on a thread of its own, from its start to its end."""
    started = threading.Event()
    thread = threading.Thread(target=app.run, kwargs={"port": 0, "loop": loop, "signals": (), "started": started.set})
    thread.start()
    assert started.wait(20)
    try:
        yield app
    finally:
        with contextlib.suppress(martlet.Error):
            app.stop()
        thread.join(30)
        assert not thread.is_alive(), "the application did not end"


TOLD = []
app = martlet.App(max_body_bytes=1 << 27)


@app.get("/told/{name}/{rest...}")
def told(request):
    return {"method": request.method, "path": request.path, "query": request.query, "params": request.params,
            "header": request.headers["x-Test"], "all": request.headers.all("X-TEST"), "none": request.headers.get("x-none"),
            "peer": request.peer.split(":")[0]}


@app.route("/body", ["POST", "PUT"])
def body(request):
    return request.json() if request.headers.get("content-type") == "application/json" else request.text


@app.get("/kind/{kind}")
def kind(request):
    return {"text": "tëxt", "bytes": b"bytes", "list": [1, "é"], "none": None, "wrong": 7,
            "response": martlet.Response("made", 201, {"X-Made": "yes"}),
            "typed": martlet.Response(b"<p>", content_type="text/html"),
            "pairs": martlet.Response({}, headers=[("a", "1"), ("a", "2"), ("content-type", "application/x")]),
            "iterator": iter(["a", "b"]), "nothing": iter([]),
            "streamed": martlet.Response((b"%d" % i for i in range(3)), 202, content_type="text/csv"),
            "bad-field": martlet.Response("x", headers={"a b": "c"}), "file": martlet.File(__file__),
            "no-file": martlet.File("/nowhere/at-all")}[request.params["kind"]]


@app.get("/error")
def error(request):
    raise martlet.HTTPError(403, "not yours", {"X-Why": "because"})


@app.get("/raises")
def raises(request):
    raise LookupError("on purpose")


@app.get("/raises-in-stream/{where}")
def raises_in_stream(request):
    if request.params["where"] == "later":
        yield "half"
    raise LookupError("on purpose")


@app.get("/thread", on="workers")
def thread(request):
    time.sleep(0.01)
    return threading.current_thread().name


@app.get("/worker-stream", on="workers")
def worker_stream(request):
    return (f"{i}," for i in range(5))


@app.get("/coroutine")
async def coroutine(request):
    await asyncio.sleep(0.005)
    return request.path


@app.get("/coroutine-raises")
async def coroutine_raises(request):
    await asyncio.sleep(0)
    raise LookupError("on purpose")


@app.get("/async-stream")
async def async_stream(request):
    for i in range(5):
        yield f"{i},"
        await asyncio.sleep(0.001)


@app.get("/endless")
async def endless(request):
    try:
        while True:
            yield b"e" * 65536
            TOLD.append("piece")
    finally:
        TOLD.append("endless ended")


@app.get("/endless-thread")
def endless_thread(request):
    try:
        while True:
            yield b"e" * 65536
    finally:
        TOLD.append("endless thread ended")


@app.post("/count", stream=True)
def count(request):
    sizes = []
    for piece in request.stream():
        sizes.append(len(piece))
        if len(sizes) == 1:
            time.sleep(0.05)
    return f"{sum(sizes)} on {threading.current_thread().name[:7]}"


@app.post("/count-async", stream=True)
async def count_async(request):
    return str(sum([len(piece) async for piece in request.stream()]))


@app.post("/broken", stream=True)
async def broken(request):
    try:
        async for _piece in request.stream():
            pass
    except martlet.Error as error:
        TOLD.append(error.status)
        raise


@app.get("/later")
def later(request):
    answer = request.later()
    threading.Timer(0.01, lambda: answer.answer({"path": request.path})).start()


@app.get("/later-raises")
def later_raises(request):
    answer = request.later()
    threading.Timer(0.01, lambda: answer.answer("in spite of it")).start()
    raise LookupError("on purpose")


@app.get("/dropped")
def dropped(request):
    request.later()


class OnLoop:
    loop = "asyncio"

    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.folder.cleanup)
        with open(os.path.join(cls.folder.name, "a.css"), "w") as file:
            file.write("a {}")
        app._folders[:] = [("/static", cls.folder.name)]
        cls.enterClassContext(running(app, cls.loop))
        cls.port = app.port

    def get(self, target, **words):
        return ask(self.port, "GET", target, **words)

    def kind(self, name):
        answered = self.get("/kind/" + name)
        return answered.status, answered.headers.get("content-type"), answered.body

    def until(self, note):
        for _ in range(2000):
            if note in TOLD:
                return
            time.sleep(0.005)
        self.fail(f"{note!r} did not come in 10 s")

    def test_a_request_tells_what_came(self):
        answered = send_raw(self.port, b"GET /told/a%20b/c/%C3%A9?x=1&y=%20&x=2&z= HTTP/1.1\r\nHost: h\r\n"
                                       b"X-Test: 1\r\nX-TEST: 2\r\n\r\n")
        self.assertTrue(answered.endswith('{"method":"GET","path":"/told/a b/c/é","query":{"x":"2","y":" ","z":""},'
                                          '"params":{"name":"a b","rest":"c/é"},"header":"1","all":["1","2"],"none":null,'
                                          '"peer":"127.0.0.1"}'.encode()), answered)

    def test_bodies_are_text_or_json(self):
        self.assertEqual(ask(self.port, "POST", "/body", "é".encode()).body, "é".encode())
        answered = ask(self.port, "PUT", "/body", '{"a": [1]}', {"content-type": "application/json"})
        self.assertEqual(answered.body, b'{"a":[1]}')
        with self.assertLogs("martlet.error"):
            self.assertEqual(ask(self.port, "PUT", "/body", "{", {"content-type": "application/json"}).status, 500)

    def test_what_is_returned_is_the_answer(self):
        self.assertEqual(self.kind("text"), (200, "text/plain; charset=utf-8", "tëxt".encode()))
        self.assertEqual(self.kind("bytes"), (200, "application/octet-stream", b"bytes"))
        self.assertEqual(self.kind("list"), (200, "application/json", '[1,"é"]'.encode()))
        self.assertEqual(self.kind("response"), (201, "text/plain; charset=utf-8", b"made"))
        self.assertEqual(self.get("/kind/response").headers["x-made"], "yes")
        self.assertEqual(self.kind("typed"), (200, "text/html", b"<p>"))
        self.assertEqual(self.kind("pairs"), (200, "application/x", b"{}"))
        self.assertEqual(self.kind("iterator"), (200, "text/plain; charset=utf-8", b"ab"))
        self.assertEqual(self.kind("nothing"), (200, "application/octet-stream", b""))
        self.assertEqual(self.kind("streamed"), (202, "text/csv", b"012"))
        self.assertIn(b"martlet.File", self.kind("file")[2])

    def test_what_cannot_be_an_answer_is_500_and_logged(self):
        self.assertEqual(self.get("/kind/none").status, 500)
        for name, note in (("wrong", "a handler returned int; it may return str"), ("bad-field", "response field 'a b'"),
                           ("no-file", "No such file")):
            with self.assertLogs("martlet.error", "ERROR") as logged:
                self.assertEqual(self.get("/kind/" + name).status, 500)
            self.assertIn(note, logged.output[0])

    def test_exceptions_are_500_and_http_errors_what_they_say(self):
        answered = self.get("/error")
        self.assertEqual((answered.status, answered.headers["x-why"], answered.body), (403, "because", b"not yours"))
        for target in ("/raises", "/coroutine-raises", "/raises-in-stream/first"):
            with self.assertLogs("martlet.error", "ERROR") as logged:
                self.assertEqual(self.get(target).status, 500)
            self.assertIn("LookupError: on purpose", logged.output[0])

    def test_an_exception_in_the_middle_of_a_stream_cuts_it(self):
        with self.assertLogs("martlet.error", "ERROR"), connect(self.port) as peer:
            peer.sendall(b"GET /raises-in-stream/later HTTP/1.1\r\nHost: h\r\n\r\n")
            got = read_all(peer)
        self.assertIn(b"half", got)
        self.assertFalse(got.endswith(b"0\r\n\r\n"))

    def test_functions_run_on_workers_coroutines_in_the_loop(self):
        self.assertNotEqual(self.get("/thread").body, b"MainThread")
        self.assertEqual(self.get("/coroutine").body, b"/coroutine")
        self.assertEqual(self.get("/worker-stream").body, b"0,1,2,3,4,")
        self.assertEqual(self.get("/async-stream").body, b"0,1,2,3,4,")

    def test_a_peer_that_leaves_ends_what_is_made_for_it(self):
        TOLD.clear()
        for target, note in (("/endless", "endless ended"), ("/endless-thread", "endless thread ended")):
            with connect(self.port) as peer:
                peer.sendall(f"GET {target} HTTP/1.1\r\nHost: h\r\n\r\n".encode())
                peer.recv(1000)
                time.sleep(0.05)
                self.assertLess(len(TOLD), 200)
                peer.setsockopt(1, 13, b"\1\0\0\0\0\0\0\0")
            self.until(note)

    def test_a_body_is_read_in_pieces_by_functions_and_coroutines(self):
        payload = b"p" * 5_000_000
        self.assertEqual(ask(self.port, "POST", "/count", payload).body, b"5000000 on martlet")
        self.assertEqual(ask(self.port, "POST", "/count", iter([payload, payload])).body, b"10000000 on martlet")
        self.assertEqual(ask(self.port, "POST", "/count-async", payload).body, b"5000000")
        self.assertEqual(ask(self.port, "POST", "/count-async", b"").body, b"0")

    def test_a_body_that_breaks_off_raises(self):
        with self.assertLogs("martlet.error"), connect(self.port) as peer:
            peer.sendall(b"POST /broken HTTP/1.1\r\nHost: h\r\nContent-Length: 9\r\n\r\nabc")
            time.sleep(0.02)
            peer.setsockopt(1, 13, b"\1\0\0\0\0\0\0\0")
            peer.close()
            self.until("MT_ERROR_CLOSED")

    def test_an_answer_may_come_later_or_never(self):
        self.assertEqual(self.get("/later").body, b'{"path":"/later"}')
        with self.assertLogs("martlet.error"):
            self.assertEqual(self.get("/later-raises").body, b"in spite of it")
        self.assertEqual(self.get("/dropped").status, 500)

    def test_files_unknown_paths_and_wrong_methods_are_the_servers(self):
        answered = self.get("/static/a.css")
        self.assertEqual((answered.body, answered.headers["content-type"].split(";")[0]), (b"a {}", "text/css"))
        self.assertEqual(self.get("/nowhere").status, 404)
        self.assertEqual(ask(self.port, "DELETE", "/body").headers["allow"], "POST, PUT, OPTIONS")


for loop_name in LOOPS:
    name = f"On{loop_name.capitalize()}"
    globals()[name] = type(name, (OnLoop, unittest.TestCase), {"loop": loop_name, "__module__": __name__})


class Life(unittest.TestCase):
    def test_a_misuse_says_what_is_allowed(self):
        with self.assertRaisesRegex(ValueError, "on='threads'; allowed are 'loop' and 'workers'"):
            martlet.App().get("/", on="threads")
        with self.assertRaisesRegex(martlet.Error, "does not run"):
            martlet.App().port
        with self.assertRaisesRegex(martlet.Error, "port 70000; allowed is 0 to 65535"):
            martlet.App().run(port=70000, signals=())
        with self.assertRaisesRegex(martlet.Error, "pattern"):
            wrong = martlet.App()
            wrong.get("no-slash")(lambda request: "")
            wrong.run(port=0, signals=())
        with self.assertRaisesRegex(martlet.Error, "method 'BREW'; allowed are GET"):
            wrong = martlet.App()
            wrong.route("/", ["brew"])(lambda request: "")
            wrong.run(port=0, signals=())

    def test_it_can_run_twice(self):
        own = martlet.App()
        own.get("/")(lambda request: "again")
        for _ in range(2):
            with running(own):
                self.assertEqual(ask(own.port, "GET", "/").body, b"again")

    def test_the_end_waits_for_coroutines_and_threads(self):
        own = martlet.App()

        @own.get("/coroutine")
        async def coroutine(request):
            await asyncio.sleep(0.1)
            return "whole"

        @own.get("/thread")
        def thread(request):
            for _ in range(3):
                time.sleep(0.03)
                yield "whole"
        with running(own), connect(own.port) as one, connect(own.port) as two:
            one.sendall(b"GET /coroutine HTTP/1.1\r\nHost: h\r\n\r\n")
            two.sendall(b"GET /thread HTTP/1.1\r\nHost: h\r\n\r\n")
            time.sleep(0.05)
            own.stop()
            self.assertTrue(read_all(one).endswith(b"whole"))
            self.assertEqual(read_all(two).count(b"whole"), 3)

    def test_it_lives_in_a_loop_that_does_other_things(self):
        own, told = martlet.App(), []
        own.get("/")(lambda request: "hello")

        async def main():
            ready = asyncio.Event()
            serving = asyncio.create_task(own.serve(port=0, started=ready.set))
            await ready.wait()
            reader, writer = await asyncio.open_connection("127.0.0.1", own.port)
            writer.write(b"GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")
            told.append(await reader.read())
            writer.close()
            own.stop()
            await serving
        asyncio.run(main())
        self.assertTrue(told[0].endswith(b"hello"))

    def test_exit_in_a_handler_ends_the_process(self):
        code = ("import martlet, sys; app = martlet.App(); app.get('/plain')(lambda request: sys.exit(7))\n"
                "@app.get('/coroutine')\nasync def coroutine(request): sys.exit(7)\n"
                "app.get('/worker', on='workers')(lambda request: sys.exit(7))\n"
                "app.run(port=0, started=lambda: print(app.port, flush=True))")
        for target in ("/plain", "/coroutine", "/worker"):
            with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                                  text=True) as process:
                port = int(process.stdout.readline())
                send_raw(port, f"GET {target} HTTP/1.1\r\nHost: h\r\n\r\n".encode())
                self.assertEqual(process.wait(10), 7)

    def test_the_program_of_the_readme_serves(self):
        import re
        readme = os.path.join(os.path.dirname(__file__), "..", "README.md")
        with open(readme) as file:
            code = re.search(r"```python\n(.*?)```", file.read(), re.S)[1]
        code = code.replace("app.run(port=8080)", "app.run(port=0, started=lambda: print(app.port, flush=True))")
        with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as process:
            port = int(process.stdout.readline())
            self.assertEqual(ask(port, "GET", "/users/7").body, b"user 7")
            process.terminate()
            self.assertEqual(process.wait(10), 0)


if __name__ == "__main__":
    unittest.main()

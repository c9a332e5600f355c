"""What an application may expect of the loop around it: tasks, contexts, time, exceptions, the server's start and end."""
import asyncio
import contextvars
import signal
import subprocess
import sys
import time
import unittest
import weakref

from asgi_support import LOOPS, answer, connect, read_all, send_raw, serving
from support import ask

VARIABLE = contextvars.ContextVar("variable", default="unset")
KEPT = []


async def named(scope, receive, send):
    """Twice the current task, around a wait."""
    first = asyncio.current_task()
    await asyncio.sleep(0.001)
    same = asyncio.current_task() is first
    await asyncio.sleep(0)
    await answer(send, repr((same, asyncio.current_task() is first, first is not None)).encode())


async def unwaited(scope, receive, send):
    KEPT.append(weakref.ref(asyncio.current_task()) if b"weak" in scope["query_string"] else asyncio.current_task())
    await answer(send, b"kept")


async def leaky(scope, receive, send):
    before = VARIABLE.get()
    VARIABLE.set("set")
    if scope["query_string"]:
        await asyncio.sleep(0.001)
        before += VARIABLE.get() + await asyncio.create_task(read_variable())
    await answer(send, before.encode())


async def read_variable():
    return VARIABLE.get()


async def timed_out(scope, receive, send):
    try:
        async with asyncio.timeout(0.01):
            await asyncio.sleep(10)
    except TimeoutError:
        await answer(send, b"timed out")


async def late_timeout(scope, receive, send):
    """The time is over before the first wait begins."""
    try:
        async with asyncio.timeout(0):
            await asyncio.sleep(0)
            await asyncio.sleep(10)
    except TimeoutError:
        await answer(send, b"late")


async def suicidal(scope, receive, send):
    asyncio.current_task().cancel()
    try:
        await asyncio.sleep(10)
    except asyncio.CancelledError:
        asyncio.current_task().uncancel()
        await answer(send, b"cancelled itself")


async def cancelled(scope, receive, send):
    """Cancelled between its first wait and its task's taking it over."""
    task = asyncio.current_task()
    asyncio.get_running_loop().call_soon(task.cancel)
    lock = asyncio.Lock()
    await lock.acquire()
    try:
        await lock.acquire()
    except asyncio.CancelledError:
        await answer(send, b"cancelled while locked")


async def grouped(scope, receive, send):
    async def part(i):
        await asyncio.sleep(0.001 * i)
        return str(i)
    async with asyncio.TaskGroup() as group:
        parts = [group.create_task(part(i)) for i in range(5)]
    await answer(send, "".join(part.result() for part in parts).encode())


async def threaded(scope, receive, send):
    await answer(send, (await asyncio.to_thread(lambda: "from a thread")).encode())


async def raises(scope, receive, send):
    if scope["query_string"] == b"waits":
        await asyncio.sleep(0.001)
    raise LookupError("on purpose")


async def raises_after_start(scope, receive, send):
    await send({"type": "http.response.start", "status": 200, "headers": []})
    if scope["query_string"] == b"body":
        await send({"type": "http.response.body", "body": b"half", "more_body": True})
    raise LookupError("on purpose")


async def nothing(scope, receive, send):
    pass


async def half(scope, receive, send):
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"half", "more_body": True})


async def hostile(scope, receive, send):
    """Cancels the tasks that wait to lend themselves."""
    for task in asyncio.all_tasks():
        if task is not asyncio.current_task() and "Lender" in task.get_coro().__qualname__:
            task.cancel()
    await answer(send, b"cancelled them")


class Awaitable:
    """An application whose result is no coroutine."""

    def __init__(self, scope, receive, send):
        self.send = send

    def __await__(self):
        return answer(self.send, b"an awaitable").__await__()


async def habitual(scope, receive, send):
    """Waits when asked to: its requests are begun in both ways."""
    if scope["query_string"]:
        await asyncio.sleep(0.001)
    await answer(send, repr((VARIABLE.get(), asyncio.current_task() is not None)).encode())
    VARIABLE.set("set")


async def background(scope, receive, send):
    await answer(send, b"answered")
    await asyncio.sleep(0.05)
    assert scope["path"] == "/background"


ROUTES = {"/named": named, "/unwaited": unwaited, "/leaky": leaky, "/timed": timed_out, "/late": late_timeout,
          "/suicidal": suicidal, "/cancelled": cancelled, "/grouped": grouped, "/threaded": threaded, "/raises": raises,
          "/after-start": raises_after_start, "/nothing": nothing, "/half": half, "/habitual": habitual, "/hostile": hostile,
          "/background": background}


def app(scope, receive, send):
    return Awaitable(scope, receive, send) if scope["path"] == "/awaitable" else ROUTES[scope["path"]](scope, receive, send)


class Tasks:
    loop = "asyncio"

    @classmethod
    def setUpClass(cls):
        cls.server = cls.enterClassContext(serving(app, cls.loop, lifespan="off"))
        cls.port = cls.server.port

    def get(self, target):
        return ask(self.port, "GET", target)

    def body(self, target):
        return self.get(target).body.decode()

    def test_the_current_task_is_the_same_before_and_after_a_wait(self):
        self.assertEqual(self.body("/named"), "(True, True, True)")

    def test_a_task_that_was_kept_is_never_another_requests(self):
        for query in ("?weak", ""):
            KEPT.clear()
            for _ in range(20):
                self.get("/unwaited" + query)
            tasks = [task for task in (kept() if query else kept for kept in KEPT) if task is not None]
            self.assertEqual(len({id(task) for task in tasks}), len(tasks))
            KEPT.clear()

    def test_contexts_do_not_leak(self):
        for _ in range(3):
            self.assertEqual(self.body("/leaky"), "unset")
            self.assertEqual(self.body("/leaky?waits"), "unsetsetset")

    def test_timeouts_and_cancellation_reach_the_request(self):
        self.assertEqual(self.body("/timed"), "timed out")
        self.assertEqual(self.body("/late"), "late")
        self.assertEqual(self.body("/suicidal"), "cancelled itself")
        self.assertEqual(self.body("/cancelled"), "cancelled while locked")

    def test_habits_change_how_a_request_begins_and_nothing_else(self):
        for query in ["?wait"] * 10 + [""] * 100 + ["?wait"] * 5:
            self.assertEqual(self.body("/habitual" + query), "('unset', True)")

    def test_a_task_that_is_cancelled_while_it_waits_for_a_request_serves_none(self):
        for _ in range(5):
            octets = b"GET /hostile HTTP/1.1\r\nHost: h\r\n\r\n" + 20 * b"GET /named HTTP/1.1\r\nHost: h\r\n\r\n"
            self.assertEqual(send_raw(self.port, octets).count(b"(True, True, True)"), 20)

    def test_groups_and_threads_work(self):
        self.assertEqual(self.body("/grouped"), "01234")
        self.assertEqual(self.body("/threaded"), "from a thread")

    def test_many_that_wait_at_once_are_all_answered(self):
        with_keep = [connect(self.port) for _ in range(400)]
        for peer in with_keep:
            peer.sendall(b"GET /named HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n" )
        for peer in with_keep:
            with peer:
                self.assertTrue(read_all(peer).endswith(b"(True, True, True)"))

    def test_an_exception_is_500_and_logged_with_its_traceback(self):
        for target in ("/raises", "/raises?waits"):
            with self.assertLogs("martlet.error", "ERROR") as logged:
                answered = self.get(target)
            self.assertEqual((answered.status, answered.body), (500, b"Internal Server Error"))
            self.assertIn("Exception in ASGI application", logged.output[0])
            self.assertIn("LookupError: on purpose", logged.output[0])

    def test_an_exception_after_the_first_octets_cuts_the_connection(self):
        with self.assertLogs("martlet.error", "ERROR"):
            got = send_raw(self.port, b"GET /after-start?body HTTP/1.1\r\nHost: h\r\n\r\n"
                                      b"GET /named HTTP/1.1\r\nHost: h\r\n\r\n")
        self.assertEqual(got.count(b"HTTP/1.1"), 1)
        self.assertNotIn(b"0\r\n\r\n", got)

    def test_an_exception_before_the_first_octets_is_500(self):
        with self.assertLogs("martlet.error", "ERROR"):
            self.assertEqual(self.get("/after-start").status, 500)

    def test_what_is_not_answered_in_full_is_noted(self):
        with self.assertLogs("martlet.error", "ERROR") as logged:
            self.assertEqual(self.get("/nothing").status, 500)
        self.assertIn("returned without starting response", "".join(logged.output))
        with self.assertLogs("martlet.error", "ERROR") as logged:
            self.assertNotIn(b"0\r\n\r\n", send_raw(self.port, b"GET /half HTTP/1.1\r\nHost: h\r\n\r\n"))
        self.assertIn("returned without completing response", "".join(logged.output))

    def test_an_application_may_return_any_awaitable(self):
        self.assertEqual(self.body("/awaitable"), "an awaitable")

    def test_a_background_task_does_not_hold_the_answer_up(self):
        began = time.monotonic()
        self.assertEqual(self.body("/background"), "answered")
        self.assertLess(time.monotonic() - began, 0.045)


class LifeOfServer:
    loop = "asyncio"

    def test_lifespan_is_told_and_its_state_is_each_requests_own_copy(self):
        told = []

        async def app(scope, receive, send):
            if scope["type"] == "http":
                scope["state"]["n"] = scope["state"].get("n", 0) + 1
                return await answer(send, repr((scope["state"]["n"], scope["state"]["shared"])).encode())
            scope["state"]["shared"] = ["s"]
            for _ in range(2):
                message = await receive()
                told.append(message["type"])
                await send({"type": message["type"] + ".complete"})
        with serving(app, self.loop) as server:
            for _ in range(2):
                self.assertEqual(ask(server.port, "GET", "/").body, b"(1, ['s'])")
        self.assertEqual(told, ["lifespan.startup", "lifespan.shutdown"])

    def test_a_startup_that_fails_is_told_with_its_message(self):
        async def app(scope, receive, send):
            await receive()
            await send({"type": "lifespan.startup.failed", "message": "no database"})
        with serving(app, self.loop) as server:
            server.thread.join(10)
            self.assertEqual(str(server.failure), "no database")

    def test_an_application_without_lifespan_is_served_unless_it_must_have_one(self):
        async def app(scope, receive, send):
            assert scope["type"] == "http"
            await answer(send, b"served")
        with serving(app, self.loop, lifespan="auto") as server:
            self.assertEqual(ask(server.port, "GET", "/").body, b"served")
        with serving(app, self.loop, lifespan="on") as server:
            server.thread.join(10)
            self.assertIn("lifespan is on", str(server.failure))

    def test_the_end_waits_for_requests_and_background_tasks(self):
        told = []

        async def app(scope, receive, send):
            await asyncio.sleep(0.1)
            await answer(send, b"late but whole")
            await asyncio.sleep(0.2)
            told.append("background")
        with serving(app, self.loop, lifespan="off") as server:
            with connect(server.port) as peer:
                peer.sendall(b"GET / HTTP/1.1\r\nHost: h\r\n\r\n")
                time.sleep(0.05)
                server.loop.call_soon_threadsafe(server.asgi.stop)
                self.assertTrue(read_all(peer).endswith(b"late but whole"))
            server.thread.join(10)
        self.assertEqual(told, ["background"])

    def test_the_end_has_a_deadline(self):
        told = []

        async def app(scope, receive, send):
            try:
                await asyncio.sleep(60)
            except asyncio.CancelledError:
                told.append("cancelled")
                raise
        with self.assertLogs("martlet.error"), serving(app, self.loop, lifespan="off", graceful_timeout_ms=100) as server:
            with connect(server.port) as peer:
                peer.sendall(b"GET / HTTP/1.1\r\nHost: h\r\n\r\n")
                time.sleep(0.05)
                began = time.monotonic()
                server.stop()
                self.assertLess(time.monotonic() - began, 3)
        self.assertEqual(told, ["cancelled"])

    def test_a_second_stop_does_not_wait(self):
        async def app(scope, receive, send):
            await answer(send, b"answered")
            await asyncio.sleep(60)
        with self.assertLogs("martlet.error"), serving(app, self.loop, lifespan="off") as server:
            self.assertEqual(ask(server.port, "GET", "/").body, b"answered")
            for _ in range(2):
                server.loop.call_soon_threadsafe(server.asgi.stop)
                time.sleep(0.1)
            began = time.monotonic()
            server.thread.join(10)
            self.assertLess(time.monotonic() - began, 3)

    def test_each_response_is_told_to_the_access_log(self):
        told = []

        async def app(scope, receive, send):
            if scope["path"] == "/raises":
                raise LookupError
            if scope["path"] == "/waits":
                await asyncio.sleep(0.001)
            await answer(send, b"", 201)

        def access(scope, status):
            told.append((scope["path"], status))
        with serving(app, self.loop, lifespan="off", access=access) as server:
            with self.assertLogs("martlet.error"):
                for path in ("/", "/waits", "/raises"):
                    ask(server.port, "GET", path)
        self.assertEqual(told, [("/", 201), ("/waits", 201), ("/raises", 500)])

    def test_a_root_path_is_part_of_the_path(self):
        async def app(scope, receive, send):
            await answer(send, repr((scope["root_path"], scope["path"], scope["raw_path"])).encode())
        with serving(app, self.loop, lifespan="off", root_path="/api") as server:
            self.assertEqual(ask(server.port, "GET", "/a%20b").body, b"('/api', '/api/a b', b'/api/a%20b')")

    def test_nothing_of_a_request_is_left_behind(self):
        import gc
        gone = []

        class Noted:
            def __del__(self):
                gone.append(1)

        async def app(scope, receive, send):
            scope["noted"] = Noted()
            if scope["path"] == "/waits":
                await asyncio.sleep(0)
            if scope["path"] == "/body":
                await receive()
            await answer(send, b"")
        with serving(app, self.loop, lifespan="off") as server:
            for _ in range(10):
                ask(server.port, "GET", "/")
                ask(server.port, "GET", "/waits")
                ask(server.port, "POST", "/body", b"x" * 100)
                ask(server.port, "POST", "/body", b"x" * 100_000)
            time.sleep(0.05)
            gc.collect()
            self.assertEqual(len(gone), 40)


PROGRAM = """
import asyncio, sys, martlet, martlet.asgi
async def app(scope, receive, send):
    if scope["path"] == "/exit":
        sys.exit(7)
    await asyncio.sleep(0.2)
    await send({"type": "http.response.start", "status": 200})
    await send({"type": "http.response.body", "body": b"whole"})
server = martlet.Server(reactors=1)
port = server.listen_tcp()
martlet.asgi.run(app, server, lifespan="off", loop=sys.argv[1], started=lambda: print(port, flush=True))
server.close()
print("ended")
"""


class Process:
    loop = "asyncio"

    def start(self):
        process = subprocess.Popen([sys.executable, "-c", PROGRAM, self.loop], stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE, text=True)
        self.addCleanup(process.communicate)
        self.addCleanup(process.kill)
        return process, int(process.stdout.readline())

    def test_a_signal_ends_it_gracefully(self):
        for number in (signal.SIGTERM, signal.SIGINT):
            process, port = self.start()
            with connect(port) as peer:
                peer.sendall(b"GET / HTTP/1.1\r\nHost: h\r\n\r\n")
                time.sleep(0.1)
                process.send_signal(number)
                self.assertTrue(read_all(peer).endswith(b"whole"))
            self.assertEqual((process.communicate(timeout=10)[0], process.returncode), ("ended\n", 0))

    def test_exit_in_a_request_ends_the_process(self):
        process, port = self.start()
        send_raw(port, b"GET /exit HTTP/1.1\r\nHost: h\r\n\r\n")
        process.communicate(timeout=10)
        self.assertEqual(process.returncode, 7)


for kind in (Tasks, LifeOfServer, Process):
    for loop_name in LOOPS:
        name = f"{kind.__name__}On{loop_name.capitalize()}"
        globals()[name] = type(name, (kind, unittest.TestCase), {"loop": loop_name, "__module__": __name__})

if __name__ == "__main__":
    unittest.main()

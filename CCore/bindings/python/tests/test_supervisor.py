"""Processes: replaced when they die, reloaded and stopped without losing a request."""
import http.client
import os
import signal
import socket
import subprocess
import threading
import time
import unittest

from command import CommandCase
from support import ask

APP = """
import os, time
VERSION = "{version}"
def app(environ, start_response):
    if environ["PATH_INFO"] == "/slow":
        print("a slow one begins", flush=True)
        time.sleep({slow})
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [f"{{VERSION}} {{os.getpid()}}".encode()]
"""
ASGI = """
import asyncio
async def app(scope, receive, send):
    if scope["type"] == "lifespan":
        while (await receive())["type"] != "lifespan.shutdown":
            await send({{"type": "lifespan.startup.complete"}})
        print("application ended", flush=True)
        return await send({{"type": "lifespan.shutdown.complete"}})
    if scope["path"] == "/slow":
        print("a slow one begins", flush=True)
        await asyncio.sleep({slow})
    await send({{"type": "http.response.start", "status": 200, "headers": []}})
    await send({{"type": "http.response.body", "body": b"{version} 0"}})
"""


def source(version="one", slow=0.5, kind=APP):
    return kind.format(version=version, slow=slow)


def wait_until(is_so, seconds=20):
    deadline = time.monotonic() + seconds
    while not is_so():
        if time.monotonic() > deadline:
            raise AssertionError("it never came to be")
        time.sleep(0.02)


def refuses(address):
    """Whether nobody listens there any more; who comes while the socket is being closed sees a reset."""
    try:
        socket.create_connection(address).close()
    except ConnectionRefusedError:
        return True
    except ConnectionResetError:
        pass
    return False


class Load:
    """Clients that keep asking over kept-alive connections; what each was answered, and what went wrong."""

    def __init__(self, port, clients=4):
        self.port, self.answers, self.failures = port, [], []
        self.is_over = threading.Event()
        self.threads = [threading.Thread(target=self.ask_on) for _ in range(clients)]

    def ask_on(self):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        while not self.is_over.is_set():
            try:
                connection.request("GET", "/")
                answer = connection.getresponse()
                self.answers.append((answer.status, answer.read().split()[0]))
                if answer.will_close:
                    connection.close()
            except Exception as failure:
                self.failures.append(repr(failure))
                connection.close()
        connection.close()

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_exception):
        self.is_over.set()
        for thread in self.threads:
            thread.join()


class Reload(CommandCase):
    def reload_under_load(self, kind, *arguments):
        self.write("web.py", source("v0", kind=kind))
        command = self.start("web:app", "--workers", "2", "--no-access-log", *arguments)
        port = command.port()
        with Load(port) as load:
            for round in range(1, 4):
                self.write("web.py", source(f"v{round}", kind=kind))
                command.signal(signal.SIGHUP)
                command.wait_for("Application startup complete", 2 + 2 * round)
                command.wait_for("Finished server process", 2 * round)
        self.assertEqual(load.failures, [])
        self.assertEqual({status for status, _ in load.answers}, {200})
        self.assertEqual({version for _, version in load.answers}, {b"v0", b"v1", b"v2", b"v3"})
        self.assertEqual(ask(port, "GET", "/").body.split()[0], b"v3")
        self.assertEqual(command.stop(), 0)

    def test_no_request_of_a_wsgi_application_is_lost(self):
        self.reload_under_load(APP)
        self.reload_under_load(APP, "--threads", "0")

    def test_no_request_of_an_asgi_application_is_lost(self):
        self.reload_under_load(ASGI)

    def test_no_request_is_lost_under_the_load_that_wrk_makes(self):
        self.write("web.py", source())
        command = self.start("web:app", "--workers", "2", "--no-access-log")
        wrk = subprocess.Popen(["wrk", "-t1", "-c64", "-d2s", f"http://127.0.0.1:{command.port()}/"],
                               stdout=subprocess.PIPE, text=True)
        for round in range(1, 4):
            time.sleep(0.2)
            command.signal(signal.SIGHUP)
            command.wait_for("Finished server process", 2 * round)
        told, _ = wrk.communicate(timeout=30)
        self.assertNotIn("Socket errors", told)
        self.assertNotIn("Non-2xx", told)

    def test_a_request_under_way_is_answered_by_who_took_it(self):
        for kind in (APP, ASGI):
            self.write("web.py", source("old", slow=1, kind=kind))
            command = self.start("web:app")
            port, answers = command.port(), []
            slow = threading.Thread(target=lambda: answers.append(ask(port, "GET", "/slow").body.split()[0]))
            slow.start()
            command.wait_for("a slow one begins", lines=command.lines)
            self.write("web.py", source("new", kind=kind))
            command.signal(signal.SIGHUP)
            command.wait_for("Application startup complete", 2)
            wait_until(lambda: ask(port, "GET", "/").body.split()[0] == b"new")
            slow.join()
            self.assertEqual(answers, [b"old"])
            command.wait_for("Finished server process")

    def test_an_application_that_cannot_be_loaded_leaves_the_old_one_serving(self):
        self.write("web.py", source("good"))
        command = self.start("web:app", "--workers", "2")
        port = command.port()
        self.write("web.py", "raise ValueError('planted')")
        command.signal(signal.SIGHUP)
        command.wait_for("The reload failed: the workers that were there go on")
        self.assertEqual(ask(port, "GET", "/").body.split()[0], b"good")
        self.write("web.py", source("better"))
        command.signal(signal.SIGHUP)
        wait_until(lambda: ask(port, "GET", "/").body.split()[0] == b"better")
        self.assertEqual(command.stop(), 0)

    def test_a_file_that_changes_reloads(self):
        self.write("web.py", "planted = ")
        command = self.start("web:app", "--reload")
        command.wait_for("Waiting for a file to change")
        self.write("web.py", source("first"))
        port = command.port()
        self.write("web.py", source("second"))
        command.wait_for("Reloading: web.py has changed", 2)
        wait_until(lambda: ask(port, "GET", "/").body.split()[0] == b"second")
        self.assertEqual(command.stop(), 0)


class Deaths(CommandCase):
    def test_a_worker_that_dies_is_replaced_and_its_queue_inherited(self):
        self.write("web.py", source())
        command = self.start("web:app", "--workers", "2")
        port = command.port()
        for count, pid in enumerate(command.workers(2), 1):
            os.kill(pid, signal.SIGKILL)
            command.wait_for(rf"Worker process \[{pid}\] died \(SIGKILL\)")
            command.wait_for("Application startup complete", 2 + count)
        # Sockets that nobody took over would keep their share of these waiting.
        self.assertEqual([ask(port, "GET", "/").status for _ in range(30)], [200] * 30)

    def test_what_a_worker_leaves_behind_does_not_hold_up_its_replacement(self):
        self.write("web.py", "import os, time\nif os.fork() == 0:\n    time.sleep(1)\n    os._exit(0)\n" + source())
        command = self.start("web:app")
        port = command.port()
        os.kill(command.workers(1)[0], signal.SIGKILL)
        command.wait_for("Application startup complete", 2)
        self.assertEqual(ask(port, "GET", "/").status, 200)

    def test_a_worker_that_keeps_dying_is_replaced_more_and_more_slowly(self):
        self.write("web.py", "import os, threading\nthreading.Timer(0.4, os._exit, [7]).start()\n" + source())
        command = self.start("web:app")
        command.wait_for(r"died \(exit status 7\)", 3)
        began = time.monotonic()
        command.wait_for("Started server process", 4)
        self.assertGreater(time.monotonic() - began, 0.3)

    def test_workers_end_when_their_parent_is_killed(self):
        for kind in (APP, ASGI):
            self.write("web.py", source(kind=kind))
            command = self.start("web:app", "--workers", "2")
            command.port()
            command.process.kill()
            command.wait_for("Finished server process", 2)


class Stops(CommandCase):
    def stopping(self, kind, slow, *arguments, **options):
        """A command with a request under way that takes so long."""
        self.write("web.py", source(slow=slow, kind=kind))
        command = self.start("web:app", *arguments, **options)
        peer = socket.create_connection(("127.0.0.1", command.port()), timeout=20)
        self.addCleanup(peer.close)
        peer.sendall(b"GET /slow HTTP/1.1\r\nHost: h\r\n\r\n")
        command.wait_for("a slow one begins", lines=command.lines)
        return command, peer

    def test_a_request_under_way_is_answered_before_the_end(self):
        for kind in (APP, ASGI):
            for number in (signal.SIGTERM, signal.SIGINT):
                command, peer = self.stopping(kind, 0.7)
                command.signal(number)
                command.wait_for("Shutting down")
                address = peer.getpeername()
                wait_until(lambda: refuses(address))
                self.assertIn(b"200 OK", peer.recv(65536))
                peer.close()  # or it is waited for: the answer said that the connection closes
                self.assertEqual(command.end(), 0)
                if kind is ASGI:
                    self.assertIn("application ended", command.lines)

    def test_what_a_terminal_sends_to_all_of_them_ends_it_once(self):
        for kind in (APP, ASGI):
            command, peer = self.stopping(kind, 0.7, "--workers", "2", start_new_session=True)
            os.killpg(command.process.pid, signal.SIGINT)
            self.assertIn(b"200 OK", peer.recv(65536))
            peer.close()
            self.assertEqual(command.end(), 0)
            self.assertNotIn("Traceback", "\n".join(command.said))

    def test_the_deadline_cuts_what_takes_longer(self):
        for kind in (APP, ASGI):
            command, peer = self.stopping(kind, 20, "--graceful-timeout", "0.3")
            began = time.monotonic()
            self.assertEqual(command.stop(), 0)
            self.assertLess(time.monotonic() - began, 4)
            with self.assertRaises((ConnectionError, AssertionError)):
                self.assertTrue(peer.recv(65536))

    def test_a_second_signal_stops_at_once(self):
        for kind in (APP, ASGI):
            command, _ = self.stopping(kind, 20)
            command.signal(signal.SIGINT)
            command.wait_for("Shutting down")
            began = time.monotonic()
            command.signal(signal.SIGINT)
            self.assertEqual(command.end(), 0)
            self.assertLess(time.monotonic() - began, 4)

    def test_a_worker_that_does_not_listen_is_killed(self):
        self.write("web.py", "import signal, time\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
                   "print('deaf', flush=True)\ntime.sleep(60)\n")
        command = self.start("web:app", "--graceful-timeout", "0.1")
        command.wait_for("deaf", lines=command.lines)
        began = time.monotonic()
        command.stop()
        self.assertLess(time.monotonic() - began, 8)
        self.assertIn("did not stop in time and is killed", "\n".join(command.said))


if __name__ == "__main__":
    unittest.main()

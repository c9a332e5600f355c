"""The command: what it takes, what it says, and what it refuses."""
import json
import os
import signal
import socket
import subprocess
import sys
import unittest

import martlet
from command import CommandCase
from support import ask

WSGI = """
import os
def app(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [f"{os.getpid()} {environ['SCRIPT_NAME']}{environ['PATH_INFO']}".encode()]
"""
ASGI = """
class App:
    async def __call__(self, scope, receive, send):
        assert scope["type"] == "http", "no lifespan"
        await send({"type": "http.response.start", "status": 202, "headers": []})
        await send({"type": "http.response.body", "body": scope["root_path"].encode()})
app = App()
def make():
    return app
"""

APP = """
import martlet
app = martlet.App(idle_timeout_ms=5000)
@app.get("/users/{{id}}")
def user(request):
    return f"{greeting} {{request.params['id']}}"
"""


class Refusals(CommandCase):
    def refused(self, *arguments, status, says):
        command = self.start(*arguments, binds=False)
        self.assertEqual(command.end(), status, command.said)
        self.assertIn(says, "\n".join(command.said))
        self.assertNotIn("Traceback", "\n".join(command.said))

    def test_a_value_that_cannot_be_is_named_with_its_range(self):
        faults = [
            (["x:y", "--port", "70000"], "argument --port: 70000 is not from 0 to 65535"),
            (["x:y", "--workers", "0"], "argument -w/--workers: 0 is not from 1 to 512"),
            (["x:y", "--threads", "many"], "argument --threads: 'many' is no whole number"),
            (["x:y", "--idle-timeout", "-1"], "-1 is not from 0 to 4000000 seconds"),
            (["x:y", "--app-dir", "/nowhere"], "there is no folder '/nowhere'"),
            (["x:y", "--root-path", "api"], "'api' does not start with /"),
            (["x:y", "--set", "backlog"], "'backlog' is not name=value"),
            (["x:y", "--set", "workers=3"], "workers is the command's own to set"),
            (["x:y", "--set", "backlog=0"], "backlog is 0; allowed is 1 to 65535"),
            (["x:y", "--set", "nonsense=1"], "there is no setting 'nonsense'"),
            (["x:y", "--bind", "a:1", "--port", "2"], "leave --host and --port out"),
            (["x:y", "--reload-dir", "."], "--reload-dir is of no use without --reload"),
            (["x:y", "--log-config", "nowhere.json"], "--log-config nowhere.json"),
            ([], "required: module:app"),
        ]
        for arguments, says in faults:
            with self.subTest(says):
                self.refused(*arguments, status=2, says=says)

    def test_an_address_that_cannot_be_listened_on_is_named(self):
        with socket.create_server(("127.0.0.1", 0)) as taken:
            address = f"127.0.0.1:{taken.getsockname()[1]}"
            for workers in ("1", "2"):
                self.refused("x:y", "--bind", address, "--workers", workers, status=1,
                             says=f"cannot listen on {address}: the address is taken by another socket")
        (self.folder / "file").write_text("")
        self.refused("x:y", "--bind", "unix:file", status=1, says="there is a file of that name")
        self.refused("x:y", "--bind", "fd://0", status=1, says="cannot listen on fd://0")
        self.refused("x:y", "--bind", "::1:80", status=1, says="an IPv6 address goes in brackets")
        self.refused("x:y", "--bind", "nothing", status=1, says="is none of host:port")

    def test_an_application_that_is_not_there_is_named(self):
        self.write("web.py", WSGI + "number = 5\n")
        self.write("bare.py", "")
        faults = [("missing:app", "there is no module 'missing'"), ("web.missing:app", "there is no module 'web.missing'"),
                  ("web:nope", "the module 'web' has no 'nope'"), ("web:number", "web:number is of type int, which no server can call"),
                  ("bare", "neither 'app' nor 'application'"), ("web:", "is not of the form module:app")]
        for application, says in faults:
            with self.subTest(application):
                self.refused(application, "--port", "0", status=1, says=says)

    def test_what_is_not_for_an_app_is_named(self):
        self.write("own.py", "import martlet\napp = martlet.App()\n")
        for option in (["--root-path", "/api"], ["--proxy-headers"], ["--interface", "wsgi"]):
            with self.subTest(option):
                self.refused("own:app", "--port", "0", *option, status=1,
                             says=f"{option[0]} is for WSGI and ASGI applications, and own:app is a martlet.App")

    def test_an_application_that_raises_is_shown_with_its_traceback(self):
        self.write("broken.py", "import missing_module\n")
        command = self.start("broken:app", "--workers", "2")
        self.assertEqual(command.end(), 3)
        said = "\n".join(command.said)
        self.assertIn('broken.py", line 1', said)
        self.assertIn("A worker failed to start: ModuleNotFoundError: No module named 'missing_module'", said)


class Serving(CommandCase):
    def test_it_says_what_it_is(self):
        told = subprocess.run([sys.executable, "-m", "martlet", "--version"], capture_output=True, text=True)
        self.assertEqual(told.stdout, f"martlet {martlet.__version__}\n")
        told = subprocess.run([sys.executable, "-m", "martlet", "--help"], capture_output=True, text=True)
        for word in ("addresses:", "application:", "processes:", "logs:", "limits:", "--workers", "--reload", "SIGHUP"):
            self.assertIn(word, told.stdout)

    def test_it_tells_of_its_start_its_requests_and_its_end(self):
        self.write("web.py", WSGI)
        command = self.start("web:app")
        port = command.port()
        ask(port, "GET", "/x%20y?q=1")
        line = command.wait_for("GET", lines=command.lines)
        self.assertRegex(line.string, r'^INFO:     127\.0\.0\.1:\d+ - "GET /x%20y\?q=1 HTTP/1\.1" 200$')
        self.assertEqual(command.stop(), 0)
        said = [line.split("[")[0].strip() for line in command.said]
        self.assertEqual(said, ["INFO:     Started supervising process", "INFO:     Started server process",
                                "INFO:     Application startup complete.",
                                f"INFO:     Martlet running on http://127.0.0.1:{port} (Press CTRL+C to quit)",
                                "INFO:     Shutting down", "INFO:     Finished server process"])

    def test_it_serves_an_app_in_processes_and_reloads_it(self):
        self.write("own.py", APP.format(greeting="hello"))
        command = self.start("own:app", "--workers", "2", "--log-level", "info")
        port = command.port()
        self.assertEqual(ask(port, "GET", "/users/7").body, b"hello 7")
        self.assertEqual(ask(port, "POST", "/users/7").status, 405)
        command.workers(2)
        self.write("own.py", APP.format(greeting="good day"))
        command.signal(signal.SIGHUP)
        command.wait_for("Finished server process", 2)
        self.assertEqual(ask(port, "GET", "/users/7").body, b"good day 7")
        self.assertEqual(command.stop(), 0)
        self.assertEqual(len([line for line in command.said if "Finished server process" in line]), 4)

    def test_what_is_not_wanted_is_not_said(self):
        self.write("web.py", WSGI)
        command = self.start("web:app", "--no-access-log", "--log-level", "warning", "--bind", "unix:s", binds=False)
        with self.connected("s") as peer:
            peer.sendall(b"GET / HTTP/1.0\r\n\r\n")
            self.assertIn(b"200 OK", peer.recv(65536))
        self.assertEqual(command.stop(), 0)
        self.assertEqual((command.said, command.lines), ([], []))
        self.assertFalse((self.folder / "s").exists())

    def connected(self, path):
        peer = socket.socket(socket.AF_UNIX)
        peer.settimeout(20)
        for _ in range(200):
            try:
                peer.connect(str(self.folder / path))
                return peer
            except OSError:
                signal.sigtimedwait([], 0.05)
        raise AssertionError("nobody listens")

    def test_colours_are_for_terminals_and_those_who_ask(self):
        self.write("web.py", WSGI)
        command = self.start("web:app", "--use-colors")
        ask(command.port(), "GET", "/")
        command.wait_for(r"\x1b\[32m200\x1b\[0m", lines=command.lines)
        command.wait_for(r"\x1b\[32mINFO\x1b\[0m:     Started")

    def test_logging_is_set_up_from_a_file(self):
        self.write("web.py", WSGI)
        handler = {"class": "logging.FileHandler", "filename": "log", "formatter": "f"}
        logger = {"level": "INFO", "handlers": ["h"], "propagate": False}
        config = {"version": 1, "formatters": {"f": {"format": "%(name)s|%(message)s"}}, "handlers": {"h": handler},
                  "loggers": {"martlet.error": logger, "martlet.access": logger}}
        (self.folder / "log.json").write_text(json.dumps(config))
        command = self.start("web:app", "--log-config", "log.json", "--bind", "unix:s", binds=False)
        with self.connected("s") as peer:
            peer.sendall(b"GET /y HTTP/1.0\r\n\r\n")
            peer.recv(65536)
        command.stop()
        log = (self.folder / "log").read_text()
        self.assertIn("martlet.error|Application startup complete.", log)
        self.assertIn('martlet.access|unix - "GET /y HTTP/1.0" 200', log)

    def test_several_addresses_and_a_socket_that_was_inherited(self):
        self.write("web.py", WSGI)
        with socket.create_server(("127.0.0.1", 0)) as given:
            command = self.start("web:app", "--bind", "127.0.0.1:0", "--bind", "[::1]:0", "--bind", f"fd://{given.fileno()}",
                                 binds=False, pass_fds=[given.fileno()])
            ports = [int(command.wait_for(r"on http://127\.0\.0\.1:(\d+)")[1]), given.getsockname()[1]]
            command.wait_for(r"on http://\[::1\]:(\d+)")
            for port in ports:
                self.assertEqual(ask(port, "GET", "/").status, 200)
            self.assertEqual(command.stop(), 0)

    def test_asgi_and_wsgi_are_told_apart(self):
        self.write("web.py", WSGI)
        self.write("aweb.py", ASGI)
        for arguments, status, body in ((["web:app", "--root-path", "/r"], 200, b"/r/"), (["aweb:app"], 202, b""),
                                        (["aweb:make", "--factory", "--root-path", "/r/"], 202, b"/r"),
                                        (["aweb:app", "--loop", "asyncio", "--interface", "asgi"], 202, b""),
                                        (["web", "--threads", "0"], 200, b"/")):
            with self.subTest(arguments):
                answer = ask(self.start(*arguments).port(), "GET", "/")
                self.assertEqual(answer.status, status)
                self.assertTrue(answer.body.endswith(body))

    def test_a_front_end_is_believed_when_it_is_said_so(self):
        self.write("web.py", """
def app(environ, start_response):
    start_response("200 OK", [])
    return [f"{environ['wsgi.url_scheme']} {environ['REMOTE_ADDR']}".encode()]
async def aapp(scope, receive, send):
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": f"{scope['scheme']} {scope['client'][0]}".encode()})
""")
        fields = {"X-Forwarded-For": "6.6.6.6, 192.0.2.1", "X-Forwarded-Proto": "https"}
        for name in ("app", "aapp"):
            command = self.start(f"web:{name}", "--lifespan", "off", "--proxy-headers")
            self.assertEqual(ask(command.port(), "GET", "/", None, fields).body, b"https 192.0.2.1")
            command.wait_for("192.0.2.1:0 - ", lines=command.lines)
            fields_that_say_nothing = {"X-Forwarded-Proto": "gopher"}
            self.assertEqual(ask(command.port(), "GET", "/", None, fields_that_say_nothing).body, b"http 127.0.0.1")
            command = self.start(f"web:{name}", "--lifespan", "off")
            self.assertEqual(ask(command.port(), "GET", "/", None, fields).body, b"http 127.0.0.1")

    def test_a_lifespan_that_must_be_there_and_is_not_ends_it_all(self):
        self.write("aweb.py", ASGI)
        command = self.start("aweb:app", "--lifespan", "on")
        self.assertEqual(command.end(), 3)
        self.assertIn("the application has no lifespan", "\n".join(command.said))

    def test_a_setting_reaches_the_server(self):
        self.write("web.py", WSGI)
        port = self.start("web:app", "--max-body-bytes", "10", "--set", "server_name=mine").port()
        self.assertEqual(ask(port, "POST", "/", b"x" * 11).status, 413)
        self.assertEqual(ask(port, "POST", "/", b"x" * 10).headers["server"], "mine")

    def test_the_pid_file_names_who_takes_signals(self):
        self.write("web.py", WSGI)
        command = self.start("web:app", "--pid", "pid")
        command.port()
        path = self.folder / "pid"
        os.kill(int(path.read_text()), signal.SIGTERM)
        self.assertEqual(command.end(), 0)
        self.assertFalse(path.exists())


if __name__ == "__main__":
    unittest.main()

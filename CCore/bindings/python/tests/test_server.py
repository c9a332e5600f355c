"""martlet.Server: settings, routes, handles that are over, ways to run."""
import gc
import os
import select
import socket
import threading
import time
import unittest

import martlet
from support import ask, polled, served


class Settings(unittest.TestCase):
    def test_a_setting_out_of_range_is_refused_with_name_value_and_range(self):
        with self.assertRaisesRegex(martlet.Error, "backlog is 0; allowed is 1 to 65535") as caught:
            martlet.Server(backlog=0)
        self.assertEqual(caught.exception.status, "MT_ERROR_INVALID_ARGUMENT")

    def test_a_number_that_no_field_can_hold_is_refused_by_name(self):
        with self.assertRaisesRegex(martlet.Error, "setting backlog cannot be -1"):
            martlet.Server(backlog=-1)

    def test_a_setting_that_is_none_is_refused_with_those_that_are(self):
        with self.assertRaisesRegex(TypeError, "no setting 'wrkers'.*workers"):
            martlet.Server(wrkers=1)

    def test_a_port_that_is_taken_is_an_error_with_the_systems_number(self):
        with socket.create_server(("127.0.0.1", 0)) as taken, martlet.Server() as server:
            with self.assertRaises(martlet.Error) as caught:
                server.listen_tcp("127.0.0.1", taken.getsockname()[1])
        self.assertEqual(caught.exception.status, "MT_ERROR_ADDRESS_IN_USE")
        self.assertNotEqual(caught.exception.errno, 0)

    def test_two_routes_that_match_the_same_are_refused_by_both_patterns(self):
        with martlet.Server() as server:
            server.route("GET", "/a/{x}", print)
            with self.assertRaisesRegex(martlet.Error, "/a/{x}.*/a/{y}|/a/{y}.*/a/{x}"):
                server.route("GET", "/a/{y}", print)

    def test_a_closed_server_raises_and_may_be_closed_again(self):
        server = martlet.Server()
        server.close()
        server.close()
        with self.assertRaisesRegex(martlet.Error, "closed"):
            server.stats()


def kept(request, response):
    """Answers, and keeps what is over afterwards."""
    kept.request, kept.response = request, response
    response.body("kept")


def later(request, response):
    exchange = martlet.defer(request, response)

    def complete():
        time.sleep(0.02)
        exchange.response.body(b"later " + exchange.request.path)
        exchange.complete()
        exchange.release()
    threading.Thread(target=complete).start()


def forget(request, response):
    martlet.defer(request, response)


def echo(request, response):
    response.add("X-Length", str(request.content_length))
    response.body(request.body)


def count(request, response):
    exchange, sizes = martlet.defer(request, response), []

    def consume(data, failure):
        if data:
            sizes.append(len(data))
            threading.Timer(0.001, exchange.resume_body).start()
            return True
        exchange.response.body(f"{sum(sizes)} {failure}")
        exchange.complete()
    request.stream_body(consume)


def lines(request, response):
    exchange, may_write = martlet.defer(request, response), threading.Event()

    def write():
        exchange.start(on_drained=may_write.set)
        for i in range(2000):
            may_write.clear()
            if not exchange.write(b"%04d" % i * 1000):
                may_write.wait(10)
        exchange.end()
        exchange.release()
    threading.Thread(target=write).start()


ROUTES = [("GET", "/kept", kept, {}), ("GET", "/later", later, {}), ("GET", "/forget", forget, {}),
          ("GET", "/fail", lambda request, response: 1 / 0, {}), ("GET", "/nothing", lambda request, response: None, {}),
          ("GET", "/users/{id}", lambda request, response: response.body(request.parameters["id"]), {}),
          ("GET", "/worker", lambda request, response: (time.sleep(0.02), response.body("worked")), {"workers": True}),
          ("POST", "/echo", echo, {}), ("POST", "/count", count, {"stream": True, "max_body_bytes": 2**26}),
          ("GET", "/lines", lines, {})]


class Handlers:
    """The same with threads of the server's own and polled."""

    def test_a_parameter_is_decoded(self):
        self.assertEqual(ask(self.port, "GET", "/users/J%C3%B6rg").body, "Jörg".encode())

    def test_what_is_kept_beyond_the_handler_raises(self):
        self.assertEqual(ask(self.port, "GET", "/kept").body, b"kept")
        for use in (lambda: kept.request.path, lambda: kept.request.fields, lambda: kept.response.body("x"),
                    lambda: martlet.defer(kept.request, kept.response), lambda: setattr(kept.response, "status", 200)):
            with self.assertRaisesRegex(martlet.Error, "is over"):
                use()

    def test_a_deferred_exchange_is_completed_from_another_thread(self):
        self.assertEqual(ask(self.port, "GET", "/later").body, b"later /later")

    def test_an_exchange_that_nothing_holds_is_answered_500(self):
        self.assertEqual(ask(self.port, "GET", "/forget").status, 500)

    def test_a_handler_that_raises_is_500_and_logged_and_the_server_goes_on(self):
        with self.assertLogs("martlet.error", "ERROR") as logged:
            self.assertEqual(ask(self.port, "GET", "/fail").status, 500)
        self.assertIn("ZeroDivisionError", logged.output[0])
        self.assertEqual(ask(self.port, "GET", "/kept").status, 200)

    def test_a_handler_that_answers_nothing_is_500(self):
        self.assertEqual(ask(self.port, "GET", "/nothing").status, 500)

    def test_a_worker_may_block(self):
        self.assertEqual(ask(self.port, "GET", "/worker").body, b"worked")

    def test_a_body_comes_whole_or_in_pieces_that_pause(self):
        body = bytes(range(256)) * 2000
        answer = ask(self.port, "POST", "/echo", body)
        self.assertEqual((answer.body, answer.headers["x-length"]), (body, str(len(body))))
        self.assertEqual(ask(self.port, "POST", "/count", body).body, b"512000 None")

    def test_a_stream_waits_for_its_reader(self):
        self.assertEqual(ask(self.port, "GET", "/lines").body, b"".join(b"%04d" % i * 1000 for i in range(2000)))


class OnThreadsOfItsOwn(Handlers, unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.port = cls.enterClassContext(served(ROUTES))


class Polled(Handlers, unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.port = cls.enterClassContext(polled(ROUTES))


class Life(unittest.TestCase):
    def test_close_from_a_handler_is_refused(self):
        seen = []

        def close(request, response):
            try:
                server.close()
            except martlet.Error as error:
                seen.append(error.status)
            response.body("still here")
        server = martlet.Server(reactors=1)
        server.route("GET", "/", close)
        port = server.listen_tcp()
        server.start()
        self.assertEqual(ask(port, "GET", "/").body, b"still here")
        self.assertEqual(seen, ["MT_ERROR_WRONG_THREAD"])
        server.close()

    def test_handlers_are_let_go_with_the_server(self):
        class Handler:
            gone = False

            def __call__(self, request, response):
                response.body("")

            def __del__(self):
                Handler.gone = True
        with martlet.Server(reactors=1) as server:
            server.route("GET", "/", Handler())
            server.start()
        del server
        gc.collect()
        self.assertTrue(Handler.gone)

    def test_an_exchange_outlives_its_server(self):
        held = []
        with martlet.Server(reactors=1) as server:
            server.route("GET", "/", lambda request, response: held.append(martlet.defer(request, response)))
            port = server.listen_tcp()
            server.start()
            with socket.create_connection(("127.0.0.1", port)) as peer:
                peer.sendall(b"GET /?a HTTP/1.1\r\nHost: a\r\n\r\n")
                while not held:
                    time.sleep(0.001)
        self.assertTrue(held[0].is_cancelled)
        self.assertEqual(held[0].request.query, b"a")
        with self.assertRaises(martlet.Error) as caught:
            held[0].complete()
        self.assertEqual(caught.exception.status, "MT_ERROR_CLOSED")
        held[0].release()
        with self.assertRaisesRegex(martlet.Error, "is over"):
            held[0].request.query

    def test_a_connection_can_be_injected(self):
        octets, ended = [], threading.Event()
        with martlet.Server(reactors=1) as server:
            server.route("GET", "/", lambda request, response: response.body("in"))
            server.start()
            server.inject(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n",
                          lambda data, is_end: ended.set() if is_end else octets.append(data))
            self.assertTrue(ended.wait(10))
        self.assertTrue(b"".join(octets).endswith(b"\r\n\r\nin"))

    def test_an_interrupt_in_a_handler_comes_out_of_poll(self):
        def interrupt(request, response):
            raise KeyboardInterrupt
        with martlet.Server(reactors=1) as server, socket.socket() as peer, self.assertLogs("martlet.error"):
            server.route("GET", "/", interrupt)
            port = server.listen_tcp()
            server.start_polled()
            peer.connect(("127.0.0.1", port))
            peer.sendall(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            with self.assertRaises(KeyboardInterrupt):
                while server.poll():
                    select.select([server.poll_descriptor], [], [], 0.05)
            server.poll()
            self.assertTrue(peer.recv(1000).startswith(b"HTTP/1.1 500 "))

    def test_a_forked_child_ends_though_the_server_runs_in_its_parent(self):
        with martlet.Server(reactors=2) as server:
            server.start()
            child = os.fork()
            if child == 0:
                martlet.server._close_all()
                del server
                os._exit(7)
            self.assertEqual(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), 7)

    def test_a_server_left_running_does_not_hang_the_interpreter(self):
        import subprocess
        import sys
        code = ("import martlet; s = martlet.Server(); s.route('GET', '/', lambda q, r: r.body('')); s.listen_tcp(); "
                "s.start(); print(s.ports[0] > 0)")
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=20)
        self.assertEqual((done.stdout, done.returncode), ("True\n", 0), done.stderr)


if __name__ == "__main__":
    unittest.main()

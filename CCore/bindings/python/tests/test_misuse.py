"""What an embedder may do wrong: it raises, and the server goes on."""
import asyncio
import os
import select
import socket
import threading
import time
import unittest

import martlet
import martlet.loop
from support import ask, served


def refused(status, call, *arguments, **words):
    """Whether the call raises with that status; what else happens is said."""
    try:
        result = call(*arguments, **words)
    except martlet.Error as error:
        return error.status == status or error.status
    return f"no error, but {result!r}"


class InHandlers(unittest.TestCase):
    """Each handler does one thing wrong, and answers what became of it."""

    def wrong(self, handler, *, body=None, **options):
        method = "POST" if options.get("stream") else "GET"
        with served([(method, "/", handler, options)]) as port:
            return ask(port, method, "/", body).body.decode()

    def test_an_exchange_is_deferred_once(self):
        def twice(request, response):
            exchange = martlet.defer(request, response)
            exchange.response.body(str(refused("MT_ERROR_INVALID_STATE", martlet.defer, request, response)))
            exchange.complete()
        self.assertEqual(self.wrong(twice), "True")

    def test_an_exchange_is_completed_once(self):
        told, ended = [], threading.Event()

        def twice(request, response):
            exchange = martlet.defer(request, response)
            response.body("once")
            exchange.complete()
            told.extend(refused("MT_ERROR_INVALID_STATE", call) for call in
                        (exchange.complete, exchange.start, exchange.end, lambda: exchange.write(b"x"),
                         lambda: exchange.on_cancel(print), exchange.resume_body, lambda: response.body("more"),
                         lambda: response.add("a", "b"), lambda: setattr(response, "status", 201)))
            ended.set()
        self.assertEqual(self.wrong(twice), "once")
        self.assertTrue(ended.wait(10))
        self.assertEqual(told, [True] * 9)

    def test_a_stream_is_written_between_its_start_and_its_end(self):
        told = []

        def stream(request, response):
            exchange = martlet.defer(request, response)
            told.append(refused("MT_ERROR_INVALID_STATE", exchange.write, b"early"))
            exchange.start(2)
            told.append(refused("MT_ERROR_INVALID_STATE", exchange.start))
            told.append(refused("MT_ERROR_INVALID_STATE", exchange.complete))
            told.append(refused("MT_ERROR_LIMIT", exchange.write, b"long"))
            exchange.write(b"ok")
            exchange.end()
            told.append(refused("MT_ERROR_INVALID_STATE", exchange.write, b"late"))
            exchange.release()
            told.append(refused("MT_ERROR_INVALID_STATE", exchange.write, b"over"))
        self.assertEqual(self.wrong(stream), "ok")
        self.assertEqual(told, [True] * 6)

    def test_a_body_is_asked_for_once_and_only_where_it_is_streamed(self):
        def ask_for_it(request, response):
            exchange = martlet.defer(request, response)
            first = refused("MT_ERROR_INVALID_STATE", request.stream_body, lambda data, failure: None)
            second = refused("MT_ERROR_INVALID_STATE", request.stream_body, lambda data, failure: None)
            exchange.response.body(f"{first} {second}")
            exchange.complete()
        self.assertEqual(self.wrong(ask_for_it), "True True")
        self.assertEqual(self.wrong(ask_for_it, stream=True, body=b"x"), "no error, but None True")

    def test_what_cannot_be_sent_is_refused_and_the_rest_is_sent(self):
        def fields(request, response):
            wrong = [refused("MT_ERROR_INVALID_ARGUMENT", call) for call in (
                lambda: response.add("a b", "c"), lambda: response.add("a", "b\r\nc: d"), lambda: response.set("", "x"),
                lambda: response.add("Content-Length", "7"), lambda: setattr(response, "status", 99),
                lambda: setattr(response, "status", 600))]
            response.body(str(wrong == [True] * 6))
        self.assertEqual(self.wrong(fields), "True")

    def test_types_that_do_not_fit_raise_type_errors(self):
        def types(request, response):
            wrong = 0
            for call in (lambda: response.body(7), lambda: response.add(7, "x"), lambda: request.field(7),
                         lambda: setattr(response, "status", "200"), lambda: response.file("x", 0, 0)):
                try:
                    call()
                except TypeError:
                    wrong += 1
            response.body(str(wrong))
        self.assertEqual(self.wrong(types), "5")

    def test_a_file_that_cannot_be_sent_is_refused(self):
        def file(request, response):
            response.body(str(refused("MT_ERROR_INVALID_ARGUMENT", response.file, -1, 0, 1)))
        self.assertEqual(self.wrong(file), "True")

    def test_a_server_is_not_waited_for_or_ended_on_its_own_thread(self):
        told = []

        def handler(request, response):
            told.extend(refused("MT_ERROR_WRONG_THREAD", call) for call in (server.wait, server.run, server.close))
            response.body("on")
        with martlet.Server(reactors=1) as server:
            server.route("GET", "/", handler)
            port = server.listen_tcp()
            server.start()
            self.assertEqual(ask(port, "GET", "/").body, b"on")
        self.assertEqual(told, [True] * 3)


class OfServers(unittest.TestCase):
    def test_handlers_and_listeners_come_before_the_start(self):
        with martlet.Server(reactors=1) as server:
            server.start()
            for call in (lambda: server.route("GET", "/", print), lambda: server.fallback(print),
                         lambda: server.listen_tcp(), lambda: server.error_handler(print), lambda: server.files("/a", "/tmp"),
                         lambda: server.listen_unix("/tmp/never-made")):
                self.assertIs(refused("MT_ERROR_INVALID_STATE", call), True)

    def test_poll_is_for_servers_that_are_polled(self):
        with martlet.Server(reactors=1) as server:
            self.assertIs(refused("MT_ERROR_INVALID_STATE", server.poll), True)
            self.assertEqual((server.poll_descriptor, server.poll_timeout_ms), (-1, -1))
            server.start()
            self.assertIs(refused("MT_ERROR_INVALID_STATE", server.poll), True)
            self.assertIs(refused("MT_ERROR_INVALID_STATE", server.start_polled), True)

    def test_poll_is_not_for_handlers(self):
        told = []
        with martlet.Server(reactors=1) as server, socket.socket() as peer:
            server.route("GET", "/", lambda request, response: told.append(refused("MT_ERROR_WRONG_THREAD", server.poll)))
            peer.connect(("127.0.0.1", server.listen_tcp()))
            peer.sendall(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            server.start_polled()
            while not told:
                select.select([server.poll_descriptor], [], [], 0.05)
                server.poll()
        self.assertEqual(told, [True])

    def test_arguments_out_of_range_are_refused(self):
        with martlet.Server() as server:
            for call in (lambda: server.listen_tcp(port=-1), lambda: server.listen_tcp(port=65536),
                         lambda: server.listen_unix(""), lambda: server.listen_unix("/" + "x" * 200),
                         lambda: server.listen_descriptor(-1), lambda: server.route("GET", "no-slash", print),
                         lambda: server.route("CONNECT", "/", print), lambda: server.route("get", "/", print)):
                self.assertIs(refused("MT_ERROR_INVALID_ARGUMENT", call), True)
            self.assertIs(refused("MT_ERROR_NOT_FOUND", server.files, "/a", "/nowhere/at-all"), True)
            for call in (lambda: server.drain(-1), lambda: server.wait(2**40), lambda: server.listen_descriptor(2**40)):
                self.assertRaises(OverflowError, call)

    def test_a_closed_server_ends_the_loop_that_polls_it(self):
        async def main():
            server = martlet.Server(reactors=1)
            poller = martlet.loop.Poller(server, asyncio.get_running_loop())
            server.listen_tcp()
            poller.start()
            await asyncio.sleep(0.01)
            server.close()
            poller._turn()
            await asyncio.wait_for(poller.stopped, 5)
        asyncio.run(main())

    def test_threads_may_fight_over_an_exchange(self):
        def fight(request, response):
            exchange = martlet.defer(request, response)
            calls = (lambda: exchange.request.path, lambda: exchange.request.fields,
                     lambda: exchange.response.body(b"b" * 20000), exchange.complete, lambda: exchange.is_cancelled, exchange.release)

            def call_all(order):
                for call in calls[order:] + calls[:order]:
                    try:
                        call()
                    except martlet.Error:
                        pass
            for thread in [threading.Thread(target=call_all, args=(order,)) for order in range(6)]:
                thread.start()
        with served([("GET", "/", fight, {})]) as port:
            for _ in range(200):
                self.assertIn(ask(port, "GET", "/").status, (200, 500))

    def test_descriptors_are_given_back(self):
        before = len(os.listdir("/dev/fd"))
        for _ in range(20):
            with martlet.Server(reactors=2) as server:
                server.listen_tcp()
                server.start()
        time.sleep(0.01)
        self.assertLessEqual(len(os.listdir("/dev/fd")), before)


if __name__ == "__main__":
    unittest.main()

"""WSGI: what is closed, dropped or forgotten in the wrong order crashes nothing."""
import gc
import threading
import unittest
import weakref

import martlet
from martlet.wsgi import Wsgi
from support import ask
from wsgi_support import answering, both_ways


def started(app, threads, runs=True):
    """A server, its Wsgi and its port."""
    server = martlet.Server(reactors=1, workers=0)
    port = server.listen_tcp()
    wsgi = Wsgi(app, server, threads=threads)
    if runs:
        wsgi.start()
    server.start()
    return server, wsgi, port


class Misuse(unittest.TestCase):
    def test_a_request_that_no_thread_will_take_is_500(self):
        server, wsgi, port = started(answering(), 2)
        with server:
            self.assertEqual(ask(port, "GET", "/").status, 200)
            wsgi.close(5)
            self.assertEqual(ask(port, "GET", "/").status, 500)
            self.assertEqual(ask(port, "POST", "/", b"x" * 300_000).status, 500)
            del wsgi
            gc.collect()
            self.assertEqual(ask(port, "GET", "/").status, 500)

    def test_requests_that_wait_when_their_threads_are_dropped_are_500(self):
        server, wsgi, port = started(answering(), 2, runs=False)
        answers = []
        with server:
            asking = [threading.Thread(target=lambda: answers.append(ask(port, "GET", "/").status)) for _ in range(3)]
            for thread in asking:
                thread.start()
            while server.stats()["requests_active"] < 3:
                threading.Event().wait(0.01)
            del wsgi
            gc.collect()
            for thread in asking:
                thread.join()
        self.assertEqual(answers, [500] * 3)

    @both_ways
    def test_a_server_may_be_closed_first_and_lets_go_of_everything(self, threads):
        app = answering()
        server, wsgi, port = started(app, threads)
        self.assertEqual(ask(port, "GET", "/").status, 200)
        server.close()
        wsgi.close(5)
        gone = [weakref.ref(app), weakref.ref(wsgi)]
        del app, wsgi
        gc.collect()
        self.assertEqual([reference() for reference in gone], [None, None])

    @both_ways
    def test_a_server_that_is_closed_takes_no_application(self, threads):
        server = martlet.Server(reactors=1, workers=0)
        server.close()
        with self.assertRaises(martlet.Error):
            Wsgi(answering(), server, threads=threads)

    def test_a_second_application_on_one_server_is_refused(self):
        with martlet.Server(reactors=1, workers=0) as server:
            first = Wsgi(answering(), server, threads=0)
            with self.assertRaisesRegex(RuntimeError, "path"):
                Wsgi(answering(), server, threads=2)
            first.close()

    @both_ways
    def test_a_server_that_is_stopped_under_load_leaves_nobody_waiting(self, threads):
        def app(environ, start_response):
            start_response("200 OK", [])
            return (b"x" * 65536 for _ in range(1000))

        server, wsgi, port = started(app, threads)
        asking = [threading.Thread(target=self.ask_until_cut, args=(port,)) for _ in range(4)]
        for thread in asking:
            thread.start()
        threading.Event().wait(0.2)
        server.close()
        wsgi.close(5)
        for thread in asking:
            thread.join(20)
        self.assertFalse(any(thread.is_alive() for thread in [*asking, *wsgi._threads]))

    @staticmethod
    def ask_until_cut(port):
        try:
            while True:
                ask(port, "GET", "/")
        except Exception:
            pass  # cut: by which exception depends on where


if __name__ == "__main__":
    unittest.main()

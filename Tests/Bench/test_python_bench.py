"""What measures Martlet for Python: who takes part, that wrong answers are seen, and what is made of the figures."""
import asyncio
import contextlib
import http.server
import sys
import threading
import types
import unittest

from bench_support import ROOT, sample

sys.path[:0] = [str(ROOT / "bench/python"), str(ROOT / "bench/python/applications")]
import checking
import contenders
import courses
import environment
import figures
import places
import python_report
import python_tables
import raw_asgi
import raw_wsgi
import verdict
from contenders import APPLICATIONS, ASGI, BY_NAME, SERVERS, WSGI

NAMES = list(BY_NAME)
RAW_WSGI = APPLICATIONS[0]


class TakingPart(unittest.TestCase):
    def test_each_application_meets_every_server_of_its_interface(self):
        for application in APPLICATIONS:
            met = {contestant.name for contestant in contenders.contestants_of(application, NAMES)}
            self.assertEqual(met, {server.name for server in SERVERS if server.interface == application.interface})
        self.assertEqual(contenders.contestants_of(RAW_WSGI, ["uvicorn"]), [])

    def test_each_command_serves_its_application_at_its_port(self):
        for application in APPLICATIONS:
            self.assertTrue((contenders.APPLICATION_FOLDER / f"{application.name}.py").exists())
            for contestant in contenders.contestants_of(application, NAMES):
                words = contestant.fill_in({"port": 9123})
                self.assertIn(application.module, words)
                self.assertTrue(any("9123" in word for word in words), words)
                self.assertFalse(any("{" in word for word in words), words)

    def test_each_interface_has_one_that_the_others_are_compared_with(self):
        for interface, name in courses.BASELINE.items():
            self.assertEqual(BY_NAME[name].interface, interface)


class Applications(unittest.TestCase):
    def answer(self, path, *pieces):
        """Status and body that the ASGI application gives to a body in these pieces."""
        events = [{"type": "http.request", "body": piece, "more_body": True} for piece in pieces]
        events.append({"type": "http.request", "body": b"", "more_body": False})
        sent = []

        async def receive():
            return events.pop(0)

        async def send(event):
            sent.append(event)
        asyncio.run(raw_asgi.app({"type": "http", "path": path}, receive, send))
        return sent[0]["status"], sent[1]["body"]

    def test_count_an_upload_piece_by_piece(self):
        self.assertEqual(self.answer("/upload", b"x" * 70000, b"", b"y" * 5), (200, b"70005"))

    def test_give_the_answers_that_are_checked_for(self):
        asgi = next(application for application in APPLICATIONS if application.name == "raw_asgi")
        self.assertEqual(self.answer("/hello"), (200, asgi.requests["hello"].answer))
        self.assertEqual(len(self.answer("/large")[1]), asgi.requests["large"].answer)
        self.assertEqual(self.answer("/nowhere")[0], 404)
        said = []
        self.assertEqual(raw_wsgi.app({"PATH_INFO": "/hello"}, lambda *words: said.append(words)),
                         [RAW_WSGI.requests["hello"].answer])
        self.assertEqual(said[0][0], "200 OK")


@contextlib.contextmanager
def serving(body=b"Hello, World!", kind="text/plain", keeps=True):
    """A server as courses.check wants it, called gunicorn, with the worker class that keeps connections or not."""
    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self):
            self.send_response(200)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            if not keeps:
                self.send_header("Connection", "close")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *words):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield lambda name: types.SimpleNamespace(port=server.server_port, contestant=types.SimpleNamespace(name=name))
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class Checks(unittest.TestCase):
    def test_pass_right_answers_on_kept_and_on_closed_connections(self):
        for name, keeps in (("gunicorn-gthread", True), ("gunicorn-sync", False)):
            with serving(keeps=keeps) as server:
                courses.check(server(name), RAW_WSGI)

    def test_refuse_wrong_bodies_and_types(self):
        for wrong in ({"body": b"Hello, world!"}, {"kind": "text/html"}):
            with serving(**wrong) as server, self.assertRaises(checking.WrongAnswer):
                courses.check(server("gunicorn-gthread"), RAW_WSGI)

    def test_refuse_a_connection_closed_that_should_stay(self):
        with serving(keeps=False) as server, self.assertRaises((checking.WrongAnswer, OSError)):
            courses.check(server("gunicorn-gthread"), RAW_WSGI)


class Complaints(unittest.TestCase):
    command = "      error: command 'gcc' failed with exit code 1\n      [end of output]\n"
    pip = "error: subprocess-exited-with-error\n  note: This error originates from a subprocess\n"

    def test_are_what_the_compiler_said_rather_than_what_others_say_of_it(self):
        compiler = f"  {ROOT}/x.c:1:2: error: planted\n  x.c:3:4: error: another\n"
        self.assertEqual(environment.complaint(compiler + self.command + self.pip), "x.c:1:2: error: planted")
        self.assertEqual(environment.complaint(self.command + self.pip), "error: command 'gcc' failed with exit code 1")

    def test_are_the_last_line_where_nothing_calls_itself_an_error(self):
        self.assertEqual(environment.complaint("Looking\nNo matching distribution\n\n"), "No matching distribution")
        self.assertEqual(environment.complaint(""), "nothing was said")


def summarised(cpu_us, p99=None):
    return {**figures.summarise([sample(cpu_us)]), "ratio": None, courses.HALF_LOAD: p99}


def report(**results):
    """One load of the bare ASGI application, with these servers' CPU µs."""
    servers = {server.name: {"label": server.label, "interface": server.interface, "version": "1.2"} for server in SERVERS}
    named = {name.replace("_", "-"): result for name, result in results.items()}
    loads = {"raw_asgi-hello": {"title": "ASGI: hello", "interface": ASGI, "rate": 1234.0,
                                "results": figures.compare(named, "martlet-asgi")}}
    return {"servers": servers, "loads": loads, "notes": [], "python": {"Python": "3.11"}, "date": "2026-01-01",
            "command": "make bench-python", "machine": {
                "is_virtual": False, "load_before": 0, "cpus": 2, "cpu": "x", "memory_gib": 1, "kernel": "k", "system": "s"}}


class Verdict(unittest.TestCase):
    def verdicts(self, made):
        return {target.what: (figure, said) for target, figure, said in verdict.judge(made)}

    def test_is_not_measured_where_a_server_took_no_part(self):
        found = self.verdicts(report(uvicorn=summarised(30.0)))
        self.assertEqual({said for _, said in found.values()}, {"not measured"})

    def test_compares_with_each_of_the_others(self):
        found = self.verdicts(report(martlet_asgi=summarised(10.0, 50.0), uvicorn=summarised(29.9, 60.0),
                                     granian_asgi=summarised(20.0, 40.0)))
        figure, said = found["ASGI hello: CPU per request of uvicorn, Martlet = 1"]
        self.assertEqual((round(figure, 6), said), (2.99, "missed"))
        granian = [said for what, (_, said) in found.items() if what.startswith("ASGI") and "granian" in what]
        self.assertEqual(granian, ["ok", "missed"])

    def test_counts_failed_requests_of_martlet_alone(self):
        ours, theirs = summarised(10.0), summarised(30.0)
        theirs["errors"] = 5
        self.assertEqual(verdict.errors(report(martlet_asgi=ours, uvicorn=theirs)), 0)
        ours["errors"] = 1
        self.assertEqual(verdict.errors(report(martlet_asgi=ours)), 1)


class Tables(unittest.TestCase):
    made = report(martlet_asgi=summarised(10.0), uvicorn=summarised(35.0, 77.0))

    def test_have_a_row_for_each_server_of_the_interface_and_dashes_for_who_is_missing(self):
        rows = {row[0]: row for row in python_tables.of_load(self.made, "raw_asgi-hello").rows}
        self.assertEqual(set(rows), {server.label for server in SERVERS if server.interface == ASGI})
        self.assertEqual((rows["uvicorn"][1], rows["uvicorn"][7]), ("3.50", "77"))
        self.assertEqual(set(rows["granian"][1:]), {"–"})

    def test_say_how_many_times_as_much_others_need(self):
        table = python_tables.of_summary(self.made, ASGI)
        self.assertEqual(table.rows, [("ASGI: hello", "10.00", "3.50", "–")])
        self.assertEqual(python_tables.of_summary(self.made, WSGI).rows, [])

    def test_have_as_many_cells_in_each_row_as_in_the_header(self):
        for table in (python_tables.of_load(self.made, "raw_asgi-hello"), python_tables.of_summary(self.made, ASGI),
                      python_tables.of_verdict(self.made)):
            self.assertEqual({len(row) for row in table.rows}, {len(table.header)})


class Sections(unittest.TestCase):
    def test_name_each_server_and_version_once(self):
        self.assertEqual(python_report.who(Tables.made), "Martlet 1.2, gunicorn 1.2, uvicorn 1.2, granian 1.2, Python 3.11.")

    def test_of_the_readmes_come_from_the_committed_results(self):
        report = python_report.read()
        self.assertIn(python_report.short_section(report).rstrip(), (places.ROOT / "README.md").read_text())
        self.assertIn(python_report.long_section(report).rstrip(), (places.BENCH / "README.md").read_text())


if __name__ == "__main__":
    unittest.main()

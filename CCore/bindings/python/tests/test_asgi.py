"""ASGI 3 by the letter: scope, receive, send, on asyncio's loop and on uvloop's."""
import asyncio
import json
import os
import tempfile
import time
import unittest

from asgi_support import LOOPS, answer, connect, read_all, send_raw, serving
from support import ask


class Told:
    """What an application saw."""

    def __init__(self):
        self.scopes, self.messages, self.notes = [], [], []


class OverLoops:
    """Runs the same tests on each loop; `routes` are the application's paths."""

    loop = "asyncio"

    @classmethod
    def setUpClass(cls):
        cls.told = Told()
        cls.routes = {name[4:]: value for name, value in vars(cls.Routes).items() if name.startswith("get_")}

        async def app(scope, receive, send):
            if scope["type"] == "lifespan":
                raise NotImplementedError
            cls.told.scopes.append(scope)
            await cls.routes[scope["path"].split("/")[1]](cls.told, scope, receive, send)
        cls.server = cls.enterClassContext(serving(app, cls.loop, settings={"max_body_bytes": 2**27}))
        cls.port = cls.server.port

    def get(self, target, **words):
        return ask(self.port, "GET", target, **words)

    def until(self, holds):
        for _ in range(2000):
            if holds():
                return
            time.sleep(0.005)
        self.fail("it did not come about in 10 s")


class Scope(OverLoops):
    class Routes:
        async def get_scope(told, scope, receive, send):
            await answer(send, repr(scope).encode())

    def scope_of(self, octets):
        send_raw(self.port, octets)
        return self.told.scopes[-1]

    def test_every_key_is_there_with_its_type(self):
        scope = self.scope_of(b"POST /scope/J%C3%B6rg%2Fx?q=%20a&b HTTP/1.1\r\nHost: h\r\n"
                              b"X-Two: 1\r\nx-two: 2\r\nContent-Length: 0\r\n\r\n")
        client = scope.pop("client")
        self.assertEqual(client[0], "127.0.0.1")
        self.assertIsInstance(client[1], int)
        self.assertEqual(scope, {
            "type": "http", "asgi": {"version": "3.0", "spec_version": "2.3"}, "http_version": "1.1", "method": "POST",
            "scheme": "http", "path": "/scope/Jörg/x", "raw_path": b"/scope/J%C3%B6rg%2Fx", "query_string": b"q=%20a&b",
            "root_path": "", "server": ("127.0.0.1", self.port), "extensions": {"http.response.pathsend": {}},
            "headers": [(b"host", b"h"), (b"x-two", b"1"), (b"x-two", b"2"), (b"content-length", b"0")]})

    def test_http_1_0_says_so(self):
        self.assertEqual(self.scope_of(b"GET /scope HTTP/1.0\r\n\r\n")["http_version"], "1.0")

    def test_octets_that_are_no_utf8_are_replaced(self):
        self.assertEqual(self.scope_of(b"GET /scope/%FF HTTP/1.1\r\nHost: h\r\n\r\n")["path"], "/scope/\ufffd")

    def test_a_field_beyond_what_is_remembered_is_whole(self):
        value = b"v" * 4000
        scope = self.scope_of(b"GET /scope HTTP/1.1\r\nHost: h\r\nX-LONG: " + value + b"\r\nX-Empty:\r\n\r\n")
        self.assertEqual(scope["headers"][1:], [(b"x-long", value), (b"x-empty", b"")])

    def test_what_one_request_writes_into_its_scope_no_other_sees(self):
        first = self.scope_of(b"GET /scope HTTP/1.1\r\nHost: h\r\n\r\n")
        first["mine"] = first["extensions"]["mine"] = True
        first["headers"].append((b"mine", b""))
        second = self.scope_of(b"GET /scope HTTP/1.1\r\nHost: h\r\n\r\n")
        self.assertNotIn("mine", second)
        self.assertNotIn("mine", second["extensions"])
        self.assertEqual(second["headers"], [(b"host", b"h")])

    def test_each_method_arrives(self):
        for method in ("GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE"):
            self.assertEqual(self.scope_of(method.encode() + b" /scope HTTP/1.1\r\nHost: h\r\n\r\n")["method"], method)


class Receive(OverLoops):
    class Routes:
        async def get_once(told, scope, receive, send):
            told.messages.append(await receive())
            await answer(send, b"once")

        async def get_echo(told, scope, receive, send):
            body, more, count = b"", True, 0
            while more:
                message = await receive()
                body += message["body"]
                more, count = message["more_body"], count + 1
            await answer(send, body, headers=[(b"x-messages", str(count).encode())])

        async def get_slowly(told, scope, receive, send):
            size, more = 0, True
            while more:
                message = await receive()
                size += len(message["body"])
                told.notes.append(len(message["body"]))
                more = message["more_body"]
                await asyncio.sleep(0.001)
            await answer(send, str(size).encode())

        async def get_unread(told, scope, receive, send):
            await answer(send, b"did not look")

        async def get_afterwards(told, scope, receive, send):
            await receive()
            await answer(send, b"x")
            told.messages.append(await receive())

        async def get_left(told, scope, receive, send):
            await receive()
            told.notes.append("waits")
            told.messages.append(await receive())
            await send({"type": "http.response.start", "status": 200, "headers": []})
            await send({"type": "http.response.body", "body": b"to nobody"})
            told.notes.append("ended")

        async def get_cut(told, scope, receive, send):
            message = {"more_body": True}
            while message.get("more_body"):
                message = await receive()
            told.messages.append(message)

        async def get_timed(told, scope, receive, send):
            await receive()
            try:
                await asyncio.wait_for(receive(), 0.02)
            except asyncio.TimeoutError:
                await answer(send, b"timed out")

        async def get_gathered(told, scope, receive, send):
            await asyncio.create_task(send({"type": "http.response.start", "status": 200, "headers": []}))
            message = await asyncio.ensure_future(receive())
            await send({"type": "http.response.body", "body": message["type"].encode()})

    def test_without_a_body_there_is_one_empty_message(self):
        self.get("/once")
        self.assertEqual(self.told.messages[-1], {"type": "http.request", "body": b"", "more_body": False})

    def test_a_small_body_is_one_message(self):
        answered = ask(self.port, "POST", "/echo", b"x" * 5000)
        self.assertEqual((answered.body, answered.headers["x-messages"]), (b"x" * 5000, "1"))

    def test_a_small_body_that_comes_octet_by_octet_is_whole(self):
        with connect(self.port) as peer:
            for octet in b"POST /echo HTTP/1.1\r\nHost: h\r\nConnection: close\r\nContent-Length: 6\r\n\r\nabcdef":
                peer.sendall(bytes([octet]))
            self.assertTrue(read_all(peer).endswith(b"\r\n\r\nabcdef"))

    def test_a_large_body_and_a_chunked_one_come_in_pieces(self):
        body = os.urandom(3_000_000)
        self.assertEqual(ask(self.port, "POST", "/echo", body).body, body)
        self.assertEqual(ask(self.port, "POST", "/echo", iter([body[:70000], b"", body[70000:]])).body, body)

    def test_a_slow_reader_holds_its_writer_up(self):
        self.assertEqual(ask(self.port, "POST", "/slowly", b"y" * 20_000_000).body, b"20000000")
        self.assertLess(max(note for note in self.told.notes if isinstance(note, int)), 1_000_000)

    def unread(self, size):
        octets = b"POST /unread HTTP/1.1\r\nHost: h\r\nContent-Length: %d\r\n\r\n" % size + b"z" * size
        return send_raw(self.port, octets + b"GET /unread HTTP/1.1\r\nHost: h\r\n\r\n").count(b"did not look")

    def test_a_body_that_nobody_reads_does_not_harm_what_follows(self):
        self.assertEqual(self.unread(10), 2)
        self.assertEqual(self.unread(60_000), 2)

    def test_a_large_body_that_nobody_reads_ends_the_connection_behind_the_answer(self):
        self.assertEqual(self.unread(300_000), 1)

    def test_expect_100_is_met(self):
        with connect(self.port) as peer:
            peer.sendall(b"POST /echo HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nConnection: close\r\n"
                         b"Content-Length: 3\r\n\r\n")
            self.assertTrue(peer.recv(1000).startswith(b"HTTP/1.1 100 "))
            peer.sendall(b"abc")
            self.assertTrue(read_all(peer).endswith(b"abc"))

    def test_after_the_answer_there_is_http_disconnect(self):
        self.get("/afterwards")
        self.until(lambda: self.told.messages[-1:] == [{"type": "http.disconnect"}])

    def test_a_peer_that_leaves_is_http_disconnect_and_may_be_answered_in_vain(self):
        with connect(self.port) as peer:
            peer.sendall(b"GET /left HTTP/1.1\r\nHost: h\r\n\r\n")
            self.until(lambda: "waits" in self.told.notes)
            peer.setsockopt(1, 13, b"\1\0\0\0\0\0\0\0")  # SO_LINGER: leaves by a reset
        self.until(lambda: "ended" in self.told.notes)
        self.assertEqual(self.told.messages[-1], {"type": "http.disconnect"})

    def test_a_body_that_breaks_off_is_http_disconnect(self):
        before = len(self.told.messages)
        with connect(self.port) as peer:
            peer.sendall(b"POST /cut HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabcde\r\n")
            time.sleep(0.05)
            peer.setsockopt(1, 13, b"\1\0\0\0\0\0\0\0")
        self.until(lambda: len(self.told.messages) > before)
        self.assertEqual(self.told.messages[-1], {"type": "http.disconnect"})

    def test_receive_can_be_waited_for_with_a_time(self):
        self.assertEqual(self.get("/timed").body, b"timed out")

    def test_receive_and_send_can_be_made_tasks(self):
        self.assertEqual(self.get("/gathered").body, b"http.request")


class Send(OverLoops):
    class Routes:
        async def get_fields(told, scope, receive, send):
            await answer(send, b"hi", 201, [(b"X-One", b"1"), [b"set-cookie", b"a=1"], (b"set-cookie", b"b=2"),
                                            (b"date", b"never"), (b"server", b"other"), (b"connection", b"keep-alive"),
                                            (b"transfer-encoding", b"chunked"), (b"content-length", b"2")])

        async def get_close(told, scope, receive, send):
            await answer(send, b"bye", headers=[(b"connection", b"close")])

        async def get_stream(told, scope, receive, send):
            await send({"type": "http.response.start", "status": 200})
            for i in range(10):
                await send({"type": "http.response.body", "body": b"line %d\n" % i, "more_body": True})
                if "slow" in scope["path"]:
                    await asyncio.sleep(0.001)
            await send({"type": "http.response.body"})

        async def get_known(told, scope, receive, send):
            await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"6")]})
            await send({"type": "http.response.body", "body": bytearray(b"abc"), "more_body": True})
            await send({"type": "http.response.body", "body": memoryview(b"def")})

        async def get_short(told, scope, receive, send):
            await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"6")]})
            await send({"type": "http.response.body", "body": b"abc", "more_body": True})
            await send({"type": "http.response.body"})

        async def get_long(told, scope, receive, send):
            await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
            await send({"type": "http.response.body", "body": b"abc", "more_body": "whole" not in scope["path"]})

        async def get_head(told, scope, receive, send):
            await answer(send, b"", headers=[(b"content-length", b"12345")])

        async def get_empty(told, scope, receive, send):
            await answer(send, b"", int(scope["path"][7:]), [(b"etag", b'"x"')])

        async def get_large(told, scope, receive, send):
            await answer(send, b"L" * 10_000_000)

        async def get_pressed(told, scope, receive, send):
            await send({"type": "http.response.start", "status": 200, "headers": []})
            for _ in range(200):
                await send({"type": "http.response.body", "body": b"p" * 65536, "more_body": True})
                told.notes.append(1)
            await send({"type": "http.response.body"})

        async def get_file(told, scope, receive, send):
            await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/x")]})
            await send({"type": "http.response.pathsend", "path": scope["query_string"].decode()})

        async def get_trailers(told, scope, receive, send):
            await send({"type": "http.response.start", "status": 200, "headers": [], "trailers": True})
            await send({"type": "http.response.body", "body": b"x", "more_body": True})
            await send({"type": "http.response.trailers", "headers": [(b"a", b"b")]})
            await send({"type": "http.response.body"})

        async def get_wrong(told, scope, receive, send):
            wrong = json.loads(scope["path"][7:])
            try:
                for message in wrong:
                    if not isinstance(message, dict):
                        await send(message)
                    if "headers" in message:
                        message["headers"] = [tuple(part.encode("latin-1") for part in pair) for pair in message["headers"]]
                    if isinstance(message.get("body"), str):
                        message["body"] = message["body"].encode()
                    await send(message)
            except Exception as error:
                told.notes.append(f"{type(error).__name__}: {error}")
                raise

    def wrong(self, *messages):
        """What the application was told of its messages, and what the client got."""
        target = "/wrong/" + "".join(f"%{octet:02X}" for octet in json.dumps(messages).encode())
        before = len(self.told.notes)
        with self.assertLogs("martlet.error", "ERROR"):
            got = send_raw(self.port, f"GET {target} HTTP/1.1\r\nHost: h\r\n\r\n".encode())
            self.until(lambda: len(self.told.notes) > before)
        return self.told.notes[-1], got.split(b"\r\n")[0]

    def test_fields_are_sent_as_they_are_and_framing_is_the_servers(self):
        got = send_raw(self.port, b"GET /fields HTTP/1.1\r\nHost: h\r\n\r\n")
        head, _, body = got.partition(b"\r\n\r\n")
        self.assertTrue(head.startswith(b"HTTP/1.1 201 Created\r\n"))
        for line in (b"X-One: 1", b"set-cookie: a=1", b"set-cookie: b=2", b"Content-Length: 2", b"Server: martlet"):
            self.assertIn(line, head.split(b"\r\n"))
        self.assertNotIn(b"never", head)
        self.assertNotIn(b"chunked", head)
        self.assertEqual(body, b"hi")

    def test_connection_close_closes(self):
        with connect(self.port) as peer:
            peer.sendall(b"GET /close HTTP/1.1\r\nHost: h\r\n\r\n")
            self.assertIn(b"Connection: close", read_all(peer))

    def test_a_body_in_pieces_is_chunked_whether_it_waits_or_not(self):
        for target in ("/stream", "/stream/slow"):
            answered = self.get(target)
            self.assertEqual(answered.headers["transfer-encoding"], "chunked")
            self.assertEqual(answered.body, b"".join(b"line %d\n" % i for i in range(10)))

    def test_a_known_length_is_kept_for_pieces(self):
        answered = self.get("/known")
        self.assertEqual((answered.headers["content-length"], answered.body), ("6", b"abcdef"))

    def test_a_body_shorter_than_announced_closes_the_connection(self):
        with self.assertLogs("martlet.error"), connect(self.port) as peer:
            peer.sendall(b"GET /short HTTP/1.1\r\nHost: h\r\n\r\n")
            self.assertTrue(read_all(peer).endswith(b"\r\n\r\nabc"))

    def test_a_body_longer_than_announced_raises(self):
        with self.assertLogs("martlet.error", "ERROR") as logged:
            self.assertEqual(self.get("/long/whole").status, 500)
        self.assertIn("Response content is 3 bytes, its Content-Length is 2", "".join(logged.output))
        with self.assertLogs("martlet.error", "ERROR") as logged:
            send_raw(self.port, b"GET /long HTTP/1.1\r\nHost: h\r\n\r\n")
        self.assertIn("longer than its Content-Length", "".join(logged.output))

    def test_head_keeps_the_length_and_has_no_body(self):
        got = send_raw(self.port, b"HEAD /head HTTP/1.1\r\nHost: h\r\n\r\nHEAD /fields HTTP/1.1\r\nHost: h\r\n\r\n")
        self.assertIn(b"Content-Length: 12345\r\n", got)
        self.assertIn(b"Content-Length: 2\r\n", got)
        self.assertEqual(got.count(b"HTTP/1.1 "), 2)
        self.assertTrue(got.endswith(b"\r\n\r\n"))

    def test_head_of_a_stream_has_no_body(self):
        got = send_raw(self.port, b"HEAD /stream HTTP/1.1\r\nHost: h\r\n\r\nHEAD /stream/slow HTTP/1.1\r\nHost: h\r\n\r\n")
        self.assertNotIn(b"line", got)
        self.assertEqual(got.count(b"HTTP/1.1 200"), 2)

    def test_204_and_304_have_no_body_and_no_length(self):
        for status in (204, 304):
            got = send_raw(self.port, b"GET /empty/%d HTTP/1.1\r\nHost: h\r\n\r\n" % status)
            self.assertTrue(got.startswith(b"HTTP/1.1 %d " % status))
            self.assertIn(b'etag: "x"', got)
            self.assertTrue(got.endswith(b"\r\n\r\n"))

    def test_a_large_body_is_lent_and_arrives(self):
        self.assertEqual(self.get("/large").body, b"L" * 10_000_000)

    def test_send_waits_for_a_slow_reader(self):
        with connect(self.port) as peer:
            before = len(self.told.notes)
            peer.sendall(b"GET /pressed HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")
            time.sleep(0.3)
            written = len(self.told.notes) - before
            self.assertLess(written, 150)
            got = read_all(peer)
        self.assertGreater(len(got), 200 * 65536)
        self.assertEqual(len(self.told.notes) - before, 200)

    def test_a_path_is_sent_as_a_file(self):
        with tempfile.NamedTemporaryFile() as file:
            file.write(b"f" * 300_000)
            file.flush()
            answered = self.get("/file?" + file.name)
        self.assertEqual((answered.body, answered.headers["content-type"]), (b"f" * 300_000, "text/x"))

    def test_trailers_are_ignored(self):
        self.assertEqual(self.get("/trailers").body, b"x")

    def test_a_body_before_the_start_raises(self):
        note, line = self.wrong({"type": "http.response.body", "body": "x"})
        self.assertIn("Expected ASGI message 'http.response.start'", note)
        self.assertIn(b" 500 ", line)

    def test_two_starts_raise_and_are_500_while_nothing_is_sent(self):
        start = {"type": "http.response.start", "status": 200, "headers": [["x-mine", "1"]]}
        note, line = self.wrong(start, start)
        self.assertIn("sent already", note)
        self.assertIn(b" 500 ", line)

    def test_what_cannot_be_sent_raises(self):
        for start, note in [({"status": 99}, "status 99; allowed is 200 to 599"), ({}, "KeyError: 'status'"),
                            ({"status": "x"}, "TypeError"),
                            ({"status": 200, "headers": [["a b", "c"]]}, "b'a b': b'c' is refused"),
                            ({"status": 200, "headers": [["a", "b\r\nc: d"]]}, "is refused"),
                            ({"status": 200, "headers": [["a"]]}, "pair of bytes"),
                            ({"status": 200, "headers": [["content-length", "1e3"]]}, "no number")]:
            said, line = self.wrong({"type": "http.response.start", **start})
            self.assertIn(note, said)
            self.assertIn(b" 500 ", line)

    def test_a_body_that_is_no_bytes_raises(self):
        note, _ = self.wrong({"type": "http.response.start", "status": 200}, {"type": "http.response.body", "body": 7})
        self.assertIn("body is bytes, not int", note)

    def test_a_message_after_the_end_raises_and_the_answer_stays(self):
        start, body = {"type": "http.response.start", "status": 200}, {"type": "http.response.body", "body": "x"}
        note, line = self.wrong(start, body, body)
        self.assertIn("after response already completed", note)
        self.assertIn(b" 200 ", line)

    def test_messages_of_no_known_type_raise(self):
        self.assertIn("Unexpected ASGI message 'http.response.push'", self.wrong({"type": "http.response.push"})[0])
        self.assertIn("is no ASGI message", self.wrong({"kind": "x"})[0])
        self.assertIn("is no ASGI message", self.wrong([1])[0])


for kind in (Scope, Receive, Send):
    for loop_name in LOOPS:
        name = f"{kind.__name__}On{loop_name.capitalize()}"
        globals()[name] = type(name, (kind, unittest.TestCase), {"loop": loop_name, "__module__": __name__})

if __name__ == "__main__":
    unittest.main()

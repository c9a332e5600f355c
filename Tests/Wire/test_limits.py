"""Limits that are set in the environment: what holds at each, and what happens one past it."""
import json
import time
import unittest

from support import DemoTest
from wire import Ended, request


def is_answered(wire, seconds):
    """Whether an answer to what was asked comes in time. False also when the connection is closed."""
    wire.socket.settimeout(seconds)
    try:
        return wire.response().status == 200
    except (TimeoutError, Ended, ConnectionError):
        return False


class PerConnection(DemoTest):
    flags = ("--reactors", "1")
    environment = {"MARTLET_MAX_REQUESTS_PER_CONNECTION": "3", "MARTLET_IDLE_TIMEOUT_MS": "500",
                   "MARTLET_WRITE_TIMEOUT_MS": "500", "MARTLET_MAX_BODY_BYTES": "10", "MARTLET_SERVER_NAME": "bird/2",
                   "MARTLET_MAX_PIPELINED_REQUESTS": "2"}

    def test_closes_behind_the_last_request_that_a_connection_may_have(self):
        wire = self.wire()
        wire.send(request() * 5)
        self.assertEqual([wire.response().closes for _ in range(3)], [False, False, True])
        self.assertTrue(wire.is_at_end())

    def test_closes_a_connection_that_idles_too_long(self):
        wire = self.wire()
        wire.ask(request())
        began = time.monotonic()
        self.assertTrue(wire.is_at_end())
        self.assertGreater(time.monotonic() - began, 0.3)
        self.assertLess(time.monotonic() - began, 2)

    def test_does_not_take_a_slow_answer_for_idling(self):
        for target in ["/async?ms=900", "/slow?ms=900"]:
            with self.subTest(target):
                self.assertEqual(self.wire().ask(request(target)).status, 200)

    def test_closes_a_connection_that_takes_nothing(self):
        self.wire().send(request("/download?bytes=100000000"))
        deadline = time.monotonic() + 5
        while time.monotonic() < deadline:
            if json.loads(self.wire().ask(request("/api/status", fields=["Connection: close"])).body)[
                    "requests"]["active"] == 1:
                return
            time.sleep(0.1)
        self.fail("it still waits")

    def test_refuses_a_body_past_the_limit_that_was_set(self):
        for length, status in [(10, 200), (11, 413)]:
            with self.subTest(length):
                self.assertEqual(self.wire().ask(request("/test/body", "POST", body=bytes(length))).status, status)

    def test_calls_itself_as_it_was_told(self):
        self.assertEqual(self.wire().ask(request())["server"], "bird/2")
        self.assertEqual(self.wire().ask(b"nonsense\r\n\r\n")["server"], "bird/2")


class PerPeer(DemoTest):
    environment = {"MARTLET_MAX_CONNECTIONS_PER_PEER": "4", "MARTLET_SERVER_NAME": ""}

    def test_closes_a_connection_too_many_from_one_address_at_once(self):
        wires = [self.wire() for _ in range(4)]
        for wire in wires:
            self.assertEqual(wire.ask(request()).status, 200)
        self.assertTrue(self.wire().is_at_end())
        wires[0].socket.close()
        time.sleep(0.2)
        response = self.wire().ask(request())
        self.assertEqual((response.status, response["server"]), (200, None))


class InAll(DemoTest):
    environment = {"MARTLET_MAX_CONNECTIONS": "4"}

    def test_lets_a_connection_too_many_wait_until_there_is_room(self):
        wires = [self.wire() for _ in range(4)]
        for wire in wires:
            self.assertEqual(wire.ask(request()).status, 200)
        waiting = self.wire()
        waiting.send(request())
        self.assertFalse(is_answered(waiting, 0.4))
        wires[0].socket.close()
        self.assertTrue(is_answered(waiting, 5))


class Workers(DemoTest):
    flags = ("--reactors", "1", "--workers", "1")
    environment = {"MARTLET_WORKER_QUEUE_CAPACITY": "2"}

    def test_answers_503_and_when_to_come_again_when_the_queue_is_full(self):
        wires = [self.wire() for _ in range(8)]
        for wire in wires:
            wire.send(request("/slow?ms=200"))
        responses = [wire.response() for wire in wires]
        refused = [response for response in responses if response.status == 503]
        self.assertIn(len(refused), (5, 6), "one runs, two wait")
        self.assertEqual({response["retry-after"] for response in refused}, {"1"})
        self.assertEqual({response.closes for response in refused}, {False})
        self.assertEqual(wires[-1].ask(request("/slow?ms=0")).status, 200)


if __name__ == "__main__":
    unittest.main()

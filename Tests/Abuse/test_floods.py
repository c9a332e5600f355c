"""Requests without an end on connections that never rest."""
import unittest

from abuse import BASE_BYTES, BUSY_P99_MS, KIB, AbuseTest
from crowd import Crowd
from wire import request

SENDERS = 50
HIGH_WATER = 64 * KIB
# What waits of answers, up to one turn past the high water; one read of requests behind them.
CONNECTION_BYTES = HIGH_WATER + 128 * KIB + 64 * KIB
CLOSING = request(fields=["Connection: close"])


class PipeliningFloods(AbuseTest):
    environment = {"MARTLET_OUTPUT_HIGH_WATER_BYTES": str(HIGH_WATER), "MARTLET_OUTPUT_LOW_WATER_BYTES": str(16 * KIB),
                   "MARTLET_LINGER_TIMEOUT_MS": "1000", "MARTLET_WORKER_QUEUE_CAPACITY": "200"}

    def assert_answers_all(self, target, count, statuses, senders=SENDERS, growth=CONNECTION_BYTES, late=0.5):
        """Nobody reads for a while; then each request has its answer, and the last one says that it was the last."""
        with self.contained(senders * growth + BASE_BYTES, BUSY_P99_MS), Crowd(self.demo.address, senders) as crowd:
            crowd.send(request(target) * (count - 1) + request(target, fields=["Connection: close"]))
            crowd.pump(late, read_bytes=0)
            self.assertTrue(crowd.await_end(30), "answers are missing")
            for member in crowd:
                answers = member.answers
                self.assertEqual(len(answers), count)
                self.assertLessEqual({answer.status for answer in answers}, statuses)
                self.assertEqual([answer.closes for answer in answers], [False] * (count - 1) + [True])

    def test_a_thousand_requests_at_once_on_each_connection_are_all_answered(self):
        self.assert_answers_all("/hello", 1000, {200})

    def test_answers_far_larger_than_their_requests_wait_in_bounded_memory(self):
        self.assert_answers_all("/", 500, {200})

    def test_requests_to_workers_past_the_queue_are_answered_503(self):
        self.assert_answers_all("/slow?ms=0", 200, {200, 503})

    def test_async_requests_take_their_turns(self):
        # 64 of each connection are under way at once, and each has a task.
        self.assert_answers_all("/async?ms=1", 200, {200}, senders=20, growth=64 * 16 * KIB)

    def test_streams_behind_one_another_wait_in_bounded_memory(self):
        # 64 requests are served at once: each has a piece of 64 KiB in its hands, and hardly more on its way.
        self.assert_answers_all("/download?bytes=300000", 64, {200}, senders=10, growth=64 * 2 * 64 * KIB)


class RequestsAfterClose(AbuseTest):
    environment = {"MARTLET_LINGER_TIMEOUT_MS": "700"}

    def assert_one_answer(self, first, more, status=200):
        """What comes behind the last request is neither served nor kept, and not listened to for long."""
        before = self.counts()["requests"]["total"]
        with self.contained(SENDERS * 16 * KIB + BASE_BYTES), Crowd(self.demo.address, SENDERS) as crowd:
            crowd.send(first, endless=more)
            self.assertTrue(crowd.await_end(10), "somebody is listened to for ever")
            crowd.pump(0.5)
            for member in crowd:
                self.assertEqual([(answer.status, answer.closes) for answer in member.answers], [(status, True)])
                self.assertGreater(member.sent, len(first))
        return self.counts()["requests"]["total"] - before

    def test_requests_behind_one_that_closes_are_not_served(self):
        self.assert_one_answer(CLOSING, request() * 100)

    def test_requests_behind_one_that_waits_for_a_worker_and_closes_are_not_served(self):
        self.assert_one_answer(request("/slow?ms=10", fields=["Connection: close"]), request() * 100)

    def test_requests_behind_one_that_waits_without_a_thread_and_closes_are_not_served(self):
        self.assert_one_answer(request("/async?ms=300", fields=["Connection: close"]), request() * 100)

    def test_requests_behind_a_malformed_one_are_not_served(self):
        self.assert_one_answer(b"nonsense\r\n\r\n", request() * 100, 400)

    def test_a_body_behind_its_refusal_is_not_read(self):
        self.assert_one_answer(request("/test/body", "POST", ["Content-Length: 99999999999"]), b"x" * 65536, 413)


if __name__ == "__main__":
    unittest.main()

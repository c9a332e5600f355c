"""Many requests before the first answer: answers come in the order of the requests. RFC 9112 §9.3.2."""
import threading
import unittest

from support import DemoTest
from wire import request

COUNT = 1000


def expected(kind, index):
    return [f"Hello, World!", f"User {index}\n", "Blocked a worker for 0 ms.\n",
            "Waited for 0 ms without a thread.\n"][kind]


def target(kind, index):
    return ["/hello", f"/users/{index}", "/slow?ms=0", "/async?ms=0"][kind]


class Pipelining(DemoTest):
    def send_while_reading(self, wire, octets):
        """One write of more than the server takes before it is read from."""
        sender = threading.Thread(target=wire.send, args=(octets,))
        sender.start()
        self.addCleanup(sender.join)

    def test_answers_a_thousand_requests_of_one_write_in_their_order(self):
        """Each kind is told from the others by its body, and each fourth one by its number."""
        kinds = [(index * 7 + index // 5) % 4 for index in range(COUNT)]
        wire = self.wire(20)
        octets = b"".join(request(target(kind, index)) for index, kind in enumerate(kinds))
        self.send_while_reading(wire, octets)
        for index, kind in enumerate(kinds):
            response = wire.response()
            self.assertEqual((response.status, response.text), (200, expected(kind, index)), f"number {index}")

    def test_keeps_the_order_when_the_first_answer_is_the_slowest(self):
        targets = ["/slow?ms=120", "/async?ms=60", "/users/1", "/async?ms=0", "/slow?ms=0", "/users/2"]
        wire = self.wire()
        wire.send(b"".join(request(each) for each in targets))
        bodies = [wire.response().text for _ in targets]
        self.assertEqual(bodies, ["Blocked a worker for 120 ms.\n", "Waited for 60 ms without a thread.\n", "User 1\n",
                                  "Waited for 0 ms without a thread.\n", "Blocked a worker for 0 ms.\n", "User 2\n"])

    def test_keeps_bodies_and_heads_apart(self):
        """Bodies of both framings that look like requests stay bodies."""
        bait = request("/users/bait")
        chunked = b"%x\r\n%s\r\n0\r\n\r\n" % (len(bait), bait)
        round_trip = (request("/echo", "POST", body=bait)
                      + request("/echo", "POST", ["Transfer-Encoding: chunked"]) + chunked
                      + request("/users/1"))
        wire = self.wire(20)
        self.send_while_reading(wire, round_trip * 100)
        for _ in range(100):
            self.assertEqual([wire.response().body for _ in range(3)], [bait, bait, b"User 1\n"])

    def test_keeps_answers_to_head_without_bodies(self):
        wire = self.wire()
        methods = ["HEAD", "GET", "HEAD", "HEAD", "GET"]
        wire.send(b"".join(request("/hello", method) for method in methods))
        bodies = [wire.response(method).body for method in methods]
        self.assertEqual(bodies, [b"", b"Hello, World!", b"", b"", b"Hello, World!"])

    def test_answers_nothing_behind_a_request_to_close(self):
        wire = self.wire()
        wire.send(request("/users/1") + request("/users/2", fields=["Connection: close"]) + request("/users/3"))
        self.assertEqual([wire.response().text, wire.response().text], ["User 1\n", "User 2\n"])
        self.assertTrue(wire.is_at_end())

    def test_answers_what_came_before_a_malformed_request(self):
        wire = self.wire()
        wire.send(request("/async?ms=20") + request("/users/2") + b"GET /\r\n\r\n" + request("/users/3"))
        self.assertEqual([wire.response().status for _ in range(3)], [200, 200, 400])
        self.assertTrue(wire.is_at_end())


if __name__ == "__main__":
    unittest.main()

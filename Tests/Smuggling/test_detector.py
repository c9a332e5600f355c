"""That the tests beside this one can fail: an origin that has one of the faults which smuggling needs is found out,
by itself and behind fronts, by messages of the corpus."""
import unittest

from answers import MARKER, find_fault
from corpus import ALL
from detector import judge
from driver import ask, drive
from fronts import FRONTS
from lenient import FAULTS, LenientOrigin
from relay import TO_FRONT, TO_ORIGIN

MESSAGES = {message.name: message for message in ALL}

# A message that tells each fault from none.
BY_ITSELF = {
    "goes by the length beside chunked": "a request within a chunk, behind the length",
    "takes LF for a line's end": "a chunk's size: a bare LF behind it",
    "reads no body of GET, HEAD, OPTIONS and DELETE": "a length on GET",
    "takes an underscore for a hyphen": "another field for Content-Length: an underscore",
    "reads no body where 100 (Continue) is expected": "an expectation and its body at once",
    "reads numbers as far as they go": "a length: a letter behind it",
    "takes white space from around a field's name": "a length: a space before the colon",
    "reads on behind a refusal": "a length: a plus",
}

# RFC 9112 allows GET a body, so that every front passes it on.
BODIES_OF_GET = ["a length on GET", "half a request behind a length on GET"]
# What depends on the front and its version: some of the fronts pass the message on.
BEHIND_SOME = {
    "takes an underscore for a hyphen": "another field for Content-Length: an underscore",
    "reads no body where 100 (Continue) is expected": "an expectation and its body at once",
    "reads on behind a refusal": "Transfer-Encoding with a no-break space behind the name",
    "takes white space from around a field's name": "Transfer-Encoding with a space before the colon",
}


def request(number, target="/users/a", method="GET", fields="", body=""):
    head = f"{method} {target} HTTP/1.1\r\nHost: a\r\nX-Front-Id: {number}\r\n{fields}\r\n"
    return TO_ORIGIN, (head + body).encode()


def answer(text, status=200, fields=""):
    kind = "application/json" if text.startswith("{") else "text/plain"
    return TO_FRONT, (f"HTTP/1.1 {status} Said\r\nDate: Thu, 01 Jan 1970 00:00:00 GMT\r\nContent-Type: {kind}\r\n"
                      f"Content-Length: {len(text)}\r\n{fields}\r\n{text}").encode()


A, B = answer("User a"), answer("User b")
REFUSAL = answer("", 400, "Connection: close\r\n")
POST = ("/test/body", "POST", "Content-Length: 3\r\n")
REPORT = answer('{"method":"POST","bytes":3}')

AGREED = {
    "answers behind their requests": [request(1), A, request(2, "/users/b"), B],
    "an answer in two parts": [request(1), (TO_FRONT, A[1][:9]), (TO_FRONT, A[1][9:]), request(2), A],
    "a body and its report": [request(1, *POST, "abc"), REPORT],
    "an interim answer": [request(1, *POST), (TO_FRONT, b"HTTP/1.1 100 Continue\r\n\r\n"), (TO_ORIGIN, b"abc"), REPORT],
    "a refusal of what is malformed": [request(1, fields="X Y: z\r\n"), REFUSAL],
    "a body that was cut": [request(1, *POST, "a")],
    "an early answer to who sends a body": [request(1, fields="Content-Length: 9\r\n", body="abc"), A],
}

DISAGREED = {
    "an answer to nothing": ([request(1), A, B], "answer 2"),
    "an answer before the request": ([request(1), A, A, request(2)], "answer 2"),
    "an answer to something else": ([request(1), B], "was asked for"),
    "a report of another length": ([request(1, *POST, "abc"), answer('{"method":"POST","bytes":2}')], "was asked for"),
    "a report of half a body": ([request(1, *POST, "ab"), REPORT], "half a request"),
    "no answer": ([request(1), A, request(2)], "1 answers to 2"),
    "no answer, and a request behind": ([request(1, *POST), request(2)], "0 answers to 2"),
    "an answer behind a refusal": ([request(1), REFUSAL, request(2), A], "went on"),
    "half an answer": ([request(1), (TO_FRONT, A[1][:-1])], "cannot be read"),
}


class Judge(unittest.TestCase):
    def test_finds_nothing_where_both_agree(self):
        for name, events in AGREED.items():
            with self.subTest(name):
                self.assertEqual(judge(events), [])

    def test_finds_where_they_disagree(self):
        for name, (events, words) in DISAGREED.items():
            with self.subTest(name):
                self.assertRegex("\n".join(complaint.what for complaint in judge(events) if complaint.is_desync), words)

    def test_tells_what_is_malformed_from_what_is_smuggled(self):
        complaints = judge([request(1, fields="X Y: z\r\n"), A])
        self.assertEqual([complaint.is_desync for complaint in complaints], [False])


class LenientOrigins(unittest.TestCase):
    def origin(self, fault):
        made = LenientOrigin(fault)
        self.addCleanup(made.end)
        return made

    def faults_found(self, fault, names):
        port = self.origin(fault).address[1]
        return [find_fault(MESSAGES[name], ask(port, MESSAGES[name].octets + MARKER)) for name in names]

    def desyncs(self, fault, front, names):
        trials, _ = drive(front, self.origin(fault).address, [MESSAGES[name] for name in names])
        return [trial.is_desync for trial in trials]

    def test_finds_each_fault_of_an_origin_by_itself(self):
        self.assertEqual(set(BY_ITSELF), FAULTS)
        for fault, name in BY_ITSELF.items():
            with self.subTest(fault):
                self.assertNotEqual(self.faults_found(fault, [name]), [None])

    def test_finds_no_fault_where_there_is_none(self):
        self.assertEqual(self.faults_found(None, BY_ITSELF.values()), [None] * len(BY_ITSELF))

    def test_finds_an_origin_that_reads_no_body_of_get_behind_every_front(self):
        for front in ("nginx", "HAProxy", "Apache httpd"):
            with self.subTest(front):
                fault = "reads no body of GET, HEAD, OPTIONS and DELETE"
                self.assertEqual(self.desyncs(fault, front, BODIES_OF_GET), [True, True])

    def test_finds_other_faults_behind_some_front(self):
        for fault, name in BEHIND_SOME.items():
            with self.subTest(fault):
                self.assertTrue(any(self.desyncs(fault, front, [name]) == [True] for front in FRONTS))

    def test_finds_no_fault_behind_any_front_where_there_is_none(self):
        names = [*BODIES_OF_GET, *BEHIND_SOME.values()]
        for front in FRONTS:
            with self.subTest(front):
                self.assertEqual(self.desyncs(None, front, names), [False] * len(names))


if __name__ == "__main__":
    unittest.main()

"""What a server answered on one connection, in short."""
import json
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "Wire"))
from wire import Reader  # noqa: E402

# The statuses by which a message is refused, with "Connection: close".
REFUSALS = {400, 413, 414, 417, 431, 501, 505}
MARKER = b"GET /users/marker HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
MARKED = "200 User marker"


def gist(response):
    """ "200 User a", "200 POST 49" for the report about a body, "400" where the text is of no matter."""
    if response.status != 200 or not response.body:
        return str(response.status)
    if response["content-type"] == "application/json":
        report = json.loads(response.body)
        return f"200 {report['method']} {report['bytes']}"
    return f"200 {response.text.strip()}"


class Answer:
    """An answer, and where its octets end."""

    def __init__(self, response, end):
        self.status, self.gist, self.closes, self.body, self.end = (
            response.status, gist(response), response.closes, response.body, end)

    def __repr__(self):
        return self.gist + (" close" if self.closes else "")


def read_answers(octets, methods=()):
    """All answers in `octets` but interim ones, as strictly as wire.py reads; those to a HEAD in `methods` have no
    body."""
    source = iter([octets])
    reader = Reader(lambda _: next(source, b""))
    reader.fill()
    found, methods = [], list(methods)
    while reader.buffer:
        response = reader.response(methods[0] if methods else "GET")
        if response.status >= 200:
            found.append(Answer(response, len(octets) - len(reader.buffer)))
            del methods[:1]
    return found


def find_fault(message, received):
    """What is wrong with the answers to `message` and the marker behind it, on a connection that ended; or None."""
    try:
        answers = read_answers(received, ["HEAD"] if message.is_head else [])
    except AssertionError as malformed:
        return str(malformed)
    gists, expected = [answer.gist for answer in answers], list(message.answers)
    if message.is_refused:
        expected.append(str(message.refusal))
    goes_on = message.ends is False or (message.ends is None and gists[-1:] == [MARKED])
    if goes_on and not message.swallows:
        expected.append(MARKED)
    if gists != expected:
        return f"answered {gists}, not {expected}"
    if not answers[-1].closes and not message.swallows:
        return "the last answer does not say that the connection closes"
    return None

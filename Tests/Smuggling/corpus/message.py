"""What an entry of the corpus is made of: octets, where they are ambiguous, and the one way to read them."""
import dataclasses

# Who reads a message's end too early answers this; nothing else in the corpus asks for that user. Its 49 octets are 31
# in hexadecimal and 61 in octal, so that no two ways of reading a number agree by chance.
SMUGGLED = b"GET /users/smuggled HTTP/1.1\r\nHost: localhost\r\n\r\n"
# The same without an end: it swallows the first line of whatever comes next on the connection.
SWALLOW = b"GET /users/smuggled HTTP/1.1\r\nX-Rest: "
HOST = b"Host: localhost\r\n"
LENGTH = b"Content-Length: 49\r\n"
CHUNKED = b"Transfer-Encoding: chunked\r\n"
LAST = b"0\r\n\r\n"
BODY = b"31\r\n" + SMUGGLED + b"\r\n" + LAST  # SMUGGLED as one chunk
BEHIND_LAST = LAST + SMUGGLED
SPANS_ALL = b"Content-Length: %d\r\n" % len(BEHIND_LAST)

assert len(SMUGGLED) == 49


@dataclasses.dataclass(frozen=True)
class Message:
    """`answers`: the gist of each answer but refusals, such as "200 User a" (see answers.py). `refusal`: the status of
    the one that ends the connection, or 0. `body`: what the handler is handed, where there is a body. `ends`: whether
    the connection ends behind the last answer; None: it may. `swallows`: what comes next on the connection is part of
    the last request, as the client itself meant it."""
    name: str
    section: str
    octets: bytes
    answers: tuple = ()
    refusal: int = 0
    body: bytes | None = None
    ends: bool | None = False
    swallows: bool = False
    is_head: bool = False

    @property
    def is_refused(self):
        return self.refusal != 0


def refused(name, section, octets, status=400, **more):
    """Answered once, with `status`, and the connection ends."""
    return Message(name, section, octets, refusal=status, ends=True, **more)


def taken(name, section, octets, body=SMUGGLED):
    """One request to /test/body, whose handler is handed `body`."""
    method = octets.lstrip(b"\r\n").split(b" ")[0].decode()
    return Message(name, section, octets, (f"200 {method} {len(body)}",), body=body)


def answered(name, section, octets, *answers, **more):
    return Message(name, section, octets, answers, **more)


def post(fields, body=b"", method=b"POST", version=b"1.1"):
    """A request to the route that reports how many octets of a body it was handed."""
    return method + b" /test/body HTTP/" + version + b"\r\n" + HOST + fields + b"\r\n" + body


def get(fields=b"", body=b"", method=b"GET", target=b"/users/a", version=b"1.1"):
    return method + b" " + target + b" HTTP/" + version + b"\r\n" + HOST + fields + b"\r\n" + body

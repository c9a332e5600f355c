"""What a case is, and the words in which the tables write down octets."""
from dataclasses import dataclass

MUST, SHOULD, MAY = LEVELS = ("MUST", "SHOULD", "MAY")

HOST = b"Host: localhost"
HELLO = b"Hello, World!"
FILE = b"/static/hello.txt"
FILE_BODY = b"A file that nobody changes.\n"
FILE_DATE = b"Sun, 06 Nov 1994 08:49:37 GMT"
# What must never be answered: it stands where only a body, a trailer or a broken message may be.
BAIT = b"GET /users/smuggled HTTP/1.1\r\nHost: localhost\r\n\r\n"


@dataclass(frozen=True)
class Case:
    """One requirement. `ours` is what Martlet chose where the RFC leaves a choice; `needs` names what a server must
    have for the case to mean anything; `reason` says why a SHOULD is not followed."""
    name: str
    section: str
    level: str
    script: object
    expected: object
    ours: object = None
    needs: tuple = ()
    methods: tuple = ()
    reason: str = ""

    @property
    def plays(self):
        """Each is a list of steps, and must have the same result on a connection of its own."""
        plays = self.script.plays if isinstance(self.script, Each) else [self.script]
        return [play if isinstance(play, list) else [play] for play in plays]


# A play is octets, or a list of them and of these.

@dataclass(frozen=True)
class Quiet:
    """Nothing may come for so many seconds."""
    seconds: float = 0.1


@dataclass(frozen=True)
class Pause:
    """So many seconds, in which something may come."""
    seconds: float


@dataclass(frozen=True)
class Await:
    """The next response has to be there before it goes on."""


@dataclass(frozen=True)
class Slowly:
    """Each octet by itself."""
    octets: bytes


@dataclass(frozen=True)
class Finish:
    """The client will send no more, and says so."""


class Each:
    def __init__(self, *plays):
        self.plays = plays


def each_cut(octets):
    """In two writes, cut at every octet."""
    return Each(*([octets[:cut], Pause(0.002), octets[cut:]] for cut in range(1, len(octets))))


# Octets

def message(start_line, *fields, body=b""):
    return b"\r\n".join([start_line, *fields, b"", body])


def line(request_line):
    """A whole request that begins so."""
    return message(request_line, HOST)


def get(*fields, target=b"/hello", version=b"1.1", method=b"GET"):
    return message(b"%s %s HTTP/%s" % (method, target, version), HOST, *fields)


def post(*fields, body=b"", target=b"/test/body", version=b"1.1", method=b"POST"):
    """With the framing that `fields` say, and none else."""
    return message(b"%s %s HTTP/%s" % (method, target, version), HOST, *fields, body=body)


def sized(body, *fields, **more):
    return post(b"Content-Length: %d" % len(body), *fields, body=body, **more)


def chunked(body, *fields, **more):
    """`body` is what chunks look like on the wire."""
    return post(b"Transfer-Encoding: chunked", *fields, body=body, **more)


def user(name, *fields, **more):
    """A request whose answer can be told from every other's."""
    return get(*fields, target=b"/users/" + name, **more)

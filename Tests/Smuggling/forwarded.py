"""What a front sent to its origin, read by the letter of RFC 9112 and not a bit more kindly."""
import dataclasses
import re

import answers  # noqa: F401  finds the wire tests' modules
from wire import FIELD_LINE

REQUEST_LINE = re.compile(rb"([!#$%&'*+.^_`|~0-9A-Za-z-]+) ([!-~]+) HTTP/1\.([0-9])\r\n\Z")
CHUNK_LINE = re.compile(rb"([0-9a-fA-F]{1,16})(?:[ \t]*;[\t\x20-\x7e\x80-\xff]*)?\r\n\Z")
FRONT_ID = re.compile(rb"(?i)\nx-front-id: ([^\r\n]+)\r\n")


class Flaw(Exception):
    """RFC 9112 does not allow this."""


class Cut(Exception):
    """The octets end before the request does."""


@dataclasses.dataclass
class Request:
    """`flaw`: why it is none, or that it is cut; then nothing is known of what stands behind it."""
    method: str = ""
    target: str = ""
    number: bytes | None = None  # the front's own
    body: bytes = b""
    flaw: str | None = None
    is_cut: bool = False

    def expected(self):
        """The gist of its answer from the routes that the corpus speaks to; None: any."""
        path = self.target.partition("?")[0]
        user = re.fullmatch("/users/([^/%]+)", path)
        if user and self.method == "GET":
            return f"200 User {user[1]}"
        if path == "/test/body" and self.method in ("POST", "PUT"):
            return f"200 {self.method} {len(self.body)}"
        return None


def members(values):
    """Of a list in one field or several, but those that are empty: RFC 9110 §5.6.1.2."""
    return [member for member in (part.strip(b" \t").lower() for part in b",".join(values).split(b",")) if member]


class Octets:
    def __init__(self, octets):
        self.octets, self.at = octets, 0

    def line(self):
        end = self.octets.find(b"\n", self.at)
        if end < 0:
            raise Cut("in a line")
        return self.exactly(end + 1 - self.at)

    def exactly(self, size):
        if len(self.octets) - self.at < size:
            raise Cut(f"{size} octets announced, {len(self.octets) - self.at} came")
        self.at += size
        return self.octets[self.at - size:self.at]

    def fields(self):
        found = {}
        while (line := self.line()) != b"\r\n":
            match = FIELD_LINE.match(line)
            if not match:
                raise Flaw(f"a field line {line!r}")
            found.setdefault(match[1].lower(), []).append(match[2])
        return found

    def chunks(self):
        body = b""
        while True:
            line = self.line()
            match = CHUNK_LINE.match(line)
            if not match:
                raise Flaw(f"a chunk line {line!r}")
            size = int(match[1], 16)
            if size == 0:
                self.fields()
                return body
            body += self.exactly(size)
            if self.exactly(2) != b"\r\n":
                raise Flaw("a chunk that is longer than its size")

    def body(self, fields, minor):
        """RFC 9112 §6.3."""
        codings, lengths = fields.get(b"transfer-encoding", []), fields.get(b"content-length", [])
        if codings:
            if lengths or minor == b"0" or members(codings) != [b"chunked"]:
                raise Flaw(f"Transfer-Encoding {codings}, Content-Length {lengths} in HTTP/1.{minor.decode()}")
            return self.chunks()
        if len(lengths) > 1 or not all(re.fullmatch(rb"[0-9]+", length) for length in lengths):
            raise Flaw(f"Content-Length {lengths}")
        return self.exactly(int(lengths[0])) if lengths else b""


def read_request(octets, request):
    line = octets.line()
    request.method = line.split(b" ")[0].decode("latin-1")
    match = REQUEST_LINE.match(line)
    if not match:
        raise Flaw(f"a request line {line!r}")
    request.target = match[2].decode()
    fields = octets.fields()
    request.number = fields.get(b"x-front-id", [None])[0]
    if match[3] != b"0" and len(fields.get(b"host", [])) != 1:
        raise Flaw(f"Host {fields.get(b'host')}")
    request.body = octets.body(fields, match[3])


def read_requests(octets):
    """All requests in `octets`, up to the first that has a flaw."""
    source, found = Octets(octets), []
    while source.at < len(octets):
        found.append(Request())
        try:
            read_request(source, found[-1])
        except (Flaw, Cut) as flaw:
            found[-1].flaw, found[-1].is_cut = str(flaw), isinstance(flaw, Cut)
            break
    return found

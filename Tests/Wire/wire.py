"""A raw HTTP/1.1 client: it sends exactly the octets it is given, and takes no response that RFC 9112 forbids."""
import re
import socket

STATUS_LINE = re.compile(rb"HTTP/1\.1 ([1-5][0-9]{2}) ([\t\x20-\x7e\x80-\xff]*)\r\n\Z")
FIELD_LINE = re.compile(rb"([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*([^\x00-\x08\x0a-\x1f\x7f]*?)[ \t]*\r\n\Z")
CHUNK_LINE = re.compile(rb"([0-9a-fA-F]{1,16})\r\n\Z")
FIXDATE = re.compile(r"(Mon|Tue|Wed|Thu|Fri|Sat|Sun), [0-3]\d (Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) "
                     r"\d{4} [0-2]\d:[0-5]\d:[0-6]\d GMT\Z")
ONCE = {"content-length", "transfer-encoding", "date", "server", "content-type", "connection", "allow", "location"}
LINE_LIMIT = 65536


class Malformed(AssertionError):
    """The server broke RFC 9112."""


class Ended(AssertionError):
    """The connection ended before what was awaited had come."""


class Response:
    """A response that was read whole."""

    def __init__(self, status, reason, fields, body=b""):
        self.status, self.reason, self.fields, self.body = status, reason, fields, body

    def __getitem__(self, name):
        """The field's value, or None."""
        return next((value for key, value in self.fields if key == name.lower()), None)

    @property
    def closes(self):
        return "close" in (self["connection"] or "").lower()

    @property
    def text(self):
        return self.body.decode()

    def __repr__(self):
        return f"<{self.status} {self.reason} {self.fields} {self.body[:200]!r}>"


class Reader:
    """Parses responses from whatever `receive(limit)` gives; b"" is its end."""
    wants_date = True

    def __init__(self, receive):
        self.receive, self.buffer = receive, bytearray()

    def fill(self):
        data = self.receive(262144)
        self.buffer += data
        return bool(data)

    def take(self, size):
        taken = bytes(memoryview(self.buffer)[:size])
        del self.buffer[:size]
        return taken

    def exactly(self, size):
        while len(self.buffer) < size:
            if not self.fill():
                raise Ended(f"after {len(self.buffer)} of {size} octets: {bytes(self.buffer[:200])!r}")
        return self.take(size)

    def line(self):
        while (end := self.buffer.find(b"\n")) < 0:
            if len(self.buffer) > LINE_LIMIT:
                raise Malformed(f"a line without an end: {bytes(self.buffer[:100])!r}")
            if not self.fill():
                raise Ended(f"in a line: {bytes(self.buffer[:200])!r}")
        return self.take(end + 1)

    def rest(self):
        while self.fill():
            pass
        return self.take(len(self.buffer))

    def fields(self):
        found = []
        while (line := self.line()) != b"\r\n":
            match = FIELD_LINE.match(line)
            if not match:
                raise Malformed(f"a field line: {line!r}")
            found.append((match[1].decode().lower(), match[2].decode("latin-1")))
        return found

    def head(self):
        line = self.line()
        match = STATUS_LINE.match(line)
        if not match:
            raise Malformed(f"a status line: {line!r}")
        response = Response(int(match[1]), match[2].decode("latin-1"), self.fields())
        check_head(response)
        if self.wants_date and response.status >= 200 and not FIXDATE.match(response["date"] or ""):
            raise Malformed(f"no date: {response}")
        return response

    def chunks(self):
        """The data of each chunk, trailers checked and dropped."""
        while True:
            line = self.line()
            match = CHUNK_LINE.match(line)
            if not match:
                raise Malformed(f"a chunk's size: {line!r}")
            if int(match[1], 16) == 0:
                self.fields()
                return
            yield self.exactly(int(match[1], 16))
            if self.exactly(2) != b"\r\n":
                raise Malformed("a chunk that is longer than its size")

    def pieces(self, response, method="GET"):
        """The body of `response`, piece by piece as its framing gives it. RFC 9112 §6.3."""
        if method == "HEAD" or response.status < 200 or response.status in (204, 304):
            return
        if response["transfer-encoding"]:
            yield from self.chunks()
        elif response["content-length"] is not None:
            yield self.exactly(int(response["content-length"]))
        else:
            if not response.closes:
                raise Malformed(f"a body without an end: {response}")
            yield self.rest()

    def response(self, method="GET"):
        response = self.head()
        response.body = b"".join(self.pieces(response, method))
        return response


def check_head(response):
    names = [name for name, _ in response.fields]
    for name in ONCE & set(names):
        if names.count(name) > 1:
            raise Malformed(f"{name} twice: {response}")
    length, coding = response["content-length"], response["transfer-encoding"]
    if length is not None and (coding is not None or not re.fullmatch("[0-9]+", length)):
        raise Malformed(f"two framings, or a length that is no number: {response}")
    if coding not in (None, "chunked"):
        raise Malformed(f"a coding that nobody asked for: {response}")
    if (response.status < 200 or response.status == 204) and (length or coding):
        raise Malformed(f"a length where there is no body: {response}")


def dial(address, seconds=10):
    """A socket to ("host", port), or to the unix socket at a path."""
    if isinstance(address, str):
        made = socket.socket(socket.AF_UNIX)
        made.settimeout(seconds)
        made.connect(address)
        return made
    made = socket.create_connection(address, seconds)
    made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return made


class Wire(Reader):
    """One connection."""

    def __init__(self, address, seconds=10):
        self.socket = dial(address, seconds)
        super().__init__(self.socket.recv)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def send(self, octets):
        self.socket.sendall(octets)

    def ask(self, octets, method="GET"):
        self.send(octets)
        return self.response(method)

    def finish_sending(self):
        self.socket.shutdown(socket.SHUT_WR)

    def is_at_end(self):
        """Waits for the connection's end; whether nothing came before it."""
        try:
            return self.rest() == b""
        except ConnectionResetError:
            return not self.buffer


def request(target="/hello", method="GET", fields=(), body=b"", version="1.1", host="localhost"):
    """The octets of a request; Content-Length is added where there is a body."""
    lines = [f"{method} {target} HTTP/{version}"]
    if host is not None:
        lines.append(f"Host: {host}")
    lines += fields
    if body and not any(line.lower().startswith(("content-length", "transfer-encoding")) for line in lines):
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body

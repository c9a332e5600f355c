"""An origin with the faults that smuggling needs, to show that they would be seen. It answers as the demo does."""
import json
import re
import socketserver
import threading

# What it may do wrong, one at a time.
FAULTS = {
    "goes by the length beside chunked",
    "takes LF for a line's end",
    "reads no body of GET, HEAD, OPTIONS and DELETE",
    "takes an underscore for a hyphen",
    "reads no body where 100 (Continue) is expected",
    "reads numbers as far as they go",
    "takes white space from around a field's name",
    "reads on behind a refusal",
}
BODILESS = {b"GET", b"HEAD", b"OPTIONS", b"DELETE"}
DATE = "Date: Thu, 01 Jan 1970 00:00:00 GMT\r\n"


class Malformed(Exception):
    pass


class Connection(socketserver.StreamRequestHandler):
    disable_nagle_algorithm = True

    def has(self, fault):
        return fault == self.server.fault

    def handle(self):
        try:
            while self.serve():
                pass
        except (EOFError, OSError):
            pass

    def serve(self):
        try:
            method, target, version = self.request_line()
            fields = self.fields()
            body = self.body(method, fields)
        except Malformed:
            goes_on = self.has("reads on behind a refusal")
            self.answer(400, "", goes_on)
            return goes_on
        goes_on = version == b"HTTP/1.1" and fields.get(b"connection", b"").lower() != b"close"
        path = target.split(b"?")[0].decode("latin-1")
        if path.startswith("/users/"):
            self.answer(200, f"User {path[7:]}\n", goes_on, method)
        elif path == "/test/body":
            self.answer(200, json.dumps({"method": method.decode(), "bytes": len(body)}), goes_on, method)
        else:
            self.answer(404, "", goes_on, method)
        return goes_on

    def answer(self, status, text, goes_on, method=b"GET"):
        kind = "application/json" if text.startswith("{") else "text/plain"
        head = f"HTTP/1.1 {status} Said\r\n{DATE}Content-Type: {kind}\r\nContent-Length: {len(text.encode())}\r\n"
        end = "\r\n" if goes_on else "Connection: close\r\n\r\n"
        self.wfile.write((head + end + ("" if method == b"HEAD" else text)).encode())

    def line(self):
        line = self.rfile.readline(65536)
        if not line.endswith(b"\n"):
            raise EOFError
        if line.endswith(b"\r\n"):
            return line[:-2]
        if self.has("takes LF for a line's end"):
            return line[:-1]
        raise Malformed

    def exactly(self, size):
        octets = self.rfile.read(size)
        if len(octets) < size:
            raise EOFError
        return octets

    def request_line(self):
        words = self.line().split(b" ")
        if len(words) != 3 or not words[2].startswith(b"HTTP/1."):
            raise Malformed
        return words

    def fields(self):
        found = {}
        while line := self.line():
            name, colon, value = line.partition(b":")
            if self.has("takes white space from around a field's name"):
                name = name.strip()
            if self.has("takes an underscore for a hyphen"):
                name = name.replace(b"_", b"-")
            if not colon or not re.fullmatch(rb"[!-9;-~]+", name) or b"\0" in value:
                raise Malformed
            found[name.lower()] = value.strip(b" \t")
        return found

    def number(self, text, digits, base):
        match = re.match(digits, text) if self.has("reads numbers as far as they go") else re.fullmatch(digits, text)
        if not match:
            raise Malformed
        return int(match[0], base)

    def body(self, method, fields):
        if self.has("reads no body of GET, HEAD, OPTIONS and DELETE") and method in BODILESS:
            return b""
        if self.has("reads no body where 100 (Continue) is expected") and b"expect" in fields:
            return b""
        if b"expect" in fields:
            self.wfile.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        length, coding = fields.get(b"content-length"), fields.get(b"transfer-encoding")
        if coding is None or (length is not None and self.has("goes by the length beside chunked")):
            return self.exactly(self.number(length, rb"[0-9]+", 10)) if length is not None else b""
        if length is not None or coding.lower() != b"chunked":
            raise Malformed
        return self.chunks()

    def chunks(self):
        body = b""
        while size := self.number(self.line().partition(b";")[0].rstrip(b" \t"), rb"[0-9a-fA-F]+", 16):
            body += self.exactly(size)
            if self.line():
                raise Malformed
        self.fields()
        return body


class LenientOrigin(socketserver.ThreadingTCPServer):
    """Serves on a port of its own until its end."""
    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 64

    def __init__(self, fault):
        super().__init__(("127.0.0.1", 0), Connection)
        self.fault, self.address = fault, self.server_address
        self.thread = threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True)
        self.thread.start()

    def handle_error(self, *_):
        """What goes wrong is the conversation's matter."""

    def end(self):
        self.shutdown()
        self.server_close()
        self.thread.join()

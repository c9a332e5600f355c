"""The requests of the loads, as they are sent, and what their answers must be."""
import dataclasses

from contestants import ASYNC, BODIES, CLOSING, DOWNLOADS, HELLO, PARAMETERS, UPLOADS, WORKERS

GREETING = b"Hello, World!"
MEBIBYTE = 1 << 20
BODY_BYTES = 1024
VALUES = [f"value-{number:02}" for number in range(20)]


@dataclasses.dataclass(frozen=True)
class Request:
    """`octets` go to the server; `answer` is the body that must come back, or its length where that is long."""
    octets: bytes
    answer: bytes | int
    needs: str = HELLO

    @property
    def answer_bytes(self):
        return self.answer if isinstance(self.answer, int) else len(self.answer)


def get(path, *fields):
    return "\r\n".join((f"GET {path} HTTP/1.1", "Host: 127.0.0.1", *fields, "", "")).encode()


def post(path, body, *fields):
    fields = fields or (f"Content-Length: {len(body)}",)
    return "\r\n".join((f"POST {path} HTTP/1.1", "Host: 127.0.0.1", *fields, "", "")).encode() + body


def chunked(body, chunk_bytes):
    pieces = [body[start:start + chunk_bytes] for start in range(0, len(body), chunk_bytes)]
    return b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces) + b"0\r\n\r\n"


BODY = b"x" * BODY_BYTES
REQUESTS = {
    "hello": Request(get("/hello"), GREETING),
    "hello-last": Request(get("/hello", "Connection: close"), GREETING, CLOSING),
    "counted": Request(post("/echo-size", BODY), b"1024", BODIES),
    "chunked": Request(post("/echo-size", chunked(BODY, 256), "Transfer-Encoding: chunked"), b"1024", BODIES),
    "parameters": Request(get("/p/" + "/".join(VALUES)), str(len("".join(VALUES))).encode(), PARAMETERS),
    "worker": Request(get("/worker"), GREETING, WORKERS),
    "async": Request(get("/async"), GREETING, ASYNC),
    "upload": Request(post("/upload", b"x" * MEBIBYTE), str(MEBIBYTE).encode(), UPLOADS),
    "download": Request(get(f"/download/{MEBIBYTE}"), MEBIBYTE, DOWNLOADS),
}


def write_all(folder):
    """Each in a file of its name, for the load generator."""
    for name, request in REQUESTS.items():
        (folder / name).write_bytes(request.octets)

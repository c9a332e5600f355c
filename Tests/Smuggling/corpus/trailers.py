"""Trailer sections that some merge into the head, and ends of them that not all see."""
from .message import BODY, CHUNKED, LENGTH, SMUGGLED, post, refused, taken

DATA = b"31\r\n" + SMUGGLED + b"\r\n0\r\n"


def with_trailers(trailers, fields=b""):
    return post(CHUNKED + fields, DATA + trailers)


FRAMING_OR_ROUTING = {
    "a length": b"Content-Length: 49\r\n\r\n",
    "a length of zero": b"Content-Length: 0\r\n\r\n",
    "a coding": b"Transfer-Encoding: chunked\r\n\r\n",
    "a coding of identity": b"Transfer-Encoding: identity\r\n\r\n",
    "a Host": b"Host: elsewhere\r\n\r\n",
    "a length behind another field": b"X-A: b\r\ncontent-length: 49\r\n\r\n",
}

MALFORMED = {
    "a fold": (b"X-A: b\r\n c\r\n\r\n", "RFC 9112 §5.2"),
    "a fold as its first line": (b" X-A: b\r\n\r\n", "RFC 9112 §5.2"),
    "no colon": (b"X-A\r\n\r\n", "RFC 9112 §5"),
    "no name": (b": b\r\n\r\n", "RFC 9112 §5"),
    "a space before the colon": (b"X-A : b\r\n\r\n", "RFC 9112 §5.1"),
    "a NUL": (b"X-A: \0b\r\n\r\n", "RFC 9110 §5.5"),
    "a bare LF": (b"X-A: b\n\r\n", "RFC 9112 §2.2"),
    "a bare LF before its end": (b"X-A: b\n\n", "RFC 9112 §2.2"),
    "a bare LF as its end": (b"X-A: b\r\n\n", "RFC 9112 §2.2"),
    "a bare CR": (b"X-A: b\r\r\n\r\n", "RFC 9112 §2.2"),
    "a bare CR before a length": (b"X-A: b\rContent-Length: 49\r\n\r\n", "RFC 9112 §2.2"),
    "CR LF CR X as its end": (b"X-A: b\r\n\rX", "RFC 9112 §2.2"),
    "two octets that are no CRLF as its end": (b"X-A: b\r\nXX", "RFC 9112 §7.1"),
    "a request for its end": (SMUGGLED, "RFC 9112 §7.1.2"),
    "LF LF and a request": (b"X-A: b\n\n" + SMUGGLED, "RFC 9112 §2.2"),
    "LF LF, a request, and an end": (b"\n" + SMUGGLED + b"\r\n", "RFC 9112 §2.2"),
}

# Other fields stay in the trailer section, whatever they say: RFC 9110 §6.5.1.
HARMLESS = {
    "a field": b"X-A: b\r\n\r\n",
    "an underscore in a length": b"Content_Length: 49\r\n\r\n",
    "a request line for a value": b"X:GET /users/smuggled HTTP/1.1\r\n\r\n",
    "a length in a value": b"X-A: b Content-Length: 49\r\n\r\n",
    "Connection": b"Connection: close\r\n\r\n",
    "Expect": b"Expect: 100-continue\r\n\r\n",
    "Upgrade": b"Connection: upgrade\r\nUpgrade: h2c\r\n\r\n",
    "an empty value": b"X-A:\r\n\r\n",
}

MESSAGES = [
    *[refused(f"{name} in the trailers", "RFC 9110 §6.5.1", with_trailers(trailers))
      for name, trailers in FRAMING_OR_ROUTING.items()],
    *[refused(f"{name} in the trailers, announced", "RFC 9110 §6.6.2",
              with_trailers(trailers, b"Trailer: content-length, transfer-encoding, host\r\n"))
      for name, trailers in FRAMING_OR_ROUTING.items()],
    *[refused(f"trailers with {name}", section, with_trailers(trailers))
      for name, (trailers, section) in MALFORMED.items()],
    *[taken(f"trailers with {name}", "RFC 9110 §6.5.1", with_trailers(trailers))
      for name, trailers in HARMLESS.items()],
    taken("trailers announced and not there", "RFC 9110 §6.6.2", post(b"Trailer: content-length\r\n" + CHUNKED, BODY)),
    taken("a length announced as a trailer and used as one's own", "RFC 9110 §6.6.2",
          post(b"Trailer: content-length\r\n" + LENGTH, SMUGGLED)),
]

"""A length and chunked in one message: one side goes by the length, the other by the chunks (CL.TE, TE.CL)."""
from .message import BODY, CHUNKED, HOST, LAST, SMUGGLED, SWALLOW, answered, get, post, refused

BEHIND_LAST = LAST + SMUGGLED
SPANS_ALL = b"Content-Length: %d\r\n" % len(BEHIND_LAST)

# Each is one request by one of its two framings and two by the other.
MESSAGES = [
    refused("a request behind the last chunk, within the length", "RFC 9112 §6.3",
            post(SPANS_ALL + CHUNKED, BEHIND_LAST)),
    refused("the same, chunked before the length", "RFC 9112 §6.3", post(CHUNKED + SPANS_ALL, BEHIND_LAST)),
    refused("a request within a chunk, behind the length", "RFC 9112 §6.3",
            post(b"Content-Length: 4\r\n" + CHUNKED, BODY)),
    refused("the same, chunked before the length and the length on both sides", "RFC 9112 §6.3",
            post(b"Content-Length: 4\r\n" + CHUNKED + b"Content-Length: 4\r\n", BODY)),
    refused("half a request behind the last chunk", "RFC 9112 §6.3",
            post(b"Content-Length: %d\r\n" % len(LAST + SWALLOW) + CHUNKED, LAST + SWALLOW)),
    refused("a length and chunks that agree", "RFC 9112 §6.1", post(b"Content-Length: 5\r\n" + CHUNKED, LAST)),
    refused("a length of zero before a chunk", "RFC 9112 §6.1", post(b"Content-Length: 0\r\n" + CHUNKED, BODY)),
    refused("a length that is no number beside chunked", "RFC 9112 §6.3",
            post(b"Content-Length: many\r\n" + CHUNKED, BODY)),
    refused("an empty length beside chunked", "RFC 9112 §6.3", post(b"Content-Length:\r\n" + CHUNKED, BODY)),
    refused("a list of lengths beside chunked", "RFC 9112 §6.3",
            post(b"Content-Length: 4, 4\r\n" + CHUNKED, BODY)),
    refused("a length longer than the message beside chunked", "RFC 9112 §6.3",
            post(b"Content-Length: 4096\r\n" + CHUNKED, BODY)),
    refused("a length and chunked on GET", "RFC 9112 §6.1", get(SPANS_ALL + CHUNKED, BEHIND_LAST)),
    refused("a length and chunked on HEAD", "RFC 9112 §6.1", get(SPANS_ALL + CHUNKED, BEHIND_LAST, b"HEAD"), is_head=True),
    refused("a length and chunked on OPTIONS", "RFC 9112 §6.1", get(SPANS_ALL + CHUNKED, BEHIND_LAST, b"OPTIONS")),
    refused("a length and chunked in HTTP/1.0", "RFC 9112 §6.1", post(SPANS_ALL + CHUNKED, BEHIND_LAST, version=b"1.0")),
    refused("a length and chunked that Connection disowns", "RFC 9112 §6.1",
            post(b"Connection: content-length\r\n" + SPANS_ALL + CHUNKED, BEHIND_LAST)),
    refused("a length and a chunked that Connection disowns", "RFC 9112 §6.1",
            post(b"Connection: transfer-encoding\r\n" + SPANS_ALL + CHUNKED, BEHIND_LAST)),
    refused("a length, chunked, and Host far behind", "RFC 9112 §6.3",
            b"POST /test/body HTTP/1.1\r\n" + SPANS_ALL + CHUNKED + HOST + b"\r\n" + BEHIND_LAST),
    answered("a length, and chunked in the query only", "RFC 9112 §3.2",
             get(b"Content-Length: 49\r\n", SMUGGLED, target=b"/users/a?Transfer-Encoding:chunked"), "200 User a"),
]

"""RFC 9112 §7.1.2, RFC 9110 §6.5: what may stand behind the last chunk."""
import json

from case import BAIT, MAY, MUST, SHOULD, Case, Each, Finish, chunked
from expectation import DROPPED, either, received, refused

BODY = ("body",)
TAKEN_OR_NOT = either(received(3), refused())


def trailers(*sections):
    return Each(*(chunked(b"3\r\nabc\r\n0\r\n" + section + b"\r\n\r\n") for section in sections))


def no_media_type(response):
    return None if "contentType" not in json.loads(response.body) else "the trailer became a field"


CASES = [
    Case("a trailer is taken", "9112 §7.1.2", MUST, trailers(b"X-Sum: 3"), received(3), needs=BODY),
    Case("several trailers are taken", "9112 §7.1.2", MUST,
         trailers(b"X-Sum: 3\r\nX-Other: a\r\nX-Sum: 4"), received(3), needs=BODY),
    Case("a trailer may be empty, and of any octets that a value has", "9110 §5.5", MUST,
         trailers(b"X-Sum:", b"X-Sum: \t ", b"X-Sum: caf\xc3\xa9", b"!: \"(unclosed"), received(3), needs=BODY),
    Case("trailers may be announced, and stay away", "9110 §6.6.2", MUST,
         Each(chunked(b"3\r\nabc\r\n0\r\nX-Sum: 3\r\n\r\n", b"Trailer: X-Sum"),
              chunked(b"3\r\nabc\r\n0\r\n\r\n", b"Trailer: X-Sum", b"TE: trailers")), received(3), needs=BODY),
    # What must not come so late
    Case("a Content-Length among the trailers frames nothing", "9110 §6.5.1", MUST,
         trailers(b"Content-Length: 50", b"Content-Length: 0"), TAKEN_OR_NOT, ours=refused(), needs=BODY),
    Case("a Transfer-Encoding among the trailers frames nothing", "9110 §6.5.1", MUST,
         trailers(b"Transfer-Encoding: chunked", b"Transfer-Encoding: gzip"), TAKEN_OR_NOT, ours=refused(), needs=BODY),
    Case("a Host among the trailers routes nothing", "9110 §6.5.1", MUST,
         trailers(b"Host: elsewhere", b"Host: a/b"), TAKEN_OR_NOT, ours=refused(), needs=BODY),
    Case("a Connection among the trailers closes nothing", "9110 §6.5.2", MUST,
         trailers(b"Connection: close"), TAKEN_OR_NOT, ours=received(3), needs=BODY),
    Case("an Expect among the trailers expects nothing", "9110 §6.5.2", MUST,
         trailers(b"Expect: 100-continue", b"Expect: nothing-known"), TAKEN_OR_NOT, ours=received(3), needs=BODY),
    Case("a Content-Type among the trailers describes nothing", "9110 §6.5.2", MUST,
         trailers(b"Content-Type: a/b"), TAKEN_OR_NOT, ours=received(3, also=no_media_type), needs=BODY),
    Case("conditions and credentials among the trailers do nothing", "9110 §6.5.2", MUST,
         trailers(b"If-Match: \"x\"", b"If-None-Match: *", b"Authorization: Basic eDp5", b"Cookie: a=b",
                  b"Upgrade: websocket", b"Max-Forwards: 0", b"Cache-Control: no-store"), TAKEN_OR_NOT,
         ours=received(3), needs=BODY),
    # Malformed
    Case("a space before the colon of a trailer is refused", "9112 §5.1", MUST,
         trailers(b"X-Sum : 3", b"X-Sum\t: 3"), refused(), needs=BODY),
    Case("a folded trailer is refused or unfolded", "9112 §5.2", MUST,
         trailers(b"X-Sum: 3\r\n 4"), TAKEN_OR_NOT, ours=refused(), needs=BODY),
    Case("white space before the first trailer is refused", "9112 §5.2", SHOULD,
         trailers(b" X-Sum: 3"), refused(), needs=BODY),
    Case("a trailer without a colon is refused", "9112 §5", SHOULD,
         trailers(b"X-Sum", b"garbage", b"3"), refused(), needs=BODY),
    Case("a trailer without a name is refused", "9110 §5.1", SHOULD, trailers(b": 3"), refused(), needs=BODY),
    Case("an octet that no name has is refused in a trailer", "9110 §5.1", SHOULD,
         trailers(b"X(Sum): 3", b"X@: 3", b"X\0: 3", b"\xff: 3", b"X Sum: 3"), refused(), needs=BODY),
    Case("a NUL in a trailer is refused or a space", "9110 §5.5", MUST,
         trailers(b"X-Sum: \0"), TAKEN_OR_NOT, ours=refused(), needs=BODY),
    Case("another control octet in a trailer", "9110 §5.5", MAY,
         trailers(b"X-Sum: \x01", b"X-Sum: a\x7f"), TAKEN_OR_NOT, ours=refused(), needs=BODY),
    Case("a bare CR in a trailer is refused or a space", "9112 §2.2", MUST,
         trailers(b"X-Sum: 3\r4", b"X-Sum: 3\r"), TAKEN_OR_NOT, ours=refused(), needs=BODY),
    Case("a bare LF ends a trailer", "9112 §2.2", MAY,
         trailers(b"X-Sum: 3\nX-Other: a"), TAKEN_OR_NOT, ours=refused(), needs=BODY),
    Case("a request is no trailer", "9112 §5", SHOULD, trailers(BAIT), refused(), needs=BODY),
    Case("two other octets instead of the empty line end no trailers", "9112 §7.1", SHOULD,
         chunked(b"3\r\nabc\r\n0\r\nXX" + BAIT), refused(), needs=BODY),
    Case("trailers that break off end no message", "9112 §8", MUST,
         Each(*([chunked(b"3\r\nabc\r\n0\r\n" + part), Finish()] for part in (b"", b"\r", b"X-Sum", b"X-Sum: 3\r\n"))),
         either(DROPPED, refused(400, 408)), ours=DROPPED, needs=BODY),
]

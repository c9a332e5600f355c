"""RFC 9110 §5.4 and §15.5, RFC 9112 §3: more than a server will take, and what it has to take."""
from case import BAIT, MAY, MUST, SHOULD, Await, Case, Each, Finish, chunked, get, line, message, post, sized, user
from expectation import CLOSED, EITHER, answered, either, final_user, hello, in_order, received, refused

BODY = ("body",)
TOO_LARGE = refused(400, 413, 431)
MUCH = 100_000

CASES = [
    # What has to be possible
    Case("a request line of 8000 octets is taken", "9112 §3", SHOULD, line(b"GET /users/" + b"a" * 7980 + b" HTTP/1.1"),
         in_order(final_user(b"a" * 7980))),
    Case("a field of four thousand octets is taken", "9110 §5.4", MAY, get(b"X-A: " + b"a" * 4000),
         either(hello(), TOO_LARGE), ours=hello()),
    Case("fifty fields are taken", "9110 §5.4", MAY, get(*(b"X-%d: a" % number for number in range(50))),
         either(hello(), TOO_LARGE), ours=hello()),
    Case("a thousand empty members of a list do no harm", "9110 §5.6.1.2", MUST, get(b"Connection: " + b"," * 1000),
         either(hello(), TOO_LARGE), ours=hello()),
    # Too much
    Case("a target longer than a server reads is answered 414", "9112 §3", MUST,
         line(b"GET /" + b"a" * MUCH + b" HTTP/1.1"), refused(414)),
    Case("a query longer than a server reads is answered 414", "9112 §3", MUST,
         line(b"GET /hello?" + b"a" * MUCH + b" HTTP/1.1"), refused(414)),
    Case("a target without an end is answered 414", "9112 §3", MUST, [b"GET /" + b"a" * MUCH, Await(), Finish()],
         refused(414)),
    Case("a method without an end is refused", "9112 §3", SHOULD, [b"A" * MUCH, Await(), Finish()],
         refused(400, 414, 501), ours=refused(501)),
    Case("a value longer than a server reads is answered 4xx", "9110 §5.4", MUST, get(b"X-A: " + b"a" * MUCH), TOO_LARGE,
         ours=refused(431)),
    Case("a value without an end is answered 4xx", "9110 §5.4", MUST,
         [get()[:-2] + b"X-A: " + b"a" * MUCH, Await(), Finish()], TOO_LARGE, ours=refused(431)),
    Case("a name longer than a server reads is answered 4xx", "9110 §5.4", MUST, get(b"X" * MUCH + b": a"), TOO_LARGE,
         ours=refused(431)),
    Case("more fields than a server reads are answered 4xx", "9110 §5.4", MUST,
         get(*(b"X-%d: %b" % (number, b"a" * 500) for number in range(200))), TOO_LARGE, ours=refused(431)),
    Case("a great many small fields", "9110 §5.4", MAY, get(*[b"X: a"] * 1000), either(hello(), TOO_LARGE),
         ours=refused(431)),
    Case("a Host longer than a server reads is answered 4xx", "9110 §5.4", MUST,
         message(b"GET /hello HTTP/1.1", b"Host: " + b"a" * MUCH), TOO_LARGE, ours=refused(431)),
    Case("a request line below the limit does not excuse fields above it", "9110 §5.4", MUST,
         user(b"a" * 5000, b"X-A: " + b"a" * MUCH), TOO_LARGE, ours=refused(431)),
    Case("an announced body that is too long is answered 413", "9110 §15.5.14", MAY,
         [post(b"Content-Length: 9000000"), Await(), Finish()], refused(413), needs=BODY),
    Case("an announced body of nearly 2^63 octets is answered 413", "9110 §15.5.14", MAY,
         [post(b"Content-Length: 9223372036854775807"), Await(), Finish()], refused(400, 413), ours=refused(413),
         needs=BODY),
    Case("a body in chunks that is too long is answered 413", "9110 §15.5.14", MAY,
         [post(b"Transfer-Encoding: chunked"), *[b"10000\r\n" + bytes(65536) + b"\r\n"] * 20, b"0\r\n\r\n"], refused(413),
         needs=BODY),
    Case("an announced chunk that is too long is answered 413", "9110 §15.5.14", MAY,
         [chunked(b"7fffffff\r\n") + bytes(2_000_000), Await(), Finish()], refused(413), needs=BODY),
    Case("nothing in a body that is too long is taken for a request", "9112 §9.3", MUST,
         post(b"Content-Length: 9000000", body=BAIT * 10), refused(413), needs=BODY),
    Case("an extension longer than a server reads is answered 4xx", "9112 §7.1.1", SHOULD,
         chunked(b"3;a=" + b"a" * MUCH + b"\r\nabc\r\n0\r\n\r\n"), refused(400, 413, 431), needs=BODY),
    Case("extensions that are too long together are answered 4xx", "9112 §7.1.1", SHOULD,
         chunked((b"1;" + b"a" * 400 + b"\r\na\r\n") * 250 + b"0\r\n\r\n"), refused(400, 413, 431), needs=BODY),
    Case("trailers longer than a server reads are answered 4xx", "9110 §5.4", MUST,
         Each(chunked(b"0\r\nX-A: " + b"a" * MUCH + b"\r\n\r\n"), chunked(b"0\r\n" + b"X-A: a\r\n" * 5000 + b"\r\n")),
         TOO_LARGE, ours=refused(431), needs=BODY),
    Case("a refusal of too much says that the connection closes", "9112 §9.6", SHOULD,
         Each(line(b"GET /" + b"a" * MUCH + b" HTTP/1.1"), get(b"X-A: " + b"a" * MUCH)),
         answered(400, 413, 414, 431, has={"connection": "close"}, then=CLOSED)),
]

"""RFC 9112 §9.3.2: many requests before the first answer."""
from case import BAIT, FILE, FILE_BODY, MAY, MUST, SHOULD, Await, Case, chunked, get, line, sized, user
from expectation import CLOSED, HELLO_ANSWER, Final, answered, either, final_user, has_bytes, in_order

BODY = ("body",)


def counted(count):
    return Final(200, test=has_bytes(count))


def numbered(count):
    return b"".join(user(b"%d" % number) for number in range(count)), [final_user(b"%d" % n) for n in range(count)]


TWENTY, THEIR_ANSWERS = numbered(20)
MANY, MANY_ANSWERS = numbered(35)
BAIT_CHUNKS = b"%x\r\n%b\r\n0\r\n\r\n" % (len(BAIT), BAIT)

CASES = [
    Case("two requests of one write are both answered", "9112 §9.3.2", MUST,
         user(b"1") + user(b"2"), in_order(final_user(b"1"), final_user(b"2"))),
    Case("answers come in the order of the requests", "9112 §9.3.2", MUST, TWENTY, in_order(*THEIR_ANSWERS)),
    Case("answers come in order where there are more than a server reads at once", "9112 §9.3.2", MUST,
         b"".join(user(b"%d" % number, b"X-Fill: " + b"a" * 3000) for number in range(35)), in_order(*MANY_ANSWERS)),
    Case("requests for different things are answered in order", "9112 §9.3.2", MUST,
         get() + get(target=FILE) + user(b"1") + get(target=b"/nowhere") + get(),
         in_order(HELLO_ANSWER, Final(200, body=FILE_BODY), final_user(b"1"), Final(404), HELLO_ANSWER)),
    Case("a slow answer does not lose its place", "9112 §9.3.2", MUST,
         get(target=b"/async?ms=80") + get(target=b"/slow?ms=20") + user(b"1") + get(target=b"/async?ms=0"),
         in_order(Final(200, body=b"Waited for 80 ms without a thread.\n"),
                  Final(200, body=b"Blocked a worker for 20 ms.\n"), final_user(b"1"),
                  Final(200, body=b"Waited for 0 ms without a thread.\n")), needs=("handlers",)),
    Case("a streamed answer does not lose its place", "9112 §9.3.2", MUST,
         get(target=b"/events?count=3&ms=10") + user(b"1"), in_order(Final(200), final_user(b"1")),
         needs=("handlers",)),
    Case("bodies of either framing stay between their heads", "9112 §6", MUST,
         (sized(BAIT) + chunked(BAIT_CHUNKS) + user(b"1")) * 3,
         in_order(*[counted(len(BAIT)), counted(len(BAIT)), final_user(b"1")] * 3), needs=BODY),
    Case("bodies of both framings come back as they were", "9112 §6", MUST,
         sized(BAIT, target=b"/echo") + chunked(BAIT_CHUNKS, target=b"/echo") + user(b"1"),
         in_order(Final(200, body=BAIT), Final(200, body=BAIT), final_user(b"1")), needs=("echo",)),
    Case("a request behind trailers is answered", "9112 §7.1.2", MUST,
         chunked(b"3\r\nabc\r\n0\r\nX-Sum: 3\r\nX-Other: a\r\n\r\n") + user(b"1"),
         in_order(counted(3), final_user(b"1")), needs=BODY),
    Case("answers to HEAD have no bodies in between", "9112 §6.3", MUST,
         get(method=b"HEAD") + get() + get(method=b"HEAD", target=FILE) + get(method=b"HEAD",
                                                                              target=b"/nowhere") + get(),
         in_order(Final(200, body=b""), HELLO_ANSWER, Final(200, body=b""), Final(404, body=b""), HELLO_ANSWER),
         methods=("HEAD", "GET", "HEAD", "HEAD", "GET")),
    Case("304 has no body in between", "9112 §6.3", MUST,
         get(b"If-None-Match: <etag>",
             target=FILE) + get(target=FILE) + get(b"If-None-Match: <etag>", target=FILE) + get(),
         in_order(Final(304, body=b""), Final(200, body=FILE_BODY), Final(304, body=b""), HELLO_ANSWER)),
    Case("what came before a malformed request is answered", "9112 §9.3.2", MUST,
         user(b"1") + user(b"2") + line(b"GET /hello HTTP/x.1") + BAIT,
         in_order(final_user(b"1"), final_user(b"2"), Final(400, 505), then=CLOSED)),
    Case("what came before a malformed field is answered", "9112 §9.3.2", MUST,
         user(b"1") + get(b"X-A : b") + BAIT, in_order(final_user(b"1"), Final(400), then=CLOSED)),
    Case("what came before a malformed body is answered", "9112 §9.3.2", MUST,
         user(b"1") + chunked(b"x\r\nabc\r\n0\r\n\r\n") + BAIT, in_order(final_user(b"1"), Final(400), then=CLOSED),
         needs=BODY),
    Case("a slow answer before a malformed request still comes first", "9112 §9.3.2", MUST,
         get(target=b"/async?ms=50") + line(b"GET  HTTP/1.1") + BAIT, in_order(Final(200), Final(400), then=CLOSED),
         needs=("handlers",)),
    Case("an unknown method in between is answered in its place", "9112 §9.3.2", MUST,
         user(b"1") + get(method=b"BREW") + user(b"2"),
         either(in_order(final_user(b"1"), Final(405, 501), final_user(b"2")),
                in_order(final_user(b"1"), Final(400, 405, 501), then=CLOSED)),
         ours=in_order(final_user(b"1"), Final(501), final_user(b"2"))),
    Case("OPTIONS in between is answered in its place", "9112 §9.3.2", MUST,
         user(b"1") + line(b"OPTIONS * HTTP/1.1") + user(b"2"),
         either(in_order(final_user(b"1"), Final(200, 204, 404, 405), final_user(b"2")),
                in_order(final_user(b"1"), Final(400, 405, 501), then=CLOSED)),
         ours=in_order(final_user(b"1"), Final(204), final_user(b"2"))),
    Case("nothing behind a request to close is answered", "9112 §9.6", MUST,
         user(b"1") + user(b"2", b"Connection: close") + BAIT + BAIT,
         in_order(final_user(b"1"), final_user(b"2"), then=CLOSED)),
    Case("nothing behind a request of HTTP/1.0 is answered", "9112 §9.3", MUST,
         user(b"1") + user(b"2", version=b"1.0") + BAIT, in_order(final_user(b"1"), final_user(b"2"), then=CLOSED)),
    Case("requests in HTTP/1.0 that keep the connection may be pipelined", "9112 §9.3.2", MAY,
         user(b"1", b"Connection: keep-alive", version=b"1.0") * 2,
         either(in_order(final_user(b"1"), final_user(b"1")), in_order(final_user(b"1"), then=CLOSED)),
         ours=in_order(final_user(b"1"), final_user(b"1"))),
    Case("a request that is cut between two writes is answered in its place", "9112 §9.3.2", MUST,
         [user(b"1") + user(b"2")[:9], Await(), user(b"2")[9:] + user(b"3")],
         in_order(final_user(b"1"), final_user(b"2"), final_user(b"3"))),
    Case("a body that is cut between two writes holds up what is behind it", "9112 §9.3.2", MUST,
         [user(b"1") + sized(b"abcdef")[:-3], Await(), b"def" + user(b"2")],
         in_order(final_user(b"1"), counted(6), final_user(b"2")), needs=BODY),
    Case("a request without an empty line before the next takes it for a field", "9112 §5", SHOULD,
         get()[:-2] + BAIT, answered(400, then=CLOSED)),
]

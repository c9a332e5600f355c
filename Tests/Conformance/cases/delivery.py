"""RFC 9112 §2.2 and §8: a message is the same however it arrives, and none before it is whole."""
from case import (BAIT, MAY, MUST, SHOULD, Case, Each, Finish, Pause, Quiet, Slowly, chunked, each_cut, get, message,
                  post, sized, user)
from expectation import CLOSED, DROPPED, HELLO_ANSWER, answered, either, final_user, hello, in_order, received, refused

BODY = ("body",)
FULL = user(b"%41b", b"Accept: */*", b"X-Long: " + b"v" * 40, b"X-Empty:")
CHUNKS = chunked(b'5;name=value;other="a;\\"b"\r\nhello\r\n0A \t; x\r\n, martlet!\r\n000\r\nX-Sum: 15\r\nX-Other: a\r\n'
                 b"\r\n")
# It stops within each of its elements, and behind each.
PARTS = [get()[:size] for size in (1, 4, 10, 11, 15, 19, 20, 21, 24, 26, 27, 36, 37, 38, 39)]
# What a server may say to a message that broke off.
BROKE_OFF = either(DROPPED, refused(400, 408))


def cut(name, octets, expected, section="9112 §2.2", level=MUST, **more):
    return Case(name, section, level, each_cut(octets), expected, **more)


CASES = [
    # Cut at every octet
    cut("a request is the same wherever it is cut", FULL, answered(200)),
    cut("a request in absolute-form is the same wherever it is cut",
        get(target=b"http://localhost:80/hello?x"), hello()),
    cut("an empty line before a request is skipped wherever it is cut", b"\r\n" + get(), hello(), level=SHOULD),
    cut("a body is the same wherever it is cut", sized(BAIT), received(len(BAIT)), section="9112 §6.3", needs=BODY),
    cut("a chunked body is the same wherever it is cut", CHUNKS, received(15), section="9112 §7.1", needs=BODY),
    cut("pipelined requests are the same wherever they are cut",
        user(b"1") + get(), in_order(final_user(b"1"), HELLO_ANSWER), section="9112 §9.3.2"),
    cut("a space before a colon is refused wherever it is cut", get(b"X-A : b"), refused(), section="9112 §5.1"),
    cut("a length beside chunked is refused wherever it is cut",
        post(b"Content-Length: 3", b"Transfer-Encoding: chunked", body=b"0\r\n\r\n"),
        either(refused(), received(0, then=CLOSED)), section="9112 §6.1", ours=refused(), needs=BODY),
    cut("two lengths that differ are refused wherever they are cut",
        post(b"Content-Length: 3", b"Content-Length: 4", body=b"abcd"), refused(), section="9112 §6.3"),
    cut("a bare CR is refused or a space wherever it is cut",
        get(b"X-A: b\rc"), either(hello(), refused()), ours=refused()),
    cut("a request without Host is refused wherever it is cut",
        message(b"GET /hello HTTP/1.1", b"X-A: b"), refused(), section="9112 §3.2"),
    cut("a malformed size is refused wherever it is cut",
        chunked(b"3\r\nabc\r\n0x3\r\nabc\r\n0\r\n\r\n"), refused(), section="9112 §7.1", level=SHOULD, needs=BODY),
    cut("a chunk longer than its size is refused wherever it is cut",
        chunked(b"3\r\nabcd\r\n0\r\n\r\n"), refused(), section="9112 §7.1", level=SHOULD, needs=BODY),
    cut("a malformed trailer is refused wherever it is cut",
        chunked(b"0\r\nX-Sum : 3\r\n\r\n"), refused(), section="9112 §5.1", needs=BODY),
    # Octet by octet
    Case("a request is the same octet by octet", "9112 §2.2", MUST, [Slowly(FULL)], answered(200)),
    Case("a body is the same octet by octet", "9112 §6.3", MUST,
         [Slowly(sized(BAIT))], received(len(BAIT)), needs=BODY),
    Case("a chunked body is the same octet by octet", "9112 §7.1", MUST, [Slowly(CHUNKS)], received(15), needs=BODY),
    Case("a malformed request is refused octet by octet", "9112 §5.1", MUST, [Slowly(get(b"X-A : b"))], refused()),
    Case("a malformed chunk is refused octet by octet", "9112 §7.1", SHOULD,
         [Slowly(chunked(b"3\r\nabc\r\n+3\r\nabc\r\n0\r\n\r\n"))], refused(), needs=BODY),
    # Not before it is whole
    Case("half a request is not answered, and its other half is waited for", "9110 §5.4", MUST,
         Each(*([part, Quiet(0.05), get()[len(part):]] for part in PARTS)), hello()),
    Case("half a body is waited for", "9112 §6.3", MUST,
         Each([sized(b"abcdef")[:-6], Quiet(0.05), b"abcdef"], [sized(b"abcdef")[:-1], Quiet(0.05), b"f"]), received(6),
         needs=BODY),
    Case("chunks without the last one are waited for", "9112 §7.1", MUST,
         Each(*([CHUNKS[:-left], Quiet(0.05), CHUNKS[-left:]] for left in (1, 2, 4, 30, 45))), received(15),
         needs=BODY),
    Case("head and body may come apart", "9112 §6.3", MUST,
         Each([post(b"Content-Length: 3"), Pause(0.02), b"abc"],
              [post(b"Transfer-Encoding: chunked"), Pause(0.02), b"3\r\nabc\r\n", Pause(0.02), b"0\r\n\r\n"]),
         received(3), needs=BODY),
    Case("a large body may come in many writes", "9112 §6.3", MUST,
         [post(b"Content-Length: 262144"), *[bytes(4096)] * 64], received(262144), needs=BODY),
    # Broken off
    Case("a connection on which nothing was said ends", "9112 §9.5", MAY, [Finish()], DROPPED),
    Case("a connection on which only line ends were said ends", "9112 §8", MAY,
         [b"\r\n", Finish()], BROKE_OFF, ours=DROPPED),
    Case("a request that breaks off is not answered as if it were whole", "9112 §8", MUST,
         Each(*([part, Finish()] for part in PARTS)), BROKE_OFF, ours=DROPPED),
    Case("a body that breaks off is not taken for a whole one", "9112 §8", MUST,
         Each([post(b"Content-Length: 3"), Finish()], [post(b"Content-Length: 4", body=b"abc"), Finish()],
              [post(b"Content-Length: 999999", body=b"abc"), Finish()]), BROKE_OFF, ours=DROPPED, needs=BODY),
    Case("chunks that break off are not taken for a whole body", "9112 §8", MUST,
         Each(*([chunked(part), Finish()]
              for part in (b"", b"3", b"3\r\n", b"3\r\nab", b"3\r\nabc", b"3\r\nabc\r\n", b"3\r\nabc\r\n0",
                           b"3\r\nabc\r\n0\r\n"))),
         BROKE_OFF, ours=DROPPED, needs=BODY),
    Case("what came whole is answered before a request that breaks off", "9112 §8", MUST,
         [user(b"1") + b"GET /he", Finish()],
         either(in_order(final_user(b"1"), then=CLOSED),
                in_order(final_user(b"1"), refused(400, 408).finals[0], then=CLOSED)),
         ours=in_order(final_user(b"1"), then=CLOSED)),
    Case("a whole body is answered although nothing follows", "9112 §9.6", SHOULD,
         Each([sized(b"abc"), Finish()], [chunked(b"3\r\nabc\r\n0\r\n\r\n"), Finish()]), received(3, then=CLOSED),
         needs=BODY),
    Case("a slow answer is sent although nothing follows", "9112 §9.6", SHOULD,
         Each(*([get(target=target), Finish()]
              for target in (b"/slow?ms=30", b"/async?ms=30", b"/events?count=3&ms=10"))), answered(200, then=CLOSED),
         needs=("handlers",)),
]

"""RFC 9112 §9: whether a connection lives on."""
import re

from case import BAIT, FILE, MAY, MUST, SHOULD, Await, Case, Each, Finish, get, message, post, sized
from expectation import CLOSED, EITHER, HELLO_ANSWER, Final, answered, either, hello, in_order, received, refused

CLOSING = hello(then=CLOSED)
KEEPS = re.compile("keep-alive", re.I)
CLOSES = re.compile("close", re.I)


def connection(*values, version=b"1.1"):
    return Each(*(get(b"Connection: " + value, version=version) for value in values))


CASES = [
    Case("a connection of HTTP/1.1 lives on", "9112 §9.3", SHOULD, get(), hello()),
    Case("a connection serves a hundred requests, one after another", "9112 §9.3", SHOULD,
         [get(), Await()] * 100, in_order(*[HELLO_ANSWER] * 100)),
    Case("close ends the connection", "9112 §9.6", MUST, connection(b"close"), CLOSING),
    Case("who closes says so", "9112 §9.6", SHOULD,
         connection(b"close"), hello(has={"connection": CLOSES}, then=CLOSED)),
    Case("nothing behind close is answered", "9112 §9.6", MUST, get(b"Connection: close") + BAIT + get(), CLOSING),
    Case("close has no case", "9110 §7.6.1", MUST, connection(b"Close", b"CLOSE", b"cLoSe"), CLOSING),
    Case("close may stand in a list", "9112 §9.6", MUST,
         connection(b"x, close", b"close, x", b"x,close,y", b"x ,\tclose , y"), CLOSING),
    Case("close may stand among empty members", "9110 §5.6.1.2", MUST,
         connection(b",close", b"close,", b", ,close, ,"), CLOSING),
    Case("close may stand in another field of the same name", "9110 §5.3", MUST,
         Each(get(b"Connection: x", b"Connection: close"), get(b"Connection: close", b"Connection: x")), CLOSING),
    Case("close counts more than keep-alive", "9112 §9.3", MUST,
         Each(get(b"Connection: keep-alive, close"), get(b"Connection: close, keep-alive"),
              get(b"Connection: keep-alive", b"Connection: close")), CLOSING),
    Case("a word that only holds close closes nothing", "9112 §9.3", SHOULD,
         connection(b"closed", b"xclose", b"clos"), hello()),
    Case("an option that nobody knows does nothing", "9112 §9.3", SHOULD,
         connection(b"x", b"", b"keep-alive", b","), hello()),
    Case("an option that names a field the framing needs does not take it away", "9110 §7.6.1", MUST,
         sized(BAIT, b"Connection: content-length"), either(received(len(BAIT), then=EITHER), refused()),
         ours=received(len(BAIT)), needs=("body",)),
    Case("a Connection that is no list of tokens", "9110 §7.6.1", MAY,
         connection(b"@", b"a b", b'"close"', b"a=b;c"), answered(200, 400, then=EITHER), ours=hello()),
    Case("close ends the connection whatever the answer", "9112 §9.6", MUST,
         Each(get(b"Connection: close", target=b"/nowhere"), get(b"Connection: close", method=b"BREW"),
              get(b"Connection: close", method=b"DELETE", target=FILE), get(b"Connection: close", method=b"OPTIONS")),
         answered(200, 204, 404, 405, 501, then=CLOSED)),
    Case("close ends the connection behind 304", "9112 §9.6", MUST,
         get(b"Connection: close", b"If-None-Match: <etag>", target=FILE), answered(304, then=CLOSED)),
    Case("close ends the connection behind an answer to HEAD", "9112 §9.6", MUST,
         get(b"Connection: close", method=b"HEAD"), answered(200, body=b"", then=CLOSED)),
    Case("close with a body ends the connection behind it", "9112 §9.6", MUST,
         sized(b"abc", b"Connection: close"), received(3, then=CLOSED), needs=("body",)),
    Case("Keep-Alive with parameters does nothing", "9112 §9.3", MAY,
         get(b"Connection: keep-alive", b"Keep-Alive: timeout=1, max=1"), hello()),
    Case("Proxy-Connection does nothing", "9112 §C.2.2", MAY,
         get(b"Proxy-Connection: close"), hello(then=EITHER), ours=hello()),
    # HTTP/1.0
    Case("a connection of HTTP/1.0 ends", "9112 §9.3", MUST,
         Each(get(version=b"1.0"), message(b"GET /hello HTTP/1.0")), CLOSING),
    Case("a connection of HTTP/1.0 may be kept", "9112 §9.3", MAY,
         connection(b"keep-alive", b"Keep-Alive", b"x, keep-alive", version=b"1.0"), hello(then=EITHER), ours=hello()),
    Case("who keeps a connection of HTTP/1.0 says so", "9112 §9.3", SHOULD,
         connection(b"keep-alive", version=b"1.0"), either(hello(has={"connection": KEEPS}), CLOSING)),
    Case("close counts more than keep-alive in HTTP/1.0", "9112 §9.3", MUST,
         connection(b"keep-alive, close", b"close, keep-alive", version=b"1.0"), CLOSING),
    Case("an option that nobody knows keeps no connection of HTTP/1.0", "9112 §9.3", MUST,
         connection(b"x", b"keep", b"xkeep-alive", version=b"1.0"), CLOSING),
    Case("Proxy-Connection keeps no connection of HTTP/1.0", "9112 §C.2.2", MAY,
         get(b"Proxy-Connection: keep-alive", version=b"1.0"), hello(then=EITHER), ours=CLOSING),
    Case("a body of HTTP/1.0 has its length", "9112 §6.3", MUST,
         sized(b"abc", version=b"1.0"), received(3, then=CLOSED), needs=("body",)),
    Case("a kept connection of HTTP/1.0 goes on behind a body", "9112 §9.3", MAY,
         sized(BAIT, b"Connection: keep-alive", version=b"1.0"), received(len(BAIT), then=EITHER),
         ours=received(len(BAIT)), needs=("body",)),
    Case("HTTP/1.0 and HTTP/1.1 may share a connection", "9112 §9.3", MAY,
         get(b"Connection: keep-alive", version=b"1.0") + get(),
         either(in_order(HELLO_ANSWER, HELLO_ANSWER), hello(then=CLOSED)), ours=in_order(HELLO_ANSWER, HELLO_ANSWER)),
    # Ends
    Case("an error of the application ends no connection", "9112 §9.3", SHOULD, get(target=b"/nowhere"), answered(404)),
    Case("a large body for nobody is read, or the connection ends", "9112 §9.3", MUST,
         [post(b"Content-Length: 300000", target=b"/nowhere"), bytes(300000)], answered(404, 405, then=EITHER)),
    Case("a body for nobody that is not worth reading ends the connection", "9112 §9.3", MUST,
         [post(b"Content-Length: 100000000", target=b"/nowhere"), Await(), Finish()],
         answered(404, 405, 413, then=CLOSED)),
    Case("an answer reaches a client that still sends", "9112 §9.6", SHOULD,
         [get(b"X-A : b") + bytes(200000)], refused()),
    Case("a client that will send no more gets its answer", "9112 §9.6", SHOULD, [get(), Finish()], CLOSING),
    Case("a client that will send no more gets the answers to all that it asked", "9112 §9.6", SHOULD,
         [get() + get(target=b"/users/1") + get(), Finish()],
         in_order(HELLO_ANSWER, Final(200, body=b"User 1\n"), HELLO_ANSWER, then=CLOSED)),
]

"""RFC 9112 §5, RFC 9110 §5: field lines."""
from case import BAIT, HOST, MAY, MUST, SHOULD, Case, Each, get, message, post, sized
from expectation import HELLO_ANSWER, either, final_user, hello, in_order, received, refused, rejected

GET = b"GET /hello HTTP/1.1"
ALLOWED = either(hello(), refused())
TCHARS = b"!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
# Each of these has cases of its own.
SPECIAL = b"\t\n\r :"
NO_TCHARS = bytes(octet for octet in range(256) if octet not in TCHARS + SPECIAL)
CONTROLS = bytes(octet for octet in [*range(1, 32), 127] if octet not in b"\t\n\r")


def field(*lines):
    return Each(*(get(text) for text in lines))


CASES = [
    # White space where none may be
    Case("a space before the colon is refused", "9112 §5.1", MUST, field(b"X-A : b", b"X-A  : b"), refused()),
    Case("a tab before the colon is refused", "9112 §5.1", MUST, field(b"X-A\t: b"), refused()),
    Case("a space before the colon of Host is refused", "9112 §5.1", MUST,
         message(GET, b"Host : localhost"), refused()),
    Case("a space before the colon of Content-Length is refused", "9112 §5.1", MUST,
         post(b"Content-Length : 3", body=b"abc"), refused()),
    Case("a space before the colon of Transfer-Encoding is refused", "9112 §5.1", MUST,
         post(b"Transfer-Encoding : chunked", body=b"0\r\n\r\n"), refused()),
    Case("a space in a name is refused", "9110 §5.1", SHOULD, field(b"X A: b", b"Content Length: 3"), refused()),
    Case("white space before the first field is refused, or that line is passed over", "9112 §2.2", MUST,
         Each(message(GET, b" X-A: b", HOST), message(GET, b"\tX-A: b", HOST)), ALLOWED, ours=refused()),
    Case("Host behind white space as the first field is none", "9112 §2.2", MUST,
         message(GET, b" Host: localhost"), refused()),
    Case("a Content-Length behind white space as the first field is none", "9112 §2.2", MUST,
         message(b"POST /hello HTTP/1.1", b" Content-Length: 500", HOST), either(refused(), refused(405), hello()),
         ours=refused()),
    Case("a folded field is refused or unfolded", "9112 §5.2", MUST,
         field(b"X-A: b\r\n c", b"X-A: b\r\n\tc", b"X-A: b\r\n  \t c"), ALLOWED, ours=refused()),
    Case("a field folded into an empty line is refused or unfolded", "9112 §5.2", MUST,
         field(b"X-A: b\r\n "), ALLOWED, ours=refused()),
    Case("a folded Host is refused or unfolded", "9112 §5.2", MUST,
         message(GET, b"Host:\r\n localhost"), ALLOWED, ours=refused()),
    Case("a folded Content-Length is refused or unfolded", "9112 §5.2", MUST,
         post(b"Content-Length:\r\n 3", body=b"abc"), either(refused(), received(3)), ours=refused(), needs=("body",)),
    Case("a folded Transfer-Encoding is refused or unfolded", "9112 §5.2", MUST,
         post(b"Transfer-Encoding:\r\n chunked", body=b"3\r\nabc\r\n0\r\n\r\n"), either(refused(), received(3)),
         ours=refused(), needs=("body",)),
    Case("a name that a line end parts is refused", "9112 §5", SHOULD,
         field(b"Transfer-\r\nEncoding: chunked", b"X-A\r\n : b"), refused()),
    # Lines without their form
    Case("a field without a name is refused", "9110 §5.1", SHOULD, field(b": b", b":"), refused()),
    Case("a field without a colon is refused", "9112 §5", SHOULD,
         field(b"X-A", b"Content-Length 10", b"X-A b"), refused()),
    Case("an octet that no name has is refused", "9110 §5.1", SHOULD,
         field(*(b"X%bA: b" % bytes([octet]) for octet in NO_TCHARS)), refused()),
    Case("an octet past ASCII at the end of a name is refused", "9110 §5.1", SHOULD,
         Each(*(post(b"Content-Length%b: 3" % octet, body=b"abc") for octet in (b"\x85", b"\xa0", b"\xff"))),
         refused()),
    Case("a control octet at the end of a name is refused", "9110 §5.1", SHOULD,
         field(b"X-A\x0b: b", b"X-A\x0c: b", b"X-A\x1f: b"), refused()),
    Case("a NUL in a name is refused", "9110 §5.1", SHOULD, field(b"X\0A: b", b"\0: b", b"X\0"), refused()),
    # Line ends
    Case("a bare LF ends a field", "9112 §2.2", MAY, field(b"X-A: b\nX-B: c"), ALLOWED, ours=refused()),
    Case("a bare LF ends every line", "9112 §2.2", MAY,
         get(b"X-A: b").replace(b"\r\n", b"\n"), ALLOWED, ours=refused()),
    Case("two bare LFs end a head", "9112 §2.2", MAY,
         get()[:-2] + b"X-A: b\n\n" + BAIT, either(refused(), in_order(HELLO_ANSWER, final_user(b"smuggled"))),
         ours=refused()),
    Case("a bare LF is the empty line", "9112 §2.2", MAY, message(GET, HOST)[:-2] + b"\n", ALLOWED, ours=refused()),
    Case("a bare CR in a value is refused or a space", "9112 §2.2", MUST,
         field(b"X-A: b\rc", b"X-A: \rb"), ALLOWED, ours=refused()),
    Case("a bare CR at the end of a value is refused or a space", "9112 §2.2", MUST,
         field(b"X-A: b\r"), ALLOWED, ours=refused()),
    Case("a bare CR does not end a field", "9112 §2.2", MUST, message(GET, b"X-A: b\r" + HOST), refused()),
    Case("a bare CR in a name is refused", "9112 §2.2", MUST, field(b"X\rA: b", b"X-A\r: b"), refused()),
    Case("a bare CR before a name is refused", "9112 §2.2", MUST, field(b"\rX-A: b"), refused()),
    Case("a bare CR is no empty line", "9112 §2.2", MUST, message(GET, HOST)[:-2] + b"\rX", refused()),
    # Octets of a value
    Case("a NUL in a value is refused or a space", "9110 §5.5", MUST,
         field(b"X-A: b\0c", b"X-A: \0", b"Cookie: a=\0b"), ALLOWED, ours=refused()),
    Case("another control octet in a value", "9110 §5.5", MAY,
         field(*(b"X-A: b%bc" % bytes([octet]) for octet in CONTROLS)), ALLOWED, ours=refused()),
    Case("octets past ASCII in a value are let be", "9110 §5.5", SHOULD,
         field(b"X-A: " + bytes(range(128, 256)), b"X-A: caf\xc3\xa9"), hello()),
    Case("every printable octet and tabs may be in a value", "9110 §5.5", MUST,
         field(b"X-A: " + bytes(range(33, 127)), b"X-A: a b\tc", b"X-A:: b", b"X-A: \"unclosed"), hello()),
    Case("every octet of a token may be in a name", "9110 §5.6.2", MUST,
         field(TCHARS + b": b", b"!: b", b"1: b"), hello()),
    Case("a value may be empty", "9110 §5.5", MUST, field(b"X-A:", b"X-A: ", b"X-A: \t "), hello()),
    Case("a value needs no white space before it", "9112 §5", MUST, field(b"X-A:b"), hello()),
    Case("white space around a value is not part of it", "9112 §5.1", MUST,
         Each(*(post(b"Content-Length:" + value, body=b"abc")
              for value in (b"3", b"\t3", b" \t 3", b" 3 ", b"3\t \t"))), received(3), needs=("body",)),
    Case("names have no case", "9110 §5.1", MUST,
         Each(post(b"cOnTeNt-LeNgTh: 3", body=b"abc"), post(b"CONTENT-LENGTH: 3", body=b"abc"),
              post(b"TRANSFER-ENCODING: chunked", body=b"3\r\nabc\r\n0\r\n\r\n")), received(3), needs=("body",)),
    Case("a field that nobody knows is passed over", "9110 §5.1", MUST, field(b"X-Unheard-Of: " + b"a" * 200), hello()),
    Case("a field may come many times", "9110 §5.3", MUST, get(*[b"X-A: b"] * 20), hello()),
    Case("a field that has one value comes twice", "9110 §5.3", MAY,
         sized(b"abc", b"Content-Type: a/b", b"Content-Type: c/d"), either(received(3), rejected(400, 415)),
         ours=received(3), needs=("body",)),
    Case("a Cookie of any form stops nobody", "6265 §5.4", MAY,
         field(b"Cookie: a=b; c=d", b"Cookie:", b"Cookie: ;;=;", b"Cookie: a", b"Cookie: a=b\r\nCookie: c=d",
               b"Cookie: " + b"a=b; " * 500), hello()),
    Case("an underscore is no hyphen", "9110 §5.1", MUST,
         Each(get(b"Content_Length: 50"), get(b"Transfer_Encoding: chunked")), ALLOWED, ours=hello()),
    Case("a name that only begins or ends like another is another", "9110 §5.1", MUST,
         field(b"X-Content-Length: 50", b"Content-Length-X: 50", b"Transfer-Encodin: chunked"), hello()),
    Case("a body's length in a field of another name is none", "9112 §6.3", MUST,
         sized(b"abc", b"Content-Length-Too: 50"), received(3), needs=("body",)),
]

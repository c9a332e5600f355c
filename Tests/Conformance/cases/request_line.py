"""RFC 9112 §2 and §3: where a message begins, and its first line."""
from case import BAIT, HOST, MAY, MUST, SHOULD, Case, Each, get, line, message, sized
from expectation import HELLO_ANSWER, Final, either, has_bytes, hello, in_order, refused

ALLOWED = either(hello(), refused())
NOT_HTTP_1 = refused(400, 505)


def version(text):
    return line(b"GET /hello " + text)


CASES = [
    Case("a plain request is answered", "9112 §3", MUST, get(), hello()),
    # What may stand before it
    Case("an empty line before the request line is skipped", "9112 §2.2", SHOULD, b"\r\n" + get(), hello()),
    Case("an empty line between two requests is skipped", "9112 §2.2", SHOULD,
         get() + b"\r\n" + get(), in_order(HELLO_ANSWER, HELLO_ANSWER)),
    Case("an empty line that a client puts behind a body is skipped", "9112 §2.2", SHOULD,
         sized(b"abc") + b"\r\n" + get(), in_order(Final(200, test=has_bytes(3)), HELLO_ANSWER), needs=("body",)),
    Case("two empty lines before the request line", "9112 §2.2", MAY, b"\r\n\r\n" + get(), ALLOWED, ours=refused()),
    Case("a lone LF before the request line", "9112 §2.2", MAY, b"\n" + get(), ALLOWED, ours=refused()),
    Case("a lone CR before the request line is no line", "9112 §2.2", MUST, b"\r" + get(), ALLOWED, ours=refused()),
    Case("a space before the method", "9112 §3", MAY, line(b" GET /hello HTTP/1.1"), ALLOWED, ours=refused()),
    Case("a tab before the method", "9112 §3", MAY, line(b"\tGET /hello HTTP/1.1"), ALLOWED, ours=refused()),
    Case("a line of nothing but spaces is no request line", "9112 §2.2", SHOULD, b"   \r\n" + get(), refused()),
    Case("a PROXY line is no request line", "9112 §2.2", SHOULD,
         b"PROXY TCP4 127.0.0.1 127.0.0.1 1 80\r\n" + get(), refused()),
    # Its three parts
    Case("two spaces before the target", "9112 §3", MAY, line(b"GET  /hello HTTP/1.1"), ALLOWED, ours=refused()),
    Case("two spaces before the version", "9112 §3", MAY, line(b"GET /hello  HTTP/1.1"), ALLOWED, ours=refused()),
    Case("a tab before the target", "9112 §3", MAY, line(b"GET\t/hello HTTP/1.1"), ALLOWED, ours=refused()),
    Case("a tab before the version", "9112 §3", MAY, line(b"GET /hello\tHTTP/1.1"), ALLOWED, ours=refused()),
    Case("a vertical tab or a form feed between the parts", "9112 §3", MAY,
         Each(line(b"GET\x0b/hello HTTP/1.1"), line(b"GET /hello\x0cHTTP/1.1")), ALLOWED, ours=refused()),
    Case("a space behind the version", "9112 §3", MAY, line(b"GET /hello HTTP/1.1 "), ALLOWED, ours=refused()),
    Case("a space in the target is not mended", "9112 §3", SHOULD, line(b"GET /hel lo HTTP/1.1"), refused(301, 400)),
    Case("words before the method are refused", "9112 §2.2", SHOULD,
         line(b"Extra lineGET /hello HTTP/1.1"), refused(400, 501)),
    Case("a request line without a target is refused", "9112 §3", SHOULD, line(b"GET HTTP/1.1"), refused()),
    Case("a request line with an empty target is refused", "9112 §3", SHOULD, line(b"GET  HTTP/1.1"), refused()),
    Case("a method alone is refused", "9112 §3", SHOULD, Each(line(b"GET"), line(b"GET ")), refused()),
    Case("a target alone is refused", "9112 §3", SHOULD,
         Each(line(b"/hello"), line(b"/hello HTTP/1.1")), refused(400, 501)),
    Case("a version alone is refused", "9112 §3", SHOULD, line(b"HTTP/1.1"), refused()),
    Case("an octet that no method has is refused", "9110 §9.1", SHOULD,
         Each(*(line(b"GE%bT /hello HTTP/1.1" % bytes([octet]))
              for octet in b'"(),/:;<=>?@[\\]{}\x01\x1f\x7f\x80\xff')), refused(400, 501)),
    Case("a NUL in the method is refused", "9110 §9.1", SHOULD, line(b"GE\0T /hello HTTP/1.1"), refused(400, 501)),
    Case("a NUL in the target is refused", "9112 §3.2", SHOULD, line(b"GET /hel\0lo HTTP/1.1"), refused()),
    # Line ends
    Case("a bare LF ends the request line", "9112 §2.2", MAY,
         message(b"GET /hello HTTP/1.1\n" + HOST, b"X-A: b"), ALLOWED, ours=refused()),
    Case("a bare LF between target and version is no space", "9112 §3", SHOULD,
         line(b"GET /hello\nHTTP/1.1"), refused()),
    Case("a bare CR does not end the request line", "9112 §2.2", MUST,
         message(b"GET /hello HTTP/1.1\r" + HOST), refused()),
    Case("a bare CR in the target is refused", "9112 §2.2", MUST, line(b"GET /hel\rlo HTTP/1.1"), refused()),
    Case("a bare CR between the parts is refused or a space", "9112 §2.2", MUST,
         line(b"GET\r/hello HTTP/1.1"), ALLOWED, ours=refused()),
    Case("a bare CR before the line's end is refused or a space", "9112 §2.2", MUST,
         line(b"GET /hello HTTP/1.1\r"), ALLOWED, ours=refused()),
    # Versions
    Case("the name of the protocol has a case", "9112 §2.3", SHOULD,
         Each(version(b"http/1.1"), version(b"Http/1.1"), version(b"HTTp/1.1")), NOT_HTTP_1),
    Case("a version without a minor is refused", "9112 §2.3", SHOULD,
         Each(version(b"HTTP/1"), version(b"HTTP/1.")), NOT_HTTP_1),
    Case("a version without a major is refused", "9112 §2.3", SHOULD, version(b"HTTP/.1"), NOT_HTTP_1),
    Case("a version with leading zeros is refused", "9112 §2.3", SHOULD,
         Each(version(b"HTTP/01.1"), version(b"HTTP/1.01"), version(b"HTTP/01.01")), NOT_HTTP_1),
    Case("a version with a second digit is refused", "9112 §2.3", SHOULD,
         Each(version(b"HTTP/1.10"), version(b"HTTP/1.32"), version(b"HTTP/11.1")), NOT_HTTP_1),
    Case("a version that overflows is refused", "9112 §2.3", SHOULD,
         Each(version(b"HTTP/4294967297.1"), version(b"HTTP/1.18446744073709551617")), NOT_HTTP_1),
    Case("a version with white space in it is refused", "9112 §2.3", SHOULD,
         Each(version(b"HTTP/ 1.1"), version(b"HTTP /1.1"), version(b"HTTP/1 .1"), version(b"HTTP/1. 1")), NOT_HTTP_1),
    Case("a version that is no number is refused", "9112 §2.3", SHOULD,
         Each(version(b"HTTP/x.1"), version(b"HTTP/1.x"), version(b"HTTP/+1.1"), version(b"HTTP/1,1")), NOT_HTTP_1),
    Case("octets behind the version are refused", "9112 §2.3", SHOULD,
         Each(version(b"HTTP/1.1x"), version(b"HTTP/1.1\0"), version(b"HTTP/1.1 more")), NOT_HTTP_1),
    Case("another protocol's name is refused", "9112 §2.3", SHOULD,
         Each(version(b"HTTPS/1.1"), version(b"HTP/1.1"), version(b"ICE/1.0"), version(b"RTSP/1.0"),
              version(b"HTTP1.1"), version(b"HTTP//1.1")), NOT_HTTP_1),
    Case("a request without a version, as HTTP/0.9 had it, is refused", "9112 §2.2", SHOULD,
         Each(b"GET /hello\r\n", b"GET /hello\r\n\r\n", line(b"GET /hello")), refused()),
    Case("a request with a space for a version is refused", "9112 §3", SHOULD, b"GET /hello \r\n\r\n", refused()),
    Case("HTTP/0.9 with a number is refused", "9110 §15.6.6", MAY, version(b"HTTP/0.9"), NOT_HTTP_1, ours=refused(505)),
    Case("HTTP/2.0 in the clothes of HTTP/1.1 is refused", "9110 §15.6.6", MAY,
         version(b"HTTP/2.0"), NOT_HTTP_1, ours=refused(505)),
    Case("a major version yet to come is refused", "9110 §15.6.6", MAY,
         Each(version(b"HTTP/3.1"), version(b"HTTP/9.9")), NOT_HTTP_1, ours=refused(505)),
    Case("the preface of HTTP/2 is refused", "9113 §3.4", SHOULD,
         b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", refused(400, 405, 501, 505), needs=("no HTTP/2",)),
    Case("a higher minor version is read as one's own", "9110 §2.5", SHOULD,
         Each(version(b"HTTP/1.2"), version(b"HTTP/1.9")), hello()),
    # Other protocols
    Case("octets of no protocol are refused", "9112 §2.2", SHOULD,
         Each(bytes(range(128, 160)) + b"\r\n\r\n", b"\0\0\0\0\r\n\r\n", b"\xff\xfe\xfd\r\n\r\n"), refused(400, 501)),
    Case("TLS on a plain port is refused", "9112 §2.2", SHOULD,
         b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(32) + b"\r\n\r\n", refused(400, 501)),
    Case("a greeting of SSH is refused", "9112 §2.2", SHOULD, b"SSH-2.0-OpenSSH_9.2\r\n", refused(400, 501)),
    Case("a response is no request", "9112 §2.2", SHOULD,
         message(b"HTTP/1.1 200 OK", b"Content-Length: 0") + BAIT, refused(400, 501, 505)),
]

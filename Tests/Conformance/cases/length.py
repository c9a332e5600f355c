"""RFC 9112 §6, RFC 9110 §8.6: where a body ends, and that nobody can be of two minds about it."""
from case import BAIT, MAY, MUST, SHOULD, Case, Each, get, post, sized
from expectation import CLOSED, EITHER, Final, answered, either, has_bytes, hello, in_order, received, refused

CHUNKS = b"3\r\nabc\r\n0\r\n\r\n"
# Both lengths at once may be refused, or read by the coding; then the connection ends.
BOTH = either(refused(), received(3, then=CLOSED))
UNKNOWN_CODING = refused(400, 501)
CODING = b"Transfer-Encoding: "
LENGTH = b"Content-Length: "
HUGE = [b"9223372036854775808", b"18446744073709551616", b"18446744073709551619", b"4294967299" * 4, b"9" * 100]


def lengths(*values):
    return Each(*(post(LENGTH + value, body=b"abc") for value in values))


def codings(*values, body=CHUNKS):
    return Each(*(post(CODING + value, body=body) for value in values))


def consumed(script, *statuses):
    """Whatever the answer: the body is read, or the connection ends. The bait is never taken for a request."""
    return script, answered(*statuses, then=EITHER)


CASES = [
    Case("Content-Length says where the body ends", "9112 §6.3", MUST, sized(b"abc"), received(3), needs=("body",)),
    Case("a Content-Length of 0 is an empty body", "9110 §8.6", MUST,
         post(b"Content-Length: 0"), received(0), needs=("body",)),
    Case("without either length there is no body", "9112 §6.3", MUST, post(), received(0), needs=("body",)),
    Case("a body that looks like a request is a body", "9112 §6.3", MUST,
         sized(BAIT), received(len(BAIT)), needs=("body",)),
    Case("a body of any octets is a body", "9110 §6.4", MUST, sized(bytes(range(256))), received(256), needs=("body",)),
    Case("octets behind an empty body begin another message", "9112 §6.3", MUST,
         post(b"Content-Length: 0") + b"X" + get(),
         in_order(Final(200, test=has_bytes(0)), Final(400, 405, 501), then=EITHER),
         ours=in_order(Final(200, test=has_bytes(0)), Final(501)), needs=("body",)),
    Case("a body gets where it is asked for octet by octet", "9110 §6.4", MUST,
         sized(b"\0\r\n\xff body", target=b"/echo"), answered(200, body=b"\0\r\n\xff body"), needs=("echo",)),
    Case("leading zeros make a length no octal number", "9110 §8.6", MUST,
         Each(post(b"Content-Length: 010", body=b"0123456789"), post(b"Content-Length: 0010", body=b"0123456789")),
         either(received(10), refused()), ours=received(10), needs=("body",)),
    # Malformed
    *(Case(f"a Content-Length {what} is refused", "9112 §6.3", MUST, lengths(*values), refused())
      for what, values in [
          ("without a value", [b"", b"\t"]),
          ("with a plus", [b"+3"]),
          ("with a minus", [b"-3", b"-0", b"-123456789123456789123456789"]),
          ("in hexadecimal", [b"0x3", b"0X3", b"3h", b"a"]),
          ("in another notation", [b"0o3", b"0b11", b"3e0", b"3.0", b"3,0"]),
          ("with an underscore", [b"1_0", b"_3", b"3_"]),
          ("with white space in it", [b"0 3", b"3 3", b"0\t3"]),
          ("in words", [b"three", b"NaN", b"chunked", b"null"]),
          ("with letters behind it", [b"3abc", b"3;", b"3;q=1", b"3#"]),
          ("in quotes", [b'"3"', b"'3'"]),
          ("in digits of another script", [b"\xef\xbc\x93", b"\xd9\xa3", b"\xb3"]),
      ]),
    Case("a control octet in a Content-Length is refused", "9112 §6.3", MUST,
         lengths(b"3\x0b", b"\x0c3", b"3\x1f"), refused()),
    Case("a NUL in a Content-Length is refused", "9110 §5.5", MUST, lengths(b"3\0", b"\x003"), refused()),
    Case("a Content-Length that overflows is refused", "9110 §8.6", MUST, lengths(*HUGE), refused(400, 413)),
    # Several lengths
    Case("two lengths that differ are refused", "9112 §6.3", MUST,
         Each(post(LENGTH + b"3", LENGTH + b"4", body=b"abcd"), post(LENGTH + b"4", LENGTH + b"3", body=b"abcd"),
              post(LENGTH + b"0", LENGTH + b"%d" % len(BAIT), body=BAIT),
              post(LENGTH + b"3", LENGTH + b"03x", body=b"abc")), refused()),
    Case("a list of lengths that differ is refused", "9112 §6.3", MUST,
         lengths(b"3, 4", b"4,3", b"3, 3, 4", b"0, 3"), refused()),
    Case("an empty length beside another is refused", "9112 §6.3", MUST,
         Each(post(LENGTH, LENGTH + b"3", body=b"abc"), post(LENGTH + b"3", LENGTH, body=b"abc")), refused()),
    Case("two lengths that agree", "9110 §8.6", MAY,
         post(LENGTH + b"3", LENGTH + b"3", body=b"abc"), either(refused(), received(3)), ours=refused(),
         needs=("body",)),
    Case("a list of lengths that agree", "9110 §8.6", MAY,
         lengths(b"3, 3", b"3,3,3"), either(refused(), received(3)), ours=refused(), needs=("body",)),
    Case("a list of one length and empty members", "9110 §5.6.1.2", MAY,
         lengths(b"3,", b",3", b"3,,3"), either(refused(), received(3)), ours=refused(), needs=("body",)),
    # Both
    Case("a length beside chunked", "9112 §6.1", MUST,
         Each(post(LENGTH + b"13", CODING + b"chunked", body=CHUNKS),
              post(CODING + b"chunked", LENGTH + b"13", body=CHUNKS)), BOTH, ours=refused(), needs=("body",)),
    Case("a length that is too short beside chunked hides no request", "9112 §6.1", MUST,
         post(LENGTH + b"3", CODING + b"chunked", body=CHUNKS), BOTH, ours=refused(), needs=("body",)),
    Case("a length that is too long beside chunked hides no request", "9112 §6.1", MUST,
         post(LENGTH + b"%d" % (len(CHUNKS) + len(BAIT)), CODING + b"chunked", body=CHUNKS + BAIT), BOTH,
         ours=refused(), needs=("body",)),
    Case("a length of 0 beside chunked hides no request", "9112 §6.1", MUST,
         post(LENGTH + b"0", CODING + b"chunked", body=CHUNKS), BOTH, ours=refused(), needs=("body",)),
    Case("a malformed length beside chunked", "9112 §6.1", MUST,
         Each(*(post(LENGTH + value, CODING + b"chunked", body=CHUNKS) for value in (b"blah", b"+13", b"13x", b""))),
         BOTH, ours=refused(), needs=("body",)),
    Case("two lengths beside chunked", "9112 §6.1", MUST,
         post(LENGTH + b"3", CODING + b"chunked", LENGTH + b"13", body=CHUNKS), BOTH, ours=refused(), needs=("body",)),
    Case("both lengths ask for the connection's end even with keep-alive", "9112 §6.1", MUST,
         post(b"Connection: keep-alive", LENGTH + b"13", CODING + b"chunked", body=CHUNKS), BOTH, ours=refused(),
         needs=("body",)),
    Case("a length beside chunked on GET hides no request", "9112 §6.1", MUST,
         get(LENGTH + b"6", CODING + b"chunked") + b"0\r\n\r\n" + BAIT, either(refused(), hello(then=CLOSED)),
         ours=refused()),
    Case("a length beside an unknown coding is refused", "9112 §6.3", MUST,
         Each(*(post(LENGTH + b"3", CODING + value, body=b"abc")
              for value in (b"identity", b"xchunked", b"", b"gzip"))), UNKNOWN_CODING),
    # Codings
    Case("the coding's name has no case", "9112 §7", MUST,
         codings(b"Chunked", b"CHUNKED", b"cHuNkEd"), received(3), needs=("body",)),
    Case("white space around the coding is no part of it", "9112 §5.1", MUST,
         codings(b"\tchunked", b"chunked ", b" chunked\t "), received(3), needs=("body",)),
    Case("empty members beside chunked are passed over", "9110 §5.6.1.2", MUST,
         codings(b", chunked", b",chunked", b"chunked,", b", chunked ,"), received(3, then=EITHER),
         ours=received(3, then=CLOSED), needs=("body",)),
    Case("a coding that is unknown is answered 501", "9112 §6.1", SHOULD,
         codings(b"gzip, chunked", b"x-other, chunked", b"identity, chunked"), refused(501)),
    Case("a message in which chunked is not the last coding is refused", "9112 §6.3", MUST,
         codings(b"chunked, gzip", b"gzip", b"identity", b"chunked, identity"), UNKNOWN_CODING),
    Case("chunked twice is refused", "9112 §6.3", MUST,
         codings(b"chunked, chunked", b"chunked,chunked,chunked"), UNKNOWN_CODING),
    Case("chunked in two fields is chunked twice", "9112 §6.3", MUST,
         post(CODING + b"chunked", CODING + b"chunked", body=CHUNKS), UNKNOWN_CODING),
    Case("codings in several fields are one list", "9110 §5.3", MUST,
         Each(post(CODING + b"chunked", CODING + b"identity", body=CHUNKS),
              post(CODING + b"chunked", CODING + b"x-other", body=CHUNKS)), UNKNOWN_CODING),
    Case("a coding that only looks like chunked is refused", "9112 §6.3", MUST,
         codings(b"xchunked", b"chunkedx", b"chunke", b"x chunked", b"chunked chunked", b'"chunked"', b"'chunked'",
                 b"chunked\xa0", b"ch\xc3\xbcnked"), UNKNOWN_CODING),
    Case("a control octet beside chunked is refused", "9112 §6.3", MUST,
         codings(b"\x0bchunked", b"chunked\x0b", b"\x0cchunked", b"chunked\x0c", b"chunked\x1f"), UNKNOWN_CODING),
    Case("a NUL beside chunked is refused", "9110 §5.5", MUST, codings(b"chunked\0", b"\0chunked"), UNKNOWN_CODING),
    Case("a coding without a value is refused", "9112 §6.3", MUST, codings(b"", b" ", b","), UNKNOWN_CODING),
    Case("chunked with parameters is refused", "9112 §7", SHOULD,
         codings(b"chunked;a=b", b"chunked; q=1", b"chunked;"), UNKNOWN_CODING),
    Case("a coding in HTTP/1.0 is a fault in the framing", "9112 §6.1", MUST,
         post(CODING + b"chunked", body=CHUNKS, version=b"1.0"),
         either(refused(), answered(200, 501, 505, then=CLOSED)), ours=refused(), needs=("body",)),
    Case("a coding in HTTP/1.0 ends the connection even with keep-alive", "9112 §6.1", MUST,
         post(CODING + b"chunked", b"Connection: keep-alive", body=CHUNKS, version=b"1.0"),
         either(refused(), answered(200, 501, 505, then=CLOSED)), ours=refused(), needs=("body",)),
    # Bodies that nobody reads
    Case("a body of GET is not taken for a request", "9112 §9.3", MUST,
         *consumed(get(LENGTH + b"%d" % len(BAIT)) + BAIT, 200, 400, 413), ours=hello()),
    Case("a chunked body of GET is not taken for a request", "9112 §9.3", MUST,
         *consumed(get(CODING + b"chunked") + b"%x\r\n%b\r\n0\r\n\r\n" % (len(BAIT), BAIT), 200, 400, 413),
         ours=hello()),
    Case("a body of HEAD is not taken for a request", "9112 §9.3", MUST,
         *consumed(get(LENGTH + b"%d" % len(BAIT), method=b"HEAD") + BAIT, 200, 400, 413), ours=answered(200)),
    Case("a body of OPTIONS is not taken for a request", "9112 §9.3", MUST,
         *consumed(Each(get(LENGTH + b"%d" % len(BAIT), method=b"OPTIONS") + BAIT,
                        get(LENGTH + b"%d" % len(BAIT), method=b"OPTIONS", target=b"*") + BAIT), 200, 204, 400, 404,
                   405)),
    Case("a body of DELETE is not taken for a request", "9112 §9.3", MUST,
         *consumed(get(LENGTH + b"%d" % len(BAIT), method=b"DELETE") + BAIT, 400, 405, 501), ours=answered(405)),
    Case("a body of TRACE is not taken for a request", "9112 §9.3", MUST,
         *consumed(get(LENGTH + b"%d" % len(BAIT), method=b"TRACE") + BAIT, 400, 405, 501)),
    Case("a body of an unknown method is not taken for a request", "9112 §9.3", MUST,
         *consumed(get(LENGTH + b"%d" % len(BAIT), method=b"BREW") + BAIT, 400, 405, 501), ours=answered(501)),
    Case("a body for nobody is not taken for a request", "9112 §9.3", MUST,
         *consumed(sized(BAIT, target=b"/nowhere"), 404, 405), ours=answered(404)),
    Case("a body that may not be sent there is not taken for a request", "9112 §9.3", MUST,
         *consumed(sized(BAIT, target=b"/static/hello.txt"), 403, 405), ours=answered(405)),
    Case("a body behind a malformed field is not taken for a request", "9112 §2.2", SHOULD,
         sized(BAIT, b"X-A\t: b"), refused()),
]

"""RFC 9112 §7.1: the chunked transfer coding, well-formed and in every malformation."""
from case import BAIT, MAY, MUST, SHOULD, Case, Each, chunked
from expectation import CLOSED, Final, answered, either, has_bytes, in_order, received, refused

LAST = b"0\r\n\r\n"
BODY = ("body",)


def chunks(*bodies, **more):
    return Each(*(chunked(body, **more) for body in bodies))


def sizes(*texts):
    """A chunk of three octets whose size is written so."""
    return chunks(*(text + b"\r\nabc\r\n" + LAST for text in texts))


def malformed(name, *bodies, section="9112 §7.1", level=SHOULD, statuses=(400,)):
    return Case(name, section, level, chunks(*bodies), refused(*statuses), needs=BODY)


CASES = [
    # Well-formed
    Case("a chunk is taken", "9112 §7.1", MUST, sizes(b"3"), received(3), needs=BODY),
    Case("many chunks are one body", "9112 §7.1", MUST,
         chunks(b"3\r\nabc\r\n2\r\nde\r\n" + LAST, b"1\r\na\r\n" * 5 + LAST), received(5), needs=BODY),
    Case("a thousand chunks of an octet are one body", "9112 §7.1", MUST,
         chunks(b"1\r\na\r\n" * 1000 + LAST), received(1000), needs=BODY),
    Case("a chunked body may be empty", "9112 §7.1", MUST, chunks(LAST), received(0), needs=BODY),
    Case("a chunk may be large", "9112 §7.1", MUST,
         chunks(b"10000\r\n" + bytes(65536) + b"\r\n" + LAST), received(65536), needs=BODY),
    Case("a size is hexadecimal in either case", "9112 §7.1", MUST,
         chunks(b"a\r\n0123456789\r\n" + LAST, b"A\r\n0123456789\r\n" + LAST, b"0a\r\n0123456789\r\n" + LAST),
         received(10), needs=BODY),
    Case("a size may have leading zeros", "9112 §7.1", MUST,
         sizes(b"03", b"0003", b"0000000000000003"), received(3), needs=BODY),
    Case("a size of more than sixteen digits", "9112 §7.1", MAY,
         sizes(b"0" * 16 + b"3", b"0" * 60 + b"3"), either(received(3), refused()), ours=refused(), needs=BODY),
    Case("the last chunk may have several zeros", "9112 §7.1", MUST,
         chunks(b"3\r\nabc\r\n000\r\n\r\n"), received(3), needs=BODY),
    Case("a chunk that looks like a request is data", "9112 §7.1", MUST,
         chunks(b"%x\r\n%b\r\n" % (len(BAIT), BAIT) + LAST), received(len(BAIT)), needs=BODY),
    Case("a chunk that looks like the last one is data", "9112 §7.1", MUST,
         chunks(b"7\r\n\r\n0\r\n\r\n\r\n" + LAST), received(7), needs=BODY),
    Case("chunks are joined without what is around them", "9112 §7.1.3", MUST,
         chunks(b"3\r\n\r\n0\r\n2;a=b\r\nde\r\n" + LAST, target=b"/echo"), answered(200, body=b"\r\n0de"),
         needs=("echo",)),
    Case("the next request begins right behind the last chunk", "9112 §7.1", MUST,
         chunked(LAST) + chunked(b"1\r\na\r\n" + LAST),
         in_order(Final(200, test=has_bytes(0)), Final(200, test=has_bytes(1))), needs=BODY),
    # Extensions
    Case("an extension that nobody knows is passed over", "9112 §7.1.1", MUST,
         sizes(b"3;a", b"3;a=b", b"3;a;b=c;d", b"3;foo-bar_1=!#$%&'*+-.^`|~"), received(3), needs=BODY),
    Case("an extension's value may be a quoted string", "9112 §7.1.1", MUST,
         sizes(b'3;a="b"', b'3;a=""', b'3;a="b;c=d, e"', b'3;a="b\tc d"', b'3;a="0"'), received(3), needs=BODY),
    Case("a quoted string may have quoted pairs", "9110 §5.6.4", MUST,
         sizes(b'3;a="\\"b\\\\"', b'3;a="\\b\\ \\\t"'), received(3), needs=BODY),
    Case("a quoted string may have octets past ASCII", "9110 §5.6.4", MUST,
         sizes(b'3;a="caf\xc3\xa9"', b'3;a="\\\xff"'), received(3), needs=BODY),
    Case("white space around an extension's parts is passed over", "9110 §5.6.3", MUST,
         sizes(b"3 ;a", b"3\t; a", b"3; a = b", b'3 ; a\t=\t"b" ; c'), received(3), needs=BODY),
    Case("the last chunk may have an extension", "9112 §7.1.1", MUST,
         chunks(b"3\r\nabc\r\n0;a=b\r\n\r\n"), received(3), needs=BODY),
    malformed("a semicolon without an extension is refused",
              b"3;\r\nabc\r\n" + LAST, b"3;;\r\nabc\r\n" + LAST, b"3; \r\nabc\r\n" + LAST, b"3;a;\r\nabc\r\n" + LAST,
              section="9112 §7.1.1"),
    malformed("an extension without a name is refused",
              b"3;=b\r\nabc\r\n" + LAST, b'3;"a"\r\nabc\r\n' + LAST, section="9112 §7.1.1"),
    malformed("an extension that ends behind its equals sign is refused",
              b"3;a=\r\nabc\r\n" + LAST, b"3;a=;b\r\nabc\r\n" + LAST, section="9112 §7.1.1"),
    malformed("an extension of octets that no token has is refused",
              b"3;a@\r\nabc\r\n" + LAST, b"3;a=@\r\nabc\r\n" + LAST, b"3;[\r\nabc\r\n" + LAST,
              b"3;a\xff\r\nabc\r\n" + LAST, b"3;a b\r\nabc\r\n" + LAST, section="9112 §7.1.1"),
    malformed("a quoted string that does not end in its line is refused",
              b'3;a="b\r\nabc\r\n' + LAST, b'3;a="b\r\nabc"\r\n' + LAST, b'3;a="\\"\r\nabc\r\n' + LAST,
              section="9112 §7.1.1"),
    malformed("octets behind a quoted string are refused",
              b'3;a="b"c\r\nabc\r\n' + LAST, b'3;a="b" c\r\nabc\r\n' + LAST, section="9112 §7.1.1"),
    malformed("a CR in a quoted string is refused",
              b'3;a="\rb"\r\nabc\r\n' + LAST, b'3;a="\\\rb"\r\nabc\r\n' + LAST, section="9112 §2.2", level=MUST),
    malformed("a LF in a quoted string is refused",
              b'3;a="\nb"\r\nabc\r\n' + LAST, b'3;a="\\\nb"\r\nabc\r\n' + LAST, section="9112 §7.1.1"),
    malformed("a CR in an extension is refused",
              b"3;a\rb\r\nabc\r\n" + LAST, b"3;\ra\r\nabc\r\n" + LAST, b"3\r;a\r\nabc\r\n" + LAST,
              b"3;a=\rb\r\nabc\r\n" + LAST, section="9112 §2.2", level=MUST),
    malformed("a LF in an extension is refused",
              b"3;a\nb\r\nabc\r\n" + LAST, b"3;\nabc\r\n" + LAST, b"3;a\nabc\r\n" + LAST, section="9112 §7.1.1"),
    malformed("a control octet in an extension is refused",
              b"3;a\0\r\nabc\r\n" + LAST, b'3;a="\0"\r\nabc\r\n' + LAST, b"3;a\x07\r\nabc\r\n" + LAST,
              b'3;a="\x7f"\r\nabc\r\n' + LAST, section="9112 §7.1.1"),
    # Sizes
    *(malformed(f"a size {what} is refused", *(text + b"\r\nabc\r\n" + LAST for text in texts)) for what, texts in [
        ("that is empty", [b"", b";a"]),
        ("with a sign", [b"+3", b"-3", b"-0"]),
        ("with a prefix", [b"0x3", b"0X3", b"x3", b"\\x3", b"0o3"]),
        ("with an underscore", [b"0_3", b"_3", b"3_"]),
        ("that is no hexadecimal number", [b"g", b"three", b"\xef\xbc\x93"]),
        ("with letters behind it", [b"3g", b"3these-octets-nobody-reads", b"3,", b"3:"]),
        ("with a fraction", [b"3.0", b"3."]),
        ("with white space before it", [b" 3", b"\t3", b"           3"]),
        ("with white space in it", [b"0 3", b"0\t3"]),
        ("with words behind white space", [b"3 abc", b"3 0"]),
        ("in quotes", [b'"3"', b"'3'"]),
        ("with a control octet", [b"3\0", b"\x003", b"3\x0b", b"\x0c3", b"3\x7f"]),
    ]),
    Case("white space behind a size and nothing else", "9112 §7.1.1", MAY,
         sizes(b"3 ", b"3\t", b"3 \t "), either(received(3), refused()), ours=refused(), needs=BODY),
    malformed("a size that overflows is refused",
              *(size + b"\r\nabc\r\n" + LAST
                for size in (b"10000000000000003", b"8000000000000000", b"ffffffffffffffff", b"F" * 100)), level=MUST,
              statuses=(400, 413)),
    # Line ends
    malformed("a bare LF behind a size is refused", b"3\nabc\r\n" + LAST, b"3;a\nabc\r\n" + LAST),
    malformed("a bare CR behind a size is refused", b"3\rabc\r\n" + LAST, section="9112 §2.2", level=MUST),
    malformed("a CR too many behind a size is refused", b"3\r\r\nabc\r\n" + LAST, section="9112 §2.2", level=MUST),
    malformed("a LF before its CR is refused", b"3\n\rabc\r\n" + LAST),
    malformed("a bare LF behind the data is refused", b"3\r\nabc\n" + LAST),
    malformed("a bare CR behind the data is refused", b"3\r\nabc\r" + LAST, section="9112 §2.2", level=MUST),
    malformed("data without a line end behind it is refused", b"3\r\nabc" + LAST),
    malformed("two other octets instead of a line end are refused", b"3\r\nabcXX" + LAST, b"3\r\nabc  " + LAST),
    malformed("an empty line between chunks is refused", b"3\r\nabc\r\n\r\n" + LAST, b"\r\n3\r\nabc\r\n" + LAST),
    malformed("a chunk that is longer than its size is refused", b"3\r\nabcdef\r\n" + LAST, b"1\r\nab\r\n" + LAST),
    malformed("a chunk that is shorter than its size is refused", b"5\r\nabc\r\n" + LAST, b"4\r\nabc\r\n" + LAST),
    malformed("an empty line is no last chunk", b"3\r\nabc\r\n\r\n" + BAIT, b"\r\n\r\n" + BAIT),
    malformed("a bare LF behind the last chunk's size is refused", b"3\r\nabc\r\n0\n\r\n"),
    malformed("a bare CR behind the last chunk's size is refused",
              b"3\r\nabc\r\n0\r\r\n\r\n", section="9112 §2.2", level=MUST),
    malformed("a last chunk with a sign or a prefix is refused",
              *(b"3\r\nabc\r\n" + zero + b"\r\n\r\n" for zero in (b"-0", b"+0", b"0x0", b"-0x0", b"0_0", b"00x"))),
    Case("a bare LF ends the empty line behind the last chunk", "9112 §2.2", MAY,
         chunks(b"3\r\nabc\r\n0\r\n\n"), either(received(3), refused()), ours=refused(), needs=BODY),
    Case("what is behind the last chunk is another message", "9112 §7.1", MUST,
         chunks(b"3\r\nabc\r\n" + LAST + b"\0"), in_order(Final(200, test=has_bytes(3)), Final(400), then=CLOSED),
         needs=BODY),
    Case("a size of two minds hides no request", "9112 §7.1", SHOULD,
         chunks(b"0_2e\r\n\r\n" + BAIT + LAST, b"0x2e\r\n\r\n" + BAIT + LAST, b"2\r\r;a\r\n02\r\n41\r\n" + LAST + BAIT),
         refused(), needs=BODY),
    Case("broken chunks are refused where a body is streamed too", "9112 §7.1", SHOULD,
         chunks(*(body + LAST
                  for body in (b"x\r\n", b"+3\r\nabc\r\n", b"3\nabc\r\n", b"3\r\nabcd\r\n", b"3\r\nabc\n",
                               b"3;a\nb\r\nabc\r\n", b"ffffffffffffffff\r\nabc\r\n")),
                target=b"/upload"), refused(), needs=("handlers",)),
]

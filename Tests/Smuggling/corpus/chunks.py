"""Chunks whose sizes, extensions or ends can be read in two ways."""
from .message import CHUNKED, LAST, SMUGGLED, Message, post, refused, taken

ONE = SMUGGLED + b"\r\n" + LAST  # what stands behind a size line of 31

# Ways to write the size 0x31 that RFC 9112 §7.1 permits.
SIZE = {
    "plainly": b"31\r\n",
    "with a leading zero": b"031\r\n",
    "of sixteen digits": b"0000000000000031\r\n",
    "with an extension": b"31;a\r\n",
    "with two extensions": b"31;a=b;c=d\r\n",
    "with a quoted extension": b'31;a="b;c\\"\\\\d"\r\n',
    "with an extension that looks like a size": b"31;0\r\n",
    "with an extension of white space around its parts": b"31 ; a = b\r\n",
    "with an extension of octets past ASCII": b'31;a="\xff\x85\xa0"\r\n',
}

NO_SIZE = {
    "none": b"\r\n",
    "an extension alone": b";a\r\n",
    "one of no digits": b"g\r\n",
    "a 0x before it": b"0x31\r\n",
    "a 0X before it": b"0X31\r\n",
    "a plus before it": b"+31\r\n",
    "a minus before it": b"-31\r\n",
    "an underscore in it": b"3_1\r\n",
    "zero and an underscore before it": b"0_31\r\n",
    "a space before it": b" 31\r\n",
    "a tab before it": b"\t31\r\n",
    "a space in it": b"3 1\r\n",
    "a space behind it": b"31 \r\n",
    "a tab behind it": b"31\t\r\n",
    "another behind it": b"31 0\r\n",
    "a comma behind it": b"31,0\r\n",
    "an h behind it": b"31h\r\n",
    "a fraction": b"31.0\r\n",
    "quotes": b'"31"\r\n',
    "fullwidth digits": "\uff13\uff11\r\n".encode(),
    "a NUL behind it": b"31\0\r\n",
    "a NUL and a digit behind it": b"3\x001\r\n",
    "a vertical tab behind it": b"31\x0b\r\n",
    "a form feed before it": b"\x0c31\r\n",
    "17 digits": b"00000000000000031\r\n",
    "itself past 64 bits": b"10000000000000031\r\n",
    "itself past 63 bits": b"8000000000000031\r\n",
    "all ones": b"ffffffffffffffff\r\n",
    "a bare LF behind it": b"31\n",
    "a bare CR behind it": b"31\r",
    "a CR and another octet behind it": b"31\rX",
    "CR CR LF behind it": b"31\r\r\n",
    "LF CR behind it": b"31\n\r",
    "an empty line before it": b"\r\n31\r\n",
}

# What some read as the end of the size line, and others as part of an extension.
EXTENSION = {
    "no name": b"31;\r\n",
    "no name and white space": b"31; \r\n",
    "two semicolons": b"31;;a\r\n",
    "no value": b"31;a=\r\n",
    "a space in a name": b"31;a b\r\n",
    "an unclosed quote": b'31;a="\r\n',
    "junk behind a quote": b'31;a="b"c\r\n',
    "a bare LF before the semicolon": b"31\n;a\r\n",
    "a bare LF behind the semicolon": b"31;\n",
    "a bare LF behind a name": b"31;a\n",
    "a bare LF within a name": b"31;a\nb\r\n",
    "a bare LF within quotes": b'31;a="\n"\r\n',
    "a line break within quotes": b'31;a="\r\n"\r\n',
    "an escaped line break within quotes": b'31;a="\\\r\n"\r\n',
    "an escaped bare LF within quotes": b'31;a="\\\n"\r\n',
    "a bare CR before the semicolon": b"31\r;a\r\n",
    "CR CR before the semicolon": b"31\r\r;a\r\n",
    "a bare CR within a name": b"31;a\rb\r\n",
    "a bare CR within quotes": b'31;a="\r"\r\n',
    "a bare CR behind a name": b"31;a\r",
    "a CR and another octet behind a name": b"31;a\rX",
    "a NUL": b"31;\0a\r\n",
    "a NUL within quotes": b'31;a="\0"\r\n',
    "a DEL": b"31;a=\x7f\r\n",
    "an octet past ASCII": b"31;\xff\r\n",
    "a next-line octet": b"31;\x85\r\n",
    "a fold": b"31;a\r\n b\r\n",
    "twenty thousand octets": b"31;" + b"a" * 20000 + b"\r\n",
}

# The pairs of sizes are made so that who takes the line's end elsewhere finds a chunked body there too.
LINE_ENDS = {
    "an extension that ends at LF for some": b"2;\nxx\r\n31\r\n" + ONE,
    "an extension that ends at LF for some, within quotes": b'2;a="\nxx\r\n31\r\n' + ONE,
    "an extension that ends at CR for some": b"2;\rxx\r\n31\r\n" + ONE,
    "an extension that goes on behind LF for others": b"5;a\nab\r\n0\r\n\r\n" + SMUGGLED,
    "a size that ends at LF for some, the data before": b"1\r\na\r\n31\n" + ONE,
    "a last chunk before a bare LF": b"1\r\na\r\n0\n\r\n",
    "a last chunk before two bare LF": b"1\r\na\r\n0\n\n",
    "a last chunk, and an end of a bare LF": b"1\r\na\r\n0\r\n\n",
    "a last chunk, and an end of a bare CR": b"1\r\na\r\n0\r\n\r",
    "a last chunk, and an end of two octets that are no CRLF": b"1\r\na\r\n0\r\nXX",
    "a last chunk with an extension before a bare LF": b"1\r\na\r\n0;a\n\r\n",
    "a last chunk before CR CR LF": b"1\r\na\r\n0\r\r\n\r\n",
}

LAST_CHUNK = {
    "a 0x": b"0x0\r\n\r\n",
    "a plus": b"+0\r\n\r\n",
    "a minus": b"-0\r\n\r\n",
    "a minus and a 0x": b"-0x0\r\n\r\n",
    "a space behind it": b"0 \r\n\r\n",
    "a space before it": b" 0\r\n\r\n",
    "a point": b"0.\r\n\r\n",
    "an empty line for it": b"\r\n\r\n",
    "an empty line before it": b"\r\n" + LAST,
}

# Data that ends elsewhere than where its size says.
DATA_ENDS = {
    "nothing behind the data": b"31\r\n" + SMUGGLED + LAST,
    "a bare LF behind the data": b"31\r\n" + SMUGGLED + b"\n" + LAST,
    "a bare CR behind the data": b"31\r\n" + SMUGGLED + b"\r" + LAST,
    "LF CR behind the data": b"31\r\n" + SMUGGLED + b"\n\r" + LAST,
    "CR CR LF behind the data": b"31\r\n" + SMUGGLED + b"\r\r\n" + LAST,
    "two octets that are no CRLF behind the data": b"31\r\n" + SMUGGLED + b"XX" + LAST,
    "a space and CRLF behind the data": b"31\r\n" + SMUGGLED + b" \r\n" + LAST,
    "CRLF twice behind the data": b"31\r\n" + SMUGGLED + b"\r\n\r\n" + LAST,
    "data longer than its size": b"30\r\n" + SMUGGLED + b"\r\n" + LAST,
    "data longer than its size by a chunk": b"1\r\na0\r\n\r\n" + SMUGGLED,
    "data longer than its size, a chunk in what is over": b"1\r\naXX\r\n31\r\n" + ONE,
    "data two octets shorter than its size": b"33\r\n" + ONE,
    "data shorter than its size by a chunk": b"38\r\n" + ONE,
}

MESSAGES = [
    *[taken(f"a chunk's size {name}", "RFC 9112 §7.1", post(CHUNKED, line + ONE)) for name, line in SIZE.items()],
    *[refused(f"a chunk's size: {name}", "RFC 9112 §7.1", post(CHUNKED, line + ONE))
      for name, line in NO_SIZE.items()],
    *[refused(f"a chunk's extension with {name}", "RFC 9112 §7.1.1", post(CHUNKED, line + ONE))
      for name, line in EXTENSION.items()],
    *[refused(name, "RFC 9112 §7.1", post(CHUNKED, body)) for name, body in LINE_ENDS.items()],
    *[refused(f"the last chunk's size with {name}", "RFC 9112 §7.1", post(CHUNKED, b"1\r\na\r\n" + last))
      for name, last in LAST_CHUNK.items()],
    *[refused(name, "RFC 9112 §7.1", post(CHUNKED, body)) for name, body in DATA_ENDS.items()],
    refused("a chunk's size of itself past 32 bits", "RFC 9112 §7.1", post(CHUNKED, b"100000031\r\n" + ONE), 413),
    taken("letters of both cases in a chunk's size", "RFC 9112 §7.1",
          post(CHUNKED, b"a\r\n0123456789\r\nA\r\n0123456789\r\n" + LAST), b"0123456789" * 2),
    taken("chunks that spell a request octet by octet", "RFC 9112 §7.1",
          post(CHUNKED, b"".join(b"1\r\n%c\r\n" % octet for octet in SMUGGLED) + LAST)),
    taken("a chunk that looks like the end", "RFC 9112 §7.1", post(CHUNKED, b"5\r\n" + LAST + b"\r\n" + LAST), LAST),
    taken("the last chunk of many zeros", "RFC 9112 §7.1",
          post(CHUNKED, b"31\r\n" + SMUGGLED + b"\r\n000000\r\n\r\n")),
    Message("a request behind the last chunk", "RFC 9112 §7.1", post(CHUNKED, b"31\r\n" + ONE + SMUGGLED),
            ("200 POST 49", "200 User smuggled")),
    refused("a last chunk without the line that ends the trailers", "RFC 9112 §7.1",
            post(CHUNKED, b"31\r\n" + SMUGGLED + b"\r\n0\r\n")),
    refused("half a request instead of a chunk", "RFC 9112 §7.1", post(CHUNKED, SMUGGLED)),
]

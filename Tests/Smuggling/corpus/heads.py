"""Heads whose end, or whose lines, not all see in the same place."""
from .message import HOST, SMUGGLED, answered, refused

A = b"GET /users/a HTTP/1.1\r\n" + HOST

# A request stands behind what some take for the head's end.
EARLY_ENDS = {
    "LF LF": b"X-A: b\n\n",
    "CR CR": b"X-A: b\r\r",
    "LF CR LF": b"X-A: b\n\r\n",
    "CR LF LF": b"X-A: b\r\n\n",
    "CR LF CR": b"X-A: b\r\n\r",
    "CR LF CR X": b"X-A: b\r\n\rX",
    "CR LF CR CR LF": b"X-A: b\r\n\r\r\n",
    "CR LF SP CR LF": b"X-A: b\r\n \r\n",
    "CR LF HT CR LF": b"X-A: b\r\n\t\r\n",
    "CR LF NUL CR LF": b"X-A: b\r\n\0\r\n",
    "LF LF behind a colon": b"X-A:\n\n",
    "LF LF behind a name": b"X-A\n\n",
    "VT VT": b"X-A: b\x0b\x0b",
    "a line of a colon": b":\r\n\r\n",
    "a line of a colon and a value": b": b\r\n\r\n",
    "a line without a colon": b"X-A\r\n\r\n",
    "a line of a space": b" \r\n\r\n",
    "a NUL in the line before": b"X-A: b\0\r\n\r\n",
}

LINES = {
    "a fold": (b"X-A: b\r\n c\r\n", "RFC 9112 §5.2"),
    "a fold of a tab": (b"X-A: b\r\n\tc\r\n", "RFC 9112 §5.2"),
    "a fold that looks like a field": (b"X-A: b\r\n Connection: close\r\n", "RFC 9112 §5.2"),
    "a fold of white space alone": (b"X-A: b\r\n  \r\nX-C: d\r\n", "RFC 9112 §5.2"),
    "a bare LF": (b"X-A: b\nX-C: d\r\n", "RFC 9112 §2.2"),
    "a bare CR": (b"X-A: b\rX-C: d\r\n", "RFC 9112 §2.2"),
    "a bare CR at its end": (b"X-A: b\r\r\n", "RFC 9112 §2.2"),
    "a NUL in a value": (b"X-A: b\0c\r\n", "RFC 9110 §5.5"),
    "a NUL in a name": (b"X\0A: b\r\n", "RFC 9110 §5.1"),
    "an ESC in a value": (b"X-A: \x1b[2J\r\n", "RFC 9110 §5.5"),
    "a DEL in a value": (b"X-A: \x7f\r\n", "RFC 9110 §5.5"),
    "a space in a name": (b"X A: b\r\n", "RFC 9110 §5.1"),
    "a parenthesis in a name": (b"X(A): b\r\n", "RFC 9110 §5.1"),
    "an octet past ASCII in a name": (b"X-\xff: b\r\n", "RFC 9110 §5.1"),
    "a name of UTF-8": ("X-\u00e9: b\r\n".encode(), "RFC 9110 §5.1"),
    "quotes around a line break": (b'X-A: "\r\n"\r\n', "RFC 9112 §5"),
}

MESSAGES = [
    *[refused(f"an end of the head for some: {name}", "RFC 9112 §2.2", A + end + SMUGGLED)
      for name, end in EARLY_ENDS.items()],
    *[refused(f"a head with {name}", section, A + field + b"\r\n" + SMUGGLED)
      for name, (field, section) in LINES.items()],
    answered("a value of octets past ASCII", "RFC 9110 §5.5", A + b"X-A: \x85\xa0\xff\r\n\r\n", "200 User a"),
    answered("a value of a request line", "RFC 9110 §5.5", A + b"X-A: " + SMUGGLED[:28] + b"\r\n\r\n", "200 User a"),
    answered("every octet that a name may have", "RFC 9110 §5.6.2", A + b"!#$%&'*+-.^_`|~0aZ: b\r\n\r\n", "200 User a"),
    answered("a name of colons' neighbours and two colons", "RFC 9110 §5.1", A + b"X-A:: b\r\n\r\n", "200 User a"),
]

"""Transfer-Encoding spelled so that one side sees chunked and the other does not (TE.TE, and half of CL.TE, TE.CL)."""
from .message import BEHIND_LAST, BODY, CHUNKED, SMUGGLED, SPANS_ALL, answered, post, refused, taken

# What RFC 9110 §5.5 and RFC 9112 §7 permit: it is taken where it stands alone.
CHUNKED_INDEED = {
    "in upper case": b"TRANSFER-ENCODING: CHUNKED\r\n",
    "in mixed case": b"tRaNsFeR-eNcOdInG: cHuNkEd\r\n",
    "without a space": b"Transfer-Encoding:chunked\r\n",
    "behind a tab": b"Transfer-Encoding:\tchunked\r\n",
    "behind much white space": b"Transfer-Encoding: \t  \t chunked\r\n",
    "before a space": b"Transfer-Encoding: chunked \r\n",
    "before tabs": b"Transfer-Encoding: chunked\t\t\r\n",
}

# What is neither chunked nor nothing: refused, whether a length stands beside it or not.
CHUNKED_MAYBE = {
    "a space before the colon": (b"Transfer-Encoding : chunked\r\n", "RFC 9112 §5.1"),
    "a tab before the colon": (b"Transfer-Encoding\t: chunked\r\n", "RFC 9112 §5.1"),
    "a space before the name": (b" Transfer-Encoding: chunked\r\n", "RFC 9112 §5.2"),
    "a tab before the name": (b"X-A: b\r\n\tTransfer-Encoding: chunked\r\n", "RFC 9112 §5.2"),
    "junk before the colon": (b"Transfer-Encoding x: chunked\r\n", "RFC 9112 §5.1"),
    "a space within the name": (b"Transfer Encoding: chunked\r\n", "RFC 9110 §5.1"),
    "a backslash within the name": (b"Transfer\\Encoding: chunked\r\n", "RFC 9110 §5.1"),
    "a NUL within the name": (b"Transfer\0-Encoding: chunked\r\n", "RFC 9110 §5.1"),
    "a NUL behind the name": (b"Transfer-Encoding\0: chunked\r\n", "RFC 9110 §5.1"),
    "a CR within the name": (b"Tra\rnsfer-Encoding: chunked\r\n", "RFC 9112 §2.2"),
    "a vertical tab behind the name": (b"Transfer-Encoding\x0b: chunked\r\n", "RFC 9110 §5.1"),
    "a no-break space behind the name": (b"Transfer-Encoding\xa0: chunked\r\n", "RFC 9110 §5.1"),
    "a next-line octet behind the name": (b"Transfer-Encoding\x85: chunked\r\n", "RFC 9110 §5.1"),
    "an octet past ASCII in the name": (b"Transf\x82r-Encoding: chunked\r\n", "RFC 9110 §5.1"),
    "a byte order mark before the name": (b"\xef\xbb\xbfTransfer-Encoding: chunked\r\n", "RFC 9110 §5.1"),
    "a name over two lines": (b"Transfer-\r\nEncoding: chunked\r\n", "RFC 9112 §5"),
    "a colon on the next line": (b"Transfer-Encoding\r\n : chunked\r\n", "RFC 9112 §5.2"),
    "a colon behind a bare LF": (b"Transfer-Encoding\n : chunked\r\n", "RFC 9112 §2.2"),
    "no colon": (b"Transfer-Encoding chunked\r\n", "RFC 9112 §5"),
    "an equals sign for the colon": (b"Transfer-Encoding= chunked\r\n", "RFC 9112 §5"),
    "two colons": (b"Transfer-Encoding:: chunked\r\n", "RFC 9112 §6.1"),
    "a vertical tab before the value": (b"Transfer-Encoding:\x0bchunked\r\n", "RFC 9110 §5.5"),
    "a form feed before the value": (b"Transfer-Encoding:\x0cchunked\r\n", "RFC 9110 §5.5"),
    "a NUL before the value": (b"Transfer-Encoding: \0chunked\r\n", "RFC 9110 §5.5"),
    "a DEL before the value": (b"Transfer-Encoding: \x7fchunked\r\n", "RFC 9110 §5.5"),
    "a no-break space before the value": (b"Transfer-Encoding:\xa0chunked\r\n", "RFC 9112 §6.1"),
    "an octet 0xFF before the value": (b"Transfer-Encoding:\xffchunked\r\n", "RFC 9112 §6.1"),
    "a vertical tab behind the value": (b"Transfer-Encoding: chunked\x0b\r\n", "RFC 9110 §5.5"),
    "a NUL behind the value": (b"Transfer-Encoding: chunked\0\r\n", "RFC 9110 §5.5"),
    "a NUL and more behind the value": (b"Transfer-Encoding: chunked\0, identity\r\n", "RFC 9110 §5.5"),
    "a CR behind the value": (b"Transfer-Encoding: chunked\r\r\n", "RFC 9112 §2.2"),
    "a next-line octet behind the value": (b"Transfer-Encoding: chunked\x85\r\n", "RFC 9112 §6.1"),
    "an octet past ASCII in the value": (b"Transfer-Encoding: ch\x96nked\r\n", "RFC 9112 §6.1"),
    "a value on the next line": (b"Transfer-Encoding:\r\n chunked\r\n", "RFC 9112 §5.2"),
    "a value behind a bare LF": (b"Transfer-Encoding:\n chunked\r\n", "RFC 9112 §2.2"),
    "a value with a line behind it": (b"Transfer-Encoding: chunked\r\n\t, identity\r\n", "RFC 9112 §5.2"),
    "a field behind a bare CR": (b"X-A: b\rTransfer-Encoding: chunked\r\n", "RFC 9112 §2.2"),
    "a field behind a bare LF": (b"X-A: b\nTransfer-Encoding: chunked\r\n", "RFC 9112 §2.2"),
    "a field behind CR LF CR": (b"X-A: b\r\n\rTransfer-Encoding: chunked\r\n", "RFC 9112 §2.2"),
    "a field behind LF LF": (b"X-A: b\n\nTransfer-Encoding: chunked\r\n", "RFC 9112 §2.2"),
    "a field before a bare LF": (b"Transfer-Encoding: chunked\nX-A: b\r\n", "RFC 9112 §2.2"),
    "double quotes": (b'Transfer-Encoding: "chunked"\r\n', "RFC 9112 §6.1"),
    "single quotes": (b"Transfer-Encoding: 'chunked'\r\n", "RFC 9112 §6.1"),
    "a parameter": (b"Transfer-Encoding: chunked;a=b\r\n", "RFC 9112 §7.1"),
    "a semicolon": (b"Transfer-Encoding: chunked;\r\n", "RFC 9112 §7.1"),
    "an x before it": (b"Transfer-Encoding: xchunked\r\n", "RFC 9112 §6.1"),
    "an x behind it": (b"Transfer-Encoding: chunkedx\r\n", "RFC 9112 §6.1"),
    "its beginning": (b"Transfer-Encoding: chunk\r\n", "RFC 9112 §6.1"),
    "an escape in it": (b"Transfer-Encoding: %63hunked\r\n", "RFC 9112 §6.1"),
    "words around it": (b"Transfer-Encoding: a chunked b\r\n", "RFC 9112 §6.1"),
    "nothing": (b"Transfer-Encoding:\r\n", "RFC 9112 §6.1"),
    "identity": (b"Transfer-Encoding: identity\r\n", "RFC 9112 §6.3"),
    "identity behind it": (b"Transfer-Encoding: chunked, identity\r\n", "RFC 9112 §6.3"),
    "identity behind it, on a line of its own": (b"Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n",
                                                 "RFC 9112 §6.3"),
    "identity around it": (b"Transfer-Encoding: identity, chunked, identity\r\n", "RFC 9112 §6.3"),
    "twice in a list": (b"Transfer-Encoding: chunked, chunked\r\n", "RFC 9112 §7.1"),
    "twice on two lines": (CHUNKED + CHUNKED, "RFC 9112 §7.1"),
    "twice, once disguised": (CHUNKED + b"Transfer-Encoding: \x0bchunked\r\n", "RFC 9110 §5.5"),
    "a semicolon for the comma": (b"Transfer-Encoding: identity; chunked\r\n", "RFC 9112 §6.1"),
}

# Chunked, and a member that is none: passed over by the letter, but not by all, so that nothing behind it is served.
BESIDE_NOTHING = {
    "an empty member before it": b"Transfer-Encoding: , chunked\r\n",
    "an empty member behind it": b"Transfer-Encoding: chunked,\r\n",
    "an empty line of it before it": b"Transfer-Encoding:\r\n" + CHUNKED,
    "an empty line of it behind it": CHUNKED + b"Transfer-Encoding:\r\n",
}

# Codings that are not ours before chunked: where it ends is clear, what it means is not.
UNKNOWN_BEFORE = {
    "identity before it": b"Transfer-Encoding: identity, chunked\r\n",
    "gzip before it": b"Transfer-Encoding: gzip, chunked\r\n",
    "another before it, on a line of its own": b"Transfer-Encoding: cow\r\nTransfer-Encoding: chunked\r\n",
}

# Names that some host environments or hurried readers take for Transfer-Encoding, and that are other fields.
ANOTHER_FIELD = {
    "an underscore": b"Transfer_Encoding: chunked\r\n",
    "a dot": b"Transfer.Encoding: chunked\r\n",
    "an escape": b"Transfer-%45ncoding: chunked\r\n",
    "a letter less": b"Transfer-Encodin: chunked\r\n",
    "a letter more": b"XTransfer-Encoding: chunked\r\n",
    "content for transfer": b"Content-Encoding: chunked\r\n",
    "TE": b"TE: chunked\r\n",
    "a value that names it": b"X-A: Transfer-Encoding: chunked\r\n",
}

MESSAGES = [
    *[taken(f"chunked {name}", "RFC 9112 §6.1", post(field, BODY)) for name, field in CHUNKED_INDEED.items()],
    *[refused(f"chunked {name}, beside a length", "RFC 9112 §6.3", post(SPANS_ALL + field, BEHIND_LAST))
      for name, field in CHUNKED_INDEED.items()],
    *[refused(f"Transfer-Encoding with {name}", section, post(field, BODY))
      for name, (field, section) in CHUNKED_MAYBE.items()],
    *[refused(f"Transfer-Encoding with {name}, beside a length", section, post(SPANS_ALL + field, BEHIND_LAST))
      for name, (field, section) in CHUNKED_MAYBE.items()],
    *[answered(f"chunked with {name}", "RFC 9110 §5.6.1.2", post(field, BODY), "200 POST 49", body=SMUGGLED, ends=True)
      for name, field in BESIDE_NOTHING.items()],
    *[refused(f"chunked with {name}, beside a length", "RFC 9112 §6.3", post(SPANS_ALL + field, BEHIND_LAST))
      for name, field in BESIDE_NOTHING.items()],
    *[refused(f"chunked with {name}", "RFC 9112 §6.1", post(field, BODY), 501)
      for name, field in UNKNOWN_BEFORE.items()],
    *[refused(f"chunked with {name}, beside a length", "RFC 9112 §6.3", post(SPANS_ALL + field, BEHIND_LAST))
      for name, field in UNKNOWN_BEFORE.items()],
    *[taken(f"another field for Transfer-Encoding: {name}", "RFC 9110 §5.1",
            post(SPANS_ALL + field, BEHIND_LAST), BEHIND_LAST) for name, field in ANOTHER_FIELD.items()],
]

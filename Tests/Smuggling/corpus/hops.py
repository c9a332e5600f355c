"""What belongs to one hop: Connection and what it names, Upgrade, TE, and versions that know no chunks."""
from .message import BODY, CHUNKED, HOST, LENGTH, SMUGGLED, SWALLOW, Message, answered, get, post, refused, taken

KEEP = b"Connection: keep-alive\r\n"

# RFC 9110 §7.6.1: an intermediary drops what Connection names. If it drops these, the length is gone and the body not.
DISOWNED = [
    taken("a length that Connection disowns", "RFC 9110 §7.6.1",
          post(b"Connection: Content-Length\r\n" + LENGTH, SMUGGLED)),
    taken("a length that Connection disowns behind another name", "RFC 9110 §7.6.1",
          post(b"Connection: keep-alive, content-length\r\n" + LENGTH, SMUGGLED)),
    taken("a length that a second Connection disowns", "RFC 9110 §7.6.1",
          post(KEEP + b"Connection: content-length\r\n" + LENGTH, SMUGGLED)),
    taken("a coding that Connection disowns", "RFC 9110 §7.6.1",
          post(b"Connection: Transfer-Encoding\r\n" + CHUNKED, BODY)),
    answered("a length on GET that Connection disowns", "RFC 9110 §7.6.1",
             get(b"Connection: content-length\r\n" + LENGTH, SMUGGLED), "200 User a"),
    answered("a Host that Connection disowns", "RFC 9110 §7.6.1", get(b"Connection: host\r\n"), "200 User a"),
    answered("a Connection that disowns itself", "RFC 9110 §7.6.1", get(b"Connection: connection\r\n"), "200 User a"),
    answered("a Connection of no names", "RFC 9110 §7.6.1", get(b"Connection: ,,\r\n"), "200 User a"),
    answered("Keep-Alive and Proxy-Connection", "RFC 9112 §9.6",
             get(b"Keep-Alive: timeout=5\r\nProxy-Connection: close\r\n"), "200 User a"),
]

# Nothing behind a request that ends the connection is served.
ENDS = [
    answered("a request behind Connection: close", "RFC 9112 §9.6", get(b"Connection: close\r\n", SMUGGLED),
             "200 User a", ends=True),
    answered("a request behind a close among others", "RFC 9112 §9.6",
             get(b"Connection: keep-alive, Close\r\n", SMUGGLED), "200 User a", ends=True),
    answered("a request behind a body and Connection: close", "RFC 9112 §9.6",
             post(b"Connection: close\r\n" + LENGTH, SMUGGLED + SMUGGLED), "200 POST 49", ends=True),
    answered("a request behind chunks and Connection: close", "RFC 9112 §9.6",
             post(b"Connection: close\r\n" + CHUNKED, BODY + SMUGGLED), "200 POST 49", ends=True),
    answered("a request behind one of HTTP/1.0", "RFC 9112 §9.3", get(b"", SMUGGLED, version=b"1.0"),
             "200 User a", ends=True),
    answered("a request behind a body of HTTP/1.0", "RFC 9112 §9.3", post(LENGTH, SMUGGLED + SMUGGLED, version=b"1.0"),
             "200 POST 49", ends=True),
    answered("a Connection: close that is quoted", "RFC 9110 §7.6.1", get(b'Connection: "close"\r\n'), "200 User a"),
    answered("a Connection: close that is longer", "RFC 9110 §7.6.1", get(b"Connection: closed\r\n"), "200 User a"),
    refused("a Connection: close before a space and a colon", "RFC 9112 §5.1", get(b"Connection : close\r\n")),
]

OLD = [
    refused("chunked in HTTP/1.0", "RFC 9112 §6.1", post(CHUNKED, BODY, version=b"1.0")),
    refused("chunked in HTTP/1.0 that keeps the connection", "RFC 9112 §6.1",
            post(KEEP + CHUNKED, BODY, version=b"1.0")),
    refused("identity in HTTP/1.0", "RFC 9112 §6.1", post(b"Transfer-Encoding: identity\r\n", BODY, version=b"1.0")),
    taken("a length in HTTP/1.0 that keeps the connection", "RFC 9112 §9.3",
          post(KEEP + LENGTH, SMUGGLED, version=b"1.0")),
    answered("a length on GET in HTTP/1.0 that keeps the connection", "RFC 9112 §9.3",
             get(KEEP + LENGTH, SMUGGLED, version=b"1.0"), "200 User a"),
    answered("a request behind HTTP/1.0 that keeps the connection", "RFC 9112 §9.3",
             get(KEEP, SMUGGLED, version=b"1.0"), "200 User a", "200 User smuggled"),
    answered("HTTP/1.0 without Host that keeps the connection", "RFC 9112 §3.2",
             b"GET /users/a HTTP/1.0\r\n" + KEEP + b"\r\n", "200 User a"),
    refused("HTTP/1.0 with two Hosts", "RFC 9112 §3.2", b"GET /users/a HTTP/1.0\r\n" + HOST + HOST + b"\r\n"),
    answered("HTTP/1.0 that keeps and closes the connection", "RFC 9112 §9.3",
             get(b"Connection: keep-alive, close\r\n", SMUGGLED, version=b"1.0"), "200 User a", ends=True),
]

# An upgrade that is not made leaves the connection as it was: RFC 9110 §7.8.
UPGRADES = [
    answered("an upgrade to h2c, and a request", "RFC 9110 §7.8",
             get(b"Connection: upgrade, http2-settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n", SMUGGLED),
             "200 User a", "200 User smuggled"),
    answered("an upgrade to WebSocket, and a request", "RFC 9110 §7.8",
             get(b"Connection: upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
                 b"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n", SMUGGLED), "200 User a", "200 User smuggled"),
    taken("an upgrade with a body", "RFC 9110 §7.8",
          post(b"Connection: upgrade\r\nUpgrade: websocket\r\n" + LENGTH, SMUGGLED)),
    taken("an upgrade with chunks", "RFC 9110 §7.8", post(b"Connection: upgrade\r\nUpgrade: h2c\r\n" + CHUNKED, BODY)),
    Message("an upgrade on GET, and half a request", "RFC 9110 §7.8",
            get(b"Connection: upgrade\r\nUpgrade: websocket\r\n", SWALLOW), ("200 User a", "200 User smuggled"),
            swallows=True),
    taken("TE that names chunked", "RFC 9110 §10.1.4",
          post(b"Connection: TE\r\nTE: trailers, chunked\r\n" + LENGTH, SMUGGLED)),
    taken("an overridden method", "RFC 9110 §9.1", post(b"X-HTTP-Method-Override: GET\r\n" + LENGTH, SMUGGLED)),
    taken("a message about a message", "RFC 9112 §10.1", post(b"Content-Type: message/http\r\n" + LENGTH, SMUGGLED)),
    taken("parts that look like a request", "RFC 9110 §8.3",
          post(b"Content-Type: multipart/byteranges; boundary=GET\r\n" + LENGTH, SMUGGLED)),
]

MESSAGES = DISOWNED + ENDS + OLD + UPGRADES

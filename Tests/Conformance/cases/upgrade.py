"""RFC 9110 §7.8: other protocols are offered, and none is taken."""
from case import MAY, MUST, SHOULD, Await, Case, Each, get, post, sized
from expectation import CLOSED, EITHER, answered, hello, received

OFFER = b"Connection: Upgrade"
WEBSOCKET = (b"Upgrade: websocket", b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==")
VERSION = b"Sec-WebSocket-Version: 13"
# To switch, a server would have to speak that protocol; the demonstrations here speak none.
STAYS = answered(200, 400, 426, then=EITHER)

CASES = [
    Case("an offer of WebSocket may be passed over", "9110 §7.8", MAY,
         get(OFFER, *WEBSOCKET, VERSION), STAYS, ours=hello()),
    Case("an offer of WebSocket in a version that nobody has is not taken", "6455 §4.4", MUST,
         get(OFFER, *WEBSOCKET, b"Sec-WebSocket-Version: 99"), STAYS, ours=hello()),
    Case("an offer of WebSocket by POST is not taken", "6455 §4.1", MUST,
         sized(b"abc", OFFER, *WEBSOCKET, VERSION), answered(200, 400, 405, 426, then=EITHER), ours=received(3),
         needs=("body",)),
    Case("an offer of WebSocket without a key is not taken", "6455 §4.2.1", MUST,
         get(OFFER, b"Upgrade: websocket", VERSION), STAYS, ours=hello()),
    Case("an offer of HTTP/2 may be passed over", "9110 §7.8", MAY,
         get(b"Connection: Upgrade, HTTP2-Settings", b"Upgrade: h2c", b"HTTP2-Settings: AAMAAABkAAQAoAAAAAIAAAAA"),
         STAYS, ours=hello(), needs=("no HTTP/2",)),
    Case("an offer of HTTP/2 with a body may be passed over", "9110 §7.8", MAY,
         sized(b"abc", b"Connection: Upgrade, HTTP2-Settings", b"Upgrade: h2c",
               b"HTTP2-Settings: AAMAAABkAAQAoAAAAAIAAAAA"), received(3), needs=("no HTTP/2", "body")),
    Case("an offer of TLS may be passed over", "9110 §7.8", MAY, get(OFFER, b"Upgrade: TLS/1.2"), STAYS, ours=hello()),
    Case("a protocol that nobody knows is not switched to", "9110 §7.8", MUST,
         get(OFFER, b"Upgrade: x-nothing/7, y-nothing"), hello(then=EITHER), ours=hello()),
    Case("an Upgrade that is no list of protocols is not taken", "9110 §7.8", MUST,
         Each(get(OFFER, b"Upgrade:"), get(OFFER, b"Upgrade: ,"), get(OFFER, b"Upgrade: a b/@")), STAYS, ours=hello()),
    Case("an offer that Connection does not name is none", "9110 §7.8", MUST, get(*WEBSOCKET, VERSION), hello()),
    Case("a Connection that names Upgrade without one does nothing", "9112 §9.3", SHOULD, get(OFFER), hello()),
    Case("an offer in HTTP/1.0 is passed over", "9110 §7.8", MUST,
         get(OFFER, *WEBSOCKET, VERSION, version=b"1.0"), hello(then=CLOSED)),
    Case("an offer with close ends the connection", "9112 §9.6", MUST,
         get(b"Connection: Upgrade, close", b"Upgrade: x-nothing"), hello(then=CLOSED)),
    Case("a client that offers and waits is asked for its body first", "9110 §7.8", MUST,
         [post(OFFER, b"Upgrade: x-nothing", b"Expect: 100-continue", b"Content-Length: 3"), Await(), b"abc"],
         received(3, interim=1, then=EITHER), ours=received(3, interim=1), needs=("body",)),
]

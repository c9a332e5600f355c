"""RFC 9110 §10.1.1: a client that waits to be asked for its body."""
from case import BAIT, MAY, MUST, SHOULD, Await, Case, Each, Finish, Quiet, get, post, sized
from expectation import CLOSED, EITHER, HELLO_ANSWER, Answers, Final, answered, either, has_bytes, received, refused

EXPECT = b"Expect: 100-continue"
THREE = b"Content-Length: 3"
BODY = ("body",)
INVITED = received(3, interim=1)
INVITED_OR_NOT = received(3, interim=None)


def asked_first(*fields, target=b"/test/body"):
    """Sends the head, and waits for an answer of any kind."""
    return [post(*fields, target=target), Await()]


def final_at_once(*statuses):
    """That status instead of an invitation, and the end; or an invitation that leads nowhere."""
    return either(answered(*statuses, then=CLOSED), Answers(then=CLOSED, interim=1))


CASES = [
    Case("a client that waits is asked for its body", "9110 §10.1.1", MUST,
         [*asked_first(EXPECT, THREE), b"abc"], INVITED, needs=BODY),
    Case("a client that waits is asked for its chunks", "9110 §10.1.1", MUST,
         [*asked_first(EXPECT, b"Transfer-Encoding: chunked"), b"3\r\nabc\r\n0\r\n\r\n"], INVITED, needs=BODY),
    Case("an expectation has no case", "9110 §10.1.1", MUST,
         [*asked_first(b"expect: 100-Continue", THREE), b"abc"], INVITED, needs=BODY),
    Case("a client is asked once", "9110 §10.1.1", MUST,
         [*asked_first(EXPECT, THREE), b"a", Quiet(0.05), b"b", Quiet(0.05), b"c"], INVITED, needs=BODY),
    Case("the invitation waits for the answers before it", "9112 §9.3.2", MUST,
         [get() + post(EXPECT, THREE), Await(), Await(), b"abc"],
         Answers(HELLO_ANSWER, Final(200, test=has_bytes(3)), interim=1), needs=BODY),
    Case("a body that is streamed is asked for too", "9110 §10.1.1", MUST,
         Each(*([*asked_first(EXPECT, THREE, target=target), b"abc"] for target in (b"/upload", b"/echo"))),
         answered(200, interim=1), needs=("handlers",)),
    Case("a client that does not wait may be asked, and is served", "9110 §10.1.1", MAY,
         sized(b"abc", EXPECT), INVITED_OR_NOT, ours=received(3), needs=BODY),
    Case("a client that waits for no body may be asked, and is served", "9110 §10.1.1", MAY,
         Each(get(EXPECT), get(EXPECT, b"Content-Length: 0")), answered(200, interim=None), ours=answered(200)),
    Case("an expectation in HTTP/1.0 is passed over", "9110 §10.1.1", MUST,
         [post(EXPECT, THREE, version=b"1.0"), Quiet(0.2), b"abc"], received(3, then=CLOSED), needs=BODY),
    Case("no interim answer goes to HTTP/1.0", "9110 §15.2", MUST,
         [post(EXPECT, THREE, b"Connection: keep-alive", version=b"1.0"), Quiet(0.2), b"abc"], received(3, then=EITHER),
         needs=BODY),
    # Others
    Case("an expectation that nobody knows", "9110 §10.1.1", MAY,
         Each(sized(b"abc", b"Expect: 200-ok"), sized(b"abc", b"Expect: 100-continue-or-not")),
         either(answered(417, then=EITHER), INVITED_OR_NOT), ours=refused(417), needs=BODY),
    Case("an unknown expectation beside a known one", "9110 §10.1.1", MAY,
         Each(sized(b"abc", b"Expect: 100-continue, x"), sized(b"abc", EXPECT, b"Expect: x"),
              sized(b"abc", b"Expect: 100-continue;a=b")), either(answered(417, then=EITHER), INVITED_OR_NOT),
         ours=refused(417), needs=BODY),
    Case("an unknown expectation on GET", "9110 §10.1.1", MAY,
         get(b"Expect: 200-ok"), answered(200, 417, then=EITHER), ours=refused(417)),
    Case("the body behind an unknown expectation is not taken for a request", "9112 §9.3", MUST,
         post(b"Expect: x", b"Content-Length: %d" % len(BAIT), body=BAIT),
         answered(200, 417, then=EITHER, interim=None), ours=refused(417), needs=BODY),
    Case("an expectation without members expects nothing", "9110 §5.6.1.2", MUST,
         Each(sized(b"abc", b"Expect:"), sized(b"abc", b"Expect: ,")), INVITED_OR_NOT, ours=received(3), needs=BODY),
    # A final answer instead
    Case("a client that asks for nothing that is there is told so", "9110 §10.1.1", MUST,
         [*asked_first(EXPECT, THREE, target=b"/nowhere"), Finish()], final_at_once(404, 405),
         ours=answered(404, then=CLOSED)),
    Case("a client that may not send a body is told so", "9110 §10.1.1", MUST,
         [*asked_first(EXPECT, THREE, target=b"/static/hello.txt"), Finish()], final_at_once(403, 405),
         ours=answered(405, then=CLOSED)),
    Case("a client whose body would be too long is told so", "9110 §10.1.1", MUST,
         [*asked_first(EXPECT, b"Content-Length: 999999999"), Finish()], final_at_once(413),
         ours=answered(413, then=CLOSED), needs=BODY),
    Case("who answers without reading the body and closes says so", "9110 §10.1.1", SHOULD,
         [*asked_first(EXPECT, THREE, target=b"/nowhere"), b"abc"],
         either(answered(404, 405, interim=None), answered(404, 405, has={"connection": "close"}, then=CLOSED)),
         ours=answered(404, has={"connection": "close"}, then=CLOSED)),
    Case("a body that comes although it was refused is not taken for a request", "9112 §9.3", MUST,
         [*asked_first(EXPECT, b"Content-Length: %d" % len(BAIT), target=b"/nowhere"), BAIT],
         answered(404, 405, then=EITHER, interim=None), ours=answered(404, then=CLOSED)),
]

"""RFC 9110 §9: what each method asks for, and what becomes of the others."""
import re

from case import FILE, MAY, MUST, SHOULD, Case, Each, get, line, post, sized
from expectation import CLOSED, EITHER, Final, answered, either, hello, in_order, refused, rejected

HAS_GET = re.compile(r".*\bGET\b.*")
HAS_POST = re.compile(r".*\bPOST\b.*")
OPTIONS = b"OPTIONS"
NOT_DONE = (400, 405, 501)
TELLS = answered(200, 204, has={"allow": HAS_GET})
TELLS_OR_NOT = either(TELLS, rejected(404, *NOT_DONE))
KINDS = (b"/", b"/hello", b"/users/1", b"/api/status", b"/slow?ms=0", b"/async?ms=0", b"/events?count=2&ms=0",
         b"/download?bytes=70000")


def ask(method, *targets):
    return Each(*(get(method=method, target=target) for target in targets or (b"/hello",)))


def same_fields(responses):
    """with the same fields to HEAD as to GET"""
    head, whole = ([pair for pair in response.fields if pair[0] != "date"] for response in responses)
    return None if sorted(head) == sorted(whole) else f"{head} is not {whole}"


def same_length(responses):
    """with GET's length to HEAD, or none"""
    head, whole = (response["content-length"] for response in responses)
    return None if head in (None, whole) else f"{head} is not {whole}"


def head_and_get(target):
    return get(method=b"HEAD", target=target) + get(target=target)


def tells_no_secret(response):
    """without the credentials"""
    return "they came back" if b"c2VjcmV0" in response.body else None


BOTH = ("HEAD", "GET")

CASES = [
    Case("GET is answered with the content", "9110 §9.3.1", MUST, get(), hello()),
    Case("HEAD is answered without it", "9110 §9.3.2", MUST, ask(b"HEAD", b"/hello", FILE), answered(200, body=b"")),
    Case("HEAD for nothing is answered without content", "9110 §9.3.2", MUST,
         ask(b"HEAD", b"/nowhere"), answered(404, body=b"")),
    Case("HEAD is answered without content by every kind of handler", "9110 §9.3.2", MUST,
         ask(b"HEAD", *KINDS), answered(200, body=b""), needs=("handlers",)),
    Case("the answer to HEAD has the fields of that to GET", "9110 §9.3.2", SHOULD,
         Each(head_and_get(b"/hello"), head_and_get(FILE), head_and_get(b"/nowhere")),
         in_order(Final(200, 404), Final(200, 404), test=same_fields), methods=BOTH),
    Case("a length in the answer to HEAD is that of GET", "9110 §8.6", MUST,
         Each(head_and_get(b"/hello"), head_and_get(FILE), head_and_get(b"/users/1"),
              head_and_get(b"/static/empty.txt")), in_order(Final(200), Final(200), test=same_length), methods=BOTH),
    Case("a length in the answer to HEAD is that of GET for every kind of handler", "9110 §8.6", MUST,
         Each(*map(head_and_get,
                   (b"/", b"/slow?ms=0", b"/async?ms=0", b"/events?count=2&ms=0", b"/download?bytes=70000"))),
         in_order(Final(200), Final(200), test=same_length), methods=BOTH, needs=("handlers",)),
    # Unknown, and unwanted
    Case("a method that nobody defined is answered 501", "9110 §9.1", SHOULD,
         ask(b"BREW"), rejected(501), ours=answered(501)),
    Case("a method of another specification is answered 501", "9110 §9.1", SHOULD,
         Each(*(get(method=method) for method in (b"PROPFIND", b"MKCOL", b"LOCK", b"QUERY", b"PURGE"))), rejected(501),
         ours=answered(501)),
    Case("any token is a method", "9110 §9.1", SHOULD,
         Each(*(get(method=method) for method in (b"M-SEARCH", b"!#$%&'*+-.^_`|~", b"X", b"GETX", b"GE"))),
         rejected(501), ours=answered(501)),
    Case("a method has a case", "9110 §9.1", MUST,
         Each(*(get(method=method) for method in (b"get", b"Get", b"gET"))), rejected(*NOT_DONE), ours=answered(501)),
    Case("a method in the wrong case is one that nobody defined", "9110 §9.1", SHOULD,
         ask(b"get"), rejected(501), ours=answered(501)),
    Case("a method that is longer than all is answered 501", "9112 §3", SHOULD,
         Each(get(method=b"A" * 40), get(method=b"A" * 4000)), rejected(501), ours=refused(501)),
    Case("a method that the target does not take is answered 405", "9110 §9.1", SHOULD,
         Each(*(get(method=method, target=FILE) for method in (b"POST", b"PUT", b"DELETE", b"PATCH"))), rejected(405),
         ours=answered(405)),
    Case("405 tells what is allowed", "9110 §15.5.6", MUST,
         Each(*(get(method=method, target=FILE) for method in (b"POST", b"PUT", b"DELETE", b"PATCH"))),
         rejected(405, has={"allow": HAS_GET}), ours=answered(405, has={"allow": "GET, HEAD, OPTIONS"})),
    Case("405 of a route tells what is allowed", "9110 §15.5.6", MUST,
         Each(get(method=b"DELETE"), sized(b"abc", target=b"/hello")), rejected(405, has={"allow": HAS_GET}),
         ours=answered(405, has={"allow": "GET, HEAD, OPTIONS"})),
    Case("405 of a route that only takes bodies tells so", "9110 §15.5.6", MUST,
         get(target=b"/echo"), answered(405, has={"allow": HAS_POST}), needs=("handlers",)),
    Case("what is not there is 404 by any method", "9110 §15.5.5", MAY,
         Each(*(get(method=method, target=b"/nowhere") for method in (b"GET", b"POST", b"PUT", b"DELETE"))),
         rejected(404, 405), ours=answered(404)),
    Case("a field that names another method changes nothing", "9110 §9.1", MUST,
         Each(get(b"X-HTTP-Method-Override: DELETE"), get(b"X-HTTP-Method: PUT", b"X-Method-Override: POST")), hello()),
    Case("a range of content is refused where it cannot be put", "9110 §14.5", SHOULD,
         post(b"Content-Range: bytes 0-2/6", b"Content-Length: 3", body=b"abc", method=b"PUT"), rejected(400, 501),
         needs=("body",), reason="whether a resource takes a part of itself, only the application knows"),
    # OPTIONS
    Case("OPTIONS may ask about the server as a whole", "9112 §3.2.4", MAY,
         line(b"OPTIONS * HTTP/1.1"), answered(200, 204, 405, 501, then=EITHER), ours=answered(204)),
    Case("OPTIONS that succeeds about the server tells its methods", "9110 §9.3.7", SHOULD,
         line(b"OPTIONS * HTTP/1.1"), TELLS_OR_NOT, ours=TELLS),
    Case("OPTIONS that succeeds about a resource tells its methods", "9110 §9.3.7", SHOULD,
         ask(OPTIONS, b"/hello", FILE), TELLS_OR_NOT, ours=TELLS),
    Case("OPTIONS about nothing is no success", "9110 §15.5.5", MAY,
         ask(OPTIONS, b"/nowhere"), rejected(404, 405), ours=answered(404)),
    Case("OPTIONS may have content", "9110 §9.3.7", MAY,
         get(b"Content-Length: 3", b"Content-Type: text/plain", method=OPTIONS) + b"abc",
         answered(200, 204, 400, 405, then=EITHER), ours=answered(204)),
    Case("OPTIONS in absolute-form with no path", "9112 §3.2.4", MAY,
         Each(line(b"OPTIONS http://localhost HTTP/1.1"), line(b"OPTIONS http://localhost:80 HTTP/1.1")),
         answered(200, 204, 403, 404, 405, then=EITHER), ours=answered(200, 204)),
    # TRACE
    Case("TRACE is answered with the message, or not at all", "9110 §9.3.8", SHOULD,
         ask(b"TRACE"), answered(*NOT_DONE, then=EITHER), ours=answered(405)),
    Case("TRACE tells nobody what it was told in confidence", "9110 §9.3.8", MUST,
         get(b"Authorization: Basic c2VjcmV0", b"Cookie: c2VjcmV0", method=b"TRACE"),
         answered(200, *NOT_DONE, then=EITHER, test=tells_no_secret)),
    Case("405 to TRACE tells what is allowed", "9110 §15.5.6", MUST,
         ask(b"TRACE", FILE), rejected(501, 405, has={"allow": HAS_GET})),
    # CONNECT
    Case("CONNECT to elsewhere is refused", "9110 §9.3.6", MAY,
         line(b"CONNECT example.org:443 HTTP/1.1"), rejected(404, *NOT_DONE), ours=answered(501, then=CLOSED)),
    Case("CONNECT to a port that is none is refused", "9110 §9.3.6", MUST,
         Each(line(b"CONNECT localhost: HTTP/1.1"), line(b"CONNECT localhost:x HTTP/1.1"),
              line(b"CONNECT localhost:99999 HTTP/1.1")), rejected(404, *NOT_DONE), ours=refused()),
    Case("CONNECT without a port is refused", "9112 §3.2.3", SHOULD,
         line(b"CONNECT localhost HTTP/1.1"), rejected(404, *NOT_DONE), ours=refused()),
    Case("CONNECT to a path is refused", "9112 §3.2.3", SHOULD,
         Each(line(b"CONNECT /hello HTTP/1.1"), line(b"CONNECT http://localhost/hello HTTP/1.1"),
              line(b"CONNECT * HTTP/1.1")), rejected(404, *NOT_DONE), ours=refused()),
    Case("CONNECT to nobody is refused", "9110 §9.3.6", MUST,
         line(b"CONNECT :80 HTTP/1.1"), rejected(404, *NOT_DONE), ours=refused()),
]

"""RFC 9112 §4, RFC 9110 §6, §8 and §15: what every answer has to have."""
import email.utils
import re
import time

from case import FILE, FILE_BODY, MAY, MUST, SHOULD, Case, Each, get, line, sized
from expectation import CLOSED, EITHER, HELLO_ANSWER, Final, answered, hello, in_order, refused, rejected

FIXDATE = re.compile(r"(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d (Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) \d{4} "
                     r"\d\d:\d\d:\d\d GMT")
CLOCK_SECONDS = 30
OPTIONS = line(b"OPTIONS * HTTP/1.1")
UNCHANGED = get(b"If-None-Match: <etag>", target=FILE)
BROKEN = get(b"X-A : b")
NOT_FOUND = get(target=b"/nowhere")


def is_present(response):
    """dated by a clock that goes right"""
    sent = email.utils.parsedate_to_datetime(response["date"]).timestamp()
    return None if abs(sent - time.time()) < CLOCK_SECONDS else f"it is not {response['date']}"


def is_delimited(response):
    """with an end of its own, or the connection's"""
    ends = response["content-length"] or response["transfer-encoding"] or response.closes
    return None if ends else "nothing says where it ends"


def has_content(response):
    """with content"""
    return None if response.body else "it has none"


def says_what_it_is(response):
    """with a media type where there is content"""
    return None if not response.body or response["content-type"] else "nothing says what the content is"


CASES = [
    Case("a success has a date", "9110 §6.6.1", MUST, Each(get(), get(target=FILE)), answered(200, has={"date": True})),
    Case("304 has a date", "9110 §6.6.1", MUST, UNCHANGED, answered(304, has={"date": True})),
    Case("an error of the client has a date", "9110 §6.6.1", MUST, NOT_FOUND, answered(404, has={"date": True})),
    Case("the refusal of a malformed message has a date", "9110 §6.6.1", MUST,
         BROKEN, answered(400, has={"date": True}, then=EITHER)),
    Case("a date has the one form that is to be sent", "9110 §5.6.7", MUST,
         Each(get(), NOT_FOUND), answered(200, 404, has={"date": FIXDATE})),
    Case("a date is that of the day", "9110 §6.6.1", MUST, get(), hello(test=is_present)),
    Case("an answer to HTTP/1.0 is of the server's own version", "9110 §6.2", SHOULD,
         get(version=b"1.0"), hello(then=CLOSED)),
    Case("200 for a file has the file", "9110 §15.3.1", MUST, get(target=FILE), answered(200, body=FILE_BODY)),
    Case("an empty file is an empty answer", "9110 §15.3.1", MUST,
         get(target=b"/static/empty.txt"), answered(200, body=b"", has={"content-length": "0"})),
    Case("content has a media type", "9110 §8.3", SHOULD,
         Each(get(), get(target=FILE), NOT_FOUND, BROKEN), answered(200, 400, 404, test=says_what_it_is, then=EITHER)),
    Case("a text file is called one", "9110 §8.3", SHOULD,
         get(target=FILE), answered(200, has={"content-type": re.compile(r"text/plain(;.*)?")})),
    Case("every answer has an end", "9112 §6.3", MUST,
         Each(get(), get(target=FILE), NOT_FOUND, BROKEN, get(method=b"BREW"), get(method=b"DELETE", target=FILE)),
         answered(200, 400, 404, 405, 501, test=is_delimited, then=EITHER)),
    Case("204 has neither content nor a length", "9110 §8.6", MUST,
         OPTIONS + get(),
         in_order(Final(204, body=b"", has={"content-length": None, "transfer-encoding": None}), HELLO_ANSWER),
         needs=("handlers",)),
    Case("304 ends with its head", "9112 §6.3", MUST,
         UNCHANGED + get(), in_order(Final(304, body=b"", has={"transfer-encoding": None}), HELLO_ANSWER)),
    Case("an answer of unknown length is chunked for HTTP/1.1", "9112 §6.1", MUST,
         get(target=b"/events?count=2&ms=0"),
         answered(200, has={"transfer-encoding": "chunked", "content-length": None}), needs=("handlers",)),
    Case("nothing is chunked for HTTP/1.0", "9112 §6.1", MUST,
         Each(get(target=b"/events?count=2&ms=0", version=b"1.0"),
              get(b"Connection: keep-alive", target=b"/events?count=2&ms=0", version=b"1.0")),
         answered(200, has={"transfer-encoding": None, "content-length": None}, then=CLOSED), needs=("handlers",)),
    Case("an answer of known length says it to HTTP/1.0 too", "9112 §6.2", SHOULD,
         get(version=b"1.0"), hello(has={"content-length": "13"}, then=CLOSED)),
    Case("no coding of the transfer but chunked comes unasked", "9112 §7.4", MUST,
         Each(get(b"TE: gzip"), get(b"TE: trailers, deflate;q=0.5"), get(b"TE:")),
         hello(has={"transfer-encoding": None})),
    Case("an Accept of nonsense stops nobody", "9110 §12.4.1", MAY,
         Each(get(b"Accept: nothing/known"), get(b"Accept: ;;;"), get(b"Accept-Language: xx", b"Accept-Charset: x")),
         answered(200, 400, 406), ours=hello()),
    Case("nothing is encoded for who wants nothing encoded", "9110 §12.5.3", SHOULD,
         Each(get(target=FILE), get(b"Accept-Encoding: identity", target=FILE), get(b"Accept-Encoding:", target=FILE)),
         answered(200, body=FILE_BODY, has={"content-encoding": None})),
    Case("a failed expectation of the encoding stops nobody", "9110 §12.5.3", MAY,
         Each(get(b"Accept-Encoding: identity;q=0"), get(b"Accept-Encoding: *;q=0")), answered(200, 406, 415),
         ours=hello()),
    Case("a refusal says that the connection closes", "9112 §9.6", SHOULD,
         Each(BROKEN, get(b"Transfer-Encoding: x"), line(b"GET /hello HTTP/x.1"), sized(b"abc", b"X-A: b\rc")),
         refused(400, 501, 505, has={"connection": "close"})),
    Case("the refusal of a method has content that says so", "9110 §15.6", SHOULD,
         get(method=b"BREW"), rejected(405, 501, test=has_content)),
    Case("the refusal of a version has content that says so", "9110 §15.6.6", SHOULD,
         line(b"GET /hello HTTP/3.0"), rejected(400, 505, test=has_content), ours=refused(505, test=has_content)),
    Case("404 has content that says so", "9110 §15.5", SHOULD, NOT_FOUND, answered(404, test=has_content)),
]

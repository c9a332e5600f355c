"""RFC 9110 §13 and §8.8 on files, and §14: what is only done when a condition holds. What a route's handler answers has
no validators of the server's, so that nothing is asked of it here."""
import email.utils
import re

from case import FILE, FILE_BODY, FILE_DATE, MAY, MUST, SHOULD, Case, Each, get, sized
from expectation import EITHER, Final, answered, in_order, received, rejected

MATCH, NONE_MATCH = b"If-Match: ", b"If-None-Match: "
MODIFIED, UNMODIFIED = b"If-Modified-Since: ", b"If-Unmodified-Since: "
EARLIER, LATER = b"Sun, 06 Nov 1994 08:49:36 GMT", b"Wed, 01 Jan 2020 00:00:00 GMT"
RFC_850, ASCTIME = b"Sunday, 06-Nov-94 08:49:37 GMT", b"Sun Nov  6 08:49:37 1994"
NO_DATES = (b"", b"0", b"never", b"Sun, 32 Nov 1994 08:49:37 GMT", b"Sun, 06 Nov 1994 08:49:37 +0000",
            b"Wed, 01 Jan 2020 24:61:00 GMT", b"2020-01-01T00:00:00Z", b"Wed, 01 Jan 2020 00:00:00", b"1577836800")
ENTITY_TAG = re.compile(r'(W/)?"[\x21\x23-\x7e\x80-\xff]*"')

WHOLE = answered(200, body=FILE_BODY)
UNCHANGED = answered(304, body=b"")
FAILED = rejected(412)
FAILED_ONLY = answered(412)


def ask(*fields, **more):
    return get(*fields, target=FILE, **more)


def each(*values, before=b"", **more):
    return Each(*(ask(before + value, **more) for value in values))


def not_modified_later(response):
    """not modified after it was sent"""
    modified, sent = (email.utils.parsedate_to_datetime(response[name]) for name in ("last-modified", "date"))
    return None if modified <= sent else f"modified {modified}, sent {sent}"


def same_validators(responses):
    """with the same validators each time"""
    pairs = {(response["etag"], response["last-modified"]) for response in responses}
    return None if len(pairs) == 1 else f"they are {pairs}"


def same_tag(responses):
    """with the same entity tag"""
    first, second = (response["etag"] for response in responses)
    return None if first == second else f"they are {first} and {second}"


def has_no_file(response):
    """without the file"""
    return "it is in it" if FILE_BODY in response.body else None


CASES = [
    # Validators
    Case("a file has an entity tag", "9110 §8.8.3", SHOULD, ask(), answered(200, has={"etag": ENTITY_TAG})),
    Case("a file has the date of its last change", "9110 §8.8.2", SHOULD,
         ask(), answered(200, has={"last-modified": FILE_DATE.decode()})),
    Case("nothing was changed after it is sent", "9110 §8.8.2.1", MUST,
         get(target=b"/static/future.txt"), answered(200, test=not_modified_later)),
    Case("validators stay while the file does, for HEAD too", "9110 §8.8.1", MUST,
         ask() + ask(method=b"HEAD") + ask(), in_order(Final(200), Final(200), Final(200), test=same_validators),
         methods=("GET", "HEAD", "GET")),
    # If-None-Match
    Case("who has the entity tag is told 304", "9110 §13.1.2", MUST, ask(NONE_MATCH + b"<etag>"), UNCHANGED),
    Case("who has another entity tag gets the file", "9110 §13.1.2", MUST,
         each(b'"x"', b'"x", "y"', b'W/"x"', b'""', before=NONE_MATCH), WHOLE),
    Case("who has the entity tag among others is told 304", "9110 §13.1.2", MUST,
         each(b'"x", <etag>', b'<etag>, "x"', b'"x",<etag>,"y"', b'W/"x", <etag>', b'"a,b", <etag>', before=NONE_MATCH),
         UNCHANGED),
    Case("empty members among entity tags are passed over", "9110 §5.6.1.2", MUST,
         each(b", <etag>", b"<etag>,", b'"x", ,<etag>', before=NONE_MATCH), UNCHANGED),
    Case("entity tags in several fields are one list", "9110 §5.3", MUST,
         Each(ask(NONE_MATCH + b'"x"', NONE_MATCH + b"<etag>"), ask(NONE_MATCH + b"<etag>", NONE_MATCH + b'"x"')),
         UNCHANGED),
    Case("a weak entity tag is as good as a strong one to who asks for news", "9110 §13.1.2", MUST,
         each(b"W/<etag>", b'"x", W/<etag>', before=NONE_MATCH), UNCHANGED),
    Case("who has anything at all is told 304", "9110 §13.1.2", MUST, ask(NONE_MATCH + b"*"), UNCHANGED),
    Case("HEAD is told 304 too", "9110 §13.1.2", MUST, ask(NONE_MATCH + b"<etag>", method=b"HEAD"), UNCHANGED),
    Case("304 has the entity tag", "9110 §15.4.5", MUST,
         ask(NONE_MATCH + b"<etag>"), answered(304, has={"etag": ENTITY_TAG})),
    Case("304 has the entity tag of 200", "9110 §15.4.5", MUST,
         ask() + ask(NONE_MATCH + b"<etag>"), in_order(Final(200), Final(304), test=same_tag)),
    Case("304 describes no content", "9110 §15.4.5", SHOULD,
         ask(NONE_MATCH + b"<etag>"),
         answered(304, has={"content-type": None, "content-encoding": None, "last-modified": None})),
    Case("an entity tag has a case", "9110 §8.8.3.2", MUST, each(b'w/"x"', b'"X"', before=NONE_MATCH), WHOLE),
    Case("an entity tag without quotes is none", "9110 §8.8.3", MAY,
         each(b"x", b"'x'", b'"x', b'x"', before=NONE_MATCH), answered(200, 304, 400, then=EITHER), ours=WHOLE),
    # If-Modified-Since
    Case("who has the file of that date is told 304", "9110 §13.1.3", SHOULD, ask(MODIFIED + FILE_DATE), UNCHANGED),
    Case("who has a later file is told 304", "9110 §13.1.3", SHOULD, ask(MODIFIED + LATER), UNCHANGED),
    Case("who has an earlier file gets the new one", "9110 §13.1.3", MUST, ask(MODIFIED + EARLIER), WHOLE),
    Case("a date in the form of RFC 850 is read", "9110 §5.6.7", MUST, ask(MODIFIED + RFC_850), UNCHANGED),
    Case("a date in the form of asctime is read", "9110 §5.6.7", MUST, ask(MODIFIED + ASCTIME), UNCHANGED),
    Case("two digits of a year far ahead are those of a year gone by", "9110 §5.6.7", MUST,
         ask(MODIFIED + b"Sunday, 06-Nov-93 08:49:37 GMT"), WHOLE),
    Case("a date that is none is no condition", "9110 §13.1.3", MUST, each(*NO_DATES, before=MODIFIED), WHOLE),
    Case("two dates are no condition", "9110 §13.1.3", MUST,
         Each(ask(MODIFIED + LATER + b", " + LATER), ask(MODIFIED + LATER, MODIFIED + LATER)), WHOLE),
    Case("an entity tag counts more than a date", "9110 §13.1.3", MUST,
         Each(ask(NONE_MATCH + b'"x"', MODIFIED + LATER), ask(MODIFIED + LATER, NONE_MATCH + b'"x"')), WHOLE),
    Case("an entity tag that matches counts more than an earlier date", "9110 §13.2.2", MUST,
         ask(NONE_MATCH + b"<etag>", MODIFIED + EARLIER), UNCHANGED),
    Case("HEAD is told 304 by date too", "9110 §13.1.3", SHOULD, ask(MODIFIED + FILE_DATE, method=b"HEAD"), UNCHANGED),
    # If-Match
    Case("who insists on the entity tag gets the file", "9110 §13.1.1", MUST,
         each(b"<etag>", b'"x", <etag>', b"*", before=MATCH), WHOLE),
    Case("who insists on another entity tag does not get the file", "9110 §13.1.1", MUST,
         each(b'"x"', b'"x", "y"', b'""', before=MATCH), FAILED, ours=FAILED_ONLY),
    Case("who insists on entity tags in several fields gets the file by one of them", "9110 §5.3", MUST,
         ask(MATCH + b'"x"', MATCH + b"<etag>"), WHOLE),
    Case("a weak entity tag is not good enough to insist on", "9110 §13.1.1", MUST,
         each(b"W/<etag>", b'"x", W/<etag>', before=MATCH), FAILED, ours=FAILED_ONLY),
    Case("HEAD insists on the entity tag too", "9110 §13.1.1", MUST,
         ask(MATCH + b'"x"', method=b"HEAD"), rejected(412, body=b""), ours=answered(412, body=b"")),
    Case("412 does not have the file", "9110 §15.5.13", MUST, ask(MATCH + b'"x"'), rejected(412, test=has_no_file)),
    # If-Unmodified-Since
    Case("who insists on the date or a later one gets the file", "9110 §13.1.4", MUST,
         each(FILE_DATE, LATER, RFC_850, ASCTIME, before=UNMODIFIED), WHOLE),
    Case("who insists on an earlier date does not get the file", "9110 §13.1.4", MUST,
         ask(UNMODIFIED + EARLIER), FAILED, ours=FAILED_ONLY),
    Case("to insist on a date that is none is no condition", "9110 §13.1.4", MUST,
         each(*NO_DATES, before=UNMODIFIED), WHOLE),
    Case("to insist on two dates is no condition", "9110 §13.1.4", MUST,
         Each(ask(UNMODIFIED + EARLIER + b", " + EARLIER), ask(UNMODIFIED + EARLIER, UNMODIFIED + EARLIER)), WHOLE),
    Case("to insist on an entity tag counts more than on a date", "9110 §13.1.4", MUST,
         ask(MATCH + b"<etag>", UNMODIFIED + EARLIER), WHOLE),
    # Their order
    Case("who insists in vain is not told that nothing changed", "9110 §13.2.2", MUST,
         Each(ask(MATCH + b'"x"', NONE_MATCH + b"<etag>"), ask(UNMODIFIED + EARLIER, NONE_MATCH + b"<etag>"),
              ask(NONE_MATCH + b"<etag>", MATCH + b'"x"')), FAILED, ours=FAILED_ONLY),
    Case("who insists with success may be told that nothing changed", "9110 §13.2.2", MUST,
         Each(ask(MATCH + b"<etag>", NONE_MATCH + b"<etag>"), ask(UNMODIFIED + LATER, NONE_MATCH + b"<etag>"),
              ask(MATCH + b"*", MODIFIED + LATER)), UNCHANGED),
    Case("who insists with success gets what is new", "9110 §13.2.2", MUST,
         ask(MATCH + b"<etag>", NONE_MATCH + b'"x"', MODIFIED + LATER), WHOLE),
    # Where they do not count
    Case("a condition on nothing does not hide that nothing is there", "9110 §13.2.1", MUST,
         Each(*(get(field, target=b"/static/nothing")
              for field in (NONE_MATCH + b"*", MATCH + b"*", MATCH + b'"x"', MODIFIED + LATER, UNMODIFIED + EARLIER))),
         answered(404)),
    Case("a condition does not hide that a method is not allowed", "9110 §13.2.1", MUST,
         Each(ask(NONE_MATCH + b"*", method=b"DELETE"), ask(MATCH + b'"x"', method=b"DELETE")), rejected(405)),
    Case("a condition does not count for OPTIONS", "9110 §13.2.1", MUST,
         Each(ask(NONE_MATCH + b"*", method=b"OPTIONS"), ask(MATCH + b'"x"', method=b"OPTIONS")),
         answered(200, 204, 405)),
    Case("a condition does not count for TRACE", "9110 §13.2.1", MUST,
         ask(MATCH + b'"x"', method=b"TRACE"), answered(200, 405, 501, then=EITHER)),
    # Ranges
    Case("a range may be passed over", "9110 §14.2", MAY,
         each(b"bytes=0-3", b"bytes=-3", before=b"Range: "), answered(200, 206), ours=WHOLE),
    Case("a range that is none may be passed over", "9110 §14.2", MAY,
         each(b"bytes=x", b"bytes=", b"lines=1-2", b"bytes=9-1", b"", before=b"Range: "), answered(200, 416),
         ours=WHOLE),
    Case("a range that lies outside may be passed over", "9110 §14.2", MAY,
         ask(b"Range: bytes=1000-2000"), answered(200, 416), ours=WHOLE),
    Case("many ranges that overlap may be passed over", "9110 §14.2", MAY,
         ask(b"Range: bytes=" + b",".join([b"0-"] * 200)), answered(200, 206, 416), ours=WHOLE),
    Case("a range is for GET alone", "9110 §14.2", MUST, ask(b"Range: bytes=0-3", method=b"HEAD"), answered(200)),
    Case("a range on a body that is sent is passed over", "9110 §14.2", MUST,
         sized(b"abc", b"Range: bytes=0-1"), received(3), needs=("body",)),
    Case("an If-Range without a range does nothing", "9110 §13.1.5", MUST,
         each(b"<etag>", b'"x"', EARLIER, before=b"If-Range: "), WHOLE),
    Case("a range on the condition of another file is passed over", "9110 §13.1.5", MUST,
         Each(ask(b"Range: bytes=0-3", b'If-Range: "x"'), ask(b"Range: bytes=0-3", b"If-Range: W/<etag>")), WHOLE),
    Case("a range does not hide that nothing changed", "9110 §13.2.2", MUST,
         ask(b"Range: bytes=0-3", NONE_MATCH + b"<etag>"), UNCHANGED),
]

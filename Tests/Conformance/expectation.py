"""What is expected of a server: which answers, and what becomes of the connection. Each says in a sentence what it is,
and of what was played whether it came, or why not."""
import json
import re

from case import HELLO
from play import SILENT

OPEN, CLOSED, EITHER = "stays usable", "is closed", "may stay or be closed"
# Whoever reads a long body to its end says nothing until it has come.
UNREAD = "is closed or waits for the rest of the body"


class Final:
    """One final answer: its status is one of some, and body and fields are as told. A field's value is a text to equal,
    a pattern to match, True to be there or None not to be."""

    def __init__(self, *statuses, body=None, has=None, test=None):
        self.statuses, self.body, self.has, self.test = statuses, body, has or {}, test

    def __str__(self):
        said = " or ".join(map(str, self.statuses))
        if self.body is not None:
            said += f" with {self.body!r}"
        if self.has:
            wanted = {name: getattr(value, "pattern", value) for name, value in self.has.items()}
            said += " with " + ", ".join(f"{name}: {value}" for name, value in wanted.items())
        return said + (f", {self.test.__doc__}" if self.test else "")

    def complaint(self, response):
        if response.status not in self.statuses:
            return f"the status is {response.status}"
        if self.body is not None and response.body != self.body:
            return f"the body is {response.body[:80]!r}"
        wrong = [name for name, value in self.has.items() if not field_is(response[name], value)]
        if wrong:
            return f"{wrong[0]} is {response[wrong[0]]!r}"
        return self.test(response) if self.test else None


def field_is(found, wanted):
    if wanted is None or wanted is True:
        return (found is not None) == bool(wanted)
    if isinstance(wanted, re.Pattern):
        return found is not None and bool(wanted.fullmatch(found))
    return found == wanted


class Answers:
    """So many final answers in that order, none else, and then the connection's fate. Interim ones are expected to be
    as many as `interim` says; None: up to the server. `test` looks at all responses."""

    def __init__(self, *finals, then=OPEN, interim=0, test=None):
        self.finals, self.then, self.interim, self.test = finals, then, interim, test

    def __str__(self):
        said = ", then ".join(map(str, self.finals)) or "no answer"
        if self.interim:
            said = "100, then " + said
        if self.test:
            said += f", {self.test.__doc__}"
        return f"{said}; the connection {self.then}"

    def complaint(self, played):
        if played.trouble:
            return played.trouble
        interim = [response for response in played.responses if response.status < 200]
        if self.interim is not None and len(interim) != self.interim:
            return f"{len(interim)} interim answers came"
        return self.complaint_of(played.finals) or self.end_complaint(played) or (
            self.test(played.finals) if self.test else None)

    def complaint_of(self, finals):
        for number, (final, response) in enumerate(zip(self.finals, finals), 1):
            if complaint := final.complaint(response):
                return f"answer {number}: {complaint}"
        if len(finals) != len(self.finals):
            return f"{len(finals)} answers came"
        return None

    def end_complaint(self, played):
        fits = {OPEN: played.is_open, CLOSED: played.is_closed, EITHER: played.is_open or played.is_closed,
                UNREAD: played.is_closed or played.end == SILENT}
        return None if fits[self.then] else f"the connection {played.fate}"


class Either:
    def __init__(self, *choices):
        self.choices = choices

    def __str__(self):
        return "; or ".join(map(str, self.choices))

    def complaint(self, played):
        complaints = [choice.complaint(played) for choice in self.choices]
        return None if None in complaints else complaints[0]


# In the words of the tables

def answered(*statuses, body=None, has=None, test=None, then=OPEN, interim=0):
    return Answers(Final(*statuses, body=body, has=has, test=test), then=then, interim=interim)


def refused(*statuses, has=None, test=None):
    """One answer, and the end: nothing behind a message that is not understood is taken for a request."""
    return Answers(Final(*(statuses or (400,)), has=has, test=test), then=CLOSED, interim=0)


def in_order(*finals, then=OPEN, test=None):
    return Answers(*finals, then=then, test=test)


def rejected(*statuses, **more):
    """As `refused`, where it is clear where the message ends: the connection may live on."""
    return answered(*(statuses or (400,)), then=EITHER, **more)


def either(*choices):
    return Either(*choices)


def hello(**more):
    return answered(200, body=HELLO, **more)


def final_user(name):
    return Final(200, body=b"User %s\n" % name)


def has_bytes(count):
    def test(response):
        found = json.loads(response.body)["bytes"]
        return None if found == count else f"the body had {found} octets for the server"
    test.__doc__ = f"a body of {count} octets received"
    return test


def received(count, also=None, **more):
    """The route that counts a body's octets counted so many."""
    def test(response):
        return has_bytes(count)(response) or (also(response) if also else None)
    test.__doc__ = has_bytes(count).__doc__
    return answered(200, test=test, **more)


DROPPED = Answers(then=CLOSED)
HELLO_ANSWER = Final(200, body=HELLO)

"""Right answers first: what the arena asks of each route, tried on a server that runs. A check is a sentence."""
import gzip
import http.client
import json
import random
import socket
import subprocess
import time

from checking import Conversation, WrongAnswer, demand
from wire_requests import chunked, get, post

SECONDS = 20
PAUSE_SECONDS = 0.05  # between the parts of a request, so that the server has read the first
AT_ONCE = 256
TYPES = {".css": "text/css", ".js": "text/javascript", ".html": "text/html", ".svg": "image/svg+xml",
         ".json": "application/json", ".webp": "image/webp", ".woff2": "font/woff2"}
# What Accept-Encoding says, and which coding that is where both are to be had.
NEGOTIATIONS = {
    None: None, "": None, "gzip, br": "br", "br;q=1, gzip;q=0.8": "br", "gzip;q=1.0, br;q=0.5": "gzip",
    "gzip": "gzip", "br": "br", "GZIP": "gzip",
    "deflate, gzip": "gzip", "br;q=0, gzip": "gzip", "br;q=0,gzip;q=0": None, "gzip ; q=0.001": "gzip",
    "identity": None, "deflate, zstd": None, "*": "br", "*;q=0": None, "*;q=0.5, br;q=0": "gzip", "xbr, gzipx": None,
}


class Arena:
    """A server and its data."""

    def __init__(self, port, data):
        self.port = port
        self.data = data
        self.dice = random.Random()

    def ask(self, path, accept=None, method="GET", body=None, is_chunked=False):
        """Answers with status, fields and body as they came."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=SECONDS)
        connection.putrequest(method, path, skip_accept_encoding=True)
        if accept is not None:
            connection.putheader("Accept-Encoding", accept)
        if is_chunked:
            connection.putheader("Transfer-Encoding", "chunked")
        elif body is not None:
            connection.putheader("Content-Length", str(len(body)))
        connection.endheaders(body and chunked(body, 60_000) if is_chunked else body)
        answer = connection.getresponse()
        content = answer.read()
        connection.close()
        return answer.status, answer.headers, content

    def say(self, path, **more):
        """The body of an answer that must be 200."""
        status, _, body = self.ask(path, **more)
        demand(status == 200, path, "is answered with", status)
        return body


def decoded(body, coding):
    if coding == "gzip":
        return gzip.decompress(body)
    if coding == "br":
        return subprocess.run(["brotli", "-d", "-c"], input=body, stdout=subprocess.PIPE, check=True, timeout=60).stdout
    return body


def demand_sum(body, wanted):
    demand(body == str(wanted).encode(), "the sum", wanted, "is given as", body[:80])


# baseline11, pipeline

def adds_up_the_values_of_a_query(arena):
    for query, wanted in (("a=13&b=42", 55), ("a=-13&b=42", 29), ("a=1&b=2&c=3", 6), ("a=7", 7), ("a=x&b=4", 4)):
        demand_sum(arena.say(f"/baseline11?{query}"), wanted)
    first, second = (arena.dice.randint(100, 999) for _ in "ab")
    demand_sum(arena.say(f"/baseline11?a={first}&b={second}"), first + second)


def adds_the_body_with_a_length_and_chunked(arena):
    for is_chunked in (False, True):
        for number in (20, arena.dice.randint(100, 999), arena.dice.randint(1000, 9999)):
            said = arena.say("/baseline11?a=13&b=42", method="POST", body=str(number).encode(), is_chunked=is_chunked)
            demand_sum(said, 55 + number)


def answers_sixteen_requests_of_one_write_in_their_order(arena):
    with Conversation(arena.port) as conversation:
        conversation.send(b"".join(get(f"/baseline11?a={number}&b=1") for number in range(16)))
        for number in range(16):
            demand_sum(conversation.read_answer()[2], number + 1)
        conversation.send(get("/pipeline") * 16)
        for _ in range(16):
            status, _, body = conversation.read_answer()
            demand((status, body) == (200, b"ok"), "/pipeline is answered with", status, body)


def shapes(dice):
    """Requests, and the sum that each wants."""
    first, second, third = (dice.randint(100, 999) for _ in "abc")
    path, random_path = "/baseline11?a=13&b=42", f"/baseline11?a={first}&b={second}"
    kind = "Content-Type: text/plain"
    in_chunks = (kind, "Transfer-Encoding: chunked")
    return (
        (get(path), 55), (get(path, "User-Agent: arena", "Accept: */*", "Accept-Encoding: gzip, br"), 55),
        (get(path).replace(b"Host", b"host"), 55), (get(random_path), first + second),
        (post(path, b"20", kind, "Content-Length: 2"), 75), (post(path, b"20", "content-length: 2"), 75),
        (post(random_path, b"%d" % third, "Content-Length: 3"), first + second + third),
        (post(path, chunked(b"20", 2), *in_chunks), 75), (post(path, chunked(b"20", 1), *in_chunks), 75),
    )


def takes_each_request_in_two_parts_wherever_it_is_split(arena):
    splits = [(octets, place, wanted) for octets, wanted in shapes(arena.dice) for place in range(1, len(octets))]
    for begin in range(0, len(splits), AT_ONCE):
        check_splits(arena, splits[begin:begin + AT_ONCE])


def check_splits(arena, splits):
    conversations = [Conversation(arena.port) for _ in splits]
    try:
        for conversation, (octets, place, _) in zip(conversations, splits):
            conversation.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            conversation.send(octets[:place])
        time.sleep(PAUSE_SECONDS)
        for conversation, (octets, place, _) in zip(conversations, splits):
            conversation.send(octets[place:])
        for conversation, (octets, place, wanted) in zip(conversations, splits):
            status, _, body = conversation.read_answer()
            demand((status, body) == (200, b"%d" % wanted), octets, "split at", place, "is answered with", status, body)
    finally:
        for conversation in conversations:
            conversation.__exit__()


def takes_a_request_octet_by_octet(arena):
    for octets, wanted in shapes(arena.dice)[-2:]:
        with Conversation(arena.port) as conversation:
            conversation.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            for octet in octets:
                conversation.send(bytes((octet,)))
                time.sleep(0.001)
            demand_sum(conversation.read_answer()[2], wanted)


# json

def json_of(arena, count, multiplier, **more):
    status, fields, body = arena.ask(f"/json/{count}?m={multiplier}", **more)
    demand(status == 200, "the JSON of", count, "is answered with", status)
    demand(fields["Content-Type"] == "application/json", "JSON has type", fields["Content-Type"])
    demand("accept-encoding" in fields.get("Vary", "").lower(), "JSON has no Vary")
    return fields, body


def gives_so_many_items_with_their_totals(arena):
    most = len(arena.data.items)
    for count in (0, 1, 5, 12, 22, 31, most, most + 1):
        for multiplier in (1, arena.dice.randint(2, 9), 1000):
            fields, body = json_of(arena, count, multiplier)
            demand("Content-Encoding" not in fields, "JSON is compressed where nobody asks")
            is_right = json.loads(body) == arena.data.answer(count, multiplier)
            demand(is_right, count, "items times", multiplier, "are wrong")


def refuses_a_count_that_is_no_number(arena):
    for count in ("x", "1x", "99999999999999999999999"):
        demand(arena.ask(f"/json/{count}?m=1")[0] == 400, "the count", count, "is not refused")


def compresses_json_as_accept_encoding_says(arena):
    for accept, wanted in NEGOTIATIONS.items():
        fields, body = json_of(arena, 40, 8, accept=accept)
        coding = fields.get("Content-Encoding")
        demand(coding == wanted, f"to {accept!r} JSON is", coding or "plain")
        demand(json.loads(decoded(body, coding)) == arena.data.answer(40, 8), "the JSON in", coding, "is wrong")
        demand(not coding or len(body) < 2500, coding, "makes", len(body), "bytes")


# upload

def counts_an_upload_whatever_its_framing(arena):
    for size in (0, 1, 65536, 500_000, 2 << 20, 10 << 20, 20 << 20):
        demand_sum(arena.say("/upload", method="POST", body=bytes(size)), size)
    for size in (1, 500_000, 2 << 20):
        demand_sum(arena.say("/upload", method="POST", body=bytes(size), is_chunked=True), size)


def counts_an_upload_that_trickles_in(arena):
    with Conversation(arena.port) as conversation:
        conversation.send(post("/upload", b"", "Content-Length: 50000"))
        for _ in range(5):
            time.sleep(PAUSE_SECONDS / 5)
            conversation.send(bytes(10000))
        demand_sum(conversation.read_answer()[2], 50000)


# static

def file_of(arena, name, **more):
    status, fields, body = arena.ask(f"/static/{name}", **more)
    demand(status == 200, name, "is answered with", status)
    kind = fields.get("Content-Type", "")
    wanted = TYPES.get(arena.data.files[name].suffix, "application/octet-stream")
    demand(kind.partition(";")[0] == wanted, name, "has type", kind)
    return fields, body


def serves_each_file_as_it_is_where_nothing_is_asked(arena):
    for name, path in arena.data.files.items():
        fields, body = file_of(arena, name)
        demand("Content-Encoding" not in fields, name, "is compressed where nobody asks")
        demand(body == path.read_bytes(), name, "has other octets")


def serves_the_compressed_sibling_where_it_is_asked(arena):
    for name, path in arena.data.files.items():
        fields, body = file_of(arena, name, accept="br;q=1, gzip;q=0.8")
        coding = fields.get("Content-Encoding")
        demand(coding == next(iter(arena.data.siblings[name]), None), name, "is sent with coding", coding)
        demand(decoded(body, coding) == path.read_bytes(), name, "in", coding, "has other octets")
        demand(not coding or "accept-encoding" in fields.get("Vary", "").lower(), name, "has no Vary")


def chooses_the_sibling_by_weight(arena):
    name = next(name for name, siblings in arena.data.siblings.items() if siblings == ["br", "gz"])
    for accept, wanted in NEGOTIATIONS.items():
        fields, body = file_of(arena, name, accept=accept)
        coding = fields.get("Content-Encoding")
        demand(coding == wanted, f"to {accept!r} {name} is sent with coding", coding)
        demand(decoded(body, coding) == arena.data.files[name].read_bytes(), name, "in", coding, "has other octets")


def knows_no_file_that_is_not_there(arena):
    for name in ("nothing.txt", "nothing.js", ".hidden", "%2e%2e%2fdataset.json", "..%2fdataset.json", ""):
        for accept in (None, "gzip, br"):
            status = arena.ask(f"/static/{name}", accept=accept)[0]
            demand(status in (400, 404), f"/static/{name} is answered with", status)
    demand(arena.ask("/static/nothing.txt")[0] == 404, "an unknown file is not 404")
    demand(arena.ask("/nothing")[0] == 404, "an unknown path is not 404")


def follows_the_disk(arena):
    path = arena.data.folder / "static/changing.js"
    try:
        for text in (b"first", b"a second, longer"):
            path.write_bytes(text)
            said = arena.say("/static/changing.js", accept="gzip, br")
            demand(said == text, "a file that has changed is served as it was")
    finally:
        path.unlink()
    demand(arena.ask("/static/changing.js")[0] == 404, "a file that has gone is served")


def answers_head_with_the_fields_alone(arena):
    name = next(iter(arena.data.files))
    for path in ("/baseline11?a=13&b=42", "/json/5?m=2", f"/static/{name}"):
        for accept in (None, "gzip, br"):
            _, wanted, _ = arena.ask(path, accept)
            status, fields, body = arena.ask(path, accept, method="HEAD")
            demand((status, body) == (200, b""), "HEAD of", path, "is answered with", status, body[:20])
            for field in ("Content-Length", "Content-Type", "Content-Encoding"):
                demand(fields[field] == wanted[field], "HEAD of", path, "has", field, fields[field])


CHECKS = (
    adds_up_the_values_of_a_query, adds_the_body_with_a_length_and_chunked,
    answers_sixteen_requests_of_one_write_in_their_order, takes_each_request_in_two_parts_wherever_it_is_split,
    takes_a_request_octet_by_octet, gives_so_many_items_with_their_totals, refuses_a_count_that_is_no_number,
    compresses_json_as_accept_encoding_says, counts_an_upload_whatever_its_framing, counts_an_upload_that_trickles_in,
    serves_each_file_as_it_is_where_nothing_is_asked, serves_the_compressed_sibling_where_it_is_asked,
    chooses_the_sibling_by_weight, knows_no_file_that_is_not_there, follows_the_disk, answers_head_with_the_fields_alone,
)


# How a check fails, beside being told that it was wrong.
BROKEN = (OSError, ValueError, EOFError, http.client.HTTPException, subprocess.SubprocessError)


def problems(arena):
    """A line for each check that fails."""
    found = []
    for check in CHECKS:
        try:
            check(arena)
        except (WrongAnswer, *BROKEN) as error:
            found.append(f"{check.__name__.replace('_', ' ')}: {error or type(error).__name__}")
    return found

"""RFC 9112 §3.2, RFC 9110 §7.2: who is asked."""
from case import HOST, MAY, MUST, SHOULD, Case, Each, get, message
from expectation import CLOSED, EITHER, answered, hello, refused, rejected

GET = b"GET /hello HTTP/1.1"
TAKEN_OR_NOT = answered(200, 400, then=EITHER)


def host(*values):
    return Each(*(message(GET, b"Host: " + value) for value in values))


CASES = [
    Case("a request without Host is refused", "9112 §3.2", MUST,
         Each(message(GET), message(GET, b"X-A: b")), rejected(), ours=refused()),
    Case("a request in absolute-form needs Host too", "9112 §3.2", MUST,
         message(b"GET http://localhost/hello HTTP/1.1"), rejected(), ours=refused()),
    Case("a request of a higher minor version needs Host", "9110 §2.5", SHOULD,
         message(b"GET /hello HTTP/1.2"), rejected(), ours=refused()),
    Case("HTTP/1.0 does without Host", "9112 §3.2", MAY,
         message(b"GET /hello HTTP/1.0"), TAKEN_OR_NOT, ours=hello(then=CLOSED)),
    Case("two Hosts are refused", "9112 §3.2", MUST,
         Each(get(b"Host: elsewhere"), message(GET, b"Host: elsewhere", b"X-A: b", HOST)), rejected(), ours=refused()),
    Case("two Hosts that agree are refused", "9112 §3.2", MUST, get(HOST), rejected(), ours=refused()),
    Case("two Hosts are refused whatever the case of their names", "9112 §3.2", MUST,
         get(b"hOST: localhost"), rejected(), ours=refused()),
    Case("two Hosts are refused in HTTP/1.0", "9112 §3.2", MUST, get(HOST, version=b"1.0"), rejected(), ours=refused()),
    Case("two Hosts are refused beside absolute-form", "9112 §3.2", MUST,
         get(b"Host: elsewhere", target=b"http://localhost/hello"), rejected(), ours=refused()),
    Case("an empty Host beside another is refused", "9112 §3.2", MUST, get(b"Host:"), rejected(), ours=refused()),
    # Well-formed
    Case("Host may come late, in any case and with white space around", "9112 §5.1", MUST,
         Each(message(GET, b"X-A: b", HOST), message(GET, b"hOsT: localhost"), message(GET, b"Host:localhost"),
              message(GET, b"Host:\tlocalhost \t")), hello()),
    Case("Host may have a port", "9110 §7.2", MUST, host(b"localhost:80", b"localhost:65535"), hello()),
    Case("Host may have an empty port", "3986 §3.2.3", MUST, host(b"localhost:"), hello()),
    Case("Host may be an IP address", "9110 §7.2", MUST,
         host(b"127.0.0.1", b"127.0.0.1:80", b"[::1]", b"[::1]:80", b"[2001:db8::ff00:42:8329]"), hello()),
    Case("Host may be any registered name", "3986 §3.2.2", MUST,
         host(b"a", b"example.org.", b"xn--caf-dma.example", b"a_b.example", b"a-b.example", b"a~b"), hello()),
    Case("Host may have escapes", "3986 §3.2.2", MAY, host(b"ex%61mple", b"a%20b"), TAKEN_OR_NOT, ours=hello()),
    Case("Host may be of the other marks that a name may have", "3986 §3.2.2", MAY,
         host(b"a!$&'()*+,;=b", b"a,b", b"*"), TAKEN_OR_NOT, ours=hello()),
    Case("an empty Host stands for none", "9112 §3.2", MAY,
         Each(message(GET, b"Host:"), message(GET, b"Host: ")), TAKEN_OR_NOT, ours=hello()),
    Case("Host may be an address of a form yet to come", "3986 §3.2.2", MAY,
         host(b"[v1.a:b]"), TAKEN_OR_NOT, ours=refused()),
    Case("a port past 65535 in Host", "9110 §7.2", MAY,
         host(b"localhost:65536", b"localhost:4294967376"), TAKEN_OR_NOT, ours=refused()),
    # Malformed
    *(Case(f"a Host with {what} is refused", "9112 §3.2", MUST, host(*values), rejected(), ours=refused())
      for what, values in [
          ("white space in it", [b"a b", b"a\tb", b"localhost elsewhere"]),
          ("a list in it", [b"localhost, elsewhere"]),
          ("userinfo", [b"user@localhost", b"user:secret@localhost", b"@localhost"]),
          ("a path", [b"localhost/", b"localhost/hello"]),
          ("a query or a fragment", [b"localhost?x", b"localhost#top"]),
          ("a scheme", [b"http://localhost", b"http:localhost"]),
          ("a port that is no number", [b"localhost:x", b"localhost:8o", b"localhost:-1", b"localhost:+80"]),
          ("white space before its port", [b"localhost: 80", b"localhost :80"]),
          ("two ports", [b"localhost:80:80"]),
          ("brackets that do not match", [b"[::1", b"::1]", b"[::1]]", b"[[::1]"]),
          ("octets behind the brackets", [b"[::1]x", b"[::1]80"]),
          ("brackets around no address", [b"[localhost]", b"[]", b"[1]", b"[::x]"]),
          ("an IPv6 address without brackets", [b"::1", b"2001:db8::1"]),
          ("a broken escape", [b"a%", b"a%4", b"a%zz"]),
          ("a backslash, a quote or their like", [b"a\\b", b'"a"', b"<a>", b"{a}", b"a^b", b"a|b", b"a`b"]),
          ("octets past ASCII", [b"caf\xc3\xa9", b"\xff"]),
          ("a control octet", [b"a\x01b", b"a\x7fb"]),
      ]),
    Case("a malformed Host is refused beside absolute-form", "9112 §3.2", MUST,
         message(b"GET http://localhost/hello HTTP/1.1", b"Host: a/b"), rejected(), ours=refused()),
    Case("a malformed Host is refused in HTTP/1.0", "9112 §3.2", MUST,
         message(b"GET /hello HTTP/1.0", b"Host: a/b"), rejected(), ours=refused()),
]

import MartletEngine
import Testing

@testable import MartletPure

@Suite struct TargetTests {
    /// Parses `target` in the midst of a head; nil when it is refused.
    private func parse(_ method: CoreMethod, _ target: [UInt8]) -> String? {
        let message = octets("GETX ") + target
        var head = Head(fieldCapacity: 0)
        head.method = method
        head.target = Place(5..<message.count)
        guard Target.parse(&head, message.span) else { return nil }
        let (path, query, authority) = (head.path.range, head.query.range, head.authority.range)
        return "\(head.targetForm) path[\(text(message.span.extracting(path)))]"
            + " query[\(text(message.span.extracting(query)))]"
            + " authority[\(text(message.span.extracting(authority)))]"
            + (head.pathNeedsDecoding ? " escaped" : "")
    }

    private func isHost(_ text: String) -> Bool { Target.isHost(octets(text).span) }

    private func hasDotSegment(_ path: String) -> Bool { Target.hasDotSegment(octets(path).span) }

    private static let accepted: [(CoreMethod, String, String)] = [
        (.get, "/", "origin path[/] query[] authority[]"),
        (.get, "/hello", "origin path[/hello] query[] authority[]"),
        (.get, "/a/b?x=1&y=/?", "origin path[/a/b] query[x=1&y=/?] authority[]"),
        (.get, "/?", "origin path[/] query[] authority[]"),
        (.get, "//a", "origin path[//a] query[] authority[]"),
        (.get, "/%41%2f", "origin path[/%41%2f] query[] authority[] escaped"),
        (.get, "/a?%41", "origin path[/a] query[%41] authority[]"),
        (.get, "/-._~!$&'()*+,;=:@", "origin path[/-._~!$&'()*+,;=:@] query[] authority[]"),
        (.get, "/?[]{}|\\^`", "origin path[/] query[[]{}|\\^`] authority[]"),
        (.options, "*", "asterisk path[*] query[] authority[]"),
        (.options, "/x", "origin path[/x] query[] authority[]"),
        (.get, "http://a.example", "absolute path[] query[] authority[a.example]"),
        (.get, "http://a?q", "absolute path[] query[q] authority[a]"),
        (.get, "HTTPS://a:8/b?q", "absolute path[/b] query[q] authority[a:8]"),
        (.get, "http://[::1]:80/%20", "absolute path[/%20] query[] authority[[::1]:80] escaped"),
        (.connect, "a.example:443", "authority path[] query[] authority[a.example:443]"),
        (.connect, "[::1]:443", "authority path[] query[] authority[[::1]:443]"),
    ]

    @Test func `takes targets apart`() {
        for (method, target, parts) in Self.accepted { #expect(parse(method, octets(target)) == parts) }
    }

    private static let refused: [(CoreMethod, [String])] = [
        (.get, ["", "hello", "?", "*", "/#f", "/?#f", "/%", "/%4", "/%4g", "/%g4", "/?%", "/?%4", "/?%zz"]),
        (.get, ["http://", "http:///a", "http://?a", "http://:80/", "http://u@a/", "http://u:p@a/"]),
        (.get, ["http://a:65536/", "http://a#f", "http://a/#f", "http:/a", "ftp://a/", "a.example:443"]),
        (.options, ["*/", "**"]),
        (.connect, ["", "/", "*", "a.example", "a.example:", ":443", "[::1]", "a:8x", "http://a:80"]),
    ]

    @Test func `refuses what is no target of the method`() {
        for (method, targets) in Self.refused {
            for target in targets { #expect(parse(method, octets(target)) == nil, "\(method) \(target)") }
        }
    }

    @Test func `each octet is checked in path and query`() {
        let (marks, browsers) = (octets("/-._~!$&'()*+,;=:@"), octets("[]{}|\\^`"))
        for octet in UInt8.min...UInt8.max {
            let isLetter = octet & 0x80 == 0 && Unicode.Scalar(octet).properties.isAlphabetic
            let isPath = isLetter || Words.isDigit(octet) || marks.contains(octet)
            let isMark = octet == UInt8(ascii: "?")
            #expect((parse(.get, octets("/a") + [octet, 0x7a]) != nil) == (isPath || isMark))
            let isQuery = isPath || isMark || browsers.contains(octet)
            #expect((parse(.get, octets("/?") + [octet, 0x7a]) != nil) == isQuery)
        }
    }

    @Test(arguments: [
        "", "a", "a.example", "127.0.0.1:8080", "a:", "a:0", "a:65535", "a:00080", "[::]", "[::1]:80",
        "[2001:DB8::1]", "%41%2d", "a_b-c~d", "[::1]:", "[::ffff:1.2.3.4]", "xn--nxasmq6b", "!$&'()*+,;=",
    ])
    func `hosts are names, addresses and ports`(_ host: String) {
        #expect(isHost(host))
    }

    @Test(arguments: [
        ":", ":80", "a:65536", "a:-1", "a:8x", "a:80:80", "a b", " a", "a ", "a/", "a?", "a#", "u@a", "a@",
        "a,b c",
        "[", "[]", "[:]", "[1:2]", "[::1", "[::1]x", "[::1]80", "[::g]", "::1", "[fe80::1%eth0]", "[v1.a]",
        "%", "%4",
        "%zz", "a\u{80}", "a\u{1}", "a\\b", "a|b", "a:99999999999999999999", "http://a", "a]", "a[", "a\"",
        "a\0b",
    ])
    func `refuses what is no host`(_ host: String) {
        #expect(!isHost(host))
    }

    @Test(arguments: [
        ("", ""), ("abc", "abc"), ("%41%62c", "Abc"), ("a+b", "a+b"), ("%2525", "%25"),
        ("%e2%82%AC", "\u{e2}\u{82}\u{ac}"), ("%2F%2e", "/."),
    ])
    func `decodes escapes`(_ path: String, _ decoded: String) {
        var isWhole = false
        #expect(written { isWhole = Target.decode(octets(path).span, into: &$0) } == decoded)
        #expect(isWhole)
    }

    @Test(arguments: ["%", "a%", "%4", "%4g", "%g4", "a%00b", "%%41", "% 1", "%-1", "%0x"])
    func `decodes no broken escape and no NUL, and leaves what was there`(_ path: String) {
        var isWhole = true
        let left = written {
            $0.append("before")
            isWhole = Target.decode(octets(path).span, into: &$0)
        }
        #expect(left == "before" && !isWhole)
    }

    @Test(arguments: [
        "/.", "/..", "/../a", "/a/..", "/a/./b", "/%2e", "/%2E%2e/a", "/.%2e/", "/%2E./a", ".", "..",
        "/a/%2e",
        "//../", "/a/b/c/%2E.", "/a%2f..", "/..%2Fa", "/a%2F%2e%2e%2fb",
    ])
    func `dot segments are seen however they are written`(_ path: String) {
        #expect(hasDotSegment(path))
    }

    @Test(arguments: [
        "", "/", "/a", "/a.b", "/.a", "/a.", "/...", "/..a/b", "/a..", "/%2e%2e%2e", "/%2ea", "/%252e",
        "/a/.b/c",
        "/%2", "/.%2", "/%2f", "/..%2", "/..%5c", "/a%2f.b", "/%2f...%2f",
    ])
    func `dots in names are no dot segments`(_ path: String) {
        #expect(!hasDotSegment(path))
    }
}

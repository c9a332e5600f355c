import Testing

@testable import MartletPure

@Suite struct FramingTests {
    /// What the parser says of a POST with these field lines: a part of what it found, or the status.
    private func expect(_ version: String, _ cases: [(meaning: String, lines: [String])]) {
        let host = version == "1.1" ? "Host: x\r\n" : ""
        for (meaning, lines) in cases {
            for line in lines { expect("POST / HTTP/\(version)\r\n\(host)\(line)\r\n", meaning) }
        }
    }

    private func expect(_ message: String, _ meaning: String) {
        let outcome = Feeding().outcome(octets(message))
        if outcome.outcome == .rejected {
            #expect(outcome.description.prefix(3) == meaning, "\(message)\(outcome)")
        } else {
            #expect(
                outcome.outcome == .complete && outcome.description.contains("] \(meaning)"),
                "\(message)\(outcome)")
        }
    }

    /// RFC 9112 §3.2
    @Test func `Host is needed once and well-formed`() {
        let good = [
            "Host: x", "Host:", "HOST: [::1]:8080", "Host: a,b", "Host: a_b.c:1",
            "Host: 0123456789-0123456789",
        ]
        let bad = [
            "A: b", "Host: x\r\nHost: x", "Host: x\r\nA: b\r\nhost: y", "Host: a b", "Host: a/b",
            "Host: user@a",
            "Host: a:65536", "Host: a:b", "Host: [::1", "Host: http://a", "Host: :80", "Host: a:1:1",
        ]
        for line in good { expect("GET / HTTP/1.1\r\n\(line)\r\n\r\n", "none keep") }
        for line in bad { expect("GET / HTTP/1.1\r\n\(line)\r\n\r\n", "400") }
        expect("GET / HTTP/1.1\r\n\r\n", "400")
    }

    @Test func `Host may be missing in 1.0, but not be wrong`() {
        expect(
            "1.0",
            [("none close", ["", "Host: x\r\n"]), ("400", ["Host: x\r\nHost: x\r\n", "Host: a b\r\n"])])
    }

    @Test func `absolute-form needs Host too, and wins`() {
        expect("GET http://a/ HTTP/1.1\r\n\r\n", "400")
        expect("GET http://a/ HTTP/1.1\r\nHost: b\r\nHost: b\r\n\r\n", "400")
        expect("GET http://a HTTP/1.1\r\nHost: b\r\n\r\n", "query[] authority[a] none keep Host[b]")
    }

    /// RFC 9110 §8.6, RFC 9112 §6.3
    @Test func `Content-Length is one number`() {
        expect(
            "1.1",
            [
                ("length:0 keep", ["Content-Length: 0\r\n"]),
                ("length:12 keep", ["content-length:12\r\n"]),
                ("length:7 keep", ["Content-Length: 007\r\n"]),
                ("length:9223372036854775807 keep", ["Content-Length: 9223372036854775807\r\n"]),
                (
                    "400",
                    [
                        "Content-Length: 5\r\nContent-Length: 5\r\n",
                        "Content-Length: 5\r\nContent-Length: 6\r\n",
                    ]
                ),
                ("400", ["Content-Length:\r\n", "Content-Length : 5\r\n"]),
            ])
        for value in [
            "9223372036854775808", "18446744073709551617", "99999999999999999999999999", "+1", "-1", "1 1",
            "0x1",
            "1a", "1.0", "5, 5", "5,",
        ] {
            expect("1.1", [("400", ["Content-Length: \(value)\r\n"])])
        }
    }

    /// RFC 9112 §6.1, §6.3
    @Test func `chunked is the only transfer coding`() {
        let cases: [(meaning: String, values: [String])] = [
            ("chunked keep", ["chunked", "\tCHUNKED "]),
            (
                "501",
                [
                    "gzip, chunked", "gzip\r\nTransfer-Encoding: chunked", "identity, chunked",
                    "a;b=c, chunked",
                ]
            ),
            ("400", ["gzip", "identity", "", "chunked, gzip", "chunked\r\nTransfer-Encoding: gzip"]),
            (
                "400",
                ["chunked, chunked", "chunked\r\nTransfer-Encoding: chunked", "chunked;a=b", "chunked;"]
            ),
            ("chunked close", [", chunked", "chunked,", "chunked\r\nTransfer-Encoding:"]),
            ("chunked close", ["chunked, ,\r\nConnection: keep-alive"]),
            (
                "400",
                [",", ", chunked\r\nContent-Length: 5", "xchunked", "chunkedx", "\"chunked\"", "x chunked"]
            ),
            ("400", ["\u{b} chunked", "chunked\r\nContent-Length: 5", "gzip\r\nContent-Length: 5"]),
        ]
        for (meaning, values) in cases {
            expect("1.1", [(meaning, values.map { "Transfer-Encoding: \($0)\r\n" })])
        }
        expect("1.1", [("400", ["Content-Length: 5\r\nTransfer-Encoding: chunked\r\n"])])
    }

    @Test func `refuses Transfer-Encoding in 1.0`() {
        expect(
            "1.0",
            [("400", ["", "Connection: keep-alive\r\n"].map { $0 + "Transfer-Encoding: chunked\r\n" })])
    }

    /// RFC 9112 §9.3
    @Test func `Connection says whether it persists`() {
        expect(
            "1.1",
            [
                (
                    "none close",
                    ["close", "Close", "x, close", "keep-alive, close", "close\r\nConnection: keep-alive"]
                ),
                ("none keep", ["keep-alive", "closed", "upgrade", ""]),
            ].map { meaning, values in (meaning, values.map { "Connection: \($0)\r\n" }) })
        expect(
            "1.0",
            [
                ("none keep", ["keep-alive", "Keep-Alive", "x\r\nConnection: y, keep-alive"]),
                ("none close", ["keep-alive, close", "x"]),
            ].map { meaning, values in (meaning, values.map { "Connection: \($0)\r\n" }) })
    }

    /// RFC 9110 §10.1.1
    @Test func `expects 100-continue and nothing else`() {
        expect(
            "1.1",
            [
                ("length:1 keep expects", ["Content-Length: 1\r\nExpect: 100-continue\r\n"]),
                ("none keep expects", ["Expect: 100-CONTINUE\r\n", "Expect: , 100-continue\r\n"]),
                ("none keep expects", ["Expect: 100-continue\r\nExpect: 100-continue\r\n"]),
                ("none keep Host", ["Expect:\r\n"]),
                ("417", ["200-ok", "100-continue, x", "100-continue;a=b"].map { "Expect: \($0)\r\n" }),
                ("417", ["Expect: 100-continue\r\nExpect: y\r\n"]),
            ])
        expect("1.0", [("none close Expect", ["Expect: 100-continue\r\n", "Expect: x\r\n"])])
    }
}

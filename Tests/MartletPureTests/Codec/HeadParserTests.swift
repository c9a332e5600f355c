import Testing

@testable import MartletPure

@Suite struct HeadParserTests {
    /// What the parser says of a message that ends with its last octet.
    private func expect(_ message: String, _ found: String) {
        let outcome = Feeding().outcome(octets(message))
        #expect(outcome.outcome == .complete && outcome.count == octets(message).count, "\(message)")
        #expect(outcome.description == found)
    }

    private func expect(_ cases: [(reason: String, messages: [String])], behind start: String = "") {
        for (reason, messages) in cases {
            for message in messages {
                let outcome = Feeding().outcome(octets(start + message))
                #expect(outcome.outcome == .rejected && outcome.description == reason, "\(message)")
            }
        }
    }

    /// RFC 9112 §3.2
    @Test func `accepts the four target forms`() {
        expect(
            "GET /a/b?c=d&e HTTP/1.1\r\nHost: x\r\n\r\n",
            "GET[/a/b?c=d&e] 1.1 origin path[/a/b] query[c=d&e] authority[x] none keep Host[x]")
        expect(
            "GET http://a.example:81/p?q HTTP/1.1\r\nHost: b\r\n\r\n",
            "GET[http://a.example:81/p?q] 1.1 absolute path[/p] query[q] authority[a.example:81] none keep Host[b]"
        )
        expect(
            "CONNECT a.example:443 HTTP/1.1\r\nHost: a.example\r\n\r\n",
            "CONNECT[a.example:443] 1.1 authority path[] query[] authority[a.example:443] none keep Host[a.example]"
        )
        expect(
            "OPTIONS * HTTP/1.1\r\nHost: x:80\r\n\r\n",
            "OPTIONS[*] 1.1 asterisk path[*] query[] authority[x:80] none keep Host[x:80]")
        expect(
            "GET /%41%2f HTTP/1.1\r\nHost:\r\n\r\n",
            "GET[/%41%2f] 1.1 origin path[/%41%2f] query[] authority[] none keep escaped Host[]")
    }

    /// Fed whole, a plain target is taken with its line; octet by octet it is not.
    @Test(arguments: [
        "/a", "/" + String(repeating: "a", count: 49), "/a?b", "/?",
        "/a?" + String(repeating: "b", count: 37),
    ])
    func `every octet in a target has one outcome`(_ target: String) {
        let isQuery = target.contains("?")
        for octet in UInt8(1)...UInt8.max {
            let message = octets("GET \(target)") + [octet] + octets(" HTTP/1.0\r\n\r\n")
            let isAllowed =
                (isQuery ? OctetSet.query : OctetSet.path).contains(octet) || octet == UInt8(ascii: "?")
            #expect((Feeding().outcome(message).outcome == .complete) == isAllowed, "\(octet)")
        }
    }

    @Test func `refuses malformed targets`() {
        expect([
            (
                "400 malformed request target",
                [
                    "GET /%zz HTTP/1.1\r\n", "GET a HTTP/1.1\r\n", "GET * HTTP/1.1\r\n",
                    "GET /a#b HTTP/1.1\r\n",
                    "CONNECT /a HTTP/1.1\r\n",
                ]
            ),
            (
                "400 invalid octet in the request target",
                [
                    "GET /a\u{80} HTTP/1.1\r\n", "GET /a\u{7f} HTTP/1.1\r\n", "GET /a\0 HTTP/1.1\r\n",
                    "GET /a\tHTTP/1.1\r\n",
                ]
            ),
        ])
    }

    /// RFC 9112 §3
    @Test func `refuses malformed request lines`() {
        expect([
            (
                "400 no method",
                [
                    " GET / HTTP/1.1\r\n", "\nGET / HTTP/1.1\r\n", "\r\n\r\nGET / HTTP/1.1\r\n",
                    "\r\n\nGET / HTTP/1.1\r\n",
                ]
            ),
            ("400 bare CR", ["\rGET / HTTP/1.1\r\n", "GET / HTTP/1.1\rHost", "GET / HTTP/1.1\r\r\n"]),
            ("400 no request target", ["GET\r\n", "GET\n", "GET \r\n"]),
            (
                "400 invalid octet in the method",
                ["GET\t/ HTTP/1.1\r\n", "GE(T / HTTP/1.1\r\n", "G\u{80}T / HTTP/1.1\r\n"]
            ),
            ("400 more than one space in the request line", ["GET  / HTTP/1.1\r\n"]),
            (
                "400 malformed version",
                ["GET /  HTTP/1.1\r\n", "GET / HTTP/1.1 \r\n", "GET / x HTTP/1.1\r\n", "GET / \r\n\r\n"]
            ),
            ("400 no version in the request line", ["GET /\r\n\r\n", "GET /\n\n"]),
            ("400 bare LF", ["GET / HTTP/1.1\n"]),
        ])
    }

    /// RFC 9112 §2.3, RFC 9110 §2.5
    @Test func `refuses other versions`() {
        let malformed = [
            "http/1.1", "HTTP/1", "HTTP/1,1", "HTTP/1.10", "HTTP/11.1", "HTTP/a.1", "HTTPS/1.1", "HTTP/2.05",
        ]
        expect([
            ("400 malformed version", malformed.map { "GET / \($0)\r\n" }),
            ("505 not HTTP/1.x", ["0.9", "2.0", "3.1"].map { "GET / HTTP/\($0)\r\n" }),
            ("505 not HTTP/1.x", ["PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"]),
        ])
    }

    @Test func `reads higher minor versions as 1.1`() {
        for (version, found) in [("1.2", "1.1"), ("1.9", "1.1")] {
            expect(
                "GET / HTTP/\(version)\r\nHost: x\r\n\r\n",
                "GET[/] \(found) origin path[/] query[] authority[x] none keep Host[x]")
        }
        expect("GET / HTTP/1.0\r\n\r\n", "GET[/] 1.0 origin path[/] query[] authority[] none close")
    }

    @Test(arguments: ["get", "G", "!#$%&'*+-.^_`|~09AZaz"])
    func `keeps unknown methods as they came`(_ method: String) {
        expect(
            "\(method) / HTTP/1.0\r\n\r\n",
            "\(method)[/] 1.0 origin path[/] query[] authority[] none close")
    }

    /// RFC 9112 §2.2
    @Test func `skips one empty line before the request`() {
        expect(
            "\r\nGET /a HTTP/1.0\r\nA: b\r\n\r\n",
            "GET[/a] 1.0 origin path[/a] query[] authority[] none close A[b]")
    }

    /// RFC 9112 §5.1
    @Test func `places exclude white space around values`() {
        let start = "GET[/] 1.0 origin path[/] query[] authority[] none close"
        expect(
            "GET / HTTP/1.0\r\nA:b\r\nC:  \t d\t e \t\r\nF: \t \r\nG:\r\n\r\n",
            start + " A[b] C[d\t e] F[] G[]")
        expect(
            "GET / HTTP/1.0\r\nA: \u{80}\u{ff}:~\"\r\n!#$%&'*+-.^_`|~: 1\r\n\r\n",
            start + " A[\u{80}\u{ff}:~\"] !#$%&'*+-.^_`|~[1]")
    }

    /// RFC 9112 §5, §2.2
    @Test func `refuses malformed field lines`() {
        let cases = [
            (
                "400 space before the colon of a field",
                ["A : b\r\n\r\n", "A\t: b\r\n\r\n", "A B: c\r\n\r\n"]
            ),
            ("400 folded field line", ["A: b\r\n c\r\n\r\n", "A: b\r\n\tc\r\n\r\n", " A: b\r\n\r\n"]),
            ("400 field without a name", [": b\r\n\r\n"]),
            ("400 field line without a colon", ["A\r\n\r\n", "A\n\r\n"]),
            (
                "400 invalid octet in a field name",
                ["A(: b\r\n\r\n", "A\0: b\r\n\r\n", "\u{80}: b\r\n\r\n"]
            ),
            ("400 bare LF", ["A: b\n\r\n", "A: b\nC: d\r\n\r\n", "\n"]),
            ("400 bare CR", ["A: b\r\r\n", "A: b\rC: d\r\n", "\r\r\n", "\rA: b\r\n\r\n"]),
            (
                "400 control octet in a field value",
                ["A: b\0c\r\n", "A: b\u{1}\r\n", "A: \u{7f}\r\n", "A: b\u{1b}[0m\r\n"]
            ),
        ]
        expect(cases, behind: "GET / HTTP/1.1\r\nHost: x\r\n")
    }

    @Test func `every octet in a field line has one outcome`() {
        for octet in UInt8.min...UInt8.max {
            let before = octets("GET / HTTP/1.0\r\nAccept-Some: thing\r\nX")
            let named = Feeding().outcome(before + [octet] + octets("y: z\r\n\r\n"))
            let isName = OctetSet.token.contains(octet) || octet == UInt8(ascii: ":")
            #expect((named.outcome == .complete) == isName, "\(octet)")
            let valued = Feeding().outcome(before + octets(": y") + [octet] + octets("z\r\n\r\n"))
            #expect((valued.outcome == .complete) == !Words.isForbiddenInValues(octet), "\(octet)")
        }
    }

    @Test func `waits for every missing octet`() {
        let message = octets(
            "\r\nPOST /a?b HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nConnection: close\r\n"
                + "X-Long-Name-Of-A-Field: and \t a value\r\n\r\n")
        for count in message.indices {
            #expect(Feeding().outcome(Array(message[..<count])).outcome == .incomplete)
        }
    }

    @Test func `heads with any number of fields of any size are read alike`() {
        for count in [0, 1, 3, 15, 16, 17, 31, 32, 33, 62, 63] {
            for size in [0, 1, 7, 40, 64, 200] where count * size < 8000 {
                let value = String(repeating: "v", count: size)
                let lines = (0..<count).map { "Field-\($0):\(size % 2 == 0 ? " " : "")\(value)\r\n" }.joined()
                let fields = (0..<count).map { " Field-\($0)[\(value)]" }.joined()
                expect(
                    "GET / HTTP/1.1\r\nHost: a.example:80\r\n\(lines)\r\n",
                    "GET[/] 1.1 origin path[/] query[] authority[a.example:80] none keep Host[a.example:80]\(fields)"
                )
            }
        }
    }

    /// However a message is changed, how it arrives must not show.
    @Test func `mutations have one outcome`() {
        let message = octets(
            "\r\nPOST /a/b%20c?d=e HTTP/1.1\r\nHost: www.example.com:8080\r\nConnection: keep-alive\r\n"
                + "Transfer-Encoding: chunked\r\nX: \t spaces \t\r\nContent-Type: text/plain\r\n\r\n")
        let strangers = octets("\0\t\n\r :;,/AZ09\u{7f}\u{80}\u{ff}%?*")
        var generator = RepeatableGenerator(seed: 20_240_229)
        var refused = 0
        for _ in 0..<400 {
            var changed = Array(message.dropFirst(Bool.random(using: &generator) ? 2 : 0))
            for _ in 0..<Int.random(in: 1...3, using: &generator) {
                changed[Int.random(in: changed.indices, using: &generator)] =
                    strangers.randomElement(using: &generator) ?? 0
            }
            refused += Feeding().outcome(changed).outcome == .rejected ? 1 : 0
        }
        #expect(refused > 100 && refused < 400)
    }
}

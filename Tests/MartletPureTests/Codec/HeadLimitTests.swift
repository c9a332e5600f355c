import Testing

@testable import MartletPure

@Suite struct HeadLimitTests {
    /// A request line of `line` octets without CRLF, then fields of 6 octets, then the empty line.
    private func message(line: Int, fields: Int) -> [UInt8] {
        let path = String(repeating: "a", count: line - 14)
        return octets("GET /\(path) HTTP/1.0\r\n" + String(repeating: "A: b\r\n", count: fields) + "\r\n")
    }

    private func outcome(_ message: [UInt8], _ line: Int, _ head: Int, _ fields: Int) -> String {
        let limits = HeadLimits(maxRequestLine: line, maxHead: head, maxFields: fields)
        let outcome = Feeding(limits: limits).outcome(message)
        return outcome.outcome == .rejected ? outcome.description : "\(outcome.outcome)"
    }

    @Test func `request line at its limit and one past it`() {
        for most in stride(from: 15, to: 150, by: 9) {
            #expect(outcome(message(line: most, fields: 1), most, 400, 10) == "complete")
            #expect(outcome(message(line: most + 1, fields: 1), most, 400, 10) == "414 request line too long")
        }
    }

    @Test func `request line is refused with the first octet past its limit`() {
        let line = octets("GET /aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa HTTP/1.1\r\n")
        for most in 0..<line.count - 2 {
            #expect(outcome(Array(line[..<most]), most, 400, 10) == "incomplete")
            #expect(outcome(Array(line[...most]), most, 400, 10) == "414 request line too long")
        }
    }

    @Test func `an empty line before the request is not part of its line, but of the head`() {
        let message = octets("\r\nGET / HTTP/1.0\r\n\r\n")
        #expect(outcome(message, 14, 20, 10) == "complete")
        #expect(outcome(message, 13, 20, 10) == "414 request line too long")
        #expect(outcome(message, 14, 19, 10) == "431 head too large")
    }

    @Test func `what is wrong before a limit counts first`() {
        #expect(
            outcome(octets("GET /a\u{1} bcdefghi"), 10, 100, 10) == "400 invalid octet in the request target")
        #expect(outcome(octets("GET /abcde\u{1}"), 10, 100, 10) == "414 request line too long")
        #expect(outcome(octets("GET /abc\r\n"), 10, 100, 10) == "400 no version in the request line")
    }

    @Test func `head at its limit and one past it`() {
        for fields in stride(from: 0, to: 40, by: 3) {
            let message = message(line: 20, fields: fields)
            #expect(outcome(message, 100, message.count, 64) == "complete")
            #expect(outcome(message, 100, message.count - 1, 64) == "431 head too large")
        }
    }

    @Test(arguments: ["GET / HTTP/1.0\r\nA: ", "GET / HTTP/1.0\r\nAaa"])
    func `an endless value or name ends at the head's limit`(_ start: String) {
        let message = octets(start + String(repeating: "a", count: 400))
        #expect(outcome(Array(message[..<300]), 100, 300, 10) == "incomplete")
        #expect(outcome(Array(message[...300]), 100, 300, 10) == "431 head too large")
    }

    @Test func `fields at their limit and one past it`() {
        for most in 0..<20 {
            #expect(outcome(message(line: 20, fields: most), 100, 1000, most) == "complete")
            #expect(outcome(message(line: 20, fields: most + 1), 100, 1000, most) == "431 too many fields")
        }
    }

    @Test func `the table's capacity is a limit of its own`() {
        let most = Feeding.fieldCapacity
        #expect(outcome(message(line: 20, fields: most), 100, 1000, 100_000) == "complete")
        #expect(outcome(message(line: 20, fields: most + 1), 100, 1000, 100_000) == "431 too many fields")
    }

    /// RFC 9112 §3
    @Test func `method of 32 octets and of 33`() {
        let method = String(repeating: "ABCDEFGH", count: 4)
        let tooLong = "501 method of more than 32 octets"
        #expect(outcome(octets("\(method) / HTTP/1.0\r\n\r\n"), 100, 100, 10) == "complete")
        #expect(outcome(octets("\(method)I / HTTP/1.0\r\n\r\n"), 100, 100, 10) == tooLong)
        #expect(outcome(octets(method), 100, 100, 10) == "incomplete")
        #expect(outcome(octets(method + "I"), 100, 100, 10) == tooLong)
    }

    /// A place holds the count of a name in 16 bits. Whole only: octet by octet takes minutes.
    @Test func `field name of 65535 octets and one more`() {
        let limits = HeadLimits(maxRequestLine: 100, maxHead: 100_000, maxFields: 10)
        for count in [65535, 65536] {
            let message = octets("GET / HTTP/1.0\r\n\(String(repeating: "n", count: count)):\r\n\r\n")
            var head = Head(fieldCapacity: 10)
            var parser = HeadParser()
            let outcome = parser.feed(message.span, into: &head, limits: limits)
            #expect(outcome == (count == 65535 ? .complete : .rejected))
            #expect(parser.rejection.status == (count == 65535 ? 0 : 431))
            #expect(head.fields.count == (count == 65535 ? 1 : 0))
        }
    }
}

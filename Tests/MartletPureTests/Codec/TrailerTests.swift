import Testing

@testable import MartletPure

/// RFC 9112 §7.1.2
@Suite struct TrailerTests {
    private let trailers = Feeding(isTrailers: true)

    @Test(arguments: [
        ("\r\n", ""), ("A: b\r\nC:\r\n\r\n", " A[b] C[]"),
        ("Connection: close\r\n\r\n", " Connection[close]"),
    ])
    func `reads trailer sections`(_ section: String, _ fields: String) {
        let outcome = trailers.outcome(octets(section))
        #expect(
            outcome
                == FeedOutcome(outcome: .complete, description: fields, count: section.unicodeScalars.count))
    }

    private static let routing = "400 a field of framing or routing in a trailer section"

    @Test(arguments: [
        ("\n", "400 bare LF"), ("\rA", "400 bare CR"), (" A: b\r\n\r\n", "400 folded field line"),
        ("GET / HTTP/1.1\r\n\r\n", "400 space before the colon of a field"),
        ("Content-Length: 1\r\n\r\n", routing), ("A: b\r\ntransfer-encoding: chunked\r\n\r\n", routing),
        ("Host: x\r\n\r\n", routing),
    ])
    func `refuses malformed trailer sections`(_ section: String, _ reason: String) {
        #expect(trailers.outcome(octets(section)) == FeedOutcome(outcome: .rejected, description: reason))
    }

    @Test func `trailers have the limits of heads`() {
        var narrow = Feeding(
            limits: HeadLimits(maxRequestLine: 1, maxHead: 14, maxFields: 2), isTrailers: true)
        #expect(narrow.outcome(octets("A: b\r\nC: d\r\n\r\n")).outcome == .complete)
        #expect(narrow.outcome(octets("A: b\r\nC: de\r\n\r\n")).description == "431 head too large")
        narrow.limits.maxFields = 1
        #expect(narrow.outcome(octets("A: b\r\nC: d\r\n\r\n")).description == "431 too many fields")
    }
}

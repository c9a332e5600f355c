import Testing

@testable import MartletPure

/// What becomes of a message, in whatever pieces it comes.
struct FeedOutcome: Equatable, CustomStringConvertible {
    var outcome: HeadParser.Outcome
    /// What was found, or why it was refused.
    var description: String
    /// Octets of the complete head, or those that were there when it was refused.
    var count = 0
}

/// Feeds one message to the parser in every way it may arrive, and shows that the outcome is one.
struct Feeding {
    static let defaults = HeadLimits(maxRequestLine: 8192, maxHead: 16384, maxFields: 64)
    static let fieldCapacity = 64
    private static let strides = [1, 2, 3, 7, 20, 40, 100]
    private static let more =
        octets(
            "GET /next HTTP/1.1\r\nHost: \u{1}\u{7f}\u{80}\u{ff}:::\n\r next\r\n\r\n")
        + octets(String(repeating: " \t", count: 32))

    var limits = Self.defaults
    var isTrailers = false

    /// The one outcome: whole, octet by octet, at random splits, with more behind.
    func outcome(_ message: [UInt8]) -> FeedOutcome {
        let whole = feed(message, strides: nil)
        for stride in Self.strides { Self.expect(feed(message, strides: stride), whole, message) }
        if whole.outcome != .incomplete {
            Self.expect(feed(message + Self.more, strides: nil), whole, message)
        }
        return whole
    }

    private static func expect(_ outcome: FeedOutcome, _ whole: FeedOutcome, _ message: [UInt8]) {
        if outcome == whole { return }
        Issue.record("\(text(message).debugDescription): in pieces \(outcome), whole \(whole)")
    }

    /// Feeds prefixes of `message`, each in memory of its exact size, 1 … `strides` octets longer than the one before;
    /// with none, all at once.
    private func feed(_ message: [UInt8], strides: Int?) -> FeedOutcome {
        var generator = RepeatableGenerator(seed: UInt64(strides ?? 0))
        var head = Head(fieldCapacity: Self.fieldCapacity)
        var parser = isTrailers ? HeadParser.trailers() : HeadParser()
        var count = 0
        while true {
            let step = strides.map { Int.random(in: 1...$0, using: &generator) } ?? message.count
            count = min(count + step, message.count)
            let (outcome, again) = feedTwice(&parser, &head, message, count)
            if outcome == .incomplete, count < message.count { continue }
            #expect(outcome == again, "said twice")
            return describe(outcome, parser, head, message)
        }
    }

    private func feedTwice(
        _ parser: inout HeadParser, _ head: inout Head, _ message: [UInt8], _ count: Int
    ) -> (HeadParser.Outcome, HeadParser.Outcome) {
        let memory = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: count)
        defer { unsafe memory.deallocate() }
        _ = unsafe memory.initialize(from: message[..<count])
        let input = unsafe Span(_unsafeElements: UnsafeBufferPointer(memory))
        let outcome = parser.feed(input, into: &head, limits: limits)
        return (outcome, parser.feed(input, into: &head, limits: limits))
    }

    private func describe(
        _ outcome: HeadParser.Outcome, _ parser: HeadParser, _ head: borrowing Head, _ message: [UInt8]
    ) -> FeedOutcome {
        switch outcome {
        case .incomplete: return FeedOutcome(outcome: outcome, description: "")
        case .rejected:
            let rejection = parser.rejection
            return FeedOutcome(outcome: outcome, description: "\(rejection.status) \(rejection.reason)")
        case .complete:
            let found = (isTrailers ? "" : describe(head, message)) + describeFields(head, message)
            return FeedOutcome(outcome: outcome, description: found, count: head.count)
        }
    }

    /// "GET[/a] 1.1 origin path[/a] query[] authority[x] none keep"
    private func describe(_ head: borrowing Head, _ message: [UInt8]) -> String {
        func part(_ place: Place) -> String { text(message.span.extracting(place.range)) }
        return "\(part(head.methodName))[\(part(head.target))] 1.\(head.minorVersion) \(head.targetForm)"
            + " path[\(part(head.path))] query[\(part(head.query))] authority[\(part(head.authority))]"
            + " \(head.framing)" + (head.framing == .length ? ":\(head.contentLength)" : "")
            + (head.keepsAlive ? " keep" : " close") + (head.expectsContinue ? " expects" : "")
            + (head.pathNeedsDecoding ? " escaped" : "")
    }

    private func describeFields(_ head: borrowing Head, _ message: [UInt8]) -> String {
        var all = ""
        for index in 0..<head.fields.count {
            let field = head.fields[index]
            all += " \(text(message.span.extracting(field.name.range)))"
            all += "[\(text(message.span.extracting(field.value.range)))]"
        }
        return all
    }
}

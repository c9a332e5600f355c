internal import MartletEngine

/// The HTTP/1 head parser: incremental, no copy, no allocation. RFC 9112 §2 … §6.
///
/// It is given the message from its first octet, again and again as more octets arrive (at any address), looks at no
/// octet twice, and gives the same result however the input was split.
struct HeadParser {
    enum Outcome {
        /// More octets are needed.
        case incomplete
        /// The head is filled; `head.count` octets belong to it.
        case complete
        /// `rejection` says why; the connection must close.
        case rejected
    }

    /// What the next octet belongs to. In the order in which a message passes through them.
    enum State: UInt8 {
        case start
        case method
        case target
        case version
        case lineCR
        case lineLF
        case field
        case name
        case value
        case valueLF
        case lastLF
        /// Every octet is seen; what they mean is not checked.
        case end
        /// `complete` was returned.
        case checked
        /// `rejected` was returned.
        case rejected
    }

    /// A longer method than any implemented is answered 501: RFC 9112 §3.
    static let methodLimit = 32

    /// Over what one input holds.
    private static let mostPasses = 4

    /// After an outcome of `rejected`. 400, 414, 417 (unknown expectation), 431, 501 (unknown transfer coding, method
    /// of more than 32 octets) or 505.
    private(set) var rejection = Rejection(status: 0, reason: "")
    var state = State.start
    private let isTrailers: Bool
    /// The Host field was taken by a shortcut, which saw that nothing is wrong with it.
    var isPlainHost = false
    /// The first octet not looked at yet.
    var position = 0
    /// Where the current token began.
    var mark = 0
    /// The bit 1 << id for each kind of field that came, and for those that came more than once.
    var seen: UInt32 = 0
    var repeated: UInt32 = 0
    /// Of the field whose value is read; its name begins at `mark`.
    var nameCount = 0

    /// Of a request.
    init() { isTrailers = false }

    private init(trailers: Void) {
        isTrailers = true
        state = .field
    }

    /// Of a trailer section: fields up to an empty line, RFC 9112 §7.1.2. Of the head only `fields` and `count` are
    /// set. Host, Content-Length and Transfer-Encoding are refused there: RFC 9110 §6.5.1.
    static func trailers() -> HeadParser { HeadParser(trailers: ()) }

    /// Parses `input`, everything since the message began. At most one empty line before a request line is skipped
    /// (RFC 9112 §2.2). With `complete`, target, Host, framing, persistence and Expect have been checked and filled in.
    /// Limits count octets of the message, not of the input: which octet is the first offence does not depend on how
    /// the input was split. Called again after an end, it says the same again.
    mutating func feed(_ input: Span<UInt8>, into head: inout Head, limits: HeadLimits) -> Outcome {
        if position == 0 && state.rawValue <= State.field.rawValue {
            if isTrailers { head.fields.removeAll() } else { head.clear() }
        }
        if state.rawValue < State.end.rawValue {
            run(input.extracting(first: limits.maxHead), &head, limits)
        }
        switch state {
        case .end: return finish(&head, input)
        case .checked: return .complete
        case .rejected: return .rejected
        default:
            if input.count <= limits.maxHead { return .incomplete }
            _ = reject(431, "head too large")
            return .rejected
        }
    }

    private mutating func finish(_ head: inout Head, _ octets: Span<UInt8>) -> Outcome {
        state = .checked
        let isGood = isTrailers ? checkTrailers() : check(&head, octets)
        return isGood ? .complete : .rejected
    }

    /// What nearly all messages consist of is taken as a whole: a plain request line, then lines by the dozen. The
    /// states are for what is left: what is odd, what is wrong, and what the input breaks off in. They alone reject
    /// and pause, so that the shortcuts have no say in why and where.
    @inline(__always)
    private mutating func run(_ octets: Span<UInt8>, _ head: inout Head, _ limits: HeadLimits) {
        var known = Masks(before: position)
        var goesOn = state == .start && takePlainRequestLine(octets, &head, limits, &known)
        if !goesOn { goesOn = finishLine(octets, &head, limits) }
        // A pass looks at all that is there: with something odd in every other line, once and again is enough.
        var passes = Self.mostPasses
        while goesOn {
            if passes > 0, position < octets.count {
                passes -= 1
                if !takeLines(octets, &head, limits, known) { return }
            }
            goesOn = takeOneLine(octets, &head, limits)
        }
    }

    /// Ends the message with that status. False.
    @inline(never)
    mutating func reject(_ status: Int, _ reason: StaticString) -> Bool {
        state = .rejected
        rejection = Rejection(status: status, reason: reason)
        return false
    }
}

/// The chunked transfer coding: RFC 9112 §7.1. Incremental, no copy.
///
/// Strict: sizes are 1 … 16 hexadecimal digits below 2^63, no white space before the size, extensions are tokens or
/// quoted strings (RFC 9112 §7.1.1), CRLF only.
struct ChunkedDecoder {
    enum Outcome {
        /// All input is consumed, more is needed.
        case more
        /// A piece of the body, a range within the input; call again for what is behind it.
        case data(Range<Int>)
        /// The last chunk's line is consumed: a trailer section follows, maybe just its empty line. Stays.
        case trailers
        /// `reason` says why: 400 and close. Stays.
        case rejected
    }

    /// Of all extensions of a message.
    static let extensionLimit = 16384

    /// What the next octet belongs to. Those from `extensionSpace` to `quotedEnd` are extensions.
    enum State: UInt8 {
        case size
        /// Before ";".
        case extensionSpace
        case nameStart
        case name
        /// Before "=" or ";".
        case nameSpace
        case valueStart
        case value
        case quoted
        case escaped
        case quotedEnd
        case lineLF
        case data
        case dataCR
        case dataLF
        case trailers
        case rejected
    }

    /// Octets of the current chunk that were not given out yet.
    var left: UInt64 = 0
    /// For the log.
    var reason: StaticString = ""
    var state = State.size
    /// Of the current chunk's size.
    var digits = 0
    private var extensionOctets = 0

    /// Decodes from `start` on; `consumed` octets from there are done with, those of the data included.
    mutating func decode(_ input: Span<UInt8>, from start: Int, consumed: inout Int) -> Outcome {
        var at = start
        while at < input.count, takesOctets {
            take(input[at])
            at += 1
        }
        consumed = at - start
        if state == .rejected { return .rejected }
        if state == .trailers { return .trailers }
        if at == input.count { return .more }
        let data = at..<at + Int(min(left, UInt64(input.count - at)))
        left -= UInt64(data.count)
        if left == 0 { state = .dataCR }
        consumed += data.count
        return .data(data)
    }

    private var takesOctets: Bool { state != .data && state != .trailers && state != .rejected }

    /// An extension's ";" was read as part of the size, and the CR behind it is read as part of the extension: the
    /// count comes out right.
    private mutating func take(_ octet: UInt8) {
        if state.rawValue >= State.extensionSpace.rawValue, state.rawValue <= State.quotedEnd.rawValue {
            extensionOctets += 1
            if extensionOctets > Self.extensionLimit { return reject("too many octets of chunk extensions") }
            return takeExtension(octet)
        }
        switch state {
        case .size: takeSize(octet)
        case .lineLF: takeLineLF(octet)
        case .dataCR: takeDataCR(octet)
        default: takeDataLF(octet)
        }
    }

    mutating func reject(_ reason: StaticString) {
        state = .rejected
        self.reason = reason
    }
}

extension ChunkedDecoder {
    private mutating func takeSize(_ octet: UInt8) {
        guard let digit = Words.hexadecimal(octet) else {
            if digits == 0 { return reject("chunk without a size") }
            return endPart(octet, else: .extensionSpace, "malformed chunk size")
        }
        if digits == 16 || left > UInt64(Int64.max) >> 4 { return reject("chunk size too large") }
        left = left << 4 | UInt64(digit)
        digits += 1
    }

    private mutating func takeLineLF(_ octet: UInt8) {
        if octet != UInt8(ascii: "\n") { return reject("bare CR behind a chunk size") }
        state = left > 0 ? .data : .trailers
    }

    private mutating func takeDataCR(_ octet: UInt8) {
        if octet != UInt8(ascii: "\r") { return reject("chunk longer than its size") }
        state = .dataLF
    }

    private mutating func takeDataLF(_ octet: UInt8) {
        if octet != UInt8(ascii: "\n") { return reject("bare CR behind a chunk") }
        state = .size
        digits = 0
    }
}

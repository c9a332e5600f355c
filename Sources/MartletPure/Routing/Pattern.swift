internal import MartletEngine

/// A route's pattern cut into segments: "/a/{name}/b/{name...}".
struct Pattern: Sendable {
    enum Kind: UInt8 {
        /// This text, compared with a path's decoded segment; empty only in the last one.
        case literal
        /// Any one segment that is not empty.
        case parameter
        /// One segment or more, also empty ones; only last.
        case rest
    }

    /// A place in the pattern's text: a literal, or the name of a parameter.
    struct Segment {
        var kind: Kind
        var offset: Int
        var count: Int
        var range: Range<Int> { offset..<offset + count }
    }

    static let mostOctets = 8192
    static let mostSegments = 64
    static let mostParameters = 32
    private static let excerptOctets = 80

    let text: [UInt8]
    /// At least one: "/" is one empty literal.
    private(set) var segments: [Segment] = []

    /// Cuts `text`. Literals are taken as they are written, that is decoded. What is refused is told with the pattern, the
    /// offset and what is allowed.
    init(_ text: String) throws(CoreError) {
        self.text = Array(text.utf8)
        try checkStart()
        var offset = 1
        while offset <= self.text.count {
            if segments.count == Self.mostSegments {
                throw refusal(offset, "at most 64 segments are allowed")
            }
            let end = self.text[offset...].firstIndex(of: UInt8(ascii: "/")) ?? self.text.count
            segments.append(try segment(offset..<end, isLast: end == self.text.count))
            offset = end + 1
        }
    }

    var parameterCount: Int { segments.count { $0.kind != .literal } }

    /// How much of a pattern a message shows: whole characters, so that two of them fit.
    static func excerpt(_ text: String) -> String {
        if text.utf8.count <= excerptOctets { return text }
        var shown = Array(text.utf8.prefix(excerptOctets + 1))
        while let octet = shown.popLast(), octet & 0xC0 == 0x80 {}
        return String(decoding: shown, as: UTF8.self)
    }
}

// MARK: - What is allowed

extension Pattern {
    private func refusal(_ offset: Int, _ rule: String) -> CoreError {
        let whole = String(decoding: text, as: UTF8.self)
        let shown = Self.excerpt(whole)
        let dots = shown.utf8.count < text.count ? "..." : ""
        return CoreError(
            status: .invalidArgument,
            message: "pattern \"\(shown)\(dots)\" is refused at offset \(offset): \(rule)")
    }

    private func checkStart() throws(CoreError) {
        if text.first != UInt8(ascii: "/") { throw refusal(0, "a pattern begins with \"/\"") }
        if text.count > Self.mostOctets {
            throw refusal(Self.mostOctets, "at most \(Self.mostOctets) bytes are allowed")
        }
    }

    private func segment(_ range: Range<Int>, isLast: Bool) throws(CoreError) -> Segment {
        let octets = text[range]
        if range.count >= 2, octets.first == UInt8(ascii: "{"), octets.last == UInt8(ascii: "}") {
            return try parameter(range, isLast: isLast)
        }
        if range.isEmpty && !isLast { throw refusal(range.lowerBound, "only the last segment may be empty") }
        for at in range {
            if let fault = fault(at, before: range.upperBound) { throw refusal(at, fault) }
        }
        return Segment(kind: .literal, offset: range.lowerBound, count: range.count)
    }

    /// `range` is "{…}".
    private func parameter(_ range: Range<Int>, isLast: Bool) throws(CoreError) -> Segment {
        let inner = range.lowerBound + 1..<range.upperBound - 1
        let ellipsis = ellipsisCount(inner)
        let name = inner.dropLast(ellipsis)
        try checkName(name)
        if ellipsis > 0 && !isLast {
            throw refusal(range.lowerBound, "{name...} may only be the last segment")
        }
        if parameterCount == Self.mostParameters {
            throw refusal(range.lowerBound, "at most \(Self.mostParameters) parameters are allowed")
        }
        return Segment(kind: ellipsis > 0 ? .rest : .parameter, offset: name.lowerBound, count: name.count)
    }

    /// How many octets "..." takes at the end of a name, or the one character that means it (U+2026).
    private func ellipsisCount(_ range: Range<Int>) -> Int {
        let isThere = ["...", "\u{2026}"].contains { text[range].suffix(3).elementsEqual($0.utf8) }
        return isThere ? 3 : 0
    }

    private func checkName(_ name: Range<Int>) throws(CoreError) {
        if name.isEmpty {
            throw refusal(name.lowerBound, "a parameter needs a name of letters, digits, \"_\" and \"-\"")
        }
        if let at = name.first(where: { !Self.isNameOctet(text[$0]) }) {
            throw refusal(at, "a name holds letters, digits, \"_\" and \"-\" only")
        }
        if segments.contains(where: { $0.kind != .literal && text[$0.range] == text[name] }) {
            throw refusal(name.lowerBound, "a name may stand only once in a pattern")
        }
    }

    private static func isNameOctet(_ octet: UInt8) -> Bool {
        switch octet {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"):
            true
        default: false
        }
    }

    /// Why the octet at `at` cannot stand in a literal.
    private func fault(_ at: Int, before end: Int) -> String? {
        switch text[at] {
        case UInt8(ascii: "{"), UInt8(ascii: "}"): "braces may only enclose a whole segment, as in {name}"
        case UInt8(ascii: "?"), UInt8(ascii: "#"): "a pattern is a path, without \"?\" and \"#\""
        case UInt8(ascii: "*"): "\"*\" has no meaning; the rest of a path is written {name...}"
        case 0..<0x20, 0x7F: "control characters are not allowed"
        case UInt8(ascii: "%") where text[at + 1..<end].prefix(2).count { Self.isHexadecimal($0) } == 2:
            "literal text is written without percent-encoding"
        default: nil
        }
    }

    private static func isHexadecimal(_ octet: UInt8) -> Bool {
        Character(UnicodeScalar(octet)).isHexDigit && octet < 0x80
    }
}

/// Entity tags: RFC 9110 §8.8.3.
enum EntityTag {
    /// A strong one, of size and time of modification: "5f-18b2c3", with the quotes.
    static func append(size: UInt64, modifiedSeconds: Int64, nanoseconds: UInt32, to out: inout ByteBuffer) {
        let modified = UInt64(bitPattern: modifiedSeconds) &* 1_000_000_000 &+ UInt64(nanoseconds)
        out.append(UInt8(ascii: "\""))
        out.appendHexadecimal(size)
        out.append(UInt8(ascii: "-"))
        out.appendHexadecimal(modified)
        out.append(UInt8(ascii: "\""))
    }

    /// Which of two tags are the same: RFC 9110 §8.8.3.2.
    enum Comparison {
        /// What If-Match asks for.
        case strong
        /// What If-None-Match asks for.
        case weak
    }

    /// Whether a field's value, "*" or a list, names `etag`. A list is read up to what is malformed.
    static func list(_ value: Span<UInt8>, names etag: Span<UInt8>, by comparison: Comparison) -> Bool {
        let whole = Words.trim(value, 0..<value.count)
        if whole.count == 1, value[whole.lowerBound] == UInt8(ascii: "*") { return true }
        var rest = whole
        while let first = rest.first {
            if value[first] != UInt8(ascii: ",") {
                guard let end = tagEnd(value, rest) else { return false }
                if same(value.extracting(first..<end), etag, comparison) { return true }
                rest = Words.trim(value, end..<rest.upperBound)
                guard let next = rest.first else { return false }
                if value[next] != UInt8(ascii: ",") { return false }
            }
            rest = Words.trim(value, rest.lowerBound + 1..<rest.upperBound)
        }
        return false
    }

    private static func hasWeakMark(_ tag: Span<UInt8>) -> Bool {
        tag.count >= 2 && tag[0] == UInt8(ascii: "W") && tag[1] == UInt8(ascii: "/")
    }

    @_lifetime(copy tag)
    private static func opaque(_ tag: Span<UInt8>) -> Span<UInt8> {
        hasWeakMark(tag) ? tag.extracting(droppingFirst: 2) : tag
    }

    private static func same(_ a: Span<UInt8>, _ b: Span<UInt8>, _ comparison: Comparison) -> Bool {
        switch comparison {
        case .weak: Words.equal(opaque(a), opaque(b))
        case .strong: !hasWeakMark(a) && !hasWeakMark(b) && Words.equal(a, b)
        }
    }

    /// The end of the tag that begins `range`.
    private static func tagEnd(_ list: Span<UInt8>, _ range: Range<Int>) -> Int? {
        let isWeak = hasWeakMark(list.extracting(range))
        let start = range.lowerBound + (isWeak ? 2 : 0)
        guard start < range.upperBound, list[start] == UInt8(ascii: "\"") else { return nil }
        var end = start + 1
        while end < range.upperBound, isTagOctet(list[end]) { end += 1 }
        return end < range.upperBound && list[end] == UInt8(ascii: "\"") ? end + 1 : nil
    }

    /// etagc
    private static func isTagOctet(_ octet: UInt8) -> Bool {
        octet > 0x20 && octet != UInt8(ascii: "\"") && octet != 0x7f
    }
}

/// Whole numbers in bytes.
public enum Numbers {
    /// The number that the bytes are, white space around it aside; nil when they are none, or one too large.
    public static func integer(_ bytes: Span<UInt8>) -> Int? {
        var index = 0
        var end = bytes.count
        while index < end, isSpace(bytes[index]) { index += 1 }
        while index < end, isSpace(bytes[end - 1]) { end -= 1 }
        return integer(bytes, index, end)
    }

    /// The sum of a query's values that are numbers: `a=13&b=42` is 55.
    public static func sum(ofQuery query: Span<UInt8>) -> Int {
        var sum = 0
        forEachPair(query) { _, equals, end in
            sum &+= integer(query, equals + 1, end) ?? 0
            return true
        }
        return sum
    }

    /// The number that a query has for a name of one letter.
    public static func integer(named name: UInt8, inQuery query: Span<UInt8>) -> Int? {
        var found: Int?
        forEachPair(query) { start, equals, end in
            guard equals == start + 1, query[start] == name else { return true }
            found = integer(query, equals + 1, end)
            return false
        }
        return found
    }

    /// Calls `body` with where each pair begins, its "=" stands and it ends, until it says false.
    @inline(__always)
    private static func forEachPair(
        _ query: Span<UInt8>, _ body: (_ start: Int, _ equals: Int, _ end: Int) -> Bool
    ) {
        var start = 0
        while start < query.count {
            var end = start
            var equals: Int?
            while end < query.count, query[end] != UInt8(ascii: "&") {
                if equals == nil, query[end] == UInt8(ascii: "=") { equals = end }
                end += 1
            }
            if let equals, !body(start, equals, end) { return }
            start = end + 1
        }
    }

    @inline(__always)
    private static func integer(_ bytes: Span<UInt8>, _ start: Int, _ end: Int) -> Int? {
        let isNegative = start < end && bytes[start] == UInt8(ascii: "-")
        var index = isNegative ? start + 1 : start
        if index == end { return nil }
        var number = 0
        while index < end {
            let digit = bytes[index] &- UInt8(ascii: "0")
            if digit > 9 { return nil }
            let (product, isTooLarge) = number.multipliedReportingOverflow(by: 10)
            let (sum, isPast) = product.subtractingReportingOverflow(Int(digit))
            if isTooLarge || isPast { return nil }
            number = sum
            index += 1
        }
        if isNegative { return number }
        return number == .min ? nil : -number
    }

    private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (byte >= 0x09 && byte <= 0x0D) }
}

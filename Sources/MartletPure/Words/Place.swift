/// The octets [offset, offset + count) of a message.
struct Place: Equatable, Sendable {
    var offset: UInt32 = 0
    var count: UInt32 = 0

    var range: Range<Int> {
        let start = Int(offset)
        // Two numbers of 32 bits make no sum that needs a check.
        return unsafe Range(uncheckedBounds: (start, start &+ Int(count)))
    }
}

extension Place {
    /// `range` begins and ends below 4 GiB: no message is longer.
    @inline(__always)
    init(_ range: Range<Int>) {
        offset = UInt32(truncatingIfNeeded: range.lowerBound)
        count = UInt32(truncatingIfNeeded: range.upperBound &- range.lowerBound)
    }
}

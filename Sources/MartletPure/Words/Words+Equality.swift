// Compares, a word of memory at a time where there is as much.
extension Words {
    /// Whether both hold the same octets.
    static func equal(_ a: Span<UInt8>, _ b: Span<UInt8>) -> Bool {
        guard a.count == b.count else { return false }
        for index in a.indices where unsafe a[unchecked: index] != b[unchecked: index] { return false }
        return true
    }

    @inline(__always)
    static func equal(_ a: Span<UInt8>, _ b: StaticString) -> Bool { equal(a, b.octets) }

    /// Whether both hold the same octets but for the case of ASCII letters.
    static func equalIgnoringCase(_ a: Span<UInt8>, _ b: Span<UInt8>) -> Bool {
        let count = a.count
        guard count == b.count else { return false }
        if count >= 8 {
            for index in stride(from: 0, to: count &- 8, by: 8) where differ(a, b, at: index) { return false }
            return !differ(a, b, at: count &- 8)
        }
        for index in 0..<count {
            let (x, y) = unsafe (a[unchecked: index], b[unchecked: index])
            if lower(x) != lower(y) { return false }
        }
        return true
    }

    @inline(__always)
    static func equalIgnoringCase(_ a: Span<UInt8>, _ b: StaticString) -> Bool {
        equalIgnoringCase(a, b.octets)
    }

    @inline(__always)
    static func lower(_ octet: UInt8) -> UInt8 {
        octet &- UInt8(ascii: "A") < 26 ? octet | 0x20 : octet
    }

    /// `word` with each of its octets that is an upper-case letter made lower-case.
    @inline(__always)
    static func lower(_ word: UInt64) -> UInt64 {
        let each: UInt64 = 0x0101_0101_0101_0101
        let lowBits = word & (0x7f * each)
        // The sums set an octet's high bit when it is at least "A", or above "Z"; none carries over.
        let fromA = lowBits &+ (0x80 - 0x41) * each
        let aboveZ = lowBits &+ (0x7f - 0x5a) * each
        return word | (fromA & ~aboveZ & ~word & (0x80 * each)) >> 2
    }

    /// Whether the eight octets at `index`, which both have, differ in more than case. Mostly they agree in every bit.
    @inline(__always)
    private static func differ(_ a: Span<UInt8>, _ b: Span<UInt8>, at index: Int) -> Bool {
        let x = unsafe a.bytes.unsafeLoadUnaligned(fromUncheckedByteOffset: index, as: UInt64.self)
        let y = unsafe b.bytes.unsafeLoadUnaligned(fromUncheckedByteOffset: index, as: UInt64.self)
        return x != y && lower(x) != lower(y)
    }
}

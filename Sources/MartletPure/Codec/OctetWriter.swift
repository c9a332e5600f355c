/// Puts octets one behind the other into memory that has the room.
///
/// The pieces of a head are 2 … 100 octets, of counts that no compiler knows: a few overlapping moves are faster here
/// than a call for each.
@safe
struct OctetWriter {
    private let start: UnsafeMutableRawPointer
    private var end: UnsafeMutableRawPointer

    /// `memory` outlives this, and has room for all that is put.
    @inline(__always)
    init(_ memory: UnsafeMutableRawPointer) {
        unsafe start = memory
        unsafe end = memory
    }

    var count: Int {
        @inline(__always) get { unsafe end - start }
    }

    /// Of literals of more than one character: of a count that the compiler knows.
    @inline(__always)
    mutating func put(_ literal: StaticString) {
        unsafe end.copyMemory(from: literal.utf8Start, byteCount: literal.utf8CodeUnitCount)
        unsafe end += literal.utf8CodeUnitCount
    }

    @inline(__always)
    mutating func put(_ octets: Span<UInt8>) {
        let count = octets.count
        if count < 8 || count > 256 { return putPlainly(octets) }
        if count < 16 {
            move(UInt64.self, octets, to: 0)
            move(UInt64.self, octets, to: count &- 8)
        } else {
            var at = 0
            while at < count &- 16 {
                move(SIMD2<UInt64>.self, octets, to: at)
                at &+= 16
            }
            move(SIMD2<UInt64>.self, octets, to: count &- 16)
        }
        unsafe end += count
    }

    @inline(__always)
    private func move<Octets: BitwiseCopyable>(_ type: Octets.Type, _ octets: Span<UInt8>, to index: Int) {
        unsafe (end + index).storeBytes(of: octets.load(type, at: index), as: type)
    }

    @inline(never)
    private mutating func putPlainly(_ octets: Span<UInt8>) {
        unsafe octets.withUnsafeBytes { bytes in
            guard let from = bytes.baseAddress else { return }
            unsafe end.copyMemory(from: from, byteCount: bytes.count)
        }
        unsafe end += octets.count
    }

    /// At most 20 octets.
    @inline(__always)
    mutating func putDecimal(_ number: UInt64) {
        var (digits, limit): (Int, UInt64) = (1, 10)
        while digits < 20, number >= limit {
            digits &+= 1
            // The last limit would be 10^20: nothing asks for it.
            limit = digits < 20 ? limit &* 10 : .max
        }
        var left = number
        for index in stride(from: digits &- 1, through: 0, by: -1) {
            unsafe end.storeBytes(
                of: UInt8(ascii: "0") | UInt8(truncatingIfNeeded: left % 10), toByteOffset: index,
                as: UInt8.self)
            left /= 10
        }
        unsafe end += digits
    }
}

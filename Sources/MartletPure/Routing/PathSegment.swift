/// A part of a path, or of a pattern, as it is compared: most literals are settled by count and key alone.
@safe
struct PathSegment: BitwiseCopyable {
    /// nil: of none.
    var start: UnsafePointer<UInt8>?
    var count = 0
    /// The first eight octets, with zeros behind the end.
    var key: UInt64 = 0

    init() { unsafe start = nil }

    /// All of `octets`.
    init(_ octets: UnsafeBufferPointer<UInt8>) {
        unsafe start = octets.baseAddress
        count = octets.count
        key = unsafe PathOctets.word(octets, at: 0)
        if count < 8 { key &= (1 &<< UInt64(truncatingIfNeeded: count &* 8)) &- 1 }
    }

    /// From `begin`, which is not behind the path's end, to the next "/" or to the end.
    @inline(__always)
    init(_ path: UnsafeBufferPointer<UInt8>, from begin: Int) {
        var at = begin
        key = unsafe PathOctets.word(path, at: at)
        var slash = PathOctets.find(UInt8(ascii: "/"), in: key)
        if slash != 0 {
            key &= (slash ^ (slash &- 1)) &>> 8  // what is below the lowest of them
        } else {
            repeat {
                at &+= 8
                slash = unsafe PathOctets.find(UInt8(ascii: "/"), in: PathOctets.word(path, at: at))
            } while slash == 0
        }
        count = at &- begin &+ slash.trailingZeroBitCount / 8
        unsafe start = path.baseAddress.map { unsafe $0 + begin }
    }

    @inline(__always)
    static func == (a: PathSegment, b: PathSegment) -> Bool {
        if a.key != b.key || a.count != b.count { return false }
        if a.count <= 8 { return true }
        guard let one = unsafe a.start, let other = unsafe b.start else { return false }
        return unsafe PathOctets.equal(one, other, a.count)
    }
}

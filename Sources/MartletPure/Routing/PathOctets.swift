/// Comparing and hashing parts of paths: words of memory, without a call.
enum PathOctets {
    /// Whether `count` octets are the same here and there.
    @inline(__always)
    static func equal(_ a: UnsafeRawPointer, _ b: UnsafeRawPointer, _ count: Int) -> Bool {
        if count < 8 { return unsafe loadTail(a, count) == loadTail(b, count) }
        var at = 0
        while at < count - 8 {
            if unsafe load8(a + at) != load8(b + at) { return false }
            at += 8
        }
        return unsafe load8(a + count - 8) == load8(b + count - 8)
    }

    /// Where the "/" behind `from` is, or the end.
    @inline(__always)
    static func findSlash(_ octets: UnsafeBufferPointer<UInt8>, from: Int) -> Int {
        var at = from
        while at < octets.count, unsafe octets[at] != UInt8(ascii: "/") { at += 1 }
        return at
    }

    /// For tables whose keys nobody can choose who sends requests.
    @inline(__always)
    static func hash(_ octets: UnsafeBufferPointer<UInt8>) -> UInt64 {
        let count = octets.count
        guard count > 0, let base = octets.baseAddress else { return 0 }
        var at = unsafe UnsafeRawPointer(base)
        var left = count
        var hash = UInt64(truncatingIfNeeded: count) ^ root2
        while left > 8 {
            hash = unsafe fold(load8(at) ^ hash, golden)
            unsafe at += 8
            left -= 8
        }
        let tail = unsafe count >= 8 ? load8(at + left - 8) : loadTail(at, left)
        return fold(tail ^ hash, golden)
    }

    /// The first fractional bits of the golden ratio and of the root of 2, made odd.
    private static let golden: UInt64 = 0x9e37_79b9_7f4a_7c15
    private static let root2: UInt64 = 0x6a09_e667_f3bc_c909

    /// The two halves of a full product, folded: each bit depends on all lower and all higher ones.
    @inline(__always)
    private static func fold(_ a: UInt64, _ b: UInt64) -> UInt64 {
        let (high, low) = a.multipliedFullWidth(by: b)
        return high ^ low
    }

    @inline(__always)
    private static func load8(_ at: UnsafeRawPointer) -> UInt64 { unsafe at.loadUnaligned(as: UInt64.self) }

    /// Up to 7 octets as one word, each of them in it; some may be there twice.
    @inline(__always)
    private static func loadTail(_ at: UnsafeRawPointer, _ count: Int) -> UInt64 {
        if count >= 4 {
            let front = unsafe at.loadUnaligned(as: UInt32.self)
            let back = unsafe (at + count - 4).loadUnaligned(as: UInt32.self)
            return UInt64(front) << 32 | UInt64(back)
        }
        if count == 0 { return 0 }
        let octets = unsafe at.assumingMemoryBound(to: UInt8.self)
        return unsafe UInt64(octets[0]) << 16 | UInt64(octets[count / 2]) << 8 | UInt64(octets[count - 1])
    }
}

/// Looking for octets, comparing and hashing them: a word of memory at a time, without a call.
enum PathOctets {
    private static let each: UInt64 = 0x0101_0101_0101_0101
    private static let slashes = each &* UInt64(UInt8(ascii: "/"))
    /// The first fractional bits of the golden ratio and of the root of 2, made odd.
    private static let golden: UInt64 = 0x9e37_79b9_7f4a_7c15
    private static let root2: UInt64 = 0x6a09_e667_f3bc_c909

    /// Eight octets, the first one lowest.
    @inline(__always)
    static func load8(_ at: UnsafePointer<UInt8>) -> UInt64 {
        unsafe UInt64(littleEndian: UnsafeRawPointer(at).loadUnaligned(as: UInt64.self))
    }

    @inline(__always)
    private static func load4(_ at: UnsafePointer<UInt8>) -> UInt32 {
        unsafe UInt32(littleEndian: UnsafeRawPointer(at).loadUnaligned(as: UInt32.self))
    }

    /// Eight octets from `at` on, as if there were slashes behind the path's end. Reads nothing outside.
    @inline(__always)
    static func word(_ path: UnsafeBufferPointer<UInt8>, at: Int) -> UInt64 {
        guard let start = path.baseAddress else { return slashes }
        let left = path.count &- at
        if left >= 8 { return unsafe load8(start + at) }
        if left <= 0 { return slashes }
        if path.count < 8 { return unsafe shortWord(start + at, left) }
        let octets = unsafe load8(start + at - (8 &- left))
        let shift = UInt64(truncatingIfNeeded: left &* 8)
        return octets &>> (64 &- shift) | slashes &<< shift
    }

    /// Of what is too short for a word: two loads, which may have octets in common.
    @inline(__always)
    private static func shortWord(_ start: UnsafePointer<UInt8>, _ count: Int) -> UInt64 {
        let bits = UInt64(truncatingIfNeeded: count &* 8)
        if count < 4 {
            let middle = unsafe UInt64(start[count / 2]) &<< UInt64(truncatingIfNeeded: count / 2 &* 8)
            let last = unsafe UInt64(start[count &- 1]) &<< (bits &- 8)
            return unsafe UInt64(start[0]) | middle | last | slashes &<< bits
        }
        return unsafe UInt64(load4(start)) | UInt64(load4(start + (count &- 4))) &<< (bits &- 32) | slashes
            &<< bits
    }

    /// A bit in each octet of `word` that is `octet`: the lowest one for certain, higher ones perhaps too many.
    @inline(__always)
    static func find(_ octet: UInt8, in word: UInt64) -> UInt64 {
        let zeros = word ^ (each &* UInt64(octet))
        return (zeros &- each) & ~zeros & (each &<< 7)
    }

    static func contains(_ octet: UInt8, _ path: UnsafeBufferPointer<UInt8>) -> Bool {
        var at = 0
        while at < path.count {
            if unsafe find(octet, in: word(path, at: at)) != 0 { return true }
            at &+= 8
        }
        return false
    }

    /// Whether `count` octets, more than eight, are the same here and there.
    @inline(__always)
    static func equal(_ a: UnsafePointer<UInt8>, _ b: UnsafePointer<UInt8>, _ count: Int) -> Bool {
        var at = 0
        while at < count &- 8 {
            if unsafe load8(a + at) != load8(b + at) { return false }
            at &+= 8
        }
        return unsafe load8(a + (count &- 8)) == load8(b + (count &- 8))
    }

    /// For tables whose keys nobody can choose who sends requests.
    @inline(__always)
    static func hash(_ segment: PathSegment) -> UInt32 {
        var hash = fold(segment.key ^ root2, golden ^ UInt64(truncatingIfNeeded: segment.count))
        guard segment.count > 8, let start = unsafe segment.start else {
            return UInt32(truncatingIfNeeded: hash)
        }
        var at = 8
        while at < segment.count &- 8 {
            hash = unsafe fold(load8(start + at) ^ hash, golden)
            at &+= 8
        }
        return unsafe UInt32(truncatingIfNeeded: fold(load8(start + (segment.count &- 8)) ^ hash, golden))
    }

    /// The two halves of a full product, folded: each bit depends on all lower and all higher ones.
    @inline(__always)
    private static func fold(_ a: UInt64, _ b: UInt64) -> UInt64 {
        let (high, low) = a.multipliedFullWidth(by: b)
        return high ^ low
    }
}

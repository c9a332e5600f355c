#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#else
    internal import Darwin
#endif

/// The CPUs that this process may use.
enum Processors {
    /// At least 1.
    static var count: Int {
        #if os(Linux) || os(Android)
            if let mask = Linux.affinity() { return max(1, mask.reduce(0) { $0 + $1.nonzeroBitCount }) }
        #endif
        return max(1, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN))))
    }

    /// Keeps the calling thread on the `index`-th of them (modulo); false where there is no such thing.
    static func pinThread(to index: Int) -> Bool {
        #if os(Linux) || os(Android)
            guard let mask = Linux.affinity(), let one = bit(index, of: mask) else { return false }
            return Linux.setAffinity(one)
        #else
            return false
        #endif
    }

    /// A mask with the `index`-th (modulo) set bit of `mask` alone; nil when none is set.
    static func bit(_ index: Int, of mask: [UInt]) -> [UInt]? {
        let width = UInt.bitWidth
        let set = (0..<mask.count * width).filter { mask[$0 / width] & 1 << UInt($0 % width) != 0 }
        if set.isEmpty { return nil }
        let chosen = set[index % set.count]
        var one = [UInt](repeating: 0, count: mask.count)
        one[chosen / width] = 1 << UInt(chosen % width)
        return one
    }
}

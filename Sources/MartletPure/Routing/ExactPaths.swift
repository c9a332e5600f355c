/// Patterns without parameters, found by one look at the whole path: the short cut past the automaton, which agrees with
/// it.
@safe
struct ExactPaths: ~Copyable {
    /// A free slot has no path.
    @safe
    struct Entry: BitwiseCopyable {
        var path: UnsafePointer<UInt8>?
        var count: UInt32 = 0
        var accept: UInt32 = 0
    }

    private let entries: Table<Entry>
    private let mask: UInt32
    /// Bit (count % 64) of every path that is there.
    private let counts: UInt64

    /// `paths` are different from each other, and live as long as this.
    init(_ paths: [Entry]) {
        var slots = 8
        while slots / 2 < paths.count { slots *= 2 }
        var table = [Entry](repeating: unsafe Entry(path: nil), count: slots)
        var counts: UInt64 = 0
        for entry in paths {
            let path = unsafe UnsafeBufferPointer(start: entry.path, count: Int(entry.count))
            var slot = unsafe Int(truncatingIfNeeded: PathOctets.hash(path)) & (slots - 1)
            while unsafe table[slot].path != nil { slot = (slot + 1) & (slots - 1) }
            table[slot] = entry
            counts |= 1 << UInt64(entry.count % 64)
        }
        entries = Table(table)
        mask = UInt32(slots - 1)
        self.counts = counts
    }

    /// What answers to the raw `path`; nil: ask the automaton.
    @inline(__always)
    func find(_ path: UnsafeBufferPointer<UInt8>) -> UInt32? {
        guard counts & 1 << UInt64(path.count % 64) != 0 else { return nil }
        var slot = unsafe UInt32(truncatingIfNeeded: PathOctets.hash(path)) & mask
        while true {
            let entry = unsafe entries[slot]
            guard let known = unsafe entry.path, let base = path.baseAddress else { return nil }
            if Int(entry.count) == path.count, unsafe PathOctets.equal(known, base, path.count) {
                return entry.accept
            }
            slot = (slot + 1) & mask
        }
    }
}

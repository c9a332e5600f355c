/// Patterns without parameters, found by one look at the whole path: the short cut past the automaton, which agrees with
/// it.
struct ExactPaths: ~Copyable {
    /// A free slot has an empty path.
    struct Entry: BitwiseCopyable {
        var path = PathSegment()
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
        var table = [Entry](repeating: Entry(), count: slots)
        var counts: UInt64 = 0
        for entry in paths {
            var slot = Int(PathOctets.hash(entry.path)) & (slots - 1)
            while table[slot].path.count > 0 { slot = (slot + 1) & (slots - 1) }
            table[slot] = entry
            counts |= Self.bit(entry.path.count)
        }
        entries = Table(table)
        mask = UInt32(slots - 1)
        self.counts = counts
    }

    /// What answers to the raw `path`, which is not empty; nil: ask the automaton.
    @inline(__always)
    func find(_ path: UnsafeBufferPointer<UInt8>) -> UInt32? {
        if counts & Self.bit(path.count) == 0 { return nil }
        let path = unsafe PathSegment(path)
        var slot = PathOctets.hash(path) & mask
        while true {
            let entry = unsafe entries[slot]
            if entry.path == path { return entry.accept }
            if entry.path.count == 0 { return nil }
            slot = (slot &+ 1) & mask
        }
    }

    private static func bit(_ count: Int) -> UInt64 { 1 &<< UInt64(truncatingIfNeeded: count & 63) }
}

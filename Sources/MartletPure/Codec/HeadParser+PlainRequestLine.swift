internal import MartletEngine

// The request line of nearly all messages, as a whole: method SP path [ "?" query ] SP HTTP/1.x CRLF. What ends path
// and query shows that there is nothing in them that Target.parse would have to look at. Anything else is left to the
// states, from the first octet on.
extension HeadParser {
    /// False: nothing is taken. `masks` are those of the first block where they are of use for what follows.
    @inline(__always)
    mutating func takePlainRequestLine(
        _ octets: Span<UInt8>, _ head: inout Head, _ limits: HeadLimits, _ masks: inout Masks
    ) -> Bool {
        guard octets.count >= 16 else { return false }
        let first = Block(octets, at: 0)
        masks = Masks(first, at: 0)
        let method = masks.breaks != 0 ? masks.breaks.trailingZeroBitCount : 0
        let path = method &+ 1
        guard path < octets.count, octets.octet(at: method) == UInt8(ascii: " "),
            octets.octet(at: path) == UInt8(ascii: "/")
        else { return false }
        let pathEnd = Self.find(octets, from: path, first.pathEnds, \.pathEnds)
        var (query, end) = (path, pathEnd)
        if end < octets.count, octets.octet(at: end) == UInt8(ascii: "?") {
            query = end &+ 1
            end = Self.find(octets, from: query, first.queryEnds, \.queryEnds)
        }
        let known = Self.plainMethod(octets, method)
        guard end <= octets.count &- 11, end &+ 9 <= limits.maxRequestLine, method > 0,
            method <= Self.methodLimit,
            known != .connect, octets.octet(at: end) == UInt8(ascii: " "),
            takePlainVersion(octets, at: end &+ 1, &head)
        else { return false }
        head.method = known
        head.methodName = Place(0..<method)
        Self.placeTarget(path, pathEnd, query, end, &head)
        position = end &+ 11
        state = .field
        return true
    }

    @inline(__always)
    private static func placeTarget(_ path: Int, _ pathEnd: Int, _ query: Int, _ end: Int, _ head: inout Head)
    {
        head.target = Place(path..<end)
        head.path = Place(path..<pathEnd)
        head.query = query == path ? Place(path..<path) : Place(query..<end)
        head.authority = Place(path..<path)
    }

    /// The first octet from `index` on that ends a run; `ends` are those of the first block.
    @inline(__always)
    private static func find(
        _ octets: Span<UInt8>, from index: Int, _ ends: UInt64, _ set: (Block) -> UInt64
    ) -> Int {
        if index < 64 {
            let ends = ends &>> UInt64(truncatingIfNeeded: index)
            if ends != 0 { return index &+ ends.trailingZeroBitCount }
        }
        var base = max(index, 64)
        while base < octets.count {
            let ends = set(Block(octets, at: base))
            if ends != 0 { return base &+ ends.trailingZeroBitCount }
            base &+= 64
        }
        return octets.count
    }

    /// "HTTP/1.0" or "HTTP/1.1", and CRLF.
    @inline(__always)
    private func takePlainVersion(_ octets: Span<UInt8>, at index: Int, _ head: inout Head) -> Bool {
        let word = UInt64(littleEndian: octets.load(UInt64.self, at: index))
        // "HTTP/1.0", but for the bit in which "0" and "1" differ.
        guard word & ~(1 << 56) == 0x302e_312f_5054_5448, octets.hasLineEnd(at: index &+ 8) else {
            return false
        }
        head.minorVersion = Int(truncatingIfNeeded: word &>> 56 & 1)
        return true
    }

    @inline(__always)
    private static func plainMethod(_ octets: Span<UInt8>, _ count: Int) -> CoreMethod {
        // "GET "
        if UInt32(littleEndian: octets.load(UInt32.self, at: 0)) == 0x2054_4547 { return .get }
        return CoreMethod(token: octets.extracting(first: count))
    }
}

/// Field lines that are as nearly all are, put into the room of a head's table.
@safe
struct PlainLines {
    private let room: UnsafeMutableBufferPointer<FieldPlace>
    private(set) var count = 0
    /// Kinds of fields that came, and that came more than once.
    private(set) var seen: UInt32
    private(set) var repeated: UInt32
    /// Host came, and holds nothing but letters, digits, "-", "." and a short port.
    private(set) var hasPlainHost = false

    @inline(__always)
    init(_ seen: UInt32, _ repeated: UInt32, _ room: UnsafeMutableBufferPointer<FieldPlace>) {
        self.seen = seen
        self.repeated = repeated
        unsafe self.room = unsafe room
    }

    /// Takes the line at `start`, whose name ends at `colon` and whose value ends at `end`, and moves `start` behind it.
    /// False: it is another kind of line, or there is no room.
    @inline(__always)
    mutating func take(_ octets: Span<UInt8>, _ colon: Int, _ end: Int, _ start: inout Int) -> Bool {
        let nameCount = colon &- start
        let isWhole = octets.octet(at: colon) == UInt8(ascii: ":") && octets.hasLineEnd(at: end)
        guard isWhole, nameCount <= 0xffff, unsafe count < room.count else { return false }
        let value = Self.trim(octets, colon &+ 1, end)
        let id = unsafe FieldID(name: octets.extracting(unchecked: Range(uncheckedBounds: (start, colon))))
        repeated |= seen & id.bit
        seen |= id.bit
        if id == .host { hasPlainHost = Self.isPlainHost(octets, value) }
        unsafe room[count] = FieldPlace(
            nameOffset: UInt32(truncatingIfNeeded: start),
            valueOffset: UInt32(truncatingIfNeeded: value.lowerBound),
            valueCount: UInt32(truncatingIfNeeded: value.upperBound &- value.lowerBound),
            nameCount: UInt16(truncatingIfNeeded: nameCount), id: id)
        count &+= 1
        start = end &+ 2
        return true
    }

    /// Without the white space around it. No octet of a value but HTAB is below SP, so that one look at either end
    /// tells the common case.
    @inline(__always)
    private static func trim(_ octets: Span<UInt8>, _ from: Int, _ to: Int) -> Range<Int> {
        let start = octets.octet(at: from) == UInt8(ascii: " ") ? from &+ 1 : from
        if octets.octet(at: start) <= 0x20 || octets.octet(at: to &- 1) <= 0x20 {
            return Words.trim(octets, from..<to)
        }
        return unsafe Range(uncheckedBounds: (start, to))
    }

    /// Whether Target.isHost has nothing to add. What ends the value ends the host as well.
    @inline(never)
    private static func isPlainHost(_ octets: Span<UInt8>, _ value: Range<Int>) -> Bool {
        let ends = Block(octets, at: value.lowerBound).hostEnds
        let count = ends.trailingZeroBitCount
        if count == 0 || count >= value.count { return count == value.count && count > 0 }
        let port = value.lowerBound &+ count &+ 1
        return octets.octet(at: port &- 1) == UInt8(ascii: ":") && isPlainPort(octets, port, value.upperBound)
    }

    /// 1 … 4 digits.
    @inline(__always)
    private static func isPlainPort(_ octets: Span<UInt8>, _ from: Int, _ to: Int) -> Bool {
        guard to &- from >= 1, to &- from <= 4 else { return false }
        for index in from..<to where !Words.isDigit(octets.octet(at: index)) { return false }
        return true
    }
}

// Field lines, one at a time: RFC 9112 §5. Each of these takes one part and says whether the next one may be read.
extension HeadParser {
    /// To the next line's start.
    @inline(never)
    mutating func finishLine(_ octets: Span<UInt8>, _ head: inout Head, _ limits: HeadLimits) -> Bool {
        switch state {
        case .name: takeName(octets) && takeValue(octets, &head)
        case .value: takeValue(octets, &head)
        case .valueLF: takeValueLF(octets, &head)
        case .lastLF: takeLastLF(octets, &head)
        default: finishRequestLine(octets, &head, limits)
        }
    }

    /// The line at `position`, whatever it is.
    @inline(never)
    mutating func takeOneLine(_ octets: Span<UInt8>, _ head: inout Head, _ limits: HeadLimits) -> Bool {
        guard position < octets.count else { return false }
        if !OctetSet.token.contains(octets[position]) { return takeOddLine(octets, &head) }
        if head.fields.count >= min(limits.maxFields, head.fields.capacity) {
            return reject(431, "too many fields")
        }
        mark = position
        state = .name
        return takeName(octets) && takeValue(octets, &head)
    }

    /// A line that begins with no tchar.
    private mutating func takeOddLine(_ octets: Span<UInt8>, _ head: inout Head) -> Bool {
        if octets[position] != UInt8(ascii: "\r") {
            return reject(400, Offence.inName(octets[position], isEmpty: true))
        }
        position += 1
        state = .lastLF
        return takeLastLF(octets, &head)
    }

    private mutating func takeLastLF(_ octets: Span<UInt8>, _ head: inout Head) -> Bool {
        if position == octets.count { return false }
        if octets[position] != UInt8(ascii: "\n") { return reject(400, "bare CR") }
        position += 1
        head.count = position
        state = .end
        return false
    }

    private mutating func takeName(_ octets: Span<UInt8>) -> Bool {
        let end = Target.skipPlain(octets, position..<octets.count, .token)
        if end - mark > UInt16.max { return reject(431, "field name too long") }
        if end == octets.count { return pause(at: end) }
        if octets[end] != UInt8(ascii: ":") {
            return reject(400, Offence.inName(octets[end], isEmpty: false))
        }
        nameCount = end - mark
        position = end + 1
        state = .value
        return true
    }

    private mutating func takeValue(_ octets: Span<UInt8>, _ head: inout Head) -> Bool {
        while position < octets.count, !Words.isForbiddenInValues(octets[position]) { position += 1 }
        if position == octets.count { return false }
        if octets[position] != UInt8(ascii: "\r") { return reject(400, Offence.inValue(octets[position])) }
        position += 1
        state = .valueLF
        return takeValueLF(octets, &head)
    }

    private mutating func takeValueLF(_ octets: Span<UInt8>, _ head: inout Head) -> Bool {
        if position == octets.count { return false }
        if octets[position] != UInt8(ascii: "\n") { return reject(400, "bare CR") }
        let name = mark..<mark + nameCount
        let value = Words.trim(octets, name.upperBound + 1..<position - 1)
        place(name, value, FieldID(name: octets.extracting(name)), &head)
        position += 1
        state = .field
        return true
    }

    @inline(__always)
    mutating func place(_ name: Range<Int>, _ value: Range<Int>, _ id: FieldID, _ head: inout Head) {
        repeated |= seen & id.bit
        seen |= id.bit
        head.fields.append(
            FieldPlace(
                nameOffset: UInt32(truncatingIfNeeded: name.lowerBound),
                valueOffset: UInt32(truncatingIfNeeded: value.lowerBound),
                valueCount: UInt32(truncatingIfNeeded: value.count),
                nameCount: UInt16(truncatingIfNeeded: name.count), id: id))
    }
}

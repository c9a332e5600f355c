// Lists and white space: RFC 9110 §5.6.1, §5.6.3.
extension Words {
    /// Where the octets of `range` are without SP and HTAB at both ends.
    static func trim(_ text: Span<UInt8>, _ range: Range<Int>) -> Range<Int> {
        var (from, to) = (range.lowerBound, range.upperBound)
        while from < to, isWhite(text[from]) { from += 1 }
        while from < to, isWhite(text[to - 1]) { to -= 1 }
        return from..<to
    }

    /// The first `octet` of `range`; its end when there is none.
    static func find(_ octet: UInt8, _ text: Span<UInt8>, _ range: Range<Int>) -> Int {
        for index in range where text[index] == octet { return index }
        return range.upperBound
    }

    /// Whether a list holds `token`, in any case; parameters behind ";" are not part of a member's token.
    static func list(_ list: Span<UInt8>, has token: StaticString) -> Bool {
        var from = 0
        while from < list.count {
            let end = memberEnd(list, from)
            let name = trim(list, from..<find(UInt8(ascii: ";"), list, from..<end))
            if equalIgnoringCase(list.extracting(name), token) { return true }
            from = end + 1
        }
        return false
    }

    /// Where the member that begins at `from` ends: its comma, or the end. A comma in a quoted string is none:
    /// RFC 9110 §5.6.4.
    private static func memberEnd(_ list: Span<UInt8>, _ from: Int) -> Int {
        var isQuoted = false
        var at = from
        while at < list.count {
            let octet = list[at]
            if octet == UInt8(ascii: "\"") { isQuoted.toggle() }
            if isQuoted, octet == UInt8(ascii: "\\") { at += 1 }
            if !isQuoted, octet == UInt8(ascii: ",") { return at }
            at += 1
        }
        return list.count
    }

    /// 1*DIGIT up to `limit`: no sign, no white space. Nil when malformed or larger.
    static func decimal(_ digits: Span<UInt8>, limit: UInt64) -> UInt64? {
        var sum: UInt64 = 0
        for index in digits.indices {
            let digit = UInt64(digits[index] &- UInt8(ascii: "0"))
            if digit > 9 || digit > limit || sum > (limit - digit) / 10 { return nil }
            sum = sum * 10 + digit
        }
        return digits.isEmpty ? nil : sum
    }

    /// The value of a hexadecimal digit.
    @inline(__always)
    static func hexadecimal(_ octet: UInt8) -> UInt8? {
        if isDigit(octet) { return octet & 0x0f }
        let letter = octet | 0x20
        return letter &- UInt8(ascii: "a") < 6 ? letter &- UInt8(ascii: "a") &+ 10 : nil
    }
}

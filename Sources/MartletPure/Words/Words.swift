/// The words of HTTP: tokens, values, lists, and compares of them. RFC 9110 §5.6.
enum Words {
    /// 1*tchar: RFC 9110 §5.6.2.
    static func isToken(_ text: Span<UInt8>) -> Bool {
        for index in 0..<text.count where !OctetSet.token.contains(text.octet(at: index)) { return false }
        return !text.isEmpty
    }

    /// No controls but HTAB; obs-text is allowed: RFC 9110 §5.5.
    static func isFieldValue(_ text: Span<UInt8>) -> Bool {
        var at = 0
        while text.count &- at >= 8 {
            // A tab looks like a forbidden one at first.
            let isSuspicious = haveControl(text.load(UInt64.self, at: at))
            if isSuspicious, hasForbidden(text, at, at &+ 8) { return false }
            at &+= 8
        }
        return !hasForbidden(text, at, text.count)
    }

    private static func hasForbidden(_ text: Span<UInt8>, _ from: Int, _ to: Int) -> Bool {
        for index in from..<to where isForbiddenInValues(text.octet(at: index)) { return true }
        return false
    }

    /// Whether one of eight octets is below SP or is DEL.
    @inline(__always)
    private static func haveControl(_ word: UInt64) -> Bool {
        let each: UInt64 = 0x0101_0101_0101_0101
        let deletes = word ^ 0x7f * each  // zero where DEL is
        // Subtracting n sets the high bit of the lowest octet that is below n and had it clear.
        let below = (word &- 0x20 * each) & ~word
        return (below | (deletes &- each) & ~deletes) & (0x80 * each) != 0
    }

    @inline(__always)
    static func isForbiddenInValues(_ octet: UInt8) -> Bool {
        octet < 0x20 && octet != UInt8(ascii: "\t") || octet == 0x7f
    }

    @inline(__always)
    static func isDigit(_ octet: UInt8) -> Bool { octet &- UInt8(ascii: "0") < 10 }

    /// SP or HTAB.
    @inline(__always)
    static func isWhite(_ octet: UInt8) -> Bool { octet == UInt8(ascii: " ") || octet == UInt8(ascii: "\t") }

    static func contains(_ text: Span<UInt8>, _ octet: UInt8) -> Bool {
        for index in text.indices where text[index] == octet { return true }
        return false
    }
}

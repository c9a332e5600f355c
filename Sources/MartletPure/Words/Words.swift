/// The words of HTTP: tokens, values, lists, and compares of them. RFC 9110 §5.6.
enum Words {
    /// 1*tchar: RFC 9110 §5.6.2.
    static func isToken(_ text: Span<UInt8>) -> Bool {
        for index in text.indices where !OctetSet.token.contains(text[index]) { return false }
        return !text.isEmpty
    }

    /// No controls but HTAB; obs-text is allowed: RFC 9110 §5.5.
    static func isFieldValue(_ text: Span<UInt8>) -> Bool {
        for index in text.indices where isForbiddenInValues(text[index]) { return false }
        return true
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

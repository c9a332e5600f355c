/// Why what had to be followed by something else was not: for the log.
enum Offence {
    static func inMethod(_ octet: UInt8, isEmpty: Bool) -> StaticString {
        if isEmpty { return "no method" }
        return isLineEnd(octet) ? "no request target" : "invalid octet in the method"
    }

    static func inTarget(_ octet: UInt8, isEmpty: Bool) -> StaticString {
        if octet == UInt8(ascii: " ") { return "more than one space in the request line" }
        if !isLineEnd(octet) { return "invalid octet in the request target" }
        return isEmpty ? "no request target" : "no version in the request line"
    }

    static func inName(_ octet: UInt8, isEmpty: Bool) -> StaticString {
        if Words.isWhite(octet) { return isEmpty ? "folded field line" : "space before the colon of a field" }
        if octet == UInt8(ascii: "\n") { return isEmpty ? "bare LF" : "field line without a colon" }
        if octet == UInt8(ascii: "\r") { return "field line without a colon" }
        return isEmpty && octet == UInt8(ascii: ":")
            ? "field without a name" : "invalid octet in a field name"
    }

    static func inValue(_ octet: UInt8) -> StaticString {
        octet == UInt8(ascii: "\n") ? "bare LF" : "control octet in a field value"
    }

    private static func isLineEnd(_ octet: UInt8) -> Bool {
        octet == UInt8(ascii: "\r") || octet == UInt8(ascii: "\n")
    }
}

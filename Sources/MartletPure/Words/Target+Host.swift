// Hosts and ports: RFC 9110 §7.2, RFC 3986 §3.2.2.
extension Target {
    /// Whether `text` is uri-host [":" port], as the Host field may hold it; empty is allowed. Checks the brackets and
    /// characters of IPv6 literals, the characters of names, and the port's digits up to 65535.
    static func isHost(_ text: Span<UInt8>) -> Bool {
        if text.isEmpty { return true }
        guard let end = hostEnd(text) else { return false }
        if end < text.count, text[end] != UInt8(ascii: ":") { return false }
        if text.count - end <= 1 { return true }
        return Words.decimal(text.extracting(end + 1..<text.count), limit: UInt64(UInt16.max)) != nil
    }

    private static func hostEnd(_ text: Span<UInt8>) -> Int? {
        if text[0] == UInt8(ascii: "[") { return literalEnd(text) }
        let end = skipRun(text, 0..<text.count, .host)
        return end > 0 ? end : nil
    }

    /// Behind the bracket that closes an IPv6 address, the shortest of which is "::".
    private static func literalEnd(_ text: Span<UInt8>) -> Int? {
        let end = skipPlain(text, 1..<text.count, .ipv6)
        guard end < text.count, text[end] == UInt8(ascii: "]") else { return nil }
        var colons = 0
        for index in 1..<end where text[index] == UInt8(ascii: ":") { colons += 1 }
        return colons >= 2 ? end + 1 : nil
    }
}

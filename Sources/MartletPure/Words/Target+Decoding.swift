// What a path says once its escapes are read: RFC 3986 §2.1, §3.3.
extension Target {
    /// Appends `text` with its escapes decoded. False, with nothing appended, for a broken escape or %00.
    static func decode(_ text: Span<UInt8>, into out: inout ByteBuffer) -> Bool {
        let start = out.count
        out.reserve(text.count)
        var at = 0
        while at < text.count {
            if text[at] != UInt8(ascii: "%") {
                out.append(text[at])
                at += 1
                continue
            }
            guard let octet = escape(text, at..<text.count), octet != 0 else {
                out.truncate(to: start)
                return false
            }
            out.append(octet)
            at += 3
        }
        return true
    }

    /// Whether a path as it came holds a "." or ".." between slashes, dots and slashes written plainly or as %2e and
    /// %2f: what a handler that joins paths would walk.
    static func hasDotSegment(_ path: Span<UInt8>) -> Bool {
        for at in path.indices where path[at] == UInt8(ascii: ".") || path[at] == UInt8(ascii: "%") {
            if isBehindSlash(path, at), isDotSegment(path, from: at) { return true }
        }
        return false
    }

    /// Whether what is from `start` to the next slash is one or two dots.
    private static func isDotSegment(_ path: Span<UInt8>, from start: Int) -> Bool {
        var at = start
        var dots = 0
        while let count = written(path, at, UInt8(ascii: "."), "%2e") {
            at += count
            dots += 1
        }
        return (dots == 1 || dots == 2)
            && (at == path.count || written(path, at, UInt8(ascii: "/"), "%2f") != nil)
    }

    private static func isBehindSlash(_ path: Span<UInt8>, _ at: Int) -> Bool {
        if at == 0 || path[at - 1] == UInt8(ascii: "/") { return true }
        return at >= 3 && Words.equalIgnoringCase(path.extracting(at - 3..<at), "%2f")
    }

    /// How many octets of `path` at `at` write that octet, plainly or escaped.
    private static func written(_ path: Span<UInt8>, _ at: Int, _ octet: UInt8, _ escape: StaticString)
        -> Int?
    {
        if at < path.count, path[at] == octet { return 1 }
        guard path.count - at >= 3 else { return nil }
        return Words.equalIgnoringCase(path.extracting(at..<at + 3), escape) ? 3 : nil
    }
}

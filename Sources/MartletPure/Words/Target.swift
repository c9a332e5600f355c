internal import MartletEngine

/// Request targets: RFC 9112 §3.2, RFC 3986.
enum Target {
    /// Classifies the target at `head.target` for `head.method`, and fills the form, path, query, whether the path
    /// needs decoding and, in absolute- and authority-form, the authority.
    ///
    /// The octets are checked here: the path's are RFC 3986's pchar and "/", every "%" stands before two hexadecimal
    /// digits; in the query there may also be what browsers leave unescaped. No fragment, no userinfo. Asterisk-form
    /// is for OPTIONS only (the path is "*" then), authority-form for CONNECT and nowhere else, with a port;
    /// absolute-form has http or https and a host (RFC 9110 §4.2). False: 400.
    static func parse(_ head: inout Head, _ octets: Span<UInt8>) -> Bool {
        let nothing = Place(offset: head.target.offset, count: 0)
        head.targetForm = .origin
        head.pathNeedsDecoding = false
        head.path = nothing
        head.query = nothing
        head.authority = nothing
        let target = head.target.range
        if head.method == .connect { return parseAuthority(&head, octets.extracting(target)) }
        guard let first = target.first else { return false }
        if octets[first] == UInt8(ascii: "/") { return parsePath(&head, octets, target) }
        if target.count > 1 || octets[first] != UInt8(ascii: "*") {
            return parseAbsolute(&head, octets, target)
        }
        head.targetForm = .asterisk
        head.path = head.target
        return head.method == .options
    }

    /// path-abempty [ "?" query ]
    private static func parsePath(_ head: inout Head, _ octets: Span<UInt8>, _ range: Range<Int>) -> Bool {
        let plainEnd = skipPlain(octets, range, .path)
        let end = skipRun(octets, plainEnd..<range.upperBound, .path)
        head.path = Place(range.lowerBound..<end)
        head.pathNeedsDecoding = end != plainEnd
        if end == range.upperBound { return true }
        if octets[end] != UInt8(ascii: "?") { return false }
        let query = end + 1..<range.upperBound
        head.query = Place(query)
        return skipRun(octets, query, .query) == range.upperBound
    }

    /// Of the two schemes that this server can be the origin of: RFC 9110 §4.2. An empty host is to be rejected there.
    private static func parseAbsolute(_ head: inout Head, _ octets: Span<UInt8>, _ target: Range<Int>) -> Bool
    {
        guard let scheme = schemeCount(octets.extracting(target)) else { return false }
        let start = target.lowerBound + scheme
        var end = start
        while end < target.upperBound, octets[end] != UInt8(ascii: "/"), octets[end] != UInt8(ascii: "?") {
            end += 1
        }
        head.targetForm = .absolute
        head.authority = Place(start..<end)
        return end > start && isHost(octets.extracting(start..<end))
            && parsePath(&head, octets, end..<target.upperBound)
    }

    /// Only CONNECT has it, and there the port is not optional: RFC 9110 §9.3.6.
    private static func parseAuthority(_ head: inout Head, _ target: Span<UInt8>) -> Bool {
        head.targetForm = .authority
        head.authority = head.target
        guard Words.contains(target, UInt8(ascii: ":")) else { return false }
        return Words.isDigit(target[target.count - 1]) && isHost(target)
    }

    private static func schemeCount(_ target: Span<UInt8>) -> Int? {
        if target.count > 7, Words.equalIgnoringCase(target.extracting(first: 7), "http://") { return 7 }
        if target.count > 8, Words.equalIgnoringCase(target.extracting(first: 8), "https://") { return 8 }
        return nil
    }
}

// Runs of octets of a set.
extension Target {
    /// The end of the run of octets of `set` that begins `range`.
    @inline(__always)
    static func skipPlain(_ octets: Span<UInt8>, _ range: Range<Int>, _ set: OctetSet) -> Int {
        var at = range.lowerBound
        while at < range.upperBound, set.contains(octets[at]) { at &+= 1 }
        return at
    }

    /// The same with well-formed escapes.
    @inline(__always)
    static func skipRun(_ octets: Span<UInt8>, _ range: Range<Int>, _ set: OctetSet) -> Int {
        var at = skipPlain(octets, range, set)
        while at < range.upperBound, escape(octets, at..<range.upperBound) != nil {
            at = skipPlain(octets, at + 3..<range.upperBound, set)
        }
        return at
    }

    /// The value of the escape that begins `range`.
    static func escape(_ octets: Span<UInt8>, _ range: Range<Int>) -> UInt8? {
        let at = range.lowerBound
        guard range.count >= 3, octets[at] == UInt8(ascii: "%"),
            let high = Words.hexadecimal(octets[at + 1]), let low = Words.hexadecimal(octets[at + 2])
        else { return nil }
        return high << 4 | low
    }
}

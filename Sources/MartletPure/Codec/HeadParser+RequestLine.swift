internal import MartletEngine

// The request line: method SP target SP version CRLF, RFC 9112 §3. Each of these takes one part of it and says whether
// the next part may be read: not when the line is wrong, or when the input ends.
extension HeadParser {
    /// What is left of the request line.
    mutating func finishRequestLine(_ octets: Span<UInt8>, _ head: inout Head, _ limits: HeadLimits) -> Bool {
        if state == .start, !takeStart(octets, &head) { return false }
        if state == .method, !takeMethod(octets, &head, limits) { return false }
        if state == .target, !takeTarget(octets, &head, limits) { return false }
        if state == .version, !takeVersion(octets, head, limits) { return false }
        if state == .lineCR, !takeLineCR(octets, head, limits) { return false }
        return state != .lineLF || takeLineLF(octets, &head)
    }

    @inline(__always)
    mutating func pause(at position: Int) -> Bool {
        self.position = position
        return false
    }

    @inline(__always)
    private mutating func goOn(to state: State, at position: Int) -> Bool {
        self.state = state
        self.position = position
        mark = position
        return true
    }

    /// Where the request line has to have ended.
    private func lineLimit(_ octets: Span<UInt8>, _ head: borrowing Head, _ limits: HeadLimits) -> Int {
        min(Int(head.methodName.offset) + limits.maxRequestLine, octets.count)
    }

    /// The request line goes on to `limit`: is that where the input or where our patience ends?
    private mutating func pauseInLine(_ octets: Span<UInt8>, at limit: Int) -> Bool {
        if limit < octets.count { return reject(414, "request line too long") }
        return pause(at: limit)
    }

    /// One empty line before the request line is passed over: RFC 9112 §2.2.
    private mutating func takeStart(_ octets: Span<UInt8>, _ head: inout Head) -> Bool {
        guard octets.count > 0 else { return false }
        var start = 0
        if octets[0] == UInt8(ascii: "\r") {
            guard octets.count > 1 else { return false }
            if octets[1] != UInt8(ascii: "\n") { return reject(400, "bare CR") }
            start = 2
        }
        head.methodName.offset = UInt32(start)
        return goOn(to: .method, at: start)
    }

    private mutating func takeMethod(_ octets: Span<UInt8>, _ head: inout Head, _ limits: HeadLimits) -> Bool
    {
        let start = Int(head.methodName.offset)
        let limit = lineLimit(octets, head, limits)
        let end = Target.skipPlain(octets, min(position, limit)..<limit, .token)
        if end - start > Self.methodLimit { return reject(501, "method of more than 32 octets") }
        if end == limit { return pauseInLine(octets, at: limit) }
        if octets[end] != UInt8(ascii: " ") || end == start {
            return reject(400, Offence.inMethod(octets[end], isEmpty: end == start))
        }
        head.methodName = Place(start..<end)
        return goOn(to: .target, at: end + 1)
    }

    private mutating func takeTarget(_ octets: Span<UInt8>, _ head: inout Head, _ limits: HeadLimits) -> Bool
    {
        let limit = lineLimit(octets, head, limits)
        var end = position
        while end < limit, octets[end] > 0x20, octets[end] < 0x7f { end += 1 }
        if end >= limit { return pauseInLine(octets, at: limit) }
        if octets[end] != UInt8(ascii: " ") || end == mark {
            return reject(400, Offence.inTarget(octets[end], isEmpty: end == mark))
        }
        head.target = Place(mark..<end)
        return goOn(to: .version, at: end + 1)
    }

    /// "HTTP/" DIGIT "." DIGIT, in upper case: RFC 9112 §2.3.
    private mutating func takeVersion(
        _ octets: Span<UInt8>, _ head: borrowing Head, _ limits: HeadLimits
    ) -> Bool {
        let limit = lineLimit(octets, head, limits)
        let form = StaticString("HTTP/1.1").octets
        while position - mark < form.count {
            if position >= limit { return pauseInLine(octets, at: limit) }
            let wanted = form[position - mark]
            let octet = octets[position]
            if octet != wanted, wanted != UInt8(ascii: "1") || !Words.isDigit(octet) {
                return reject(400, "malformed version")
            }
            position += 1
        }
        state = .lineCR
        return true
    }

    private mutating func takeLineCR(_ octets: Span<UInt8>, _ head: borrowing Head, _ limits: HeadLimits)
        -> Bool
    {
        if position == octets.count { return false }
        if octets[position] != UInt8(ascii: "\r") {
            if position == lineLimit(octets, head, limits) { return reject(414, "request line too long") }
            return reject(400, octets[position] == UInt8(ascii: "\n") ? "bare LF" : "malformed version")
        }
        position += 1
        state = .lineLF
        return true
    }

    private mutating func takeLineLF(_ octets: Span<UInt8>, _ head: inout Head) -> Bool {
        if position == octets.count { return false }
        if octets[position] != UInt8(ascii: "\n") { return reject(400, "bare CR") }
        position += 1
        state = .field
        return readRequestLine(octets, &head)
    }

    /// Version, method and target of a complete request line. False: rejected.
    private mutating func readRequestLine(_ octets: Span<UInt8>, _ head: inout Head) -> Bool {
        let version = head.target.range.upperBound + 1
        if octets[version + 5] != UInt8(ascii: "1") { return reject(505, "not HTTP/1.x") }
        // A higher minor is read as our own: RFC 9110 §2.5.
        head.minorVersion = octets[version + 7] == UInt8(ascii: "0") ? 0 : 1
        head.method = CoreMethod(token: octets.extracting(head.methodName.range))
        return Target.parse(&head, octets) || reject(400, "malformed request target")
    }
}

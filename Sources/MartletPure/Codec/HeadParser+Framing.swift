internal import MartletEngine

// What a complete head means: the rules that tie fields together. RFC 9112 §3.2, §6, §9.3.
extension HeadParser {
    @inline(__always)
    private func has(_ id: FieldID) -> Bool { seen & id.bit != 0 }

    @inline(__always)
    private func repeats(_ id: FieldID) -> Bool { repeated & id.bit != 0 }

    /// Fills authority, framing, length, persistence and expectation from the fields. False: rejected.
    mutating func check(_ head: inout Head, _ octets: Span<UInt8>) -> Bool {
        if !checkHost(&head, octets) { return false }
        head.keepsAlive = head.minorVersion > 0
        if has(.connection) { readConnection(&head, octets) }
        if has(.transferEncoding) {
            if !checkCodings(&head, octets) { return false }
        } else if has(.contentLength) {
            if !checkLength(&head, octets) { return false }
        }
        return !has(.expect) || checkExpect(&head, octets)
    }

    /// Whether a trailer section holds only what may stand there. False: rejected.
    mutating func checkTrailers() -> Bool {
        if !has(.host) && !has(.contentLength) && !has(.transferEncoding) { return true }
        return reject(400, "a field of framing or routing in a trailer section")
    }

    /// Exactly one in HTTP/1.1 (RFC 9112 §3.2), also beside a target in absolute-form, whose authority then counts
    /// (§3.2.2).
    private mutating func checkHost(_ head: inout Head, _ octets: Span<UInt8>) -> Bool {
        if repeats(.host) { return reject(400, "more than one Host field") }
        if !has(.host) { return head.minorVersion == 0 || reject(400, "no Host field") }
        let host = head.fields[head.next(.host, from: 0)].value
        if !isPlainHost, !Target.isHost(octets.extracting(host.range)) {
            return reject(400, "malformed Host field")
        }
        if head.targetForm == .origin || head.targetForm == .asterisk { head.authority = host }
        return true
    }

    /// RFC 9110 §8.6 and RFC 9112 §6.3 let a recipient refuse repeated lengths even when they agree: whoever sits in
    /// front may have picked another one.
    private mutating func checkLength(_ head: inout Head, _ octets: Span<UInt8>) -> Bool {
        if repeats(.contentLength) { return reject(400, "more than one Content-Length field") }
        let value = octets.extracting(head.fields[head.next(.contentLength, from: 0)].value.range)
        guard let length = Words.decimal(value, limit: UInt64(Int64.max)) else {
            return reject(400, "malformed Content-Length field")
        }
        head.contentLength = length
        head.framing = .length
        return true
    }

    /// RFC 9112 §6.1, §6.3. Empty members are passed over (RFC 9110 §5.6.1.2), but not all do that, and the list
    /// decides where the message ends: nothing behind it is taken for a request.
    private mutating func checkCodings(_ head: inout Head, _ octets: Span<UInt8>) -> Bool {
        if head.minorVersion == 0 { return reject(400, "Transfer-Encoding in HTTP/1.0") }
        if has(.contentLength) { return reject(400, "Transfer-Encoding beside Content-Length") }
        let codings = TransferCodings(head, octets)
        if codings.isMalformed { return reject(400, "malformed Transfer-Encoding field") }
        if !codings.endsChunked || codings.chunked != 1 {
            return reject(400, "chunked is not the last transfer coding, and that once")
        }
        if codings.count > 1 { return reject(501, "unknown transfer coding") }
        head.framing = .chunked
        if codings.hasEmpty { head.keepsAlive = false }
        return true
    }

    /// "close" wins, wherever it stands: RFC 9112 §9.3.
    private func readConnection(_ head: inout Head, _ octets: Span<UInt8>) {
        var closes = false
        var keeps = head.minorVersion > 0
        var index = head.next(.connection, from: 0)
        while index < head.fields.count {
            let value = octets.extracting(head.fields[index].value.range)
            if Words.equalIgnoringCase(value, "keep-alive") {  // what nearly all of them say
                keeps = true
            } else {
                closes = closes || Words.list(value, has: "close")
                keeps = keeps || Words.list(value, has: "keep-alive")
            }
            if !repeats(.connection) { break }
            index = head.next(.connection, from: index + 1)
        }
        head.keepsAlive = keeps && !closes
    }

    /// Ignored in HTTP/1.0; any expectation but 100-continue may be answered 417: RFC 9110 §10.1.1.
    private mutating func checkExpect(_ head: inout Head, _ octets: Span<UInt8>) -> Bool {
        if head.minorVersion == 0 { return true }
        var index = head.next(.expect, from: 0)
        while index < head.fields.count {
            var members = ListMembers(of: octets.extracting(head.fields[index].value.range))
            while let member = members.next() {
                let isContinue = Words.equalIgnoringCase(member, "100-continue")
                if !isContinue && !member.isEmpty { return reject(417, "unknown expectation") }
                if isContinue { head.expectsContinue = true }
            }
            index = head.next(.expect, from: index + 1)
        }
        return true
    }
}

/// What the Transfer-Encoding fields of a head name. All of them are one list: RFC 9110 §5.3.
struct TransferCodings {
    private(set) var count = 0
    /// How many of them are "chunked" …
    private(set) var chunked = 0
    /// … and whether the last one is.
    private(set) var endsChunked = false
    /// No token, or parameters on "chunked".
    private(set) var isMalformed = false
    /// A member with nothing in it.
    private(set) var hasEmpty = false

    init(_ head: borrowing Head, _ octets: Span<UInt8>) {
        var index = head.next(.transferEncoding, from: 0)
        while index < head.fields.count {
            var members = ListMembers(of: octets.extracting(head.fields[index].value.range))
            while let member = members.next() { note(member) }
            index = head.next(.transferEncoding, from: index + 1)
        }
    }

    private mutating func note(_ member: Span<UInt8>) {
        if member.isEmpty {
            hasEmpty = true
            return
        }
        let end = Words.find(UInt8(ascii: ";"), member, 0..<member.count)
        let name = member.extracting(Words.trim(member, 0..<end))
        endsChunked = Words.equalIgnoringCase(name, "chunked")
        count += 1
        if endsChunked { chunked += 1 }
        if !Words.isToken(name) || (endsChunked && end < member.count) { isMalformed = true }
    }
}

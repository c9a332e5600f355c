/// The members of a list that holds no quoted strings, without the white space around them. Empty ones come too.
struct ListMembers: ~Escapable {
    private let list: Span<UInt8>
    /// Where the next one begins; past the end when there is none.
    private var at = 0

    @_lifetime(copy list)
    init(of list: Span<UInt8>) { self.list = list }

    @_lifetime(copy self)
    mutating func next() -> Span<UInt8>? {
        guard at <= list.count else { return nil }
        let end = Words.find(UInt8(ascii: ","), list, at..<list.count)
        let member = Words.trim(list, at..<end)
        at = end + 1
        return list.extracting(member)
    }
}

/// Fields that the server itself acts on. RFC 9110, RFC 9112.
enum FieldID: UInt8, Sendable, CaseIterable {
    case other
    case host
    case connection
    case contentLength
    case transferEncoding
    case expect
    case upgrade
    case te
    case trailer
    case keepAlive
    case date
    case server
    case acceptEncoding
    case ifMatch
    case ifNoneMatch
    case ifModifiedSince
    case ifUnmodifiedSince
    case range

    /// Which field this name is, in any case. By its length, then by compares of whole words.
    @inline(__always)
    init(name: Span<UInt8>) {
        switch name.count {
        case 2: self = name.names("te") ? .te : .other
        case 4: self = name.names("host") ? .host : name.names("date") ? .date : .other
        case 5: self = name.names("range") ? .range : .other
        case 6: self = name.names("expect") ? .expect : name.names("server") ? .server : .other
        case 7: self = name.names("upgrade") ? .upgrade : name.names("trailer") ? .trailer : .other
        case 8: self = name.names("if-match") ? .ifMatch : .other
        case 10:
            self = name.names("connection") ? .connection : name.names("keep-alive") ? .keepAlive : .other
        case 13: self = name.names("if-none-match") ? .ifNoneMatch : .other
        case 14: self = name.names("content-length") ? .contentLength : .other
        case 15: self = name.names("accept-encoding") ? .acceptEncoding : .other
        case 17: self = Self.ofSeventeen(name)
        case 19: self = name.names("if-unmodified-since") ? .ifUnmodifiedSince : .other
        default: self = .other
        }
    }

    @inline(__always)
    private static func ofSeventeen(_ name: Span<UInt8>) -> FieldID {
        if name.names("transfer-encoding") { return .transferEncoding }
        return name.names("if-modified-since") ? .ifModifiedSince : .other
    }
}

extension Span<UInt8> {
    /// Whether this, of the same count, 2 or 4 … 24, is that word of lower-case letters in any case. With a literal that
    /// is known when it is compiled, one to three compares.
    @inline(__always)
    fileprivate func names(_ word: StaticString) -> Bool {
        let literal = unsafe UnsafeRawPointer(word.utf8Start)
        if count >= 8 {
            let isMiddleSame = unsafe count <= 16 || same(UInt64.self, literal, at: 8)
            return unsafe isMiddleSame && same(UInt64.self, literal, at: 0)
                && same(UInt64.self, literal, at: count &- 8)
        }
        if count >= 4 {
            return unsafe same(UInt32.self, literal, at: 0) && same(UInt32.self, literal, at: count &- 4)
        }
        return unsafe same(UInt16.self, literal, at: 0)
    }

    /// The first compare decides for nearly all names. It takes a CR for a "-".
    @inline(__always)
    private func same<Word: FixedWidthInteger & BitwiseCopyable>(
        _ type: Word.Type, _ literal: UnsafeRawPointer, at index: Int
    ) -> Bool {
        let mine = load(type, at: index)
        let wanted = unsafe literal.loadUnaligned(fromByteOffset: index, as: type)
        let spaces = Word(truncatingIfNeeded: 0x2020_2020_2020_2020 as UInt64)
        return mine | spaces == wanted && Words.lower(UInt64(mine)) == UInt64(wanted)
    }
}

extension FieldID {
    /// For sets of kinds.
    @inline(__always)
    var bit: UInt32 { 1 << UInt32(rawValue) }
}

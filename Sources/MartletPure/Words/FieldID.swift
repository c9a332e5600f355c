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

    /// Which field this name is, in any case. Most are none of these, as their length and first octet tell.
    @inline(__always)
    init(name: Span<UInt8>) {
        self = Self.mayKnow(name) ? Self.find(name) : .other
    }

    /// A letter for each count of octets from 0 on: what names of that count begin with.
    private static let initials: StaticString = "..t.hreui.c..ica.t.i"
    private static let otherInitials: StaticString = "....d.st..k......i.."

    @inline(__always)
    private static func mayKnow(_ name: Span<UInt8>) -> Bool {
        guard name.count > 0, name.count < 20 else { return false }
        let initial = name.octet(at: 0) | 0x20
        return unsafe initial == initials.utf8Start[name.count]
            || initial == otherInitials.utf8Start[name.count]
    }

    /// By length, then by compares of whole words.
    @inline(never)
    private static func find(_ name: Span<UInt8>) -> FieldID {
        switch name.count {
        case 2: name.names("te") ? .te : .other
        case 4: name.names("host") ? .host : name.names("date") ? .date : .other
        case 5: name.names("range") ? .range : .other
        case 6: name.names("expect") ? .expect : name.names("server") ? .server : .other
        case 7: name.names("upgrade") ? .upgrade : name.names("trailer") ? .trailer : .other
        case 8: name.names("if-match") ? .ifMatch : .other
        case 10:
            name.names("connection") ? .connection : name.names("keep-alive") ? .keepAlive : .other
        case 13: name.names("if-none-match") ? .ifNoneMatch : .other
        case 14: name.names("content-length") ? .contentLength : .other
        case 15: name.names("accept-encoding") ? .acceptEncoding : .other
        case 17: ofSeventeen(name)
        case 19: name.names("if-unmodified-since") ? .ifUnmodifiedSince : .other
        default: .other
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
    var bit: UInt32 { 1 &<< UInt32(rawValue) }
}

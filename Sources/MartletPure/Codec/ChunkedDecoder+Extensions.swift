// Chunk extensions: RFC 9112 §7.1.1. They are read and forgotten.
extension ChunkedDecoder {
    mutating func takeExtension(_ octet: UInt8) {
        switch state {
        case .nameStart: takeNameStart(octet)
        case .name: takeName(octet)
        case .nameSpace: takeNameSpace(octet)
        case .valueStart: takeValueStart(octet)
        case .value: takeValue(octet)
        case .quoted: takeQuoted(octet)
        case .escaped: takeEscaped(octet)
        case .quotedEnd: endPart(octet, else: .extensionSpace, "malformed chunk extension value")
        default: takeSpace(octet)
        }
    }

    /// What may follow a whole size, name or value. White space there is "bad", and still has to be read: RFC 9110
    /// §5.6.3.
    mutating func endPart(_ octet: UInt8, else space: State, _ reason: StaticString) {
        switch octet {
        case UInt8(ascii: "\r"): state = .lineLF
        case UInt8(ascii: ";"): state = .nameStart
        case UInt8(ascii: " "), UInt8(ascii: "\t"): state = space
        default: reject(reason)
        }
    }

    private mutating func takeSpace(_ octet: UInt8) {
        if octet == UInt8(ascii: ";") {
            state = .nameStart
        } else if !Words.isWhite(octet) {
            reject("white space behind a chunk size or extension")
        }
    }

    private mutating func takeNameStart(_ octet: UInt8) {
        if OctetSet.token.contains(octet) {
            state = .name
        } else if !Words.isWhite(octet) {
            reject("chunk extension without a name")
        }
    }

    private mutating func takeName(_ octet: UInt8) {
        if OctetSet.token.contains(octet) { return }
        if octet == UInt8(ascii: "=") {
            state = .valueStart
        } else {
            endPart(octet, else: .nameSpace, "malformed chunk extension name")
        }
    }

    private mutating func takeNameSpace(_ octet: UInt8) {
        if octet == UInt8(ascii: "=") { state = .valueStart } else { takeSpace(octet) }
    }

    private mutating func takeValueStart(_ octet: UInt8) {
        if octet == UInt8(ascii: "\"") {
            state = .quoted
        } else if OctetSet.token.contains(octet) {
            state = .value
        } else if !Words.isWhite(octet) {
            reject("chunk extension without a value")
        }
    }

    private mutating func takeValue(_ octet: UInt8) {
        if OctetSet.token.contains(octet) { return }
        endPart(octet, else: .extensionSpace, "malformed chunk extension value")
    }

    private mutating func takeQuoted(_ octet: UInt8) {
        if octet == UInt8(ascii: "\"") {
            state = .quotedEnd
        } else if octet == UInt8(ascii: "\\") {
            state = .escaped
        } else if Words.isForbiddenInValues(octet) {
            reject("control octet in a chunk extension")
        }
    }

    private mutating func takeEscaped(_ octet: UInt8) {
        state = .quoted
        if Words.isForbiddenInValues(octet) { reject("control octet in a chunk extension") }
    }
}

internal import MartletEngine

extension ResponseState {
    /// What the fields of one response may take.
    static let fieldsLimit = 65536

    /// Adds a field line. Fields about the message's framing and the connection are the server's: RFC 9110 §7.6.1, RFC
    /// 9112 §6; "Connection: close" alone is understood.
    mutating func addField(_ name: Span<UInt8>, _ value: Span<UInt8>) -> CoreStatus {
        guard Words.isToken(name), Words.isFieldValue(value) else { return .invalidArgument }
        let id = FieldID(name: name)
        if id.isServers {
            guard id == .connection, Words.equalIgnoringCase(value, "close") else { return .invalidArgument }
            isSet = true
            wantsClose = true
            return .ok
        }
        let left = Self.fieldsLimit - fields.count
        if name.count > left || value.count > left || name.count + value.count + 4 > left { return .limit }
        fields.append(name)
        fields.append(": ")
        fields.append(value)
        fields.append("\r\n")
        isSet = true
        return .ok
    }

    /// Adds first, so that a refused value leaves the old field: the new line is the last, and moves into no one's
    /// place.
    mutating func setField(_ name: Span<UInt8>, _ value: Span<UInt8>) -> CoreStatus {
        let before = fields.count
        let status = addField(name, value)
        if case .ok = status, fields.count > before { removeField(name, before: before) }
        return status
    }

    mutating func removeField(_ name: Span<UInt8>) {
        if FieldID(name: name) == .connection { wantsClose = false }
        removeField(name, before: fields.count)
    }

    /// The first value of that name, in any case.
    func withField<Result>(_ name: Span<UInt8>, _ body: (Span<UInt8>) -> Result) -> Result? {
        var start = 0
        while start < fields.count {
            let line = line(at: start)
            if Words.equalIgnoringCase(fields.octets(line.name), name) {
                return body(fields.octets(line.value))
            }
            start = line.end
        }
        return nil
    }

    func hasField(_ name: Span<UInt8>) -> Bool { withField(name) { _ in true } ?? false }

    private mutating func removeField(_ name: Span<UInt8>, before end: Int) {
        var start = 0
        var end = end
        while start < end {
            let line = line(at: start)
            if Words.equalIgnoringCase(fields.octets(line.name), name) {
                fields.remove(start..<line.end)
                end -= line.end - start
            } else {
                start = line.end
            }
        }
    }

    private struct Line {
        var name: Place
        var value: Place
        var end: Int
    }

    private func line(at start: Int) -> Line {
        let octets = fields.span
        var colon = start
        while octets[colon] != UInt8(ascii: ":") { colon += 1 }
        var end = colon
        while octets[end] != UInt8(ascii: "\r") { end += 1 }
        return Line(
            name: Place(offset: UInt32(start), count: UInt32(colon - start)),
            value: Place(offset: UInt32(colon + 2), count: UInt32(end - colon - 2)), end: end + 2)
    }
}

extension FieldID {
    /// Fields that no handler may set.
    fileprivate var isServers: Bool {
        switch self {
        case .connection, .contentLength, .transferEncoding, .date, .server, .keepAlive: true
        default: false
        }
    }
}

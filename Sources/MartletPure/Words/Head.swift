internal import MartletEngine

/// The forms of a request target: RFC 9112 §3.2.
enum TargetForm: UInt8, Sendable {
    case origin, absolute, authority, asterisk
}

/// How long a request's body is: RFC 9112 §6.3.
enum RequestFraming: UInt8, Sendable {
    case none, length, chunked
}

/// The head of a message as the parser leaves it: places in the message's own octets, which may move, and which
/// whoever keeps them hands in with each question.
struct Head: ~Copyable {
    var fields: FieldTable
    var methodName = Place()
    var target = Place()
    /// Within the target; a count of 0 means "/": absolute-form without a path.
    var path = Place()
    /// Without "?".
    var query = Place()
    /// Of the target, or the Host field's value.
    var authority = Place()
    /// Announced, where `framing` is `length`; else 0.
    var contentLength: UInt64 = 0
    /// Octets of the whole head, the empty line included.
    var count = 0
    var method = CoreMethod.unknown
    /// 0 or 1.
    var minorVersion = 1
    var targetForm = TargetForm.origin
    var framing = RequestFraming.none
    /// What the request asks for: RFC 9112 §9.3.
    var keepsAlive = false
    /// Expect: 100-continue in HTTP/1.1: RFC 9110 §10.1.1.
    var expectsContinue = false
    /// The path holds a "%".
    var pathNeedsDecoding = false

    init(fieldCapacity: Int) { fields = FieldTable(capacity: fieldCapacity) }

    /// So that whoever logs a refused message finds nothing of the one before.
    mutating func clear() {
        fields.removeAll()
        methodName = Place()
        target = Place()
        path = Place()
        query = Place()
        authority = Place()
        contentLength = 0
        count = 0
        method = .unknown
        minorVersion = 1
        targetForm = .origin
        framing = .none
        keepsAlive = false
        expectsContinue = false
        pathNeedsDecoding = false
    }

    /// The index of the first field of that kind from `index` on; `fields.count` when there is none.
    func next(_ id: FieldID, from index: Int) -> Int {
        var index = index
        while index < fields.count, fields[index].id != id { index += 1 }
        return index
    }

    /// The index of the first field called `name`, in any case.
    func find(_ name: Span<UInt8>, in octets: Span<UInt8>) -> Int? {
        for index in 0..<fields.count where Int(fields[index].nameCount) == name.count {
            let place = fields[index].name.range
            if Words.equalIgnoringCase(octets.extracting(place), name) { return index }
        }
        return nil
    }
}

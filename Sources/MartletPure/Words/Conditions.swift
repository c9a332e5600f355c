/// What a request makes its own condition: RFC 9110 §13.
enum Conditions {
    /// What becomes of a request by GET or HEAD for what has these validators: 200 (its conditions hold, or it has
    /// none), 304 or 412. `now` is for dates whose year has two digits. Seconds since 1970. RFC 9110 §13.2.2.
    static func evaluate(
        _ head: borrowing Head, _ octets: Span<UInt8>, etag: Span<UInt8>, modified: Int64, now: Int64
    ) -> Int {
        if has(head, .ifMatch) {
            if !names(head, octets, .ifMatch, etag, by: .strong) { return 412 }
        } else if let date = date(head, octets, .ifUnmodifiedSince, now) {
            if modified > date { return 412 }
        }
        if has(head, .ifNoneMatch) { return names(head, octets, .ifNoneMatch, etag, by: .weak) ? 304 : 200 }
        if let date = date(head, octets, .ifModifiedSince, now) { return modified <= date ? 304 : 200 }
        return 200
    }

    private static func has(_ head: borrowing Head, _ id: FieldID) -> Bool {
        head.next(id, from: 0) < head.fields.count
    }

    /// Whether one of the fields of that kind names `etag`: all of them are one list (RFC 9110 §5.3).
    private static func names(
        _ head: borrowing Head, _ octets: Span<UInt8>, _ id: FieldID, _ etag: Span<UInt8>,
        by comparison: EntityTag.Comparison
    ) -> Bool {
        var index = head.next(id, from: 0)
        while index < head.fields.count {
            let value = octets.extracting(head.fields[index].value.range)
            if EntityTag.list(value, names: etag, by: comparison) { return true }
            index = head.next(id, from: index + 1)
        }
        return false
    }

    /// The date in the field of that kind. Nil where it is none, or there are several: such a field is to be ignored
    /// (RFC 9110 §13.1.3, §13.1.4).
    private static func date(
        _ head: borrowing Head, _ octets: Span<UInt8>, _ id: FieldID, _ now: Int64
    ) -> Int64? {
        let index = head.next(id, from: 0)
        guard index < head.fields.count, head.next(id, from: index + 1) == head.fields.count else {
            return nil
        }
        return HTTPDate.parse(octets.extracting(head.fields[index].value.range), now: now)
    }
}

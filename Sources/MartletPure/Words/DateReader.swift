/// Reads the parts of a date in turn. Each gives nothing, and stays where it is, when its part is not there.
struct DateReader: ~Escapable {
    private let text: Span<UInt8>
    private var at = 0

    @_lifetime(copy text)
    init(of text: Span<UInt8>) { self.text = text }

    /// Sun, 06 Nov 1994 08:49:37 GMT
    mutating func fixdate() -> CivilTime? {
        guard name(of: HTTPDate.weekdays) != nil, word(", "), let day = number(2), octet(" "),
            let month = name(of: HTTPDate.months), octet(" "), let year = number(4), octet(" "),
            let time = clock(), word(" GMT")
        else { return nil }
        return time.on(year, month, day)
    }

    /// Sun Nov  6 08:49:37 1994
    mutating func asctime() -> CivilTime? {
        guard name(of: HTTPDate.weekdays) != nil, octet(" "), let month = name(of: HTTPDate.months),
            octet(" "),
            let day = octet(" ") ? number(1) : number(2), octet(" "), let time = clock(), octet(" "),
            let year = number(4)
        else { return nil }
        return time.on(year, month, day)
    }

    /// Sunday, 06-Nov-94 08:49:37 GMT
    mutating func rfc850(now: Int64) -> CivilTime? {
        guard longWeekday(), word(", "), let day = number(2), octet("-"),
            let month = name(of: HTTPDate.months),
            octet("-"), let year = number(2), octet(" "), let time = clock(), word(" GMT"), at == text.count
        else { return nil }
        return Self.latest(time.on(year, month, day), now: now)
    }

    /// In the latest year with these last two digits in which the date is no more than 50 years ahead of now.
    private static func latest(_ date: CivilTime, now: Int64) -> CivilTime {
        var date = date
        var limit = CivilTime(seconds: now)
        limit.year += 50
        date.year += limit.year / 100 * 100
        while date.year >= 100, date.seconds > limit.seconds { date.year -= 100 }
        return date
    }

    private mutating func longWeekday() -> Bool {
        word("Sunday") || word("Monday") || word("Tuesday") || word("Wednesday") || word("Thursday")
            || word("Friday") || word("Saturday")
    }

    /// hour ":" minute ":" second
    private mutating func clock() -> CivilTime? {
        guard let hour = number(2), octet(":"), let minute = number(2), octet(":"), let second = number(2)
        else {
            return nil
        }
        return CivilTime(hour: hour, minute: minute, second: second)
    }

    /// One of names of three letters, counted from 1.
    private mutating func name(of names: StaticString) -> Int? {
        guard text.count - at >= 3 else { return nil }
        let name = text.extracting(at..<at + 3)
        for start in stride(from: 0, to: names.octets.count, by: 3)
        where Words.equal(name, names.octets.extracting(start..<start + 3)) {
            at += 3
            return start / 3 + 1
        }
        return nil
    }

    private mutating func word(_ word: StaticString) -> Bool {
        let count = word.octets.count
        guard text.count - at >= count, Words.equal(text.extracting(at..<at + count), word) else {
            return false
        }
        at += count
        return true
    }

    private mutating func octet(_ character: Unicode.Scalar) -> Bool {
        guard at < text.count, text[at] == UInt8(ascii: character) else { return false }
        at += 1
        return true
    }

    private mutating func number(_ digits: Int) -> Int? {
        guard text.count - at >= digits,
            let number = Words.decimal(text.extracting(at..<at + digits), limit: 9999)
        else { return nil }
        at += digits
        return Int(number)
    }
}

extension CivilTime {
    /// The same time of that day.
    fileprivate func on(_ year: Int, _ month: Int, _ day: Int) -> CivilTime {
        CivilTime(year: year, month: month, day: day, hour: hour, minute: minute, second: second)
    }
}

/// Dates of HTTP: RFC 9110 §5.6.7. Seconds since 1970.
enum HTTPDate {
    /// What IMF-fixdate takes.
    static let octets = 29
    static let asctimeOctets = 24

    static let months: StaticString = "JanFebMarAprMayJunJulAugSepOctNovDec"
    static let weekdays: StaticString = "SunMonTueWedThuFriSat"

    /// Appends IMF-fixdate, "Sun, 06 Nov 1994 08:49:37 GMT", for the years 1 … 9999.
    static func append(_ seconds: Int64, to out: inout ByteBuffer) {
        let time = CivilTime(seconds: seconds)
        append(name: time.weekday, of: weekdays, to: &out)
        out.append(", ")
        append(time.day, digits: 2, to: &out)
        out.append(UInt8(ascii: " "))
        append(name: time.month - 1, of: months, to: &out)
        out.append(UInt8(ascii: " "))
        append(time.year, digits: 4, to: &out)
        out.append(UInt8(ascii: " "))
        append(time.hour, digits: 2, to: &out)
        out.append(UInt8(ascii: ":"))
        append(time.minute, digits: 2, to: &out)
        out.append(UInt8(ascii: ":"))
        append(time.second, digits: 2, to: &out)
        out.append(" GMT")
    }

    /// Reads IMF-fixdate, RFC 850's and asctime's dates; nil when it is none. `now` is for years of two digits.
    static func parse(_ text: Span<UInt8>, now: Int64) -> Int64? {
        var reader = DateReader(of: text)
        // The length tells the form: the shortest of RFC 850 has 30 octets.
        let time =
            switch text.count {
            case octets: reader.fixdate()
            case asctimeOctets: reader.asctime()
            default: reader.rfc850(now: now)
            }
        guard let time, time.exists else { return nil }
        return time.seconds
    }

    private static func append(name index: Int, of names: StaticString, to out: inout ByteBuffer) {
        out.append(names.octets.extracting(3 * index..<3 * index + 3))
    }

    private static func append(_ number: Int, digits: Int, to out: inout ByteBuffer) {
        var unit = digits == 4 ? 1000 : 10
        while unit > 0 {
            out.append(UInt8(ascii: "0") + UInt8(number / unit % 10))
            unit /= 10
        }
    }
}

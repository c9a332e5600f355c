import Testing

@testable import MartletPure

@Suite struct HTTPDateTests {
    private static let now: Int64 = 1_785_542_400  // 2026-08-01

    private func format(_ seconds: Int64) -> String { written { HTTPDate.append(seconds, to: &$0) } }

    private func parse(_ date: String, now: Int64 = Self.now) -> Int64? {
        HTTPDate.parse(octets(date).span, now: now)
    }

    @Test func `formats the example of the RFC`() {
        #expect(format(784_111_777) == "Sun, 06 Nov 1994 08:49:37 GMT")
    }

    /// The first and the last day of each month, as a calendar on a wall has them.
    @Test func `counts days from year 1 to 9999`() {
        let lengths = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
        var first: Int64 = -719_162  // a Monday
        for year in 1...9999 {
            let isLeap = year % 4 == 0 && year % 100 != 0 || year % 400 == 0
            for month in 1...12 {
                let length = lengths[month - 1] + (month == 2 && isLeap ? 1 : 0)
                for day in [1, length] {
                    let days = first + Int64(day) - 1
                    let time = CivilTime(seconds: days * 86400 + 86399)
                    let isSame =
                        time.year == year && time.month == month && time.day == day && time.second == 59
                        && time.weekday == Int(days + 719_163) % 7 && time.seconds == days * 86400 + 86399
                    if !isSame { Issue.record("\(year)-\(month)-\(day) is \(time)") }
                }
                first += Int64(length)
            }
        }
        #expect(first == 2_932_897)
    }

    @Test func `reads what it wrote`() {
        for seconds in stride(from: Int64(-62_135_596_800), through: 253_402_300_799, by: 500_001_101) {
            #expect(parse(format(seconds)) == seconds)
        }
    }

    @Test func `what no year of four digits holds is clamped`() {
        #expect(format(.max) == "Fri, 31 Dec 9999 23:59:59 GMT")
        #expect(format(.min) == "Mon, 01 Jan 0001 00:00:00 GMT")
    }

    @Test func `parses all three forms`() {
        for (date, seconds) in [
            ("Sun, 06 Nov 1994 08:49:37 GMT", 784_111_777),
            ("Sunday, 06-Nov-94 08:49:37 GMT", 784_111_777),
            ("Sun Nov  6 08:49:37 1994", 784_111_777),
            ("Wed, 16 Nov 1994 08:49:37 GMT", 784_975_777),
            ("Wednesday, 16-Nov-94 08:49:37 GMT", 784_975_777),
            ("Wed Nov 16 08:49:37 1994", 784_975_777),
            ("Thu, 29 Feb 2024 00:00:00 GMT", 1_709_164_800),
            ("Tue, 29 Feb 2000 23:59:60 GMT", 951_868_800),
        ] {
            #expect(parse(date) == Int64(seconds), "\(date)")
        }
    }

    @Test func `a year of two digits is at most 50 years ahead`() {
        let cases: [(String, Int64, String)] = [
            ("Sunday, 01-Aug-76 00:00:00 GMT", Self.now, "Sat, 01 Aug 2076 00:00:00 GMT"),
            ("Sunday, 01-Aug-76 00:00:01 GMT", Self.now, "Sun, 01 Aug 1976 00:00:01 GMT"),
            ("Sunday, 01-Jan-77 00:00:00 GMT", Self.now, "Sat, 01 Jan 1977 00:00:00 GMT"),
            ("Sunday, 01-Jan-26 00:00:00 GMT", Self.now, "Thu, 01 Jan 2026 00:00:00 GMT"),
            ("Sunday, 29-Feb-00 00:00:00 GMT", Self.now, "Tue, 29 Feb 2000 00:00:00 GMT"),
            // In 2090, "20" is 2120.
            ("Sunday, 01-Jan-20 00:00:00 GMT", 3_786_912_000, "Mon, 01 Jan 2120 00:00:00 GMT"),
            // In 1970, "99" is 1999 and "21" is 1921.
            ("Sunday, 01-Jan-99 00:00:00 GMT", 0, "Fri, 01 Jan 1999 00:00:00 GMT"),
            ("Sunday, 01-Jan-21 00:00:00 GMT", 0, "Sat, 01 Jan 1921 00:00:00 GMT"),
        ]
        for (date, now, expected) in cases { #expect(parse(date, now: now).map(format) == expected) }
    }

    @Test(arguments: [
        "", "0", "Sun, 06 Nov 1994 08:49:37", "Sun, 06 Nov 1994 08:49:37 GMT ",
        " Sun, 06 Nov 1994 08:49:37 GMT",
        "Sun, 06 Nov 1994 08:49:37 UTC", "Sun, 06 Nov 1994 08:49:37 gmt", "sun, 06 Nov 1994 08:49:37 GMT",
        "Sun, 06 nov 1994 08:49:37 GMT", "Sux, 06 Nov 1994 08:49:37 GMT", "Sun, 06 Nox 1994 08:49:37 GMT",
        "Sun,  6 Nov 1994 08:49:37 GMT", "Sun, 00 Nov 1994 08:49:37 GMT", "Sun, 31 Nov 1994 08:49:37 GMT",
        "Sun, 32 Dec 1994 08:49:37 GMT", "Sun, 29 Feb 1900 08:49:37 GMT", "Sun, 29 Feb 2023 08:49:37 GMT",
        "Sun, 30 Feb 2024 08:49:37 GMT", "Sun, 06 Nov 0000 08:49:37 GMT", "Sun, 06 Nov 1994 24:00:00 GMT",
        "Sun, 06 Nov 1994 08:60:37 GMT", "Sun, 06 Nov 1994 08:49:61 GMT", "Sun, 06 Nov -994 08:49:37 GMT",
        "Sun, 06 Nov 1994 +8:49:37 GMT", "Sun, 06-Nov-1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37",
        "Sunday, 06-Nov-94 08:49:37 GMT!", "Sunday, 06-Nov-1994 08:49:37 GMT",
        "Someday, 06-Nov-94 08:49:37 GMT",
        "Sunday, 31-Apr-94 08:49:37 GMT", "Sunday, 29-Feb-23 08:49:37 GMT", "Sun Nov 06 08:49:37 94 ",
        "Sun Nov   6 08:49:37 199", "Sun Nov  0 08:49:37 1994", "Sun Nov 31 08:49:37 1994",
        "Sun Nov 6  08:49:37 1994", "Sun, 06 Nov 1994 08:49:37 GM",
    ])
    func `refuses what is no date`(_ date: String) {
        #expect(parse(date) == nil)
    }
}

/// A second as calendars and clocks name it, in Greenwich, by the proleptic Gregorian calendar.
struct CivilTime {
    var year = 0
    /// 1 … 12
    var month = 0
    /// 1 … 31
    var day = 0
    var hour = 0
    var minute = 0
    /// 60 is a leap second's.
    var second = 0

    // Years are counted from March here, so that the leap day is the last of its year and of its round. The first day
    // is 0000-03-01, a Wednesday; this is how far 1970-01-01 is from it.
    private static let epochDays: Int64 = 719_468
    private static let daySeconds: Int64 = 86400
    private static let yearDays: Int64 = 365
    private static let round4Days = 4 * yearDays + 1
    private static let round100Days = 25 * round4Days - 1
    private static let round400Days = 4 * round100Days + 1

    /// Since 1970. The year is 1 or later.
    var seconds: Int64 {
        let days = Self.days(year, month, day)
        return ((days * 24 + Int64(hour)) * 60 + Int64(minute)) * 60 + Int64(second)
    }

    /// 0: Sunday.
    var weekday: Int { Int((Self.days(year, month, day) + Self.epochDays + 3) % 7) }

    /// Whether there is such a day and such a time of it.
    var exists: Bool {
        guard year >= 1, day >= 1, hour <= 23, minute <= 59, second <= 60 else { return false }
        let next = month == 12 ? Self.days(year + 1, 1, 1) : Self.days(year, month + 1, 1)
        return Self.days(year, month, day) < next
    }

    /// From 1970-01-01 to that day.
    private static func days(_ year: Int, _ month: Int, _ day: Int) -> Int64 {
        let march = Int64(month <= 2 ? year - 1 : year)
        let yearDays = march * Self.yearDays + march / 4 - march / 100 + march / 400
        return yearDays + Int64(daysBefore((month + 9) % 12) + day - 1) - epochDays
    }

    /// Days before the month that is `month` (0: March) of a year that begins in March.
    private static func daysBefore(_ month: Int) -> Int { (153 * month + 2) / 5 }
}

extension CivilTime {
    /// Clamped to the years 1 … 9999.
    init(seconds: Int64) {
        self.init()
        let clamped = min(max(seconds, -62_135_596_800), 253_402_300_799)
        let positive = clamped + Self.epochDays * Self.daySeconds
        hour = Int(positive / 3600 % 24)
        minute = Int(positive / 60 % 60)
        second = Int(positive % 60)
        setDate(positive / Self.daySeconds)
    }

    /// `days` since 0000-03-01.
    private mutating func setDate(_ days: Int64) {
        var days = days
        let years400 = Self.takeUnits(&days, Self.round400Days, .max)
        let years100 = Self.takeUnits(&days, Self.round100Days, 3)
        let years4 = Self.takeUnits(&days, Self.round4Days, 24)
        let years = 400 * years400 + 100 * years100 + 4 * years4 + Self.takeUnits(&days, Self.yearDays, 3)
        let march = Int(5 * days + 2) / 153
        month = (march + 2) % 12 + 1
        day = Int(days) - Self.daysBefore(march) + 1
        year = Int(years) + (month <= 2 ? 1 : 0)
    }

    /// Takes as many whole units as there are, but no more than `most`: the last day of a round belongs to its last
    /// unit.
    private static func takeUnits(_ days: inout Int64, _ unit: Int64, _ most: Int64) -> Int64 {
        let count = min(days / unit, most)
        days -= count * unit
        return count
    }
}

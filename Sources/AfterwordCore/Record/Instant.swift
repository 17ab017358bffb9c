/// A moment in UTC, in microseconds since 1970-01-01T00:00:00Z.
package struct Instant: Hashable, Comparable, Sendable {
    package var microseconds: Int64

    package init(microseconds: Int64) { self.microseconds = microseconds }
    package init(seconds: Int64) { self.microseconds = seconds * 1_000_000 }

    package static func < (left: Instant, right: Instant) -> Bool {
        left.microseconds < right.microseconds
    }

    package func adding(seconds: Int64) -> Instant {
        Instant(microseconds: microseconds + seconds * 1_000_000)
    }

    /// The calendar month in UTC as year × 100 + month: 202608.
    package var month: Int64 {
        let date = CivilDate(daysSinceEpoch: Self.floorDivide(microseconds, 86_400_000_000))
        return Int64(date.year * 100 + date.month)
    }

    /// The first moment of a month, or of the month `more` months after it; nil for an invalid
    /// month.
    ///
    /// - Parameter month: Year × 100 + month, as `month` is.
    package init?(startOfMonth month: Int64, plusMonths more: Int64 = 0) {
        let last = month % 100
        guard (1...12).contains(last) else { return nil }
        let months = month / 100 * 12 + last - 1 + more
        guard
            let day = CivilDate(
                year: Int(Self.floorDivide(months, 12)),
                month: Int(months - Self.floorDivide(months, 12) * 12) + 1, day: 1)
        else { return nil }
        self.init(seconds: day.daysSinceEpoch * 86_400)
    }

    /// The start of the UTC day.
    package var startOfDay: Instant {
        let day: Int64 = 86_400_000_000
        return Instant(microseconds: Self.floorDivide(microseconds, day) * day)
    }

    /// Division rounded toward negative infinity.
    static func floorDivide(_ value: Int64, _ divisor: Int64) -> Int64 {
        let quotient = value / divisor
        return value % divisor < 0 ? quotient - 1 : quotient
    }
}

extension Instant: CustomStringConvertible {
    /// ISO 8601 in UTC: `2026-08-04T02:09:00Z`, with six decimals where the seconds are not whole.
    package var description: String {
        let micros = microseconds - Self.floorDivide(microseconds, 1_000_000) * 1_000_000
        let seconds = Self.floorDivide(microseconds, 1_000_000)
        let days = Self.floorDivide(seconds, 86_400)
        let date = CivilDate(daysSinceEpoch: days)
        let inDay = Int(seconds - days * 86_400)
        var text = "\(padded(date.year, 4))-\(padded(date.month, 2))-\(padded(date.day, 2))T"
        text += "\(padded(inDay / 3600, 2)):\(padded(inDay / 60 % 60, 2)):\(padded(inDay % 60, 2))"
        if micros != 0 { text += ".\(padded(Int(micros), 6))" }
        return text + "Z"
    }
}

/// A day of the proleptic Gregorian calendar.
package struct CivilDate: Equatable, Sendable {
    package var year: Int
    package var month: Int
    package var day: Int

    /// Nil for a day that does not exist.
    package init?(year: Int, month: Int, day: Int) {
        guard (1...12).contains(month), day >= 1, day <= Self.days(year: year, month: month) else {
            return nil
        }
        (self.year, self.month, self.day) = (year, month, day)
    }

    /// Howard Hinnant's algorithm `civil_from_days`.
    package init(daysSinceEpoch: Int64) {
        let shifted = daysSinceEpoch + 719_468
        let era = Instant.floorDivide(shifted, 146_097)
        let dayOfEra = shifted - era * 146_097
        let centuries = dayOfEra / 1460 - dayOfEra / 36_524 + dayOfEra / 146_096
        let yearOfEra = (dayOfEra - centuries) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        day = Int(dayOfYear - (153 * shiftedMonth + 2) / 5 + 1)
        month = Int(shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9)
        year = Int(yearOfEra + era * 400) + (month <= 2 ? 1 : 0)
    }

    /// The inverse, `days_from_civil`.
    package var daysSinceEpoch: Int64 {
        let shiftedYear = Int64(month <= 2 ? year - 1 : year)
        let era = Instant.floorDivide(shiftedYear, 400)
        let yearOfEra = shiftedYear - era * 400
        let dayOfYear = Int64((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1)
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
            - 719_468
    }

    static func days(year: Int, month: Int) -> Int {
        let isLeap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0
        if month == 2 { return isLeap ? 29 : 28 }
        return [4, 6, 9, 11].contains(month) ? 30 : 31
    }
}

/// A number with leading zeros up to a width.
package func padded(_ number: Int, _ width: Int) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
}

extension JSONValue {
    /// Microseconds since 1970; null where there is none.
    package init(_ instant: Instant?) { self.init(instant?.microseconds) }
}

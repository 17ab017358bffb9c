/// A moment in UTC to the second, as signatures and expiry times write it.
package struct UTCStamp: Comparable, Hashable, Sendable {
    /// Since 1970.
    package var seconds: Int64

    package init(seconds: Int64) { self.seconds = seconds }

    /// `2026-01-05T07:08:09Z`, with or without fractions of a second, which are left out; also with
    /// an offset from UTC. Nil for anything else.
    package init?(iso8601 text: String) {
        let bytes = Array(text.utf8)
        guard bytes.count >= 20, bytes[4] == 0x2D, bytes[7] == 0x2D, bytes[10] == 0x54,
            bytes[13] == 0x3A, bytes[16] == 0x3A, let year = Self.number(bytes[0..<4]),
            let month = Self.number(bytes[5..<7]), let day = Self.number(bytes[8..<10]),
            let hour = Self.number(bytes[11..<13]), let minute = Self.number(bytes[14..<16]),
            let second = Self.number(bytes[17..<19]), (1...12).contains(month),
            (1...31).contains(day), hour < 24, minute < 60, second < 61
        else { return nil }
        var rest = bytes[19...]
        if rest.first == 0x2E {
            rest = rest.dropFirst().drop { (0x30...0x39).contains($0) }
        }
        guard let offset = Self.offset(Array(rest)) else { return nil }
        seconds =
            Self.days(year, month, day) * 86_400 + hour * 3_600 + minute * 60 + second - offset
    }

    /// `Mon, 05 Jan 2026 07:08:09 GMT`. Nil for anything else.
    package init?(http text: String) {
        let parts = text.split(separator: " ")
        let months = [
            "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
        ]
        guard parts.count == 6, parts[5] == "GMT", parts[1].utf8.count == 2,
            parts[3].utf8.count == 4, let month = months.firstIndex(of: String(parts[2]))
        else { return nil }
        let number = month < 9 ? "0\(month + 1)" : "\(month + 1)"
        self.init(iso8601: "\(parts[3])-\(number)-\(parts[1])T\(parts[4])Z")
    }

    /// `20260105T070809Z`.
    package var basic: String {
        let (year, month, day) = Self.date(days)
        let time = seconds - days * 86_400
        return Self.written(year, 4) + Self.written(month, 2) + Self.written(day, 2) + "T"
            + Self.written(time / 3_600, 2) + Self.written(time / 60 % 60, 2)
            + Self.written(time % 60, 2) + "Z"
    }

    /// `20260105`.
    var basicDay: String { String(basic.prefix(8)) }

    package static func < (left: UTCStamp, right: UTCStamp) -> Bool { left.seconds < right.seconds }

    private var days: Int64 {
        seconds >= 0 ? seconds / 86_400 : -((86_399 - seconds) / 86_400)
    }

    /// Seconds east of UTC of `Z`, `+00:00` or `+0000`; nil for anything else.
    private static func offset(_ zone: [UInt8]) -> Int64? {
        if zone == [0x5A] { return 0 }
        let digits = zone.dropFirst().filter { $0 != 0x3A }
        guard let sign = zone.first, sign == 0x2B || sign == 0x2D, digits.count == 4,
            let hours = number(digits[0..<2]), let minutes = number(digits[2..<4])
        else { return nil }
        return (sign == 0x2D ? -1 : 1) * (hours * 3_600 + minutes * 60)
    }

    private static func number(_ digits: ArraySlice<UInt8>) -> Int64? {
        guard digits.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        return digits.reduce(0) { $0 * 10 + Int64($1 - 0x30) }
    }

    private static func written(_ number: Int64, _ width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }

    /// Days since 1970 of a date of the Gregorian calendar, counted in eras of 400 years that begin
    /// in March.
    private static func days(_ year: Int64, _ month: Int64, _ day: Int64) -> Int64 {
        let shifted = month <= 2 ? year - 1 : year
        let era = shifted / 400
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
            - 719_468
    }

    private static func date(_ days: Int64) -> (year: Int64, month: Int64, day: Int64) {
        let shifted = days + 719_468
        let era = shifted / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra =
            (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let place = (5 * dayOfYear + 2) / 153
        let month = place < 10 ? place + 3 : place - 9
        return (
            yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month,
            dayOfYear - (153 * place + 2) / 5 + 1
        )
    }
}

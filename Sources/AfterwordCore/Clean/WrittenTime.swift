/// The time of day in a text.
struct WrittenTime {
    /// Microseconds since the start of the day; 0 where the text has none.
    var inDay: Int64 = 0
    var isWritten = false
    /// The offset from UTC in microseconds; nil where the text names no zone.
    var zone: Int64?
}

extension WrittenDateScanner {
    /// Takes the time of day and its zone; false when they do not exist or are not known.
    mutating func scanTime() -> Bool {
        for index in items.indices {
            guard let hour = number(index, digits: 1...2) else { continue }
            if sign(index + 1) == ":", let minute = number(index + 2, digits: 2...2) {
                return takeClock(hour, minute, from: index)
            }
            // `11h22`, `11 Uhr`, `T11Z`, `11 am`.
            let unit = word(index + 1)
            if unit == "h" || unit == "uhr" {
                let minute = unit == "h" ? number(index + 2, digits: 2...2) : nil
                use(index...(minute == nil ? index + 1 : index + 2))
                return take(hour, minute ?? 0, 0, next: index + (minute == nil ? 2 : 3))
            }
            let isAfterT = word(index - 1) == "t" && !items[index].isApart
            if isAfterT || isMeridiem(index + 1) && sign(index - 1) != "." {
                use([index])
                return take(hour, 0, 0, next: index + 1)
            }
        }
        return true
    }

    private mutating func takeClock(_ hour: Int, _ minute: Int, from index: Int) -> Bool {
        var next = index + 3
        var micros: Int64 = 0
        if sign(next) == ":" {
            guard let second = number(next + 1, digits: 2...2), second <= 60 else { return false }
            micros = Int64(second) * 1_000_000
            next += 2
            if sign(next) == "." || sign(next) == ",", !(items[next].isApart) {
                next += 1
                if number(next, digits: 1...12) != nil, !items[next].isApart {
                    micros += fraction(next)
                    next += 1
                }
            }
        }
        use(index..<next)
        return take(hour, minute, micros, next: next)
    }

    /// The digits at an index as a part of a second, cut to microseconds.
    private func fraction(_ index: Int) -> Int64 {
        guard case .number(var value, var digits) = items[index].piece else { return 0 }
        while digits > 6 { (value, digits) = (value / 10, digits - 1) }
        while digits < 6 { (value, digits) = (value * 10, digits + 1) }
        return value
    }

    private mutating func take(
        _ hour: Int, _ minute: Int, _ micros: Int64, next: Int
    ) -> Bool {
        var hour = hour
        var next = next
        if let (isAfternoon, end) = meridiem(next) {
            use(next..<end)
            next = end
            hour = self.hour(hour, isAfternoon: isAfternoon)
        } else if let isAfternoon = easternMeridiem() {
            hour = self.hour(hour, isAfternoon: isAfternoon)
        }
        guard hour < 24 || hour == 24 && minute == 0 && micros == 0, minute < 60 else {
            return false
        }
        time.isWritten = true
        time.inDay = Int64(hour * 3600 + minute * 60) * 1_000_000 + micros
        return takeZone(next)
    }

    private func hour(_ hour: Int, isAfternoon: Bool) -> Int {
        if hour == 12 { return isAfternoon ? 12 : 0 }
        return isAfternoon && hour < 12 ? hour + 12 : hour
    }

    private func isMeridiem(_ index: Int) -> Bool { meridiem(index) != nil }

    /// `am`, `PM`, `a.m.`, `p. m.`: whether it is the afternoon, and where it ends.
    private func meridiem(_ index: Int) -> (isAfternoon: Bool, end: Int)? {
        switch word(index) {
        case "am": return (false, index + 1)
        case "pm": return (true, index + 1)
        case "a", "p":
            guard sign(index + 1) == ".", word(index + 2) == "m" else { return nil }
            return (word(index) == "p", sign(index + 3) == "." ? index + 4 : index + 3)
        default: return nil
        }
    }

    /// Chinese, Japanese and Korean write morning and afternoon before the time.
    private func easternMeridiem() -> Bool? {
        for index in items.indices {
            guard let word = word(index) else { continue }
            if ["午後", "下午", "오후", "晚上"].contains(where: word.hasSuffix) { return true }
            if ["午前", "上午", "오전", "早上", "凌晨"].contains(where: word.hasSuffix) { return false }
        }
        return nil
    }

    /// `Z`, `UTC`, `GMT+2`, `+02:00`, `-0700`, `EST`; false for a zone that is not known.
    private mutating func takeZone(_ start: Int) -> Bool {
        var next = start
        if let word = word(next) {
            if let hours = zoneHours[word] {
                time.zone = Int64(hours) * 3_600_000_000
                use([next])
                next += 1
            } else if !items[next].isApart {
                return false
            } else {
                return !looksLikeZone(word)
            }
        }
        guard let sign = sign(next), sign == "+" || sign == "-",
            items.indices.contains(next + 1), !items[next + 1].isApart
        else { return true }
        return takeOffset(next, isWest: sign == "-")
    }

    private mutating func takeOffset(_ signPlace: Int, isWest: Bool) -> Bool {
        let place = signPlace + 1
        guard let number = number(place, digits: 1...4) else { return true }
        var (hours, minutes, end) = (number, 0, place + 1)
        if number > 99 {
            (hours, minutes) = (number / 100, number % 100)
        } else if case .number(_, 4) = items[place].piece {
            (hours, minutes) = (0, number)
        } else if sign(end) == ":", let more = self.number(end + 1, digits: 2...2) {
            (minutes, end) = (more, end + 2)
        }
        guard hours < 24, minutes < 60 else { return false }
        use(signPlace..<end)
        time.zone = (isWest ? -1 : 1) * Int64(hours * 3600 + minutes * 60) * 1_000_000
        return true
    }

    /// Whether a word behind a time may name an unknown zone, so that UTC would be a guess.
    private func looksLikeZone(_ word: String) -> Bool {
        (2...5).contains(word.unicodeScalars.count) && word.unicodeScalars.allSatisfy(\.isASCII)
            && monthNamed(word) == nil && !wordsAfterTime.contains(word)
    }
}

private let wordsAfterTime: Set<String> = [
    "uhr", "hrs", "hs", "on", "de", "del", "le", "den", "at", "by", "the", "of", "in", "el", "il",
    "op", "em", "dnia", "vom", "mon", "tue", "wed", "thu", "fri", "sat", "sun",
]

/// The zones that RFC 2822 names, and others whose names have one meaning.
private let zoneHours: [String: Int] = [
    "z": 0, "utc": 0, "gmt": 0, "ut": 0, "wet": 0, "est": -5, "edt": -4, "cst": -6, "cdt": -5,
    "mst": -7, "mdt": -6, "pst": -8, "pdt": -7, "cet": 1, "cest": 2, "mez": 1, "mesz": 2, "eet": 2,
    "eest": 3, "msk": 3, "jst": 9, "kst": 9, "aest": 10, "aedt": 11, "nzst": 12, "nzdt": 13,
]

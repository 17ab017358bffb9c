/// Finds the one date in a folded text, and the time of day beside it.
///
/// Every number of the text must belong to the date or the time; a text with other numbers is not
/// read, so that no number of another meaning becomes a day.
struct WrittenDateScanner {
    /// What a text holds.
    enum Outcome {
        case moment(WrittenDate.Point)
        /// A date written with numbers whose order the text does not tell.
        case orders(DateOrders)
        /// No date is in the text.
        case none
        /// The text holds a date, a time or a zone that does not exist or is not known.
        case broken
    }

    /// A piece that is no blank.
    struct Item {
        var piece: WrittenPiece
        /// Whether a blank stands before it.
        var isApart: Bool
        var isUsed = false
    }

    var items: [Item] = []
    var time = WrittenTime()

    /// Nil when the text holds a number that is too long.
    init?(_ folded: String) {
        guard let pieces = writtenPieces(withoutComments(folded)) else { return nil }
        var isApart = true
        for piece in pieces {
            if !piece.isSpace { items.append(Item(piece: piece, isApart: isApart)) }
            isApart = piece.isSpace
        }
    }

    mutating func scan() -> Outcome {
        guard scanTime() else { return .broken }
        let outcome = scanWeek() ?? scanEastern() ?? scanWorded() ?? scanNumbers()
        guard let outcome else { return .none }
        for item in items where !item.isUsed {
            if case .number = item.piece { return .broken }
        }
        return outcome
    }

    func number(_ index: Int, digits: ClosedRange<Int>) -> Int? {
        guard items.indices.contains(index), !items[index].isUsed,
            case .number(let value, let count) = items[index].piece, digits.contains(count)
        else { return nil }
        return Int(value)
    }

    func word(_ index: Int) -> String? {
        guard items.indices.contains(index), case .word(let word) = items[index].piece else {
            return nil
        }
        return word
    }

    func sign(_ index: Int) -> Unicode.Scalar? {
        guard items.indices.contains(index), case .sign(let sign) = items[index].piece else {
            return nil
        }
        return sign
    }

    mutating func use(_ indices: some Sequence<Int>) {
        for index in indices where items.indices.contains(index) { items[index].isUsed = true }
    }

    /// The moment of a day at the time found; nil for a day that does not exist.
    func moment(_ year: Int, _ month: Int, _ day: Int?) -> WrittenDate.Point? {
        // The Buddhist calendar of Thailand is 543 years ahead.
        let year = (2400...2700).contains(year) ? year - 543 : year
        guard year > 0, let date = CivilDate(year: year, month: month, day: day ?? 1) else {
            return nil
        }
        let micros = date.daysSinceEpoch * 86_400_000_000 + time.inDay - (time.zone ?? 0)
        guard Instant.writable.contains(micros) else { return nil }
        return WrittenDate.Point(
            instant: Instant(microseconds: micros), hasZone: time.zone != nil,
            hasTime: time.isWritten)
    }

    func outcome(_ year: Int, _ month: Int, _ day: Int?) -> Outcome {
        moment(year, month, day).map { .moment($0) } ?? .broken
    }
}

/// The text without a remark in brackets at its end that has no digits: the name of a zone.
private func withoutComments(_ folded: String) -> String {
    for (open, close) in [("(", ")"), ("[", "]")] as [(Character, Character)]
    where folded.last == close {
        guard let start = folded.lastIndex(of: open), !folded[start...].contains(where: \.isNumber)
        else { continue }
        return String(folded[..<start])
    }
    return folded
}

// MARK: - Dates by form

extension WrittenDateScanner {
    /// `2024-W18-4`, `2024-W18`.
    private mutating func scanWeek() -> Outcome? {
        guard let place = items.indices.first(where: { word($0) == "w" && sign($0 - 1) == "-" }),
            let year = number(place - 2, digits: 4...4), let week = number(place + 1, digits: 2...2)
        else { return nil }
        let day = sign(place + 2) == "-" ? number(place + 3, digits: 1...1) : nil
        guard (1...53).contains(week), (1...7).contains(day ?? 1),
            let fourth = CivilDate(year: year, month: 1, day: 4)
        else { return .broken }
        use(place - 2...(day == nil ? place + 1 : place + 3))
        // The week of 4 January is the first; weeks begin on Monday, as 1969-12-29 was.
        let monday = Instant.floorDivide(fourth.daysSinceEpoch + 3, 7) * 7 - 3
        let date = CivilDate(daysSinceEpoch: monday + Int64((week - 1) * 7 + (day ?? 1) - 1))
        return outcome(date.year, date.month, date.day)
    }

    /// `2024年5月2日`, `2024년 5월 2일`, `令和6年5月2日`.
    private mutating func scanEastern() -> Outcome? {
        let yearSigns: Set<String?> = ["年", "년"]
        guard let place = items.indices.first(where: { yearSigns.contains(word($0)) }),
            var year = number(place - 1, digits: 1...4),
            let month = number(place + 1, digits: 1...2),
            ["月", "월"].contains(word(place + 2))
        else { return nil }
        switch word(place - 2) {
        case "令和": year += 2018
        case "平成": year += 1988
        default: if year < 100 { year += 2000 }
        }
        let day = ["日", "일"].contains(word(place + 4)) ? number(place + 3, digits: 1...2) : nil
        use(place - 1...(day == nil ? place + 2 : place + 4))
        return outcome(year, month, day)
    }

    /// `2 May 2024`, `May 2, 2024`, `2024 May 2`, `2 de mayo de 2024`, `May 2024`.
    private mutating func scanWorded() -> Outcome? {
        for index in items.indices {
            guard let (month, last) = month(at: index) else { continue }
            let left = nearest(from: index - 1, by: -1)
            let right = nearest(from: last + 1, by: 1)
            let second = right.flatMap { nearest(from: $0.index + 1, by: 1) }
            guard let found = worded(left, right, second) else { continue }
            use(found.used + [index, last])
            return outcome(found.year, month, found.day)
        }
        return nil
    }

    /// The month at an index, and the last item that names it.
    private func month(at index: Int) -> (month: Int, last: Int)? {
        guard !items[index].isUsed, let word = word(index) else { return nil }
        // Vietnamese counts its months.
        if word == "thang", let month = number(index + 1, digits: 1...2) {
            return (month, index + 1)
        }
        return monthNamed(word).map { ($0, index) }
    }

    private typealias Found = (value: Int, digits: Int, index: Int)

    /// The nearest number beyond fillers and what belongs to the time.
    private func nearest(from start: Int, by step: Int) -> Found? {
        var index = start
        while items.indices.contains(index) {
            let item = items[index]
            switch item.piece {
            case _ where item.isUsed: break
            case .number(let value, let digits):
                return digits <= 4 ? (Int(value), digits, index) : nil
            case .word(let word): if !dateFillers.contains(word) { return nil }
            case .sign(let sign): if !".,-/'".unicodeScalars.contains(sign) { return nil }
            }
            index += step
        }
        return nil
    }

    private func worded(
        _ left: Found?, _ right: Found?, _ second: Found?
    ) -> (year: Int, day: Int?, used: [Int])? {
        func year(_ found: Found?) -> Int? {
            guard let found else { return nil }
            return found.digits == 4 ? found.value : found.digits == 2 ? century(found.value) : nil
        }
        func day(_ found: Found?) -> Int? { found.flatMap { $0.digits <= 2 ? $0.value : nil } }
        if let left, left.digits == 4 {
            let day = day(right)
            return (left.value, day, [left.index] + (day == nil ? [] : [right?.index ?? -1]))
        }
        if let left, let day = day(left), let year = year(right) {
            return (year, day, [left.index, right?.index ?? -1])
        }
        guard left == nil, let right else { return nil }
        if let day = day(right), let year = year(second) {
            return (year, day, [right.index, second?.index ?? -1])
        }
        return right.digits == 4 ? (right.value, nil, [right.index]) : nil
    }

    /// `02/05/2024`, `2.5.2024`, `2024/05/02`, `5-2-24`; without a day `2024-05`, `05/2024`.
    private mutating func scanNumbers() -> Outcome? {
        for index in items.indices {
            guard let first = number(index, digits: 1...4), let separator = sign(index + 1),
                "/.-".unicodeScalars.contains(separator),
                let second = number(index + 2, digits: 1...4)
            else { continue }
            if sign(index + 3) == separator, let third = number(index + 4, digits: 1...4) {
                use(index...index + 4)
                return ordered((first, second, third), from: index, separator)
            }
            return monthOrDayOfYear(first, second, from: index)
        }
        return nil
    }

    private mutating func monthOrDayOfYear(_ first: Int, _ second: Int, from index: Int) -> Outcome?
    {
        use(index...index + 2)
        switch (digits(index), digits(index + 2)) {
        case (4, 3):
            guard let start = CivilDate(year: max(first, 1), month: 1, day: 1) else {
                return .broken
            }
            let date = CivilDate(daysSinceEpoch: start.daysSinceEpoch + Int64(second) - 1)
            return date.year == first ? outcome(first, date.month, date.day) : .broken
        case (4, 1...2): return outcome(first, second, nil)
        case (1...2, 4): return outcome(second, first, nil)
        default: return .broken
        }
    }

    private func digits(_ index: Int) -> Int {
        guard case .number(_, let digits) = items[index].piece else { return 0 }
        return digits
    }

    private func ordered(
        _ parts: (Int, Int, Int), from index: Int, _ separator: Unicode.Scalar
    ) -> Outcome {
        let (first, second, third) = parts
        let counts = (digits(index), digits(index + 2), digits(index + 4))
        guard counts.1 <= 2 else { return .broken }
        if counts.0 == 4 { return counts.2 <= 2 ? outcome(first, second, third) : .broken }
        let isShort = counts.2 == 1 && separator == "."
        guard counts.0 <= 2, counts.2 == 4 || counts.2 == 2 || isShort else { return .broken }
        let year = counts.2 == 4 ? third : century(third)
        // With dots the day comes first everywhere but in Korea, where each number has its dot.
        if separator == "." {
            if counts.0 == 2, counts.2 <= 2, isKorean(from: index),
                let moment = moment(century(first), second, third)
            {
                // So have Slavic ones, whose day comes first.
                if isAfterWords(index) { return .moment(moment) }
                var orders = DateOrders()
                orders.dayFirst = counts.2 == 2 ? self.moment(year, second, first) : nil
                orders.yearFirst = moment
                return .orders(orders)
            }
            return counts.2 == 1 ? .broken : outcome(year, second, first)
        }
        var orders = DateOrders()
        orders.dayFirst = moment(year, second, first)
        orders.monthFirst = moment(year, first, second)
        if counts == (2, 2, 2) { orders.yearFirst = moment(century(first), second, third) }
        return orders.possible.isEmpty ? .broken : .orders(orders)
    }
}

extension WrittenDateScanner {
    /// Whether a dot follows the third number of a date too, as Korean dates have it (`26.02.23.`,
    /// `26. 2. 23.`), and no words before the date make it the end of a sentence.
    private func isKorean(from index: Int) -> Bool {
        sign(index + 5) == "."
            && items[..<index].allSatisfy { item in
                if case .word(let word) = item.piece {
                    return word.unicodeScalars.allSatisfy { (0xAC00...0xD7A3).contains($0.value) }
                }
                return true
            }
    }

    /// Whether words stand before a date.
    private func isAfterWords(_ index: Int) -> Bool {
        items[..<index].contains { if case .word = $0.piece { true } else { false } }
    }
}

/// The year that two digits mean: 1970 to 2069.
private func century(_ year: Int) -> Int { year < 70 ? 2000 + year : 1900 + year }

/// Words that may stand between the parts of a date.
private let dateFillers: Set<String> = [
    "st", "nd", "rd", "th", "er", "ere", "re", "e", "o", "º", "ª", "a", "de", "del", "of", "the",
    "den", "di", "do", "da", "d", "г", "года", "р", "року", "ngay", "nam", "στις", "των",
]

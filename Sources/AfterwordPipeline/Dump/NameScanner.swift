import AfterwordCore

/// A date as written in the name of a file or folder.
struct WrittenMoment {
    /// How the day is written.
    enum Form: Equatable {
        /// `2026-01-05`, `2026_01_05`, `2026.01.05`, `2026年1月5日`, `Jan-05-2026`.
        case parts
        /// `20260105`, `202601051015`, `20260105101500`: this many digits.
        case digits(Int)
        /// `05-01-2026`: the first two numbers, of which either may be the month.
        case yearLast(Int, Int)
    }

    var form: Form
    /// Place of the first character.
    var start: Int
    /// Place after the last character.
    var end: Int
    /// Seconds since the epoch at the start of the day; nil where the form leaves the day open.
    var day: Int64?
    /// Seconds since the start of the day, in UTC.
    var time: Int64 = 0
    /// A number of 4 or 6 digits after the day: a time of day, or the number of a part.
    var number: String?
    /// Stands after `=`, as in `dt=2026-01-05`.
    var isNamed = false
}

/// Finds the dates in one name. A date begins at a word's boundary, and neither a letter nor a
/// digit follows it, except the `T` before a time. Between ideographs every place is a boundary.
struct NameScanner {
    private let text: [Unicode.Scalar]

    init(_ name: String) { text = Array(name.unicodeScalars) }

    /// The text of a date.
    func text(of moment: WrittenMoment) -> String {
        var own = String.UnicodeScalarView()
        own.append(contentsOf: text[moment.start..<moment.end])
        return String(own)
    }

    /// All dates of the name, in order.
    func moments() -> [WrittenMoment] {
        var found: [WrittenMoment] = []
        var place = 0
        while place < text.count {
            guard isWordStart(place), var moment = moment(at: place) else {
                place += 1
                continue
            }
            moment.isNamed = place > 0 && text[place - 1] == "="
            found.append(moment)
            place = moment.end
        }
        return found
    }

    /// The lengths of the digit runs at boundaries that are as long as a date in digits, and are
    /// none: with them, others of their length are no dates either.
    func otherNumbers() -> Set<Int> {
        var lengths: Set<Int> = []
        for place in text.indices where isBoundary(place) {
            let length = digitCount(at: place)
            guard [8, 12, 14].contains(length), isEnd(place + length),
                moment(at: place) == nil
            else { continue }
            lengths.insert(length)
        }
        return lengths
    }

    /// A year and its month, week or quarter, as written; nil for none.
    func part() -> String? {
        for place in text.indices where isBoundary(place) && digitCount(at: place) == 4 {
            guard let year = number(at: place, 4), Self.years.contains(year),
                let joint = scalar(place + 4), "-_.年".unicodeScalars.contains(joint)
            else { continue }
            let isWeek = scalar(place + 5).map { "WwQq".unicodeScalars.contains($0) } == true
            let start = place + (isWeek ? 6 : 5)
            let end = start + digitCount(at: start)
            guard let number = number(at: start, end - start), (1...53).contains(number),
                isWeek || (number <= 12 && (end - start == 2 || joint == "年")), isEnd(end)
            else { continue }
            return String(String.UnicodeScalarView(text[place..<end]))
        }
        return nil
    }

    private func moment(at start: Int) -> WrittenMoment? {
        guard isDigit(start) else { return worded(at: start) }
        return parts(at: start) ?? digits(at: start) ?? yearLast(at: start) ?? worded(at: start)
    }

    // MARK: Days

    /// `2026-01-05`; a single digit only between hyphens or Chinese and Japanese signs.
    private func parts(at start: Int) -> WrittenMoment? {
        guard let year = number(at: start, 4), let joint = scalar(start + 4) else { return nil }
        let isSigned = joint == "年"
        guard isSigned || "-_.".unicodeScalars.contains(joint) else { return nil }
        let isLoose = isSigned || joint == "-"
        guard let month = shortNumber(at: start + 5, isLoose: isLoose) else { return nil }
        let second = start + 5 + month.length
        guard scalar(second) == (isSigned ? "月" : joint),
            let day = shortNumber(at: second + 1, isLoose: isLoose),
            let date = CivilDate(year: year, month: month.value, day: day.value),
            start == 0 || start == 3 || Self.years.contains(year)
        else { return nil }
        var end = second + 1 + day.length
        if isSigned, scalar(end) == "日" { end += 1 }
        return timed(
            WrittenMoment(
                form: .parts, start: start, end: end, day: date.daysSinceEpoch * 86_400))
    }

    /// `20260105`, with the time of day `202601051015` or `20260105101500`.
    private func digits(at start: Int) -> WrittenMoment? {
        let length = digitCount(at: start)
        guard [8, 12, 14].contains(length), let year = number(at: start, 4),
            Self.years.contains(year), let month = number(at: start + 4, 2),
            let day = number(at: start + 6, 2),
            let date = CivilDate(year: year, month: month, day: day)
        else { return nil }
        var moment = WrittenMoment(
            form: .digits(length), start: start, end: start + length,
            day: date.daysSinceEpoch * 86_400)
        guard length > 8 else { return timed(moment) }
        guard let time = seconds(of: start + 8, length - 8), isEnd(moment.end) else { return nil }
        moment.time = time
        return moment
    }

    /// `05-01-2026`, `5.1.2026`.
    private func yearLast(at start: Int) -> WrittenMoment? {
        guard let first = shortNumber(at: start, isLoose: true),
            let joint = scalar(start + first.length), "-_.".unicodeScalars.contains(joint),
            let second = shortNumber(at: start + first.length + 1, isLoose: true)
        else { return nil }
        let place = start + first.length + 1 + second.length
        guard scalar(place) == joint, digitCount(at: place + 1) == 4,
            let year = number(at: place + 1, 4), Self.years.contains(year),
            CivilDate(year: year, month: first.value, day: second.value) != nil
                || CivilDate(year: year, month: second.value, day: first.value) != nil
        else { return nil }
        return timed(
            WrittenMoment(
                form: .yearLast(first.value, second.value), start: start, end: place + 5, day: nil))
    }

    /// `5 Jan 2026`, `Jan-05-2026`, `January 5, 2026`, `05jan2026`, `2026-Jan-05`.
    private func worded(at start: Int) -> WrittenMoment? {
        var place = start
        var numbers: [(value: Int, length: Int)] = []
        var month: (value: Int, index: Int)?
        for index in 0..<3 {
            if index > 0 { place += jointLength(at: place) }
            let length = digitCount(at: place)
            if length > 0, let value = number(at: place, length) {
                numbers.append((value, length))
                place += length
            } else if month == nil, let word = word(at: place), let named = monthWritten(word) {
                month = (named, index)
                place += word.unicodeScalars.count
            } else {
                return nil
            }
        }
        guard let month, numbers.count == 2 else { return nil }
        if numbers[0].length == 4, month.index == 1 { numbers.reverse() }
        guard numbers[0].length <= 2, numbers[1].length == 4,
            Self.years.contains(numbers[1].value),
            let date = CivilDate(year: numbers[1].value, month: month.value, day: numbers[0].value)
        else { return nil }
        return timed(
            WrittenMoment(
                form: .parts, start: start, end: place, day: date.daysSinceEpoch * 86_400))
    }

    /// The number of signs that stand between the parts of a worded date: at most two.
    private func jointLength(at place: Int) -> Int {
        (place..<place + 2).prefix { index in
            scalar(index).map { "-_., ".unicodeScalars.contains($0) } == true
        }.count
    }

    /// The letters from a place on; nil for none.
    private func word(at place: Int) -> String? {
        guard place < text.count else { return nil }
        let letters = text[place...].prefix {
            $0.properties.isAlphabetic || $0.properties.generalCategory == .nonspacingMark
        }
        return letters.isEmpty ? nil : String(String.UnicodeScalarView(letters))
    }

    /// The day of a date that ends with its year, in this order.
    func day(of moment: WrittenMoment, isDayFirst: Bool) -> Int64? {
        guard case .yearLast(let first, let second) = moment.form else { return moment.day }
        var place = moment.start
        while digitCount(at: place) != 4 { place += digitCount(at: place) + 1 }
        guard let year = number(at: place, 4) else { return nil }
        let (month, day) = isDayFirst ? (second, first) : (first, second)
        return CivilDate(year: year, month: month, day: day).map { $0.daysSinceEpoch * 86_400 }
    }

    // MARK: Times

    /// Adds the time of day that follows; nil where a letter or digit follows that is none.
    private func timed(_ moment: WrittenMoment) -> WrittenMoment? {
        var moment = moment
        let joint = scalar(moment.end)
        if joint == "T" || joint == "t" {
            guard let time = time(at: moment.end + 1, isJoinedByT: true) else { return nil }
            (moment.time, moment.end) = time
            return moment
        }
        guard let joint, "-_. ".unicodeScalars.contains(joint) else {
            return isEnd(moment.end) ? moment : nil
        }
        let place = moment.end + 1
        if [4, 6].contains(digitCount(at: place)), isEnd(place + digitCount(at: place)) {
            moment.end = place + digitCount(at: place)
            moment.number = digitText(at: place, digitCount(at: place))
        } else if let time = time(at: place, isJoinedByT: false, joint) {
            (moment.time, moment.end) = time
        }
        return moment
    }

    /// A time of day with its zone, UTC where none is written. After another joint than `T` it has
    /// seconds, or other signs between its numbers than the joint, or a zone.
    private func time(
        at start: Int, isJoinedByT: Bool, _ joint: Unicode.Scalar? = nil
    ) -> (seconds: Int64, end: Int)? {
        guard let hour = number(at: start, 2), hour < 24 else { return nil }
        var place = start + 2
        let sign = scalar(place).flatMap { ":-_.h".unicodeScalars.contains($0) ? $0 : nil }
        if sign != nil { place += 1 }
        guard let minute = number(at: place, 2), minute < 60 else { return nil }
        place += 2
        var total = Int64(hour * 3600 + minute * 60)
        var hasSeconds = false
        let next = sign == nil ? place : place + 1
        if sign == nil || scalar(place) == sign, let second = number(at: next, 2), second < 60,
            !isDigit(next + 2)
        {
            total += Int64(second)
            place = next + 2
            hasSeconds = true
            if scalar(place) == ".", isDigit(place + 1) {
                place += 1 + digitCount(at: place + 1)
            }
        }
        let zone = zone(at: place)
        if let zone { (total, place) = (total - zone.seconds, zone.end) }
        guard isEnd(place), isJoinedByT || hasSeconds || zone != nil || (sign ?? joint) != joint
        else { return nil }
        return (total, place)
    }

    /// `Z`, `+02:00`, `-0500`.
    private func zone(at place: Int) -> (seconds: Int64, end: Int)? {
        guard let sign = scalar(place) else { return nil }
        if sign == "Z" || sign == "z" { return (0, place + 1) }
        guard sign == "+" || sign == "-", let hours = number(at: place + 1, 2), hours < 15 else {
            return nil
        }
        let hasColon = scalar(place + 3) == ":"
        let end = place + (hasColon ? 6 : 5)
        guard let minutes = number(at: end - 2, 2), minutes < 60, isEnd(end) else { return nil }
        return ((sign == "-" ? -1 : 1) * Int64(hours * 3600 + minutes * 60), end)
    }

    /// Seconds since the start of the day of `HHMM` or `HHMMSS`.
    private func seconds(of place: Int, _ length: Int) -> Int64? {
        secondsOfDay(digitText(at: place, length))
    }

    // MARK: Characters

    private static let years = 1995...2100

    private func scalar(_ place: Int) -> Unicode.Scalar? {
        text.indices.contains(place) ? text[place] : nil
    }

    private func isDigit(_ place: Int) -> Bool {
        scalar(place).map { ("0"..."9").contains($0) } ?? false
    }

    private func digitCount(at place: Int) -> Int {
        var end = place
        while isDigit(end) { end += 1 }
        return end - place
    }

    private func digitText(at place: Int, _ count: Int) -> String {
        String(text[place..<place + count].map(Character.init))
    }

    /// The number that exactly `count` digits from a place on make; more may follow.
    private func number(at place: Int, _ count: Int) -> Int? {
        guard digitCount(at: place) >= count else { return nil }
        return Int(digitText(at: place, count))
    }

    /// A number of two digits, or of one where that is allowed; no digit follows.
    private func shortNumber(at place: Int, isLoose: Bool) -> (value: Int, length: Int)? {
        let length = digitCount(at: place)
        guard length == 2 || (isLoose && length == 1) else { return nil }
        return number(at: place, length).map { ($0, length) }
    }

    private func isBoundary(_ place: Int) -> Bool { isDigit(place) && isWordStart(place) }

    private func isWordStart(_ place: Int) -> Bool {
        place == 0 || !isWord(text[place - 1])
    }

    private func isEnd(_ place: Int) -> Bool { scalar(place).map { !isWord($0) } ?? true }

    /// A letter or digit of a script that writes its words apart.
    private func isWord(_ scalar: Unicode.Scalar) -> Bool {
        guard scalar.properties.isAlphabetic || scalar.properties.numericType != nil else {
            return false
        }
        return !(0x2E80...0x9FFF).contains(scalar.value)
            && !(0xAC00...0xD7AF).contains(scalar.value)
    }
}

/// Seconds since the start of the day of `HHMM` or `HHMMSS`; nil for any other number.
func secondsOfDay(_ digits: String) -> Int64? {
    guard digits.count == 4 || digits.count == 6, let number = Int(digits) else { return nil }
    let padded = digits.count == 4 ? number * 100 : number
    let (hour, minute, second) = (padded / 10_000, padded / 100 % 100, padded % 100)
    guard hour < 24, minute < 60, second < 60 else { return nil }
    return Int64(hour * 3600 + minute * 60 + second)
}

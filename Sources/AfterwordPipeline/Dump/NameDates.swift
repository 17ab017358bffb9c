import AfterwordCore

/// Reads the dates in the names of files and folders that lie together: what one name leaves open,
/// all of them may decide.
///
/// - `20260105`: a date, unless another number of as many digits in the names is none.
/// - `20260105-1015`: a time of day, unless such numbers count parts, from 0 or 1 on or beyond the
///   times of a day.
/// - `05-01-2026`: the day comes first, or the month, where a date of the names can be read in one
///   order only. Else the name holds no date, and is `ambiguous`.
struct NameDates {
    private var otherNumbers: Set<Int> = []
    private var countsParts = false
    /// Nil where the names do not tell.
    private var isDayFirst: Bool?

    init(_ names: some Sequence<String>) {
        var numbers: [String] = []
        var (dayFirst, monthFirst) = (false, false)
        for name in names {
            let scanner = NameScanner(name)
            otherNumbers.formUnion(scanner.otherNumbers())
            for moment in scanner.moments() {
                if let number = moment.number { numbers.append(number) }
                guard case .yearLast(let first, let second) = moment.form else { continue }
                if first > 12 { dayFirst = true }
                if second > 12 { monthFirst = true }
            }
        }
        if dayFirst != monthFirst { isDayFirst = dayFirst }
        countsParts = Self.areParts(numbers)
    }

    private static func areParts(_ numbers: [String]) -> Bool {
        if numbers.contains(where: { secondsOfDay($0) == nil }) { return true }
        let values = numbers.compactMap { Int($0) }
        return values.contains { $0 < 2 } && values.allSatisfy { $0 < 60 }
    }

    /// The instant in a name: that of a date after `=`, else at the name's beginning (after
    /// an optional `NN_`), else of the last date. A date alone means the start of its day in UTC.
    func instant(in name: String) -> Instant? {
        let scanner = NameScanner(name)
        let moments = scanner.moments().compactMap { moment -> (WrittenMoment, Instant)? in
            instant(of: moment, scanner).map { (moment, $0) }
        }
        let best =
            moments.first { $0.0.isNamed }
            ?? moments.first { $0.0.start == 0 || ($0.0.start == 3 && hasNumber(name)) }
            ?? moments.last
        return best?.1
    }

    /// The date in a name whose order of day and month nothing decides; nil for none.
    func ambiguous(in name: String) -> String? {
        guard instant(in: name) == nil else { return nil }
        let scanner = NameScanner(name)
        return scanner.moments().first.map { scanner.text(of: $0) }
    }

    /// What of a name may tell its place in an order of time: a date, an ambiguous one, or a month.
    func written(in name: String) -> String? {
        let scanner = NameScanner(name)
        let moments = scanner.moments()
        let date = moments.last { instant(of: $0, scanner) != nil }
        let open = moments.last { $0.day == nil }
        return (date ?? open).map { scanner.text(of: $0) } ?? scanner.part()
    }

    private func instant(of moment: WrittenMoment, _ scanner: NameScanner) -> Instant? {
        if case .digits(let length) = moment.form, otherNumbers.contains(length) { return nil }
        var day = moment.day
        if case .yearLast(let first, let second) = moment.form {
            if first == second {
                day = scanner.day(of: moment, isDayFirst: true)
            } else if let isDayFirst {
                day = scanner.day(of: moment, isDayFirst: isDayFirst)
            }
        }
        guard let day else { return nil }
        let number = countsParts ? nil : moment.number.flatMap(secondsOfDay)
        return Instant(seconds: day + moment.time + (number ?? 0))
    }

    /// Whether the name begins with `NN_`.
    private func hasNumber(_ name: String) -> Bool {
        let start = name.utf8.prefix(3)
        return start.prefix(2).allSatisfy { (0x30...0x39).contains($0) } && start.last == 0x5F
    }
}

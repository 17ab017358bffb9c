/// What a written date says.
package enum WrittenDate: Equatable, Sendable {
    case moment(Point)
    /// The day and the month could be either; one text alone cannot tell.
    case ambiguous(DateOrders)
    /// `2 days ago`.
    case relative(RelativeDate)
    /// The text says that there is no date (`0000-00-00`, `N/A`).
    case absent
    case unreadable

    /// A point in time, and how exactly it is written.
    package struct Point: Equatable, Sendable {
        package var instant: Instant
        /// Whether the text names a zone, or counts from 1970 in UTC. Otherwise it was read as UTC.
        package var hasZone = false
        /// Whether a time of day is written. Otherwise the instant is the start of the day.
        package var hasTime = false
    }
}

/// The readings of one date, by order; nil where an order gives no day.
package struct DateOrders: Equatable, Sendable {
    package var dayFirst: WrittenDate.Point?
    package var monthFirst: WrittenDate.Point?
    package var yearFirst: WrittenDate.Point?

    package subscript(_ order: DateOrder) -> WrittenDate.Point? {
        switch order {
        case .dayFirst: dayFirst
        case .monthFirst: monthFirst
        case .yearFirst: yearFirst
        }
    }

    /// The orders that give a day.
    var possible: [DateOrder] { DateOrder.allCases.filter { self[$0] != nil } }
}

/// Decides the order of day and month over a whole dump: the orders that every date allows.
package struct DateOrderVote: Equatable, Sendable {
    private var remaining = Set(DateOrder.allCases)
    /// Whether any date was written with numbers whose order matters.
    private var isAsked = false

    package init() {}

    /// Takes one date into account. Dates whose order is plain in the text say nothing.
    package mutating func note(_ orders: DateOrders) {
        isAsked = true
        remaining.formIntersection(orders.possible)
    }

    /// The only order that all dates allow; nil when several do, or none does.
    package var decided: DateOrder? { isAsked && remaining.count == 1 ? remaining.first : nil }
    /// Whether the dates contradict each other.
    package var isContradictory: Bool { remaining.isEmpty }
    /// Whether the dates allow several orders, so that the shape must name one.
    package var isOpen: Bool { isAsked && remaining.count > 1 }
}

/// Reads a date in any of the known spellings: ISO 8601 and its relatives, seconds, milliseconds or
/// microseconds since 1970, RFC 2822, numbers in any order, worded months in many languages,
/// Chinese, Japanese and Korean dates, sentences that hold one date, and relative dates.
///
/// - Parameter order: The order of dates written with numbers alone; nil where none was decided. A
///   date that it gives no day is unreadable.
package func readWrittenDate(_ raw: [UInt8], order: DateOrder? = nil) -> WrittenDate {
    guard let folded = foldWritten(raw) else { return .unreadable }
    if saysNoValue(folded) || folded.hasPrefix("0000-00-00") || folded.hasPrefix("0001-01-01") {
        return .absent
    }
    if isJSONNumber(Array(folded.utf8)) { return bareNumber(folded) }
    if let moment = dateLiteral(folded) { return .moment(moment) }
    guard var scanner = WrittenDateScanner(folded) else { return .unreadable }
    switch scanner.scan() {
    case .orders(let orders):
        // An order that was stated holds, also for a date that only another one allows.
        if let order { return orders[order].map { .moment($0) } ?? .unreadable }
        let readings = Set(orders.possible.compactMap { orders[$0]?.instant })
        guard let first = orders.possible.first, let moment = orders[first] else {
            return .unreadable
        }
        return readings.count == 1 ? .moment(moment) : .ambiguous(orders)
    case .moment(let moment): return .moment(moment)
    case .none: return RelativeDate(folded).map { .relative($0) } ?? .unreadable
    case .broken: return .unreadable
    }
}

/// What a date written with numbers alone allows, for `DateOrderVote`; nil for other dates.
package func dateOrders(_ raw: [UInt8]) -> DateOrders? {
    guard let folded = foldWritten(raw), var scanner = WrittenDateScanner(folded),
        case .orders(let orders) = scanner.scan()
    else { return nil }
    return orders
}

/// A number alone: a compact date (`20240502`, `20240502101112`), or the time since 1970 in the
/// unit that puts it between 1995 and 2100.
private func bareNumber(_ text: String) -> WrittenDate {
    let isWhole = text.allSatisfy(\.isNumber)
    if isWhole, text.hasPrefix("19") || text.hasPrefix("20") {
        let time = text.dropFirst(8)
        let compact = text.prefix(8) + (time.isEmpty ? "" : "T" + time)
        if [8, 12, 14].contains(text.count), let instant = Instant(iso8601: String(compact)) {
            return .moment(WrittenDate.Point(instant: instant, hasTime: !time.isEmpty))
        }
        // A month without a day, or a year, is no number of seconds.
        if text.count < 9 { return .unreadable }
    }
    guard let number = Decimal(firstIn: Array(text.utf8)) else { return .unreadable }
    let span = Int64(788_918_400)..<4_102_444_800
    for unit in [Int64(1_000_000), 1000, 1] {
        if let micros = number.scaled(by: unit, over: 1), span.contains(micros / 1_000_000) {
            let instant = Instant(microseconds: micros)
            return .moment(WrittenDate.Point(instant: instant, hasZone: true))
        }
    }
    if let micros = number.scaled(by: 1, over: 1000), span.contains(micros / 1_000_000) {
        return .moment(WrittenDate.Point(instant: Instant(microseconds: micros), hasZone: true))
    }
    return .unreadable
}

/// `/Date(1714646553000+0200)/` and `ISODate("2024-05-02T11:22:33Z")`.
private func dateLiteral(_ folded: String) -> WrittenDate.Point? {
    guard let open = folded.firstIndex(of: "("), let close = folded.lastIndex(of: ")"), open < close
    else { return nil }
    let inner = folded[folded.index(after: open)..<close]
    switch folded[..<open] {
    case "/date":
        let digits = inner.prefix { $0.isNumber }
        guard let milliseconds = Int64(digits), milliseconds < 253_402_300_800_000 else {
            return nil
        }
        return WrittenDate.Point(
            instant: Instant(microseconds: milliseconds * 1000), hasZone: true)
    case "isodate", "new date", "date":
        guard let instant = Instant(iso8601: inner.filter { $0 != "\"" && $0 != "'" }.uppercased())
        else { return nil }
        return WrittenDate.Point(
            instant: instant, hasZone: inner.contains("z"), hasTime: inner.contains(":"))
    default: return nil
    }
}

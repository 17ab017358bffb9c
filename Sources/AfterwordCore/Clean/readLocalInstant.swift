/// How a shape has dates read that do not say everything themselves.
struct DateReading: Sendable {
    /// The zone of times that name none.
    enum Zone: Sendable {
        case utc
        case local(ZoneRules)
        /// A zone whose rules are not known: its times cannot be read.
        case unknown
    }

    var format: FieldFormat
    /// The order of day, month and year in dates of numbers alone; nil where the shape names none.
    var order: DateOrder?
    var zone = Zone.utc

    /// The same, with the order that the dump settled where the shape names none.
    func orSettled(_ order: DateOrder?) -> DateReading {
        DateReading(format: format, order: self.order ?? order, zone: zone)
    }
}

/// Reads a moment as `readInstant` does, with the order and the zone that the shape names.
///
/// A value with a zone of its own keeps it, and the time since 1970 has none. A date without a time
/// of day stays that day, 00:00 UTC, in every zone.
func readLocalInstant(_ raw: [UInt8], _ reading: DateReading) -> Result<Instant?, ReadFault> {
    guard let moment = localMoment(raw, reading) else {
        return readInstant(raw, as: reading.format, order: reading.order)
    }
    if moment.hasZone || !moment.hasTime { return .success(moment.instant) }
    switch reading.zone {
    case .utc: return .success(moment.instant)
    case .local(let rules): return .success(rules.instant(ofLocal: moment.instant))
    case .unknown: return .failure(ReadFault(.unreadableDate))
    }
}

/// The moment that a text writes; nil where `readInstant` has the answer: for the time since 1970,
/// and for what is no moment.
private func localMoment(_ raw: [UInt8], _ reading: DateReading) -> WrittenDate.Point? {
    if reading.format != .iso8601, isJSONNumber(raw) { return nil }
    switch readWrittenDate(raw, order: reading.order) {
    case .moment(let moment): return moment
    case .absent, .ambiguous, .relative: return nil
    case .unreadable:
        // `20260804T020930`. A zone is missing where one can be added.
        let text = String(decoding: raw, as: UTF8.self)
        guard let instant = Instant(iso8601: text) else { return nil }
        let isLocal = Instant(iso8601: text + "Z") != nil
        return WrittenDate.Point(instant: instant, hasZone: !isLocal, hasTime: true)
    }
}

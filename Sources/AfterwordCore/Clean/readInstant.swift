/// Reads a moment from seconds, milliseconds or microseconds since 1970, or from any written form
/// that is sure without its neighbours (`readWrittenDate`); nil where the text says that there is
/// none.
///
/// A relative date, or one whose day and month could be either, is a fault.
///
/// - Parameter order: Settles the order of day and month.
func readInstant(
    _ raw: [UInt8], as format: FieldFormat, order: DateOrder? = nil
) -> Result<Instant?, ReadFault> {
    switch format {
    case .unixSeconds where isJSONNumber(raw): return unixInstant(raw, microseconds: 1_000_000)
    case .unixMilliseconds where isJSONNumber(raw): return unixInstant(raw, microseconds: 1000)
    case .unixMicroseconds where isJSONNumber(raw): return unixInstant(raw, microseconds: 1)
    default: break
    }
    if let instant = Instant(iso8601: String(decoding: raw, as: UTF8.self)) {
        return .success(instant)
    }
    switch readWrittenDate(raw, order: order) {
    case .moment(let moment): return .success(moment.instant)
    case .absent: return .success(nil)
    case .ambiguous: return .failure(ReadFault(.ambiguousDate))
    case .relative: return .failure(ReadFault(.relativeDate))
    case .unreadable: return .failure(ReadFault(.unreadableDate))
    }
}

private func unixInstant(_ raw: [UInt8], microseconds: Int64) -> Result<Instant?, ReadFault> {
    guard let number = Decimal(firstIn: raw)?.scaled(by: microseconds, over: 1),
        Instant.writable.contains(number)
    else { return .failure(ReadFault(.unreadableDate)) }
    return .success(Instant(microseconds: number))
}

extension Instant {
    /// The years 1–9999, which ISO 8601 writes with four digits.
    static let writable: ClosedRange<Int64> = -62_135_596_800_000_000...253_402_300_799_999_999

    /// Reads `2026-08-04` or `20260804`, optionally with a time after `T` or a space (`02:09`,
    /// `0209`, `02:09:30.25`) and a zone (`Z`, `+02:00`, `-0700`). Without a time the moment is the
    /// start of the day; without a zone it is UTC. Fractions of a microsecond are truncated.
    package init?(iso8601 text: String) {
        var rest = text.utf8[...]
        func digits(_ count: Int) -> Int? {
            let part = rest.prefix(count)
            guard part.count == count, part.allSatisfy({ (0x30...0x39).contains($0) }) else {
                return nil
            }
            rest = rest.dropFirst(count)
            return Int(Substring(part))
        }
        func skip(_ byte: UInt8) -> Bool {
            guard rest.first == byte else { return false }
            rest = rest.dropFirst()
            return true
        }
        guard let year = digits(4), year > 0 else { return nil }
        let isExtended = skip(0x2D)
        guard let month = digits(2), !isExtended || skip(0x2D), let day = digits(2),
            let date = CivilDate(year: year, month: month, day: day)
        else { return nil }
        var micros = date.daysSinceEpoch * 86_400_000_000
        if !rest.isEmpty {
            guard skip(0x54) || skip(0x74) || skip(0x20), let hour = digits(2), hour < 24 else {
                return nil
            }
            _ = skip(0x3A)
            guard let minute = digits(2), minute < 60 else { return nil }
            micros += Int64(hour * 3600 + minute * 60) * 1_000_000
            let hasColon = skip(0x3A)
            if hasColon || rest.first.map({ (0x30...0x39).contains($0) }) == true {
                guard let second = digits(2), second < 60 else { return nil }
                micros += Int64(second) * 1_000_000
            }
            if skip(0x2E) || skip(0x2C) {
                let fraction = rest.prefix { (0x30...0x39).contains($0) }
                guard (1...12).contains(fraction.count) else { return nil }
                rest = rest.dropFirst(fraction.count)
                let six = String(Substring(fraction)).prefix(6)
                micros += Int64(six + String(repeating: "0", count: 6 - six.count)) ?? 0
            }
            guard let zone = Self.zone(&rest) else { return nil }
            micros -= zone
        }
        guard rest.isEmpty, Self.writable.contains(micros) else { return nil }
        self.init(microseconds: micros)
    }

    /// The offset of a zone in microseconds; 0 (UTC) when none is written.
    private static func zone(_ rest: inout Substring.UTF8View) -> Int64? {
        guard let sign = rest.first else { return 0 }
        if sign | 0x20 == 0x7A {
            rest = rest.dropFirst()
            return 0
        }
        guard sign == 0x2B || sign == 0x2D else { return nil }
        let digits = rest.dropFirst().filter { $0 != 0x3A }
        guard digits.count == 4 || digits.count == 2,
            digits.allSatisfy({ (0x30...0x39).contains($0) })
        else { return nil }
        let number = digits.reduce(0) { $0 * 10 + Int64($1 - 0x30) }
        let (hours, minutes) = digits.count == 2 ? (number, 0) : (number / 100, number % 100)
        guard hours < 24, minutes < 60 else { return nil }
        rest = rest[rest.endIndex...]
        return (sign == 0x2D ? -1 : 1) * (hours * 3600 + minutes * 60) * 1_000_000
    }
}

package import AfterwordCore

/// The moment that the name of a file or folder tells: a date or instant at its beginning, after an
/// optional `NN_`, else the last one that begins at a word's boundary (`dt=2026-01-05`,
/// `reviews-20260105-101500.jsonl`). Nil for none.
///
/// The forms are `2026-08-04`, `2026-08-04T02:09Z`, `2026-08-04T0209Z`, `20260804`, and
/// `20260804-101500`. No letter or digit may follow. A date alone means the start of that day in
/// UTC. Within a name only the years 1995 to 2100 count, so that other numbers are no dates.
package func instant(inName name: String) -> Instant? {
    var rest = name[...]
    let digits = rest.prefix { $0.isNumber }
    if digits.count == 2, rest.dropFirst(2).first == "_" { rest = rest.dropFirst(3) }
    if let instant = instant(atStartOf: rest) { return instant }
    var found: Instant?
    var previous: Character = "a"
    for index in rest.indices {
        let isBoundary = !previous.isLetter && !previous.isNumber
        previous = rest[index]
        guard isBoundary, previous.isNumber, let instant = instant(atStartOf: rest[index...]),
            namedYears.contains(instant)
        else { continue }
        found = instant
    }
    return found
}

/// 1995 to 2100.
private let namedYears =
    Instant(seconds: 788_918_400)...Instant(seconds: 4_133_980_799)

/// The longest prefix that is an instant: `2026-08-04T0209Z_fea2281` ends at the Z.
private func instant(atStartOf rest: Substring) -> Instant? {
    if let instant = compactInstant(rest) { return instant }
    for length in stride(from: min(rest.count, 25), through: 8, by: -1) {
        guard let instant = Instant(iso8601: String(rest.prefix(length))),
            ends(rest.dropFirst(length))
        else { continue }
        return instant
    }
    return nil
}

/// `20260105-101500`, `20260105_101500`. The first hour's first minute is no time: `-000001` is the
/// number of a part.
private func compactInstant(_ rest: Substring) -> Instant? {
    let text = rest.prefix(15)
    guard text.count == 15, let joint = text.dropFirst(8).first, joint == "-" || joint == "_",
        !text.dropFirst(9).hasPrefix("0000"), ends(rest.dropFirst(15))
    else { return nil }
    return Instant(iso8601: "\(text.prefix(8))T\(text.suffix(6))")
}

private func ends(_ rest: Substring) -> Bool {
    guard let next = rest.first else { return true }
    return !next.isNumber && !next.isLetter
}

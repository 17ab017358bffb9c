package import AfterwordCore

/// The date or instant at the beginning of a folder's name, after an optional `NN_`: `2026-08-04`,
/// `2026-08-04T02:09Z`, `2026-08-04T0209Z`, `20260804`. Any text may follow that does not begin
/// with a letter or digit. A date alone means the start of that day in UTC. Nil for none.
package func instant(inName name: String) -> Instant? {
    var rest = name[...]
    let digits = rest.prefix { $0.isNumber }
    if digits.count == 2, rest.dropFirst(2).first == "_" { rest = rest.dropFirst(3) }
    // The longest prefix that is an instant: `2026-08-04T0209Z_fea2281` ends at the Z.
    for length in stride(from: min(rest.count, 25), through: 8, by: -1) {
        let head = String(rest.prefix(length))
        guard let instant = Instant(iso8601: head) else { continue }
        let next = rest.dropFirst(length).first
        guard next == nil || !(next!.isNumber || next!.isLetter) else { continue }
        return instant
    }
    return nil
}

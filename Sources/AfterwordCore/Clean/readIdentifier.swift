/// Reads an identifier: the text as given without blanks and invisible characters around it, never
/// parsed as a number. An empty one is absent.
///
/// - Parameter rules: Before `v2` only blanks of ASCII were taken off.
func readIdentifier(_ raw: [UInt8], _ rules: IdentityRules = .current) -> Text? {
    let isSpace: (UInt8) -> Bool = { $0 == 0x20 || (0x09...0x0D).contains($0) }
    guard let first = raw.first, let last = raw.last else { return nil }
    if first < 0x80, last < 0x80, !isSpace(first), !isSpace(last) {
        return Text(raw.contains(0) ? unifyNull(raw) : raw)
    }
    let scalars = String(decoding: raw, as: UTF8.self).unicodeScalars
    func isOutside(_ scalar: Unicode.Scalar) -> Bool {
        rules == .v1 ? scalar.isASCII && isSpace(UInt8(scalar.value)) : isAround(scalar)
    }
    guard let start = scalars.firstIndex(where: { !isOutside($0) }),
        let end = scalars.lastIndex(where: { !isOutside($0) })
    else { return nil }
    let trimmed = Array(String(scalars[start...end]).utf8)
    return Text(trimmed.contains(0) ? unifyNull(trimmed) : trimmed)
}

/// Reads an identifier written as a text or as a number.
func readIdentifier(_ raw: [UInt8], isNumber: Bool, _ rules: IdentityRules) -> Text? {
    let whole = isNumber && rules != .v1 ? wholeIdentifier(number: raw) : nil
    return readIdentifier(whole ?? raw, rules)
}

/// Whether a scalar counts as nothing at the ends of an identifier: every blank, and what cannot
/// be seen (zero width space, byte order mark, direction marks). Variation selectors are kept: they
/// belong to the sign before them.
func isAround(_ scalar: Unicode.Scalar) -> Bool {
    if scalar.isASCII { return scalar == " " || (0x09...0x0D).contains(scalar.value) }
    if (0xFE00...0xFE0F).contains(scalar.value) { return false }
    return scalar.properties.isWhitespace || scalar.properties.isDefaultIgnorableCodePoint
}

/// A JSON number that is whole, as an identifier without decimals and exponent: `700101.0` and
/// `7.00101e5` → `700101`. Nil for other numbers, which stay as written.
///
/// Only for numbers: texts stay as they are (`0805082115`).
func wholeIdentifier(number raw: [UInt8]) -> [UInt8]? {
    guard raw.contains(where: { $0 == UInt8(ascii: ".") || $0 | 0x20 == UInt8(ascii: "e") }),
        isJSONNumber(raw), let number = Decimal(firstIn: raw), let whole = number.whole
    else { return nil }
    return Array(String(whole).utf8)
}

private func unifyNull(_ bytes: [UInt8]) -> [UInt8] {
    bytes.flatMap { $0 == 0 ? [0xEF, 0xBF, 0xBD] : [$0] }
}

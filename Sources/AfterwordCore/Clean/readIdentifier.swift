/// Reads an identifier: the text as given without blanks, invisible characters and references to
/// such (`&nbsp;`) around it, never parsed as a number. An empty one is absent.
///
/// - Parameter rules: Before `v2` only blanks of ASCII were taken off.
func readIdentifier(_ raw: [UInt8], _ rules: IdentityRules = .current) -> Text? {
    if raw.lend(isPlainIdentifier) { return Text(raw) }
    let isOutside =
        rules == .v1 ? { $0 == " " || (0x09...0x0D).contains($0.value) } : isAround
    var rest = String(decoding: raw, as: UTF8.self).unicodeScalars[...]
    var count: Int
    repeat {
        rest = rest.drop(while: isOutside)
        while let last = rest.last, isOutside(last) { rest.removeLast() }
        count = rest.count
        if rules != .v1 { dropReferences(&rest) }
    } while rest.count < count
    guard !rest.isEmpty else { return nil }
    let trimmed = Array(String(rest).utf8)
    return Text(trimmed.contains(0) ? unifyNull(trimmed) : trimmed)
}

/// Takes off a reference to an invisible character at each end.
private func dropReferences(_ rest: inout Substring.UnicodeScalarView) {
    if rest.first == "&", let end = rest.firstIndex(of: ";"), isInvisible(rest[...end]) {
        rest = rest[rest.index(after: end)...]
    }
    if rest.last == ";", let start = rest.lastIndex(of: "&"), isInvisible(rest[start...]) {
        rest = rest[..<start]
    }
}

/// Whether a text that begins with `&` and ends with `;` is a reference to nothing visible.
private func isInvisible(_ reference: Substring.UnicodeScalarView) -> Bool {
    let raw = Array(String(reference).utf8)
    guard raw.count <= 33 else { return false }
    var decoded: [UInt8] = []
    raw.lend { decodeMarkup($0, into: &decoded) }
    return decoded != raw
        && String(decoding: decoded, as: UTF8.self).unicodeScalars.allSatisfy(isAround)
}

/// Reads an identifier written as a text or as a number.
func readIdentifier(_ raw: [UInt8], isNumber: Bool, _ rules: IdentityRules) -> Text? {
    let whole = isNumber && rules != .v1 ? wholeIdentifier(number: raw) : nil
    return readIdentifier(whole ?? raw, rules)
}

/// Whether a scalar counts as nothing at the ends of an identifier: every blank, control
/// characters, and what cannot be seen (zero width space, byte order mark, direction marks,
/// variation selectors).
func isAround(_ scalar: Unicode.Scalar) -> Bool {
    if scalar.value <= 0x20 || (0x7F...0x9F).contains(scalar.value) { return true }
    if scalar.isASCII { return false }
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

/// The form of a value for messages, without its text: `11 characters: digits, blank, letters`.
/// Repeated kinds are told once, at most eight kinds in all.
package func formOf(_ raw: [UInt8]) -> String {
    let scalars = String(decoding: raw, as: UTF8.self).unicodeScalars
    guard !scalars.isEmpty else { return "empty" }
    var kinds: [String] = []
    for scalar in scalars {
        let kind = kind(of: scalar)
        if kinds.last != kind { kinds.append(kind) }
    }
    let told = kinds.prefix(8).joined(separator: ", ") + (kinds.count > 8 ? ", …" : "")
    return "\(scalars.count) character\(scalars.count == 1 ? "" : "s"): \(told)"
}

private func kind(of scalar: Unicode.Scalar) -> String {
    let properties = scalar.properties
    if properties.isWhitespace { return "blank" }
    if properties.isDefaultIgnorableCodePoint { return "invisible" }
    if properties.numericType == .decimal { return scalar.isASCII ? "digits" : "other digits" }
    if properties.isAlphabetic || properties.generalCategory == .nonspacingMark {
        return scalar.isASCII ? "letters" : "other letters"
    }
    return scalar.isASCII ? "\(scalar)" : "sign"
}

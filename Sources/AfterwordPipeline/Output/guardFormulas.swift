/// Inserts an apostrophe before every character that could start a formula: at the start of the
/// text and after every character that some spreadsheet treats as the end of a cell. White space,
/// invisible characters and quotes in between are skipped.
package func guarded(_ text: String) -> String {
    var safe = String.UnicodeScalarView()
    // Where a cell would begin; nil inside a cell.
    var start: String.UnicodeScalarIndex? = safe.startIndex
    for scalar in text.unicodeScalars {
        let opensLine = safe.isEmpty && ["\t", "\r", "\n"].contains(scalar)
        if let place = start, formulaSigns.contains(scalar) || opensLine {
            safe.insert("'", at: place)
            start = nil
        } else if start != nil, !isBlank(scalar), scalar != "\"" {
            start = nil
        }
        safe.append(scalar)
        if cellEnds.contains(scalar) { start = safe.endIndex }
    }
    return String(safe)
}

/// Characters that start a formula, in all width variants.
private let formulaSigns: Set<Unicode.Scalar> = [
    "=", "+", "-", "@", "\u{FF1D}", "\u{FF0B}", "\u{FF0D}", "\u{FF20}", "\u{FE66}", "\u{FE62}",
    "\u{FE63}", "\u{FE6B}", "\u{2212}",
]

/// Characters other than the comma at which some spreadsheet ends a cell or line. Commas need no
/// entry: every cell is quoted, which protects a text where the comma is the separator.
private let cellEnds: Set<Unicode.Scalar> = [
    ";", "\t", "\n", "\r", "|", "\u{B}", "\u{C}", "\u{85}", "\u{2028}", "\u{2029}", "\u{FF1B}",
]

private func isBlank(_ scalar: Unicode.Scalar) -> Bool {
    scalar.properties.isWhitespace
        || [.format, .control].contains(scalar.properties.generalCategory)
}

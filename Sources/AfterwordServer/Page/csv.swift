import AfterwordCore
import AfterwordPipeline

/// A cell of a table to download.
enum CSVCell: Sendable {
    /// Written by this program: digits, a sign, a decimal point.
    case number(String)
    /// Anybody's words.
    case text(String)

    static func count(_ number: some BinaryInteger) -> CSVCell { .number(String(number)) }

    /// Millionths or thousandths as a decimal; an empty cell where there is nothing.
    static func decimal(_ value: Int64?, of unit: Int64, places: Int) -> CSVCell {
        .number(value.map { fixed($0, of: unit, places: places) } ?? "")
    }

    static func text(_ text: Text?) -> CSVCell { .text(text?.string ?? "") }
}

/// A table as RFC 4180 has it, for spreadsheets too.
///
/// 1. It begins with a byte order mark, by which spreadsheets know that it is UTF-8.
/// 2. Every cell is quoted.
/// 3. No text becomes a formula, whatever separator a spreadsheet takes for its own: an apostrophe
///    stands before every sign that would begin one.
func csv(_ head: [String], _ rows: [[CSVCell]]) -> String {
    func line(_ cells: [String]) -> String {
        cells.map { "\"" + $0.replacing("\"", with: "\"\"") + "\"" }.joined(separator: ",")
            + "\r\n"
    }
    let lines = rows.map { row in
        line(
            row.map { cell in
                switch cell {
                case .number(let number): number
                case .text(let text): guarded(text)
                }
            })
    }
    return "\u{FEFF}" + line(head) + lines.joined()
}

/// A text with an apostrophe before every sign that begins a formula: at its start, and after what
/// some spreadsheet takes for the end of a cell. White space, signs that cannot be seen, and quotes
/// may stand between.
private func guarded(_ text: String) -> String {
    var safe = String.UnicodeScalarView()
    // Where a cell would begin; nil within one.
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

/// Signs that begin a formula, in all widths.
private let formulaSigns: Set<Unicode.Scalar> = [
    "=", "+", "-", "@", "\u{FF1D}", "\u{FF0B}", "\u{FF0D}", "\u{FF20}", "\u{FE66}", "\u{FE62}",
    "\u{FE63}", "\u{FE6B}", "\u{2212}",
]

/// Where some spreadsheet ends a cell or a line, other than at a comma: every cell is quoted, and
/// that holds where commas separate.
private let cellEnds: Set<Unicode.Scalar> = [
    ";", "\t", "\n", "\r", "|", "\u{B}", "\u{C}", "\u{85}", "\u{2028}", "\u{2029}", "\u{FF1B}",
]

private func isBlank(_ scalar: Unicode.Scalar) -> Bool {
    scalar.properties.isWhitespace
        || [.format, .control].contains(scalar.properties.generalCategory)
}

/// A whole number of parts as a decimal: 4321 of 1000 in 2 places is `4.32`.
func fixed(_ number: Int64, of unit: Int64, places: Int) -> String {
    var scale: Int64 = 1
    for _ in 0..<places { scale *= 10 }
    let scaled = (number.magnitude * UInt64(scale) + UInt64(unit) / 2) / UInt64(unit)
    let whole = "\(scaled / UInt64(scale))"
    let part = places == 0 ? "" : "." + padded(Int(scaled % UInt64(scale)), places)
    return (number < 0 && scaled > 0 ? "-" : "") + whole + part
}

func tenths(_ rating: Int64) -> String { fixed(rating, of: 10, places: rating % 10 == 0 ? 0 : 1) }

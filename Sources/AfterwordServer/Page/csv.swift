import AfterwordCore
import AfterwordPipeline

/// A cell of a CSV table.
enum CSVCell: Sendable {
    /// Written by this program: digits, a sign, a decimal point. Not guarded against formulas.
    case number(String)
    /// A text from any source.
    case text(String)

    static func count(_ number: some BinaryInteger) -> CSVCell { .number(String(number)) }

    /// A number of parts (for instance millionths or thousandths) as a decimal; an empty cell for
    /// nil.
    static func decimal(_ value: Int64?, of unit: Int64, places: Int) -> CSVCell {
        .number(value.map { fixed($0, of: unit, places: places) } ?? "")
    }

    static func text(_ text: Text?) -> CSVCell { .text(text?.string ?? "") }
}

/// A CSV table as defined by RFC 4180, safe to open in spreadsheets.
///
/// 1. Every cell is quoted.
/// 2. No text cell becomes a formula, whichever separator a spreadsheet uses: an apostrophe is
///    inserted before every character that would start a formula.
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
    return (head.isEmpty ? "" : line(head)) + lines.joined()
}

/// A row as a JSON object with the names of the columns; an empty number is null.
func jsonLine(_ head: [String], _ row: [CSVCell]) -> String {
    let members = zip(head, row).map { name, cell in
        let value =
            switch cell {
            case .number(let number): number.isEmpty ? "null" : number
            case .text(let text): JSONValue.string(text).canonical
            }
        return "\(JSONValue.string(name).canonical):\(value)"
    }
    return "{\(members.joined(separator: ","))}"
}

/// A number of parts as a rounded decimal: 4321 of 1000 with 2 places is `4.32`.
func fixed(_ number: Int64, of unit: Int64, places: Int) -> String {
    var scale: Int64 = 1
    for _ in 0..<places { scale *= 10 }
    let scaled = (number.magnitude * UInt64(scale) + UInt64(unit) / 2) / UInt64(unit)
    let whole = "\(scaled / UInt64(scale))"
    let part = places == 0 ? "" : "." + padded(Int(scaled % UInt64(scale)), places)
    return (number < 0 && scaled > 0 ? "-" : "") + whole + part
}

/// A rating in tenths of a star as a decimal: 45 is `4.5`, 40 is `4`.
func tenths(_ rating: Int64) -> String { fixed(rating, of: 10, places: rating % 10 == 0 ? 0 : 1) }

import AfterwordCore

/// Rows of a batch as lines of text.
struct TextTable {
    let fields: [ArrowField]
    let isCSV: Bool
    /// Whether texts of CSV are guarded against formulas.
    let guardsFormulas: Bool
    private let keys: [String]

    init(_ fields: [ArrowField], isCSV: Bool, guardsFormulas: Bool) {
        self.fields = fields
        self.isCSV = isCSV
        self.guardsFormulas = guardsFormulas
        keys = fields.map { JSONValue.string($0.name).canonical }
    }

    /// The line before all rows; none for JSON Lines.
    var head: [UInt8] {
        isCSV ? Array((fields.map(\.name).joined(separator: ",") + "\r\n").utf8) : []
    }

    func lines(_ batch: ArrowBatch) -> [UInt8] {
        var bytes: [UInt8] = []
        for row in 0..<batch.rowCount {
            if isCSV { appendCSV(batch, row, to: &bytes) } else { appendJSON(batch, row, &bytes) }
        }
        return bytes
    }

    /// A CSV row: texts in quotes, everything else without; nothing at all for NULL.
    private func appendCSV(_ batch: ArrowBatch, _ row: Int, to bytes: inout [UInt8]) {
        for (place, column) in batch.columns.enumerated() {
            if place > 0 { bytes.append(UInt8(ascii: ",")) }
            guard column.holds(row) else { continue }
            switch column.type {
            case .text:
                let text = String(decoding: column.bytes(row), as: UTF8.self)
                let safe = guardsFormulas ? guarded(text) : text
                bytes += "\"\(safe.replacing("\"", with: "\"\""))\"".utf8
            default: bytes += Self.word(column, row).utf8
            }
        }
        bytes += "\r\n".utf8
    }

    private func appendJSON(_ batch: ArrowBatch, _ row: Int, _ bytes: inout [UInt8]) {
        for (place, column) in batch.columns.enumerated() {
            bytes += (place == 0 ? "{" : ",").utf8
            bytes += keys[place].utf8
            bytes.append(UInt8(ascii: ":"))
            switch column.type {
            case _ where !column.holds(row): bytes += "null".utf8
            case .text:
                let text = String(decoding: column.bytes(row), as: UTF8.self)
                bytes += JSONValue.string(text).canonical.utf8
            case .bytes, .instant: bytes += "\"\(Self.word(column, row))\"".utf8
            case .number, .flag, .decimal: bytes += Self.word(column, row).utf8
            }
        }
        bytes += "}\n".utf8
    }

    /// A value without quotes: an instant in ISO 8601, bytes as hexadecimal digits.
    private static func word(_ column: ArrowColumn, _ row: Int) -> String {
        switch column.type {
        case .number: String(column.number(row))
        case .flag: column.number(row) == 0 ? "false" : "true"
        case .text, .bytes: hexadecimal(Array(column.bytes(row)))
        case .instant: Instant(microseconds: column.number(row)).description
        case .decimal(_, let scale): decimal(column.number(row), scale)
        }
    }

    private static func decimal(_ number: Int64, _ scale: Int) -> String {
        let digits = String(number.magnitude)
        let padded = String(repeating: "0", count: max(scale + 1 - digits.count, 0)) + digits
        return (number < 0 ? "-" : "") + padded.dropLast(scale) + "." + padded.suffix(scale)
    }
}

/// Splits one row of a table into its cells (RFC 4180).
///
/// A cell that begins with a quote ends with one, and holds separators, line ends and doubled
/// quotes in between. A quote inside any other cell is a part of it.
///
/// Between tabs quotes often are plain text (`"Head" and more`): a cell is in quotes only where a
/// tab or a line end follows its last quote.
///
/// The bytes are borrowed: a scanner must not outlive the call that lends them.
struct RowScanner {
    /// How the rows of a table are written.
    struct Dialect: Equatable, Sendable {
        let separator: UInt8
        let skipsBlanks: Bool
        /// The byte that ends rows, with a carriage return before a line feed; nil where all bytes
        /// are one row.
        let lineEnd: UInt8?

        var isTabbed: Bool { separator == UInt8(ascii: "\t") }
    }

    /// What becomes of a cell between tabs that begins with a quote and is not closed properly.
    enum Quotes {
        /// It is a text where its line shows so, else broken.
        case usual
        /// It is a text, as the table's quotes are known to be.
        case loose
        /// All quotes are texts.
        case none
    }

    /// Where a row ends, or why it does not.
    enum End: Equatable {
        /// The end of the row's bytes, and the begin of the next row.
        case row(end: Int, next: Int)
        case needsMoreBytes
        /// The bytes end inside quotes.
        case unclosed
        /// Something else than a separator or a line end follows the quote at this offset.
        case brokenQuote(Int)
    }

    private let bytes: BorrowedBytes
    private let dialect: Dialect
    /// Whether no more bytes follow.
    private let isFinal: Bool

    private static let quote = UInt8(ascii: "\"")

    init(_ bytes: BorrowedBytes, _ dialect: Dialect, isFinal: Bool) {
        self.bytes = bytes
        self.dialect = dialect
        self.isFinal = isFinal
    }

    /// Appends a token for each cell of the row: `null` for an empty one and for `NULL`, `\N`,
    /// `NaN` and `nan`; `number` for a whole number with decimals, `string` and `quotedCell` for a
    /// quoted one, `cell` for any other.
    func scan(
        from start: Int, into cells: inout [JSONToken], quotes: Quotes = .usual
    ) -> End {
        var start = start
        while true {
            if dialect.skipsBlanks {
                while start < bytes.count, bytes[start] == UInt8(ascii: " ") { start += 1 }
            }
            let isQuoted = quotes != .none && start < bytes.count && bytes[start] == Self.quote
            let end = isQuoted ? quoted(start, quotes, &cells) : plain(start, &cells)
            switch end {
            case .row(let end, let next):
                // A cell's end: its separator is the byte before the next one.
                guard next > end, next <= bytes.count, bytes[next - 1] == dialect.separator else {
                    return .row(end: end, next: next)
                }
                start = next
            default: return end
            }
        }
    }

    /// Scans a cell without quotes.
    private func plain(_ start: Int, _ cells: inout [JSONToken]) -> End {
        let lineEnd = dialect.lineEnd ?? dialect.separator
        let end = bytes.firstIndex(of: dialect.separator, or: lineEnd, from: start)
        if end == bytes.count, !isFinal { return .needsMoreBytes }
        var last = end
        let endsRow = end == bytes.count || bytes[end] != dialect.separator
        if endsRow, dialect.lineEnd == 0x0A, last > start, bytes[last - 1] == 0x0D { last -= 1 }
        cells.append(JSONToken(kind: kind(start, last), start: Int32(start), end: Int32(last)))
        return .row(end: last, next: min(end + 1, bytes.count))
    }

    /// Scans a cell in quotes.
    private func quoted(_ start: Int, _ quotes: Quotes, _ cells: inout [JSONToken]) -> End {
        var kind = JSONToken.Kind.string
        var close = start + 1
        while true {
            close = bytes.firstIndex(of: Self.quote, or: Self.quote, from: close)
            if close == bytes.count {
                guard isFinal else { return .needsMoreBytes }
                return mayBePlain(start..<close, quotes) ? plain(start, &cells) : .unclosed
            }
            if close + 1 == bytes.count { break }
            if bytes[close + 1] != Self.quote { break }
            kind = .quotedCell
            close += 2
        }
        var after = close + 1
        while !dialect.isTabbed, after < bytes.count, bytes[after] == UInt8(ascii: " ") {
            after += 1
        }
        guard let next = next(after) else {
            if after >= bytes.count - 1, !isFinal { return .needsMoreBytes }
            return mayBePlain(start..<close, quotes) ? plain(start, &cells) : .brokenQuote(close)
        }
        if close == start + 1 { kind = .null }
        cells.append(JSONToken(kind: kind, start: Int32(start), end: Int32(close + 1)))
        return .row(end: after, next: next)
    }

    /// Whether a cell whose quote is not closed, or is followed by something else, is a text.
    private func mayBePlain(_ cell: Range<Int>, _ quotes: Quotes) -> Bool {
        guard dialect.isTabbed else { return false }
        guard quotes == .usual, let lineEnd = dialect.lineEnd else { return true }
        // An unclosed quote may be that of a cell over several lines which was cut.
        return cell.upperBound < bytes.count
            && bytes.firstIndex(of: lineEnd, or: lineEnd, from: cell.lowerBound) > cell.upperBound
    }

    /// The begin of what follows the separator or line end at an offset; nil where there is none.
    private func next(_ offset: Int) -> Int? {
        guard offset < bytes.count else { return isFinal ? offset : nil }
        if bytes[offset] == dialect.separator || bytes[offset] == dialect.lineEnd {
            return offset + 1
        }
        guard dialect.lineEnd == 0x0A, bytes[offset] == 0x0D else { return nil }
        if offset + 1 == bytes.count { return isFinal ? offset + 1 : nil }
        return bytes[offset + 1] == 0x0A ? offset + 2 : nil
    }

    private func kind(_ start: Int, _ end: Int) -> JSONToken.Kind {
        switch end - start {
        case 0: return .null
        case 2...4:
            let cell = bytes.part(start..<end)
            if Self.absent.contains(where: { cell.elementsEqual($0) }) { return .null }
        default: break
        }
        return bytes[end - 1] == UInt8(ascii: "0") && isWholeNumber(start, end) ? .number : .cell
    }

    private static let absent = ["NULL", "\\N", "NaN", "nan"].map { Array($0.utf8) }

    /// Whether the bytes are digits, a point and zeros: an id that a table program took for a
    /// number.
    private func isWholeNumber(_ start: Int, _ end: Int) -> Bool {
        var index = end - 1
        while index > start, bytes[index] == UInt8(ascii: "0") { index -= 1 }
        guard index > start, bytes[index] == UInt8(ascii: ".") else { return false }
        return (start..<index).allSatisfy { (0x30...0x39).contains(bytes[$0]) }
            && (bytes[start] != UInt8(ascii: "0") || index == start + 1)
    }
}

/// The text of a cell, without its quotes and with doubled quotes once.
package func cellText(_ token: JSONToken, _ bytes: BorrowedBytes) -> [UInt8] {
    let range = token.range
    switch token.kind {
    case .cell, .number: return Array(bytes.part(range))
    case .string: return Array(bytes.part(range.lowerBound + 1..<range.upperBound - 1))
    case .quotedCell:
        var text: [UInt8] = []
        undouble(bytes.part(range.lowerBound + 1..<range.upperBound - 1), into: &text)
        return text
    default: return []
    }
}

/// Appends the content of a quoted cell with doubled quotes once.
func undouble(_ bytes: BorrowedBytes, into text: inout [UInt8]) {
    let quote = UInt8(ascii: "\"")
    var start = 0
    while true {
        let found = bytes.firstIndex(of: quote, or: quote, from: start)
        guard found < bytes.count else { return text.append(contentsOf: bytes.part(start..<found)) }
        text.append(contentsOf: bytes.part(start..<found + 1))
        start = min(found + 2, bytes.count)
    }
}

/// Whether a quote stands alone inside a cell between tabs, beside neither another quote nor the
/// cell's end: no table that puts cells in quotes writes one.
func hasPlainQuote(_ row: UnsafeRawBufferPointer) -> Bool {
    guard row.count > 2 else { return false }
    func isInner(_ byte: UInt8) -> Bool {
        byte != UInt8(ascii: "\"") && byte != UInt8(ascii: "\t") && byte != 0x0A && byte != 0x0D
    }
    for index in 1..<row.count - 1 where row[index] == UInt8(ascii: "\"") {
        if isInner(row[index - 1]), isInner(row[index + 1]) { return true }
    }
    return false
}

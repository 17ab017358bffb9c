/// The first row of a table of separated values: what separates its cells, and the names of its
/// columns.
///
/// A row can be read only with it, so it is stored with each, as a member of the row's context.
/// Everything follows from the row's text, so that a stored row is read as the file was.
package struct TableHeader: Equatable, Sendable {
    /// The row as it is written, without its line end; what is no UTF-8 is replaced.
    package let text: String
    /// The names without quotes and the white space around them, in the order of the columns. The
    /// second of one name is `name (2)`.
    package let names: [String]
    /// A comma, a semicolon, a tab or a bar: the one that the row has most of outside its quotes.
    package let separator: UInt8
    /// Whether blanks stand after each separator and are no part of the cells.
    let skipsBlanks: Bool

    package init(text: String) {
        let bytes = Array(text.utf8)
        let separator = Self.separator(of: bytes)
        self.text = text
        self.separator = separator
        let blanks = zip(bytes, bytes.dropFirst()).filter { $0.0 == separator }.map(\.1)
        skipsBlanks =
            separator != UInt8(ascii: "\t") && !blanks.isEmpty
            && blanks.allSatisfy { $0 == UInt8(ascii: " ") }
        let dialect = RowScanner.Dialect(
            separator: separator, skipsBlanks: skipsBlanks, lineEnd: nil)
        let written = bytes.lend { bytes -> [String] in
            var cells: [JSONToken] = []
            let scanner = RowScanner(bytes, dialect, isFinal: true)
            guard case .row = scanner.scan(from: 0, into: &cells) else {
                return [Self.trimmed(text)]
            }
            return cells.map { Self.trimmed(String(decoding: cellText($0, bytes), as: UTF8.self)) }
        }
        names = Self.apart(written)
    }

    /// The names, with a number after one that stands before it already: `title`, `title (2)`.
    private static func apart(_ names: [String]) -> [String] {
        var counts: [String: Int] = [:]
        return names.map { name in
            let count = counts[name, default: 0] + 1
            counts[name] = count
            return count == 1 || name.isEmpty ? name : "\(name) (\(count))"
        }
    }

    private static func separator(of row: [UInt8]) -> UInt8 {
        var counts: [UInt8: Int] = [:]
        var isQuoted = false
        for byte in row {
            if byte == UInt8(ascii: "\"") { isQuoted.toggle() }
            if !isQuoted { counts[byte, default: 0] += 1 }
        }
        let separators = [",", ";", "\t", "|"].map { (text: Unicode.Scalar) in UInt8(ascii: text) }
        // Of equals the first.
        return separators.max { counts[$0, default: 0] < counts[$1, default: 0] }
            ?? separators[0]
    }

    /// White space, no-break and zero-width spaces and byte order marks do not belong to a name.
    private static func trimmed(_ name: String) -> String {
        func isBlank(_ scalar: Unicode.Scalar) -> Bool {
            scalar.properties.isWhitespace || scalar.value == 0x200B || scalar.value == 0xFEFF
        }
        let scalars = name.unicodeScalars.drop(while: isBlank)
        let end = scalars.lastIndex { !isBlank($0) }
        guard let end else { return "" }
        return String(String.UnicodeScalarView(scalars[...end]))
    }

    /// Whether a row of so many cells belongs under this header. Columns without a name at the end
    /// may be missing.
    func fits(_ cells: [JSONToken]) -> Bool {
        if cells.count == names.count { return true }
        if cells.count > names.count {
            return cells[names.count...].allSatisfy { $0.kind == .null }
        }
        return names[cells.count...].allSatisfy(\.isEmpty)
    }
}

/// How a file that is a table begins: its header, and where its first row is.
package struct TableBeginning: Equatable, Sendable {
    package let header: TableHeader
    /// Bytes before the first row: a byte order mark, blank lines, `sep=;`, and the header.
    let byteCount: Int
    /// The byte that ends rows: a line feed, or a carriage return where none follows the header.
    let lineEnd: UInt8
    /// Whether the first bytes show that quotes are plain text in cells between tabs.
    let hasPlainQuotes: Bool

    /// Nil where the bytes hold no whole header.
    ///
    /// - Parameters:
    ///   - head: The first bytes of a file, as UTF-8.
    ///   - isWhole: Whether no bytes follow them.
    package init?(_ head: [UInt8], isWhole: Bool) {
        var start = head.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
        start = Self.skipBlankLines(head, from: start)
        if head[start...].starts(with: Array("sep=".utf8)) {
            start = head[start...].firstIndex(of: UInt8(ascii: "\n")) ?? start
            start = Self.skipBlankLines(head, from: start)
        }
        guard start < head.count else { return nil }
        let end = Self.rowEnd(head, from: start)
        guard end < head.count || isWhole else { return nil }
        let isReturn = end < head.count && head[end] == UInt8(ascii: "\r")
        let hasFeed = isReturn && end + 1 < head.count && head[end + 1] == UInt8(ascii: "\n")
        guard !isReturn || end + 1 < head.count || isWhole else { return nil }
        header = TableHeader(text: String(decoding: head[start..<end], as: UTF8.self))
        lineEnd = isReturn && !hasFeed ? UInt8(ascii: "\r") : UInt8(ascii: "\n")
        byteCount = min(end + (hasFeed ? 2 : 1), head.count)
        let rows = head[byteCount...]
        hasPlainQuotes =
            header.separator == UInt8(ascii: "\t") && rows.withUnsafeBytes { hasPlainQuote($0) }
    }

    private static func skipBlankLines(_ head: [UInt8], from start: Int) -> Int {
        head[start...].firstIndex { $0 != 0x0A && $0 != 0x0D && $0 != 0x20 } ?? head.count
    }

    /// The first line end outside quotes; the first of all where a quote is never closed.
    private static func rowEnd(_ head: [UInt8], from start: Int) -> Int {
        var isQuoted = false
        for index in start..<head.count {
            if head[index] == UInt8(ascii: "\"") { isQuoted.toggle() }
            if !isQuoted, head[index] == 0x0A || head[index] == 0x0D { return index }
        }
        guard isQuoted else { return head.count }
        return head[start...].firstIndex { $0 == 0x0A || $0 == 0x0D } ?? head.count
    }

    /// Whether a file may be a table by its first bytes.
    ///
    /// - Parameter isNamed: Whether the file is named as one. Of any other the first line holds
    ///   names of columns and separators, the second line the same separator, and no line begins
    ///   like JSON or markup.
    package static func isTable(_ head: [UInt8], isNamed: Bool) -> Bool {
        let text = String(decoding: head, as: UTF8.self).drop { $0 == "\u{FEFF}" }
        let lines = text.split(whereSeparator: \.isNewline)
        if isNamed {
            let first = text.first { !$0.isWhitespace }
            return first.map { !"{[<".contains($0) } == true && !text.contains("\0")
                && !text.hasPrefix("version https://git-lfs")
        }
        guard lines.count > 1, !lines.contains(where: { "{[<".contains($0.first ?? " ") }) else {
            return false
        }
        return [",", ";", "\t", "|"].contains { (separator: Character) in
            let names = lines[0].split(separator: separator, omittingEmptySubsequences: false)
            return names.count > 1 && names.allSatisfy { isName($0) }
                && lines[1].contains(separator)
        }
    }

    private static func isName(_ cell: Substring) -> Bool {
        let name = cell.filter { $0 != "\"" }
        return (1...40).contains(name.count) && name.contains(where: \.isLetter)
            && name.allSatisfy { $0.isLetter || $0.isNumber || " _-.()/#".contains($0) }
    }
}

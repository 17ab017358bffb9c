/// A text table: columns as wide as their widest cell, numbers right-aligned.
///
/// The table fits the width of the terminal (or `COLUMNS`). Texts are cut first, then names, never
/// numbers. If that is not enough, each row is printed as one or more lines without columns.
/// Without a width, as in a pipe, only cells longer than `cellLimit` columns are cut.
struct Table {
    /// How a column is aligned and whether it may be cut.
    enum Column {
        /// A name: cut only when cutting texts does not make enough room.
        case left
        /// A number: never cut.
        case right
        /// A title or a customer's text: cut first.
        case text
    }
    private let columns: [(title: String, kind: Column)]
    private var rows: [(cells: [String], isGrey: Bool)] = []
    private let width: Int?

    /// Maximum columns of a cell when there is no width to fit.
    static let cellLimit = 200
    private static let gap = 2
    /// Minimum columns of texts and of names when they are cut.
    private static let shortestText = 16
    private static let shortestName = 12

    init(_ columns: KeyValuePairs<String, Column>, width: Int? = Terminal.width) {
        self.columns = columns.map { ($0.key, $0.value) }
        self.width = width
    }

    var isEmpty: Bool { rows.isEmpty }

    /// Adds a row.
    ///
    /// - Precondition: There is a cell for each column.
    mutating func add(_ cells: [String], isGrey: Bool = false) {
        precondition(cells.count == columns.count, "a cell for each column")
        let limit = width ?? Self.cellLimit
        rows.append((cells.map { cut($0, to: limit) }, isGrey))
    }

    /// Prints the table.
    func show() { for line in lines() { print(line) } }

    /// The printed lines: a heading and a line per row, or several lines per row if the width is
    /// too small for columns.
    func lines() -> [String] {
        guard let widths = fittedWidths() else { return rows.flatMap(record) }
        let heading = Terminal.bold(line(columns.map(\.title), widths))
        return [heading]
            + rows.map { row in
                let text = line(row.cells, widths)
                return row.isGrey ? Terminal.grey(text) : text
            }
    }

    /// The widths of the columns; nil if the table does not fit.
    private func fittedWidths() -> [Int]? {
        var widths = columns.indices.map { index in
            rows.map { displayWidth($0.cells[index]) }
                .reduce(displayWidth(columns[index].title), max)
        }
        guard let width else { return widths }
        var excess = widths.reduce(0, +) + Self.gap * (columns.count - 1) - width
        for (kind, least) in [(Column.text, Self.shortestText), (.left, Self.shortestName)] {
            func canShrink(_ index: Int) -> Bool {
                columns[index].kind == kind
                    && widths[index] > max(least, displayWidth(columns[index].title))
            }
            while excess > 0,
                let widest = columns.indices.filter(canShrink).max(by: { widths[$0] < widths[$1] })
            {
                widths[widest] -= 1
                excess -= 1
            }
        }
        return excess > 0 ? nil : widths
    }

    private func line(_ cells: [String], _ widths: [Int]) -> String {
        let padded = cells.indices.map { index in
            let cell = cut(cells[index], to: widths[index])
            let space = String(repeating: " ", count: widths[index] - displayWidth(cell))
            return columns[index].kind == .right ? space + cell : cell + space
        }
        let text = padded.joined(separator: String(repeating: " ", count: Self.gap))
        return String(text.reversed().drop { $0 == " " }.reversed())
    }

    /// A row without columns: its names and numbers with their titles, then each text on its own
    /// line.
    private func record(_ row: (cells: [String], isGrey: Bool)) -> [String] {
        let width = width ?? Self.cellLimit
        var facts: [String] = []
        var texts: [String] = []
        for (column, cell) in zip(columns, row.cells) where !cell.isEmpty {
            if column.kind == .text {
                texts.append("  " + cut(cell, to: width - 2))
            } else {
                let title = facts.isEmpty || column.title.isEmpty ? "" : column.title + " "
                facts.append(title + cell)
            }
        }
        let head = wrapped(facts.joined(separator: " · "), to: width, indent: "  ")
            .map { cut($0, to: width) }
        return (head + texts).map { row.isGrey ? Terminal.grey($0) : $0 }
    }
}

/// A table for people: columns as wide as their widest cell, numbers to the right.
struct Table {
    enum Alignment { case left, right }
    private let columns: [(title: String, alignment: Alignment)]
    private var rows: [(cells: [String], isGrey: Bool)] = []

    init(_ columns: KeyValuePairs<String, Alignment>) {
        self.columns = columns.map { ($0.key, $0.value) }
    }

    var isEmpty: Bool { rows.isEmpty }

    mutating func add(_ cells: [String], isGrey: Bool = false) {
        precondition(cells.count == columns.count, "a cell for each column")
        rows.append((cells, isGrey))
    }

    func show() {
        let widths = columns.indices.map { index in
            rows.map { displayWidth($0.cells[index]) }
                .reduce(displayWidth(columns[index].title), max)
        }
        print(Terminal.bold(line(columns.map(\.title), widths)))
        for row in rows {
            let text = line(row.cells, widths)
            print(row.isGrey ? Terminal.grey(text) : text)
        }
    }

    private func line(_ cells: [String], _ widths: [Int]) -> String {
        let padded = cells.indices.map { index in
            let space = String(repeating: " ", count: widths[index] - displayWidth(cells[index]))
            return columns[index].alignment == .left ? cells[index] + space : space + cells[index]
        }
        let text = padded.joined(separator: "  ")
        return String(text.reversed().drop { $0 == " " }.reversed())
    }
}

import AfterwordCore

/// Writes tables to files, one after another.
protocol TableEncoder: AnyObject {
    /// Begins a file at a path.
    func begin(_ table: RunTable, at path: String) throws
    /// Adds rows to the file that was begun last.
    func add(_ batch: ArrowBatch) throws
    /// Ends the file, which then holds all rows.
    func end() throws
}

/// Writes CSV and JSON Lines.
final class TextEncoder: TableEncoder {
    private let isCSV: Bool
    private let guardsFormulas: Bool
    private var open: (table: TextTable, file: GrowingFile)?

    init(isCSV: Bool, guardsFormulas: Bool) {
        self.isCSV = isCSV
        self.guardsFormulas = guardsFormulas
    }

    func begin(_ table: RunTable, at path: String) throws {
        let text = TextTable(table.fields, isCSV: isCSV, guardsFormulas: guardsFormulas)
        let file = try GrowingFile(path)
        try file.write(text.head)
        open = (text, file)
    }

    func add(_ batch: ArrowBatch) throws {
        guard let open else { preconditionFailure("rows are added to a file that was begun") }
        try open.file.write(open.table.lines(batch))
    }

    func end() throws {
        try open?.file.finish()
        open = nil
    }
}

/// Writes Arrow's IPC files.
final class ArrowFileEncoder: TableEncoder {
    private var open: (writer: ArrowWriter, file: GrowingFile)?

    func begin(_ table: RunTable, at path: String) throws {
        var writer = ArrowWriter(table.fields, isFile: true)
        let file = try GrowingFile(path)
        try file.write(writer.begin())
        open = (writer, file)
    }

    func add(_ batch: ArrowBatch) throws {
        guard var now = open else { preconditionFailure("rows are added to a file that was begun") }
        try now.file.write(now.writer.encode(batch))
        open = now
    }

    func end() throws {
        if let open { try open.file.write(open.writer.end()) }
        try open?.file.finish()
        open = nil
    }
}

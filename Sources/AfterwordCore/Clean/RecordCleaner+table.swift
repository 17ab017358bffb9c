/// What the records of a table share: how their file begins, and their context, which holds the
/// header.
struct TableReading: Sendable {
    let beginning: TableBeginning
    let context: ReviewContext

    /// The member of a context that holds a table's header; the first of its context. No other
    /// member can have this name.
    static let key = "#header"
    private static let start = Array("{\"\(key)\":".utf8)

    /// - Parameter slots: The number of context slots that records read.
    init(_ beginning: TableBeginning, slots: Int, file: FileName?) {
        self.beginning = beginning
        var bytes = Self.start + Array(JSONValue.string(beginning.header.text).canonical.utf8)
        var tokens = [JSONToken](repeating: .missing, count: slots)
        if let file, let json = file.json {
            bytes += Array(",\"\(FileName.key)\":".utf8)
            let start = Int32(bytes.count)
            bytes += json
            tokens.append(JSONToken(kind: file.kind, start: start, end: Int32(bytes.count)))
        } else if file != nil {
            tokens.append(.missing)
        }
        bytes.append(UInt8(ascii: "}"))
        context = ReviewContext(bytes: bytes, tokens: tokens)
    }

    /// Whether a context is that of a table's row.
    @inline(__always)
    static func isContext(_ context: [UInt8]) -> Bool {
        context.count > 2 && context[2] == UInt8(ascii: "#") && context.starts(with: start)
    }

    /// The header in the context of a row; nil for any other context.
    static func header(inContext context: [UInt8]) -> TableHeader? {
        guard isContext(context), let value = try? JSONValue(parsing: context) else { return nil }
        return value[key]?.text.map { TableHeader(text: $0) }
    }
}

extension RecordCleaner {
    /// How the file begins, where it is a table.
    package var tableBeginning: TableBeginning? { table?.beginning }

    /// Why a stored record cannot be read by the header in its context; nil where it can, and where
    /// it is of no table.
    package func rowFault(_ payload: BorrowedBytes, context: [UInt8]) -> RejectReason? {
        guard let header = TableReading.header(inContext: context) else { return nil }
        return StoredTable(header, recordPlan).slots(of: 0..<payload.count, in: payload).fault
    }

    /// The slots of a stored record: of a row by the header in its context, else of the one record
    /// that the bytes hold. All are missing where it cannot be read.
    func storedTokens(_ payload: BorrowedBytes, context: [UInt8]) -> [JSONToken] {
        guard let header = TableReading.header(inContext: context) else {
            return Self.tokens(recordPlan, payload)
        }
        return rowTokens(StoredTable(header, recordPlan), 0..<payload.count, payload)
    }

    func rowTokens(
        _ table: StoredTable, _ row: Range<Int>, _ window: BorrowedBytes
    ) -> [JSONToken] {
        let (slots, fault) = table.slots(of: row, in: window)
        guard fault == nil else {
            return [JSONToken](repeating: .missing, count: recordPlan.recordSources.count)
        }
        return slots
    }
}

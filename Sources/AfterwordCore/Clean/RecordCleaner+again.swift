extension RecordCleaner {
    /// Cleans stored records one after another. The extractor learns their layout from the first
    /// and reuses it.
    package struct Again {
        private let cleaner: RecordCleaner
        private var extractor: UnitExtractor
        /// The table of the last row, and its context.
        private var table: (context: [UInt8], rows: StoredTable)?

        package init(_ cleaner: RecordCleaner) {
            self.cleaner = cleaner
            extractor = UnitExtractor(cleaner.recordPlan)
        }

        /// How many bytes should follow a record in the window, of any value, so that the fast path
        /// can scan the record to its end.
        package static let margin = 32

        /// Cleans a record that is not part of a larger buffer.
        package mutating func clean(payload: [UInt8], context: [UInt8]) -> CleanedRecord {
            var rows = CleanRows()
            let window = payload + [UInt8](repeating: 0x20, count: Self.margin)
            return window.lend { window in
                clean(payload: 0..<payload.count, of: window, context, into: &rows)
                return rows.withTexts(in: window) { CleanedRecord(rows, $0, cleaner) }
            }
        }

        /// Cleans a record inside a larger buffer; unchanged texts stay in that buffer.
        package mutating func clean(
            payload range: Range<Int>, of window: BorrowedBytes, _ context: [UInt8],
            into rows: inout CleanRows
        ) {
            let plan = cleaner.contextPlan
            let contextTokens =
                context.isEmpty ? [] : context.lend { RecordCleaner.tokens(plan, $0) }
            let tokens =
                TableReading.isContext(context)
                ? rowTokens(range, window, context)
                : RecordCleaner.tokens(
                    &extractor, window, from: range.lowerBound,
                    slots: cleaner.recordPlan.recordSources.count)
            cleaner.clean(
                tokens[...], window, ReviewContext(bytes: context, tokens: contextTokens),
                into: &rows)
            extractor.unit.removeAll()
        }

        /// The slots of a row; the table of the last one is kept.
        private mutating func rowTokens(
            _ range: Range<Int>, _ window: BorrowedBytes, _ context: [UInt8]
        ) -> [JSONToken] {
            if table?.context != context, let header = TableReading.header(inContext: context) {
                table = (context, StoredTable(header, cleaner.recordPlan))
            }
            guard let table, table.context == context else {
                return [JSONToken](
                    repeating: .missing, count: cleaner.recordPlan.recordSources.count)
            }
            return cleaner.rowTokens(table.rows, range, window)
        }
    }
}

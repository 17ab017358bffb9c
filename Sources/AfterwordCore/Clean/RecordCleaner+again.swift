extension RecordCleaner {
    /// Cleans stored records one after another. The extractor learns their layout from the first
    /// and reuses it.
    package struct Again {
        private let cleaner: RecordCleaner
        private var extractor: UnitExtractor
        /// The table of the last row.
        private var table: (context: ReviewContext, rows: StoredTable)?

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
            if TableReading.isContext(context), let table = table(of: context) {
                let tokens = cleaner.rowTokens(table.rows, range, window)
                return cleaner.clean(tokens[...], window, table.context, into: &rows)
            }
            let plan = cleaner.contextPlan
            let contextTokens =
                context.isEmpty ? [] : context.lend { RecordCleaner.tokens(plan, $0) }
            let tokens = RecordCleaner.tokens(
                &extractor, window, from: range.lowerBound,
                slots: cleaner.recordPlan.recordSources.count)
            cleaner.clean(
                tokens[...], window, ReviewContext(bytes: context, tokens: contextTokens),
                into: &rows)
            extractor.unit.removeAll()
        }

        /// The table of a row by its context; that of the last row is kept.
        private mutating func table(
            of context: [UInt8]
        ) -> (context: ReviewContext, rows: StoredTable)? {
            if let table, table.context.bytes == context { return table }
            guard let header = TableReading.header(inContext: context) else { return nil }
            let plan = cleaner.contextPlan
            let tokens = context.lend { RecordCleaner.tokens(plan, $0) }
            let own = ReviewContext(bytes: context, tokens: tokens)
            table = (own, StoredTable(header, cleaner.recordPlan))
            return table
        }
    }
}

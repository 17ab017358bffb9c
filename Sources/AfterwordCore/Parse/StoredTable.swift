/// Reads stored rows of a table one by one, by the header that was stored with them.
struct StoredTable: Sendable {
    private let dialect: RowScanner.Dialect
    private let header: TableHeader
    private let columns: TableColumns

    init(_ header: TableHeader, _ plan: ExtractionPlan) {
        self.header = header
        dialect = RowScanner.Dialect(
            separator: header.separator, skipsBlanks: header.skipsBlanks, lineEnd: nil)
        columns = TableColumns(plan, header)
    }

    /// The slots of a row, or why the bytes are none; there are no slots then.
    func slots(
        of row: Range<Int>, in window: BorrowedBytes
    ) -> (slots: [JSONToken], fault: RejectReason?) {
        var cells: [JSONToken] = []
        let scanner = RowScanner(window.part(0..<row.upperBound), dialect, isFinal: true)
        guard case .row = scanner.scan(from: row.lowerBound, into: &cells, quotes: .loose)
        else {
            return ([], .brokenQuote)
        }
        guard header.fits(cells) else { return ([], .raggedRow) }
        var slots: [JSONToken] = []
        columns.append(cells, to: &slots)
        return (slots, nil)
    }
}

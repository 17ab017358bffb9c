/// Splits the bytes of one file into records: the elements of a JSON container, or the rows of a
/// table.
package struct FileSplitter {
    private var json: RecordSplitter
    private var table: TableSplitter?

    /// - Parameter table: How the file begins, where it is a table.
    package init(_ plan: ExtractionPlan, table: TableBeginning?, isStrict: Bool) {
        json = RecordSplitter(plan, isStrict: isStrict)
        self.table = table.map { TableSplitter(plan, $0) }
    }

    /// Whether the file has held nothing but white space so far.
    package var isEmpty: Bool { table == nil && json.isEmpty }

    /// Takes the next bytes, as `RecordSplitter.feed`.
    package mutating func feed<Failure: Error>(
        _ slab: ArraySlice<UInt8>, isLast: Bool,
        emit: (RecordSplitter.Event, _ window: RawSpan, _ offset: Int64) throws(Failure) -> Void
    ) throws(Failure) {
        guard table != nil else { return try json.feed(slab, isLast: isLast, emit: emit) }
        try feedAll(slab, isLast: isLast, elements: 1) { (events, window, offset) throws(Failure) in
            for event in events { try emit(event, window, offset) }
        }
    }

    /// Takes the next bytes, as `RecordSplitter.feedAll`. Rows are never recognized.
    package mutating func feedAll<Failure: Error>(
        _ slab: ArraySlice<UInt8>, isLast: Bool, elements limit: Int,
        recognise: RecordSplitter.Recogniser? = nil,
        emit: ([RecordSplitter.Event], _ window: RawSpan, _ offset: Int64) throws(Failure) -> Void
    ) throws(Failure) {
        guard table != nil else {
            return try json.feedAll(
                slab, isLast: isLast, elements: limit, recognise: recognise, emit: emit)
        }
        try table?.feedAll(slab, isLast: isLast, elements: limit, emit: emit)
    }
}

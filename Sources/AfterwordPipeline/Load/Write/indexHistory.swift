import AfterwordCore

/// Makes the search index of all versions of earlier runs, in a store that has none.
///
/// The history is read span by span. At most about `SearchLimit.terms` terms are held: where there
/// are more, the run with the most of them makes a segment.
///
/// - Parameters:
///   - run: The run under way, whose documents are not made here.
///   - first: The number of the first segment.
/// - Returns: The number after that of the last segment.
func indexHistory(
    _ load: any StoreLoad, before run: Int64, from first: Int64
) throws -> Int64 {
    var builders = RunBuilders(next: first)
    var cut = SearchCut()
    let reader = load.reader
    try reader.forEachSpan { span, _ in
        for row in try reader.history(in: span) where row.isShown && row.run < run {
            var terms = DocumentTerms()
            terms.add(row, cutting: &cut)
            if terms[0].isEmpty { continue }
            let document = SearchDocument(reviewKey: row.reviewKey, historyKey: row.historyKey)
            for made in builders.add(document, terms[0], of: row.run) {
                try load.append(search: made.segment, made.parts)
            }
        }
    }
    for made in builders.finish() { try load.append(search: made.segment, made.parts) }
    return builders.next
}

/// The documents of several runs, which make segments of their own.
private struct RunBuilders {
    private var builders: [Int64: SegmentBuilder] = [:]
    private var termCount = 0
    /// The number of the next segment.
    private(set) var next: Int64

    init(next: Int64) { self.next = next }

    /// Returns the segments that are complete.
    mutating func add(
        _ document: SearchDocument, _ terms: ArraySlice<SearchTerm>, of run: Int64
    ) -> [SearchWriter.Made] {
        builders[run, default: SegmentBuilder()].add(document, terms)
        termCount += terms.count
        if builders[run]?.isFull == true { return [seal(run)] }
        guard termCount > SearchLimit.terms,
            let largest = builders.max(by: { $0.value.termCount < $1.value.termCount })
        else { return [] }
        return [seal(largest.key)]
    }

    mutating func finish() -> [SearchWriter.Made] { builders.keys.sorted().map { seal($0) } }

    private mutating func seal(_ run: Int64) -> SearchWriter.Made {
        var builder = builders.removeValue(forKey: run) ?? SegmentBuilder()
        termCount -= builder.termCount
        defer { next += 1 }
        return builder.finish(segment: next, run: run)
    }
}

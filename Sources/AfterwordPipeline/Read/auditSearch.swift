import AfterwordCore

/// Checks that the search index follows from the versions' texts: of each run both give the same
/// sum over documents and their terms (`SearchSum`). A store that has no index yet passes.
struct SearchAudit {
    private let segments: [SearchSegment]
    /// Of the versions, by run.
    private var sums: [Int64: SearchSum] = [:]

    init(_ reader: any StoreReader) throws { segments = try reader.searchSegments() }

    /// - Parameter rows: The next rows in order.
    mutating func take(_ rows: [HistoryRow], _ workers: WorkerPool) {
        if segments.isEmpty { return }
        for sums in workers.parts(of: rows.count, { sumsByRun(rows[$0]) }) {
            for (run, sum) in sums { self.sums[run, default: SearchSum()].add(sum) }
        }
    }

    func finding(_ reader: any StoreReader) throws -> AuditFinding? {
        if segments.isEmpty { return nil }
        var indexed: [Int64: SearchSum] = [:]
        for segment in segments {
            do {
                indexed[segment.run, default: SearchSum()].add(try sum(of: segment, reader))
            } catch is DamagedPart {
                return Self.finding(segment.run, "a part cannot be read")
            }
        }
        let runs = Set(indexed.keys).union(sums.keys).sorted()
        let broken = runs.first { indexed[$0] ?? SearchSum() != sums[$0] ?? SearchSum() }
        return broken.map { Self.finding($0, "it does not follow from the texts") }
    }

    private static func finding(_ run: Int64, _ what: String) -> AuditFinding {
        AuditFinding(run: run, table: "search_parts", row: "run \(run)", what: what)
    }
}

private func sumsByRun(_ rows: ArraySlice<HistoryRow>) -> [Int64: SearchSum] {
    var sums: [Int64: SearchSum] = [:]
    var cut = SearchCut()
    for row in rows where row.isShown {
        var terms = DocumentTerms()
        terms.add(row, cutting: &cut)
        if terms[0].isEmpty { continue }
        sums[row.run, default: SearchSum()].add(
            SearchDocument(reviewKey: row.reviewKey, historyKey: row.historyKey), terms[0])
    }
    return sums
}

/// The sum that follows from all parts of a segment.
private func sum(of segment: SearchSegment, _ reader: any StoreReader) throws -> SearchSum {
    var sum = SearchSum()
    var parts: [Int64: [UInt8]] = [:]
    for part in try reader.searchParts(segment.chunkKeys) { parts[part.key] = part.data }
    var documents: [SearchDocument] = []
    for (chunk, key) in segment.chunkKeys.enumerated() {
        documents += try segment.chunk(chunk, in: parts[key] ?? [])
    }
    for document in documents { sum.add(document) }
    let keys = segment.bucketKeys
    for start in stride(from: 0, to: keys.count, by: 256) {
        for part in try reader.searchParts(Array(keys[start..<min(start + 256, keys.count)])) {
            try segment.forEachTerm(in: part) { term, set in
                var next = set.first(from: 0)
                while let number = next {
                    sum.add(term, of: documents[number])
                    next = set.first(from: number + 1)
                }
            }
        }
    }
    return sum
}

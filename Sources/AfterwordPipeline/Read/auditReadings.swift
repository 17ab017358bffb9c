import AfterwordCore

/// Checks that the readings of every run that keeps them are what the reader finds in the texts of
/// its versions now, and that the keys of live reviews are the product's distinct keys.
///
/// It holds the readings of the products of one span, or of the one product that spans cut.
struct ReadingAudit {
    private let readers: [Int64: Lexicon]
    /// Runs that read all versions of before again.
    private let rereads: Set<Int64>
    private let isComplete: Bool
    private var broken: AuditFinding?
    private var lists: ListAudit
    private var productCount = 0
    /// What the runs should have added to the products under way, by run and product.
    private var wanted: [Place: [ProductReadings.Entry]] = [:]

    private struct Place: Hashable {
        var product: Int64
        var run: Int64
    }

    private struct Version: Hashable {
        var number: UInt32
        var run: Int64

        init(_ marks: ReadingMarks) { (number, run) = (marks.number, marks.run) }
    }

    /// - Throws: `StoreFault.readerUnknown`.
    init(_ runs: [RunRecord], _ reader: any StoreReader) throws {
        var readers: [Int64: Lexicon] = [:]
        for run in runs {
            guard let version = run.reader else { continue }
            guard let lexicon = try reader.lexicon(ofVersion: version) else {
                throw StoreFault.readerUnknown(run: run.run, reader: version)
            }
            readers[run.run] = lexicon
        }
        self.readers = readers
        rereads = runs.rereads
        lists = ListAudit(rereads: rereads)
        isComplete = runs.last?.reader != nil
    }

    mutating func take(
        _ rows: AuditedRows, _ workers: WorkerPool, keys: (Int64) -> DistinctKeys?,
        _ reader: any StoreReader
    ) throws {
        guard !readers.isEmpty else { return }
        let history = rows.history.filter { $0.operation != .late }
        for run in rereads {
            take(history.filter { $0.run < run }.map { (run, $0) }, workers)
        }
        take(history.filter { readers[$0.run] != nil }.map { ($0.run, $0) }, workers)
        guard rows.span.endsProducts else { return }
        try finish(rows.products, keys, reader)
        wanted = [:]
    }

    /// Notes what runs should have added of versions.
    private mutating func take(_ versions: [(run: Int64, row: HistoryRow)], _ workers: WorkerPool) {
        let parts = workers.parts(of: versions.count) { [readers] places in
            read(versions[places], readers)
        }
        for (version, entry) in zip(versions, parts.joined()) {
            let product = productKey(ofReview: version.row.reviewKey)
            wanted[Place(product: product, run: version.run), default: []].append(entry)
        }
    }

    private mutating func finish(
        _ products: [ProductState], _ keys: (Int64) -> DistinctKeys?, _ reader: any StoreReader
    ) throws {
        var found: [Int64: [ReadingsRow]] = [:]
        for range in keyRanges(products.map(\.productKey)) {
            for row in try reader.readings(ofProducts: range, upTo: .max) {
                found[row.productKey, default: []].append(row)
                if let broken = finding(row), self.broken == nil { self.broken = broken }
                wanted[Place(product: row.productKey, run: row.run)] = nil
            }
        }
        productCount += found.count
        for rows in found.values { lists.take(rows) }
        if let missing = wanted.keys.min(by: { ($0.run, $0.product) < ($1.run, $1.product) }) {
            note("product \(missing.product)", run: missing.run, "its readings are missing")
        }
        guard isComplete else { return }
        for product in products {
            let rows = found[product.productKey] ?? []
            guard agrees(rows, keys(product.productKey) ?? DistinctKeys()) else {
                note(
                    "product \(product.productID)", run: rows.last?.run,
                    "the keys of its readings are not those of its reviews")
                continue
            }
        }
    }

    private mutating func note(_ row: String, run: Int64?, _ what: String) {
        if broken != nil { return }
        broken = AuditFinding(run: run, table: "product_readings", row: row, what: what)
    }

    /// Whether the row is not what its run should have added; distinct keys are compared apart.
    private func finding(_ row: ReadingsRow) -> AuditFinding? {
        let place = Place(product: row.productKey, run: row.run)
        var keys: [Version: DistinctKey] = [:]
        row.readings.forEach { keys[Version($0)] = $0.key }
        let entries = (wanted[place] ?? []).map { entry in
            var entry = entry
            entry.marks.key = keys[Version(entry.marks)] ?? .none
            return entry
        }
        guard
            ProductReadings(entries) != row.readings
                || readers[row.run].map({ Int64($0.version) }) != row.reader
        else { return nil }
        return AuditFinding(
            run: row.run, table: "product_readings", row: "product \(row.productKey)",
            what: "its texts say something else")
    }

    private func agrees(_ rows: [ReadingsRow], _ keys: DistinctKeys) -> Bool {
        var entries: [DistinctKeys.Entry] = []
        ReadingHistory(rows.map(\.readings)).forEachLast { last, _ in
            guard last.isLive else { return }
            entries.append(
                DistinctKeys.Entry(
                    number: Int64(last.number), rating: last.rating, key: last.key))
        }
        return entries == keys.entries
    }

    func finding(_ reader: any StoreReader) throws -> AuditFinding? {
        if let broken { return broken }
        var count = 0
        try reader.marks(ofProducts: nil, upTo: .max) { _, _ in count += 1 }
        guard count == productCount else {
            return AuditFinding(
                run: nil, table: "product_readings", row: "\(count) products",
                what: "the store has \(productCount) of them")
        }
        return try lists.finding(reader) ?? auditThemeSums(reader.runs(), reader)
    }
}

/// What versions should have added to the readings.
private func read(
    _ versions: ArraySlice<(run: Int64, row: HistoryRow)>, _ readers: [Int64: Lexicon]
) -> [ProductReadings.Entry] {
    var texts: [Int: ReviewReader] = [:]
    return versions.compactMap { run, row in
        let number = reviewNumber(row.reviewKey)
        guard row.operation != .delete else {
            return ProductReadings.Entry(ReadingMarks(number: number, run: row.run))
        }
        guard let lexicon = readers[run] else { return nil }
        return texts[lexicon.version, default: ReviewReader(lexicon)].entry(
            (row.values.title, row.values.body), rating: row.values.rating, number: number,
            run: row.run, key: .none)
    }
}

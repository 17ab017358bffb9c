import AfterwordCore

/// Checks that the lists of reviews follow from the readings: of each list, run and reader both
/// give the same sum over versions. A store that has no lists yet passes.
struct ListAudit {
    private struct Place: Hashable {
        var list: ReviewList
        var run: Int64
        var reader: Int64
    }

    private struct Sum: Equatable {
        var count = 0
        var digest: UInt64 = 0

        mutating func add(_ own: ListedMarks) {
            count += 1
            digest &+= own.mixed
        }
    }

    /// Runs that read all versions of before again, which begins their lists anew.
    private let rereads: Set<Int64>
    /// What follows from the readings.
    private var wanted: [Place: Sum] = [:]

    init(rereads: Set<Int64>) { self.rereads = rereads }

    /// Takes all that runs added to the readings of a product, in order of the runs.
    mutating func take(_ rows: [ReadingsRow]) {
        var last: [Int64: [UInt32: ReadingMarks]] = [:]
        for row in rows {
            if rereads.contains(row.run) { last[row.reader] = nil }
            row.readings.forEach { marks in
                let before = last[row.reader]?[marks.number]
                marks.forEachList(after: before) { list, marks in
                    let place = Place(list: list, run: row.run, reader: row.reader)
                    wanted[place, default: Sum()]
                        .add(ListedMarks(product: row.productKey, marks: marks))
                }
                last[row.reader, default: [:]][marks.number] = marks
            }
        }
    }

    func finding(_ reader: any StoreReader) throws -> AuditFinding? {
        for version in Set(wanted.keys.map(\.reader)).sorted()
        where try reader.hasLists(by: version) {
            var found: [Place: Sum] = [:]
            for list in ReviewList.all {
                var next: (run: Int64, part: Int64) = (0, 0)
                try reader.listed(list, by: version, after: 0, upTo: .max) { row in
                    if row.run != next.run { next = (row.run, 0) }
                    let place = Place(list: list, run: row.run, reader: version)
                    row.versions.forEach { found[place, default: Sum()].add($0) }
                    // Parts follow one another; another number makes another sum.
                    if row.part != next.part { found[place, default: Sum()].count += 1 }
                    next.part += 1
                }
            }
            let own = wanted.filter { $0.key.reader == version }
            let places = Set(own.keys).union(found.keys)
            let broken = places.filter { found[$0] != own[$0] }
                .min { ($0.run, $0.list.number) < ($1.run, $1.list.number) }
            if let broken {
                return AuditFinding(
                    run: broken.run, table: "review_lists", row: "list \(broken.list.number)",
                    what: "it does not follow from the readings")
            }
        }
        return nil
    }
}

/// Checks that all sums of themes are those of their runs, that none is missing between two, and
/// that the newest of each scope are those that its marks give now.
func auditThemeSums(_ runs: [RunRecord], _ reader: any StoreReader) throws -> AuditFinding? {
    var lexicons: [Int64: Lexicon] = [:]
    var last: ThemeSumsRow?
    for row in try reader.themeSumsHistory() {
        let lexicon = try lexicons[row.reader] ?? reader.lexicon(ofVersion: row.reader)
        lexicons[row.reader] = lexicon
        let kept = lexicon.flatMap { KeptThemeSums(bytes: row.sums, aspects: $0.aspects.count) }
        let isFirst = last?.scope != row.scope
        guard let kept, kept.run == row.run, kept.previous == (isFirst ? 0 : last?.run ?? 0),
            runs.first(where: { $0.run == row.run })?.reader == row.reader
        else { return finding(row, "they are not what its run wrote, or others are missing") }
        last = row
    }
    guard !lexicons.isEmpty, let last = runs.last, let version = last.reader,
        let lexicon = try lexicons[version] ?? reader.lexicon(ofVersion: version)
    else { return nil }
    return try auditNewestSums(last.run, lexicon, reader)
}

private func auditNewestSums(
    _ run: Int64, _ lexicon: Lexicon, _ reader: any StoreReader
) throws -> AuditFinding? {
    let newest = try reader.themeSums(of: nil, upTo: run)
    // A run that reads all texts again writes the sums of all scopes of then.
    let current = Set(try reader.scopes().map(\.scope))
    let version = Int64(lexicon.version)
    if let old = newest.first(where: { $0.reader != version && current.contains($0.scope) }) {
        return finding(old, "those of a later run are missing")
    }
    var touched: [Scope: Int64] = [:]
    let labels = try reader.productLabels()
    let scopes = Dictionary(
        uniqueKeysWithValues: labels.map { ($0.productKey, $0.dimension.scopes) })
    try reader.marks(ofProducts: nil, upTo: run) { key, history in
        var newest: Int64 = 0
        history.forEachLast { last, _ in newest = max(newest, last.run) }
        for scope in scopes[key] ?? [] { touched[scope] = max(touched[scope] ?? 0, newest) }
    }
    if let old = newest.first(where: { $0.run < touched[$0.scope] ?? 0 }) {
        return finding(old, "those of a later run are missing")
    }
    let readings = try QueryReadings(reader, ThemeQuery(), lexicon)
    let kept = try readings.keptSums(of: newest.map(\.scope))
    let sorted = kept.keys.sorted()
    let counted = try readings.marks.themes(of: sorted, labels, expected: readings.expected)
    let broken = zip(sorted, counted).first { kept[$0] != $1 }
    return broken.flatMap { scope, _ in newest.first { $0.scope == scope } }
        .map { finding($0, "they are not those of its reviews") }
}

private func finding(_ row: ThemeSumsRow, _ what: String) -> AuditFinding {
    AuditFinding(
        run: row.run, table: "scope_theme_sums",
        row: "\(row.scope.kind.rawValue) \(row.scope.id)", what: what)
}

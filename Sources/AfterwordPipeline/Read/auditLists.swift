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

    /// What follows from the readings.
    private var wanted: [Place: Sum] = [:]

    /// Takes all that runs added to the readings of a product, in order of the runs.
    mutating func take(_ rows: [ReadingsRow]) {
        var last: [Int64: [UInt32: ReadingMarks]] = [:]
        for row in rows {
            row.readings.forEach { marks in
                let own = ListedMarks(product: row.productKey, marks: marks)
                let before = last[row.reader]?[marks.number]
                marks.forEachList(after: before) { list in
                    let place = Place(list: list, run: row.run, reader: row.reader)
                    wanted[place, default: Sum()].add(own)
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
                try reader.listed(list, by: version, after: 0, upTo: .max) { row in
                    let place = Place(list: list, run: row.run, reader: version)
                    row.versions.forEach { found[place, default: Sum()].add($0) }
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

/// Checks that all sums of themes are readable, and that the newest of each scope are those that
/// its marks give now.
func auditThemeSums(_ runs: [RunRecord], _ reader: any StoreReader) throws -> AuditFinding? {
    var lexicons: [Int64: Lexicon] = [:]
    for row in try reader.themeSumsHistory() {
        let lexicon = lexicons[row.reader] ?? Lexicon.ofVersion(row.reader)
        lexicons[row.reader] = lexicon
        let known = lexicon.flatMap { ThemeSums(bytes: row.sums, aspects: $0.aspects.count) }
        let run = runs.first { $0.run == row.run }
        if known == nil || run?.reader != row.reader {
            return finding(row, "they are not what its run wrote")
        }
    }
    guard let last = runs.last, let lexicon = last.reader.flatMap({ lexicons[$0] }) else {
        return nil
    }
    let readings = try QueryReadings(reader, ThemeQuery(), lexicon)
    let newest = try reader.themeSums(of: nil, upTo: last.run)
    let kept = try readings.keptSums(of: newest.map(\.scope))
    let scopes = kept.keys.sorted()
    let counted = try readings.marks.themes(
        of: scopes, reader.productLabels(), expected: readings.expected)
    let broken = zip(scopes, counted).first { kept[$0] != $1 }
    return broken.flatMap { scope, _ in newest.first { $0.scope == scope } }
        .map { finding($0, "they are not those of its reviews") }
}

private func finding(_ row: ThemeSumsRow, _ what: String) -> AuditFinding {
    AuditFinding(
        run: row.run, table: "scope_theme_sums",
        row: "\(row.scope.kind.rawValue) \(row.scope.id)", what: what)
}

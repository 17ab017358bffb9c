import AfterwordCore
package import AfterwordPipeline

/// Checks the laws of the history against a random history. A check returns nil where the law
/// holds, otherwise a description of the violation.
package struct Laws {
    package typealias MakeStore = () throws -> any ReviewStore

    private let history: ReviewHistory
    private let makeStore: MakeStore
    private let batchRows: Int

    package init(_ history: ReviewHistory, batchRows: Int, makeStore: @escaping MakeStore) {
        self.history = history
        self.batchRows = batchRows
        self.makeStore = makeStore
    }

    package static let names = [
        "rerun", "split", "order", "rebuild", "balance", "stable past", "same everywhere",
    ]

    /// Checks a law by its name, one of `names`.
    package func check(_ law: String) throws -> String? {
        switch law {
        case "rerun": try rerun()
        case "split": try split()
        case "order": try order()
        case "rebuild": try rebuild()
        case "balance": try balance()
        case "stable past": try stablePast()
        case "same everywhere": try sameEverywhere()
        default: preconditionFailure("no law is called \(law)")
        }
    }

    private var loading: HistoryLoading {
        var loading = HistoryLoading()
        loading.batchRows = batchRows
        return loading
    }

    private func tables(
        _ store: any ReviewStore, without names: Set<String> = []
    ) throws -> [String: [String]] {
        try store.read { try readTables($0) }.filter { !names.contains($0.key) }
    }

    private static let ledger: Set<String> = ["runs", "run_files"]

    /// Law 1: loading the same dump again, at once or after dumps observed later, changes nothing.
    private func rerun() throws -> String? {
        let store = try makeStore()
        for (number, step) in history.steps.enumerated() {
            guard try history.load(step, number: number, into: store, loading) else { continue }
            let before = try tables(store, without: Self.ledger)
            let digest = try store.read { try $0.runs().last?.historyDigest }
            _ = try history.load(step, number: number, into: store, loading)
            if let difference = difference(before, try tables(store, without: Self.ledger)) {
                return "step \(number) again at once: \(difference)"
            }
            if try store.read({ try $0.runs().last?.historyDigest }) != digest {
                return "step \(number) again at once: another history digest"
            }
        }
        let before = try tables(store, without: Self.ledger)
        for (number, step) in history.steps.enumerated() {
            _ = try history.load(step, number: number, into: store, loading)
            if let difference = difference(before, try tables(store, without: Self.ledger)) {
                return "step \(number) again at the end: \(difference)"
            }
        }
        return nil
    }

    /// Law 2: the parts of a dump by product, each loaded into its own store, together equal the
    /// whole dump.
    private func split() throws -> String? {
        var history = history
        for index in history.steps.indices where history.steps[index].completeness == .all {
            history.steps[index].completeness = .products
        }
        // A part that holds nothing yet cannot be read again, while the whole is.
        for index in history.steps.indices where !hasBothParts(history.steps[..<index]) {
            history.steps[index].reader = nil
        }
        let whole = try makeStore()
        let loaded = try history.load(history.steps, into: whole, loading)
        var joined: [String: [String]] = [:]
        for part in 0..<2 {
            let store = try makeStore()
            for (number, step) in history.steps.enumerated() where loaded[number] {
                var own = step
                own.records = step.records.filter { record in
                    record.product.map { Int($0.utf8.last ?? 0) % 2 == part } ?? true
                }
                // A part without records must not be complete, or it would delete reviews.
                if own.records.isEmpty { own.completeness = .none }
                guard try history.load(own, number: number, into: store, loading) else {
                    return "part \(part) of step \(number) was refused, the whole was not"
                }
            }
            try joined.merge(comparable(store)) { $0 + $1 }
        }
        joined["scope_summary"] = try addUp(joined["scope_summary"] ?? [], withRun: false)
        joined["scope_summary_history"] = nil
        var expected = try comparable(whole)
        // Distinct counts do not add up: a review may be shown in both parts.
        expected["scope_summary"] = try withoutDistinct(expected["scope_summary"] ?? [])
        joined["scope_summary"] = try withoutDistinct(joined["scope_summary"] ?? [])
        joined = joined.mapValues { Array(Set($0)).sorted() }
        expected["scope_summary_history"] = nil
        return difference(expected.mapValues { $0.sorted() }, joined)
    }

    /// Whether both parts hold a review after some steps.
    private func hasBothParts(_ steps: ArraySlice<ReviewHistory.Step>) -> Bool {
        (0..<2).allSatisfy { part in
            steps.flatMap(\.records).contains { record in
                guard let product = record.product, !record.text.contains("NaN"),
                    !record.text.contains("too good")
                else { return false }
                return Int(product.utf8.last ?? 0) % 2 == part
            }
        }
    }

    /// Tables without the ledger, the positions of records in files, and movements between
    /// products, which law 2 does not cover.
    private func comparable(_ store: any ReviewStore) throws -> [String: [String]] {
        var tables = try withoutPlaces(self.tables(store, without: Self.ledger))
        let edits = (tables["review_links"] ?? []).filter {
            $0.contains(#""matched_by":"similarity""#)
        }
        tables["review_links"] = edits.isEmpty ? nil : edits
        // Shares and star impact of parts do not add up.
        tables["themes of the portfolio"] = nil
        return tables
    }

    private func withoutPlaces(_ tables: [String: [String]]) throws -> [String: [String]] {
        try tables.reduce(into: [:]) { result, table in
            let hasPlaces = ["product_reviews_raw", "product_raw", "rejected_records"]
                .contains(table.key)
            result[table.key] =
                hasPlaces
                ? try table.value.map { line in
                    let row = try JSONValue(parsing: Array(line.utf8))
                    return JSONValue.object(
                        (row.members ?? []).filter { !["file", "offset"].contains($0.key) }
                    ).canonical
                } : table.value
        }
    }

    private func withoutDistinct(_ lines: [String]) throws -> [String] {
        try lines.map { line in
            let row = try JSONValue(parsing: Array(line.utf8))
            let members = (row.members ?? []).filter { !$0.key.hasPrefix("distinct_") }
            return JSONValue.object(members).canonical
        }
    }

    private func addUp(_ lines: [String], withRun: Bool) throws -> [String] {
        var sums: [String: [(key: String, value: JSONValue)]] = [:]
        for line in lines {
            let row = try JSONValue(parsing: Array(line.utf8))
            let key = "\(row["kind"]?.text ?? "") \(row["id"]?.text ?? "")"
            guard let old = sums[key] else {
                sums[key] = row.members
                continue
            }
            sums[key] = old.map { member in
                guard let one = member.value.integer, let two = row[member.key]?.integer else {
                    return member
                }
                return (member.key, JSONValue(one + two))
            }
        }
        return sums.values.map { JSONValue.object($0).canonical }
    }

    /// Law 3: the order of records and files, and the container format, make no difference.
    private func order() throws -> String? {
        let plain = try makeStore()
        let loaded = try history.load(history.steps, into: plain, loading)
        let expected = try withoutPlaces(tables(plain, without: ["run_files"]))
        for container in HistoryLoading.Container.allCases {
            var other = loading
            other.container = container
            other.files = 3
            other.shuffleSeed = history.seed
            let store = try makeStore()
            if try history.load(history.steps, into: store, other) != loaded {
                return "\(container): other dumps were refused"
            }
            let actual = try withoutPlaces(tables(store, without: ["run_files"]))
            if let difference = difference(expected, actual) {
                return "\(container) in three shuffled files: \(difference)"
            }
        }
        return nil
    }

    /// Law 4: the stored rows are those rebuilt from the history alone, now and as of any run.
    private func rebuild() throws -> String? {
        let store = try makeStore()
        try history.load(history.steps, into: store, loading)
        if let difference = try store.read({ try differenceFromRebuilt($0) }) { return difference }
        return try store.auditByQuery().map { "audit by query: \($0)" }
    }

    /// Law 5: each record is counted once, and its bytes are kept.
    private func balance() throws -> String? {
        let store = try makeStore()
        let loaded = try history.load(history.steps, into: store, loading)
        let steps = zip(history.steps, loaded).filter(\.1).map(\.0)
        return try store.read { reader in
            let files = try reader.files(ofRun: nil)
            if let broken = files.first(where: { !$0.balance.holds }) {
                return "run \(broken.run): \(broken.balance)"
            }
            let loads = try reader.runs().filter { $0.observedOrigin != .reread }
            for (run, step) in zip(loads, steps)
            where run.balance.found != Int64(step.records.count) || !run.balance.holds {
                return "run \(run.run) of \(step.records.count) records: \(run.balance)"
            }
            let kept = Set(
                try reader.raw(ofProduct: nil).map(\.payload) + reader.rejects().map(\.payload))
            let lost = steps.flatMap(\.records).first { !kept.contains(Array($0.text.utf8)) }
            return lost.map { "the bytes of a record are gone: \($0.text)" }
        }
    }

    /// Law 6: a store's answer directly after a run is its answer as of that run at any later time.
    private func stablePast() throws -> String? {
        let store = try makeStore()
        var told: [(run: Int64, tables: [String: [String]])] = []
        func note() throws {
            told.append((try store.read { try $0.newestRun()?.run ?? 0 }, try tables(store)))
        }
        for (number, step) in history.steps.enumerated() {
            if try history.reread(step, number: number, in: store) { try note() }
            if try history.load(step, number: number, into: store, loading) { try note() }
        }
        for (run, expected) in told {
            let actual = try store.read { try readTables(AsOfReader($0, run: run)) }
            if let difference = difference(expected, actual) {
                return "as of run \(run): \(difference)"
            }
        }
        return nil
    }

    /// Law 7: the golden tables equal those of the oracle, byte for byte.
    private func sameEverywhere() throws -> String? {
        let oracle = MemoryStore()
        try history.load(history.steps, into: oracle)
        let store = try makeStore()
        try history.load(history.steps, into: store, loading)
        return try difference(tables(oracle), tables(store))
            ?? difference(spans(oracle), spans(store))
    }

    /// What a reader returns for the changes between any two runs.
    private func spans(_ store: any ReviewStore) throws -> [String: [String]] {
        try store.read { reader in
            var spans: [String: [String]] = [:]
            let runs = Int64(try reader.runs().count)
            for from in 0..<max(runs, 0) {
                for to in from + 1...runs {
                    let changed = try reader.changed(after: from, upTo: to)
                    spans["reviews changed after run \(from) up to \(to)"] =
                        changed.reviews.map { "\($0.productID) \($0.reviewID) \($0.version)" }
                        + changed.history.map {
                            "\($0.productID) \($0.reviewID) \($0.version) \($0.run)"
                        }
                    for kind in ScopeKind.allCases {
                        spans["\(kind) moved after run \(from) up to \(to)"] =
                            try reader.scopeHistory(kind, after: from, upTo: to)
                            .map { "\($0.row.scope.id) \($0.run) \($0.row.counters)" }
                    }
                }
            }
            return spans
        }
    }

    /// The first table that differs, with up to two removed and two added rows.
    private func difference(
        _ expected: [String: [String]], _ actual: [String: [String]]
    ) -> String? {
        for name in Set(expected.keys).union(actual.keys).sorted() {
            let (old, new) = (expected[name] ?? [], actual[name] ?? [])
            guard old != new else { continue }
            let gone = old.filter { !new.contains($0) }.prefix(2)
            let came = new.filter { !old.contains($0) }.prefix(2)
            return "\(name): \(old.count) → \(new.count) rows\n"
                + gone.map { "  - \($0)\n" }.joined() + came.map { "  + \($0)\n" }.joined()
        }
        return nil
    }
}

/// Finds a smaller history that breaks the same law, by removing steps and records one by one while
/// `isBroken` holds.
package func shrink(
    _ history: ReviewHistory, while isBroken: (ReviewHistory) -> Bool
) -> ReviewHistory {
    var smallest = history
    var hasShrunk = true
    while hasShrunk {
        hasShrunk = false
        for index in smallest.steps.indices.reversed() {
            var smaller = smallest
            smaller.steps.remove(at: index)
            if isBroken(smaller) { (smallest, hasShrunk) = (smaller, true) }
        }
        for step in smallest.steps.indices {
            for record in smallest.steps[step].records.indices.reversed() {
                var smaller = smallest
                smaller.steps[step].records.remove(at: record)
                if isBroken(smaller) { (smallest, hasShrunk) = (smaller, true) }
            }
        }
    }
    return smallest
}

extension ReviewHistory: CustomStringConvertible {
    package var description: String {
        "seed \(seed)\n"
            + steps.enumerated().map { index, step in
                "step \(index), observed \(step.observedAt), complete \(step.completeness):\n"
                    + step.records.map { "  \($0.text)\n" }.joined()
            }.joined()
    }
}

import AfterwordCore
import AfterwordPipeline

extension StoreRequirement {
    /// What a `StoreReader` owes: order, filters, and the few rows of a span of runs.
    static let storeReader = [
        StoreRequirement("StoreReader", 1, "rows come in byte order of their text keys") {
            try $0.rowsComeInOrder()
        },
        StoreRequirement("StoreReader", 2, "rows of one product are its rows among all") {
            try $0.rowsOfOneProduct()
        },
        StoreRequirement(
            "StoreReader", 3, "listed reviews are the stored ones, deleted ones when asked for"
        ) { try $0.listedReviewsAreTheStored() },
        StoreRequirement(
            "StoreReader", 4, "payloads of a range of products are those of its reviews"
        ) { try $0.payloadsOfARange() },
        StoreRequirement(
            "StoreReader", 5, "what changed between two runs is told by the history between them"
        ) { try $0.changesBetweenRuns() },
        StoreRequirement(
            "StoreReader", 6, "moved sums of a kind come with what they were before"
        ) { try $0.movedScopes() },
        StoreRequirement("StoreReader", 7, "the newest run is the last of all runs") {
            try $0.newestRunIsTheLast()
        },
        StoreRequirement(
            "StoreReader", 8, "scopes come in the order asked for, unknown ones not at all"
        ) { try $0.scopesComeAsAsked() },
        StoreRequirement(
            "StoreReader", 9, "spans of any size bring every row once, in order"
        ) { try $0.spansBringAllRows() },
        StoreRequirement("StoreReader", 10, "no span has more versions than it may") {
            try $0.spansAreBounded()
        },
        StoreRequirement("StoreReader", 11, "rows of a range of products are theirs among all") {
            try $0.rowsOfARange()
        },
        StoreRequirement(
            "StoreReader", 12, "an error of a walk's body ends it, and the reader can be used on"
        ) { try $0.walksEndWithTheirBody() },
        StoreRequirement("StoreReader", 13, "a walk as of a run is one through what was then") {
            try $0.spansOfThePast()
        },
        StoreRequirement("StoreReader", 14, "pages of rejects bring every one once, in order") {
            try $0.rejectsComeByPages()
        },
        StoreRequirement(
            "StoreReader", 15, "readings are those of their products and runs, by key and run"
        ) { try $0.readingsOfProducts() },
        StoreRequirement(
            "StoreReader", 16, "reviews asked for by their keys come with all their versions"
        ) { try $0.versionsComeByKeys() },
        StoreRequirement(
            "StoreReader", 17, "segments come from the newest run on, with the parts asked for"
        ) { try $0.segmentsComeInOrder() },
        StoreRequirement(
            "StoreReader", 18, "lists are those of their runs and their reader, in order"
        ) { try $0.listsOfRuns() },
        StoreRequirement(
            "StoreReader", 19, "sums of themes are the newest of their scopes up to a run"
        ) { try $0.themeSumsOfScopes() },
        StoreRequirement("StoreReader", 20, "labels say what products do") {
            try $0.labelsOfProducts()
        },
        StoreRequirement("StoreReader", 21, "first versions are those of their runs") {
            try $0.firstVersionsOfRuns()
        },
    ]
}

extension StoreCheck {
    /// Calls `body` with a reader of each random history.
    func readEach(_ body: (any StoreReader) throws -> Void) throws {
        for history in histories {
            let store = try loaded(history)
            try store.read(body)
        }
    }

    private func ordered<Row>(_ rows: [Row], _ what: String, by key: (Row) -> [Text]) throws {
        let keys = rows.map(key)
        for (left, right) in zip(keys, keys.dropFirst()) {
            try expect(
                !right.lexicographicallyPrecedes(left), "\(what): \(left) before \(right)")
        }
    }

    fileprivate func rowsComeInOrder() throws {
        try readEach { reader in
            try ordered(reader.reviews(ofProduct: nil), "reviews") { [$0.productID, $0.reviewID] }
            try ordered(reader.products(nil), "products") { [$0.productID] }
            try ordered(reader.raw(ofProduct: nil), "raw records") { [$0.productID] }
            try ordered(reader.months(ofProduct: nil), "months") { [$0.productID] }
            try ordered(reader.monthHistory(ofProduct: nil), "months' history") {
                [$0.row.productID]
            }
            try ordered(reader.attributeHistory(ofProduct: nil), "attributes") { [$0.productID] }
            try ordered(reader.scopes(), "scopes") { [Text($0.scope.kind.rawValue), $0.scope.id] }
            try ordered(reader.shapes(), "shapes") { [Text($0.name)] }
            let history = try reader.history(ofProduct: nil, review: nil)
            try ordered(history, "versions") { [$0.productID, $0.reviewID] }
            for (left, right) in zip(history, history.dropFirst())
            where (left.productID, left.reviewID) == (right.productID, right.reviewID) {
                try expect(
                    (left.version, left.run) <= (right.version, right.run),
                    "versions of a review come out of order")
            }
            let runs = try reader.runs().map(\.run)
            try expect(runs, is: Array(1...Int64(runs.count)), "runs")
        }
    }

    fileprivate func rowsOfOneProduct() throws {
        try readEach { reader in
            for product in try reader.products(nil) {
                let id = product.productID
                try expect(try reader.products(id), is: [product], "one product")
                try expect(
                    try reader.reviews(ofProduct: id),
                    is: try reader.reviews(ofProduct: nil).filter { $0.productID == id }, "reviews")
                try expect(
                    try reader.history(ofProduct: id, review: nil),
                    is: try reader.history(ofProduct: nil, review: nil)
                        .filter { $0.productID == id }, "versions")
                try expect(
                    try reader.raw(ofProduct: id),
                    is: try reader.raw(ofProduct: nil).filter { $0.productID == id }, "raw records")
                try expect(
                    try reader.months(ofProduct: id),
                    is: try reader.months(ofProduct: nil).filter { $0.productID == id }, "months")
                try expect(
                    try reader.summaryHistory(ofProduct: id),
                    is: try reader.summaryHistory(ofProduct: nil)
                        .filter { $0.row.productID == id }, "sums")
            }
            try expect(try reader.reviews(ofProduct: "none"), is: [], "of an unknown product")
        }
    }

    fileprivate func listedReviewsAreTheStored() throws {
        var deleted = 0
        for seed in 1...6 as ClosedRange<UInt64> {
            let store = try loaded(ReviewHistory(seed: seed))
            try store.read { reader in
                for product in try reader.products(nil) {
                    let whole = try reader.reviews(ofProduct: product.productID)
                    for withDeleted in [true, false] {
                        let found = try reader.listedReviews(
                            ofProduct: product.productID, withDeleted: withDeleted)
                        let expected = whole.filter { withDeleted || $0.isLive }.map(\.listed)
                        try expect(
                            found.sorted { $0.reviewID < $1.reviewID }, is: expected,
                            "seed \(seed)")
                    }
                    deleted += whole.count { !$0.isLive }
                }
                let none = try reader.listedReviews(ofProduct: "none", withDeleted: true)
                try expect(none.isEmpty, "reviews of an unknown product")
            }
        }
        try expect(deleted > 0, "no history deletes a review")
    }

    fileprivate func payloadsOfARange() throws {
        try readEach { reader in
            let keys = try reader.products(nil).map(\.productKey).sorted()
            let middle = keys[keys.count / 2]
            for range in [nil, middle...middle, middle + 1...middle + 1_000] {
                var found: [Int64: Digest128] = [:]
                try reader.currentPayloads(ofProducts: range) { found[$0.reviewKey] = $0.payload }
                let reviews = try reader.reviews(ofProduct: nil).filter {
                    range?.contains(productKey(ofReview: $0.reviewKey)) ?? true
                }
                let expected = Dictionary(
                    uniqueKeysWithValues: reviews.map { ($0.reviewKey, $0.payloadDigest) })
                try expect(found, is: expected, "of \(range.map { "\($0)" } ?? "all products")")
            }
        }
    }

    /// Calls `body` with each span of runs: after the first number, up to the second.
    private func eachSpan(
        _ reader: any StoreReader, _ body: (Int64, Int64) throws -> Void
    ) throws {
        let runs = Int64(try reader.runs().count)
        for from in 0..<runs {
            for to in from + 1...runs { try body(from, to) }
        }
    }

    fileprivate func changesBetweenRuns() throws {
        try readEach { reader in
            let history = try reader.history(ofProduct: nil, review: nil)
            try eachSpan(reader) { from, to in
                let changed = try reader.changed(after: from, upTo: to)
                let keys = Set(
                    history.filter { $0.run > from && $0.run <= to && $0.operation != .late }
                        .map(\.reviewKey))
                try expect(
                    Set(changed.reviews.map(\.reviewKey)), is: keys,
                    "reviews, runs \(from) to \(to)")
                try expect(
                    Set(changed.history.map(\.rowDigest)),
                    is: Set(
                        history.filter { keys.contains($0.reviewKey) && $0.run <= to }
                            .map(\.rowDigest)), "their history, runs \(from) to \(to)")
            }
        }
    }

    fileprivate func movedScopes() throws {
        try readEach { reader in
            let all = try reader.scopeHistory()
            try eachSpan(reader) { from, to in
                for kind in ScopeKind.allCases {
                    let rows = all.filter { $0.row.scope.kind == kind && $0.run <= to }
                    let moved = Set(rows.filter { $0.run > from }.map(\.row.scope))
                    var before: [Scope: Int64] = [:]
                    for row in rows where row.run <= from {
                        before[row.row.scope] = max(before[row.row.scope] ?? 0, row.run)
                    }
                    let expected = rows.filter {
                        moved.contains($0.row.scope)
                            && ($0.run > from || before[$0.row.scope] == $0.run)
                    }
                    try expect(
                        try reader.scopeHistory(kind, after: from, upTo: to), is: expected,
                        "\(kind), runs \(from) to \(to)")
                }
            }
        }
    }

    fileprivate func newestRunIsTheLast() throws {
        let empty = try store()
        try load(0, into: empty)
        try empty.read { reader in
            try expect(try reader.newestRun(), is: try reader.runs().last, "after one run")
        }
        try readEach { reader in
            let newest = try reader.newestRun()
            try expect(newest, is: try reader.runs().last, "the newest run")
            for run in try reader.runs() {
                let own = try reader.files(ofRun: nil).filter { $0.run == run.run }
                try expect(try reader.files(ofRun: run.run), is: own, "files of run \(run.run)")
            }
        }
    }

    fileprivate func scopesComeAsAsked() throws {
        try readEach { reader in
            let all = try reader.scopes()
            let asked = all.reversed().map(\.scope)
            let none = Scope(kind: .brand, id: "none")
            let found = try reader.scopes([none] + asked)
            try expect(found.map(\.scope), is: asked, "scopes asked for in reverse")
            for scope in asked.prefix(3) {
                let own = try reader.scopeHistory().filter { $0.row.scope == scope }
                try expect(try reader.scopeHistory(of: scope), is: own, "the history of one scope")
            }
        }
    }
}

import AfterwordCore
import AfterwordPipeline

extension StoreRequirement {
    /// What a `StoreLoad` owes: batches, look-ups, keys, bytes, sums.
    static let storeLoad = [
        StoreRequirement("StoreLoad", 1, "any batching gives the same store") {
            try $0.batchingMakesNoDifference()
        },
        StoreRequirement("StoreLoad", 2, "a look-up returns what is stored and nothing else") {
            try $0.lookUpsFindWhatIsStored()
        },
        StoreRequirement(
            "StoreLoad", 3, "a review is found by its key, also where its id implies another key"
        ) { try $0.reviewsAreFoundByKey() },
        StoreRequirement("StoreLoad", 4, "text keys are compared by bytes") {
            try $0.textKeysAreBytes()
        },
        StoreRequirement("StoreLoad", 5, "ids of products come in byte order, page by page") {
            try $0.productIDsComeInPages()
        },
        StoreRequirement(
            "StoreLoad", 6, "first and last times leave out the reviews that they are told to"
        ) { try $0.createdRangesLeaveOut() },
        StoreRequirement(
            "StoreLoad", 7, "a stored product object, reject or answer stays, and only new are told"
        ) { try $0.appendsKeepWhatIsStored() },
        StoreRequirement(
            "StoreLoad", 8, "sums with nothing left are gone from the current rows, not the history"
        ) { try $0.emptySumsAreGone() },
        StoreRequirement("StoreLoad", 9, "a load's reader reads what the load would commit") {
            try $0.loadReadsItsOwnRows()
        },
        StoreRequirement("StoreLoad", 10, "texts come back byte for byte, however long") {
            try $0.textsComeBackByteForByte()
        },
        StoreRequirement("StoreLoad", 11, "a staged record is moved or deleted as told") {
            try $0.stagedRecordsAreResolved()
        },
        StoreRequirement("StoreLoad", 12, "what models read comes back by product and review") {
            try $0.enrichmentsComeBack()
        },
        StoreRequirement("StoreLoad", 13, "a pruned record keeps its row, and is found as such") {
            try $0.prunedRecordsLeaveReceipts()
        },
        StoreRequirement("StoreLoad", 14, "marks of work come back by run and place") {
            try $0.marksComeBack()
        },
        StoreRequirement("StoreLoad", 15, "files come back with what their sources say") {
            try $0.fileVersionsComeBack()
        },
        StoreRequirement("StoreLoad", 16, "taxonomies come back by run, byte for byte") {
            try $0.taxonomiesComeBack()
        },
    ]
}

extension StoreCheck {
    fileprivate func batchingMakesNoDifference() throws {
        let whole = try tables(loaded())
        for rows in [1, 7] {
            let store = try store()
            var loading = HistoryLoading()
            loading.batchRows = rows
            try history.load(history.steps, into: store, loading)
            try expect(try tables(store), are: whole, "in batches of \(rows)")
        }
    }

    fileprivate func lookUpsFindWhatIsStored() throws {
        let store = try loaded()
        let (reviews, raw, months) = try store.read {
            (
                try $0.reviews(ofProduct: nil), try $0.raw(ofProduct: nil),
                try $0.months(ofProduct: nil)
            )
        }
        let asked = Array(reviews.prefix(3)).sorted { $0.reviewKey < $1.reviewKey }
        try store.load(LoadIntent(isRehearsal: true)) { load in
            let found = try load.current(asked.map(\.reviewKey) + [1 << 60])
            try expect(found.sorted { $0.reviewKey < $1.reviewKey }, is: asked, "reviews by key")
            let payloads = try load.payloads([raw[0].rawKey, 1 << 60]).map(\.payload)
            try expect(payloads, is: [raw[0].payload], "raw records by key")
            let month = MonthQuestion(productKey: months[0].productKey, key: months[0].key)
            let none = MonthQuestion(productKey: 1 << 30, key: months[0].key)
            try expect(try load.months([month, none]), is: [months[0]], "months")
            let scopes = try load.scopes([.portfolio, Scope(kind: .brand, id: "none")])
            try expect(scopes.map(\.scope), is: [.portfolio], "scopes")
            try lookUpDigests(load, raw[0], asked[0])
        }
    }

    /// Look-ups by digest, and those of shapes and files by name and digest.
    private func lookUpDigests(
        _ load: any StoreLoad, _ raw: RawRow, _ review: StoredReview
    ) throws {
        let unknown = RawIdentity(identity: raw.record.payload, payload: raw.record.identity)
        let keys = try load.known([
            RawQuestion(record: raw.record, reviewKey: review.reviewKey),
            RawQuestion(record: unknown, reviewKey: nil),
        ])
        try expect(keys.filter { $0.key == unknown }, is: [:], "a record that is not stored")
        let contents = try load.historyContents([review.reviewKey, 1 << 60])
        try expect(contents[1 << 60], is: nil, "contents of a review that is not stored")
        try expect(
            contents[review.reviewKey]?.contains(review.contentDigest) == true,
            "the history's contents lack a review's own")
        try expect(try load.shapeDocument("none"), is: nil, "an unknown shape")
        try expect(try load.shapeDocument("law") != nil, "a used shape is not found")
        let files = try load.reader.files(ofRun: 1).map(\.digest)
        try expect(try load.runs(holding: files).first?.run, is: 1, "the run that holds its files")
        try expect(
            try load.runs(holding: files + [review.contentDigest]), is: [], "runs of other files")
    }

    fileprivate func reviewsAreFoundByKey() throws {
        let store = try loaded()
        let reviews = try store.read { try $0.reviews(ofProduct: nil) }
        for review in reviews {
            let versions = try store.read {
                try $0.history(ofProduct: review.productID, review: review.reviewID)
            }
            try expect(!versions.isEmpty, "a review without versions")
            try expect(
                Set(versions.map(\.reviewKey)), is: [review.reviewKey], "keys of its versions")
        }
        // A review stored away from the key that its id implies, and one whose id implies none.
        for (number, id) in ["elsewhere", "c9:1"].enumerated() {
            let row = try storeElsewhere(reviews[0], id: Text(id), number: Int64(number), in: store)
            let found = try store.read {
                try $0.history(ofProduct: row.productID, review: row.reviewID)
            }
            try expect(found.map(\.rowDigest), is: [row.rowDigest], "the versions of \(id)")
        }
    }

    /// Stores a copy of a review by an id of its own, with a key from the end of the product's
    /// range.
    private func storeElsewhere(
        _ review: StoredReview, id: Text, number: Int64, in store: any ReviewStore
    ) throws -> HistoryRow {
        var review = review
        let product = productKey(ofReview: review.reviewKey)
        review.reviewID = id
        review.version = 1
        review.reviewKey = reviewKeys(ofProduct: product).upperBound - number
        let row = HistoryRow(
            review: review, operation: .insert, version: 1, run: 1,
            observedAt: review.observedAt, changedFields: [],
            salt: Array(repeating: 1, count: 16), historyKey: -1 - number)
        try store.load(LoadIntent(isRehearsal: false)) { load in
            try load.append(history: [row])
            try load.put(reviews: [
                ReviewRow(
                    productKey: product, review: review, historyKey: row.historyKey,
                    firstRawKey: review.rawKey, isNew: true)
            ])
        }
        return row
    }

    /// Ids that are equal without case, as Unicode, or without white space at their ends, are four.
    fileprivate func textKeysAreBytes() throws {
        let store = try store()
        let ids = ["\u{E9}", "e\u{301}", "E\u{301}", "z", "z "]
        let step = ReviewHistory.Step(
            records: ids.map { id in
                .init(text: #"{"product": "\#(id)", "rating": 4, "body": "b"}"#, product: nil)
            }, observedAt: ReviewHistory.start, completeness: .none)
        _ = try history.load(step, number: 0, into: store, HistoryLoading())
        let expected = try store.read { try $0.products(nil).map(\.productID) }
        try expect(expected.contains(Text(ids[0])), "the ids are not stored as they are")
        for id in expected {
            let (product, reviews) = try store.read {
                (try $0.products(id).map(\.productID), try $0.reviews(ofProduct: id))
            }
            try expect(product, is: [id], "the product of an id")
            try expect(Set(reviews.map(\.productID)), is: [id], "the reviews of an id")
            let found = try store.load(LoadIntent(isRehearsal: true)) { try $0.products([id]) }
            try expect(found.map(\.productID), is: [id], "the product of an id in a load")
        }
    }

    fileprivate func productIDsComeInPages() throws {
        let store = try loaded()
        let expected = try store.read { try $0.products(nil).map(\.productID) }.sorted()
        let pages = try store.load(LoadIntent(isRehearsal: true)) { load in
            var pages: [[Text]] = [try load.productIDs(after: nil, limit: 2)]
            while let last = pages.last?.last, pages.count < 100 {
                pages.append(try load.productIDs(after: last, limit: 2))
            }
            return pages
        }
        try expect(pages.flatMap { $0 }, is: expected, "ids of all pages")
        try expect(pages.allSatisfy { $0.count <= 2 }, "a page is longer than its limit")
    }

    fileprivate func emptySumsAreGone() throws {
        let store = try loaded()
        let months = try store.read { try $0.months(ofProduct: nil) }
        let count = try store.read { try $0.monthHistory(ofProduct: nil).count }
        let none = MonthSummary(
            productKey: months[0].productKey, productID: months[0].productID, key: months[0].key,
            counters: Counters())
        let run = Int64(try store.read { try $0.runs().count }) + 1
        try store.load(LoadIntent(isRehearsal: true)) { load in
            try load.put(months: [none], run: run)
            try load.put(scopes: [ScopeSummary(scope: .portfolio)], run: run)
            let reader = load.reader
            try expect(try reader.months(ofProduct: nil), is: Array(months[1...]), "months")
            let scopes = try reader.scopes([.portfolio])
            try expect(scopes, is: [], "the portfolio with nothing left")
            try expect(
                try reader.monthHistory(ofProduct: nil).count, is: count + 1, "their history")
        }
    }

    fileprivate func loadReadsItsOwnRows() throws {
        let store = try loaded()
        try store.load(LoadIntent(isRehearsal: true)) { load in
            let product = try load.reader.products(nil)[0]
            var moved = product
            moved.lastRun += 5
            try load.put(products: [moved])
            let found = try load.reader.products(product.productID)
            try expect(found, is: [moved], "the product in the load")
            let own = try load.products([product.productID])
            try expect(own, is: [moved], "the product looked up in the load")
        }
    }

    fileprivate func textsComeBackByteForByte() throws {
        let store = try store()
        let body = String(repeating: "ä🙂\\\"{},$1?'--\u{202E}\u{1}", count: 200_000)
        let title = #"quotes ' " \ and, commas; NULL"#
        let payload = JSONValue.row([
            "product": .string("P,\"{}\\'ß"), "rating": JSONValue(5), "title": .string(title),
            "body": .string(body), "brand": .string("b\"r,a}n{d\\"),
        ]).canonical
        let dump = ReviewHistory.Step(
            records: [.init(text: payload, product: nil)], observedAt: ReviewHistory.start,
            completeness: .none)
        for number in 0..<2 {
            _ = try history.load(dump, number: number, into: store, HistoryLoading())
        }
        let reviews = try store.read { try $0.reviews(ofProduct: nil) }
        try expect(reviews.map(\.values.body) == [Text(body)], "the body changed")
        try expect(reviews.map(\.values.title), is: [Text(title)], "the title")
        try expect(reviews.map(\.productID), is: [Text("P,\"{}\\'ß")], "the product")
        let raw = try store.read { try $0.raw(ofProduct: nil) }
        try expect(raw.map(\.payload) == [Array(payload.utf8)], "the record's bytes changed")
        let unchanged = try store.read { try $0.runs().map(\.balance.unchanged) }
        try expect(unchanged, is: [0, 1], "unchanged reviews of both runs")
    }

    /// In a first load, as they are staged in no other.
    fileprivate func stagedRecordsAreResolved() throws {
        var product = try loaded().read { try $0.products(nil)[0] }
        product.productKey = 1
        product.summary = ProductSummary(
            productKey: 1, productID: product.productID, counters: Counters(),
            firstReviewAt: nil, lastReviewAt: nil, lastChangedRun: 0)
        try store().load(LoadIntent(isRehearsal: true)) { load in
            let head = try load.head()
            try load.append(staged: Self.staged(run: head.nextRun))
            try load.put(products: [product])
            try load.resolve(staged: [
                StagedMove(rawKey: 1, newKey: head.nextRawKey, productKey: 1),
                StagedMove(rawKey: 2, newKey: nil, productKey: 1),
            ])
            let raw = try load.reader.raw(ofProduct: nil)
            try expect(raw.map(\.rawKey), is: [head.nextRawKey], "keys of staged records")
            try expect(raw.map(\.productID), is: [product.productID], "their products")
            try expect(raw.map(\.payload), is: [[1, 2, 3]], "their bytes")
        }
    }

    fileprivate func prunedRecordsLeaveReceipts() throws {
        let store = try loaded()
        try store.load(LoadIntent(isRehearsal: true)) { load in
            let (head, before) = (try load.head(), try load.reader.raw(ofProduct: nil))
            let run = head.nextRun
            let appended = before.filter { $0.rawKey < 0 }
            try load.prune(raw: appended.prefix(2).map(\.rawKey), run: run)
            let wanted = before.map { row in
                var row = row
                if appended.prefix(2).contains(where: { $0.rawKey == row.rawKey }) {
                    (row.payload, row.context, row.prunedRun) = ([], [], run)
                }
                return row
            }
            try expect(appended.count > 2, "the records are too few")
            try expect(try load.reader.raw(ofProduct: nil), is: wanted, "records")
            let found = try load.known(
                appended.map { RawQuestion(record: $0.record, reviewKey: nil) })
            for (place, row) in appended.enumerated() {
                let known = KnownRecord(rawKey: row.rawKey, isPruned: place < 2)
                try expect(found[row.record], is: known, "record \(place)")
            }
            try load.append(raw: [again(appended[0], head)])
            let back = try load.known([RawQuestion(record: appended[0].record, reviewKey: nil)])
            try expect(back[appended[0].record]?.isPruned, is: false, "a record that came again")
        }
    }

    /// A record as it comes again in the next run.
    private func again(_ row: RawRow, _ head: StoreHead) -> RawRow {
        var row = row
        (row.rawKey, row.run) = (head.nextRawKey, head.nextRun)
        return row
    }

    /// Two staged records, of three bytes and of two.
    private static func staged(run: Int64) -> StagedRecords {
        var staged = StagedRecords(run: run)
        staged.payloads = [1, 2, 3, 4, 5]
        staged.files = [(name: "staged.json", shape: "law")]
        staged.contexts = [[]]
        for (number, range) in [(1, 0..<3), (2, 3..<5)] as [(UInt8, Range<Int32>)] {
            staged.records.append(
                StagedRecords.Record(
                    rawKey: Int64(number),
                    identity: Digest128([UInt8](repeating: number, count: 16)),
                    payload: Digest128([UInt8](repeating: number + 9, count: 16)),
                    file: 0, context: 0, offset: Int64(range.lowerBound),
                    payloadStart: range.lowerBound, payloadLength: Int32(range.count)))
        }
        return staged
    }
}

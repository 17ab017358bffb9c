import AfterwordCore
import Testing

@testable import AfterwordPipeline

/// `decideProduct` as a function: a dump and stored rows go in, changes come out. No store is open.
@Suite struct DecideProductTests {
    private static func line(
        _ review: Int, title: String = "A title", votes: Int = 0, text: String = "The text"
    ) -> String {
        """
        {"review_id": "R\(review)", "rating": 4.0, "title": "\(title)", "text": "\(text)", \
        "asin": "P", "parent_asin": "P", "user_id": "A\(review)", "timestamp": 1600000000000, \
        "helpful_vote": \(votes), "verified_purchase": true}
        """
    }

    private static func day(_ day: Int64) -> Instant {
        Instant(seconds: 1_700_000_000 + day * 86_400)
    }

    /// A dump of one file, read into its index.
    private static func scan(_ lines: [String]) throws -> DumpIndex {
        let file = DumpFile(
            name: "a.jsonl", content: .memory(Array(lines.joined(separator: "\n").utf8)))
        var scanner = DumpScanner(
            dump: Dump(name: "dump", files: [file]), options: LoadOptions(), rules: ReadingRules(),
            workers: WorkerPool(width: 0), progress: { _ in })
        return try scanner.run()
    }

    private static func run(
        _ run: Int64, day: Int64, _ completeness: Completeness = .none
    ) -> RunContext {
        var options = LoadOptions()
        options.completeness = completeness
        let head = StoreHead(
            nextRun: run, nextProductKey: run, nextRawKey: firstAppendedKey,
            nextHistoryKey: firstAppendedKey, nextSegment: 1, lastRecordedAt: nil,
            historyDigest: genesisDigest, ledgerDigest: genesisDigest, lastCompleteAllAt: nil,
            lastCompleteAllRun: nil)
        return RunContext(
            options: options, head: head, observedAt: Self.day(day), observedOrigin: .given,
            identicalSince: nil, dumpLabel: nil)
    }

    /// What a store holds of product P.
    private struct Past {
        var state: ProductState?
        var keys: [CurrentKey] = []
        var rows = StoredRows()

        /// Nothing.
        init() {}

        /// What run 1 brought from a dump of these lines, taken on day 1.
        init(_ lines: [String]) throws {
            let index = try scan(lines)
            let records = DumpRecords(index, shapes: [])
            let run = DecideProductTests.run(1, day: 1)
            state = ProductState(
                productKey: 1, productID: "P", kind: .source, lastObservedAt: run.observedAt,
                lastCompleteAt: nil, firstRun: 1, lastRun: 1, attributes: [:],
                summary: ProductSummary(
                    productKey: 1, productID: "P", counters: Counters(), firstReviewAt: nil,
                    lastReviewAt: nil, lastChangedRun: 1))
            for candidate in index.candidates(of: index.products["P"]) {
                try add(candidate, records, run)
            }
        }

        private mutating func add(
            _ candidate: Candidate, _ records: DumpRecords, _ run: RunContext
        ) throws {
            let key = reviewKeys(ofProduct: 1).lowerBound + Int64(keys.count)
            let record = try records.record(of: candidate).record
            let review = VersionChange(
                inserting: record.values,
                from: WinningRecord(candidate: candidate, record: record, raw: .stored(key)),
                over: nil, reviewKey: key, in: run
            ).review
            keys.append(
                CurrentKey(
                    reviewKey: key, productKey: 1, identity: review.identity,
                    payloadDigest: candidate.payload, isLive: true))
            rows.reviews[key] = review
            rows.payloads[key] = RawPayload(
                rawKey: key, shape: records.file(candidate.file).shape,
                payload: try records.payload(of: candidate), context: [])
            rows.contents[key] = [review.contentDigest]
        }
    }

    /// Sorts and decides a dump of run 2.
    private static func decide(
        _ lines: [String], after past: Past, day: Int64 = 2, _ completeness: Completeness = .none
    ) throws -> (sorted: SortedProduct, changes: ProductChanges, index: DumpIndex) {
        let index = try scan(lines)
        let records = DumpRecords(index, shapes: [])
        let run = run(2, day: day, completeness)
        let sorted = try sortProduct(
            NamedProduct(
                id: "P", stored: past.state, key: 1, existing: ExistingReviews(past.keys),
                candidates: index.candidates(of: index.products["P"]),
                indexed: index.products["P"], hasAllRecords: true),
            in: run, reading: records)
        let changes = try decideProduct(sorted, against: past.rows, in: run, reading: records)
        return (sorted, changes, index)
    }

    private static func decided(
        _ lines: [String], after past: Past, day: Int64 = 2, _ completeness: Completeness = .none
    ) throws -> ProductChanges {
        try decide(lines, after: past, day: day, completeness).changes
    }

    @Test("Records of no stored review are new reviews, in order of their keys")
    func new() throws {
        let changes = try Self.decided((1...9).map { Self.line($0) }, after: Past())
        #expect(changes.isNew && changes.changesProduct && !changes.hadReviews)
        #expect(changes.newReviews.count == 9 && changes.versions.isEmpty && changes.raw.isEmpty)
        #expect(changes.newReviews.keys == changes.newReviews.keys.sorted())
        #expect(Set(changes.newReviews.keys).count == 9)
        #expect(changes.balances[0].inserted == 9)
        #expect(changes.delta.isEmpty, "the sums of new reviews are added when they are built")
    }

    @Test("Records with the bytes that their reviews hold change nothing, and are not looked up")
    func unchanged() throws {
        let lines = (1...3).map { Self.line($0) }
        let (sorted, changes, _) = try Self.decide(lines, after: Past(lines))
        #expect(sorted.wanted.isEmpty)
        #expect(changes.balances[0].unchanged == 3)
        #expect(changes.versions.isEmpty && changes.newReviews.count == 0)
        #expect(changes.raw.isEmpty && changes.moves.isEmpty && changes.delta.isEmpty)
    }

    @Test("A changed field is an update with a new version, its bytes and its sums")
    func update() throws {
        let past = try Past([Self.line(1), Self.line(2)])
        let (sorted, changes, _) = try Self.decide(
            [Self.line(1, title: "Another"), Self.line(2)], after: past)
        #expect(sorted.wanted.contents == [past.keys[0].reviewKey])
        #expect(changes.balances[0].updated == 1 && changes.balances[0].unchanged == 1)
        let change = try #require(changes.versions.first)
        #expect(changes.versions.count == 1 && change.operation == .update)
        #expect(change.changed == FieldSet(.title))
        #expect(change.version == 2 && change.review.values.title == "Another")
        #expect(change.previous == past.rows.reviews[past.keys[0].reviewKey])
        #expect(change.raw == .added(0) && changes.raw.count == 1)
        #expect(changes.raw[0].payload == Array(Self.line(1, title: "Another").utf8))
        #expect(!changes.delta.isEmpty && changes.delta.counters.isZero)
        #expect(changes.changedKeys == [past.keys[0].reviewKey])
    }

    @Test("A review that a complete dump lacks is deleted; one that another dump lacks stays")
    func delete() throws {
        let past = try Past([Self.line(1), Self.line(2)])
        let changes = try Self.decided([Self.line(1)], after: past, .all)
        #expect(changes.versions.map(\.operation) == [.delete])
        #expect(changes.versions[0].review.reviewKey == past.keys[1].reviewKey)
        #expect(!changes.versions[0].review.isLive && changes.versions[0].version == 2)
        #expect(changes.count(.delete) == 1 && changes.deletionScope == 2)
        #expect(changes.delta.counters.reviewCount == -1)
        #expect(changes.after.lastCompleteAt == Self.day(2))
        let partial = try Self.decided([Self.line(1)], after: past)
        #expect(partial.versions.isEmpty && partial.deletionScope == 0)
    }

    @Test("An older dump's content is a late row, once, and moves no sum")
    func late() throws {
        let past = try Past([Self.line(1)])
        let changes = try Self.decided([Self.line(1, title: "Before")], after: past, day: 0)
        #expect(changes.isOlder && changes.balances[0].late == 1)
        #expect(changes.versions.map(\.operation) == [.late] && changes.versions[0].version == 0)
        #expect(changes.versions[0].review.values.title == "Before")
        #expect(changes.raw.count == 1 && changes.delta.isEmpty)
        #expect(changes.after.lastObservedAt == Self.day(1))
        // In the history already: only counted.
        var known = past
        let content = changes.versions[0].review.contentDigest
        known.rows.contents[past.keys[0].reviewKey]?.insert(content)
        let again = try Self.decided([Self.line(1, title: "Before")], after: known, day: 0)
        #expect(again.versions.isEmpty && again.balances[0].late == 1)
    }

    @Test("Of several records of a review one is inserted; equals are copies, others shadowed")
    func duplicate() throws {
        let (few, many) = (Self.line(1, votes: 1), Self.line(1, votes: 9))
        let spaced = many.replacing(": 9", with: ":  9")
        let changes = try Self.decided([few, many, spaced], after: Past())
        #expect(changes.versions.map(\.operation) == [.insert] && changes.versions[0].isFirst)
        #expect(changes.versions[0].review.values.helpfulVotes == 9)
        let balance = changes.balances[0]
        #expect(balance.inserted == 1 && balance.copies == 1 && balance.shadowed == 1)
        // Each payload goes to bronze, in the order of the dump.
        #expect(changes.raw.map(\.payload) == [few, many, spaced].map { Array($0.utf8) })
        #expect(changes.newReviews.count == 0 && changes.delta.counters.reviewCount == 1)
    }

    @Test("Other bytes of the same content are unchanged; the review holds them from now on")
    func moved() throws {
        let past = try Past([Self.line(1)])
        let spaced = Self.line(1).replacing("\"rating\": ", with: "\"rating\":   ")
        let changes = try Self.decided([spaced], after: past)
        #expect(changes.versions.isEmpty && changes.balances[0].unchanged == 1)
        #expect(changes.raw.map(\.payload) == [Array(spaced.utf8)])
        #expect(
            changes.moves == [
                PayloadChange(
                    reviewKey: past.keys[0].reviewKey, payload: changes.raw[0].candidate.payload,
                    raw: .added(0))
            ])
    }

    @Test("A complete dump that empties a product of five reviews is refused")
    func emptied() throws {
        let past = try Past((1...5).map { Self.line($0) })
        #expect(throws: InputFault.emptiesProduct(reviews: 5)) {
            try Self.decided([], after: past, .all)
        }
        let few = try Past((1...4).map { Self.line($0) })
        #expect(try Self.decided([], after: few, .all).count(.delete) == 4)
    }

    @Test("Deciding twice gives the same changes, and leaves dump and rows as they were")
    func pure() throws {
        let past = try Past((1...4).map { Self.line($0) })
        let lines = [Self.line(1, title: "Edited"), Self.line(2), Self.line(5)]
        let (sorted, first, index) = try Self.decide(lines, after: past, .all)
        let before = index.files.map(\.record)
        let again = try decideProduct(
            sorted, against: past.rows, in: Self.run(2, day: 2, .all),
            reading: DumpRecords(index, shapes: []))
        #expect(again.versions.map(\.review) == first.versions.map(\.review))
        #expect(again.newReviews.keys == first.newReviews.keys)
        #expect(again.after == first.after && again.moves == first.moves)
        #expect(index.files.map(\.record) == before)
        let balance = first.balances[0]
        #expect(balance.updated == 1 && balance.inserted == 1 && balance.unchanged == 1)
    }
}

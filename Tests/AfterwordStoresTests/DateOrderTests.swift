import AfterwordCore
import AfterwordPipeline
import AfterwordTesting
import Testing

/// Day and month of dates written with numbers alone, settled over a whole dump, on every store.
@Suite struct DateOrderTests {
    private func dump(_ dates: [String], from first: Int = 0) -> Dump {
        let lines = dates.enumerated().map { number, date in
            #"{"p":"P","id":"\#(first + number)","text":"Good, one of many he","date":"\#(date)"}"#
        }
        let text = lines.joined(separator: "\n")
        return Dump(
            name: "dump",
            files: [DumpFile(name: "r.jsonl", content: .memory(Array(text.utf8)))])
    }

    @discardableResult
    private func load(
        _ dump: Dump, _ ids: String = #""review_id":"id","#, day: Int64,
        into store: any ReviewStore,
        _ change: (inout LoadOptions) -> Void = { _ in }
    ) throws -> LoadReport {
        var options = LoadOptions()
        options.observedAt = ReviewHistory.start.adding(seconds: day * 86_400)
        options.acceptsDrift = true
        options.shapes = [
            try Shape(
                parsing: Array(
                    """
                    {"shape":"d","version":1,"fields":{"product_id":"p",\(ids)
                     "body":"text","created_at":"date"}}
                    """.utf8))
        ]
        change(&options)
        return try loadDump(
            dump, into: store, options: options,
            surroundings: LoadSurroundings(now: { ReviewHistory.start.adding(seconds: 8_640_000) }))
    }

    private func dates(_ store: any ReviewStore) throws -> [String] {
        try store.read { try $0.reviews(ofProduct: "P") }
            .sorted { $0.reviewID < $1.reviewID }
            .map { $0.values.createdAt.map { String("\($0)".prefix(10)) } ?? "none" }
    }

    @Test("Other dates of a store's first dump tell the order", arguments: StoreKind.available)
    func first(kind: StoreKind) throws {
        let stores = TemporaryStores(kind)
        let store = try stores.make()
        let report = try load(dump(["05/02/2024", "24/05/2024"]), day: 1, into: store)
        #expect(report.unread.isEmpty)
        #expect(try dates(store) == ["2024-02-05", "2024-05-24"])
        #expect(try store.read { try auditStore($0) } == nil)
    }

    @Test(
        "The stored reviews of its products tell it for a later dump",
        arguments: StoreKind.available
    )
    func later(kind: StoreKind) throws {
        let stores = TemporaryStores(kind)
        let store = try stores.make()
        try load(dump(["05/24/2024"]), day: 1, into: store)
        try load(dump(["05/02/2024"], from: 1), day: 2, into: store)
        #expect(try dates(store) == ["2024-05-24", "2024-05-02"])
    }

    @Test(
        "Where nothing tells it the dump is refused, or read without",
        arguments: StoreKind.available
    )
    func open(kind: StoreKind) throws {
        let stores = TemporaryStores(kind)
        let store = try stores.make()
        #expect(
            throws: InputFault.ambiguousDates(file: "r.jsonl", count: 1, isContradictory: false)
        ) { try load(dump(["05/02/2024"]), day: 1, into: store) }
        #expect(
            throws: InputFault.ambiguousDates(file: "r.jsonl", count: 1, isContradictory: true)
        ) {
            try load(dump(["05/02/2024", "24/05/2024", "05/24/2024"]), day: 1, into: store)
        }
        let report = try load(dump(["05/02/2024"]), day: 1, into: store) { $0.maxRejects = 1 }
        #expect(report.unread.flatMap { $0.reasons.map(\.reason) } == [.ambiguousDate])
        #expect(try dates(store) == ["none"])
    }

    @Test(
        "A later dump that contradicts the stored reviews is refused",
        arguments: StoreKind.available)
    func contradiction(kind: StoreKind) throws {
        let stores = TemporaryStores(kind)
        let store = try stores.make()
        try load(dump(["25/02/2024"]), day: 1, into: store)
        #expect(
            throws: InputFault.ambiguousDates(file: "r.jsonl", count: 1, isContradictory: true)
        ) { try load(dump(["02/26/2024", "05/02/2024"], from: 1), day: 2, into: store) }
    }

    @Test(
        "What is settled later moves no identity: reviews without ids stay one",
        arguments: StoreKind.available)
    func identity(kind: StoreKind) throws {
        let stores = TemporaryStores(kind)
        let store = try stores.make()
        let dates = ["05/02/2024", "06/03/2024"]
        try load(dump(dates), "", day: 1, into: store) { $0.maxRejects = 2 }
        let report = try load(dump(dates + ["25/02/2024"]), "", day: 2, into: store)
        #expect(report.run.balance.inserted == 1)
        #expect(try store.read { try $0.reviews(ofProduct: "P") }.count == 3)
    }

    @Test(
        "A review without an id whose date cannot be read is not deleted",
        arguments: StoreKind.available)
    func unreadable(kind: StoreKind) throws {
        let stores = TemporaryStores(kind)
        let store = try stores.make()
        try load(dump(["2026-01-02", "2026-01-03"]), "", day: 1, into: store)
        let report = try load(dump(["2026-01-02", "garbage"]), "", day: 2, into: store) {
            $0.completeness = .products
        }
        #expect(report.run.deleted == 0)
        #expect(report.unread.map(\.count) == [1])
    }
}

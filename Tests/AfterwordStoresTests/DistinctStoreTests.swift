import AfterwordCore
import AfterwordPipeline
import AfterwordTesting
import Foundation
import GRDB
import Testing

@testable import AfterwordStores

/// Distinct counts of scopes on every store: moved by loads and catalogs, kept for the past.
@Suite struct DistinctStoreTests {
    private static let long =
        "It leaked after two days and everything in my bag was ruined for good."

    private static let shape = """
        {"shape": "v", "version": 1, "fields": {"product_id": "p", "rating": "s", "body": "t"},
         "product": {"brand": "b"}}
        """

    private func surroundings() -> LoadSurroundings {
        LoadSurroundings(now: { ReviewHistory.start.adding(seconds: 8_640_000) })
    }

    private func load(
        _ records: [(product: String, text: String)], day: Int64, into store: any ReviewStore
    ) throws {
        var options = LoadOptions()
        options.observedAt = ReviewHistory.start.adding(seconds: day * 86_400)
        options.acceptsDrift = true
        options.completeness = .products
        options.hasGuards = false
        options.shapes = [try Shape(parsing: Array(Self.shape.utf8))]
        let lines = records.map {
            #"{"p": "\#($0.product)", "s": 1, "t": "\#($0.text)", "b": "B"}"#
        }
        let text = lines.joined(separator: "\n")
        let dump = Dump(
            name: "dump \(day)",
            files: [DumpFile(name: "r.jsonl", content: .memory(Array(text.utf8)))])
        _ = try loadDump(
            dump, into: store, options: options, surroundings: surroundings())
        #expect(try TemporaryStores.audited(store) == nil)
    }

    private func family(_ products: [String], _ name: String, into store: any ReviewStore) throws {
        let path = NSTemporaryDirectory() + "/\(UUID().uuidString).csv"
        defer { try? FileManager.default.removeItem(atPath: path) }
        let rows = products.map { "\($0),\(name)\n" }.joined()
        try Data("asin,family\n\(rows)".utf8).write(to: URL(fileURLWithPath: path))
        _ = try loadCatalog(
            Catalog(file: path), into: store, options: LoadOptions(),
            surroundings: surroundings())
        #expect(try TemporaryStores.audited(store) == nil)
    }

    private func counts(_ store: any ReviewStore, asOf run: Int64? = nil) throws -> Int64? {
        try store.read { reader in
            let reader = run.map { AsOfReader(reader, run: $0) as any StoreReader } ?? reader
            return try reader.scopes([.portfolio]).first?.distinct?.count
        }
    }

    @Test(
        "Families that join make one review of two; the past keeps its counts",
        arguments: StoreKind.available)
    func joining(kind: StoreKind) throws {
        let stores = TemporaryStores(kind)
        let store = try stores.make()
        try load([("P1", Self.long), ("P2", Self.long), ("P3", "Short.")], day: 1, into: store)
        #expect(try counts(store) == 2)
        try family(["P1"], "F1", into: store)
        #expect(try counts(store) == 3)
        try family(["P2"], "F1", into: store)
        #expect(try counts(store) == 2)
        let brand = try store.read { try $0.scopes([Scope(kind: .family, id: "F1")]).first }
        #expect(brand?.counters.reviewCount == 2)
        #expect(brand?.distinct == DistinctCounts(count: 1, rated: 1, negatives: 1))
        #expect(try (1...3).map { try counts(store, asOf: $0) } == [2, 3, 2])
        // A copy that goes, and one that comes back.
        try load([("P2", "Another text.")], day: 2, into: store)
        #expect(try counts(store) == 3)
        try load([("P2", Self.long), ("P4", Self.long)], day: 3, into: store)
        #expect(try counts(store) == 3)
        try family(["P4"], "F1", into: store)
        #expect(try counts(store) == 2)
        #expect(try (1...4).map { try counts(store, asOf: $0) } == [2, 3, 2, 3])
    }

    @Test("A copy of a store has its counts and goes on with them", arguments: StoreKind.available)
    func copied(kind: StoreKind) throws {
        let stores = TemporaryStores(kind)
        let (store, copy) = (try stores.make(), try stores.make())
        try load([("P1", Self.long), ("P2", Self.long)], day: 1, into: store)
        _ = try copyStore(from: store, to: copy)
        for store in [store, copy] {
            try load([("P3", Self.long)], day: 2, into: store)
            #expect(try counts(store) == 1)
        }
    }

    @Test(
        "A store of an earlier program has no counts until a run changes something",
        arguments: StoreKind.lasting)
    func uncounted(kind: StoreKind) throws {
        let file = try StoreOnDisk(kind, restoring: "schema-7")
        let store = try file.open()
        let (runs, known) = try store.read {
            (Int64(try $0.runs().count), Int64(try $0.reviews(ofProduct: nil).count))
        }
        #expect(try counts(store) == nil)
        try load([("P1", Self.long), ("P2", Self.long)], day: 1_000, into: store)
        let counted = try #require(try counts(store))
        #expect(counted <= known + 1)
        #expect(counted > 1)
        #expect(try counts(store, asOf: runs) == nil)
        try load([("P1", Self.long), ("P2", Self.long)], day: 1_001, into: store)
        #expect(try counts(store) == counted)
        try load(
            [("P3", Self.long), ("P4", "A text that no other review has.")],
            day: 1_002, into: store)
        #expect(try counts(store) == counted + 1)
        #expect(try counts(store, asOf: runs + 1) == counted)
        #expect(try counts(store, asOf: runs) == nil)
    }

    @Test("A changed key and a changed count are found by the audit")
    func tampered() throws {
        for change in [
            "UPDATE product_summary SET distinct_keys = zeroblob(20)",
            "UPDATE product_summary SET distinct_keys = NULL",
            "UPDATE scope_summary SET distinct_count = 2, distinct_rated = 2 WHERE kind = 'brand'",
        ] {
            let file = try TemporaryStore()
            let store = try file.open()
            try load([("P1", Self.long), ("P2", Self.long)], day: 1, into: store)
            try DatabaseQueue(path: file.path).write { try $0.execute(sql: change) }
            #expect(try store.read { try auditStore($0) } != nil, "\(change)")
        }
    }
}

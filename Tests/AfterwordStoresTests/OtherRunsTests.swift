import AfterwordCore
import AfterwordPipeline
import AfterwordStores
import AfterwordTesting
import Foundation
import Testing

/// Runs without a dump give the same bytes on every store: a replay of rejects and a catalog.
@Suite struct OtherRunsTests {
    private static func record(_ product: Int, _ rating: String, _ title: String) -> String {
        #"{"PRODUCT_BRAND": "B\#(product % 2)", "CUSTOMER_REVIEW_RATING": \#(rating), "CUSTOMER_REVIEW_TITLE": "\#(title)", "CHILD_ASIN": "P\#(product)"}"#
    }

    private static func dump(_ rating: String) -> Dump {
        let records = (0..<40).map { number in
            // Short texts that need numbering, and long ones; every seventh record has no rating.
            record(
                number % 3, number % 7 == 0 ? rating : "\(1 + number % 5)",
                number % 2 == 0 ? "Ok" : "A title of its own, number \(number)")
        }
        let text = "[" + records.joined(separator: ",\n") + "]"
        return Dump(
            name: "dump", files: [DumpFile(name: "a.json", content: .memory(Array(text.utf8)))])
    }

    /// A strict load, a replay of its rejects, a catalog, and the same dump again.
    private func story(_ store: any ReviewStore) throws -> [String: [String]] {
        var options = LoadOptions()
        options.salts = .seeded(3)
        options.seed = 3
        options.observedAt = ReviewHistory.start
        var day: Int64 = 0
        func surroundings() -> LoadSurroundings {
            day += 1
            let now = Instant(
                microseconds: ReviewHistory.start.microseconds + day * 86_400_000_000)
            return LoadSurroundings(now: { now })
        }
        var strict = options
        strict.isStrict = true
        strict.maxRejects = 100
        _ = try loadDump(
            Self.dump("NaN"), into: store, options: strict, surroundings: surroundings())
        let replay = try replayRejects(
            ReplaySelection(run: 1), of: store, options: options, surroundings: surroundings())
        #expect(replay.run.balance.inserted == 6 && replay.run.balance.holds)
        let folder = FileManager.default.temporaryDirectory
            .appendingPathComponent("afterword-catalog-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let path = folder.appendingPathComponent("catalogue.csv").path
        try "asin,brand,owner,units_sold\nP1,Lumora,Ada,12\nP2,,Bob,\nP9,X,,\n"
            .write(toFile: path, atomically: true, encoding: .utf8)
        let catalog = try loadCatalog(
            Catalog(file: path), into: store, options: options, surroundings: surroundings())
        #expect(catalog.known == 2 && catalog.unknown == ["P9"])
        let again = try loadDump(
            Self.dump("NaN"), into: store, options: options, surroundings: surroundings())
        #expect(again.run.balance.inserted == 0 && again.run.balance.updated == 0)
        let finding = try store.read { try auditStore($0) } ?? store.auditByQuery()
        #expect(finding == nil)
        return try store.read { try goldenTables($0) }
    }

    @Test(
        "A replay and a catalog hold the same bytes on every store",
        arguments: StoreKind.available)
    func same(kind: StoreKind) throws {
        let expected = try story(MemoryStore())
        let stores = TemporaryStores(kind)
        let actual = try story(stores.make())
        for (table, rows) in expected { #expect(actual[table] == rows, "\(table)") }
    }

    @Test("Changes, themes and the inbox answer alike on every store", arguments: StoreKind.lasting)
    func answers(kind: StoreKind) throws {
        func told(_ store: any ReviewStore) throws -> [String] {
            let history = ReviewHistory(seed: 11)
            try history.load(history.steps, into: store)
            return try store.read { reader in
                let last = Int64(try reader.runs().count)
                let moved = try changes(reader, of: .scope(.portfolio), from: 1, to: last)
                let news = try inbox(reader, since: 1, page: Page(number: 1, size: 500))
                let found = try themes(reader, ThemeQuery())
                return moved.movements.map { "\($0.review.reviewID) \($0.part ?? 0)" }
                    + news.entries.map { "\($0.kind) \($0.review.reviewID) \($0.quote)" }
                    + found.map { "\($0.aspect.id) \($0.mentions) \($0.starImpact ?? 0)" }
            }
        }
        let expected = try told(MemoryStore())
        #expect(!expected.isEmpty)
        let stores = TemporaryStores(kind)
        #expect(try told(stores.make()) == expected)
    }
}

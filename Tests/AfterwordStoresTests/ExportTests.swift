import AfterwordCore
import AfterwordPipeline
import AfterwordStores
import AfterwordTesting
import Foundation
import Testing

/// Exports of the history, run by run.
@Suite struct ExportTests {
    private static func export(
        _ store: any ReviewStore, to place: ExportPlace, _ format: ExportFormat = .jsonl,
        _ choose: (inout ExportOptions) -> Void = { $0.batchRows = 3 }
    ) throws -> ExportReport {
        var options = ExportOptions(format: format)
        choose(&options)
        return try store.read { try exportHistory($0, to: place.target, options) }
    }

    @Test(
        "Each row of each table is exported once, in the run that added it",
        arguments: StoreKind.sql)
    func whole(kind: StoreKind) throws {
        for seed in [5, 8, 11] as [UInt64] {
            let stores = TemporaryStores(kind)
            let store = try stores.make()
            let history = ReviewHistory(seed: seed)
            try history.load(history.steps, into: store)
            let place = try ExportPlace()
            let report = try Self.export(store, to: place)
            try store.read { reader in
                #expect(report.runs == (try reader.runs().map(\.run)))
                let counts = [
                    "review_history": try reader.history(ofProduct: nil, review: nil).count,
                    "product_history": try reader.summaryHistory(ofProduct: nil).count,
                    "product_attributes": try reader.attributeHistory(ofProduct: nil).count,
                    "month_history": try reader.monthHistory(ofProduct: nil).count,
                    "scope_history": try reader.scopeHistory().count,
                    "raw_records": try reader.raw(ofProduct: nil).count,
                    "product_records": try reader.productRaw(ofProduct: nil).count,
                    "rejects": try reader.rejects().count,
                    "review_links": try reader.links().count,
                    "files": try reader.files(ofRun: nil).count,
                    "runs": try reader.runs().count,
                ]
                for (table, count) in counts {
                    #expect(try place.rows(table).count == count, "\(table), seed \(seed)")
                }
                #expect(report.rows == Int64(counts.values.reduce(0, +)), "seed \(seed)")
                try Self.compare(place, reader, seed)
            }
            // The first run has a file of each table, so that each has its columns.
            let first = try place.manifest().runs[0].files.map(\.table)
            #expect(first == (try place.manifest().tables) && first.last == "runs")
        }
    }

    /// Compares versions and sums with what the reader says.
    private static func compare(
        _ place: ExportPlace, _ reader: any StoreReader, _ seed: UInt64
    ) throws {
        let versions = try reader.history(ofProduct: nil, review: nil).map { row in
            JSONValue.row([
                "product_id": JSONValue(row.productID), "review_id": JSONValue(row.reviewID),
                "version": JSONValue(row.version), "operation": .string(row.operation.rawValue),
                "run": JSONValue(row.run), "title": JSONValue(row.values.title),
                "body": JSONValue(row.values.body), "verified": JSONValue(row.values.verified),
                "row_digest": .string("\(row.rowDigest)"),
                "changed_fields": .string(row.changedFields.names.joined(separator: " ")),
                "rating": row.values.rating.map { .number("\($0 / 10).\($0 % 10)") } ?? .null,
            ]).canonical
        }
        let names = [
            "product_id", "review_id", "version", "operation", "run", "title", "body", "verified",
            "row_digest", "changed_fields", "rating",
        ]
        let exported = try place.rows("review_history").map { row in
            JSONValue.object(names.map { (key: $0, value: row[$0] ?? .null) }).canonical
        }
        #expect(exported.sorted() == versions.sorted(), "seed \(seed)")
        let sums = try reader.summaryHistory(ofProduct: nil)
            .map { "\($0.row.counters.reviewCount)" }
        let counts = try place.rows("product_history").map { $0["review_count"]?.canonical ?? "" }
        #expect(counts.sorted() == sums.sorted(), "seed \(seed)")
    }

    @Test("Exports after each dump are the same bytes as one at the end", arguments: StoreKind.sql)
    func incremental(kind: StoreKind) throws {
        let stores = TemporaryStores(kind)
        let store = try stores.make()
        let history = ReviewHistory(seed: 8)
        let (steps, whole, asOf) = (try ExportPlace(), try ExportPlace(), try ExportPlace())
        var held: [Int64] = []
        for (number, step) in history.steps.enumerated() {
            _ = try history.load(step, number: number, into: store, HistoryLoading())
            let report = try Self.export(store, to: steps) { _ in }
            #expect(report.held == held)
            held += report.runs
        }
        let report = try Self.export(store, to: whole) { $0.batchRows = 1 }
        #expect(report.runs == held && report.held.isEmpty)
        #expect(try whole.files() == steps.files())
        #expect(
            report.bytes
                == Int64(
                    try whole.files().filter { $0.key != "manifest.json" }
                        .reduce(0) { $0 + $1.value.count }))
        // The past alone, then the rest: the same once more.
        _ = try Self.export(store, to: asOf) { $0.upTo = 2 }
        #expect(try asOf.manifest().runs.map(\.run) == [1, 2])
        _ = try Self.export(store, to: asOf)
        #expect(try asOf.files() == whole.files())
        #expect(try Self.export(store, to: asOf).runs.isEmpty)
    }

    @Test("Marks of work are exported, of themes and of reviews", arguments: StoreKind.sql)
    func work(kind: StoreKind) throws {
        let stores = TemporaryStores(kind)
        let store = try stores.make()
        let history = ReviewHistory(seed: 5)
        try history.load(history.steps, into: store)
        let review = try #require(
            try store.read { try $0.reviews(ofProduct: nil) }.first { $0.isLive })
        let subject = WorkSubject.review(product: review.productID, id: review.reviewID)
        let fixed = NewMark(.fixed, .theme("smell", of: .scope(.portfolio)))
        let made = try markWork(
            [NewMark(.seen, subject), fixed], by: "Ann", in: store, now: ReviewHistory.start)
        let place = try ExportPlace()
        _ = try Self.export(store, to: place)
        let rows = try place.rows("work_marks")
        #expect(rows.map { $0["mark"]?.text } == ["seen", "fixed"])
        #expect(rows.map { $0["run"]?.integer } == made.map(\.madeRun))
        #expect(rows.allSatisfy { $0["marked_by"]?.text == "Ann" })
        #expect(rows[0]["review_id"]?.text == review.reviewID.string)
        #expect(rows[0]["product_id"]?.text == review.productID.string)
        #expect(rows[0]["version"]?.integer == review.version && rows[0]["theme"] == .null)
        #expect(rows[1]["review_id"] == .null && rows[1]["product_id"] == .null)
        #expect(rows[1]["theme"]?.text == "smell" && rows[1]["kind"]?.text == "portfolio")
        #expect(rows[0]["fixed_on"] == .null && rows[1]["fixed_on"]?.text != nil)
        let earlier = try ExportPlace()
        _ = try Self.export(store, to: earlier) { $0.upTo = 1 }
        #expect(try earlier.rows("work_marks").isEmpty)
    }

    @Test("Accepted taxonomies are exported by their runs, as given", arguments: StoreKind.sql)
    func taxonomies(kind: StoreKind) throws {
        let stores = TemporaryStores(kind)
        let store = try stores.make()
        let history = ReviewHistory(seed: 5)
        try history.load(history.steps, into: store)
        let files = ["taxonomy = 1 # ours\r\n", "taxonomy = 1\n[rename.smell]\nlabel = \"“Ü”\"\n"]
        let made = try files.map { file in
            try #require(
                try acceptTaxonomy(
                    Text(file), in: store,
                    surroundings: LoadSurroundings(now: { ReviewHistory.start }))
            ).run
        }
        for format in [ExportFormat.jsonl, .arrow, .csv] {
            let place = try ExportPlace()
            _ = try Self.export(store, to: place, format)
            let written = try place.manifest().runs
                .flatMap { run in run.files.filter { $0.table == "taxonomies" } }
            #expect(written.map(\.rows) == [0, 1, 1], "\(format)")
            #expect(try place.manifest().tables.contains("taxonomies"))
            guard format == .jsonl else { continue }
            let rows = try place.rows("taxonomies")
            #expect(rows.map { $0["run"]?.integer } == made.map(\.run))
            #expect(rows.map { $0["document"]?.text } == files)
            #expect(rows.allSatisfy { $0["recorded_at"]?.text != nil })
        }
    }

    @Test("Both stores give the same bytes", .enabled(if: StoreKind.sql.count > 1))
    func same() throws {
        let history = ReviewHistory(seed: 5)
        var files: [[String: Data]] = []
        for kind in StoreKind.sql {
            let stores = TemporaryStores(kind)
            let store = try stores.make()
            try history.load(history.steps, into: store)
            let place = try ExportPlace()
            _ = try Self.export(store, to: place, .arrow)
            files.append(try place.files())
        }
        #expect(files[0] == files[1])
    }

    @Test("An export that fails anywhere is taken up again, and gives the same bytes")
    func taken() throws {
        let stores = TemporaryStores(.sqlite)
        let store = try stores.make()
        let history = ReviewHistory(seed: 11)
        try history.load(history.steps, into: store)
        let whole = try ExportPlace()
        _ = try Self.export(store, to: whole, .csv)
        let expected = try whole.files()
        var options = ExportOptions(format: .csv)
        options.batchRows = 2
        let place = try ExportPlace()
        for call in 1...1_000 {
            let target = FailingTarget(target: place.target, countdown: .init(call))
            do {
                _ = try store.read { try exportHistory($0, to: target, options) }
                #expect(call > 20, "every call was one that failed")
                break
            } catch is OutputFault {
                // What is named is there and whole; nothing half-written has a name.
                let there = try place.files()
                let named = try there["manifest.json"].map { try ExportManifest(Array($0)) }
                for file in named?.runs.flatMap(\.files) ?? [] {
                    #expect(there[file.path] == expected[file.path], "call \(call)")
                }
                #expect(!there.keys.contains { $0.contains(".partial") }, "call \(call)")
            }
            // Also from nothing, every tenth time.
            if call.isMultiple(of: 10) { try FileManager.default.removeItem(atPath: place.path) }
        }
        #expect(try place.files() == expected)
    }

    @Test("A target keeps the columns and tables that it began with")
    func columns() throws {
        let stores = TemporaryStores(.sqlite)
        let store = try stores.make()
        let history = ReviewHistory(seed: 5)
        try history.load(history.steps, into: store)
        let (old, new) = (try ExportPlace(), try ExportPlace())
        for place in [old, new] { _ = try Self.export(store, to: place) { $0.upTo = 1 } }
        #expect(try new.manifest().columns == 5)
        #expect(try new.rows("files").allSatisfy { $0["etag"] == .null })
        // As an export of before says nothing of its columns.
        let path = URL(fileURLWithPath: "\(old.path)/manifest.json")
        let text = String(decoding: try Data(contentsOf: path), as: UTF8.self)
        try Data(text.replacing(#""columns":5,"#, with: "").utf8).write(to: path)
        #expect(try old.manifest().columns == 4)
        for place in [old, new] { _ = try Self.export(store, to: place) }
        let later = try old.rows("files").filter { $0["run"]?.integer != 1 }
        #expect(!later.isEmpty && later.allSatisfy { $0["etag"] == nil && $0["found"] != nil })
        #expect(try old.manifest().columns == 4)
        #expect(try new.rows("files").allSatisfy { $0["etag"] == .null })
        let names = try [old, new].map { try Set($0.files().keys) }
        #expect(names[0] == names[1])
    }

    @Test("What does not fit the target is refused, and changes nothing there")
    func refusals() throws {
        let stores = TemporaryStores(.sqlite)
        let store = try stores.make()
        let history = ReviewHistory(seed: 5)
        try history.load(history.steps, into: store)
        let place = try ExportPlace()
        let report = try Self.export(store, to: place, .csv) { $0.tables = ["review_history"] }
        #expect(try Set(place.manifest().tables) == ["review_history", "runs"])
        #expect(report.files == (try place.files().count) - 1)
        let before = try place.files()
        #expect(throws: ExportFault.otherExport(what: "format", there: "csv")) {
            try Self.export(store, to: place, .jsonl)
        }
        #expect(throws: ExportFault.otherExport(what: "tables", there: "review_history,runs")) {
            try Self.export(store, to: place, .csv) { $0.tables = ["files"] }
        }
        #expect(throws: ExportFault.self) {
            try Self.export(store, to: place, .csv) { $0.tables = ["review_histories"] }
        }
        #expect(throws: ExportFault.otherExport(what: "formulas", there: "guarded")) {
            try Self.export(store, to: place, .csv) { $0.guardsFormulas = false }
        }
        let other = try stores.make()
        let history2 = ReviewHistory(seed: 8)
        try history2.load(history2.steps, into: other)
        #expect(throws: ExportFault.otherStore(run: 1)) {
            try Self.export(other, to: place, .csv)
        }
        #expect(throws: ExportFault.notReadable) { try Self.export(MemoryStore(), to: place) }
        #expect(try place.files() == before)
        try place.target.write(Array("{}".utf8), to: "manifest.json")
        #expect(throws: ExportFault.badManifest) { try Self.export(store, to: place, .csv) }
    }

    @Test("A link in place of a folder is refused, and nothing is written through it")
    func links() throws {
        let stores = TemporaryStores(.sqlite)
        let store = try stores.make()
        let history = ReviewHistory(seed: 5)
        try history.load(history.steps, into: store)
        let (place, other) = (try ExportPlace(), try ExportPlace())
        let files = FileManager.default
        for path in [place.path, other.path] {
            try files.createDirectory(atPath: path, withIntermediateDirectories: true)
        }
        func expectRefused(_ link: String, _ before: [String]) throws {
            try files.createSymbolicLink(atPath: link, withDestinationPath: other.path)
            #expect(throws: ExportFault.linked(link)) { try Self.export(store, to: place) }
            #expect(try files.contentsOfDirectory(atPath: place.path).sorted() == before)
            #expect(try files.contentsOfDirectory(atPath: other.path).isEmpty)
            try files.removeItem(atPath: link)
        }
        try expectRefused("\(place.path)/scope_history", ["scope_history"])
        _ = try Self.export(store, to: place) { $0.upTo = 1 }
        let there = try files.contentsOfDirectory(atPath: place.path).sorted()
        try expectRefused("\(place.path)/runs/run=000002", there)
        // Nothing is missing, and a link is refused all the same: `publish` would commit there.
        _ = try Self.export(store, to: place)
        try files.removeItem(atPath: "\(place.path)/runs")
        try expectRefused("\(place.path)/runs", there)
    }

    @Test("A damaged value ends the export as it ends other answers")
    func damaged() throws {
        let stores = TemporaryStores(.sqlite)
        let history = ReviewHistory(seed: 5)
        try history.load(history.steps, into: try stores.make())
        let store = try stores.withoutRules()
        try stores.tamper("UPDATE product_reviews_history SET title = x'07'")
        let place = try ExportPlace()
        #expect(
            throws: StoreFault.unreadable(table: "product_reviews_history", column: "title")
        ) { try Self.export(store, to: place) }
        // The place is the store's, and nothing of its history is there.
        #expect(try place.files().keys.sorted() == ["manifest.json"])
        #expect(try place.manifest().runs.isEmpty)
        try stores.tamper(
            "UPDATE product_reviews_history SET title = NULL; "
                + "UPDATE product_summary_history SET rating_sum = 100000000000000000")
        #expect(throws: StoreFault.self) { try Self.export(store, to: place) }
    }
}

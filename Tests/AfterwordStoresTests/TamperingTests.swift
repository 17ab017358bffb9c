import AfterwordCore
import AfterwordPipeline
import AfterwordStores
import AfterwordTesting
import Foundation
import GRDB
import Testing

/// Another program changes every column of every table in one row, and removes a row of every
/// table: the audit finds each change.
/// A column to change, or a row to remove.
@Suite struct TamperingTests {
    struct Column: CustomTestStringConvertible {
        var table: String
        var name: String
        /// SQL for another value of the column; nil to remove a row.
        var value: String?
        var testDescription: String { "\(table).\(name)" }
    }

    /// Numbers that only join or count rows: a change to them alters no information.
    private static let surrogates: Set<String> = [
        "product_reviews_history.history_key", "run_attempts.attempt", "llm_calls.call",
    ]
    /// The bookkeeping of migrations and of SQLite.
    private static let outside: Set<String> = [
        "migrations", "grdb_migrations", "sqlite_sequence", "sqlite_stat1",
    ]

    /// The columns of a new store, each with SQL for another value of the same type. Rows of
    /// `run_attempts`, `llm_calls`, `llm_batches` with their items, `api_keys`, `service_jobs` and
    /// `deliveries` are no history and may be removed.
    private static func columns(_ kind: StoreKind) throws -> [Column] {
        let stores = TemporaryStores(kind)
        _ = try stores.make()
        return try stores.tableColumns().filter { !outside.contains($0.table) }
            .flatMap { table, name, type -> [Column] in
                guard !surrogates.contains("\(table).\(name)") else { return [] }
                let column = "\"\(name)\""
                let other =
                    switch type.lowercased() {
                    case "text": "coalesce(\(column), '') || 'x'"
                    case "integer", "bigint": "coalesce(\(column), 0) + 1"
                    case "boolean": "NOT coalesce(\(column), false)"
                    default:
                        kind == .sqlite
                            ? "CAST(substr(\(column), 2) || x'5a' AS BLOB)"
                            : "substr(\(column), 2) || '\\x5a'::bytea"
                    }
                return [Column(table: table, name: name, value: other)]
            }
            + Set(stores.tableColumns().map(\.table)).subtracting(outside)
            .subtracting([
                "run_attempts", "llm_calls", "llm_batches", "llm_batch_items", "api_keys",
                "service_jobs", "deliveries",
            ]).sorted()
            .map { Column(table: $0, name: "(a row)", value: nil) }
    }

    /// Runs four golden cases (nested products, edits, deletes, late rows, rejects, insights) and
    /// adds a failed attempt, so that no table is empty.
    private func make(_ stores: TemporaryStores) async throws -> any ReviewStore {
        let store = try stores.make()
        let attempt = try store.beginAttempt(startedAt: ReviewHistory.start, dump: "x")
        try store.failAttempt(attempt, at: ReviewHistory.start, failure: "input: badShape")
        for name in [
            "nested-products", "second-load", "hostile-text", "edited-without-id", "insights",
        ] {
            let cases = try GoldenCase.all(in: "Golden")
            let golden = try #require(cases.first { $0.name == name })
            _ = try await golden.run(on: store, models: simulatedModels)
        }
        try makeCalls(store)
        try makeDeliveries(store)
        try makeVerdicts(store)
        try makeEnrichments(store)
        try makeMarks(store)
        try makeTaxonomies(store)
        return store
    }

    /// Accepts two taxonomies, one after the other.
    private func makeTaxonomies(_ store: any ReviewStore) throws {
        for label in ["Stinks", "Reeks"] {
            let report = try acceptTaxonomy(
                Text("taxonomy = 1\n[rename.smell]\nlabel = \"\(label)\"\n"), in: store,
                surroundings: LoadSurroundings(now: { ReviewHistory.start }))
            #expect(report != nil)
        }
    }

    /// Adds two verdicts on one review, by different people.
    private func makeVerdicts(_ store: any ReviewStore) throws {
        let reviews = try store.read { try $0.reviews(ofProduct: nil) }
        let review = try #require(reviews.first { $0.isLive })
        for (verdict, name) in [(Verdict.real, "Ann"), (.isFalse, "Bea")] {
            let new = NewVerdict(
                product: review.productID, review: review.reviewID, verdict: verdict,
                judgedBy: Text(name), why: "looked at it")
            _ = try judgeReview(new, in: store, now: ReviewHistory.start)
        }
    }

    /// Adds marks of two reviews and of a theme, one that is fixed.
    private func makeMarks(_ store: any ReviewStore) throws {
        let reviews = try store.read { try $0.reviews(ofProduct: nil) }
        let theme = WorkSubject.theme("smell", of: .scope(.portfolio))
        var marks = reviews.prefix(2).map { review in
            NewMark(.seen, .review(product: review.productID, id: review.reviewID))
        }
        marks.append(NewMark(.fixed, theme))
        marks.append(NewMark(.assigned, theme))
        marks[3].text = "Bea"
        let rows = try markWork(marks, by: "Ann", in: store, now: ReviewHistory.start)
        #expect(rows.count == 4)
    }

    private func endedJob(_ name: String) -> JobRow {
        let digest = APIKeyRow.digest(of: name)
        var job = JobRow(
            job: name, askedBy: "all", request: digest, scope: .product("p"), language: "en",
            createdAt: ReviewHistory.start)
        job.idempotency = digest
        job.status = .failed
        job.startedAt = ReviewHistory.start
        job.endedAt = ReviewHistory.start
        job.madeRun = 3
        (job.problem, job.detail) = ("model-failed", "refused")
        return job
    }

    /// Adds API keys, ended jobs, and two model calls: one answered, one open.
    private func makeCalls(_ store: any ReviewStore) throws {
        try store.ledger { ledger in
            for (name, brands) in [("all", nil), ("some", ["Lumora", "Knokke"])] {
                try ledger.put(
                    key: APIKeyRow(
                        name: name, digest: APIKeyRow.digest(of: name), scopes: [.read],
                        brands: brands, createdAt: ReviewHistory.start))
            }
            for name in ["a", "b"] { try ledger.put(job: endedJob(name)) }
            for key in [1, 2] as [UInt8] {
                let digest = Digest256([UInt8](repeating: key, count: 32))
                var call = ModelCall(
                    call: 0, batch: 7, cacheKey: digest, requestDigest: digest, model: "m",
                    startedAt: ReviewHistory.start, leaseUntil: ReviewHistory.start, reserved: 9)
                call.call = try ledger.begin(call)
                guard key == 1 else { continue }
                call.endedAt = ReviewHistory.start
                call.cost = 5
                call.usage = ModelUsage(input: 3, cachedInput: 1, cacheWrite: 1, output: 2)
                call.tier = "default"
                call.requestID = "req"
                call.clientRequestID = "own"
                call.unreadAnswer = "{"
                call.outcome = "answered"
                call.servedModel = "m-1"
                try ledger.end(call)
            }
        }
        try makeBatches(store)
    }

    /// Adds a message that was given up, and one that waits.
    private func makeDeliveries(_ store: any ReviewStore) throws {
        try store.ledger { ledger in
            for name in ["anna", "bert"] {
                var row = DeliveryRow(
                    recipient: name, period: "dump of 2026-03-02", kind: .news, runs: 0...2,
                    createdAt: ReviewHistory.start)
                row.messageID = name + "@afterword"
                row.attempts = 1
                row.fault = "no mail server"
                if name == "anna" { (row.status, row.endedAt) = (.dead, ReviewHistory.start) }
                try ledger.put(delivery: row)
            }
        }
    }

    /// Adds two batches of one question each.
    private func makeBatches(_ store: any ReviewStore) throws {
        try store.ledger { ledger in
            for key in [3, 4] as [UInt8] {
                let digest = Digest256([UInt8](repeating: key, count: 32))
                var batch = ModelBatch(
                    name: "batch \(key)", purpose: key == 3 ? .insights : .enrichment,
                    command: 7, by: ModelIdentity("m", place: "host"),
                    createdAt: ReviewHistory.start)
                (batch.inputFile, batch.serverID) = ("file", "batch")
                batch.prices = "{}"
                batch.endedAt = ReviewHistory.start
                var call = ModelCall(
                    call: 0, batch: 7, cacheKey: digest, requestDigest: digest, model: "m",
                    startedAt: ReviewHistory.start, leaseUntil: ReviewHistory.start, reserved: 9)
                call.modelBatch = Int64(key) - 2
                call.call = try ledger.begin(call)
                let number = try ledger.begin(batch)
                #expect(number == Int64(key) - 2)
                try ledger.append(items: [
                    BatchItem(
                        batch: number, line: 1, call: call.call, cacheKey: digest, subject: "{}")
                ])
            }
        }
    }

    /// Adds what a model read in two reviews, as a run of its own.
    private func makeEnrichments(_ store: any ReviewStore) throws {
        let answer = try #require(try store.read { try $0.cachedAnswers() }.first)
        let reviews = try store.read { try $0.reviews(ofProduct: nil) }.filter(\.isLive)
        let rows = reviews.prefix(2).map { review in
            var row = EnrichmentRow(
                of: review, madeRun: 0, language: "en", by: ("m", answer.key), document: "{}")
            row.servedModel = "m-1"
            return row
        }
        _ = try storeEnrichments(rows, answers: [], in: store, now: ReviewHistory.start)
    }

    @Test("A changed column or a missing row is found, in any table", arguments: StoreKind.sql)
    func found(kind: StoreKind) async throws {
        let stores = TemporaryStores(kind)
        let store = try await make(stores)
        let untouched = try store.read { try auditStore($0) }
        #expect(untouched == nil)
        for column in try Self.columns(kind) {
            for isFirst in [true, false] {
                let finding = try stores.tampered(
                    column.table, column.name, column.value, isFirst: isFirst
                ) {
                    try TemporaryStores.audited(store)
                }
                // Skip changes that the schema refuses.
                guard let finding else { continue }
                #expect(finding != nil, "\(column.testDescription), first \(isFirst), on \(kind)")
            }
        }
        let restored = try store.read { try auditStore($0) }
        #expect(restored == nil, "the tamperings are undone")
    }
}

import AfterwordCore
import AfterwordPipeline
import AfterwordTesting
import Testing

@testable import AfterwordModels

/// What a model reads in reviews, beside the program's own reading.
@Suite struct EnrichmentTests {
    private let surroundings = InsightSurroundings(now: { ReviewHistory.start }, batch: 1)

    private func enrich(
        _ store: MemoryStore, _ model: any LanguageModel = FakeModel(),
        _ scope: ReviewScope = lumora, _ change: (inout InsightOptions) -> Void = { _ in }
    ) async throws -> EnrichmentReport {
        var options = InsightOptions()
        change(&options)
        return try await enrichReviews(
            of: scope, in: store, by: model, options: options, surroundings: surroundings)
    }

    private func rows(_ store: MemoryStore) throws -> [EnrichmentRow] {
        try store.read { try $0.enrichments(ofProducts: nil) }
    }

    @Test("Each version is read once, by version; a new version and another language anew")
    func once() async throws {
        let store = MemoryStore()
        func load(_ folder: String) throws {
            _ = try loadDump(
                openDumps("Golden/insights/dumps/\(folder)")[0], into: store,
                options: LoadOptions(), surroundings: LoadSurroundings(now: { afterAllDumps }))
        }
        try load("2026-05-04")
        let first = try await enrich(store)
        #expect(first.made > 0 && first.standing == 0 && first.left == 0)
        #expect(first.failures.isEmpty && first.asked.runs.count == 1)
        let again = try await enrich(store)
        #expect(again.made == 0 && again.standing == first.made && again.asked.calls == 0)
        try load("2026-05-11")
        let later = try await enrich(store)
        #expect(later.made > 0)
        let german = try await enrich(store) { $0.language = Language(rawValue: "de") ?? .english }
        #expect(german.made > 0 && german.standing == 0)
        let versions = try rows(store).map { "\($0.reviewKey) \($0.version) \($0.language)" }
        #expect(Set(versions).count == versions.count)
        #expect(versions.count == first.made + later.made + german.made)
        let (runs, finding) = try store.read { (try $0.runs(), try auditStore($0)) }
        #expect(finding == nil && runs.last?.observedOrigin == .enrichment)
        #expect(runs.newestData?.observedOrigin != .enrichment)
    }

    @Test("Nothing that the program counts changes, and the past stays as it was")
    func uncounted() async throws {
        let store = try loadedInsightDumps()
        func counted() throws -> [[String]?] {
            let tables = try store.read { try goldenTables($0) }
            return [
                tables["product_summary"], tables["scope_summary"], tables["product_reviews_clean"],
            ]
        }
        let before = try counted()
        let themesBefore = try store.read { try themes($0, ThemeQuery()).map(\.mentions) }
        let first = try store.read { try $0.runs()[0].run }
        _ = try await enrich(store, FakeModel(), .scope(.portfolio))
        #expect(try counted() == before)
        #expect(try store.read { try themes($0, ThemeQuery()).map(\.mentions) } == themesBefore)
        let then = try store.read { try AsOfReader($0, run: first).enrichments(ofProducts: nil) }
        #expect(then.isEmpty)
    }

    @Test("Reviews are shown with what models read, under the models' names")
    func shown() async throws {
        let store = try loadedInsightDumps()
        _ = try await enrich(store, FakeModel(), .scope(.portfolio))
        let product = try #require(try store.read { try $0.products(nil) }.first?.productID)
        let page = try store.read {
            try reviewListing(
                $0, product: product, star: nil, withDeleted: false, page: Page(size: 100))
        }
        let read = page.entries.filter { $0.values.title != nil || $0.values.body != nil }
        #expect(!read.isEmpty && read.allSatisfy { $0.modelReadings.count == 1 })
        let member = try #require(read[0].answer["model_readings"]?.elements?.first)
        #expect(member["model"]?.text == "fake-1" && member["language"]?.text == "en")
        #expect(member["served_model"] == .null && member["sentiment"]?.text != nil)
    }

    @Test("A paid model is asked below the budget, each question reserved before")
    func paid() async throws {
        let store = try loadedInsightDumps()
        let model = CountingModel()
        let price = try store.read { reader in
            try priceEnrichment(reader, of: lumora, model: model, options: InsightOptions())
        }
        #expect(price.calls > 0 && price.reviews > 0 && price.cost ?? 0 > 0)
        let poor = try await enrich(store, model) { $0.budget.run = 1 }
        #expect(poor.asked.refusal?.span == .run && poor.made == 0 && model.questions == 0)
        let report = try await enrich(store, model)
        #expect(report.made == price.reviews && report.asked.calls == price.calls)
        let calls = try store.read { try $0.modelCalls() }
        #expect(calls.reduce(0) { $0 + $1.reserved } == price.cost)
        #expect(calls.allSatisfy { $0.outcome == "answered" && $0.modelBatch == nil })
        let known = try store.read { reader in
            try priceEnrichment(reader, of: lumora, model: model, options: InsightOptions())
        }
        #expect(known.reviews == 0 && known.standing == price.reviews)
        #expect(known.json["cost_nanodollars_at_most"]?.integer == 0)
    }

    @Test("Answers that cannot be used make no row, and say why")
    func unusable() async throws {
        let store = try loadedInsightDumps()
        let refused = try await enrich(store, FakeModel(.refusal))
        #expect(refused.made == 0 && refused.failures.first?.outcome == "refused")
        let broken = try await enrich(store, CountingModel(isPaid: false, reply: "{"))
        #expect(broken.made == 0 && broken.failures.first?.outcome == "malformed")
        #expect(broken.left > 0)
        #expect(try rows(store).isEmpty)
        await #expect(throws: InsightFault.noSuchScope("brand:None")) {
            try await enrich(store, FakeModel(), .scope(Scope(kind: .brand, id: "None")))
        }
        await #expect(throws: InsightFault.noRuns) { try await enrich(MemoryStore()) }
    }

    @Test("Half the price in a batch, and only a paid model has batches")
    func batchPrice() throws {
        let store = try loadedInsightDumps()
        let model = CountingModel()
        var options = InsightOptions()
        func cost() throws -> Int64 {
            try store.read { reader in
                try priceEnrichment(reader, of: lumora, model: model, options: options).cost ?? 0
            }
        }
        let direct = try cost()
        options.isBatch = true
        let batch = try cost()
        #expect(batch * 2 - direct <= 20 && batch * 2 >= direct)
    }
}

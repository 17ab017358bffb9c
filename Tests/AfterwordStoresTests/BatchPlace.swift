import AfterwordCore
import AfterwordPipeline
import AfterwordTesting
import Synchronization
import Testing

@testable import AfterwordModels

/// A store with the insight dumps beside a fake API that is served over a socket; both have a clock
/// that the test moves.
final class BatchPlace {
    /// A clock in microseconds. Thread-safe.
    final class Clock: Sendable {
        private let moment = Mutex<Int64>(1_796_000_000_000_000)
        var now: Int64 { moment.withLock { $0 } }
        func advance(_ seconds: Int64) { moment.withLock { $0 += seconds * 1_000_000 } }
    }

    let stores: TemporaryStores
    let store: any ReviewStore
    private let api: FakeOpenAI
    private let server: FakeServer
    private let clock = Clock()
    private var commands: Int64 = 1_000

    /// - Parameter dumps: How many of the two dumps are loaded.
    init(
        _ kind: StoreKind, dumps: Int = 2,
        _ change: (inout FakeOpenAI.Configuration) -> Void = { _ in }
    ) async throws {
        stores = TemporaryStores(kind)
        store = try stores.make()
        var configuration = FakeOpenAI.Configuration()
        configuration.batchSeconds = 400
        change(&configuration)
        let clock = clock
        api = try FakeOpenAI(configuration, on: MemoryShelf()) { clock.now }
        server = try await FakeServer(api, host: "127.0.0.1", port: 0)
        for folder in ["2026-05-04", "2026-05-11"].prefix(dumps) { try load(folder) }
    }

    func load(_ folder: String) throws {
        let clock = clock
        _ = try loadDump(
            openDumps("Golden/insights/dumps/\(folder)")[0], into: store, options: LoadOptions(),
            surroundings: LoadSurroundings(now: { Instant(microseconds: clock.now) }))
    }

    func advance(_ seconds: Int64) { clock.advance(seconds) }

    private func surroundings() -> InsightSurroundings {
        commands += 1
        let clock = clock
        return InsightSurroundings(now: { Instant(microseconds: clock.now) }, batch: commands)
    }

    /// Calls `body` with a model of the served API.
    func withModel<Result>(
        _ body: (OpenAIModel, InsightSurroundings) async throws -> Result
    ) async throws -> Result {
        var configuration = OpenAIModel.Configuration(
            key: APIKey("k"), baseURL: "http://127.0.0.1:\(server.port)/v1",
            facts: try #require(ModelFacts.named("gpt-6-luna")))
        configuration.pause = { _ in }
        // With other tests on two cores, an answer may wait minutes to be read.
        configuration.answerSeconds = 7_200
        let model = try OpenAIModel(configuration)
        do {
            let result = try await body(model, surroundings())
            await model.shutDown()
            return result
        } catch {
            await model.shutDown()
            throw error
        }
    }

    func ask(
        _ scopes: [ReviewScope], in store: (any ReviewStore)? = nil,
        _ change: (inout InsightOptions) -> Void = { _ in }
    ) async throws -> BatchReport {
        var options = InsightOptions()
        change(&options)
        let own = options
        return try await withModel { model, surroundings in
            try await askForInsights(
                scopes, in: store ?? self.store, by: model, options: own,
                surroundings: surroundings)
        }
    }

    func askForEnrichment(
        _ scope: ReviewScope, in store: (any ReviewStore)? = nil
    ) async throws -> BatchReport {
        try await withModel { model, surroundings in
            try await AfterwordPipeline.askForEnrichment(
                of: scope, in: store ?? self.store, by: model, options: InsightOptions(),
                surroundings: surroundings)
        }
    }

    /// Makes insights directly.
    func make(
        _ scopes: [ReviewScope], _ change: (inout InsightOptions) -> Void = { _ in }
    ) async throws -> InsightReport {
        var options = InsightOptions()
        change(&options)
        let own = options
        return try await withModel { model, surroundings in
            try await makeInsights(
                scopes, in: store, by: model, options: own, surroundings: surroundings)
        }
    }

    /// Enriches directly.
    func enrich(
        _ scope: ReviewScope, _ change: (inout InsightOptions) -> Void = { _ in }
    ) async throws -> EnrichmentReport {
        var options = InsightOptions()
        change(&options)
        return try await withModel { [options] model, surroundings in
            try await enrichReviews(
                of: scope, in: store, by: model, options: options, surroundings: surroundings)
        }
    }

    func priceEnrichment(_ scope: ReviewScope) async throws -> EnrichmentPrice {
        try await withModel { model, _ in
            try store.read { reader in
                try AfterwordPipeline.priceEnrichment(
                    reader, of: scope, model: model, options: InsightOptions())
            }
        }
    }

    func price(top count: Int) async throws -> InsightPrice {
        try await withModel { model, _ in
            try store.read { reader in
                try priceInsights(reader, .top(count), model: model, options: InsightOptions())
            }
        }
    }

    /// The versions that enrichments in batches ask about, as JSON.
    func versions() throws -> [String] {
        try store.read { try $0.batchItems() }.flatMap { item in
            try JSONValue(parsing: Array(item.subject.utf8))["reviews"]?.elements ?? []
        }.map(\.canonical)
    }

    func collect(in store: (any ReviewStore)? = nil) async throws -> [CollectedBatch] {
        try await withModel { model, surroundings in
            try await collectBatches(
                in: store ?? self.store, by: model, surroundings: surroundings)
        }
    }

    /// Calls the API without the adapter.
    @discardableResult
    func call(_ method: String, _ path: String) throws -> JSONValue {
        try JSONValue(
            parsing: api.answer(
                WireRequest(method, path, headers: ["authorization": "Bearer k"])
            ).bytes)
    }

    func serverBatches() throws -> [JSONValue] {
        try call("GET", "/v1/batches")["data"]?.elements ?? []
    }

    func calls() throws -> [ModelCall] { try store.read { try $0.modelCalls() } }
    func insights() throws -> [InsightRow] { try store.read { try $0.insights(of: nil) } }
    func finding() throws -> AuditFinding? { try TemporaryStores.audited(store) }
}

/// A store in which another program has stored the same just before: each load is made twice.
final class TwiceStore: ForwardingStore {
    let store: any ReviewStore
    init(_ store: any ReviewStore) { self.store = store }

    func load<Result>(
        _ intent: LoadIntent, _ body: (any StoreLoad) throws -> Result
    ) throws -> Result {
        _ = try store.load(intent, body)
        return try store.load(intent, body)
    }
}

/// A store whose program dies at a transaction: at an even moment before it, at an odd one after
/// its commit.
final class DyingStore: ForwardingStore {
    struct Death: Error {}

    let store: any ReviewStore
    private let moment: Int
    private var count = 0
    private(set) var isDead = false

    init(_ store: any ReviewStore, after moment: Int) {
        self.store = store
        self.moment = moment
    }

    func ledger<Result>(_ body: (any LedgerTransaction) throws -> Result) throws -> Result {
        try dying { try store.ledger(body) }
    }

    func load<Result>(
        _ intent: LoadIntent, _ body: (any StoreLoad) throws -> Result
    ) throws -> Result {
        try dying { try store.load(intent, body) }
    }

    private func dying<Result>(_ body: () throws -> Result) throws -> Result {
        try die(at: count)
        let result = try body()
        try die(at: count + 1)
        count += 2
        return result
    }

    private func die(at place: Int) throws {
        guard isDead || place == moment else { return }
        isDead = true
        throw Death()
    }
}

import AfterwordCore
import AfterwordModels
import AfterwordPipeline
import AfterwordTesting
import Synchronization
import Testing

/// A free model that answers as the fake one, after another program did something.
private final class LateModel: LanguageModel {
    let name = "fake-1"
    let place: String? = nil
    let facts: ModelFacts? = nil
    let tries = 1
    private let isAsked = Mutex(false)
    private let done = Mutex<Result<InsightReport, any Error>?>(nil)
    private let meanwhile: @Sendable () async throws -> InsightReport

    init(_ meanwhile: @escaping @Sendable () async throws -> InsightReport) {
        self.meanwhile = meanwhile
    }

    /// What the other program reported.
    func other() throws -> InsightReport { try #require(done.withLock { $0 }).get() }

    func answer(_ request: ModelRequest) async throws(ModelFailure) -> ModelReply {
        let isFirst = isAsked.withLock { asked -> Bool in
            defer { asked = true }
            return !asked
        }
        if isFirst {
            let result: Result<InsightReport, any Error>
            do { result = .success(try await meanwhile()) } catch { result = .failure(error) }
            done.withLock { $0 = result }
        }
        return try await FakeModel().answer(request)
    }
}

/// Programs that make insights of the same store at once.
@Suite struct InterleavedInsightTests {
    private static let lumora = ReviewScope.scope(Scope(kind: .brand, id: "Lumora"))
    private static let scopes = [lumora, .scope(.portfolio)]

    private static func load(_ folder: String, _ store: any ReviewStore) throws {
        _ = try loadDump(
            openDumps("Golden/insights/dumps/\(folder)")[0], into: store, options: LoadOptions(),
            surroundings: LoadSurroundings(now: { Instant(iso8601: "2026-06-03")! }))
    }

    private static func make(
        _ store: any ReviewStore, _ model: any LanguageModel, isRefreshing: Bool = false
    ) async throws -> InsightReport {
        var options = InsightOptions()
        options.isRefreshing = isRefreshing
        options.countsThemes = true
        return try await makeInsights(
            scopes, in: store, by: model, options: options,
            surroundings: InsightSurroundings(now: { ReviewHistory.start }, batch: 1))
    }

    @Test(
        "What another program made of the same reviews meanwhile stands, and is stored once",
        arguments: StoreKind.available, [FakeModel.Behaviour.honest, .numbers])
    func once(kind: StoreKind, behaviour: FakeModel.Behaviour) async throws {
        let stores = TemporaryStores(kind)
        let open = try stores.makeOpener()
        let store = try open()
        // While the other program uses it, this one waits for its model.
        nonisolated(unsafe) let beside = try open()
        for folder in ["2026-05-04", "2026-05-11"] { try Self.load(folder, store) }
        let model = LateModel { try await Self.make(beside, FakeModel(behaviour)) }
        let report = try await Self.make(store, model)
        let other = try model.other()
        #expect(other.made == 2 && other.runs == [3])
        #expect(report.standing == 2 && report.made == 0 && report.runs.isEmpty)
        #expect(report.failures.isEmpty)
        let (rows, runs) = try store.read {
            (try $0.insightHistory(of: nil), try $0.runs().map(\.run))
        }
        #expect(rows.count == 2 && runs == [1, 2, 3])
        #expect(report.outcomes.map(\.outcome.row) == other.outcomes.map(\.outcome.row))
        #expect(try store.read { try auditStore($0) } == nil)
    }

    @Test(
        "Of two that refresh at once with the same answer one stores; another answer is another",
        arguments: StoreKind.available, [FakeModel.Behaviour.honest, .numbers])
    func refreshing(kind: StoreKind, behaviour: FakeModel.Behaviour) async throws {
        let stores = TemporaryStores(kind)
        let open = try stores.makeOpener()
        let store = try open()
        // While the other program uses it, this one waits for its model.
        nonisolated(unsafe) let beside = try open()
        for folder in ["2026-05-04", "2026-05-11"] { try Self.load(folder, store) }
        _ = try await Self.make(store, FakeModel())
        let model = LateModel {
            try await Self.make(beside, FakeModel(behaviour), isRefreshing: true)
        }
        let report = try await Self.make(store, model, isRefreshing: true)
        #expect(try model.other().made == 2)
        let isSame = behaviour == .honest
        #expect(report.made == (isSame ? 0 : 2) && report.standing == (isSame ? 2 : 0))
        #expect(report.runs == (isSame ? [] : [5]))
        let rows = try store.read { try $0.insightHistory(of: nil) }
        #expect(rows.count == (isSame ? 4 : 6))
    }

    @Test(
        "An insight of later reviews that came meanwhile is not replaced by one of earlier reviews",
        arguments: StoreKind.available)
    func later(kind: StoreKind) async throws {
        let stores = TemporaryStores(kind)
        let open = try stores.makeOpener()
        let store = try open()
        // While the other program uses it, this one waits for its model.
        nonisolated(unsafe) let beside = try open()
        try Self.load("2026-05-04", store)
        let model = LateModel {
            try Self.load("2026-05-11", beside)
            return try await Self.make(beside, FakeModel())
        }
        let report = try await Self.make(store, model)
        #expect(try model.other().made == 2)
        #expect(report.standing == 2 && report.made == 0 && report.runs.isEmpty)
        let rows = try store.read { try $0.insightHistory(of: nil) }
        #expect(rows.map(\.evidenceRun) == [2, 2])
    }
}

import AfterwordCore
import AfterwordPipeline
import AfterwordStores
import AfterwordTesting
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Synchronization
import Testing

@testable import AfterwordServer

/// Jobs in a real SQLite file, as the program stores them.
private actor LedgerJobs: JobStore {
    nonisolated let isShared = true
    private let store: SQLiteStore

    init(_ store: SQLiteStore) { self.store = store }

    func jobs<Result: Sendable>(
        _ body: @escaping @Sendable (any JobTransaction) throws -> Result
    ) async throws -> Result { try store.ledger { try body($0) } }
}

/// A clock that the test advances.
private final class Clock: Sendable {
    private let value = Mutex(ReviewHistory.start)
    var now: Instant { value.withLock { $0 } }
    func advance(seconds: Int64) { value.withLock { $0 = $0.adding(seconds: seconds) } }
}

/// The parts of a test service. Several services may share a store.
private struct Serving: Sendable {
    let store: ServedStore
    let clock = Clock()
    var perHour = 60
    var asksForKeys = false
    var make: InsightMaker
    var outlook: InsightOutlooker = { _, _, _ in .asks }

    func run(_ body: @escaping @Sendable (ServedClient) async throws -> Void) async throws {
        var configuration = ServiceConfiguration.patient
        configuration.now = { [clock] in clock.now }
        configuration.limits.insightsPerHour = perHour
        configuration.asksForKeys = asksForKeys
        let file = try store.open()
        let service = Service(
            configuration, store: file, insights: make, outlook: outlook, jobs: LedgerJobs(file))
        let application = Application(responder: HostedResponder(service.router().buildResponder()))
        try await application.test(.router) { client in try await body(ServedClient(client)) }
        await service.stop()
    }
}

private let lumora = ReviewScope.scope(Scope(kind: .brand, id: "Lumora"))
private let json: HTTPFields = [.contentType: "application/json"]

private func insight(_ language: Language = .english, run: Int64) throws -> InsightRow {
    InsightRow(
        scope: lumora, language: language.rawValue, evidenceRun: 3, madeRun: run, model: "m",
        cacheKey: Digest256([UInt8](repeating: 1, count: 32)),
        evidenceDigest: Digest256([UInt8](repeating: 2, count: 32)), issueCount: 0, document: "{}")
}

extension ServedClient {
    fileprivate func order(
        _ brand: String = "Lumora", _ body: String = "{}", wait: Int = 30, name: String? = nil,
        key: String? = nil
    ) async throws -> ServedAnswer {
        var headers = json
        if let name { headers[.init("Idempotency-Key")!] = name }
        if let key { headers[.authorization] = "Bearer key-" + key }
        return try await call(
            "/api/v1/brands/\(brand)/insights?wait=\(wait)", method: .post, headers: headers,
            body: body)
    }

    fileprivate func retryAfter() async throws -> String? {
        let answer = try await order()
        return answer.headers[.retryAfter]
    }

    /// Polls a job until it has ended.
    fileprivate func ended(_ address: String) async throws -> JSONValue {
        while true {
            let answer = try await get(address)
            let item = try #require(answer.json?["item"], "\(answer.text)")
            guard ["queued", "running"].contains(item["status"]?.text) else { return item }
            #expect(answer.headers[.retryAfter] != nil)
            await Task.yield()
        }
    }
}

@Suite("202-has-no-outcome") struct JobTests {
    @Test("A 202 points to a job that says what became of the work, after a restart too")
    func outcome() async throws {
        let gate = AsyncStream<Void>.makeStream()
        let serving = Serving(store: try await ServedStore("insights")) { _, _ in
            for await _ in gate.stream { break }
            return .failed(ModelFailure(.malformed))
        }
        let address = Mutex("")
        try await serving.run { client async throws in
            let answer = try await client.order("Lumora", #"{"language": "ja"}"#, wait: 0)
            #expect(answer.status == 202)
            let fault = formFault(try #require(answer.json), as: AcceptedJob.form.form)
            #expect(fault == nil, "\(fault ?? "")")
            let job = try #require(answer.headers[.location])
            #expect(job.hasPrefix("/api/v1/jobs/"))
            #expect(job == answer.json?["item"]?["links"]?["self"]?.text)
            let open = try await client.get(job).json?["item"]
            #expect(["queued", "running"].contains(open?["status"]?.text))
            #expect(open?["problem"] == .null && open?["language"]?.text == "ja")
            gate.continuation.yield()
            let ended = try await client.ended(job)
            #expect(ended["status"]?.text == "failed")
            #expect(ended["problem"]?["type"]?.text == "urn:afterword:problem:model-failed")
            #expect(ended["problem"]?["detail"]?.text == "malformed")
            address.withLock { $0 = job }
        }
        let job = address.withLock { $0 }
        try await serving.run { client async throws in
            let answer = try await client.get(job)
            let fault = formFault(try #require(answer.json), as: JobItem.form.form)
            #expect(fault == nil, "\(fault ?? "")")
            #expect(answer.json?["item"]?["status"]?.text == "failed")
            #expect(try await client.get("/api/v1/jobs/00").status == 404)
        }
    }

    @Test("A spent budget can be told from a model's failure; a job whose process ended is lost")
    func reasons() async throws {
        let serving = Serving(store: try await ServedStore("insights")) { _, _ in .notTried }
        let store = try serving.store.open()
        var lost = JobRow(
            job: "dead", askedBy: "", request: genesisDigest, scope: lumora, language: "en",
            createdAt: ReviewHistory.start)
        lost.status = .running
        lost.leaseUntil = ReviewHistory.start.adding(seconds: 60)
        let row = lost
        try store.ledger { try $0.put(job: row) }
        try await serving.run { client async throws in
            let spent = try await client.order(wait: 0)
            let job = try #require(spent.headers[.location])
            let ended = try await client.ended(job)
            #expect(ended["problem"]?["type"]?.text == "urn:afterword:problem:budget-spent")
            #expect(
                try await client.get("/api/v1/jobs/dead").json?["item"]?["status"]?.text
                    == "running")
            serving.clock.advance(seconds: 61)
            let dead = try await client.get("/api/v1/jobs/dead").json?["item"]
            #expect(dead?["status"]?.text == "failed")
            #expect(dead?["problem"]?["type"]?.text == "urn:afterword:problem:job-lost")
            // A job is removed a day after its end.
            serving.clock.advance(seconds: 90_000)
            _ = try await client.order()
            #expect(try await client.get(job).status == 404)
            #expect(try await client.get("/api/v1/jobs/dead").status == 404)
        }
    }

    @Test("A key of some brands sees the jobs of its brands alone")
    func scoped() async throws {
        var serving = Serving(store: try await ServedStore("insights")) { _, _ in .notTried }
        serving.asksForKeys = true
        let store = try serving.store.open()
        for (name, brands) in [("all", nil), ("lumora", ["Lumora"])] {
            try store.ledger {
                try $0.put(
                    key: APIKeyRow(
                        name: name, digest: APIKeyRow.digest(of: "key-" + name),
                        scopes: [.read, .insight], brands: brands, createdAt: ReviewHistory.start))
            }
        }
        try await serving.run { client async throws in
            for (brand, status) in [("Lumora", 200), ("Knokke", 404)] {
                let answer = try await client.order(brand, wait: 0, key: "all")
                let job = try #require(answer.headers[.location])
                let seen = try await client.call(
                    job, headers: [.authorization: "Bearer key-lumora"])
                #expect(seen.status == status, "\(brand)")
                #expect(try await client.get(job).status == 401)
            }
        }
    }
}

@Suite("retry-after-and-quota") struct QuotaTests {
    @Test("Only what reaches a model counts; Retry-After is true; a restart and a replica know it")
    func quota() async throws {
        let row = try insight(run: 4)
        var serving = Serving(store: try await ServedStore("insights")) { _, language in
            language == "fr" ? .notTried : .made(row)
        }
        serving.perHour = 2
        serving.outlook = { _, _, language in
            switch language {
            case "de": .settled(.standing(row))
            case "es": .settled(.notEnough(NotEnoughData(reviews: 1, threshold: 3, see: nil)))
            case "it": .known
            default: .asks
            }
        }
        let clock = serving.clock
        try await serving.run { client async throws in
            for _ in 1...5 {
                #expect(try await client.order("Lumora", #"{"language": "de"}"#).status == 200)
                #expect(try await client.order("Lumora", #"{"language": "es"}"#).status == 409)
                #expect(try await client.order("Lumora", #"{"language": "it"}"#).status == 200)
                #expect(try await client.order("Lumora", #"{"language": "fr"}"#).status == 402)
            }
            let first = try await client.order()
            #expect(first.status == 200)
            #expect(first.headers[.init("RateLimit")!] == #""insights";r=1;t=3600"#)
            #expect(first.headers[.init("RateLimit-Policy")!] == #""insights";q=2;w=3600"#)
            clock.advance(seconds: 600)
            #expect(try await client.order().status == 200)
            clock.advance(seconds: 600)
            let refused = try await client.order()
            #expect(refused.status == 429 && refused.headers[.retryAfter] == "2400")
            #expect(try await client.order("Lumora", #"{"language": "de"}"#).status == 200)
        }
        try await serving.run { client async throws in
            #expect(try await client.retryAfter() == "2400")
            clock.advance(seconds: 2_399)
            #expect(try await client.retryAfter() == "1")
            clock.advance(seconds: 1)
            #expect(try await client.order().status == 200)
            #expect(try await client.retryAfter() == "600")
        }
    }
}

@Suite("Idempotency-Key") struct IdempotencyTests {
    @Test("The same name and body are answered the same, once; another body is refused")
    func once() async throws {
        let asked = Mutex(0)
        let store = try await ServedStore("insights")
        let made = try #require(
            try store.open().read { try $0.insightHistory(of: lumora) }.first)
        let serving = Serving(store: store) { _, language in
            asked.withLock { $0 += 1 }
            return language == "ja" ? .failed(ModelFailure(.refused)) : .made(made)
        }
        let language = #"{"language": "\#(made.language)"}"#
        try await serving.run { client async throws in
            let first = try await client.order("Lumora", language, name: "a")
            #expect(first.status == 200)
            let again = try await client.order("Lumora", language, name: "a")
            #expect(again.status == 200 && again.text == first.text)
            #expect(asked.withLock { $0 } == 1)
            let other = try await client.order("Lumora", #"{"language": "ja"}"#, name: "a")
            #expect(other.status == 409)
            #expect(try await client.order("Knokke", language, name: "a").status == 409)
            let failed = try await client.order("Lumora", #"{"language": "ja"}"#, name: "b")
            #expect(failed.status == 502)
            let repeated = try await client.order("Lumora", #"{"language": "ja"}"#, name: "b")
            #expect(repeated.status == 502 && repeated.json?["detail"] == failed.json?["detail"])
            #expect(asked.withLock { $0 } == 2)
            for name in ["", "a b", "ü", String(repeating: "x", count: 256)] {
                #expect(try await client.order("Lumora", "{}", name: name).status == 400, "\(name)")
            }
        }
        // A day later the key can be used for another request.
        serving.clock.advance(seconds: 86_500)
        try await serving.run { client async throws in
            #expect(try await client.order("Lumora", language, name: "a").status == 200)
            #expect(asked.withLock { $0 } == 3)
        }
    }

    @Test("While it is made the same name gives the same job")
    func underWay() async throws {
        let gate = AsyncStream<Void>.makeStream()
        let asked = Mutex(0)
        let serving = Serving(store: try await ServedStore("insights")) { _, _ in
            asked.withLock { $0 += 1 }
            for await _ in gate.stream { break }
            return .failed(ModelFailure(.refused))
        }
        try await serving.run { client async throws in
            let first = try await client.order(wait: 0, name: "a")
            let again = try await client.order(wait: 0, name: "a")
            #expect(first.status == 202 && again.status == 202)
            #expect(first.headers[.location] == again.headers[.location])
            // Another key creates a job of its own for the same work.
            let other = try await client.order(wait: 0, name: "b")
            #expect(other.headers[.location] != first.headers[.location])
            gate.continuation.yield()
            for answer in [first, other] {
                let ended = try await client.ended(try #require(answer.headers[.location]))
                #expect(ended["problem"]?["detail"]?.text == "refused")
            }
            #expect(asked.withLock { $0 } == 1)
        }
    }
}

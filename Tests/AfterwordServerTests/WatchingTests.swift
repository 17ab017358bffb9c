import AfterwordCore
import AfterwordPipeline
import AfterwordStores
import Foundation
import HTTPTypes
import Logging
import Synchronization
import Testing

@testable import AfterwordServer

/// What is watched of the service: metrics, the alerts on them, and the log as JSON.
@Suite struct WatchingTests {
    @Test("The rules for Prometheus name metrics that the service shows")
    func alerts() async throws {
        let rules = try String(
            contentsOfFile: "deploy/prometheus/afterword.rules.yml", encoding: .utf8)
        let named = Set(
            rules.matches(of: /afterword_[a-z_]+/).map { match in
                var name = String(match.0)
                for end in ["_bucket", "_sum", "_count"] where name.hasSuffix(end) {
                    name.removeLast(end.count)
                }
                return name
            })
        #expect(named.count == 4)
        #expect(named.isSubset(of: ServiceMetrics.help.keys), "\(named)")
        try await serving { client, _ in
            _ = try await client.get("/api/v1/products")
            _ = try await client.get("/api/v1/products")
            let shown = try await client.get("/metrics").text
            for (name, help) in ServiceMetrics.help {
                #expect(shown.contains("# HELP \(name) \(help)\n"), "\(name)")
            }
            #expect(shown.contains("\nafterword_store_up 1\n"))
            let observed = try #require(
                shown.firstMatch(of: /\nafterword_dump_observed_timestamp_seconds (\d+)\n/))
            #expect(Int64(observed.1) ?? 0 > 1_000_000_000)
        }
    }

    @Test("The time of the newest dump is that of no catalog and of no late dump")
    func newestDump() async throws {
        let review = MadeReview(id: "R1", rating: 1, text: "It leaked after a week")
        let product = MadeProduct(id: "P1", brand: "B", title: nil, reviews: [review])
        try await serving([
            .dump("2026-03-09", [product]), .dump("2026-03-02", [product]),
            .catalog("2026-04-01", csv: "product_id,title\nP1,P1 cup\n"),
        ]) { client, _ in
            let day = try #require(Instant(iso8601: "2026-03-09")).microseconds / 1_000_000
            for _ in 0..<2 {
                let shown = try await client.get("/metrics").text
                #expect(
                    shown.contains("\nafterword_dump_observed_timestamp_seconds \(day)\n"),
                    "\(shown)")
                #expect(shown.contains("\nafterword_run_number 3\n"))
            }
        }
    }

    @Test("A store that cannot be read is said, and what is known of it stays")
    func away() {
        let metrics = ServiceMetrics()
        metrics.show(nil, dumpTakenAt: nil, isUp: false)
        #expect(metrics.exposition.contains("\nafterword_store_up 0\n"))
        #expect(!metrics.exposition.contains("afterword_run_number"))
    }

    @Test("Where keys are needed, metrics say that the store is away to keys that saw them before")
    func awayWithKeys() async throws {
        let served = try await ServedStore("first-load")
        for name in ["all", "other", "gone"] { try addKey(name, to: served.path) }
        try addKey("lumora", brands: ["Lumora"], to: served.path)
        let store = LostStore(try served.open())
        var configuration = ServiceConfiguration.patient
        configuration.asksForKeys = true
        let service = Service(configuration, store: store, beside: store, insights: nil)
        try await asked(service) { client in
            func metrics(_ key: String) async throws -> ServedAnswer {
                try await client.call(
                    "/metrics", headers: [.authorization: "Bearer key-\(key)"])
            }
            for (key, status) in [("all", 200), ("gone", 200), ("lumora", 404), ("none", 401)] {
                #expect(try await metrics(key).status == status)
            }
            let own = try served.open()
            var row = try #require(try own.read { try $0.apiKeys() }.first { $0.name == "gone" })
            row.revokedAt = row.createdAt
            let ended = row
            try own.ledger { try $0.put(key: ended) }
            #expect(try await metrics("gone").status == 401)
            store.fault.withLock { $0 = .unreachable("stopped") }
            let shown = try await metrics("all")
            #expect(shown.status == 200 && shown.text.contains("\nafterword_store_up 0\n"))
            #expect(shown.text.contains("\nafterword_run_number "))
            // Keys that were not seen there cannot be told from others.
            for key in ["other", "gone", "lumora", "none"] {
                #expect(try await metrics(key).status == 503, "\(key)")
            }
            #expect(try await client.get("/metrics").status == 503)
            let data = try await client.call(
                "/api/v1/products", headers: [.authorization: "Bearer key-all"])
            #expect(data.status == 503)
            store.fault.withLock { $0 = nil }
            #expect(try await metrics("all").text.contains("\nafterword_store_up 1\n"))
            #expect(try await metrics("other").status == 200)
        }
    }

    @Test(
        "Metrics of a store that hangs come before the watcher gives up", arguments: [true, false])
    func hanging(asksForKeys: Bool) async throws {
        let served = try await ServedStore("first-load")
        try addKey("all", to: served.path)
        let store = LostStore(try served.open())
        var configuration = ServiceConfiguration.patient
        configuration.asksForKeys = asksForKeys
        configuration.limits.watchingSeconds = 1
        let service = Service(configuration, store: store, beside: store, insights: nil)
        try await asked(service) { client in
            func metrics() async throws -> String {
                try await client.call("/metrics", headers: [.authorization: "Bearer key-all"]).text
            }
            // The first answer may take a busy machine longer than a second.
            var shown = ""
            while !shown.contains("\nafterword_store_up 1\n") { shown = try await metrics() }
            store.isHeld.withLock { $0 = true }
            #expect(try await metrics().contains("\nafterword_store_up 0\n"))
            store.isHeld.withLock { $0 = false }
        }
    }

    @Test("A log entry is one line of JSON, with all of its metadata")
    func log() throws {
        let lines = Mutex<[String]>([])
        var handler = JSONLogHandler(
            label: "afterword.service", level: .info, now: { Instant(microseconds: 0) },
            write: { line in lines.withLock { $0.append(line) } })
        handler.metadataProvider = Logger.MetadataProvider { ["from": "provider"] }
        handler[metadataKey: "own"] = "handler"
        #expect(handler[metadataKey: "own"] == "handler")
        let logger = Logger(label: "x") { _ in handler }
        logger.info(
            "one\nline",
            metadata: ["list": ["a", "b"], "map": ["k": "v"], "number": .stringConvertible(3)])
        logger.debug("not this")
        let written = lines.withLock { $0 }
        #expect(
            written == [
                #"{"at":"1970-01-01T00:00:00Z","label":"afterword.service","level":"info","#
                    + #""message":"one\nline","metadata":{"from":"provider","list":["a","b"],"#
                    + #""map":{"k":"v"},"number":"3","own":"handler"}}"# + "\n"
            ])
    }
}

/// A store that stops to answer when it is asked to.
private final class LostStore: ReadingStore {
    /// Thrown by every call while it is set.
    let fault = Mutex<StoreFault?>(nil)
    /// Whether calls wait.
    let isHeld = Mutex(false)
    private let store: any ReadingStore

    init(_ store: any ReadingStore) { self.store = store }

    private func check() throws {
        while isHeld.withLock({ $0 }) { Thread.sleep(forTimeInterval: 0.01) }
        if let fault = fault.withLock({ $0 }) { throw fault }
    }

    func checkIdentity() throws {
        try check()
        try store.checkIdentity()
    }

    func newestRun() throws -> RunRecord? {
        try check()
        return try store.newestRun()
    }

    func read<Result>(_ body: (any StoreReader) throws -> Result) throws -> Result {
        try check()
        return try store.read(body)
    }
}

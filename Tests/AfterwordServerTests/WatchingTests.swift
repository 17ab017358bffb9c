import AfterwordCore
import AfterwordPipeline
import Foundation
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

import AfterwordCore
import AfterwordModels
import AfterwordPipeline
import AfterwordServer
import AfterwordStores
import AfterwordTesting
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Logging
import NIOCore
import Synchronization
import Testing

/// The service on a router, over a real SQLite file with golden cases and their insights.
@Suite struct ServiceTests {
    @Test(
        "Every endpoint answers, with what it is as of, what it promises, and a tag that is known again"
    )
    func endpoints() async throws {
        try await serving { client, path in
            try renameLeaks(path)
            let description = try #require(try await client.get("/openapi.json").json)
            let paths = (description["paths"]?.members ?? [])
                .filter { $0.value["get"] != nil }.map(\.key)
                .filter { $0.hasPrefix("/api/v1/") && !$0.contains("{job}") }
            #expect(paths.count >= 18)
            let reviews = try await client.get("/api/v1/products/B0FLASK001/reviews")
            let review = try #require(reviews.items.first?["review_id"]?.text)
            for path in paths {
                let address =
                    path.replacing("{product}", with: "B0FLASK001")
                    .replacing("{brand}", with: "Lumora").replacing("{theme}", with: "leaks")
                    .replacing("{review}", with: review)
                    + (path.hasSuffix("compare") ? "?brands=Lumora,Knokke" : "")
                    + (path.hasSuffix("search") ? "?q=the" : "")
                let answer = try await client.get(address)
                #expect(answer.status == 200, "\(address): \(answer.text)")
                #expect((answer.json?["as_of"]?["run"]?.integer ?? 0) > 0, "\(address)")
                guard let tag = answer.headers[.eTag] else {
                    #expect(path.hasSuffix("status"))
                    continue
                }
                let again = try await client.call(address, headers: [.ifNoneMatch: tag])
                #expect(again.status == 304 && again.text.isEmpty, "\(address)")
            }
        }
    }

    @Test("As of a run the answer is that of then; a cursor goes on in the list it came from")
    func past() async throws {
        try await serving { client, _ in
            let now = try await client.get("/api/v1/brands/Lumora")
            let then = try await client.get("/api/v1/brands/Lumora?as_of=1")
            #expect(now.json?["item"]?["review_count"]?.integer == 14)
            #expect(then.json?["item"]?["review_count"]?.integer == 14)
            #expect(then.json?["item"]?["insight"] == .null)
            #expect(now.json?["item"]?["insight"] != .null)
            let observed = try await client.get("/api/v1/runs?as_observed=2026-05-06")
            #expect(observed.json?["as_of"]?["run"]?.integer == 2)
            let first = try await client.get("/api/v1/products?limit=2&as_of=2")
            let cursor = try #require(first.json?["next"]?.text)
            let second = try await client.get("/api/v1/products?limit=2&cursor=\(cursor)")
            #expect(second.json?["as_of"]?["run"]?.integer == 2)
            let all = try await client.get("/api/v1/products?as_of=2")
            #expect(Array(all.items.prefix(4)) == first.items + second.items)
        }
    }

    @Test(
        "What cannot be read, is not there or contradicts itself is a problem that names it",
        arguments: [
            ("/api/v1/products?limit=0", 400, "limit"), ("/api/v1/products?limit=x", 400, "limit"),
            ("/api/v1/products?nonsense=1", 400, "not known"),
            ("/api/v1/products?q=%ff", 400, "q"), ("/api/v1/products?q=a&q=b", 400, "q"),
            ("/api/v1/products?as_of=x", 404, "as_of"), ("/api/v1/products?as_of=99", 404, "as_of"),
            ("/api/v1/products?as_of=1&as_observed=2026-01-01", 409, "as_of"),
            ("/api/v1/compare", 400, "brands"), ("/api/v1/compare?brands=Nobody", 404, "brand"),
            ("/api/v1/brands/Nobody", 404, "brand"), ("/api/v1/products/Nothing", 404, "product"),
            ("/api/v1/themes/nonsense", 404, "theme"), ("/api/v1/nowhere", 404, "address"),
            ("/api/v1/brands/Lumora/changes?from=3&to=1", 409, "from"),
        ])
    func problems(address: String, status: Int, word: String) async throws {
        try await serving { client, _ in
            let answer = try await client.get(address)
            #expect(answer.status == status, "\(answer.text)")
            #expect(answer.headers[.contentType] == "application/problem+json")
            #expect(answer.json?["status"]?.integer == Int64(status))
            #expect(answer.json?["detail"]?.text?.contains(word) == true, "\(answer.text)")
            #expect(answer.json?["type"]?.text?.hasPrefix("urn:afterword:problem:") == true)
            #expect(answer.headers[.init("X-Request-Id")!] == answer.json?["request_id"]?.text)
        }
    }

    @Test("Another method is refused by name; another host or site is not this service's")
    func strangers() async throws {
        try await serving { client, _ in
            for method in [HTTPRequest.Method.put, .delete, .patch, .init("QUERY")!] {
                let answer = try await client.call("/api/v1/brands", method: method)
                #expect(answer.status == 405 && answer.headers[.allow] == "GET, HEAD")
            }
            let host = HTTPField.Name("X-Test-Host")!
            for name in ["evil.example", "evil.example:8080", "127.0.0.1.evil.example", ""] {
                let answer = try await client.call("/api/v1/brands", headers: [host: name])
                #expect(answer.status == 421, "\(name)")
            }
            for name in ["localhost:1234", "127.0.0.1", "[::1]:80"] {
                #expect(try await client.call("/healthz", headers: [host: name]).status == 200)
            }
        }
    }

    @Test("A key is asked for where it has to be; it may what it may, sees its brands, and ends")
    func keys() async throws {
        try await serving("insights", { $0.asksForKeys = true }) { client, path in
            let store = try SQLiteStore(path: path, opening: .existing)
            func put(_ name: String, _ scopes: Set<APIKeyRow.Scope>, _ brands: [String]?) throws {
                try store.ledger {
                    try $0.put(
                        key: APIKeyRow(
                            name: name, digest: APIKeyRow.digest(of: "key-" + name), scopes: scopes,
                            brands: brands, createdAt: ReviewHistory.start))
                }
            }
            try put("all", [.read, .insight], nil)
            try put("lumora", [.read], ["Lumora"])
            try put("writer", [.insight], nil)
            func get(_ address: String, _ key: String) async throws -> ServedAnswer {
                try await client.call(address, headers: [.authorization: "Bearer key-" + key])
            }
            let open = try await client.get("/api/v1/brands")
            #expect(open.status == 401 && open.headers[.wwwAuthenticate] == "Bearer")
            #expect(try await client.get("/healthz").status == 200)
            #expect(try await get("/api/v1/brands", "nobody").status == 401)
            #expect(try await get("/api/v1/brands", "writer").status == 403)
            #expect(try await get("/api/v1/brands", "all").items.count == 2)
            // A key for one brand finds nothing of the others, on any route.
            #expect(try await get("/api/v1/brands", "lumora").items.count == 1)
            for address in [
                "/api/v1/brands/Knokke", "/api/v1/products/B0LAMP0001",
                "/api/v1/products/B0LAMP0001/reviews", "/api/v1/safety?brand=Knokke",
                "/api/v1/themes?brand=Knokke", "/api/v1/themes?product=B0LAMP0001",
                "/api/v1/compare?brands=Lumora,Knokke", "/api/v1/insights", "/api/v1/runs",
                "/api/v1/status", "/brands/Knokke",
                "/products/B0LAMP0001", "/csv/reviews.csv?product=B0LAMP0001",
                "/csv/themes.csv?brand=Knokke", "/themes/leaks?brand=Knokke",
            ] { #expect(try await get(address, "lumora").status == 404, "\(address)") }
            for address in [
                "/api/v1/brands", "/api/v1/products", "/api/v1/inbox", "/csv/brands.csv",
                "/csv/products.csv", "/csv/inbox.csv", "/", "/api/v1/themes", "/api/v1/safety",
                "/csv/themes.csv", "/themes/leaks", "/api/v1/themes/leaks",
            ] {
                let answer = try await get(address, "lumora")
                #expect(answer.status == 200 && !answer.text.contains("Knokke"), "\(address)")
                #expect(!answer.text.contains("B0LAMP"), "\(address)")
            }
            let post = try await client.call(
                "/api/v1/brands/Lumora/insights", method: .post,
                headers: [
                    .authorization: "Bearer key-lumora", .contentType: "application/json",
                ], body: "{}")
            #expect(post.status == 403)
            let tag = try #require(try await get("/api/v1/brands", "all").headers[.eTag])
            #expect(try await get("/api/v1/brands", "lumora").headers[.eTag] != tag)
            var row = try #require(try store.read { try $0.apiKeys() }.first { $0.name == "all" })
            row.revokedAt = ReviewHistory.start
            let ended = row
            try store.ledger { try $0.put(key: ended) }
            #expect(try await get("/api/v1/brands", "all").status == 401)
        }
    }

    @Test("Only a POST has an insight made: JSON, from here, once at a time, so many an hour")
    func making() async throws {
        let asked = Mutex(0)
        let gate = AsyncStream<Void>.makeStream()
        let row = InsightRow(
            scope: .scope(Scope(kind: .brand, id: "Lumora")), language: "de", evidenceRun: 3,
            madeRun: 9, model: "m", cacheKey: Digest256([UInt8](repeating: 1, count: 32)),
            evidenceDigest: Digest256([UInt8](repeating: 2, count: 32)), issueCount: 0,
            document: "{}")
        try await serving(
            "insights", { $0.limits.insightsPerHour = 4 },
            insights: { scope, language in
                asked.withLock { $0 += 1 }
                if language == "ja" { for await _ in gate.stream { break } }
                if language == "es" { throw StoreFault.locked }
                if language == "fr" { return .failed(ModelFailure(.refused)) }
                return .made(row)
            }
        ) { client, _ in
            let address = "/api/v1/brands/Lumora/insights"
            let json: HTTPFields = [.contentType: "application/json"]
            func post(_ body: String, _ query: String = "", _ headers: HTTPFields) async throws
                -> ServedAnswer
            {
                try await client.call(address + query, method: .post, headers: headers, body: body)
            }
            #expect(try await post("{}", "", [.contentType: "text/plain"]).status == 415)
            #expect(try await post("{}", "", [:]).status == 415)
            for body in ["", "[]", "{", #"{"language": "xx"}"#, #"{"more": 1}"#] {
                #expect(try await post(body, "", json).status == 400, "\(body)")
            }
            #expect(
                try await post(String(repeating: " ", count: 20_000) + "{}", "", json).status == 413
            )
            var foreign = json
            foreign[.origin] = "https://evil.example"
            #expect(try await post("{}", "", foreign).status == 403)
            #expect(asked.withLock { $0 } == 0)
            var own = json
            own[.origin] = "http://127.0.0.1:8080"
            let made = try await post(#"{"language": "de"}"#, "", own)
            #expect(made.status == 200 && made.json?["item"]?["made_run"]?.integer == 9)
            let refused = try await post(#"{"language": "fr"}"#, "", json)
            #expect(refused.status == 502 && refused.json?["detail"]?.text == "refused")
            #expect(try await post(#"{"language": "es"}"#, "", json).status == 503)
            let slow = try await post(#"{"language": "ja"}"#, "?wait=0", json)
            #expect(slow.status == 202)
            #expect(slow.headers[.location]?.hasPrefix("/api/v1/jobs/") == true)
            // A repeated request while the insight is being made asks the model no second time.
            _ = try await post(#"{"language": "ja"}"#, "?wait=0", json)
            #expect(asked.withLock { $0 } == 4)
            #expect(try await post(#"{"language": "it"}"#, "", json).status == 429)
            gate.continuation.yield()
            gate.continuation.finish()
            #expect(
                try await client.call(
                    "/api/v1/brands/Nobody/insights", method: .post, headers: json, body: "{}"
                ).status == 404)
        }
    }

    @Test(
        "Answers are packed where that is asked for, and never change by it; every answer is guarded"
    )
    func wire() async throws {
        try await serving { client, _ in
            let plain = try await client.get("/api/v1/products")
            let packed = try await client.call(
                "/api/v1/products", headers: [.acceptEncoding: "br, gzip;q=0.5"])
            #expect(packed.headers[.contentEncoding] == "gzip")
            #expect(plain.headers[.contentEncoding] == nil)
            #expect(packed.headers[.vary]?.contains("Accept-Encoding") == true)
            let refused = try await client.call(
                "/api/v1/products", headers: [.acceptEncoding: "gzip;q=0"])
            #expect(refused.text == plain.text)
            let head = try await client.call("/api/v1/products", method: .head)
            #expect(head.status == 200 && head.text.isEmpty)
            for address in ["/", "/api/v1/brands", "/nowhere", "/static/page.js", "/metrics"] {
                let answer = try await client.get(address)
                let policy = answer.headers[.contentSecurityPolicy] ?? ""
                #expect(policy.contains("default-src 'none'") && !policy.contains("unsafe"))
                #expect(answer.headers[.xContentTypeOptions] == "nosniff", "\(address)")
            }
            let metrics = try await client.get("/metrics").text
            #expect(
                metrics.contains(
                    #"afterword_requests_total{method="GET",route="/api/v1/products",status="200"} 3"#
                ))
            #expect(
                metrics.contains(
                    "afterword_request_seconds_bucket{route=\"/api/v1/products\",le=\"+Inf\"} 4"))
            #expect(!metrics.contains("Lumora"))
        }
    }

    @Test("Two bytes packed and unpacked are the same, of any length")
    func packing() throws {
        var random = SplitMix64(seed: 7)
        for length in [0, 1, 1_000, 200_000] {
            let bytes = (0..<length).map { _ in UInt8(truncatingIfNeeded: random.next() % 40) }
            let file = FileManager.default.temporaryDirectory
                .appendingPathComponent("afterword-\(UUID().uuidString).gz")
            defer { try? FileManager.default.removeItem(at: file) }
            try Data(gzip(bytes)).write(to: file)
            let process = Process()
            process.executableURL = URL(fileURLWithPath: "/bin/gzip")
            process.arguments = ["-dc", file.path]
            let pipe = Pipe()
            process.standardOutput = pipe
            try process.run()
            let unpacked = pipe.fileHandleForReading.readDataToEndOfFile()
            process.waitUntilExit()
            #expect(Array(unpacked) == bytes && process.terminationStatus == 0)
        }
    }

    /// Compares API answers byte for byte. `AFTERWORD_ACCEPT=1` writes the actual answers, and the
    /// test still fails.
    @Test("Answers are those that were read by a person and kept")
    func goldens() async throws {
        let path = "Tests/AfterwordServerTests/Expected/answers.jsonl"
        let addresses = [
            "brands", "brands/Lumora?as_of=1", "products?brand=Lumora&sort=id",
            "products/B0FLASK002", "products/B0FLASK001/reviews?star=2", "themes?brand=Lumora",
            "themes/coating", "safety", "inbox", "compare?brands=Knokke,Lumora",
            "brands/Knokke/changes", "runs?limit=2", "runs?limit=2&cursor={next}",
        ]
        let lines = Mutex<[String]>([])
        try await serving { client, _ in
            var next = ""
            for address in addresses {
                let address = address.replacing("{next}", with: next)
                let answer = try await client.get("/api/v1/" + address)
                next = answer.json?["next"]?.text ?? ""
                let line = JSONValue.row([
                    "address": .string(address), "status": JSONValue(answer.status),
                    "answer": try #require(answer.json),
                ]).canonical
                lines.withLock { $0.append(line) }
            }
        }
        let actual = lines.withLock { $0 }
        let expected = ((try? String(contentsOfFile: path, encoding: .utf8)) ?? "")
            .split(separator: "\n").map(String.init)
        let environment = ProcessInfo.processInfo.environment
        if environment["AFTERWORD_ACCEPT"] == "1", environment["CI"] == nil, actual != expected {
            try (actual.joined(separator: "\n") + "\n").write(
                toFile: path, atomically: true, encoding: .utf8)
        }
        #expect(actual.count == expected.count)
        for (one, other) in zip(actual, expected) where one != other {
            Issue.record("\(rowDifferences(expected: [other], actual: [one]))")
        }
    }

    @Test("Kept answers are bounded: those not asked for longest go, and are made again the same")
    func eviction() async throws {
        try await serving("insights", { $0.limits.cacheBytes = 64 << 10 }) { client, _ in
            var first: [String: String] = [:]
            for round in 1...3 {
                for limit in 1...60 {
                    let address = "/api/v1/products?limit=\(limit)"
                    let answer = try await client.get(address)
                    if round == 1 { first[address] = answer.text }
                    #expect(answer.text == first[address], "\(address)")
                }
            }
        }
    }

    @Test("What was kept is never given again after a run, nor to a caller who may not see it")
    func kept() async throws {
        try await serving { client, path in
            let address = "/api/v1/brands/Lumora"
            let first = try await client.get(address)
            #expect(try await client.get(address).text == first.text)
            let pinned = try await client.get(address + "?as_of=1")
            var options = LoadOptions()
            options.observedAt = Instant(iso8601: "2026-06-01")
            options.acceptsFuture = true
            let settings = options
            _ = try loadDump(
                openDumps("Golden/insights/dumps/2026-05-04")[0],
                into: try SQLiteStore(path: path), options: settings,
                surroundings: LoadSurroundings(now: { ReviewHistory.start }))
            let later = try await client.get(address)
            #expect(later.headers[.eTag] != first.headers[.eTag] && later.text != first.text)
            // The past is unchanged but has a new tag, because bookkeeping may have changed.
            let again = try await client.get(address + "?as_of=1")
            #expect(again.json?["item"] == pinned.json?["item"])
            #expect(try await client.get("/?as_of=1").text.contains("2026-06-01"))
        }
    }

    @Test("What the store cannot answer is 503, and says nothing of it")
    func broken() async throws {
        struct Broken: ReadingStore {
            func newestRun() throws -> RunRecord? { throw StoreFault.failed("secret SQL") }
            func read<Result>(_ body: (any StoreReader) throws -> Result) throws -> Result {
                throw StoreFault.failed("secret SQL")
            }
        }
        let service = Service(
            ServiceConfiguration(now: { ReviewHistory.start }), store: Broken(), insights: nil)
        let application = Application(
            responder: HostedResponder(service.router().buildResponder()))
        try await application.test(.router) { client in
            let client = ServedClient(client)
            for address in ["/readyz", "/api/v1/brands", "/"] {
                let answer = try await client.get(address)
                #expect(answer.status == 503 && !answer.text.contains("secret"), "\(address)")
            }
            #expect(try await client.get("/healthz").status == 200)
        }
        await service.stop()
    }
}

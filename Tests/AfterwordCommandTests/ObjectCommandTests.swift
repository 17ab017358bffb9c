import AfterwordTesting
import Foundation
import Synchronization
import Testing

/// Dumps in an object storage, as given at the command line.
@Suite struct ObjectCommandTests {
    private let folder: TemporaryFolder
    private static let reviews = (0..<5).map { number in
        """
        {"review_id":"r\(number)","rating":5,"title":"t","text":"text \(number) of it",\
        "parent_asin":"P\(number % 2)","user_id":"u\(number)"}
        """
    }
    private static let text = reviews.joined(separator: "\n")

    init() throws { folder = try TemporaryFolder() }

    /// A bucket of one object, `d/2026-01-05/a.jsonl`, at an address that ends with `/v1`.
    private static func storage() async throws -> ScriptedServer {
        try await ScriptedServer { request, _ in
            if request.uri.hasPrefix("/v1/bucket/?") {
                let isBelow = request.uri.hasSuffix("prefix=d%2F")
                let object =
                    "<Contents><Key>d/2026-01-05/a.jsonl</Key><ETag>\"e\"</ETag>"
                    + "<Size>\(text.utf8.count)</Size></Contents>"
                return .answer(
                    200,
                    body: "<ListBucketResult><IsTruncated>false</IsTruncated>"
                        + "\(isBelow ? object : "")</ListBucketResult>")
            }
            guard request.uri == "/v1/bucket/d/2026-01-05/a.jsonl",
                request.headers["if-match"] == "\"e\""
            else { return .answer(404, body: "<Error><Code>NoSuchKey</Code></Error>") }
            return .answer(200, headers: ["etag": "\"e\""], body: text)
        }
    }

    private func environment(_ url: String) -> [String: String] {
        [
            "AWS_ENDPOINT_URL_S3": url, "AWS_ACCESS_KEY_ID": "made",
            "AWS_SECRET_ACCESS_KEY": "made",
            "AWS_EC2_METADATA_DISABLED": "true",
        ]
    }

    @Test("A bucket loads as a folder does: plan, run, shape and init")
    func loading() async throws {
        let server = try await Self.storage()
        let environment = environment(server.url)
        let planned = try await Program.runBeside(
            ["plan", "s3://bucket/d", "--json"], in: folder.path, environment: environment)
        #expect(planned.code == 0 && planned.output.contains(#""inserted":5"#), "\(planned.errors)")
        let loaded = try await Program.runBeside(
            ["run", "s3://bucket/d", "--json"], in: folder.path, environment: environment)
        #expect(loaded.code == 0 && loaded.output.contains(#""inserted":5"#), "\(loaded.errors)")
        #expect(loaded.output.contains("2026-01-05T00:00:00"), "\(loaded.output)")
        try folder.write("d/2026-01-05/a.jsonl", Self.text)
        let disk = try Program.run(
            ["run", "d", "--json", "--store", "disk.sqlite"], in: folder.path)
        #expect(disk.code == 0 && disk.output.contains(#""inserted":5"#), "\(disk.errors)")
        let products = try Program.run(["products", "--json"], in: folder.path)
        let onDisk = try Program.run(
            ["products", "--json", "--store", "disk.sqlite"], in: folder.path)
        #expect(products.code == 0 && products.output == onDisk.output)
        #expect(try Program.run(["audit"], in: folder.path).code == 0)
        let runs = try Program.run(["runs", "--json"], in: folder.path)
        #expect(runs.output.contains(#""version":{"etag":"e","#), "\(runs.output)")
        let digests = try Program.run(["runs", "--digests"], in: folder.path)
        #expect(digests.output.contains(", etag e"), "\(digests.output)")
        let shape = try await Program.runBeside(
            ["shape", "detect", "s3://bucket/d"], in: folder.path, environment: environment)
        #expect(shape.code == 0, "\(shape.errors)")
        let made = try await Program.runBeside(
            ["init", "s3://bucket/d", "--output", "-"], in: folder.path, environment: environment)
        #expect(made.code == 0 && made.output.contains("1 file"), "\(made.output)")
        await server.stop()
    }

    @Test("What fails is said with its exit code, and no store is made")
    func failures() async throws {
        let server = try await Self.storage()
        let environment = environment(server.url)
        let cases: [(String, [String: String], Int32, String)] = [
            ("s3://no bucket/x", [:], 2, "is no address of an object storage"),
            ("s3://bucket/none", [:], 2, "there is no object s3://bucket/none"),
            ("s3://bucket/d", ["AWS_SECRET_ACCESS_KEY": ""], 2, "AWS_SECRET_ACCESS_KEY is not set"),
            ("s3://bucket/d", ["AWS_ENDPOINT_URL_S3": "http://example.com"], 2, "plain http"),
            ("s3://bucket/d", ["AWS_ENDPOINT_URL_S3": "http://127.0.0.1:1"], 3, "refused"),
        ]
        for (address, changes, code, words) in cases {
            let result = try await Program.runBeside(
                ["run", address], in: folder.path, environment: environment.merging(changes) { $1 })
            #expect(result.code == code && result.errors.contains(words), "\(result.errors)")
        }
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
        #expect(!names.contains("afterword.sqlite"))
        await server.stop()
    }

    /// Objects in memory, which come and go by HTTP.
    private final class MadeStorage: Sendable {
        private let objects = Mutex<[String: [UInt8]]>([:])

        subscript(uri: String) -> [UInt8]? {
            get { objects.withLock { $0["/v1/bucket/" + uri] } }
            set { objects.withLock { $0["/v1/bucket/" + uri] = newValue } }
        }
        var count: Int { objects.withLock { $0.count } }

        func answer(_ request: ScriptedServer.Request) -> ScriptedServer.Reply {
            objects.withLock { objects in
                if request.method == "POST", request.uri.contains("?uploads") {
                    return .answer(200, body: "<R><UploadId>u</UploadId></R>")
                }
                if request.method == "DELETE" { return .answer(204, body: "") }
                let bytes = objects[request.uri]
                guard request.method != "PUT" else {
                    guard request.headers["if-none-match"] == nil || bytes == nil else {
                        return .answer(412, body: "")
                    }
                    objects[request.uri] = request.bytes
                    return .answer(200, headers: ["etag": "\"e\""], body: "")
                }
                guard let bytes else { return .answer(404, body: "") }
                let head =
                    "HTTP/1.1 200 OK\r\netag: \"e\"\r\ncontent-length: \(bytes.count)\r\n\r\n"
                return .raw(Array(head.utf8) + (request.method == "HEAD" ? [] : bytes))
            }
        }
    }

    private func run(
        _ arguments: [String], _ environment: [String: String]
    ) async throws -> Program.Result {
        try await Program.runBeside(arguments, in: folder.path, environment: environment)
    }

    @Test("Reports and what a run changed are written as objects")
    func outputs() async throws {
        let storage = MadeStorage()
        let server = try await ScriptedServer { request, _ in storage.answer(request) }
        let environment = environment(server.url)
        try folder.write("d/2026-01-05/a.jsonl", Self.text)
        let outputs = ["--changed", "s3://bucket/c.jsonl", "--receipt", "s3://bucket/r.jsonl"]
        let loaded = try await run(["run", "d"] + outputs, environment)
        #expect(loaded.code == 0, "\(loaded.errors)")
        let receipt = String(decoding: storage["r.jsonl"] ?? [], as: UTF8.self)
        let runs = try await run(["runs", "--json"], environment)
        #expect(receipt == runs.output && receipt.contains("history_digest"), "\(receipt)")
        let planned = try await run(["plan", "d", "--receipt", "-"], environment)
        #expect(planned.code == 2 && planned.errors.contains("--receipt is of 'run'"))
        let changed = String(decoding: storage["c.jsonl"] ?? [], as: UTF8.self)
        #expect(changed.split(separator: "\n").count == 2 && changed.hasPrefix("{"), "\(changed)")
        for format in ["html", "md", "json"] {
            let arguments = ["report", "--since", "0", "--format", format, "--output"]
            let sent = try await run(arguments + ["s3://bucket/r/a.\(format)"], environment)
            #expect(sent.code == 0 && sent.output.isEmpty, "\(sent.errors)")
            let plain = try await run(arguments + ["-"], environment)
            #expect(storage["r/a.\(format)"] == Array(plain.output.utf8))
        }
        let cases = [
            ("s3://bucket/r/", 2, "names no single object"), ("s3://b", 2, "is no address"),
        ]
        for (address, code, words) in cases {
            let refused = try await run(["report", "--output", address], environment)
            #expect(Int(refused.code) == code && refused.errors.contains(words), "\(refused)")
        }
        let down = environment.merging(["AWS_ENDPOINT_URL_S3": "http://127.0.0.1:1"]) { $1 }
        let failed = try await run(["report", "--output", "s3://bucket/x"], down)
        #expect(failed.code == 3, "\(failed)")
        await server.stop()
    }

    @Test("A bucket that cannot be written to is refused before a command does its work")
    func refusedOutputs() async throws {
        let storage = MadeStorage()
        let server = try await ScriptedServer { request, _ in
            guard ["GET", "HEAD"].contains(request.method) else {
                let code = request.uri.contains("/none/") ? "NoSuchBucket" : "AccessDenied"
                return .answer(
                    code == "NoSuchBucket" ? 404 : 403, body: "<Error><Code>\(code)</Code></Error>")
            }
            return storage.answer(request)
        }
        let environment = environment(server.url)
        let noKey = environment.merging(["AWS_ACCESS_KEY_ID": "", "HOME": folder.path]) { $1 }
        try folder.write("d/2026-01-05/a.jsonl", Self.text)
        try folder.write("events", "")
        for option in ["--changed", "--receipt"] {
            for (address, environment, words) in [
                ("s3://bucket/x", environment, "may not write s3://bucket/x"),
                ("s3://none/x", environment, "there is no bucket none"),
                ("s3://bucket/x", noKey, "no credentials"),
            ] {
                let refused = try await run(["run", "d", option, address], environment)
                #expect(refused.code == 2 && refused.errors.contains(words), "\(refused)")
                #expect(!FileManager.default.fileExists(atPath: "\(folder.path)/afterword.sqlite"))
            }
        }
        #expect(try await run(["run", "d", "--quiet"], environment).code == 0)
        for arguments in [
            ["report", "--output", "s3://bucket/x"], ["backup", "s3://bucket/x"],
            ["export", "--format", "csv", "--to", "s3://bucket/x"],
            ["junit", "events", "--junit", "s3://bucket/x"],
            ["junit", "events", "--summary", "s3://bucket/x"],
            ["verify", "none", "--golden", "d", "--junit", "s3://bucket/x"],
        ] {
            let refused = try await run(arguments, environment)
            #expect(refused.code == 2 && refused.errors.contains("may not write"), "\(refused)")
        }
        #expect(server.requests.allSatisfy { $0.method != "PUT" })
        await server.stop()
    }

    @Test("An export makes an address its store's before it writes a file")
    func claims() async throws {
        let storage = MadeStorage()
        let server = try await ScriptedServer { request, _ in storage.answer(request) }
        try folder.write("d/2026-01-05/a.jsonl", Self.text)
        let export = ["export", "--format", "csv", "--to", "s3://bucket/e", "--store"]
        for store in ["a.sqlite", "b.sqlite"] {
            let loaded = try await run(["run", "d", "--store", store], environment(server.url))
            #expect(loaded.code == 0, "\(loaded.errors)")
        }
        let whole = try await run(export + ["a.sqlite"], environment(server.url))
        #expect(whole.code == 0, "\(whole.errors)")
        let first = try #require(server.requests.first { $0.method == "PUT" })
        #expect(first.uri == "/v1/bucket/e/manifest.json")
        #expect(first.headers["if-none-match"] == "*")
        await server.stop()
        // As the bucket was while the first file was written.
        let begun = MadeStorage()
        begun["e/manifest.json"] = first.bytes
        let early = try await ScriptedServer { request, _ in begun.answer(request) }
        let refused = try await run(export + ["b.sqlite"], environment(early.url))
        #expect(refused.code == 2 && refused.errors.contains("another store"), "\(refused)")
        #expect(begun.count == 1 && begun["e/manifest.json"] == first.bytes)
        let continued = try await run(export + ["a.sqlite"], environment(early.url))
        #expect(continued.code == 0 && begun.count == storage.count, "\(continued)")
        await early.stop()
    }

    @Test("A backup is sent as a new object, and restored from it")
    func backups() async throws {
        let storage = MadeStorage()
        let server = try await ScriptedServer { request, _ in storage.answer(request) }
        var environment = environment(server.url)
        environment["TMPDIR"] = "\(folder.path)/t"
        try folder.write("d/2026-01-05/a.jsonl", Self.text)
        try folder.write("t/none", "")
        #expect(try await run(["run", "d"], environment).code == 0)
        let address = "s3://bucket/b/monday.backup"
        let sent = try await run(["backup", address], environment)
        #expect(sent.code == 0 && sent.output.contains("Backed up 1 run to \(address)"), "\(sent)")
        #expect(storage["b/monday.backup"]?.starts(with: Array("SQLite format 3".utf8)) == true)
        let again = try await run(["backup", address], environment)
        #expect(again.code == 2 && again.errors.contains("is there already"), "\(again)")
        let back = try await run(["restore", address, "--store", "back.sqlite"], environment)
        #expect(back.code == 0 && back.output.contains("the audit holds"), "\(back)")
        let runs = ["runs", "--json", "--digests"]
        let (one, two) = (
            try await run(runs, environment),
            try await run(runs + ["--store", "back.sqlite"], environment)
        )
        #expect(one.code == 0 && one.output == two.output)
        let none = ["restore", "s3://bucket/none", "--store", "none.sqlite"]
        let missing = try await run(none, environment)
        #expect(missing.code == 2 && missing.errors.contains("there is no object"), "\(missing)")
        let page = "s3://bucket/b/page.html"
        #expect(try await run(["report", "--since", "0", "--output", page], environment).code == 0)
        for store in ["page.sqlite", "afterword.sqlite"] {
            let wrong = try await run(["restore", page, "--store", store], environment)
            #expect(wrong.code != 0 && !wrong.errors.contains("\(folder.path)/t/"), "\(wrong)")
            let isNamed = wrong.errors.contains("\(page) is no SQLite database")
            #expect(isNamed || store == "afterword.sqlite", "\(wrong)")
        }
        let down = environment.merging(["AWS_ENDPOINT_URL_S3": "http://127.0.0.1:1"]) { $1 }
        #expect(try await run(["backup", "s3://bucket/x"], down).code == 3)
        let left = try FileManager.default.contentsOfDirectory(atPath: "\(folder.path)/t")
        #expect(left == ["none"] && storage.count == 2)
        await server.stop()
    }
}

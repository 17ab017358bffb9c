import AfterwordTesting
import Foundation
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
}

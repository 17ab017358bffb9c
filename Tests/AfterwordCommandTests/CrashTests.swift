import AfterwordCore
import AfterwordStores
import Foundation
import Testing

/// Kills the program with SIGKILL during a run. Nothing of that run may be stored, and the next run
/// must succeed completely.
///
/// `AFTERWORD_CRASHES=N` tries N calls instead of 5; `AFTERWORD_CRASH_SEED=S` selects other calls.
@Suite struct CrashTests {
    static let server = ProcessInfo.processInfo.environment["AFTERWORD_TEST_POSTGRES"]
    static let stores = ["sqlite"] + (server == nil ? [] : ["postgres"])

    private static func setting(_ name: String) -> UInt64? {
        ProcessInfo.processInfo.environment[name].flatMap { UInt64($0) }
    }

    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func run(_ arguments: [String], crashAt call: Int? = nil) throws -> Program.Result {
        let environment = call.map { ["AFTERWORD_CRASH_AT": String($0)] } ?? [:]
        return try Program.run(arguments, in: folder.path, environment: environment)
    }

    private func writeWeeks() throws {
        for (week, edit) in [("2026-03-02", 0), ("2026-03-09", 1)] {
            let records = (0..<40).map { number in
                let stars = 1 + (number + (number % 7 == 0 ? edit : 0)) % 5
                return """
                    {"CHILD_ASIN": "P\(number % 6)", "CUSTOMER_REVIEW_RATING": \(stars),
                     "CUSTOMER_REVIEW_TITLE": "A title", "PRODUCT_BRAND": "B\(edit * (number % 2))",
                     "CUSTOMER_REVIEW_DESCRIPTION": "The text of review number \(number)"}
                    """
            }
            let kept = records.dropLast(edit * 3) + (edit == 1 ? ["{\"broken\": "] : [])
            try folder.write(
                "dumps/\(week)/a.jsonl",
                kept.map { line in
                    line.replacing("\n", with: " ")
                }.joined(separator: "\n"))
        }
    }

    @Test("Killed at any call of a run", arguments: stores)
    func killed(kind: String) throws {
        try writeWeeks()
        var store = "afterword.sqlite"
        let schema = "crash_" + UUID().uuidString.lowercased().replacing("-", with: "_")
        if kind == "postgres", let server = Self.server {
            try PostgresConnection(url: server).runAll("CREATE SCHEMA \(schema)")
            store = server + "&options=-csearch_path%3D" + schema
        }
        defer {
            if kind == "postgres", let server = Self.server {
                try? PostgresConnection(url: server).runAll(
                    "DROP SCHEMA \(schema) CASCADE; DROP SCHEMA \(schema)_report CASCADE")
            }
        }
        #expect(try run(["run", "dumps/2026-03-02", "--store", store, "--quiet"]).code == 0)
        let before = try run(["runs", "--json", "--store", store]).output
        let second = ["run", "dumps/2026-03-09", "--store", store, "--json"]
        var random = SplitMix64(seed: Self.setting("AFTERWORD_CRASH_SEED") ?? 1)
        for _ in 0..<(Self.setting("AFTERWORD_CRASHES") ?? 5) {
            let call = Int(1 + random.draw(below: 20))
            let crashed = try run(second, crashAt: call)
            #expect(crashed.code == SIGKILL, "call \(call): \(crashed.errors)")
            #expect(try run(["runs", "--json", "--store", store]).output == before, "call \(call)")
            #expect(try run(["audit", "--store", store]).code == 0, "call \(call)")
            let status = try run(["status", "--store", store]).output
            #expect(status.contains("did not end"), "call \(call)")
        }
        let whole = try run(second)
        #expect(whole.code == 0, "\(whole.errors)")
        #expect(whole.output.contains(#""run":2"#))
        #expect(try run(["audit", "--store", store]).code == 0)
    }
}

import AfterwordTesting
import Foundation
import Testing

/// Exports as given at the command line. What other engines read of them, `ci/lake-check` checks.
@Suite struct ExportCommandTests {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
        for (day, star) in [("2026-01-05", 1), ("2026-01-12", 4)] {
            try folder.write(
                "d/\(day)/a.jsonl",
                """
                {"review_id":"r1","rating":\(star),"title":"=1+1","text":"it broke, and it leaks",\
                "parent_asin":"P1","user_id":"u1"}
                """)
        }
        let loaded = try Program.run(["run", "d"], in: folder.path)
        #expect(loaded.code == 0, "\(loaded.errors)")
    }

    private func export(_ arguments: String...) throws -> Program.Result {
        try Program.run(["export"] + arguments, in: folder.path, environment: ["PATH": "/none"])
    }

    private func text(_ name: String) throws -> String {
        try String(contentsOfFile: "\(folder.path)/\(name)", encoding: .utf8)
    }

    @Test("An export goes on where it ended, run by run")
    func runs() throws {
        let first = try export("--to", "out", "--format", "jsonl", "--as-of", "1", "--json")
        #expect(first.code == 0 && first.output.contains(#""runs":[1]"#), "\(first.errors)")
        let second = try export("--to", "out", "--format", "jsonl")
        #expect(second.output.hasPrefix("Exported 1 run (1 there before) to out:"), "\(second)")
        let rows = try text("out/review_history/run=000002/part-0.jsonl")
        #expect(rows.contains(#""operation":"update""#) && rows.contains(#""rating":4.0"#))
        let again = try export("--to", "out", "--format", "jsonl", "--json")
        #expect(again.output.contains(#""runs":[]"#), "\(again)")
    }

    @Test(
        "Where Delta would read another place, publish writes nothing",
        arguments: [
            "x%41y", "a/x%2fy", "x\ty", "x\\y", "s3://bucket/x%41", "S3://bucket/x%41//",
            "x/_delta_log", "_delta_log/y", "s3://bucket/_delta_log", "x\u{85}y", "x\u{2028}y",
            "s3://bucket/x\u{2029}y",
        ])
    func unpublishable(target: String) throws {
        func names() throws -> Set<String> {
            Set(try FileManager.default.contentsOfDirectory(atPath: folder.path))
        }
        let before = try names()
        let result = try Program.run(
            ["publish", "--to", target], in: folder.path, environment: ["PATH": "/none"])
        #expect(result.code == 2 && result.errors.contains("Delta tables cannot lie"), "\(result)")
        #expect(try names() == before)
    }

    @Test("CSV has no formulas, unless they are asked for")
    func formulas() throws {
        _ = try export("--to", "safe", "--format", "csv", "--tables", "review_history")
        #expect(try text("safe/review_history/run=000001/part-0.csv").contains("\"'=1+1\""))
        _ = try export("--to", "plain", "--format", "csv", "--with-formulas")
        #expect(try text("plain/review_history/run=000001/part-0.csv").contains("\"=1+1\""))
    }

    @Test(
        "What cannot be exported is said, with the code of its kind",
        arguments: [
            (["--to", "x"], 3, "there is no program afterword-lake"),
            (["--to", "x", "--lake", "/none/lake"], 3, "there is no program /none/lake"),
            (["--to", "x", "--with-formulas"], 2, "--with-formulas is of --format csv"),
            (["--to", "x", "--format", "csv", "--as-of", "9"], 2, "there is no run 9"),
            (["--to", "x", "--format", "csv", "--tables", "y"], 2, "there is no table y"),
            (["--to", "x", "--format", "csv", "--store", "new.sqlite"], 3, "no store"),
            (["--to", "s3://b", "--format", "csv"], 2, "s3://b is no address"),
            (["--to", "s3://bkt//x", "--format", "csv"], 2, "is no address of an export"),
            (["--to", "S3://bkt/x/../y", "--format", "csv"], 2, "is no address of an export"),
            (["--to", "s3://bkt/./y//", "--format", "csv"], 2, "is no address of an export"),
        ] as [([String], Int32, String)])
    func refusals(arguments: [String], code: Int32, words: String) throws {
        let result = try Program.run(
            ["export"] + arguments, in: folder.path, environment: ["PATH": "/none"])
        #expect(result.code == code && result.errors.contains(words), "\(result)")
        #expect(!FileManager.default.fileExists(atPath: "\(folder.path)/x"))
        let published = try Program.run(
            ["publish", "--to", "x"], in: folder.path, environment: ["PATH": "/none"])
        #expect(published.code == 3, "\(published)")
    }
}

import AfterwordTesting
import Foundation
import Testing

/// Outputs that would replace an input, or become one of the next run.
@Suite struct InputPlaceTests {
    private let folder: TemporaryFolder
    private static let review = """
        {"review_id":"r1","rating":1,"title":"t","text":"it broke","parent_asin":"P1",\
        "user_id":"u1"}
        """

    init() throws {
        folder = try TemporaryFolder()
        try folder.write("d/2026-01-05/a.jsonl", Self.review)
        try folder.write("elsewhere/b.jsonl", Self.review)
        try folder.write("themes.toml", "")
        func link(_ name: String, to target: String) throws {
            try FileManager.default.createSymbolicLink(
                atPath: "\(folder.path)/\(name)", withDestinationPath: target)
        }
        try link("d/2026-01-12", to: "../elsewhere")
        try link("link", to: "d")
        try link("one.jsonl", to: "d/2026-01-05/a.jsonl")
        try link("none.jsonl", to: "d/2026-01-05/none.jsonl")
        try FileManager.default.linkItem(
            atPath: "\(folder.path)/d/2026-01-05/a.jsonl", toPath: "\(folder.path)/hard.jsonl")
    }

    /// Every file with its content.
    private func contents() throws -> [String: Data] {
        var contents: [String: Data] = [:]
        for name in try FileManager.default.subpathsOfDirectory(atPath: folder.path) {
            contents[name] = FileManager.default.contents(atPath: "\(folder.path)/\(name)")
        }
        return contents
    }

    @Test(
        "An output that is an input, or lies in one, is refused before anything is read",
        arguments: [
            ["run", "d/2026-01-05/a.jsonl", "--changed", "d/2026-01-05/a.jsonl"],
            ["run", "d", "--receipt", "./link/2026-01-05/a.jsonl"],
            ["run", "--quiet", "link", "--receipt=d/2026-01-05/a.jsonl"],
            ["run", "d", "--events", "d/2026-01-05/a.jsonl"],
            ["run", "d/2026-01-05/a.jsonl", "--changed", "one.jsonl"],
            ["run", "d/2026-01-05/a.jsonl", "--events", "hard.jsonl"],
            ["run", "d", "--changed", "d/receipt.jsonl"], ["run", "d", "--changed", "d/new/x.txt"],
            ["run", "d", "--changed", "none.jsonl"], ["run", ".", "--receipt", "r.jsonl"],
            ["run", "d", "--changed", "elsewhere/c.jsonl"],
            ["run", "elsewhere", "d", "--changed", "d/c.jsonl"],
            ["run", "d", "--insights", "changed", "--real-llm", "--record", "d/recordings"],
            ["run", "d", "--store", "d/s.jsonl"],
            ["run", "--changed", "d/c.jsonl", "--", "d"],
            ["plan", "d", "--changed", "d/2026-01-05/a.jsonl"],
            ["run", "d", "--taxonomy", "themes.toml", "--changed", "themes.toml"],
            ["init", "d", "--output", "d/settings.json"],
            ["junit", "elsewhere/b.jsonl", "--junit", "elsewhere/b.jsonl"],
            ["junit", "one.jsonl", "--summary", "d/2026-01-05/a.jsonl"],
            ["verify", "--golden", "d", "--junit", "d/2026-01-05/a.jsonl"],
            ["catalog", "load", "elsewhere/b.jsonl", "--store", "elsewhere/b.jsonl"],
            ["run", "s3://bucket/raw/a.jsonl", "--changed", "s3://bucket/raw/a.jsonl"],
            ["run", "s3://bucket/raw", "--receipt", "S3://bucket/raw/2026-01-05/a.jsonl"],
            ["run", "s3://bucket/raw/", "--receipt", "s3://bucket/raw/r.jsonl"],
            ["plan", "s3://bucket", "--changed", "s3://bucket/out/c.jsonl"],
        ])
    func inputs(arguments: [String]) throws {
        let before = try contents()
        let result = try Program.run(arguments, in: folder.path)
        #expect(result.code == 2 && result.errors.contains("this command reads"), "\(result)")
        #expect(try contents() == before)
    }

    @Test("The settings file is an input of every command")
    func settings() throws {
        try folder.write("afterword.toml", "[load]\nseed = 3\n")
        let before = try contents()
        for arguments in [
            ["run", "d", "--changed", "afterword.toml"], ["report", "--output", "afterword.toml"],
            ["report", "--output", "x", "--events", "afterword.toml"],
        ] {
            let result = try Program.run(arguments, in: folder.path)
            #expect(result.code == 2 && result.errors.contains("this command reads"), "\(result)")
            #expect(try contents() == before)
        }
        let there = try Program.run(["init"], in: folder.path)
        #expect(there.code == 2 && there.errors.contains("is there already"), "\(there)")
    }

    @Test(
        "Events of arguments that are refused are not appended to what may be an input",
        arguments: [
            ["run", "d", "--bogus", "--events", "d/2026-01-05/a.jsonl"],
            ["run", "d", "--window", "0", "--events=link/2026-01-05/a.jsonl"],
            ["run", "one.jsonl", "--window", "0", "--events", "hard.jsonl"],
        ])
    func early(arguments: [String]) throws {
        let before = try contents()
        let result = try Program.run(arguments, in: folder.path)
        #expect(result.code != 0, "\(result)")
        #expect(try contents() == before)
    }

    @Test(
        "No output takes the place of a file that SQLite keeps beside a store",
        arguments: [
            ["run", "d", "--changed", "afterword.sqlite-wal"],
            ["run", "d", "--receipt", "s.db-shm", "--store", "s.db"],
            ["report", "--output", "./afterword.sqlite-journal"],
            ["run", "d", "--events", "afterword.sqlite-wal"],
            ["backup", "afterword.sqlite-wal"], ["backup", "s.db-journal", "--store", "s.db"],
            ["export", "--to", "afterword.sqlite-wal", "--format", "csv"],
            ["copy", "--from", "s.db", "--to", "s.db-wal"],
            ["restore", "b.backup", "--store", "b.backup-wal"],
            ["init", "--output", "afterword.sqlite-shm"],
        ])
    func beside(arguments: [String]) throws {
        let before = try contents()
        let result = try Program.run(arguments, in: folder.path)
        #expect(result.code == 2 && result.errors.contains("keeps beside the store"), "\(result)")
        #expect(try contents() == before)
    }

    @Test("Places beside the inputs, and what no dump reads, are none of them")
    func others() throws {
        let outputs = ["--changed", "d.jsonl", "--receipt", "r.jsonl"]
        let loaded = try Program.run(
            ["run", "d/2026-01-05", "--quiet"] + outputs + ["--events", "e", "--store", "d/s.db"],
            in: folder.path)
        #expect(loaded.code == 0, "\(loaded)")
        let made = try Program.run(["init", "d", "--output", "d/afterword.toml"], in: folder.path)
        #expect(made.code == 0, "\(made)")
        let printed = try Program.run(
            ["plan", "d", "--quiet", "--changed", "/dev/stdout"], in: folder.path)
        #expect(printed.code == 0, "\(printed)")
        // Refused later, as there is no server: the address is not below the prefix.
        let environment = ["AWS_ENDPOINT_URL_S3": "ftp://none"]
        for (input, output) in [
            ("s3://bucket/raw", "s3://bucket/raw-out/c.jsonl"),
            ("s3://bucket/raw", "s3://other/raw/c.jsonl"),
            ("s3://bucket/raw/a.jsonl", "s3://bucket/raw/c.jsonl"),
        ] {
            let result = try Program.run(
                ["run", input, "--changed", output], in: folder.path, environment: environment)
            #expect(result.code == 2 && result.errors.contains("AWS_ENDPOINT_URL_S3"), "\(result)")
        }
    }
}

import AfterwordTesting
import Foundation
import Testing

/// Paths that no command can mean, refused before it does anything.
@Suite struct PathArgumentTests {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
        try folder.write(
            "d/2026-01-05/a.jsonl",
            """
            {"review_id":"r1","rating":1,"title":"t","text":"it broke","parent_asin":"P1",\
            "user_id":"u1"}
            """)
    }

    private func names() throws -> Set<String> {
        Set(try FileManager.default.subpathsOfDirectory(atPath: folder.path))
    }

    @Test(
        "An empty path is refused, whichever option or argument it is",
        arguments: [
            ["export", "--to", "", "--format", "csv"], ["export", "--to=", "--format", "csv"],
            ["publish", "--to", ""], ["run", ""], ["run", "d", ""], ["run", "--quiet", ""],
            ["run", "--", ""], ["run", "d", "--store", ""], ["run", "d", "--changed", ""],
            ["run", "d", "--receipt="], ["run", "d", "--events", ""], ["plan", ""],
            ["report", "--output", ""], ["backup", ""], ["restore", ""],
            ["products", "--store", ""], ["verify", "cases", "d", "--junit", ""],
            ["verify", "cases", "d", "--summary", ""], ["copy", "--from", "", "--to", "x"],
            ["insights", "make", "changed", "--record", ""], ["init", ""], ["shape", "detect", ""],
        ])
    func empty(arguments: [String]) throws {
        let before = try names()
        let result = try Program.run(arguments, in: folder.path)
        #expect(result.code == 2 && result.errors.contains("is empty"), "\(result)")
        #expect(try names() == before)
    }

    @Test(
        "An address of an unknown kind is no folder, whichever option or argument it is",
        arguments: [
            ["export", "--to", "gs://b/x", "--format", "csv"],
            ["publish", "--to", "file:///tmp/x"],
            ["export", "--to", "s3:b/x", "--format", "csv"], ["publish", "--to=az://b/x"],
            ["run", "gs://b/x"], ["run", "s3:/b/x"], ["plan", "https://h/x"],
            ["run", "d", "--changed", "gs://b/x"], ["run", "d", "--receipt", "S3:b"],
            ["run", "d", "--events", "s3a://b/x"], ["report", "--output", "file:x"],
            ["backup", "gs://b/x"], ["restore", "gs://b/x"], ["shape", "detect", "gs://b/x"],
        ])
    func schemes(arguments: [String]) throws {
        let before = try names()
        let result = try Program.run(arguments, in: folder.path)
        #expect(result.code == 2 && result.errors.contains("s3://BUCKET/NAME"), "\(result)")
        #expect(try names() == before)
    }

    @Test("A path of blanks is empty, and one with a colon is a path")
    func colons() throws {
        let blank = try Program.run(["export", "--to", " ", "--format", "csv"], in: folder.path)
        #expect(blank.code == 2 && blank.errors.contains("is empty"), "\(blank)")
        let named = try Program.run(["plan", "d", "--changed", "a:b"], in: folder.path)
        #expect(named.code == 0, "\(named)")
        let made = try Program.run(["plan", "d", "--changed", "./gs:b"], in: folder.path)
        #expect(made.code == 0, "\(made)")
    }

    @Test(
        "Two outputs of one place, or one in the store's, are refused before the run",
        arguments: [
            (["--changed", "x", "--receipt", "x"], "--changed and --receipt name one place"),
            (["--changed", "x", "--receipt", "./d/../x"], "--changed and --receipt"),
            (["--changed=link/x", "--receipt", "d/x"], "--changed and --receipt"),
            (["--receipt", "x", "--events", "x"], "--receipt and --events"),
            (
                ["--changed", "s3://bucket/x", "--receipt", "S3://bucket/x"],
                "--changed and --receipt"
            ),
            (["--changed", "afterword.sqlite"], "--changed names the store's file"),
            (["--receipt", "s.db", "--store", "./s.db"], "--receipt names the store's file"),
            (["--events", "s.db", "--store", "s.db"], "--events names the store's file"),
        ])
    func same(outputs: [String], words: String) throws {
        try FileManager.default.createSymbolicLink(
            atPath: "\(folder.path)/link", withDestinationPath: "d")
        let before = try names()
        let result = try Program.run(["run", "d"] + outputs, in: folder.path)
        #expect(result.code == 2 && result.errors.contains(words), "\(result)")
        #expect(try names() == before)
    }

    @Test("Standard output may be named twice, and other places are two")
    func distinct() throws {
        let both = try Program.run(
            ["run", "d", "--quiet", "--changed", "-", "--receipt", "-"], in: folder.path)
        #expect(both.code == 0 && both.output.split(separator: "\n").count == 2, "\(both)")
        let two = try Program.run(
            ["plan", "d", "--changed", "x", "--changed", "y", "--events", "x"], in: folder.path)
        #expect(two.code == 0, "\(two)")
        let empty = try Program.run(["search", ""], in: folder.path)
        #expect(!empty.errors.contains("a path is empty"), "\(empty)")
    }
}

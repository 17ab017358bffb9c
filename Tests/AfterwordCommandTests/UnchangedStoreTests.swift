import AfterwordCore
import AfterwordStores
import Foundation
import Testing

/// reading-changes-the-file: commands that only read leave a store's bytes and times as they were.
@Suite struct UnchangedStoreTests {
    private let folder: TemporaryFolder
    private let past = Date(timeIntervalSince1970: 1_700_000_000)

    init() throws { folder = try TemporaryFolder() }

    private static let product = "B0CAS1BOTL"
    private static let sample = FileManager.default.currentDirectoryPath + "/Sample"

    /// Every command that only reads a store, but for those that go on until they are ended.
    private static let commands: [[String]] = [
        ["runs"], ["brands"], ["products"], ["product", product], ["reviews", product],
        ["themes"], ["theme", "leaks"], ["safety", "list"], ["safety", "verdicts"],
        ["search", "leaks"], ["mark", "list"], ["changes", "--top", "3"], ["inbox"],
        ["inbox", "--alert"], ["report"], ["insights", "list"],
        ["insights", "history", "brand:Casa Verde"],
        ["rejects", "list"], ["costs"], ["status"], ["audit"], ["doctor"], ["key", "list"],
        ["deliver", "--list", "all"], ["migrate", "--plan"], ["backup", "made.backup"],
        ["export", "--to", "made.lake", "--format", "jsonl"],
    ]
    /// Those that rehearse a run; beside a log with changes they move these into the file.
    private static let plans: [[String]] = [
        ["plan", sample, "--complete", "products"], ["reread", "--plan"], ["reclean", "--plan"],
    ]

    /// Makes `afterword.sqlite`, and beside it `logged.sqlite` with a log that has a change.
    private func load() throws {
        let run = try Program.run(
            ["run", Self.sample, "--complete", "products", "--insights", "top:20", "--quiet"],
            in: folder.path)
        #expect(run.code == 0, "\(run.errors)")
        let (plain, logged) = (folder.path + "/afterword.sqlite", folder.path + "/logged.sqlite")
        try FileManager.default.copyItem(atPath: plain, toPath: folder.path + "/made.sqlite")
        let store = try SQLiteStore(path: folder.path + "/made.sqlite")
        _ = try store.beginAttempt(startedAt: Instant(seconds: 1_700_000_000), dump: "x")
        try withExtendedLifetime(store) {
            for end in ["", "-wal"] {
                try FileManager.default.copyItem(
                    atPath: folder.path + "/made.sqlite" + end, toPath: logged + end)
            }
        }
    }

    /// Sets the times of a store's files to the past, and returns their bytes.
    private func prepare(_ paths: [String]) throws -> [Data] {
        for path in paths {
            try FileManager.default.setAttributes([.modificationDate: past], ofItemAtPath: path)
        }
        return try paths.map { try Data(contentsOf: URL(fileURLWithPath: $0)) }
    }

    private func expectUnchanged(
        _ paths: [String], _ before: [Data], after command: [String]
    ) throws {
        for (path, bytes) in zip(paths, before) {
            let now = try Data(contentsOf: URL(fileURLWithPath: path))
            #expect(now == bytes, "\(command): the bytes of \(path)")
            let attributes = try FileManager.default.attributesOfItem(atPath: path)
            #expect(
                attributes[.modificationDate] as? Date == past, "\(command): the time of \(path)")
        }
    }

    private func check(_ command: [String], _ paths: [String]) throws {
        let before = try prepare(paths)
        let result = try Program.run(command + ["--store", paths[0]], in: folder.path)
        // An alert, or a check that failed, is an answer too.
        #expect(![2, 3].contains(result.code), "\(command): \(result.errors)")
        try expectUnchanged(paths, before, after: command)
        for made in ["made.backup", "made.lake"] {
            try? FileManager.default.removeItem(atPath: folder.path + "/" + made)
        }
    }

    @Test("reading-changes-the-file: without a log, and beside an empty one")
    func withoutChanges() throws {
        try load()
        let path = folder.path + "/afterword.sqlite"
        for command in Self.commands + Self.plans {
            try check(command, [path])
            #expect(!FileManager.default.fileExists(atPath: path + "-wal"), "\(command)")
            try Data().write(to: URL(fileURLWithPath: path + "-wal"))
            try check(command, [path])
            #expect(!FileManager.default.fileExists(atPath: path + "-wal"), "\(command)")
        }
    }

    @Test("reading-changes-the-file: beside a log with a change")
    func withChanges() throws {
        try load()
        let path = folder.path + "/logged.sqlite"
        for command in Self.commands { try check(command, [path, path + "-wal"]) }
    }

    @Test("reading-changes-the-file: a copy leaves its source as it was")
    func copy() throws {
        try load()
        let path = folder.path + "/logged.sqlite"
        let before = try prepare([path, path + "-wal"])
        let copied = try Program.run(
            ["copy", "--from", path, "--to", folder.path + "/copied.sqlite"], in: folder.path)
        #expect(copied.code == 0, "\(copied.errors)")
        try expectUnchanged([path, path + "-wal"], before, after: ["copy"])
    }

    @Test("reading-changes-the-file: requests to the service", arguments: ["afterword", "logged"])
    func served(name: String) throws {
        try load()
        let path = folder.path + "/\(name).sqlite"
        let paths = name == "logged" ? [path, path + "-wal"] : [path]
        let before = try prepare(paths)
        let server = try RunningService(folder, ["--store", path])
        for address in [
            "runs", "brands", "products", "products/\(Self.product)/reviews", "themes", "safety",
            "inbox", "insights",
        ] { _ = try server.get(address) }
        #expect(server.stop() == 0)
        try expectUnchanged(paths, before, after: ["serve"])
    }
}

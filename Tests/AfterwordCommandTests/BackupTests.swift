import AfterwordStores
import Foundation
import Testing

/// Runs every command of docs/backup.md as written (case no-documented-backup).
@Suite struct BackupTests {
    /// The shell blocks of a section of the page.
    private static func blocks(_ section: String) throws -> [String] {
        let page = try String(contentsOfFile: "docs/backup.md", encoding: .utf8)
        let parts = page.components(separatedBy: "\n## ")
        let own = try #require(parts.first { $0.hasPrefix(section + "\n") })
        return own.components(separatedBy: "```sh\n").dropFirst().map { block in
            block.components(separatedBy: "```")[0]
        }
    }

    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
        for (week, records) in [("first", 1...30), ("second", 11...40)] {
            try folder.write(
                "\(week).jsonl",
                records.map { number in
                    """
                    {"CHILD_ASIN": "P\(number % 4)", "CUSTOMER_REVIEW_RATING": \(1 + number % 5), \
                    "CUSTOMER_REVIEW_TITLE": "A title", "PRODUCT_BRAND": "B", \
                    "CUSTOMER_REVIEW_DESCRIPTION": "The text of review number \(number)"}
                    """
                }.joined(separator: "\n"))
        }
    }

    private func afterword(_ arguments: String...) throws -> String {
        let result = try Program.run(arguments, in: folder.path)
        #expect(result.code == 0, "\(arguments): \(result.output) \(result.errors)")
        return result.output
    }

    private func sh(_ block: String, _ environment: [String: String] = [:]) throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/sh")
        process.arguments = ["-euc", block]
        process.currentDirectoryURL = URL(fileURLWithPath: folder.path)
        let products = URL(fileURLWithPath: Program.path).deletingLastPathComponent().path
        var own = ProcessInfo.processInfo.environment
        own["PATH"] = products + ":" + (own["PATH"] ?? "/usr/bin:/bin")
        process.environment = own.merging(environment) { $1 }
        process.standardOutput = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        #expect(process.terminationStatus == 0, "\(block)")
    }

    /// Expects the restored store to hold the same runs as the original and to accept another load.
    private func expectGoesOn(_ restored: String, as store: String) throws {
        #expect(
            try afterword("runs", "--json", "--store", restored)
                == afterword("runs", "--json", "--store", store))
        _ = try afterword("run", "second.jsonl", "--store", restored, "--quiet")
        _ = try afterword("audit", "--store", restored)
    }

    @Test("The program's own backup is restored into either kind of store")
    func own() throws {
        let blocks = try Self.blocks("One command")
        #expect(blocks.count == 1)
        let environment = ["STORE": "afterword.sqlite", "RESTORED": "restored.sqlite"]
        _ = try afterword("run", "first.jsonl", "--store", "afterword.sqlite", "--quiet")
        try sh(blocks[0], environment)
        try expectGoesOn("restored.sqlite", as: "afterword.sqlite")
        let again = try Program.run(
            ["backup", "monday.backup", "--store", "afterword.sqlite"], in: folder.path)
        #expect(again.code == 2 && again.errors.contains("is there already"))
        let full = try Program.run(
            ["restore", "monday.backup", "--store", "afterword.sqlite"], in: folder.path)
        #expect(full.code == 2 && full.errors.contains("not empty"))
        let json = try afterword(
            "backup", "b", "--store", "afterword.sqlite", "--json", "--without-audit")
        #expect(json.contains(#""is_audited":false"#) && json.contains(#""runs":1"#))
        let none = try Program.run(["backup", "c", "--store", "none.sqlite"], in: folder.path)
        #expect(none.code == 3)
        let missing = ["restore", "none", "--store", "fresh.sqlite"]
        let nothing = try Program.run(missing, in: folder.path)
        #expect(nothing.code == 2 && nothing.errors.contains("none: there is no such file"))
        let standard = ["backup", "-", "--store", "afterword.sqlite"]
        #expect(try Program.run(standard, in: folder.path).code == 2)
        try folder.write("zero.backup", "")
        try folder.write("empty.sqlite", "")
        for target in ["fresh.sqlite", "empty.sqlite"] {
            let zero = try Program.run(
                ["restore", "zero.backup", "--store", target], in: folder.path)
            #expect(zero.code == 3 && zero.errors.contains("zero.backup is empty"))
        }
        _ = try afterword("restore", "monday.backup", "--store", "empty.sqlite")
        let mode = try FileManager.default.attributesOfItem(atPath: folder.path + "/empty.sqlite")
        #expect(mode[.posixPermissions] as? Int == 0o600)
        let files = try FileManager.default.contentsOfDirectory(atPath: folder.path)
        #expect(!files.contains { $0.hasPrefix("fresh") || $0.contains("partial") })
    }

    @Test("Every command for SQLite brings a store back that goes on", arguments: 0..<4)
    func sqlite(block: Int) throws {
        let blocks = try Self.blocks("SQLite")
        #expect(blocks.count == 4)
        _ = try afterword("run", "first.jsonl", "--store", "afterword.sqlite", "--quiet")
        try sh(blocks[block])
        try expectGoesOn("restored.sqlite", as: "afterword.sqlite")
    }

    @Test(
        "Every command for Postgres brings a store back that goes on",
        .enabled(
            if: CrashTests.server != nil,
            "SKIPPED: AFTERWORD_TEST_POSTGRES names no server (ci/postgres start)"),
        arguments: 0..<2)
    func postgres(block: Int) throws {
        let server = try #require(CrashTests.server)
        let blocks = try Self.blocks("Postgres")
        #expect(blocks.count == 2)
        let owner = try PostgresConnection(url: server)
        let name = "backup_" + UUID().uuidString.lowercased().replacing("-", with: "_")
        let names = [name, name + "_restored"]
        for name in names { try owner.runAll("CREATE DATABASE \(name) TEMPLATE template0") }
        defer {
            for name in names { try? owner.runAll("DROP DATABASE \(name) WITH (FORCE)") }
        }
        let urls = names.map { server.replacing("/postgres?", with: "/\($0)?") }
        _ = try afterword("run", "first.jsonl", "--store", urls[0], "--quiet")
        try sh(blocks[block], ["STORE_URL": urls[0], "RESTORED_URL": urls[1]])
        try expectGoesOn(urls[1], as: urls[0])
    }
}

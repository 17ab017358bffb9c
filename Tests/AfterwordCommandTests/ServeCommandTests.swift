import AfterwordCore
import Foundation
import Testing

/// Compares the running service with the commands. Both use the same readers, so answers must be
/// equal.
@Suite struct ServeCommandTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func rows(_ arguments: String...) throws -> [JSONValue] {
        let result = try Program.run(arguments + ["--json"], in: folder.path)
        #expect(result.code == 0, "\(arguments): \(result.errors)")
        return try result.output.split(separator: "\n").map {
            try JSONValue(parsing: Array($0.utf8))
        }
    }

    private func load() throws {
        let sample = FileManager.default.currentDirectoryPath + "/Sample"
        let run = try Program.run(
            ["run", sample, "--complete", "products", "--insights", "top:20", "--quiet"],
            in: folder.path)
        #expect(run.code == 0, "\(run.errors)")
    }

    @Test("The API gives what the commands give, field by field, now and as of a run")
    func same() throws {
        try load()
        let server = try RunningService(folder)
        defer { _ = server.stop() }
        let product = "B0CAS1BOTL"
        let review = try #require(
            try rows("reviews", product, "--limit", "1").first?["review_id"]?.text)
        let brand = "Casa%20Verde"
        let lists: [([String], String)] = [
            (["brands", "--limit", "200"], "brands?limit=200"),
            (["reviews", product, "--limit", "200"], "products/\(product)/reviews?limit=200"),
            (["history", product, review], "reviews/\(product)/\(review)/history"),
            (["themes"], "themes?limit=200"),
            (
                ["themes", "--strengths", "--brand", "Casa Verde"],
                "themes?side=strengths&brand=\(brand)"
            ),
            (["theme", "leaks", "--limit", "200"], "themes/leaks?limit=200"),
            (["safety"], "safety"), (["inbox", "--limit", "200"], "inbox?limit=200"),
            (["inbox", "--since", "0", "--limit", "200"], "inbox?since=0&limit=200"),
            (["insights", "--limit", "200"], "insights?limit=200"),
            (["insights", "history", "brand:Casa Verde"], "brands/\(brand)/insights"),
        ]
        for (command, address) in lists {
            let told = try Program.run(command + ["--json"], in: folder.path).output
                .split(separator: "\n").map { try JSONValue(parsing: Array($0.utf8)) }
            let answered = try server.get(address)["items"]?.elements ?? []
            #expect(told == answered && !(told.isEmpty && command[0] != "safety"), "\(command)")
        }
        let items: [([String], String)] = [
            (
                ["changes", "brand:Casa Verde", "--from", "1", "--to", "2"],
                "brands/\(brand)/changes?from=1&to=2"
            ),
            (["changes", "product:\(product)"], "products/\(product)/changes"),
        ]
        for (command, address) in items {
            let told = try Program.run(command + ["--json"], in: folder.path).output
            let first = try JSONValue(parsing: Array(told.utf8.prefix { $0 != 0x0A }))
            #expect(try server.get(address)["item"] == first, "\(command)")
        }
        for run in ["1", "2"] {
            let told = try rows("products", "--limit", "200", "--as-of", run)
            let answered =
                try server.get("products?limit=200&as_of=\(run)")["items"]?.elements ?? []
            for (one, other) in zip(told, answered) {
                for (key, value) in one.members ?? [] { #expect(other[key] == value, "\(key)") }
            }
            #expect(told.count == answered.count && told.count == 8)
            let one = try rows("product", product, "--as-of", run).first
            let other = try server.get("products/\(product)?as_of=\(run)")["item"]
            for (key, value) in one?.members ?? [] { #expect(other?[key] == value, "\(key)") }
        }
    }

    @Test("It ends in an orderly way, and says why it will not begin")
    func ends() throws {
        let none = try Program.run(["serve", "--port", "0"], in: folder.path)
        #expect(none.code == 3 && none.errors.contains("no store"))
        try load()
        let open = try Program.run(["serve", "--host", "0.0.0.0", "--port", "0"], in: folder.path)
        #expect(open.code == 2 && open.errors.contains("--behind-proxy"))
        let server = try RunningService(folder)
        #expect(try server.get("status")["item"]?["is_stale"] == .bool(false))
        #expect(server.stop() == 0)
    }

    @Test("A key is shown once, opens the door, and is closed by its name")
    func keys() throws {
        try load()
        let made = try Program.run(["key", "create", "crm", "--brand", "Lumora"], in: folder.path)
        let key = made.output.filter { !$0.isWhitespace }
        #expect(made.code == 0 && key.hasPrefix("aw_") && key.count > 30)
        #expect(try Program.run(["key", "create", "crm"], in: folder.path).code == 2)
        let listed = try rows("key", "list")
        #expect(listed.map { $0["name"]?.text } == ["crm"] && !"\(listed)".contains(key))
        let server = try RunningService(folder, ["--keys"])
        defer { _ = server.stop() }
        #expect(try server.get("brands")["status"]?.integer == 401)
        let own = try server.get("brands", key: key)["items"]?.elements
        #expect(own?.map { $0["brand"]?.text } == ["Lumora"])
        #expect(try Program.run(["key", "revoke", "crm"], in: folder.path).code == 0)
        #expect(try server.get("brands", key: key)["status"]?.integer == 401)
        #expect(try Program.run(["key", "revoke", "nobody"], in: folder.path).code == 2)
    }
}

/// `serve` on a free port, until `stop` is called.
final class RunningService {
    let process = Process()
    let url: String
    private let log: URL

    init(
        _ folder: TemporaryFolder, _ more: [String] = [], address: String = "http://127.0.0.1:"
    ) throws {
        let output = Pipe()
        log = folder.url.appendingPathComponent("serve-\(UUID().uuidString).log")
        try Data().write(to: log)
        process.executableURL = URL(fileURLWithPath: Program.path)
        process.arguments = ["serve", "--port", "0"] + more
        process.currentDirectoryURL = folder.url
        process.standardOutput = output
        process.standardError = try FileHandle(forWritingTo: log)
        process.standardInput = FileHandle.nullDevice
        try process.run()
        var line = ""
        while !line.contains("\n") {
            let more = output.fileHandleForReading.availableData
            if more.isEmpty { break }
            line += String(decoding: more, as: UTF8.self)
        }
        url = line.split(separator: " ").last.map { String($0.filter { !$0.isNewline }) } ?? ""
        #expect(url.hasPrefix(address), "\(line)")
    }

    func get(_ address: String, key: String? = nil) throws -> JSONValue {
        let curl = Process()
        let output = Pipe()
        curl.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        curl.arguments =
            ["curl", "--silent", "--globoff", "--max-time", "20", url + "api/v1/" + address]
            + (key.map { ["--header", "Authorization: Bearer \($0)"] } ?? [])
        curl.standardOutput = output
        try curl.run()
        let body = output.fileHandleForReading.readDataToEndOfFile()
        curl.waitUntilExit()
        return try JSONValue(parsing: Array(body))
    }

    /// Returns once standard error holds `words`; fails if the process ends before.
    func waitForErrors(containing words: String) throws {
        var text = ""
        while !text.contains(words) {
            try #require(process.isRunning, "\(text)")
            usleep(20_000)
            text = try String(contentsOf: log, encoding: .utf8)
        }
    }

    /// Sends SIGTERM and returns the exit code.
    func stop() -> Int32 {
        process.terminate()
        process.waitUntilExit()
        return process.terminationStatus
    }
}

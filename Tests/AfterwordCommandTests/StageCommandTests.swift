import AfterwordCore
import AfterwordPipeline
import AfterwordStores
import Foundation
import Testing

/// Stages as a scheduler starts them: short lines, events, exit codes, and commands repeated.
@Suite struct StageCommandTests {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
        for (day, count) in [("2026-03-02", 40), ("2026-03-09", 60)] {
            try folder.write(
                "dumps/\(day)/a.jsonl",
                (0..<count * 12).map { number in
                    """
                    {"CHILD_ASIN": "PRODUCT-\(number / 12)", "CUSTOMER_REVIEW_RATING": \
                    \(1 + number % 5), "CUSTOMER_REVIEW_TITLE": "Handle \(number)", \
                    "PRODUCT_BRAND": "B\(number % 3)", \
                    "CUSTOMER_REVIEW_DESCRIPTION": "The handle \(number) broke after a week"}
                    """
                }.joined(separator: "\n"))
        }
    }

    private func run(
        _ arguments: String..., environment: [String: String] = [:]
    ) throws -> Program.Result {
        try Program.run(arguments, in: folder.path, environment: environment)
    }

    private func lines(_ name: String) throws -> [JSONValue] {
        try String(contentsOfFile: folder.path + "/" + name, encoding: .utf8)
            .split(separator: "\n").map { try JSONValue(parsing: Array($0.utf8)) }
    }

    @Test("A load of many products prints less than 4 KB, and its changes and events go to files")
    func short() throws {
        let loaded = try run(
            "run", "dumps", "--json", "--insights", "changed", "--changed", "changed.jsonl",
            "--events", "events.jsonl")
        #expect(loaded.code == 0, "\(loaded.errors)")
        let printed = loaded.output.split(separator: "\n")
        #expect(printed.count == 3)
        #expect(printed.allSatisfy { $0.utf8.count < 3_072 })
        #expect(printed[1].utf8.count + printed[2].utf8.count < 4_094)
        #expect(printed[1].contains(#""changed_product_count":20"#))
        let changed = try lines("changed.jsonl")
        #expect(changed.count == 60)
        #expect(changed.count { $0["run"] == .number("2") } == 20)
        let events = try lines("events.jsonl")
        let ends = events.filter { $0["event"]?.text == "done" }
        #expect(ends.map { $0["stage"]?.text } == ["load", "load", "insights"])
        #expect(ends.map { $0["run"] } == [.number("1"), .number("2"), .null])
        let units = Set(events.compactMap { $0["unit"]?.text })
        #expect(units == ["bytes", "products", "scopes"])
    }

    @Test("What fails before a load begins is an event too")
    func early() throws {
        #expect(try run("run", "dumps/2026-03-02", "--quiet").code == 0)
        #expect(try run("run", "nope", "--events", "early.jsonl").code == 2)
        let lock = try Program.shell(
            """
            python3 -c 'import os, sqlite3, subprocess, sys
            held = sqlite3.connect("afterword.sqlite", isolation_level=None)
            held.execute("BEGIN IMMEDIATE")
            sys.exit(subprocess.call([os.environ["AFTERWORD"], "run", "dumps/2026-03-09", "--quiet",
                                      "--events", "early.jsonl"]))'
            """, in: folder.path)
        #expect(lock.code == 7, "\(lock.errors)")
        let making = try run(
            "insights", "make", "changed", "--store", "no.sqlite", "--events", "early.jsonl")
        #expect(making.code == 3)
        let events = try lines("early.jsonl")
        #expect(
            events.map { "\($0["stage"]?.text ?? "") \($0["event"]?.text ?? "")" }
                .filter { !$0.hasSuffix("begun") }
                == ["load failed", "load failed", "insights failed"], "\(events)")
        #expect(
            events.compactMap { $0["exit_code"] }.filter { $0 != .null } == [
                .number("2"), .number("7"), .number("3"),
            ])
    }

    @Test(
        "Arguments that are refused are an event of the stage, where events are wanted",
        arguments: [
            (["insights", "make", "nosuch:3"], "insights", "nosuch:3"),
            (["insights", "make"], "insights", "<choice>"),
            (["insights", "make", "top:3", "--real-llm=1"], "insights", "--real-llm"),
            (["run", "dumps", "--complete", "most"], "load", "most"),
            (["run", "dumps", "--batch"], "load", "--batch goes with"),
            (["run", "dumps", "--window", "0"], "load", "--window"),
            (["plan", "dumps", "--receipt", "r"], "load", "--receipt is of 'run'"),
            (["plan", "nope"], "load", "no such file or folder: nope"),
            (["report", "--scope", "brend:B"], "report", "a scope is portfolio"),
            (["report", "--format", "pdf"], "report", "pdf"),
            (["deliver", "--expect", "soon"], "deliver", "--expect"),
        ])
    func refused(arguments: [String], stage: String, words: String) throws {
        for events in [["--events", "e.jsonl"], ["--events=e.jsonl"]] {
            let result = try Program.run(arguments + events, in: folder.path)
            #expect(result.code == 2, "\(result.errors)")
            let written = try lines("e.jsonl")
            #expect(written.count == 1, "\(written)")
            let event = try #require(written.first)
            #expect(event["stage"]?.text == stage && event["event"]?.text == "failed")
            #expect(event["exit_code"] == .number("2"))
            #expect(event["is_retryable"] == .bool(false))
            #expect(event["message"]?.text?.contains(words) == true, "\(event)")
            try FileManager.default.removeItem(atPath: folder.path + "/e.jsonl")
        }
        _ = try Program.run(arguments, in: folder.path)
        #expect(!FileManager.default.fileExists(atPath: folder.path + "/e.jsonl"))
    }

    @Test("Settings that are refused are an event; help is none, nor what follows --")
    func refusedSettings() throws {
        let environment = ["AFTERWORD_THREADS": "x"]
        let refused = try run("report", "--events", "e.jsonl", environment: environment)
        #expect(refused.code == 2)
        let event = try #require(try lines("e.jsonl").first)
        #expect(event["message"]?.text?.contains("AFTERWORD_THREADS") == true)
        #expect(try run("report", "--help", "--events", "h.jsonl").code == 0)
        #expect(try run("run", "--batch", "--", "--events", "h.jsonl").code == 2)
        #expect(!FileManager.default.fileExists(atPath: folder.path + "/h.jsonl"))
    }

    @Test("Every stage may be repeated: nothing changes, and nothing is asked again")
    func repeated() throws {
        for _ in 0..<2 { #expect(try run("run", "dumps/2026-03-02", "--quiet").code == 0) }
        let first = try run("insights", "make", "changed", "--json")
        #expect(first.code == 0, "\(first.errors)")
        let second = try run("insights", "make", "changed", "--json")
        #expect(second.output.contains(#""calls":0"#) && second.output.contains(#""made":0"#))
        var pages: [String] = []
        for _ in 0..<2 {
            let report = try run(
                "report", "--format", "md", "--output", "r.md", "--events", "events.jsonl")
            #expect(report.code == 0, "\(report.errors)")
            pages.append(try String(contentsOfFile: folder.path + "/r.md", encoding: .utf8))
        }
        #expect(pages[0] == pages[1])
        #expect(
            try lines("events.jsonl").map { $0["event"]?.text } == [
                "begun", "done", "begun", "done",
            ])
        #expect(try lines("events.jsonl")[0]["subject"]?.text == "r.md")
    }

    @Test("A store that another run holds is exit code 7, which a repeat mends; a bad dump is not")
    func locked() throws {
        #expect(try run("run", "dumps/2026-03-02", "--quiet").code == 0)
        let store = try SQLiteStore(path: folder.path + "/afterword.sqlite")
        let refused = try store.load(LoadIntent(isRehearsal: true)) { load in
            _ = try load.head()
            return try run("run", "dumps/2026-03-09", "--events", "events.jsonl")
        }
        #expect(refused.code == 7, "\(refused.errors)")
        let failed = try #require(try lines("events.jsonl").last)
        #expect(failed["event"]?.text == "failed" && failed["exit_code"] == .number("7"))
        #expect(failed["is_retryable"] == .bool(true))
        try folder.write("bad.jsonl", "<html></html>")
        let bad = try run("run", "bad.jsonl", "--events", "bad-events.jsonl")
        #expect(bad.code == 2)
        let last = try #require(try lines("bad-events.jsonl").last)
        #expect(last["exit_code"] == .number("2") && last["is_retryable"] == .bool(false))
        #expect(try run("run", "dumps", "--events", "none/e.jsonl").code == 2)
    }

    @Test("verify writes a summary in Markdown, appended to that of the job, and annotations")
    func summary() throws {
        let golden = FileManager.default.currentDirectoryPath + "/Golden"
        try folder.write("summary.md", "Before\n")
        let path = folder.path + "/summary.md"
        let environment = ["GITHUB_ACTIONS": "true", "GITHUB_STEP_SUMMARY": path]
        let green = try run(
            "verify", "first-load", "--golden", golden, "--summary", path,
            environment: environment)
        #expect(green.code == 0 && !green.errors.contains("::error"))
        let text = try String(contentsOfFile: path, encoding: .utf8)
        #expect(text.hasPrefix("Before\n\n## ✅ `verify on SQLite`"))
        let red = try run(
            "verify", "no-such-case", "--golden", golden, "--summary", "own.md",
            environment: environment)
        #expect(red.code == 1 && red.errors.contains("::error file="))
        let own = try String(contentsOfFile: folder.path + "/own.md", encoding: .utf8)
        #expect(own.hasPrefix("## ❌"))
    }

    @Test("--version says version, commit, schema and rules")
    func version() throws {
        let lines = try run("--version").output.split(separator: "\n")
        #expect(lines.count == 4 && lines[0].hasPrefix("afterword "))
        #expect(lines[1].hasPrefix("commit ") && lines[2].hasPrefix("schema "))
        #expect(lines[3].hasPrefix("rules: "))
    }
}

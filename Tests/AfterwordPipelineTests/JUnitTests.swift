import AfterwordCore
import AfterwordPipeline
import AfterwordTesting
import Foundation
import Testing

/// Event streams recorded from a package of six tests: one fails, one is skipped, one is
/// parameterized and fails for one argument, one has a known issue, one throws, and one warns. In
/// the second stream, one crashes.
@Suite struct JUnitTests {
    private func report(_ name: String, exitCode: Int = 1) throws -> JUnitReport {
        let path = "Tests/AfterwordPipelineTests/Fixtures/\(name).jsonl"
        let stream = try #require(FileManager.default.contents(atPath: path))
        return reportTestEvents(
            [Array(stream)], named: "unit tests", root: "/src", exitCode: exitCode)
    }

    private func one(_ report: JUnitReport, _ name: String) throws -> JUnitReport.Case {
        try #require(report.cases.first { $0.name == name }, "no case \(name)")
    }

    @Test("Every kind of result is told as what it is")
    func kinds() throws {
        let report = try report("events")
        #expect(report.cases.count == 15)
        #expect(try one(report, "It passes").outcome == .passed)
        #expect(
            try one(report, "It is skipped").outcome
                == .skipped(message: #"Test "It is skipped" skipped: "not here""#))
        let known = try one(report, "It is known")
        #expect(known.outcome == .passed && known.output.hasPrefix("known issue: "))
        let failed = try one(report, #"It fails <&> "quoted""#)
        #expect(failed.place == .init(path: "Tests/FxTests/Fx.swift", line: 5))
        guard case .failed(let message, _, let text) = failed.outcome else {
            Issue.record("it did not fail")
            return
        }
        #expect(message == "Expectation failed: 1 == 2")
        #expect(text.contains("Expectation failed: 3 == 4"))
    }

    @Test("The arguments of a parameterised test are cases of their own")
    func parameterised() throws {
        let cases = try report("events").cases.filter { $0.name.hasPrefix("It is parameterised") }
        #expect(cases.count == 6)
        let failed = cases.filter { $0.outcome != .passed }.map(\.name).sorted()
        #expect(
            failed == [
                #"It is parameterised [2, "a]]>"]"#, #"It is parameterised [2, "b"]"#,
            ])
    }

    @Test("A crash is an error of the test it happened in, and of the whole")
    func crash() throws {
        let report = try report("events-crash")
        let crashed = try one(report, "crashes()")
        guard case .errored(_, let type, _) = crashed.outcome else {
            Issue.record("\(crashed.outcome)")
            return
        }
        #expect(type == "crash")
        #expect(try one(report, "test process").outcome != .passed)
        #expect(report.isRed)
    }

    @Test("A stream that is cut anywhere still gives a report that says so")
    func cut() throws {
        let path = "Tests/AfterwordPipelineTests/Fixtures/events.jsonl"
        let stream = Array(try #require(FileManager.default.contents(atPath: path)))
        for end in stride(from: 0, to: stream.count - 1, by: 997) {
            let report = reportTestEvents(
                [Array(stream[..<end])], named: "unit tests", root: "/src", exitCode: 1)
            #expect(report.isRed, "cut at \(end)")
            #expect(report.xml().hasSuffix("</testsuites>\n"))
        }
    }

    @Test("Without a failure told, a process that ended badly is an error")
    func exitCode() throws {
        let quiet = #"""
            {"kind":"event","payload":{"kind":"runEnded","instant":{"absolute":1}},"version":0}
            """#
        let green = reportTestEvents([Array(quiet.utf8)], named: "x", root: "/", exitCode: 0)
        #expect(!green.isRed && green.cases.isEmpty)
        #expect(reportTestEvents([Array(quiet.utf8)], named: "x", root: "/", exitCode: 5).isRed)
    }

    @Test("Two processes make one report, and one that ended early is an error of the whole")
    func parts() throws {
        let whole = try report("events")
        let path = "Tests/AfterwordPipelineTests/Fixtures/events.jsonl"
        let stream = Array(try #require(FileManager.default.contents(atPath: path)))
        let quiet = Array(#"{"kind":"event","payload":{"kind":"runEnded"},"version":0}"#.utf8)
        func joined(_ streams: [[UInt8]], _ code: Int) -> JUnitReport {
            reportTestEvents(streams, named: "unit tests", root: "/src", exitCode: code)
        }
        #expect(joined([quiet, stream], 1).cases.count == whole.cases.count)
        #expect(joined([stream, []], 1).cases.count == whole.cases.count + 1)
        #expect(try one(joined([quiet, []], 0), "test process").outcome != .passed)
        #expect(!joined([quiet, quiet], 0).isRed)
    }

    /// The rules are those of `ci/junit-check`, which also checks every report of `ci/test`.
    @Test(
        "What is written keeps the rules, in both dialects", arguments: ["events", "events-crash"])
    func rules(name: String) throws {
        var report = try report(name)
        report.cases += [
            JUnitReport.Case(className: "", name: ""),
            JUnitReport.Case(className: "c", name: "twice"),
            JUnitReport.Case(className: "c", name: "twice"),
            JUnitReport.Case(
                className: "c", name: "\u{0}\u{1B}[31m\u{FFFE} ]]> <b>",
                outcome: .failed(message: "a\nb\t\"", type: "t", text: "\u{8}text")),
        ]
        let folder = try TemporaryFolder()
        for (file, dialect, flags) in [
            ("usual.xml", JUnitReport.Dialect.usual, [String]()),
            ("strict.xml", .strict, ["--strict"]),
        ] {
            try folder.write(file, report.xml(dialect))
            let process = Process()
            process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
            process.arguments = ["python3", "ci/junit-check"] + flags + [folder.path + "/" + file]
            process.standardOutput = FileHandle.nullDevice
            try process.run()
            process.waitUntilExit()
            #expect(process.terminationStatus == 0, "\(file)")
        }
    }

    @Test("A golden that differs points to its line; missing and unused ones are told by name")
    func golden() async throws {
        let golden = try #require(try GoldenCase.all(in: "Golden").first)
        var actual = try await golden.run(on: MemoryStore())
        actual["product_summary"]?[1] += " "
        actual["unheard_of"] = ["{}"]
        let cases = try judgeCase(golden, actual: actual).filter { !$0.passes }
            .map { $0.junitCase(of: golden, actual: actual) }
        #expect(cases.map(\.name) == ["product_summary.jsonl", "unheard_of.jsonl"])
        #expect(cases[0].place?.line == 2)
        #expect(cases[0].place?.path == "Golden/\(golden.name)/expected/product_summary.jsonl")
    }
}

import AfterwordCore
import AfterwordTesting
import Testing

@testable import AfterwordPipeline

/// What `run --json` prints stays short, whatever the dump.
@Suite struct LoadLineTests {
    @Test("A dump of many products and files gives a line of at most 3 KB, and all changes apart")
    func many() throws {
        let fixture = Fixture()
        let path = "a folder/" + String(repeating: "ä\u{1}", count: 100)
        let files = (0..<200).map { number in
            DumpFile(
                name: "\(path)\(number).json",
                content: .memory(
                    Array(Fixture.array(Fixture.reviews("P\(number)", 2)).utf8)))
        }
        var report = try fixture.load(
            dump: Dump(name: String(repeating: "dump/", count: 500), files: files))
        report.ignored = (0..<1_000).map { "ignored \($0)" }
        let line = report.json.canonical + "\n"
        #expect(line.utf8.count <= LineLimit.load)
        #expect(line.utf8.count > LineLimit.load / 2, "what fits is there")
        let json = report.json
        #expect(json["changed_product_count"] == .number("200") && json["changes"] == nil)
        #expect(json["file_count"] == .number("200") && json["ignored_count"] == .number("1000"))
        #expect(json["dump"]?.text?.hasPrefix("…") == true)
        #expect(json["dump"]?.text?.hasSuffix("dump/") == true)
        #expect(report.changeLines.count == 200)
        #expect(report.changeLines[0]["product_id"]?.text == "P0")
        #expect(report.changeLines[0]["run"] == .number("1"))
        #expect(report.changeLines[0]["inserted"] == .number("2"))
    }

    @Test("A small dump is whole: every file, every measure")
    func small() throws {
        let fixture = Fixture()
        let first = Fixture.array((0..<60).flatMap { Fixture.reviews("P\($0)", 2) })
        try fixture.load(["a.json": first])
        let report = try fixture.load(["b.json": first], named: "second") { options in
            options.observedAt = Instant(iso8601: "2026-03-09")
        }
        #expect(report.json["files"]?.elements?.count == 1)
        #expect(report.json["dump"]?.text == "second")
        let measures = report.comparison?.rows ?? []
        #expect(!measures.isEmpty)
        #expect(report.json["comparison"]?.elements?.count == measures.count)
        #expect(Set(measures.map(\.unit)).count > 1)
    }

    @Test("The line of insights is at most 1 KB")
    func insights() {
        var report = InsightReport()
        report.runs = Array(1...1_000)
        let line = report.json.canonical + "\n"
        #expect(line.utf8.count <= LineLimit.insights)
        #expect(report.json["run_count"] == .number("1000"))
        #expect(report.json["runs"]?.elements?.isEmpty == false)
    }

    @Test("Names are cut at their beginning, by what they take in JSON")
    func names() {
        #expect(shortened("short", to: 100) == "short")
        #expect(shortened("abcdefghij", to: 9) == "…ghij")
        for seed in 0..<50 {
            var random = SplitMix64(seed: UInt64(seed))
            let name = String(
                (0..<random.draw(below: 300)).map { _ in
                    ["a", "\u{1}", "é", "👨‍👩‍👧", "\"", "/"][Int(random.draw(below: 6))]
                }.joined())
            let cut = JSONValue.string(shortened(name, to: 64)).canonical.utf8.count
            #expect(cut <= 64, "seed \(seed)")
        }
    }
}

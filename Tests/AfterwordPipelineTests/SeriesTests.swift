import AfterwordCore
import AfterwordPipeline
import AfterwordTesting
import Foundation
import Testing

/// Dates in the names of files and folders, and the series that they make.
@Suite struct SeriesTests {
    @Test(
        "A name tells a date in every spelling that programs write",
        arguments: [
            ("reviews-2026-1-5.json", "2026-01-05T00:00:00Z"),
            ("reviews_2026_01_05.json", "2026-01-05T00:00:00Z"),
            ("reviews.2026.01.05.json", "2026-01-05T00:00:00Z"),
            ("评论2026年1月5日.json", "2026-01-05T00:00:00Z"),
            ("レビュー20260105.json", "2026-01-05T00:00:00Z"),
            ("20260105101530.json", "2026-01-05T10:15:30Z"),
            ("reviews_202601051015.json", "2026-01-05T10:15:00Z"),
            ("reviews_20260105_1015.json", "2026-01-05T10:15:00Z"),
            ("reviews_2026-01-05_101530.json", "2026-01-05T10:15:30Z"),
            ("reviews_2026-01-05_10-15-30.json", "2026-01-05T10:15:30Z"),
            ("reviews 2026-01-05 10.15.30.json", "2026-01-05T10:15:30Z"),
            ("reviews_2026-01-05_10-15.json", "2026-01-05T10:15:00Z"),
            ("reviews-2026-01-05T10-15-30.123Z.json", "2026-01-05T10:15:30Z"),
            ("reviews-2026-01-05T10:15:30+02:00.json", "2026-01-05T08:15:30Z"),
            ("reviews-20260105T101530-0500.json", "2026-01-05T15:15:30Z"),
            ("export-25-01-2026.json", "2026-01-25T00:00:00Z"),
            ("export-1.25.2026.json", "2026-01-25T00:00:00Z"),
            ("export-05-05-2026.json", "2026-05-05T00:00:00Z"),
            ("old_2025-01-01_new_2026-01-05.json", "2026-01-05T00:00:00Z"),
            ("dt=2026-01-05_of_2025-01-01", "2026-01-05T00:00:00Z"),
            ("part-2026-01-05-01-of-03.jsonl", "2026-01-05T00:00:00Z"),
            ("part-20260105-000001.jsonl", "2026-01-05T00:00:00Z"),
            ("2999-01-01", "2999-01-01T00:00:00Z"),
        ])
    func spellings(name: String, expected: String) {
        #expect(instant(inName: name)?.description == expected)
    }

    @Test(
        "A number that is no date is read as none",
        arguments: [
            "v20260105.json", "V2026-01-05.json", "20261301.json", "19991231x.json",
            "12345678901234.json", "20260105999999.json", "10010101.json", "2026-01.json",
            "2026-13-05.json", "export-05-01-2026.json", "export-13-13-2026.json", "B0020260105",
            "2026-01-05x.json", "2026-01-05Tx.json", "1.2.3.json", "550e8400-e29b-41d4-a716",
            "reviews_2018.jsonl.gz", "5012345678900.json", "review_111.json", "",
        ])
    func others(name: String) {
        #expect(instant(inName: name) == nil)
    }

    @Test("A date whose day and month may be either way round is named")
    func ambiguous() {
        #expect(ambiguousDate(inName: "reviews-05-01-2026.json") == "05-01-2026")
        #expect(ambiguousDate(inName: "reviews-25-01-2026.json") == nil)
        #expect(ambiguousDate(inName: "reviews.json") == nil)
    }

    /// Each dump as `name instant: files`.
    private func opened(_ names: [String], files glob: String? = nil) throws -> [String] {
        try opened(names, below: "d", files: glob)
    }

    private func opened(
        _ names: [String], below root: String, at path: String? = nil, files glob: String? = nil
    ) throws -> [String] {
        let folder = try TemporaryFolder()
        for name in names {
            if name.hasSuffix("/") {
                try FileManager.default.createDirectory(
                    atPath: "\(folder.path)/\(root)/\(name)", withIntermediateDirectories: true)
            } else {
                try folder.write("\(root)/\(name)", "[]")
            }
        }
        return try openDumps("\(folder.path)/\(path ?? root)", files: glob).map { dump in
            let instant = dump.namedInstant?.description.prefix(16) ?? "now"
            return "\(dump.name) \(instant): "
                + dump.files.map(\.name).joined(separator: ", ")
        }
    }

    @Test("Files whose names hold dates are a series, files of one instant one dump")
    func files() throws {
        #expect(
            try opened(["r-2026-01-12.jsonl", "r-2026-01-05.jsonl"]) == [
                "r-2026-01-05.jsonl 2026-01-05T00:00: r-2026-01-05.jsonl",
                "r-2026-01-12.jsonl 2026-01-12T00:00: r-2026-01-12.jsonl",
            ])
        #expect(
            try opened(["a-20260105-1.json", "b_2026-01-05.json", "a-20260112.json"]) == [
                "2026-01-05 2026-01-05T00:00: a-20260105-1.json, b_2026-01-05.json",
                "a-20260112.json 2026-01-12T00:00: a-20260112.json",
            ])
        #expect(
            try opened(["one-2026-01-05.json"]) == [
                "one-2026-01-05.json 2026-01-05T00:00: one-2026-01-05.json"
            ])
        #expect(
            try opened(["DE/2026-01-05.json", "UK/2026-01-05.json", "UK/2026-01-12.json"]) == [
                "2026-01-05 2026-01-05T00:00: DE/2026-01-05.json, UK/2026-01-05.json",
                "UK/2026-01-12.json 2026-01-12T00:00: UK/2026-01-12.json",
            ])
    }

    @Test("Dated folders are found at any depth, as year, month and day too")
    func folders() throws {
        #expect(
            try opened(["dt=2026-01-05/p.jsonl", "dt=2026-01-12/p.jsonl"]) == [
                "dt=2026-01-05 2026-01-05T00:00: p.jsonl",
                "dt=2026-01-12 2026-01-12T00:00: p.jsonl",
            ])
        #expect(
            try opened(["2026/01/05/p-0.jsonl", "2026/01/05/p-1.jsonl", "2025/12/31/p-0.jsonl"])
                == [
                    "2025/12/31 2025-12-31T00:00: p-0.jsonl",
                    "2026/01/05 2026-01-05T00:00: p-0.jsonl, p-1.jsonl",
                ])
        #expect(
            try opened(["year=2026/month=1/day=5/hour=14/p.json"]) == [
                "year=2026/month=1/day=5/hour=14 2026-01-05T14:00: p.json"
            ])
        #expect(
            try opened(["2026/01/05.json", "2026/01/06.json"]).map { $0.prefix(15) } == [
                "2026/01/05.json", "2026/01/06.json",
            ])
        #expect(
            try opened(["m/DE/2026-01-05/p.json", "m/UK/2026-01-05/p.json"]) == [
                "2026-01-05 2026-01-05T00:00: m/DE/2026-01-05/p.json, m/UK/2026-01-05/p.json"
            ])
    }

    @Test("Dated files beside dated folders make one series")
    func mixed() throws {
        #expect(
            try opened(["2026-01-05/a.json", "r-2026-01-12.json", "README.txt"]) == [
                "2026-01-05 2026-01-05T00:00: a.json",
                "r-2026-01-12.json 2026-01-12T00:00: r-2026-01-12.json",
            ])
        #expect(
            try opened(["2026-01-05/a.json", "r-2026-01-05.json"]) == [
                "2026-01-05 2026-01-05T00:00: 2026-01-05/a.json, r-2026-01-05.json"
            ])
    }

    @Test("The path itself may hold the date: of a folder, of three, or of the one above a file")
    func paths() throws {
        let names = ["a.json", "b.json"]
        let one = try opened(names, below: "weekly/dt=2026-01-05")
        #expect(one == ["dt=2026-01-05 2026-01-05T00:00: a.json, b.json"])
        let split = try opened(names, below: "2026/01/05")
        #expect(split == ["2026/01/05 2026-01-05T00:00: a.json, b.json"])
        let year = try opened(["05/a.json", "06/a.json"], below: "2026/01")
        #expect(year.map { $0.prefix(19) } == ["05 2026-01-05T00:00", "06 2026-01-06T00:00"])
        for folder in ["dt=2026-01-05", "2026/01/05"] {
            let file = try opened(["p.json"], below: folder, at: folder + "/p.json")
            #expect(file == ["p.json 2026-01-05T00:00: p.json"])
        }
        // Its files are of other days, and its own date counts.
        #expect(
            try opened(["r-2026-01-01.json", "r-2026-01-02.json"], below: "2026-01-31") == [
                "2026-01-31 2026-01-31T00:00: r-2026-01-01.json, r-2026-01-02.json"
            ])
        #expect(
            try opened(["2026-01-05/a.json"], below: "2026-01-31").map { $0.prefix(10) } == [
                "2026-01-05"
            ])
    }

    @Test("All names together tell whether numbers are dates, times or parts")
    func together() throws {
        #expect(try opened(["2026/01/1.json", "2026/01/2.json"]).count == 1)
        // Of products' numbers one looks like a date.
        #expect(try opened(["20150314.json", "20159999.json"]).count == 1)
        #expect(try opened(["20150314.json", "20150315.json"]).count == 2)
        #expect(try opened(["r_20260105_0930.json", "r_20260105_2130.json"]).count == 2)
        #expect(try opened(["r_20260105_0000.json", "r_20260105_0001.json"]).count == 1)
        #expect(try opened(["r_20260105_0100.json", "r_20260105_0099.json"]).count == 1)
        #expect(try opened(["r-05-01-2026.json", "r-26-01-2026.json"]).count == 2)
        #expect(
            try opened(["r-05-01-2026.json", "r-12-01-2026.json"]) == [
                "d now: r-05-01-2026.json, r-12-01-2026.json"
            ])
    }

    @Test("Reviews without a date beside a series are refused, unless --files leaves them out")
    func outside() throws {
        let names = ["2026-01-05/a.json", "r-2026-01-12.json", "more.json"]
        #expect(throws: InputFault.outsideSeries("more.json")) { try opened(names) }
        #expect(try opened(names, files: "[ar]*.json").count == 2)
        let files = ["r-2026-01-05.json", "r-2026-01-12.json", "more.json"]
        #expect(throws: InputFault.outsideSeries("more.json")) { try opened(files) }
        #expect(try opened(files, files: "r-2026-01-12*").count == 1)
        #expect(throws: InputFault.nothingToRead(dump: "d", ignored: 3)) {
            try opened(files, files: "x*")
        }
        // One date is no series: it is that of the dump.
        #expect(
            try opened(["r-2026-01-05.json", "products.json"]) == [
                "d 2026-01-05T00:00: products.json, r-2026-01-05.json"
            ])
    }

    @Test("A dated folder without review files is refused, as a file that is missing may be")
    func empty() throws {
        #expect(throws: InputFault.nothingToRead(dump: "2026-01-12", ignored: 0)) {
            try opened(["2026-01-05/a.json", "2026-01-12/"])
        }
        #expect(throws: InputFault.otherFormat(file: "a.xlsx", .spreadsheet)) {
            try opened(["2026-01-05/a.json", "2026-01-12/a.xlsx"])
        }
        // A dated file of another form is named with the last dump.
        #expect(try opened(["r-2026-01-05.json", "r-2026-01-12.xlsx"]).count == 1)
        // Tables are files like any other; without a date they are notes on the series.
        #expect(try opened(["r-2026-01-05.json", "r-2026-01-12.csv"]).count == 2)
        #expect(try opened(["2026-01-05/a.json", "2026-01-12/a.csv.gz", "notes.tsv"]).count == 2)
    }

    @Test(
        "A month may be a word",
        arguments: [
            "export_Jan-05-2026.json", "5 Jan 2026.json", "r-05jan2026.json", "2026-Jan-05.json",
            "January 5, 2026.json", "export_5_Januar_2026.json.gz", "reviews 5 janvier 2026.csv",
            "Reviews.Jan.5.2026.json",
        ])
    func wordedMonths(name: String) {
        #expect(instant(inName: name) == Instant(iso8601: "2026-01-05"))
    }

    @Test(
        "A word beside numbers is no date",
        arguments: [
            "Jan-2026.json", "part 5 of 2026.json", "5 Jan 26.json", "32 Jan 2026.json",
            "xJan-05-2026.json", "5 Jan 2026x.json", "maria 5 2026.json", "Jan-05-9999.json",
        ])
    func noWordedMonths(name: String) { #expect(instant(inName: name) == nil) }

    private func load(
        _ files: [(String, String)], _ change: (inout LoadOptions) -> Void = { _ in }
    ) throws -> [LoadReport] {
        let folder = try TemporaryFolder()
        for (name, text) in files { try folder.write(name, text) }
        let fixture = Fixture()
        var options = LoadOptions()
        options.salts = .seeded(1)
        change(&options)
        let surroundings = LoadSurroundings(now: { Instant(seconds: 1_790_000_000) })
        let dumps = try openDumps(folder.path)
        try checkSeries(dumps, options, surroundings)
        return try dumps.map {
            try loadDump($0, into: fixture.store, options: options, surroundings: surroundings)
        }
    }

    @Test(
        "An empty snapshot of a series is a dump with none, and the series goes on",
        arguments: ["[]", "", "\n"], ["r-2026-01-12.json", "2026-01-12/r.json"])
    func none(text: String, name: String) throws {
        let one = Fixture.array(Fixture.reviews("P1", 3))
        let dated = ["05", "12", "19"].map { name.replacing("-12", with: "-\($0)") }
        let reports = try load([(dated[0], one), (dated[1], text), (dated[2], one)])
        #expect(reports.map(\.run.balance.found) == [3, 0, 3])
        #expect(reports.map(\.run.balance.inserted) == [3, 0, 0])
        #expect(reports.map(\.run.observedOrigin) == [.folderName, .folderName, .folderName])
    }

    @Test("A file without bytes deletes nothing of a complete series, and alone is no dump")
    func noBytes() throws {
        let one = Fixture.array(Fixture.reviews("P1", 3))
        #expect(throws: InputFault.incompleteDump(reason: "r-2026-01-12.json is empty")) {
            try load([("r-2026-01-05.json", one), ("r-2026-01-12.json", "")]) {
                $0.completeness = .products
            }
        }
        #expect(throws: InputFault.emptyFile("r-2026-01-12.json")) {
            try load([("r-2026-01-12.json", "")])
        }
    }

    @Test(
        "Versions that only the names of their files could order are refused",
        arguments: [
            ["r-05-01-2026.json", "r-12-01-2026.json"], ["r-2026-01.json", "r-2026-02.json"],
            ["2026-W02/r.json", "2026-W03/r.json"], ["2026/01/r.json", "2026/02/r.json"],
            ["r-2026-01-05.json", "r.json"], ["r-2026-Q1.json", "r-2026-Q2.json"],
            ["dump-2026W05.json", "dump-2026W06.json"], ["week1.json", "week2.json"],
            ["r-1767398400.json", "r-1767998400.json"], ["rev20260105.json", "rev20260106.json"],
            ["Jan-05.json", "Feb-05.json"], ["week1/part-1.json", "week2/part-2.json"],
        ])
    func undated(names: [String]) throws {
        func text(_ stars: Int, _ name: String) -> String {
            """
            [{"review_id":"\(name)","rating":\(stars),"title":"t","text":"the text of it",\
            "parent_asin":"P1","user_id":"u\(name)","timestamp":1588687728923,\
            "verified_purchase":true,\
            "helpful_vote":0,"asin":"P1","images":[]}]
            """
        }
        let others = [(names[0], text(1, "a")), (names[1], text(5, "b"))]
        #expect(try load(others).count == 1, "other reviews contradict nothing")
        let versions = [(names[0], text(1, "a")), (names[1], text(5, "a"))]
        let sorted = names.sorted { Text($0) < Text($1) }
        #expect(throws: InputFault.undatedVersions(sorted[0], sorted[1])) { try load(versions) }
        let one = try load(versions) { $0.observedAt = Instant(iso8601: "2026-02-01") }
        #expect(one.map(\.run.balance.shadowed) == [1])
        for plain in [["a.json", "b.json"], ["part-1.json", "part-2.json"]] {
            let parts = [(plain[0], text(1, "a")), (plain[1], text(5, "a"))]
            #expect(try load(parts).map(\.run.balance.shadowed) == [1])
        }
        let dated = [("2026-01-05/r1.json", text(1, "a")), ("2026-01-05/r2.json", text(5, "a"))]
        #expect(try load(dated).map(\.run.balance.shadowed) == [1], "of one moment")
    }

    @Test("Dated files that are said to be complete all name the same products, or are refused")
    func complete() throws {
        let (one, two) = (Fixture.reviews("P1", 2), Fixture.reviews("P2", 2))
        let both = Fixture.array(one + two)
        let files = [
            ("r-2026-01-05.json", both), ("r-2026-01-12.json", Fixture.array(one)),
        ]
        #expect(try load(files).count == 2, "harmless where nothing is said to be complete")
        #expect(
            throws: InputFault.unlikeInSeries(
                "r-2026-01-05.json", "r-2026-01-12.json", product: "P2")
        ) { try load(files) { $0.completeness = .all } }
        let same = try load([("r-2026-01-05.json", both), ("r-2026-01-12.json", both)]) {
            $0.completeness = .all
        }
        #expect(same.map(\.run.balance.unchanged) == [0, 4])
        let folders = try load([
            ("2026-01-05/r.json", both), ("2026-01-12/r.json", Fixture.array(one)),
        ]) { $0.completeness = .all }
        #expect(folders.map(\.run.deleted) == [0, 2])
    }
}

import AfterwordCore
import Foundation
import Testing

/// How commands name dumps and news. Each test carries the name of its case.
@Suite struct WordCommandTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func run(_ arguments: String...) throws -> Program.Result {
        try Program.run(arguments, in: folder.path)
    }

    private func rows(_ result: Program.Result) throws -> [JSONValue] {
        try result.output.split(separator: "\n").map { try JSONValue(parsing: Array($0.utf8)) }
    }

    private func review(
        _ rating: Int, _ body: String, brand: String = "Acme", product: String = "B0ACME0001"
    ) -> String {
        #"{"PRODUCT_BRAND":"\#(brand)","CUSTOMER_REVIEW_RATING":\#(rating),"#
            + #""CUSTOMER_REVIEW_TITLE":"A title","CUSTOMER_REVIEW_DESCRIPTION":"\#(body)","#
            + #""CHILD_ASIN":"\#(product)"}"#
    }

    private func write(_ day: String, _ reviews: [String]) throws {
        try folder.write("dumps/\(day)/r.json", "[" + reviews.joined(separator: ",") + "]")
    }

    private var good: [String] { (0..<12).map { review(5, "A good thing, number \($0)") } }

    /// Loads two weeks: the first with praise and `before`, the second with praise and `more`.
    private func load(_ more: [String], before: [String] = []) throws {
        try write("2026-03-02", good + before)
        try write("2026-03-09", good + more)
        let loaded = try run("run", "dumps", "--complete", "all")
        #expect(loaded.code == 0, "\(loaded.errors)")
    }

    @Test("newest-dump-blanked: a catalog and a retry leave the danger and the age")
    func newestDumpBlanked() throws {
        try load([review(1, "It caught fire after a week")])
        let before = try run("inbox")
        #expect(before.output.contains("fire_or_smoke"))
        try folder.write("catalog.csv", "asin,title\nB0ACME0001,Acme Kettle\n")
        #expect(try run("catalog", "load", "catalog.csv").code == 0)
        #expect(try run("run", "dumps", "--complete", "all").code == 0)
        #expect(try run("inbox").output == before.output)
        let report = try run("report", "--format", "md")
        #expect(
            report.output.contains("# Portfolio: 2026\\-03\\-02 to 2026\\-03\\-09")
                || report.output.contains("# Portfolio: 2026-03-02 to 2026-03-09"))
        #expect(report.output.contains("It caught fire after a week"))
        let status = try run("status", "--max-age", "8d")
        #expect(status.code == 1 && status.output.contains("Newest dump: 2026-03-09, "))
        #expect(try run("changes", "portfolio", "--alert").code == 6, "a danger is an alert")
    }

    @Test("alert-top-never-exits-6: all brands are watched, those beyond the list too")
    func alertTop() throws {
        let broken = (2..<9).map { review(1, "It broke after \($0) days.") }
        let other = (0..<9).map {
            review(4, "Another thing, number \($0)", brand: "Zeta", product: "B0ZETA0001")
        }
        try load(broken + other, before: [other[0]])
        let top = try run("changes", "--top", "5", "--alert")
        #expect(top.code == 6)
        #expect(
            top.output.split(separator: "\n").contains {
                $0.contains("Acme") && $0.contains("ALERT")
            })
        #expect(try run("changes", "brand:Acme", "--alert").code == 6)
        #expect(try run("changes", "brand:Zeta", "--alert").code == 0)
        #expect(try run("changes", "--top", "5").code == 0)
        let json = try rows(try run("changes", "--top", "5", "--json"))
        #expect(json.first?["alerts"]?.elements?.count == 2)
        #expect(json.first?["new_negatives"] == .number("7"))
    }

    @Test("edited-counted-as-new-negative: from one star to two is none")
    func edited() throws {
        let body = "It broke after a week but the shop was friendly."
        try load([review(2, body)], before: [review(1, body)])
        let report = try run("report", "--format", "md")
        #expect(report.output.contains("0 new negatives, 0 edited down"))
        #expect(!report.output.contains("## New negatives"))
        #expect(report.output.contains("## Edited\n"))
        #expect(try rows(try run("inbox", "--json")).map { $0["kind"]?.text } == ["edited"])
    }

    @Test("past-insight-off-by-one: as of a dump, the insight of that dump")
    func pastInsight() throws {
        try write("2026-03-02", good)
        try write("2026-03-09", good + (2..<9).map { review(1, "It broke after \($0) days.") })
        for day in ["2026-03-02", "2026-03-09"] {
            let loaded = try run(
                "run", "dumps/\(day)", "--complete", "all", "--insights", "top:1")
            #expect(loaded.code == 0, "\(loaded.errors)")
        }
        let asked = [
            ("1", "1"), ("2", "1"), ("3", "3"), ("4", "3"), ("2026-03-02", "1"),
            ("2026-03-09", "3"),
        ]
        for (moment, evidence) in asked {
            let row = try rows(try run("insight", "brand:Acme", "--as-of", moment, "--json"))
            #expect(row.first?["evidence_run"] == .number(evidence), "as of \(moment)")
        }
    }

    @Test("silent-wrong-brand: a name that is none is refused with the nearest")
    func wrongBrand() throws {
        try load([review(1, "It caught fire", brand: "BELLE VOUS", product: "B0BELLE001")])
        for command in ["safety", "products", "themes"] {
            let wrong = try run(command, "--brand", "BELE VOUS")
            #expect(wrong.code == 2, "\(command)")
            #expect(wrong.errors.contains("no brand BELE VOUS; did you mean BELLE VOUS?"))
            let folded = try run(command, "--brand", "belle vous")
            let exact = try run(command, "--brand", "BELLE VOUS")
            #expect(folded.code == 0 && folded.output == exact.output)
        }
        for command in ["insight", "changes"] {
            #expect(try run(command, "brand:BELE VOUS").errors.contains("did you mean BELLE VOUS?"))
        }
        #expect(try run("report", "--scope", "brand:bele vous").errors.contains("did you mean"))
        #expect(try run("reviews", "b0belle001").code == 0)
        #expect(try run("reviews", "B0BELLE01").errors.contains("did you mean B0BELLE001?"))
        for star in ["9", "0", "-1"] {
            #expect(try run("reviews", "B0BELLE001", "--star=\(star)").code == 2)
        }
        #expect(try run("products", "--category", "Nothing").code == 2)
    }

    @Test("report-hides-most: everything new and resolved is in it, the worst first")
    func wholeReport() throws {
        let broken = (0..<60).map { review(1 + $0 % 2, "It broke on day \($0) of all") }
        let mended = (0..<3).map { review(4, "Mended, and number \($0) it was") }
        let sad = (0..<3).map { review(1, "Mended, and number \($0) it was") }
        try load(broken + mended + [review(2, "It caught fire")], before: sad)
        let report = try run("report", "--format", "md").output
        #expect(report.contains("61 new negatives"))
        #expect(report.contains("3 resolved"))
        for number in 0..<60 { #expect(report.contains("It broke on day \(number) of all")) }
        for number in 0..<3 { #expect(report.contains("Mended, and number \(number) it was")) }
        func place(_ text: String) -> String.Index? { report.range(of: text)?.lowerBound }
        let places = [
            "names 1 of 1 known product", "## Safety", "## New negatives", "day 58 of", "day 1 of",
            "## Resolved",
        ]
        .compactMap(place)
        #expect(places.count == 6 && places == places.sorted())
    }

    @Test("report-hides-most: the past can be asked for by run, date, instant and label")
    func moments() throws {
        try load([review(1, "It broke after a day")])
        let week = try run("report", "--as-of", "2026-03-02", "--format", "md")
        #expect(week.code == 0 && week.output.contains("all up to 2026"))
        let march = try run("report", "--as-of", "2026-03-09", "--format", "md").output
        let more = try run(
            "run", "dumps/2026-03-02", "--observed-at", "2026-03-16", "--dump", "week 12")
        #expect(more.code == 0, "\(more.errors)")
        #expect(try run("report", "--as-of", "2026-03-09", "--format", "md").output == march)
        for moment in ["0", "1", "2026-03-02", "week 12", "last"] {
            #expect(try run("report", "--since", moment).code == 0, "\(moment)")
            #expect(try run("inbox", "--since", moment).code == 0, "\(moment)")
            #expect(try run("safety", "--since", moment).code == 0, "\(moment)")
            #expect(try run("changes", "portfolio", "--from", moment).code == 0, "\(moment)")
        }
        #expect(try run("inbox", "--as-of", "week 12").code == 0)
        for command in [["inbox"], ["report"], ["safety"]] {
            let wrong = try Program.run(command + ["--since", "soon"], in: folder.path)
            #expect(wrong.code == 2 && wrong.errors.contains("2026-03-09T12:00Z"), "\(wrong)")
        }
        #expect(try run("changes", "portfolio", "--from", "week 12", "--to", "1").code == 2)
        #expect(try rows(try run("runs", "--json"))[2]["dump_label"]?.text == "week 12")
        for label in ["7", "last", ""] {
            #expect(try run("plan", "dumps/2026-03-02", "--dump", label).code == 2, "\(label)")
        }
        #expect(try run("plan", "dumps", "--dump", "all").code == 2, "a series is several dumps")
        #expect(try run("audit").code == 0)
    }

    @Test("newest-is-mock-order: no mock time is shown as a review's own")
    func mockOrder() throws {
        try load([review(1, "It broke after a day")])
        let listed = try run("reviews", "B0ACME0001", "--limit", "1").output
        #expect(listed.contains("It broke after a day") && listed.contains("run 2"))
        let first = try rows(try run("reviews", "B0ACME0001", "--json"))[0]
        let history = try run("history", "B0ACME0001", try #require(first["review_id"]?.text))
        #expect(history.output.contains("created: the source does not say (mock "))
    }
}

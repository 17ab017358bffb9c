import AfterwordCore
import Foundation
import Testing

/// `safety`, `safety judge`, `safety verdicts` and `--alert` on the command line.
@Suite struct SafetyCommandTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func run(_ arguments: String...) throws -> Program.Result {
        try Program.run(arguments, in: folder.path)
    }

    private func rows(_ result: Program.Result) throws -> [JSONValue] {
        try result.output.split(separator: "\n").map { try JSONValue(parsing: Array($0.utf8)) }
    }

    /// Two weeks: first mold and a rash; then fire in a five-star review, a product called
    /// dangerous, and two denials; as reader 1 reads them, by whose phrases they are written.
    private func writeWeeks() throws {
        func review(_ product: String, _ rating: Int, _ body: String) -> String {
            #"{"PRODUCT_BRAND":"Lumora","CUSTOMER_REVIEW_RATING":\#(rating),"CUSTOMER_REVIEW_TITLE":"A title","CUSTOMER_REVIEW_DESCRIPTION":"\#(body)","CHILD_ASIN":"\#(product)"}"#
        }
        let first = [
            review("A01", 1, "I got a rash from the strap and it is not nice."),
            review("A01", 1, "There is mold in it after a week and it stinks."),
        ]
        let second = [
            review("Z09", 5, "It caught fire, but they gave me my money back."),
            review("B02", 2, "This is dangerous and they should not sell it."),
            review("B02", 5, "Water drains quickly, preventing any mildew."),
            review("B02", 5, "Mit Schimmel hatte ich auch keinerlei Probleme."),
        ]
        try folder.write("dumps/2026-03-02/a.json", "[\(first.joined(separator: ","))]")
        try folder.write(
            "dumps/2026-03-09/a.json", "[\((first + second).joined(separator: ","))]")
        #expect(try run("run", "dumps", "--reader", "1").code == 0)
    }

    @Test("A new store's dangers are those of reader 2: fire first, what is denied is counted")
    func newStore() throws {
        func review(_ product: String, _ rating: Int, _ body: String) -> String {
            #"{"PRODUCT_BRAND":"Lumora","CUSTOMER_REVIEW_RATING":\#(rating),"CUSTOMER_REVIEW_TITLE":"A title","CUSTOMER_REVIEW_DESCRIPTION":"\#(body)","CHILD_ASIN":"\#(product)"}"#
        }
        let reviews = [
            review("A01", 1, "I got a rash from the strap and it is not nice."),
            review("B02", 2, "This is dangerous and they should not sell it."),
            review("Z09", 1, "The charger caught fire, but they gave me my money back."),
            review("B02", 5, "Water drains quickly, preventing any mildew."),
            review("B02", 5, "Mit Schimmel hatte ich auch keinerlei Probleme."),
        ]
        try folder.write("dump/a.json", "[\(reviews.joined(separator: ","))]")
        #expect(try run("run", "dump").code == 0)
        let list = try run("safety", "--alert")
        #expect(list.code == 6, "\(list.errors)")
        #expect(list.output.contains("2 more, probably not dangers"), "\(list.output)")
        let json = try rows(try run("safety", "--json"))
        #expect(json.map { $0["class"]?.text } == ["A", "A", "B"], "\(json)")
        #expect(
            json.map { $0["hazard"]?.text } == ["fire_or_smoke", "skin_reaction", "dangerous"])
        #expect(try rows(try run("safety", "--json", "--all")).count == 5)
        let inbox = try run("inbox", "--alert")
        #expect(inbox.code == 6 && inbox.output.contains("A safety: fire_or_smoke"))
    }

    @Test("Fire stands first, the class beside it; what is denied is counted; --alert exits 6")
    func list() throws {
        try writeWeeks()
        let list = try run("safety", "--alert")
        #expect(list.code == 6, "\(list.errors)")
        let lines = list.output.split(separator: "\n")
        #expect(lines[1].contains("fire_or_smoke") && lines[1].contains("Z09"))
        #expect(list.output.contains("2 more, probably not dangers"))
        #expect(list.output.contains("known product"), "an all-clear says what it covers")
        let json = try rows(try run("safety", "--json"))
        #expect(json.map { $0["class"]?.text } == ["A", "A", "A", "B"])
        #expect(
            json.map { $0["hazard"]?.text }
                == ["fire_or_smoke", "toxic_or_allergic", "mould", "dangerous"])
        #expect(try rows(try run("safety", "--json", "--all")).count == 6)
        let inbox = try run("inbox", "--alert")
        #expect(inbox.code == 6)
        #expect(inbox.output.contains("A safety: fire_or_smoke"))
        #expect(inbox.output.contains("2 more, probably not dangers"))
    }

    @Test("A review with two kinds of danger is one review and two dangers in the count")
    func twoDangers() throws {
        let text = "It caught fire on day two. I got a rash from the strap."
        try folder.write(
            "dump/a.json",
            #"[{"CUSTOMER_REVIEW_RATING":1,"CUSTOMER_REVIEW_TITLE":"A title","#
                + #""CUSTOMER_REVIEW_DESCRIPTION":"\#(text)","PRODUCT_BRAND":"Lumora","#
                + #""CHILD_ASIN":"A01"}]"#)
        #expect(try run("run", "dump").code == 0)
        for arguments in [["safety"], ["safety", "--all"], ["safety", "--since", "last"]] {
            let list = try Program.run(arguments, in: folder.path)
            #expect(list.output.contains("1–2 of 2 dangers in 1 review"), "\(list.output)")
        }
    }

    @Test("Judged false it leaves list, inbox, report and alarm; the verdict is listed")
    func judged() throws {
        try writeWeeks()
        for entry in try rows(try run("safety", "--since", "last", "--json")) {
            let id = try #require(entry["review_id"]?.text)
            let product = try #require(entry["product_id"]?.text)
            let judged = try run(
                "safety", "judge", product, id, "false", "--by", "Ann", "--why", "staged")
            #expect(judged.code == 0, "\(judged.errors)")
            #expect(judged.output.contains("judged false: version 1"))
        }
        #expect(try run("safety", "--alert").code == 0)
        #expect(try run("inbox", "--alert").code == 0)
        #expect(try run("changes", "--top", "5", "--alert").code == 0)
        let report = try run("report", "--format", "md")
        #expect(report.code == 0 && !report.output.contains("## Safety"))
        #expect(try run("safety", "--as-of", "2", "--alert").code == 6, "as it was before")
        let verdicts = try rows(try run("safety", "verdicts", "--json"))
        #expect(verdicts.count == 2)
        #expect(
            verdicts.allSatisfy { $0["holds"] == .bool(true) && $0["judged_by"]?.text == "Ann" })
        #expect(try run("audit").code == 0)
    }

    @Test("What cannot be judged is refused in words")
    func refused() throws {
        let none = try run("safety", "judge", "A", "B", "real", "--by", "x", "--why", "y")
        #expect(none.code == 3)
        #expect(!FileManager.default.fileExists(atPath: folder.path + "/afterword.sqlite"))
        try writeWeeks()
        let missing = try run("safety", "judge", "A01", "B", "real", "--by", "x", "--why", "y")
        #expect(missing.code == 2 && missing.errors.contains("no such review"))
        let word = try run("safety", "judge", "A01", "B", "perhaps", "--by", "x", "--why", "y")
        #expect(word.code == 2)
        let blank = try run("safety", "judge", "A01", "B", "real", "--by", " ", "--why", "y")
        #expect(blank.code == 2 && blank.errors.contains("--by"))
    }
}

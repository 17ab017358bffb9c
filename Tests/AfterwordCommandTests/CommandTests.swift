import AfterwordCore
import Foundation
import Testing

@Suite struct CommandTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func run(
        _ arguments: String..., environment: [String: String] = [:]
    ) throws -> Program.Result {
        try Program.run(arguments, in: folder.path, environment: environment)
    }

    private func rows(_ result: Program.Result) throws -> [JSONValue] {
        try result.output.split(separator: "\n").map { try JSONValue(parsing: Array($0.utf8)) }
    }

    /// Two weeks of one product, with an edited review, a new one and a deleted one.
    private func writeWeeks() throws {
        func review(_ rating: Int, _ body: String) -> String {
            #"{"PRODUCT_BRAND":"Lumora","CUSTOMER_REVIEW_RATING":\#(rating),"CUSTOMER_REVIEW_TITLE":"A title","CUSTOMER_REVIEW_DESCRIPTION":"\#(body)","CHILD_ASIN":"B01"}"#
        }
        let (a, b, c) = ("The first text of all", "The second text of all", "The third text of all")
        try folder.write("dumps/2026-03-02/a.json", "[\(review(3, a)),\(review(5, b))]")
        try folder.write("dumps/2026-03-09/a.json", "[\(review(1, a)),\(review(4, c))]")
    }

    @Test("A command leaves one file: SQLite's log and index go with it")
    func oneFile() throws {
        try writeWeeks()
        for arguments in [["run", "dumps"], ["products"], ["reviews", "B01"], ["status"]] {
            #expect(try Program.run(arguments, in: folder.path).code == 0)
            let left = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
            #expect(left == ["afterword.sqlite", "dumps"], "\(arguments)")
        }
    }

    @Test("A series is loaded in order; what changed is told and can be asked for")
    func story() throws {
        try writeWeeks()
        let run = try run("run", "dumps", "--complete", "products")
        #expect(run.code == 0, "\(run.errors)")
        #expect(run.output.contains("2 reviews in 1 product: 2 inserted, 0 rejected."))
        #expect(run.output.contains("1 inserted, 1 updated, 0 rejected; 1 deleted."))
        #expect(!run.output.contains("\u{1B}["), "no colours where no terminal is")

        let products = try rows(try self.run("products", "--json"))
        #expect(products.count == 1)
        #expect(products[0]["review_count"] == .number("2"))
        #expect(products[0]["rating_sum"] == .number("50"))

        let reviews = try rows(try self.run("reviews", "B01", "--json", "--deleted"))
        #expect(reviews.count == 3)
        let edited = try #require(
            reviews.first { $0["version"] == .number("2") && $0["is_live"] == .bool(true) })
        let history = try rows(
            try self.run("history", "B01", try #require(edited["review_id"]?.text), "--json"))
        #expect(history.map { $0["operation"]?.text } == ["insert", "update"])
        #expect(history[1]["changed_fields"] == .array([.string("rating")]))

        let past = try self.run("product", "B01", "--as-of", "1", "--json")
        #expect(try rows(past)[0]["rating_sum"] == .number("80"))
        #expect(past.errors.hasPrefix("as of run 1, recorded "))
        let observed = try self.run("reviews", "B01", "--as-observed", "2026-03-08", "--json")
        #expect(try rows(observed).map { $0["version"] } == [.number("1"), .number("1")])
        #expect(try self.run("brands", "--as-of", "9").errors.contains("there is no run 9"))
        #expect(
            try self.run("brands", "--as-of", "2100-01-01").errors.contains("after the newest run"))
        #expect(try self.run("brands", "--as-observed", "2026-03-01").errors.contains("no run yet"))
        #expect(try self.run("brands", "--as-of", "soon").code == 2)

        let runs = try rows(try self.run("runs", "--json"))
        #expect(runs.count == 2)
        #expect(runs[1]["files"]?.elements?.count == 1)
        #expect(try self.run("product", "B01").output.contains("no_source_time"))
        #expect(try self.run("brands").output.contains("Lumora"))
        #expect(try self.run("rejects").output.contains("none of 0 rejects"))
        #expect(
            try self.run("copy", "--from", "afterword.sqlite", "--to", "other.sqlite").output
                .hasPrefix("Copied 2 runs, history "))
        #expect(
            try self.run("copy", "--from", "afterword.sqlite", "--to", "other.sqlite").code == 2)
        #expect(
            try self.run("runs", "--json", "--store", "sqlite:other.sqlite").output
                == self.run("runs", "--json").output)
        #expect(try self.run("audit").output.contains("The history of 2 runs holds."))
        #expect(try self.run("status").code == 0)
        #expect(try self.run("status", "--max-age", "8d").code == 1)
    }

    @Test("A plan writes nothing, with or without a store")
    func plan() throws {
        try writeWeeks()
        let plan = try run("plan", "dumps/2026-03-02")
        #expect(plan.code == 0 && plan.output.contains("Plan of run 1"))
        let files = { try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() }
        #expect(try files() == ["dumps"])
        // An empty file is not yet a store and must stay unchanged.
        try folder.write("afterword.sqlite", "")
        #expect(try run("plan", "dumps/2026-03-02").code == 0)
        #expect(try run("products").code == 3)
        #expect(try files() == ["afterword.sqlite", "dumps"])
        #expect(try run("run", "dumps/2026-03-02", "--quiet").output.isEmpty)
        let before = try run("runs", "--json").output
        #expect(try run("plan", "dumps/2026-03-09").output.contains("Plan of run 2"))
        #expect(try run("runs", "--json").output == before)
    }

    @Test(
        "Failures say what happened in one line and exit by their kind",
        arguments: [
            (["run", "gone"], 2, "no such file or folder: gone"),
            (["run", "/nowhere/gone"], 2, "no such file or folder: /nowhere/gone"),
            (["run", "dumps", "--observed-at", "2026-01-01"], 2, "--observed-at is for one dump"),
            (["run", "dumps/2026-03-02", "--observed-at", "soon"], 2, "--observed-at is a date"),
            (["run", "dumps/2026-03-02", "--shape", "none"], 2, "no built-in shape"),
            (["run", "dumps/2026-03-02", "--complete", "most"], 2, "--complete"),
            (["run"], 2, "Missing expected argument"),
            (["products"], 3, "no store at afterword.sqlite"),
            (["products", "--store", "other.txt"], 3, "the store cannot be opened"),
            (["frobnicate"], 2, "frobnicate"),
            (["products", "--limit", "0"], 2, "--limit"),
            (["status", "--max-age", "soon"], 2, "--max-age"),
            (["verify", "--golden", "nowhere"], 2, "no golden case"),
        ] as [([String], Int32, String)])
    func failures(arguments: [String], code: Int32, words: String) throws {
        try writeWeeks()
        try folder.write("other.txt", String(repeating: "no database at all\n", count: 100))
        let result = try Program.run(arguments, in: folder.path)
        #expect(result.code == code, "\(result.errors)")
        #expect(result.errors.contains(words), "\(result.errors)")
        #expect(result.output.isEmpty)
        #expect(!FileManager.default.fileExists(atPath: folder.path + "/afterword.sqlite"))
    }

    @Test("Hostile text moves no cursor and hides nothing on a terminal")
    func hostile() throws {
        try folder.write(
            "d/a.json",
            #"[{"PRODUCT_BRAND":"\u001b[2Jx\u202eevil","CUSTOMER_REVIEW_RATING":1,"CUSTOMER_REVIEW_TITLE":"\u009b31m \u200b","CUSTOMER_REVIEW_DESCRIPTION":"\u0007","CHILD_ASIN":"B\u001b]0;x\u0007"}]"#
        )
        #expect(try run("run", "d").code == 0)
        for arguments in [["products"], ["brands"], ["reviews", "B\u{1B}]0;x\u{7}"], ["runs"]] {
            let output = try Program.run(arguments, in: folder.path).output
            let bad = output.unicodeScalars.filter { scalar in
                scalar != "\n"
                    && [.control, .format].contains(scalar.properties.generalCategory)
            }
            #expect(bad.isEmpty, "\(arguments): \(bad.map { String($0.value, radix: 16) })")
        }
        let json = try run("products", "--json").output
        #expect(
            json.unicodeScalars.allSatisfy { $0 == "\n" || $0.value >= 0x20 && $0 != "\u{202E}" })
    }

    @Test("A case frozen of one's own dump is accepted once, red, and green from then on")
    func ownCase() throws {
        try writeWeeks()
        #expect(try run("verify", "new", "mine", "dumps/2026-03-02", "dumps/2026-03-09").code == 0)
        #expect(try run("verify").code == 1)
        #expect(try run("verify", "accept", "mine", environment: ["CI": "true"]).code == 2)
        #expect(try run("verify", "accept", "mine").code == 1)
        #expect(try run("verify").code == 0)
        // A difference is shown by row and field, and the actual file is written next to the golden
        // file.
        try folder.write("Golden/mine/dumps/02_2026-03-09/a.json", "[]")
        let changed = try run("verify")
        #expect(changed.code == 1)
        #expect(changed.output.contains("product_summary.jsonl: 1 row differs"))
        let actual = folder.path + "/Golden/mine/expected/product_summary.jsonl.actual"
        #expect(FileManager.default.fileExists(atPath: actual))
        try FileManager.default.removeItem(atPath: actual)
        #expect(try run("verify", environment: ["CI": "true"]).code == 1)
        #expect(!FileManager.default.fileExists(atPath: actual), "nothing is written in CI")
    }

    @Test("cli-docs-half: docs/cli.md is what --help prints of every command that the parser knows")
    func documentation() throws {
        let expected = try String(contentsOfFile: "docs/cli.md", encoding: .utf8)
        let dump = try Program.run(["--experimental-dump-help"]).output
        let root = try #require(JSONValue(parsing: Array(dump.utf8))["command"])
        func names(_ command: JSONValue, _ path: [String]) -> [[String]] {
            let children = command["subcommands"]?.elements ?? []
            return [path]
                + children.flatMap { child -> [[String]] in
                    let name = child["commandName"]?.text ?? ""
                    return name == "help" ? [] : names(child, path + [name])
                }
        }
        let commands = names(root, [])
        for known in [["inbox"], ["key", "revoke"], ["rejects", "replay"], ["insights", "make"]] {
            #expect(commands.contains(known))
        }
        var actual = "# The commands\n\nPrinted from `--help` by `ci/cli-docs`; a test compares.\n"
        for command in commands {
            let help = try Program.run(command + ["--help"])
            #expect(help.code == 0)
            let title = (["afterword"] + command).joined(separator: " ")
            actual += "\n## `\(title)`\n\n```\n\(help.output)```\n"
        }
        #expect(expected == actual, "run ci/cli-docs")
        #expect(expected.split(separator: "\n").allSatisfy { $0.count <= 100 })
    }

    @Test("migrate tells what it would do, does it, and has nothing left to do")
    func migrate() throws {
        let plan = try rows(try run("migrate", "--plan", "--json"))
        #expect(plan.count >= 2 && plan.allSatisfy { $0["is_done"] == .bool(false) })
        for member in ["rows", "seconds_about"] {
            #expect(plan.allSatisfy { $0[member] == .number("0") }, "no store, no rows")
        }
        let store = folder.path + "/afterword.sqlite"
        #expect(!FileManager.default.fileExists(atPath: store), "a plan makes nothing")
        let done = try run("migrate")
        #expect(done.code == 0 && done.output.contains("done: "), "\(done.errors)")
        #expect(try run("migrate", "--plan").output.contains("nothing to do"))
        #expect(try run("runs").code == 0)
    }

    @Test("Rejects are listed, shown and taken again; --files narrows; shapes are found")
    func mending() throws {
        let good =
            #"{"CHILD_ASIN":"B01","CUSTOMER_REVIEW_RATING":4,"CUSTOMER_REVIEW_TITLE":"T","CUSTOMER_REVIEW_DESCRIPTION":"A text of some length"}"#
        let bare = good.replacing("4", with: "NaN").replacing("A text", with: "Another text")
        try folder.write("dump/a.jsonl", good + "\n" + bare)
        try folder.write("dump/products.json", #"{"products": [{"asin": "B01"}]}"#)
        let whole = try run("run", "dump")
        #expect(whole.code == 2 && whole.errors.contains("products.json"))
        let first = try run(
            "run", "dump", "--files", "*.jsonl", "--strict-json", "--max-rejects", "1")
        #expect(first.code == 0, "\(first.errors)")
        let listed = try rows(try run("rejects", "--json"))
        #expect(listed.count == 1 && listed[0]["reason"]?.text == "nonstandard_literal")
        let table = try run("rejects", "list").output
        let name = try #require(
            table.split(separator: "\n").dropFirst().first?.split(separator: " ").first)
        #expect(try run("rejects", "show", String(name), "--raw").output == bare)
        #expect(try run("rejects", "show", "zz").code == 2)
        let plan = try run("rejects", "replay", "--run", "1", "--plan")
        #expect(plan.code == 0, "\(plan.errors)")
        #expect(try rows(try run("runs", "--json")).count == 1, "a plan keeps nothing")
        let replay = try rows(try run("rejects", "replay", "--run", "1", "--json"))
        #expect(replay[0]["inserted"] == .number("1") && replay[0]["run"] == .number("2"))
        #expect(try rows(try run("reviews", "B01", "--json")).count == 2)
        #expect(try run("audit").code == 0)

        let detected = try run("shape", "detect", "dump/a.jsonl")
        #expect(detected.output.contains("customer-reviews"))
        #expect(try run("shape", "detect", "dump/products.json").code == 2)
        try folder.write("lists/p.json", #"[{"product_id": "P1", "title": "T"}]"#)
        #expect(try run("shape", "detect", "lists/p.json").errors.contains("no reviews"))
        try detectProposals()
        #expect(try run("shape", "list").output.contains("amazon-2023"))
        let shown = try run("shape", "show", "amazon-2014").output
        #expect(try Shape(parsing: Array(shown.utf8)) == .builtIn("amazon-2014"))

        try folder.write("catalogue.csv", "asin,brand\nB01,Lumora\nB99,X\n")
        let catalog = try run("catalog", "load", "catalogue.csv")
        #expect(catalog.code == 0 && catalog.output.contains("1 unknown id: B99"))
        #expect(try rows(try run("product", "B01", "--json"))[0]["brand"]?.text == "Lumora")
    }

    /// A proposal is pure JSON on standard output; without a product it says so and the exit is 2.
    private func detectProposals() throws {
        let review = #"{"stars": 5, "text": "It hums all night.", "at": "2026-05-01"}"#
        try folder.write("lists/none.json", "[\(review), \(review)]")
        let none = try run("shape", "detect", "lists/none.json")
        #expect(none.code == 2 && none.errors.contains("in doubt: no product"))
        let document = try JSONValue(parsing: Array(none.output.utf8))
        #expect(document["fields"]?["product_id"]?["value"]?.text == "FILL IN")
        try folder.write("none.shape", none.output)
        let unfilled = try run("plan", "lists/none.json", "--shape", "none.shape")
        #expect(unfilled.code == 2)
        try folder.write("many/a.json", #"[{"sku": "A", \#(review.dropFirst())]"#)
        try folder.write("many/b.json", #"[{"sku": "B", \#(review.dropFirst())]"#)
        let many = try run("shape", "detect", "many")
        #expect(many.code == 0 && many.errors.contains("reads 2 reviews of 2 products"))
        #expect(many.errors.contains("Beyond doubt"))
    }

    @Test(
        "verify writes JUnit XML, red where a golden differs, and goes on after a case that cannot be run"
    )
    func junit() throws {
        let golden = FileManager.default.currentDirectoryPath + "/Golden"
        try FileManager.default.createDirectory(
            atPath: folder.path + "/Golden", withIntermediateDirectories: true)
        try FileManager.default.copyItem(
            atPath: golden + "/first-load", toPath: folder.path + "/Golden/first-load")
        try folder.write("Golden/broken/case.json", "{}")
        let expected = "Golden/first-load/expected/product_summary.jsonl"
        let text = try String(contentsOfFile: folder.path + "/" + expected, encoding: .utf8)
        try folder.write(expected, text.replacing("\"star_5\":", with: "\"star_5\":1"))
        let result = try run("verify", "--junit", "out/verify.xml", environment: ["CI": "1"])
        #expect(result.code == 1)
        #expect(result.output.contains("broken: CANNOT BE RUN"))
        let xml = try String(contentsOfFile: folder.path + "/out/verify.xml", encoding: .utf8)
        #expect(xml.contains("<failure message=") && xml.contains("<error message="))
        #expect(xml.contains("\n" + expected + ":1\n") || xml.contains(">" + expected + ":1\n"))
        #expect(!FileManager.default.fileExists(atPath: folder.path + "/\(expected).actual"))
    }

    @Test("Themes, the reviews of one, and the safety list, now and as of a run")
    func themes() throws {
        func review(_ product: String, _ rating: Int, _ body: String) -> String {
            #"{"CHILD_ASIN":"\#(product)","CUSTOMER_REVIEW_RATING":\#(rating),"CUSTOMER_REVIEW_DESCRIPTION":"\#(body)","PRODUCT_BRAND":"B"}"#
        }
        let leak = review("P1", 1, "It leaked after a week and that is bad")
        let fire = review("P2", 1, "The charger caught fire and it is dangerous")
        try folder.write("dumps/2026-03-02/a.json", "[\(leak)]")
        try folder.write("dumps/2026-03-09/a.json", "[\(leak), \(fire)]")
        #expect(try run("run", "dumps").code == 0)
        let found = try rows(try run("themes", "--brand", "B", "--json"))
        #expect(found.first?["theme"]?.text == "leaks" && found.first?["new"] == .number("0"))
        let one = try rows(try run("theme", "leaks", "--json"))
        #expect(one.count == 1 && one[0]["quote"]?.text == "It leaked after a week and that is bad")
        #expect(try run("theme", "nonsense").errors.contains("There are defect_on_arrival"))
        let safety = try rows(try run("safety", "--json"))
        #expect(safety.map { $0["hazard"]?.text } == ["fire_or_smoke"])
        #expect(try rows(try run("safety", "--json", "--as-of", "1")).isEmpty)
        #expect(try run("themes").output.contains("Leaks or bursts"))
    }

    @Test("changes and inbox tell what moved and why; --alert exits 6")
    func changes() throws {
        try writeWeeks()
        #expect(try run("run", "dumps/2026-03-02").code == 0)
        #expect(try run("changes", "portfolio").output.contains("before the first dump"))
        #expect(try run("run", "dumps/2026-03-09", "--complete", "products").code == 0)
        // First 3 and 5 stars; then the 3 becomes 1, the 5 is deleted and a 4 is added: the mean
        // goes from 4.0 to 2.5.
        let found = try rows(try run("changes", "brand:Lumora", "--json"))[0]
        #expect(found["mean_change_millionths"] == .number("-1500000"))
        let reasons = found["reasons"]?.elements?.filter { $0["reviews"] != .number("0") }
        #expect(reasons?.map { $0["reason"]?.text } == ["inserted", "edited", "deleted"])
        let parts = reasons?.compactMap { Int($0["mean_part_numerator"]?.text ?? "") } ?? []
        #expect(String(parts.reduce(0, +)) == found["mean_change_numerator"]?.text)
        #expect(try run("changes", "--top", "3").output.contains("Lumora"))
        #expect(try run("changes", "product:B01").output.contains("says little"))
        #expect(try run("changes", "brand:Lumora", "--alert").code == 0, "too few to alert")
        let inbox = try rows(try run("inbox", "--json"))
        #expect(inbox.map { $0["kind"]?.text } == ["edited_down"])
        #expect(inbox[0]["star_before"] == .number("3"))
        #expect(try run("inbox", "--since", "0").code == 0)

        let bad = (0..<6).map { number in
            #"{"PRODUCT_BRAND":"Lumora","CUSTOMER_REVIEW_RATING":1,"CUSTOMER_REVIEW_TITLE":"A title","CUSTOMER_REVIEW_DESCRIPTION":"It broke on day \#(number) of all","CHILD_ASIN":"B01"}"#
        }
        try folder.write("more/a.json", "[" + bad.joined(separator: ",") + "]")
        #expect(try run("run", "more").code == 0)
        let alert = try run("changes", "brand:Lumora", "--alert")
        #expect(alert.code == 6 && alert.output.contains("ALERT: 6 of 6"), "\(alert)")
    }

    /// A source's text stays text in every format: it adds no tag, table cell or control character.
    @Test("The report tells the week in HTML, Markdown and JSON, and hostile text stays text")
    func report() throws {
        try writeWeeks()
        #expect(try run("run", "dumps/2026-03-02").code == 0)
        #expect(try run("report").code == 0, "the first week has a report")
        let hostile =
            #"It leaked <script>alert(1)<\/script> {{title}} | **bold** \u001b[31m &amp; \"quoted\""#
        let record =
            #"{"PRODUCT_BRAND":"<b>Evil</b>","CUSTOMER_REVIEW_RATING":1,"CUSTOMER_REVIEW_DESCRIPTION":"\#(hostile)","CHILD_ASIN":"B02"}"#
        try folder.write("dumps/2026-03-09/b.json", "[\(record)]")
        #expect(try run("run", "dumps/2026-03-09").code == 0)
        let written = try run("report", "--output", "report.html")
        #expect(written.code == 0, "\(written.errors)")
        let html = try String(contentsOfFile: folder.path + "/report.html", encoding: .utf8)
        #expect(html.contains("&lt;script&gt;alert(1)&lt;/script&gt;") && !html.contains("<script"))
        #expect(
            html.contains("{{title}} |") && !html.contains("<b>Evil") && !html.contains("\u{1B}"))
        #expect(!html.contains("http://") && !html.contains("https://"), "nothing is fetched")
        let markdown = try run("report", "--format", "md").output
        #expect(markdown.contains("&lt;script\\>") && markdown.contains("\\| \\*\\*bold"))
        let rows = markdown.split(separator: "\n").filter {
            $0.hasPrefix("| ") && $0.contains("B02")
        }
        #expect(
            rows.count == 2
                && rows.allSatisfy { row in
                    row.replacing("\\|", with: "").count { $0 == "|" } == 6
                })
        let json = try self.rows(try run("report", "--format", "json", "--scope", "product:B02"))[0]
        // The product was named by no earlier dump, so the review counts as first seen and raises
        // no alert.
        #expect(json["new_negatives"] == .number("0"))
        #expect(json["counts"]?["first_seen_negatives"] == .number("1"))
        let remarks = json["remarks"]?.elements?.compactMap(\.text) ?? []
        #expect(remarks.first == "The dump of 2026-03-09 names 2 of 2 known products.")
        #expect(remarks.contains { $0.hasPrefix("The mean says little") })
        #expect(try run("report", "--scope", "nothing").code == 2)
    }
}

import AfterwordCore
import Foundation
import Testing

/// `mark` and its parts on the command line, and `runs`, which leaves its runs out.
@Suite struct MarkCommandTests {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
        let dump = """
            [{"product_id": "P1", "brand": "Delta", "reviews": [
            {"review_id": "R1", "rating": 1, "text": "The lid leaks."},
            {"review_id": "R2", "rating": 5, "text": "Fine."}]}]
            """
        try folder.write("2026-03-02/a.json", dump)
        #expect(try run("run", "2026-03-02").code == 0)
    }

    private func run(_ arguments: String...) throws -> Program.Result {
        try Program.run(arguments, in: folder.path)
    }

    private func rows(_ result: Program.Result) throws -> [JSONValue] {
        try result.output.split(separator: "\n").map { try JSONValue(parsing: Array($0.utf8)) }
    }

    private let theme = ["--theme", "leaks", "--scope", "brand:delta", "--by", "Ann"]
    private let review = ["--product", "P1", "--review", "R1", "--by", "Ann"]

    private func mark(_ arguments: [String]) throws -> Program.Result {
        try Program.run(["mark"] + arguments, in: folder.path)
    }

    @Test("A theme is taken up, assigned, noted and fixed; each mark is a run with who")
    func themeMarks() throws {
        let state = try mark(["state", "acknowledged"] + theme)
        #expect(state.code == 0 && state.output == "Ann acknowledged it, run 2\n", "\(state)")
        let status = try run("status").output
        #expect(status.contains("Counts as of run 1, recorded "), "\(status)")
        #expect(status.contains("Newest run of any kind: 2, recorded "))
        #expect(
            try mark(["state", "acknowledged"] + theme).output
                == "nothing changed: it stands so already\n")
        let label = ["--theme", "Leaks or bursts"] + theme.dropFirst(2)
        #expect(try mark(["assign", "Bea"] + label).output == "Ann gave it to Bea, run 3\n")
        #expect(try mark(["note", "asked them"] + theme).code == 0)
        let fixed = try mark(
            ["state", "fixed", "--on", "2026-03-01", "--why", "a seal", "--json"] + theme)
        let row = try #require(try rows(fixed).first)
        #expect(row["fixed_on"]?.text == "2026-03-01" && row["scope"]?.text == "brand:Delta")
        #expect(row["marked_by"]?.text == "Ann" && row["recorded_at_us"] != nil)
        let list = try run("mark")
        #expect(list.output.contains("leaks, brand:Delta"), "\(list.output)")
        #expect(list.output.contains("Fixed since 2026-03-01 · Bea"))
        #expect(try rows(run("mark", "list", "--brand", "delta", "--json")).count == 1)
        #expect(try rows(run("mark", "list", "--open", "--json")).isEmpty)
        #expect(try rows(run("mark", "list", "--state", "fixed", "--json")).count == 1)
        #expect(try rows(run("mark", "list", "--assignee", "Bea", "--json")).count == 1)
        #expect(try rows(run("mark", "list", "--as-of", "1", "--json")).isEmpty)
        #expect(try run("audit").code == 0)
    }

    @Test("A review is seen and to be read again; runs leaves these runs out and counts them")
    func reviewMarks() throws {
        let seen = try mark(["seen", "--review-version", "1"] + review)
        #expect(seen.output == "Ann saw it, run 2\n", "\(seen)")
        #expect(try mark(["seen", "--undo"] + review).output == "Ann wants it read again, run 3\n")
        let list = try run("mark", "list", "--product", "P1")
        #expect(list.output.contains("review R1 of P1"), "\(list.output)")
        let runs = try run("runs")
        #expect(!runs.output.contains("Run 2"), "\(runs.output)")
        #expect(runs.errors.contains("left out: 2 runs of marks of people's work"))
        #expect(try rows(run("runs", "--json")).count == 1)
        #expect(try rows(run("runs", "--kind", "work", "--json")).count == 2)
        #expect(try rows(run("runs", "--kind", "all", "--json")).count == 3)
        #expect(try run("runs", "--run", "2").output.contains("recorded marks of work"))
        #expect(try run("runs", "--run", "9").code == 2)
        #expect(try run("runs", "--kind", "click").code == 2)
    }

    @Test("What cannot be marked is refused with 2, and nothing is stored")
    func refused() throws {
        let refused: [[String]] = [
            ["state", "fixed", "--on", "2999-01-01"] + theme, ["seen"] + theme,
            ["state", "open", "--on", "2026-03-01"] + theme,
            ["state", "fixed", "--on", "yesterday"] + theme, ["state", "closed"] + theme,
            ["note", " "] + theme, ["seen", "--review-version", "7"] + review,
            ["seen", "--product", "P1", "--review", "R9", "--by", "Ann"],
            ["seen", "--product", "P1", "--by", "Ann"], ["seen"] + review + theme.dropLast(2),
            ["state", "open", "--theme", "none", "--scope", "portfolio", "--by", "Ann"],
            ["state", "open", "--theme", "leaks", "--scope", "brand:Nobody", "--by", "Ann"],
            ["state", "open", "--theme", "leaks", "--scope", "nothing", "--by", "Ann"],
            ["state", "open", "--theme", "leaks", "--scope", "portfolio"],
            ["list", "--brand", "Nobody"], ["list", "--state", "closed"],
        ]
        for arguments in refused {
            let result = try mark(arguments)
            #expect(result.code == 2 && !result.errors.isEmpty, "\(arguments): \(result)")
        }
        #expect(try run("mark", "list").output.contains("none of 0 entries"))
        #expect(try run("mark", "list", "--store", "none.sqlite").code == 3)
        let missing = try mark(["seen", "--store", "none.sqlite"] + review)
        #expect(missing.code != 0)
        #expect(!FileManager.default.fileExists(atPath: folder.path + "/none.sqlite"))
    }
}

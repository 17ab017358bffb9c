import AfterwordCore
import Foundation
import Testing

/// Error messages for mistyped input.
@Suite struct UsageTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    @Test(
        "cli-errors: a mistyped command, option or value is answered with what was meant",
        arguments: [
            ("brand X --store s", "there is no command 'afterword brand'; did you mean 'brands'?"),
            ("brans", "did you mean 'brands'?"), ("help brans", "did you mean 'brands'?"),
            ("help rejects shwo", "no command 'afterword rejects shwo'; did you mean 'show'?"),
            ("key craete x", "there is no command 'afterword key craete'; did you mean 'create'?"),
            ("rejects shwo abc", "did you mean 'show'?"), ("insights lsit", "did you mean 'list'?"),
            ("frobnicate", "there is no command 'afterword frobnicate'. All commands:"),
            ("--store s brands", "options follow the command: 'afterword brands --store …'"),
            ("brands --stroe s", "Did you mean '--store'?"),
            ("tables --store s", "'afterword tables' has no options."),
            ("copy --store s", "'afterword copy' has no --store: it has --from, --to, --json."),
            ("brands --sort impct", "Did you mean 'impact'?"),
            ("report --format htm", "Did you mean 'html'?"),
            ("run d --complete prodcts", "Did you mean 'products'?"),
            ("run d --shape amazon-2032", "did you mean 'amazon-2023'?"),
            ("run d --threads 0", "--threads is a whole number of threads, 1 to 1,000"),
            ("run d --threads -3", "Missing value for '--threads"),
            ("run d --threads many", "'many'"),
            ("rejects replay --run 1 --threads 0", "a whole number of threads"),
            ("run d --observed-at soon", "as 2026-03-31 or 2026-03-31T14:00:00Z"),
        ])
    func meant(command: String, words: String) throws {
        try folder.write("d/a.json", "[]")
        let result = try Program.run(
            command.split(separator: " ").map(String.init), in: folder.path)
        #expect(result.code == 2, "\(result)")
        // Wrapped lines form one sentence.
        let said = result.errors.replacing("\n", with: " ")
        #expect(said.contains(words), "\(result.errors)")
        #expect(result.errors.hasPrefix("afterword: "), "\(result.errors)")
        #expect(result.output.isEmpty)
        let store = folder.path + "/afterword.sqlite"
        #expect(!FileManager.default.fileExists(atPath: store))
    }

    @Test(
        "cli-errors: a refusal shows the usage of the command that failed",
        arguments: [
            (["run", "d", "--observed-at", "last week"], "Usage: afterword run [<options"),
            (["status", "--max-age", "8"], "Usage: afterword status [--stor"),
            (["key", "create"], "Usage: afterword key create"),
            (["rejects", "replay"], "Usage: afterword rejects replay"),
        ])
    func usage(arguments: [String], words: String) throws {
        try folder.write("d/a.json", "[]")
        let result = try Program.run(arguments, in: folder.path, environment: ["COLUMNS": "70"])
        #expect(result.code == 2)
        #expect(result.errors.lowercased().contains(words.lowercased().prefix(30)), "\(result)")
        #expect(!result.errors.contains("afterword <subcommand>"), "\(result.errors)")
        let usage = result.errors.split(separator: "\n").drop {
            !$0.lowercased().hasPrefix("usage")
        }
        #expect(usage.allSatisfy { $0.count <= 70 }, "\(result.errors)")
    }

    @Test("cli-errors: help shows the commands by what they are for, every one once")
    func groups() throws {
        let help = try Program.run(["--help"]).output
        let titles = ["LOAD", "SEE", "PAST", "MODELS", "SERVICE AND STORE", "CHECKS"]
        let places = titles.compactMap { help.range(of: "\n\($0) SUBCOMMANDS:\n")?.lowerBound }
        #expect(places.count == titles.count && places == places.sorted())
        #expect(!help.contains("\nSUBCOMMANDS:"))
        for name in ["run", "brands", "history", "insight", "serve", "audit"] {
            let lines = help.split(separator: "\n").filter { $0.hasPrefix("  \(name) ") }
            #expect(lines.count == 1, "\(name)")
        }
        #expect(try Program.run(["help", "brands"]).output.contains("USAGE: afterword brands"))
        #expect(try Program.run([]).output.contains("LOAD SUBCOMMANDS"))
    }

    @Test("cli-errors: a CSV of unknown columns and a damaged ZIP are named, with what to do")
    func formats() throws {
        try folder.write("reviews.csv", "review_id,rating,text\nr1,5,Good\n")
        try folder.write("week/reviews.csv", "review_id,rating,text\nr1,5,Good\n")
        try folder.write("week.zip", "PK\u{3}\u{4}" + #"[{"CHILD_ASIN":"P1"}]"#)
        for (path, words) in [
            ("reviews.csv", "no known shape fits. Fields seen: review_id, rating, text. "),
            ("week", "use it: --shape FILE. A table of products: catalog load FILE"),
            ("week.zip", "week.zip is a ZIP archive that is cut off or damaged"),
        ] {
            let result = try Program.run(["run", path], in: folder.path)
            #expect(result.code == 2 && result.errors.contains(words), "\(result.errors)")
        }
    }

    @Test("cli-errors: a theme is found by the label that is shown; one of anything is singular")
    func words() throws {
        func review(_ product: String, _ text: String) -> String {
            """
            {"CHILD_ASIN": "\(product)", "CUSTOMER_REVIEW_RATING": 1, "PRODUCT_BRAND": "B",
              "CUSTOMER_REVIEW_DESCRIPTION": "\(text)"}
            """
        }
        try folder.write("d/2026-03-02/a.json", "[\(review("P1", "It leaked after a week"))]")
        try folder.write("d/2026-03-02/notes.txt", "x")
        let run = try Program.run(["run", "d"], in: folder.path)
        #expect(run.output.contains("1 review in 1 product: 1 inserted"), "\(run)")
        let shown = try Program.run(["theme", "Leaks or bursts"], in: folder.path)
        #expect(shown.code == 0 && shown.output.contains("1–1 of 1 review"), "\(shown)")
        #expect(try Program.run(["theme", "LEAKS"], in: folder.path).code == 0)
        let near = try Program.run(["theme", "leak"], in: folder.path)
        #expect(near.code == 2 && near.errors.contains("did you mean 'leaks'?"))
        let plural = try Regex(#"(^|[^0-9,.])1 [a-z ]*(reviews|products|brands|runs|rows|files)\b"#)
        for command in [
            ["brands"], ["products"], ["product", "P1"], ["reviews", "P1"], ["runs"], ["status"],
            ["audit"], ["themes"], ["safety"], ["rejects"], ["insights"], ["plan", "d"],
        ] {
            let output = try Program.run(command, in: folder.path).output
            #expect(output.firstMatch(of: plural) == nil, "\(command): \(output)")
        }
    }
}

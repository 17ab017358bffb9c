import Foundation
import Testing

/// `taxonomy` on the command line: tried, accepted, shown, ended.
@Suite final class TaxonomyCommandTests {
    let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
        let lines = ["It rusted in a week.", "It leaked after two days."].enumerated().map {
            number, body in
            """
            {"rating":1.0,"title":"","text":"\(body)","asin":"P1","parent_asin":"P1",\
            "user_id":"U\(number)","timestamp":\(1_600_000_000_000 + number),"helpful_vote":0,\
            "verified_purchase":true}
            """
        }
        try folder.write("one/r.jsonl", lines.joined(separator: "\n"))
        try folder.write(
            "own.toml",
            """
            taxonomy = 1
            [rename.rust]
            label = "Goes brown"
            [map.rust]
            group = "service"
            [add.weeks]
            label = "Within weeks"
            complaints = { en = ["in a week"] }
            severity = "high"
            """)
        try folder.write("bad.toml", "taxonomy = 1\n[rename.rsut]\nlabel = \"x\"\n")
    }

    private func run(_ arguments: String...) throws -> Program.Result {
        try Program.run(arguments, in: folder.path)
    }

    @Test("A file is tried, accepted once and shown; earlier answers stay; a reread ends it")
    func accepted() throws {
        #expect(try run("run", "one").code == 0)
        let before = try run("themes", "--json").output
        let none = try run("taxonomy", "show", "--file")
        #expect(none.code == 2 && none.errors.contains("no taxonomy"), "\(none.errors)")
        let tried = try run("taxonomy", "try", "own.toml")
        #expect(tried.code == 0 && tried.output.contains("Goes brown"), "\(tried.errors)")
        #expect(tried.output.contains("Within weeks"), "\(tried.output)")
        #expect(tried.output.contains(", in Cus"), "\(tried.output)")
        #expect(try run("themes", "--json").output == before)
        let plan = try run("taxonomy", "accept", "own.toml", "--plan")
        #expect(plan.output.contains("Plan of run 2: 2 versions of 1 product"), "\(plan.output)")
        let done = try run("taxonomy", "accept", "own.toml")
        #expect(
            done.output.contains("reader 2 with the taxonomy of run 2"),
            "\(done.output)\(done.errors)")
        let again = try run("taxonomy", "accept", "own.toml")
        #expect(again.code == 0 && again.output.contains("already"), "\(again.output)")
        let now = try run("themes", "--json").output
        #expect(now.contains(#""label":"Goes brown""#), "\(now)")
        #expect(now.contains(#""theme":"weeks""#), "\(now)")
        #expect(try run("themes", "--json", "--as-of", "1").output == before)
        let listed = try run("theme", "Within weeks", "--json").output
        #expect(listed.contains("It rusted in a week"), "\(listed)")
        let shown = try run("taxonomy").output
        #expect(shown.contains("Within weeks") && shown.contains("added"), "\(shown)")
        #expect(shown.contains("(high)") && shown.contains("Delivery and packing"), "\(shown)")
        let json = try run("taxonomy", "--json").output
        #expect(json.contains(#""default_severity":"high","group":"product""#), "\(json)")
        let file = try run("taxonomy", "show", "--file").output
        #expect(file.hasPrefix("taxonomy = 1\n[rename.rust]"), "\(file)")
        #expect(try run("runs").output.contains("with the taxonomy of run 2"))
        #expect(try run("audit").code == 0)
        #expect(try run("reread", "--reader", "2").code == 0)
        #expect(try run("themes", "--json").output == before)
        #expect(try run("audit").code == 0)
    }

    @Test("A file that does not hold is refused by its line, and nothing is stored")
    func refused() throws {
        #expect(try run("run", "one").code == 0)
        for arguments in [["try"], ["accept"], ["accept", "--plan"]] {
            let result = try Program.run(
                ["taxonomy"] + arguments + ["bad.toml"], in: folder.path)
            #expect(result.code == 2, "\(result.output)")
            #expect(result.errors.contains("bad.toml, line 2: "), "\(result.errors)")
            #expect(result.errors.contains("did you mean rust"), "\(result.errors)")
        }
        let missing = try run("taxonomy", "try", "none.toml")
        #expect(missing.code == 2 && missing.errors.contains("cannot be read"))
        #expect(try run("runs", "--json").output.split(separator: "\n").count == 1)
    }

    @Test("A new store begins with a taxonomy; another file is refused by later loads")
    func begun() throws {
        let bad = try run("run", "one", "--taxonomy", "bad.toml")
        #expect(bad.code == 2 && bad.errors.contains("line 2"), "\(bad.errors)")
        let first = try run("run", "one", "--taxonomy", "own.toml")
        #expect(first.code == 0, "\(first.errors)")
        #expect(try run("themes", "--json").output.contains("Goes brown"))
        #expect(try run("run", "one", "--taxonomy", "own.toml").code == 0)
        try folder.write("other.toml", "taxonomy = 1\n")
        let other = try run("run", "one", "--taxonomy", "other.toml")
        #expect(other.code == 2 && other.errors.contains("taxonomy accept"), "\(other.errors)")
        #expect(try run("run", "one").code == 0)
        #expect(try run("audit").code == 0)
    }
}

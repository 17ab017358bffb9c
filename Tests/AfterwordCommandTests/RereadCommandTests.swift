import Foundation
import Testing

/// The program reads the texts of stored reviews again.
@Suite final class RereadCommandTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func write(_ name: String, _ bodies: [String]) throws {
        let lines = bodies.enumerated().map { number, body in
            """
            {"rating":1.0,"title":"","text":"\(body)","asin":"P1","parent_asin":"P1",\
            "user_id":"U\(number)","timestamp":\(1_600_000_000_000 + number),"helpful_vote":0,\
            "verified_purchase":true}
            """
        }
        try folder.write("\(name)/r.jsonl", lines.joined(separator: "\n"))
    }

    @Test("A store without readings is read once; then there is nothing to do")
    func readOnce() throws {
        try write("one", ["It leaked after two days.", "It caught fire and burned my hand."])
        let loaded = try Program.run(["run", "one", "--without-readings"], in: folder.path)
        #expect(loaded.code == 0, "\(loaded.errors)")
        let before = try Program.run(["themes", "--json"], in: folder.path).output
        #expect(before.contains("leaks"))
        let plan = try Program.run(["reread", "--plan"], in: folder.path)
        #expect(plan.output.contains("Plan of run 2: 2 versions of 1 product"), "\(plan.output)")
        let done = try Program.run(["reread", "--json"], in: folder.path)
        #expect(done.output.contains(#""versions":2"#), "\(done.output)\(done.errors)")
        #expect(try Program.run(["themes", "--json"], in: folder.path).output == before)
        let again = try Program.run(["reread"], in: folder.path)
        #expect(again.code == 0 && again.output.contains("already"), "\(again.output)")
        let runs = try Program.run(["runs"], in: folder.path)
        #expect(runs.output.contains("read stored texts again"), "\(runs.output)")
        let audit = try Program.run(["audit"], in: folder.path)
        #expect(audit.code == 0, "\(audit.errors)")
        let none = try Program.run(["reread", "--store", "none.sqlite"], in: folder.path)
        #expect(none.code != 0)
    }

    @Test("Another reader reads a store anew, and says so; earlier answers stay")
    func otherReader() throws {
        try write("one", ["It leaked after two days.", "It rusted in a week."])
        _ = try Program.run(["run", "one", "--reader", "1"], in: folder.path)
        // A store goes on as it began.
        let next = try Program.run(["run", "one", "--quiet"], in: folder.path)
        #expect(next.code == 0, "\(next.errors)")
        let before = try Program.run(["themes", "--json"], in: folder.path).output
        #expect(before.contains(#""lexicon":1"#) && !before.contains("rust"))
        let refused = try Program.run(["run", "one", "--reader", "2"], in: folder.path)
        #expect(refused.code != 0 && refused.errors.contains("reread --reader 2"), "\(refused)")
        let unknown = try Program.run(["reread", "--reader", "7"], in: folder.path)
        #expect(unknown.code == 2 && unknown.errors.contains("1 or 2"), "\(unknown.errors)")
        let done = try Program.run(["reread", "--reader", "2"], in: folder.path)
        #expect(done.code == 0 && done.output.contains("read by reader 2"), "\(done.errors)")
        #expect(done.output.contains("as of earlier runs they stay"), "\(done.output)")
        let now = try Program.run(["themes", "--json"], in: folder.path).output
        #expect(now.contains(#""lexicon":2"#) && now.contains(#""theme":"rust""#), "\(now)")
        let past = try Program.run(["themes", "--json", "--as-of", "2"], in: folder.path)
        #expect(past.output == before, "\(past.errors)")
        let rust = try Program.run(["theme", "Rusts or tarnishes", "--json"], in: folder.path)
        #expect(rust.output.contains("It rusted in a week"), "\(rust.errors)")
        let runs = try Program.run(["runs"], in: folder.path)
        #expect(runs.output.contains("again, by reader 2"), "\(runs.output)")
        let audit = try Program.run(["audit"], in: folder.path)
        #expect(audit.code == 0, "\(audit.errors)")
    }

    @Test("A new store is read by reader 2, or by the reader that is asked for")
    func newStore() throws {
        try write("one", ["It rusted in a week."])
        let loaded = try Program.run(["run", "one"], in: folder.path)
        #expect(loaded.code == 0, "\(loaded.errors)")
        let again = try Program.run(["reread"], in: folder.path)
        #expect(again.output.contains("by reader 2 already"), "\(again.output)\(again.errors)")
        let found = try Program.run(["search", "rusted", "--theme", "rust"], in: folder.path)
        #expect(found.output.contains("It rusted"), "\(found.errors)")
        let asked: [(String, [String], [String: String])] = [
            ("option", ["--reader", "1"], ["AFTERWORD_READER": "2"]),
            ("setting", [], ["AFTERWORD_READER": "1"]),
        ]
        for (store, options, environment) in asked {
            _ = try Program.run(
                ["run", "one", "--store", store] + options, in: folder.path,
                environment: environment)
            let by = try Program.run(["reread", "--store", store], in: folder.path)
            #expect(by.output.contains("by reader 1 already"), "\(by.output)\(by.errors)")
        }
    }

    @Test("A store that begins with a catalog is read by the same reader")
    func catalogFirst() throws {
        try folder.write("catalog.csv", "product_id,title\nP1,Lamp\n")
        try write("one", ["It rusted in a week."])
        _ = try Program.run(["migrate"], in: folder.path)
        let catalog = try Program.run(["catalog", "load", "catalog.csv"], in: folder.path)
        #expect(catalog.code == 0, "\(catalog.errors)")
        _ = try Program.run(["run", "one"], in: folder.path)
        let again = try Program.run(["reread"], in: folder.path)
        #expect(again.output.contains("by reader 2 already"), "\(again.output)\(again.errors)")
    }

    @Test("A new store is read while it is loaded")
    func readAtOnce() throws {
        try write("one", ["It leaked after two days."])
        _ = try Program.run(["run", "one"], in: folder.path)
        let again = try Program.run(["reread"], in: folder.path)
        #expect(again.output.contains("already"), "\(again.output)\(again.errors)")
    }
}

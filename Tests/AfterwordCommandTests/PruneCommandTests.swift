import Foundation
import Testing

/// `prune`, as a user runs it.
@Suite final class PruneCommandTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func write(_ name: String, votes: Int) throws {
        try folder.write(
            "\(name)/r.jsonl",
            """
            {"rating":1.0,"title":"","text":"It leaks.","asin":"P1","parent_asin":"P1",\
            "user_id":"U","timestamp":1600000000000,"helpful_vote":0,"verified_purchase":true,\
            "images":[\(votes)]}
            """)
    }

    private func run(_ arguments: String...) throws -> Program.Result {
        try Program.run(arguments, in: folder.path)
    }

    @Test("Old records are planned and removed once; the store is whole and its answers stay")
    func pruned() throws {
        for (day, votes) in [("2025-01-06", 1), ("2025-01-13", 2), ("2025-01-20", 3)] {
            try write(day, votes: votes)
            #expect(try run("run", day).code == 0)
        }
        let before = try run("themes", "--json").output
        let plan = try run("prune", "--before", "2025-01-13", "--plan")
        #expect(plan.output.contains("Plan of run 4: the bytes of 1 record"), "\(plan)")
        let done = try run("prune", "--before", "2025-01-13", "--json")
        #expect(done.output.contains(#""records":1"#), "\(done)")
        let more = try run("prune", "--older-than", "30d")
        #expect(more.output.contains("Run 5: the bytes of 1 record"), "\(more)")
        #expect(more.output.contains("1 older record held by reviews stay"), "\(more)")
        let again = try run("prune", "--older-than", "30d")
        #expect(again.code == 0 && again.output.contains("Nothing to remove"), "\(again)")
        #expect(try run("themes", "--json").output == before)
        #expect(try run("runs").output.contains("removed the bytes of old records"))
        #expect(try run("audit").code == 0)
    }

    @Test(
        "An age or a day is named, and one that can be read",
        arguments: [
            [], ["--older-than", "30d", "--before", "2025-01-13"], ["--older-than", "month"],
            ["--before", "yesterday"],
        ])
    func refused(arguments: [String]) throws {
        let refused = try Program.run(["prune"] + arguments, in: folder.path)
        #expect(refused.code == 2, "\(refused)")
    }
}

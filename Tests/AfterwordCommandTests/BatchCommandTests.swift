import AfterwordCore
import AfterwordPipeline
import AfterwordStores
import Foundation
import Testing

/// Questions in batches, asked by the built program of `fake-llm`, and ended with SIGKILL.
@Suite("Batches by the command", .serialized) struct BatchCommandTests {
    private let folder: TemporaryFolder
    private let sample = FileManager.default.currentDirectoryPath + "/Sample/2026-03-02"
    private static let key = "sk-record-0123456789ab"

    init() throws { folder = try TemporaryFolder() }

    /// Serves `fake-llm`, whose batches end at once, while `body` runs with its address.
    private func served(_ body: (_ address: String) throws -> Void) throws {
        let path = folder.path + "/said"
        _ = try Program.run(
            ["-c", "exec \"$AFTERWORD\" fake-llm --port 0 --batch-seconds 0 > said"],
            in: folder.path, environment: ["AFTERWORD": Program.path], program: "/bin/bash"
        ) { server in
            defer { server.interrupt() }
            var address: String?
            for _ in 0..<1_200 where address == nil {
                let said = (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
                address = said.split(separator: "\n").first { $0.contains("serves on ") }
                    .flatMap { $0.split(separator: " ").last.map(String.init) }
                Thread.sleep(forTimeInterval: 0.05)
            }
            try body(#require(address))
        }
    }

    private func environment(_ address: String) -> [String: String] {
        ["OPENAI_BASE_URL": address, "OPENAI_API_KEY": Self.key]
    }

    /// How many batches the server holds.
    private func batches(_ address: String) throws -> Int {
        let listed = try Program.run(
            [
                "curl", "--silent", "\(address)/batches", "-H",
                "Authorization: Bearer \(Self.key)",
            ], program: "/usr/bin/env"
        ).output
        return try JSONValue(parsing: Array(listed.utf8))["data"]?.elements?.count ?? -1
    }

    @Test("Asked, collected, booked; enrichment too; options that do not go together are refused")
    func wholeWay() throws {
        try served { address in
            let result = try Program.shell(
                """
                afterword run "\(sample)" --store s --quiet --insights top:2 --real-llm --batch
                echo "asked $?"
                afterword insights make top:2 --store s --real-llm --batch
                afterword insights --store s --json | wc -l
                afterword insights collect --store s; echo "collected $?"
                afterword insights collect --store s; echo "nothing $?"
                afterword insights --store s --json | grep -c '"served_model":"gpt-6-luna"'
                afterword costs --store s --calls --json | grep -c '"service_tier":"batch"'
                afterword plan "\(sample)" --store fresh --enrich brand:Lumora --real-llm --batch \\
                    | grep -c 'Enrichment: .* to read, 0 read before'
                afterword enrich --scope brand:Lumora --store s --real-llm --batch --json \\
                    | grep -c '"batch_count":1'
                afterword insights collect --store s --json | grep -c '"purpose":"enrichment"'
                afterword enrich --scope brand:Lumora --store s --real-llm --batch
                afterword enrich --scope brand:Lumora --store s --real-llm
                afterword enrich --scope brand:Lumora --store s --language de --json \\
                    | grep -c '"made":[1-9]'
                afterword enrich --scope brand:Nobody --store s; echo "nobody $?"
                afterword insights make top:2 --store s --batch; echo "free $?"
                afterword run "\(sample)" --store s --real-llm --batch; echo "no insights $?"
                afterword insights make top:2 --store s --real-llm --batch --tier flex
                echo "flex $?"
                afterword audit --store s > audited; echo "audit $?"
                """, in: folder.path, environment: environment(address))
            #expect(
                result.output.split(separator: "\n").map {
                    $0.trimmingCharacters(in: .whitespaces)
                }.filter { !$0.hasPrefix("Batch ") && !$0.hasPrefix("Enrichment: ") } == [
                    "asked 0",
                    "0 questions in batches, 2 asked already, at most $0.0000. "
                        + "'afterword insights collect' takes the answers.",
                    "0", "collected 0", "No batch is open.", "nothing 0", "2", "2", "1", "1", "1",
                    "Nothing to ask.", "1", "nobody 2", "free 2", "no insights 2", "flex 2",
                    "audit 0",
                ], "\(result.output)\n\(result.errors)")
            #expect(result.output.contains("completed, 2 answered, 2 made, $"))
            #expect(result.output.contains("Enrichment: 0 reviews read"))
            for words in [
                "--batch goes with --real-llm", "--batch goes with --insights",
                "leave the tier out",
            ] { #expect(result.errors.contains(words), "\(words): \(result.errors)") }
        }
    }

    /// A moment at which the program is killed.
    struct Moment: CustomStringConvertible {
        var description: String
        /// The variable that kills it, and the number it counts to.
        var asking: (String, Int)?
        var collecting: (String, Int)?
        /// Whether the batch was made at the server by then.
        var isSent = true
    }

    private static let ledger = "AFTERWORD_CRASH_AT_LEDGER"
    private static let moments = [
        Moment(description: "reserved, nothing sent", asking: (ledger, 2), isSent: false),
        Moment(description: "uploaded, not noted", asking: (ledger, 3), isSent: false),
        Moment(description: "made at the server, not noted", asking: (ledger, 5)),
        Moment(description: "answers booked, nothing made", collecting: (ledger, 10)),
        Moment(description: "insights half stored", collecting: ("AFTERWORD_CRASH_AT", 3)),
        Moment(description: "insights made, batch open", collecting: (ledger, 13)),
    ]

    @Test("Killed with SIGKILL at any moment of a batch: asked once, booked once, all made")
    func killed() throws {
        try served { address in
            let loaded = try Program.run(
                ["run", sample, "--store", "loaded", "--quiet"], in: folder.path)
            try #require(loaded.code == 0)
            for (number, moment) in Self.moments.enumerated() {
                let store = "store-\(number)"
                try FileManager.default.copyItem(
                    atPath: folder.path + "/loaded", toPath: folder.path + "/" + store)
                try die(at: moment, store, address)
            }
        }
    }

    private func die(at moment: Moment, _ store: String, _ address: String) throws {
        let words = Comment(rawValue: moment.description)
        let before = try batches(address)
        func run(_ arguments: [String], _ death: (String, Int)? = nil) throws -> Program.Result {
            var environment = environment(address)
            if let (name, count) = death { environment[name] = String(count) }
            return try Program.run(
                arguments + ["--store", store], in: folder.path, environment: environment)
        }
        let ask = ["insights", "make", "top:2", "--real-llm", "--batch"]
        let collect = ["insights", "collect"]
        let asked = try run(ask, moment.asking)
        #expect(asked.code == (moment.asking == nil ? 0 : SIGKILL), "\(moment): \(asked.errors)")
        // What is reserved is not asked again.
        #expect(try run(ask).output.contains("0 questions in batches, 2 asked already"), words)
        if let death = moment.collecting {
            let collected = try run(collect, death)
            #expect(collected.code == SIGKILL, "\(moment): \(collected.output)")
        }
        if !moment.isSent {
            let open = try run(collect)
            #expect(open.code == 0 && open.output.contains("not at the server"), words)
            // From when on it is given up, and that nothing takes answers before.
            let asks = try run(ask).output
            for said in [open.output, asks] {
                #expect(said.contains("gives it up from ") && said.contains(" UTC on"), words)
            }
            #expect(!asks.contains("takes the answers"), words)
            try backdate(store)
            #expect(try run(collect).output.contains("2 not_sent"), words)
            #expect(try run(ask).output.contains("2 questions in batches"), words)
        }
        let collected = try run(collect)
        #expect(collected.code == 0, "\(moment): \(collected.errors)")
        #expect(try batches(address) == before + 1, words)
        let open = try SQLiteStore(path: folder.path + "/" + store, opening: .existing)
        let (calls, rows) = try open.read { (try $0.modelCalls(), try $0.insightHistory(of: nil)) }
        #expect(calls.count { $0.outcome == "answered" } == 2, words)
        #expect(calls.count == (moment.isSent ? 2 : 4), words)
        #expect(calls.allSatisfy { ($0.cost ?? -1 > 0) == ($0.outcome == "answered") }, words)
        #expect(rows.count == 2, words)
        #expect(try run(["audit"]).code == 0, words)
    }

    /// Makes the open batch of a store older than a batch that is waited for.
    private func backdate(_ store: String) throws {
        let open = try SQLiteStore(path: folder.path + "/" + store)
        try open.ledger { ledger in
            var batch = try #require(try ledger.openBatches().first)
            batch.createdAt = batch.createdAt.adding(seconds: -unsentBatchSeconds)
            try ledger.put(batch: batch)
        }
    }
}

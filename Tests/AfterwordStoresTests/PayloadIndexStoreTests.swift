import AfterwordCore
import AfterwordPipeline
import AfterwordStores
import AfterwordTesting
import Foundation
import Testing

/// Skipping records whose bytes are already stored does not change the result of a load.
@Suite struct PayloadIndexStoreTests {
    /// A dump of flat records, one per line, as in weekly exports: most lines are unchanged.
    private struct Weekly {
        var random: SplitMix64
        private var lines: [String] = []
        private var next = 0

        init(seed: UInt64) { random = SplitMix64(seed: seed) }

        private mutating func pick(_ count: Int) -> Int { Int(random.draw(below: UInt64(count))) }

        private mutating func line(_ number: Int) -> String {
            let product = "B0PRODUCT\(pick(4))"
            // Some records have no id, and some of these no author: they are identified by author
            // or by text.
            let id = pick(5) == 0 ? "" : "\"review_id\": \"R\(number)\", "
            let author = pick(6) == 0 ? "" : "\"user_id\": \"A\(number % 9)\", "
            let text = ["ok", "Works well, would buy again", "smells of \\u0026 plastic", "é"][
                pick(4)]
            return """
                {\(id)\(author)"rating": \(1 + pick(5)).0, "title": "T\(pick(3))", "text": "\(text)", \
                "asin": "\(product)", "parent_asin": "\(product)", "timestamp": \(1_600_000_000_000 + pick(9)), \
                "helpful_vote": \(pick(3)), "verified_purchase": \(pick(2) == 0)}
                """
        }

        /// The next week's dump: some records edited, removed, new, duplicate or malformed.
        mutating func advance() -> String {
            for place in lines.indices where pick(8) == 0 {
                lines[place] = lines[place].replacingOccurrences(
                    of: "\"title\": \"T", with: "\"title\": \"U")
            }
            if pick(3) == 0, !lines.isEmpty { lines.remove(at: pick(lines.count)) }
            for _ in 0..<(2 + pick(8)) {
                next += 1
                lines.append(line(next))
            }
            var dump = lines
            for _ in 0..<pick(3) { dump.append(dump[pick(dump.count)]) }
            if pick(3) == 0 {
                // Also add a variant of the same review.
                let other = dump[pick(dump.count)]
                dump.append(
                    other.replacingOccurrences(
                        of: "\"helpful_vote\": ", with: "\"helpful_vote\": 1"))
            }
            if pick(4) == 0 { dump.append("{\"review_id\": \"broken\", \"rating\": }") }
            if pick(4) == 0 {
                dump.append(dump[pick(dump.count)].replacingOccurrences(of: ".0, ", with: "9.0, "))
            }
            for place in stride(from: dump.count - 1, to: 0, by: -1) {
                dump.swapAt(place, pick(place + 1))
            }
            return dump.joined(separator: pick(5) == 0 ? "\r\n" : "\n") + (pick(2) == 0 ? "\n" : "")
        }
    }

    private struct Outcome: Equatable {
        var tables: [String: [String]]
        var balances: [[Balance]]
        var refused: [Bool]
    }

    private func run(
        _ dumps: [(text: String, at: Instant, complete: Completeness)], into store: any ReviewStore,
        recognising: Bool, ahead: Bool = true, isWide: Bool = false, isDealt: Bool = false
    ) throws -> (Outcome, recognised: Int64) {
        var outcome = Outcome(tables: [:], balances: [], refused: [])
        var recognised: Int64 = 0
        for (number, dump) in dumps.enumerated() {
            var options = LoadOptions()
            options.salts = .seeded(7)
            options.hasGuards = false
            options.observedAt = dump.at
            options.completeness = dump.complete
            options.recognisesBytes = recognising
            options.stagesRecords = ahead
            options.batchRows = isDealt ? 3 : options.batchRows
            let files = [
                DumpFile(
                    name: "a.jsonl",
                    content: .memory(isWide ? utf16(dump.text) : Array(dump.text.utf8))),
                DumpFile(
                    name: "b.jsonl",
                    content: .memory(Array((dump.text + "\n").utf8))),
            ]
            let clock = Instant(seconds: 1_800_000_000 + Int64(number))
            let report = try? loadDump(
                Dump(name: "dump", files: isDealt || number % 3 == 2 ? files : [files[0]]),
                into: store,
                options: options, surroundings: LoadSurroundings(now: { clock }))
            outcome.refused.append(report == nil)
            outcome.balances.append(report?.files.map(\.balance) ?? [])
            recognised += report?.recognised ?? 0
        }
        outcome.tables = try store.read { try goldenTables($0) }
        return (outcome, recognised)
    }

    private func utf16(_ text: String) -> [UInt8] {
        [0xFF, 0xFE] + text.utf16.flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] }
    }

    @Test(
        "What went to bronze ahead comes out as if it had gone with its review",
        arguments: StoreKind.available)
    func ahead(kind: StoreKind) throws {
        for seed in 1...(kind == .memory ? 120 : 25) as ClosedRange<UInt64> {
            var weekly = Weekly(seed: seed)
            var dumps: [(text: String, at: Instant, complete: Completeness)] = []
            for week in 0..<3 {
                // The first dump is the one whose records are staged. It covers two weeks, so that
                // records collide.
                let text = week == 0 ? weekly.advance() + "\n" + weekly.advance() : weekly.advance()
                dumps.append((text, Instant(seconds: 1_700_000_000 + Int64(week) * 86_400), .all))
            }
            let stores = TemporaryStores(kind)
            // Two files with the same records make each record a duplicate; UTF-16 files are not
            // staged.
            let (isDealt, isWide) = (seed % 3 == 0, seed % 5 == 0)
            let ahead = try run(
                dumps, into: try stores.make(), recognising: seed % 2 == 0, isWide: isWide,
                isDealt: isDealt)
            let with = try run(
                dumps, into: MemoryStore(), recognising: seed % 2 == 0, ahead: false,
                isWide: isWide, isDealt: isDealt)
            #expect(ahead.0 == with.0, "seed \(seed)")
        }
    }

    @Test(
        "What is known by its bytes comes out as if it had been read",
        arguments: StoreKind.available)
    func same(kind: StoreKind) throws {
        var recognised: Int64 = 0
        for seed in 1...(kind == .memory ? 120 : 25) as ClosedRange<UInt64> {
            var weekly = Weekly(seed: seed)
            var dumps: [(text: String, at: Instant, complete: Completeness)] = []
            for week in 0..<5 {
                let text =
                    weekly.random.draw(below: 6) == 0 && week > 1
                    ? dumps[week - 1].text : weekly.advance()
                // Sometimes a dump that was observed earlier.
                let day = weekly.random.draw(below: 5) == 0 ? Int64(week) - 2 : Int64(week)
                let at = Instant(seconds: 1_700_000_000).adding(seconds: day * 86_400)
                let complete = Completeness.allCases[Int(weekly.random.draw(below: 3))]
                dumps.append((text, at, complete))
            }
            let read = try run(dumps, into: TemporaryStores(.memory).make(), recognising: false)
            let stores = TemporaryStores(kind)
            let known = try run(dumps, into: stores.make(), recognising: true)
            #expect(read.recognised == 0)
            recognised += known.recognised
            guard known.0 == read.0 else {
                let tables = read.0.tables.keys.sorted().filter {
                    known.0.tables[$0] != read.0.tables[$0]
                }
                Issue.record(
                    "seed \(seed) on \(kind): \(tables), balances \(known.0.balances == read.0.balances)"
                )
                return
            }
        }
        // Behind a dump with an unreadable value all records are parsed, to count such values.
        #expect(recognised > 400, "the way is gone by many records")
    }

    @Test("A run that came in between is not overlooked")
    func inBetween() throws {
        let store = MemoryStore()
        func line(_ id: Int, _ title: String) -> String {
            """
            {"review_id": "R\(id)", "rating": 5.0, "title": "\(title)", "text": "A text that is long enough", \
            "asin": "B1", "parent_asin": "B1", "user_id": "A\(id)", "helpful_vote": 0, "verified_purchase": true}
            """
        }
        func load(_ text: String, _ day: Int64, during: @escaping () -> Void = {}) throws
            -> LoadReport
        {
            var options = LoadOptions()
            options.observedAt = Instant(seconds: 1_700_000_000 + day * 86_400)
            options.hasGuards = false
            var surroundings = LoadSurroundings(now: { Instant(seconds: 1_800_000_000 + day) })
            // Called only by the thread of this test.
            nonisolated(unsafe) var hasRun = false
            nonisolated(unsafe) let during = during
            surroundings.progress = { step in
                // The dump is being read: the load has already read the stored payloads.
                guard case .reading = step, !hasRun else { return }
                hasRun = true
                during()
            }
            return try loadDump(
                Dump(
                    name: "d",
                    files: [DumpFile(name: "a.jsonl", content: .memory(Array(text.utf8)))]),
                into: store, options: options, surroundings: surroundings)
        }
        let first = (1...4).map { line($0, "Old") }
        let second = [line(1, "New")] + first.dropFirst()
        _ = try load(first.joined(separator: "\n") + "\n", 1)
        var other: LoadReport?
        let report = try load(second.joined(separator: "\n") + "\n", 3) {
            other = try? load(second.joined(separator: "\n") + "\n", 2)
        }
        #expect(other?.run.balance.updated == 1)
        #expect(report.run.run == 3)
        #expect(report.run.balance.unchanged == 4, "the edit had come in already")
        let versions = try store.read { try $0.history(ofProduct: "B1", review: "R1").count }
        #expect(versions == 2)
    }
}

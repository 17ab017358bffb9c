import AfterwordCore
import AfterwordTesting
import Testing

@testable import AfterwordPipeline

extension QueryReadingsTests {
    private func answers(_ store: any ReviewStore, asOf run: Int64) throws -> [String] {
        try store.read { reader in
            let past = AsOfReader(reader, run: run)
            let window = try past.runs().dumps.window()
            return try queries.flatMap { query in
                try shown(themes(past, query))
                    + shown(safetyReviews(past, query, page: Page(size: .max)).entries)
                    + allThemes(past, query).unknown.map { "\($0.cluster)" }
            } + shown(inbox(past, in: window, page: Page(size: .max)).entries)
        }
    }

    @Test(
        "Where readers take turns, answers are those from texts, and earlier ones stay",
        arguments: 40...43)
    func takingTurns(seed: Int) throws {
        var random = SplitMix64(seed: UInt64(seed))
        var told: [Int64: [String]] = [:]
        var readers: [Int64] = []
        func note(_ store: any ReviewStore) throws {
            let run = try #require(try store.read { try $0.newestRun() })
            told[run.run] = try answers(store, asOf: run.run)
            readers.append(run.reader ?? 0)
        }
        func turn(_ fixture: Fixture, _ week: Int) throws {
            try note(fixture.store)
            let version = week == 0 ? 2 : Int64(1 + random.draw(below: 2))
            let (lexicon, clock) = (Lexicon.ofVersion(version), fixture.clock)
            let report = try rereadStore(
                fixture.store, by: lexicon, surroundings: LoadSurroundings(now: { clock }))
            #expect((report == nil) == (readers.last == version), "seed \(seed)")
            guard let report else { return }
            #expect(report.before == readers.last && report.run.reader == version)
            try note(fixture.store)
        }
        let fixture = try made(seed: UInt64(seed), weeks: 4, each: turn)
        let runs = try fixture.store.read { try $0.runs() }
        #expect(runs.map { $0.reader } == readers && Set(readers) == [1, 2], "seed \(seed)")
        for run in runs.map(\.run) {
            #expect(
                try answers(fixture.store, asOf: run) == told[run], "seed \(seed), as of \(run)")
        }
        try fixture.store.read { reader in
            try check(reader, "seed \(seed), readers \(readers)")
            for run in [Int64(1), 2, 3] {
                try check(AsOfReader(reader, run: run), "seed \(seed), as of \(run)")
            }
            #expect(try auditStore(reader) == nil, "seed \(seed), readers \(readers)")
            #expect(try differenceFromRebuilt(reader) == nil, "seed \(seed)")
        }
        let copy = MemoryStore()
        _ = try copyStore(from: fixture.store, to: copy)
        #expect(try copy.read { try auditStore($0) } == nil)
        let newest = Int64(runs.count)
        #expect(try answers(copy, asOf: newest) == told[newest])
    }

    @Test("A new store is read by the reader asked for; one that another reads is refused or kept")
    func askedFor() throws {
        let fixture = try made(seed: 50, weeks: 2) { $0.lexicon = .second }
        #expect(try fixture.store.read { try $0.runs().map(\.reader) } == [2, 2])
        let dump: KeyValuePairs = ["a.json": Fixture.array(Fixture.reviews("P", 3))]
        #expect(throws: InputFault.otherReader(stored: 2, asked: 1)) {
            try fixture.load(dump) { $0.requiresLexicon = true }
        }
        try fixture.load(dump) { ($0.requiresLexicon, $0.lexicon) = (true, .second) }
        try fixture.load(["a.json": Fixture.array(Fixture.reviews("Q", 3))])
        #expect(try fixture.store.read { try $0.runs().map(\.reader) } == [2, 2, 2, 2])
        let clock = fixture.clock
        let surroundings = LoadSurroundings(now: { clock })
        #expect(try rereadStore(fixture.store, surroundings: surroundings) == nil)
        let bare = try made(seed: 51, weeks: 1) { $0.keepsReadings = false }
        #expect(throws: InputFault.otherReader(stored: nil, asked: 1)) {
            try bare.load(dump) { $0.requiresLexicon = true }
        }
        let plan = try rereadStore(
            bare.store, by: .second, isRehearsal: true, surroundings: surroundings)
        #expect(plan?.run.reader == 2 && plan?.before == nil)
        #expect(try bare.store.read { try $0.newestRun()?.reader } == nil)
        // Where nothing is kept, texts are read by the first, whatever new stores are read by.
        #expect(try bare.store.read { try $0.lexicon().version } == 1)
    }

    @Test("A reading that is interrupted changes nothing, and begins anew")
    func interrupted() throws {
        let fixture = try made(seed: 52, weeks: 2)
        let (before, clock) = (try fixture.tables(), fixture.clock)
        var surroundings = LoadSurroundings(now: { clock })
        surroundings.isInterrupted = { true }
        #expect(throws: StoreFault.interrupted) {
            try rereadStore(fixture.store, by: .second, surroundings: surroundings)
        }
        #expect(try fixture.tables() == before)
        #expect(try fixture.store.read { try $0.runs().count } == 2)
        surroundings.isInterrupted = { false }
        let report = try rereadStore(fixture.store, by: .second, surroundings: surroundings)
        #expect(report?.run.run == 3 && report?.before == 1)
        #expect(try fixture.store.read { try auditStore($0) } == nil)
    }
}

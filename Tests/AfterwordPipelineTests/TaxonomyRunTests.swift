import AfterwordCore
import AfterwordTesting
import Testing

@testable import AfterwordPipeline

/// Runs that read all texts again: two at once, and what the audit says of what they wrote.
@Suite struct TaxonomyRunTests {
    private let fixture = Fixture()
    private var surroundings: LoadSurroundings {
        let clock = fixture.clock
        return LoadSurroundings(now: { clock })
    }

    init() throws {
        try fixture.load(["a.json": Fixture.array(Fixture.reviews("P", 3))]) {
            $0.lexicon = .second
        }
    }

    private func renaming(_ label: String) -> Text {
        Text("taxonomy = 1\n[rename.smell]\nlabel = \"\(label)\"\n")
    }

    private func accept(
        _ text: Text? = nil, in store: (any ReviewStore)? = nil
    ) throws -> RereadReport? {
        try acceptTaxonomy(
            text ?? renaming("Stinks"), in: store ?? fixture.store, surroundings: surroundings)
    }

    private func reread(by lexicon: Lexicon?, in store: any ReviewStore) throws -> RereadReport? {
        try rereadStore(store, by: lexicon, surroundings: surroundings)
    }

    /// The newest run, and how the two newest attempts ended.
    private func ends() throws -> (run: Int64?, outcomes: [AttemptOutcome?]) {
        try fixture.store.read { reader in
            let attempts = try reader.attempts().suffix(2)
            #expect(attempts.allSatisfy { $0.endedAt != nil })
            let run = try reader.newestRun()?.run
            return (run: run, outcomes: attempts.map(\.outcome))
        }
    }

    @Test("Of two that accept one taxonomy at once, one makes a run and the other is needless")
    func acceptedAtOnce() throws {
        let store = OvertakenStore(fixture.store) { _ = try accept() }
        #expect(try accept(in: store) == nil)
        let (run, outcomes) = try ends()
        #expect(run == 2 && outcomes == [.needless, .committed(run: 2)])
        // Two files are two runs.
        let (other, last) = (renaming("Reeks"), renaming("Smells"))
        let late = OvertakenStore(fixture.store) { _ = try accept(other) }
        #expect(try accept(last, in: late)?.run.run == 4)
        #expect(try fixture.store.read { try $0.taxonomy()?.document } == last)
        #expect(try fixture.store.read { try auditStore($0) } == nil)
    }

    @Test("Of two that read again by one reader at once, one makes a run")
    func rereadAtOnce() throws {
        let store = OvertakenStore(fixture.store) { [fixture] in
            _ = try reread(by: .first, in: fixture.store)
        }
        #expect(try reread(by: .first, in: store) == nil)
        let (run, outcomes) = try ends()
        #expect(run == 2 && outcomes == [.needless, .committed(run: 2)])
        #expect(try fixture.store.read { try $0.newestRun()?.reader } == 1)
    }

    @Test("A rehearsal that is overtaken has nothing to do")
    func rehearsed() throws {
        let store = OvertakenStore(fixture.store) { _ = try accept() }
        let plan = try acceptTaxonomy(
            renaming("Stinks"), in: store, isRehearsal: true, surroundings: surroundings)
        #expect(plan == nil)
        #expect(try fixture.store.read { try $0.attempts().count } == 2)
    }

    @Test("A file that says the same otherwise is in force already, and the accepted one stays")
    func saidOtherwise() throws {
        let file: Text = """
            taxonomy = 1
            [add.gluten]
            label = "Contains gluten"
            complaints = { en = ["contain* gluten", "full of gluten"] }
            [rename.smell]
            label = "Stinks"
            """
        let otherwise: Text = """
            # Ours.
            rename.smell.label.en = "Stinks"

            taxonomy = 1
            [add]
            gluten = { complaints.en = ["full of  Gluten", "contain* gluten"], \
            label = "Contains gluten" }
            """
        #expect(try accept(file)?.run.run == 2)
        #expect(try accept(otherwise) == nil)
        let store = OvertakenStore(fixture.store) { _ = try accept(file) }
        #expect(try accept(renaming("Reeks"))?.run.run == 3)
        #expect(try accept(otherwise, in: store) == nil)
        let row = try fixture.store.read { try $0.taxonomy() }
        #expect(row?.madeRun == 4 && row?.document == file)
        let dump: KeyValuePairs = ["a.json": Fixture.array(Fixture.reviews("P", 4))]
        try fixture.load(dump) { $0.taxonomy = otherwise }
        #expect(throws: InputFault.otherTaxonomy) {
            try fixture.load(dump) { $0.taxonomy = renaming("Reeks") }
        }
        #expect(throws: TOMLFault.self) {
            try fixture.load(dump) { $0.taxonomy = "taxonomy = 1\n[rename.smel]\nlabel = \"x\"" }
        }
        let readers = try fixture.store.read { try $0.runs().map(\.reader) }
        #expect(readers == [2, 2_002, 3_002, 4_002, 4_002])
    }

    @Test("A taxonomy that a run read by and that is missing is what the audit finds")
    func missing() throws {
        _ = try accept()
        _ = try accept(renaming("Reeks"))
        try fixture.load(["b.json": Fixture.array(Fixture.reviews("Q", 2))])
        try fixture.store.read { reader in
            #expect(try auditStore(reader) == nil)
            for gone in [Int64(2), 3] {
                let finding = try auditStore(MissingTaxonomy(reader, madeRun: gone))
                #expect(finding?.table == "taxonomies" && finding?.run == gone)
                #expect(finding?.row == "run \(gone)")
                #expect(finding?.what.contains("with the taxonomy of run \(gone)") == true)
            }
        }
    }

    @Test("A needless attempt is no trouble to tell of")
    func status() throws {
        let (store, clock) = (fixture.store, fixture.clock)
        let attempt = try store.beginAttempt(startedAt: clock, dump: "stored reviews")
        try store.load(LoadIntent(isRehearsal: false, attempt: attempt)) { load in
            try load.finish(needlessAt: clock)
        }
        #expect(try ends().outcomes == [.committed(run: 1), .needless])
        let failed = try store.beginAttempt(startedAt: clock, dump: "x")
        try store.failAttempt(failed, at: clock, failure: "input")
        let status = try store.read { try statusAnswer($0, now: clock, maxAge: nil) }
        #expect(status.attemptsSince.map(\.outcome) == [.failed("input")])
        #expect(status.attemptsSince.map(\.dump) == ["x"])
    }
}

/// A store without one of its taxonomies.
private final class MissingTaxonomy: ForwardingReader {
    private let reader: any StoreReader
    private let madeRun: Int64

    init(_ reader: any StoreReader, madeRun: Int64) {
        (self.reader, self.madeRun) = (reader, madeRun)
    }

    func target() throws -> any StoreReader { reader }
    func taxonomies() throws -> [TaxonomyRow] {
        try reader.taxonomies().filter { $0.madeRun != madeRun }
    }
}

/// A store that another run gets before the first load of this one.
private final class OvertakenStore: ForwardingStore {
    let store: any ReviewStore
    private var other: (() throws -> Void)?

    init(_ store: any ReviewStore, _ other: @escaping () throws -> Void) {
        (self.store, self.other) = (store, other)
    }

    func load<Result>(
        _ intent: LoadIntent, _ body: (any StoreLoad) throws -> Result
    ) throws -> Result {
        let other = other
        self.other = nil
        try other?()
        return try store.load(intent, body)
    }
}

import AfterwordCore
import AfterwordTesting
import Testing

@testable import AfterwordPipeline

/// Taxonomies: what is tried is what is shown once it is accepted, and the past stays.
extension QueryReadingsTests {
    private static let document: Text = """
        taxonomy = 1

        [rename.fit]
        label = { en = "Sits badly", de = "Sitzt schlecht" }

        [merge.unusable]
        of = ["breaks_early", "smell", "leaks"]
        label = "Unusable"
        severity = "high"

        [add.family]
        label = "Speaks of family"
        complaints = { en = ["my son", "my hand"] }
        praises = { en = ["for my daughter"] }

        [map.appearance]
        route = "listing"
        """
    private static let members: Set<String> = ["breaks_early", "smell", "leaks"]

    private func answers(_ reader: any StoreReader) throws -> [String] {
        let window = try reader.runs().dumps.window()
        return try queries.flatMap { query in
            try shown(themes(reader, query))
                + shown(safetyReviews(reader, query, page: Page(size: .max)).entries)
        } + shown(inbox(reader, in: window, page: Page(size: .max)).entries)
    }

    private func told(_ store: any ReviewStore) throws -> [Int64: [String]] {
        try store.read { reader in
            var told: [Int64: [String]] = [:]
            for run in try reader.runs().map(\.run) {
                told[run] = try answers(AsOfReader(reader, run: run))
            }
            return told
        }
    }

    private func surroundings(_ fixture: Fixture) -> LoadSurroundings {
        let clock = fixture.clock
        return LoadSurroundings(now: { clock })
    }

    /// The themes of the portfolio and of each brand, by scope, side and id.
    private func counted(_ reader: any StoreReader) throws -> [String: TaxonomyTrial.Shown] {
        var counted: [String: TaxonomyTrial.Shown] = [:]
        let brands = try reader.scopes().map(\.scope).filter { $0.kind == .brand }
        for scope in [Scope.portfolio] + brands {
            for isStrength in [false, true] {
                var query = ThemeQuery()
                query.brand = scope == .portfolio ? nil : scope.id.string
                query.strengths = isStrength
                for theme in try themes(reader, query) {
                    counted["\(scope.id) \(isStrength) \(theme.aspect.id)"] = TaxonomyTrial.Shown(
                        theme, isStrength: isStrength)
                }
            }
        }
        return counted
    }

    @Test("What is tried is what is shown once it is accepted; the past stays", arguments: 60...63)
    func tried(seed: Int) throws {
        let fixture = try made(seed: UInt64(seed)) { $0.lexicon = seed % 2 == 0 ? .first : .second }
        let store = fixture.store
        let past = try told(store)
        let (tables, before) = (try fixture.tables(), try store.read { try counted($0) })
        let trial = try store.read { try tryTaxonomy(Self.document, in: $0) }
        #expect(try fixture.tables() == tables, "trying writes nothing")
        let report = try #require(
            try acceptTaxonomy(Self.document, in: store, surroundings: surroundings(fixture)))
        #expect(report.run.run == 4 && report.run.reader == Int64(4_000 + 1 + seed % 2))
        let after = try store.read { try counted($0) }
        #expect(trial.run == 3 && !trial.changes.isEmpty)
        var changed: Set<String> = []
        for change in trial.changes {
            let key = "\(change.scope.id) \(change.isStrength) \(change.theme)"
            #expect(changed.insert(key).inserted)
            #expect(change.before == before[key] && change.after == after[key], "\(key) \(seed)")
            #expect(change.before != change.after)
        }
        for key in Set(before.keys).union(after.keys).subtracting(changed) {
            #expect(before[key] == after[key], "\(key), seed \(seed)")
        }
        #expect(trial.unchanged == Set(before.keys).union(after.keys).subtracting(changed).count)
        let now = try told(store)
        for (run, answers) in past { #expect(now[run] == answers, "as of \(run), seed \(seed)") }
        try store.read { reader in
            try check(reader, "seed \(seed)")
            try check(AsOfReader(reader, run: 3), "seed \(seed), as of 3")
            #expect(try auditStore(reader) == nil)
            #expect(try differenceFromRebuilt(reader) == nil)
        }
        let copy = MemoryStore()
        _ = try copyStore(from: store, to: copy)
        #expect(try copy.read { try auditStore($0) } == nil)
        #expect(try told(copy) == now, "seed \(seed)")
    }

    @Test("A merge counts distinct reviews once, whatever they say of it")
    func distinctUnion() throws {
        var overlaps = 0
        for seed in 64...69 { overlaps += try overlap(seed: seed) }
        #expect(overlaps > 0, "no review says two of what is merged")
    }

    /// Compares a merge with the union of its members; returns by how much their sum is more.
    private func overlap(seed: Int) throws -> Int {
        let fixture = try made(seed: UInt64(seed)) { $0.lexicon = seed % 2 == 0 ? .first : .second }
        let read = try fixture.store.read { try readReviews($0, ThemeQuery()) }
        let lexicon = try fixture.store.read { try $0.lexicon() }
        let groups = distinctReviews(read)
        var (union, sum): (Set<Int>, Int) = ([], 0)
        for (place, aspect) in lexicon.aspects.enumerated()
        where Self.members.contains(aspect.id) {
            let own = Set(
                zip(read, groups).filter { review, _ in
                    review.counts(asStrength: false)
                        && review.aspects(negative: true).contains(place)
                }.map(\.1))
            union.formUnion(own)
            sum += own.count
        }
        _ = try acceptTaxonomy(
            Self.document, in: fixture.store, surroundings: surroundings(fixture))
        let merged = try fixture.store.read { try themes($0, ThemeQuery()) }
            .first { $0.aspect.id == "unusable" }
        #expect(merged?.distinctMentions ?? 0 == Int64(union.count), "seed \(seed)")
        return sum - union.count
    }

    @Test("A taxonomy that only renames changes no number", arguments: 80...85)
    func renaming(seed: Int) throws {
        var random = SplitMix64(seed: UInt64(seed))
        func draw(_ count: Int) -> Int { Int(random.draw(below: UInt64(count))) }
        let lexicon = draw(2) == 0 ? Lexicon.first : Lexicon.second
        let fixture = try made(seed: UInt64(seed), weeks: 2) { $0.lexicon = lexicon }
        let before = try fixture.store.read { try answers($0) }
        let marked = try fixture.store.read { try themes($0, ThemeQuery()) }.map(\.aspect.id)
        var text = "taxonomy = 1\n"
        for (place, aspect) in lexicon.aspects.enumerated()
        where marked.contains(aspect.id) || draw(3) == 0 {
            let language = Language.allCases[draw(Language.allCases.count - 1)].rawValue
            let other = language == "en" ? "" : ", \(language) = \"Eigen \(place)\""
            text += "[rename.\(aspect.id)]\nlabel = { en = \"Own \(place)\"\(other) }\n"
            if draw(2) == 0 { text += "strength = \"Praised \(place)\"\n" }
        }
        let trial = try fixture.store.read { try tryTaxonomy(Text(text), in: $0) }
        for change in trial.changes {
            var old = try #require(change.before)
            var new = try #require(change.after)
            #expect(old.label != new.label, "seed \(seed)")
            (old.label, new.label) = ("", "")
            #expect(old == new, "seed \(seed), \(change.theme)")
        }
        _ = try acceptTaxonomy(
            Text(text), in: fixture.store, surroundings: surroundings(fixture))
        #expect(try fixture.store.read { try answers($0) } == before, "seed \(seed)")
        let found = try fixture.store.read { try themes($0, ThemeQuery()) }
        #expect(found.allSatisfy { $0.aspect.label.hasPrefix("Own ") }, "seed \(seed)")
    }

    @Test("A taxonomy is accepted once, goes on with later loads, and ends by a reread")
    func inForce() throws {
        let fixture = try made(seed: 70, weeks: 2) { $0.lexicon = .second }
        let surroundings = surroundings(fixture)
        let store = fixture.store
        func accept(_ text: Text) throws -> RereadReport? {
            try acceptTaxonomy(text, in: store, surroundings: surroundings)
        }
        let attempts = try store.read { try $0.attempts().count }
        let fault = #expect(throws: TOMLFault.self) { try accept("taxonomy = 1\n[rename.x]") }
        #expect(fault?.line == 2)
        #expect(throws: TOMLFault.self) {
            try store.read { _ = try tryTaxonomy("taxonomy = 2", in: $0) }
        }
        #expect(try store.read { try $0.attempts().count } == attempts)
        #expect(try store.read { try $0.taxonomy() } == nil)
        let plan = try acceptTaxonomy(
            Self.document, in: store, isRehearsal: true, surroundings: surroundings)
        #expect(plan?.run.reader == 3_002)
        #expect(try store.read { try $0.taxonomies() } == [])
        #expect(try accept(Self.document)?.before == 2)
        #expect(try accept(Self.document) == nil)
        #expect(try store.read { try $0.taxonomy()?.document } == Self.document)
        #expect(try store.read { try AsOfReader($0, run: 2).taxonomy() } == nil)
        try fixture.load(["a.json": Fixture.array(Fixture.reviews("Q", 3))])
        let other: Text = "taxonomy = 1\n[rename.rust]\nlabel = \"Brown\"\n"
        #expect(try accept(other)?.before == 3_002)
        #expect(try rereadStore(store, surroundings: surroundings) == nil)
        #expect(try rereadStore(store, by: .second, surroundings: surroundings)?.before == 5_002)
        let readers = try store.read { try $0.runs().map(\.reader) }
        #expect(readers == [2, 2, 3_002, 3_002, 5_002, 2])
        #expect(try store.read { try $0.taxonomy() } == nil)
        #expect(try store.read { try $0.taxonomies().map(\.madeRun) } == [3, 5])
        #expect(try store.read { try auditStore($0) } == nil)
    }

    @Test("A new store begins with a taxonomy; one that has another is refused")
    func begun() throws {
        let fixture = try made(seed: 71, weeks: 5) {
            ($0.lexicon, $0.taxonomy) = (.second, Self.document)
        }
        let store = fixture.store
        let readers = try store.read { try $0.runs().map(\.reader) }
        #expect(readers == Array(repeating: 1_002, count: 5))
        #expect(try store.read { try $0.taxonomies().map(\.madeRun) } == [1])
        try store.read { reader in
            try check(reader, "begun with a taxonomy")
            #expect(try themes(reader, ThemeQuery()).contains { $0.aspect.id == "family" })
            #expect(try auditStore(reader) == nil)
            #expect(try differenceFromRebuilt(reader) == nil)
        }
        let dump: KeyValuePairs = ["a.json": Fixture.array(Fixture.reviews("P", 3))]
        #expect(throws: InputFault.otherTaxonomy) {
            try fixture.load(dump) { $0.taxonomy = "taxonomy = 1\n" }
        }
        try fixture.load(dump) { ($0.requiresLexicon, $0.lexicon) = (true, .second) }
        let bare = try made(seed: 72, weeks: 1)
        #expect(throws: InputFault.otherTaxonomy) {
            try bare.load(dump) { $0.taxonomy = Self.document }
        }
        var new = Fixture()
        new.options.taxonomy = "taxonomy = 1\n[merge.x]\nof = [\"smell\"]"
        #expect(throws: TOMLFault.self) { try new.load(dump) }
        #expect(try new.store.read { try $0.runs() }.isEmpty)
    }
}

import AfterwordCore
import AfterwordPipeline
import AfterwordTesting
import Foundation
import Testing

/// What is new, on stores that have since received a catalog, a retry or an older dump.
@Suite struct WindowTests {
    private func day(_ day: Int) -> Instant { Instant(iso8601: "2026-03-\(padded(day, 2))")! }

    private static let old = (0..<8).map { Fixture.review("P1", 5, "A good thing, number \($0)") }
    private static let fire = Fixture.review("P1", 1, "It caught fire after a week")

    /// Loads two weeks, of which the second adds a danger.
    private func weeks() throws -> Fixture {
        var fixture = Fixture()
        fixture.options.completeness = .products
        try load(&fixture, Self.old, on: 2)
        try load(&fixture, Self.old + [Self.fire], on: 9)
        return fixture
    }

    private func load(
        _ fixture: inout Fixture, _ reviews: [String], on day: Int, label: Text? = nil
    ) throws {
        fixture.options.observedAt = self.day(day)
        fixture.options.dumpLabel = label
        // These dumps are too small for the guards, and their dates are fixed.
        fixture.options.hasGuards = false
        fixture.clock = fixture.clock.adding(seconds: 3_600)
        try fixture.load(["\(day).json": Fixture.array(reviews)])
        fixture.options.dumpLabel = nil
    }

    private func catalog(_ fixture: Fixture) throws {
        let folder = try TemporaryFolder()
        try folder.write("catalog.csv", "asin,title\nP1,Kettle\n")
        var options = LoadOptions()
        options.observedAt = day(30)
        let clock = day(31)
        _ = try loadCatalog(
            Catalog(file: folder.path + "/catalog.csv"), into: fixture.store, options: options,
            surroundings: LoadSurroundings(now: { clock }))
    }

    private func kinds(_ fixture: Fixture) throws -> [InboxEntry.Kind] {
        try fixture.store.read { reader in
            let window = try reader.runs().dumps.window()
            return try inbox(reader, in: window, page: Page(number: 1, size: 99)).entries
                .map(\.kind)
        }
    }

    @Test(
        "newest-dump-blanked: what is new stays new",
        arguments: [
            "a catalog", "the same dump", "both weeks", "an older dump",
            "the same dump, with a reject",
        ])
    func blanked(since: String) throws {
        var fixture = try weeks()
        #expect(try kinds(fixture) == [.safety, .negative])
        switch since {
        case "a catalog": try catalog(fixture)
        case "the same dump": try load(&fixture, Self.old + [Self.fire], on: 9)
        case "both weeks":
            try load(&fixture, Self.old, on: 2)
            try load(&fixture, Self.old + [Self.fire], on: 9)
        case "an older dump":
            fixture.options.completeness = .none
            try load(&fixture, [Fixture.review("P1", 1, "Bad, and told before all that")], on: 1)
        default:
            fixture.options.completeness = .none
            fixture.options.maxRejects = 9
            try load(&fixture, Self.old + [Self.fire, "{]"], on: 9)
        }
        #expect(try kinds(fixture) == [.safety, .negative], "\(since)")
        try fixture.store.read { reader in
            let status = try statusAnswer(reader, now: day(31), maxAge: 8 * 86_400)
            #expect(status.isStale && status.newestDump?.day == "2026-03-09")
            #expect(status.ageSeconds == Int64(22 * 86_400))
            let early = try statusAnswer(reader, now: day(8), maxAge: 8 * 86_400)
            #expect(early.isStale, "an age below zero is not fresh")
        }
    }

    @Test("Two markets of one day are one dump; with a label those of two days are")
    func markets() throws {
        for label in [nil, "week 10"] as [Text?] {
            var fixture = Fixture()
            try load(&fixture, Self.old, on: 2)
            try load(
                &fixture, [Fixture.review("P1", 1, "Broke in Germany, all of it")], on: 9,
                label: label)
            try load(
                &fixture, [Fixture.review("P1", 2, "Broke in Britain, all of it")],
                on: label == nil ? 9 : 10, label: label)
            #expect(try kinds(fixture) == [.negative, .negative])
        }
    }

    @Test("A review that returns is back; of a new product it is first seen, its dangers are told")
    func backAndFirstSeen() throws {
        var fixture = Fixture()
        fixture.options.completeness = .products
        let bad = Fixture.review("P1", 1, "It is bad and I am sad about it")
        try load(&fixture, Self.old + [bad], on: 2)
        try load(&fixture, Self.old, on: 9)
        #expect(try kinds(fixture) == [.gone])
        fixture.options.completeness = .none
        let unknown = (0..<6).map { Fixture.review("P2", 1, "Of another product, number \($0)") }
        let fire = Fixture.review("P2", 1, "The other product caught fire")
        try load(&fixture, Self.old + [bad] + unknown + [fire], on: 16)
        #expect(
            try kinds(fixture) == [.safety, .back] + Array(repeating: .firstSeen, count: 7))
        try fixture.store.read { reader in
            let window = try reader.runs().dumps.window()
            let found = try changes(reader, of: .scope(.portfolio), in: window)
            #expect(found.counts.newNegative == 0 && found.counts.back == 1)
            #expect(found.counts.firstSeenNegative == 7)
            #expect(found.alerts == [.dangers(1)], "no mean has fallen by what is seen first")
            let told = try #require(
                try coverage(
                    reader, of: window, changes: reviewChanges(reader, in: window)))
            #expect(told.knownProducts == 2 && told.isWhole)
        }
    }

    @Test("An all-clear counts products and reviews that the newest dump does not show")
    func covered() throws {
        var fixture = Fixture()
        try load(&fixture, Self.old + [Fixture.review("P2", 5, "Fine, all of it")], on: 2)
        try load(&fixture, Array(Self.old.prefix(5)), on: 9)
        try load(&fixture, Array(Self.old.prefix(5)), on: 9)
        try fixture.store.read { reader in
            let window = try reader.runs().dumps.window()
            let told = try #require(try coverage(reader, of: window, changes: []))
            #expect(told.knownProducts == 2 && told.namedProducts == 1)
            #expect(told.missingSince == day(2) && told.absentReviews == 4)
        }
    }

    @Test("as-of-answer-tells-now: an answer of the past is the same whatever is loaded later")
    func past() throws {
        var fixture = try weeks()
        func answers() throws -> [String] {
            try fixture.store.read { reader in
                let past = AsOfReader(reader, run: 2)
                let window = try past.runs().dumps.window()
                return [
                    try #require(try productAnswer(past, "P1")).json.canonical,
                    try inbox(past, in: window, page: Page()).entries.map(\.json.canonical)
                        .joined(separator: "\n"),
                    try changes(past, of: .scope(.portfolio), in: window).json(limit: 99).canonical,
                    try statusAnswer(past, now: day(10), maxAge: nil).json.canonical,
                    String(
                        describing: try coverage(
                            past, of: window, changes: reviewChanges(past, in: window))),
                ]
            }
        }
        let before = try answers()
        #expect(!before[0].contains("\(day(9).microseconds)"), "the clock of now is left out")
        try load(&fixture, [Fixture.review("P1", 1, "It broke, all of it, in week three")], on: 16)
        #expect(throws: InputFault.self) {
            try fixture.load(["a.json": "<html>"]) { $0.hasGuards = true }
        }
        #expect(try answers() == before)
    }

    @Test("newest-is-mock-order: without source times the newest are those that came last")
    func order() throws {
        var fixture = Fixture()
        let old = (0..<60).map { Fixture.review("P1", 5, "An old text, number \($0) of all") }
        let new = (0..<6).map { Fixture.review("P1", 1, "A new text, number \($0) of all") }
        try load(&fixture, old, on: 2)
        try load(&fixture, old + new, on: 9)
        // An edit does not make an old review newer.
        try load(&fixture, [Fixture.review("P1", 4, "An old text, number 7 of all")], on: 16)
        let listed = try fixture.store.read {
            try reviewListing(
                $0, product: "P1", star: nil, withDeleted: false, page: Page(number: 1, size: 66))
        }.entries
        #expect(listed.count == 66 && listed.prefix(6).allSatisfy { $0.values.star == 1 })
    }

    @Test("silent-wrong-brand: names are matched without case, else the nearest are told")
    func names() throws {
        var fixture = Fixture()
        let review = Self.fire.replacing("\"B\"", with: "\"BELLE VOUS\"")
        try load(&fixture, [review], on: 2)
        try fixture.store.read { reader in
            #expect(try resolveBrand("belle vous", in: reader) == "BELLE VOUS")
            let wrong = ScopeNameFault.unknown(
                kind: "brand", name: "BELE VOUS", nearest: ["BELLE VOUS"])
            #expect(throws: wrong) { try resolveBrand("BELE VOUS", in: reader) }
            #expect(wrong.words == "no brand BELE VOUS; did you mean BELLE VOUS?")
            let product = try resolve(ReviewScope.product("p1"), in: reader)
            #expect(product == .product("P1"))
            // A key for other brands gets no suggestions.
            #expect(throws: ScopeNameFault.unknown(kind: "brand", name: "BELE VOUS", nearest: [])) {
                try resolveBrand("BELE VOUS", in: reader, allows: { $0 == "Other" })
            }
        }
    }
}

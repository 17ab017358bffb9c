import AfterwordCore
import AfterwordPipeline
import AfterwordTesting
import Testing

/// Edited reviews without ids, and reviews that move to another product.
@Suite struct LinkedReviewTests {
    private static let text = "The lid leaks after a week, and nobody answers my messages."
    private static let other = "Keeps tea warm for hours, and the handle never gets hot at all."

    /// A flat review without an id.
    private func flat(_ product: String, _ rating: Int, _ body: String) -> String {
        Fixture.review(product, rating, body)
    }

    private func week(_ number: Int) -> Instant {
        Instant(iso8601: "2026-03-02")!.adding(seconds: Int64(number) * 7 * 86_400)
    }

    @discardableResult
    private func load(
        _ fixture: Fixture, _ number: Int, _ records: [String],
        _ completeness: Completeness = .products, shape: Shape? = nil
    ) throws -> LoadReport {
        try fixture.load(["a.json": Fixture.array(records)]) { options in
            options.observedAt = week(number)
            options.completeness = completeness
            options.maxDeletes = 100
            if let shape { options.shapes = [shape] }
        }
    }

    private func history(_ fixture: Fixture) throws -> [String] {
        try fixture.store.read { reader in
            try reader.history(ofProduct: nil, review: nil).map {
                "\($0.productID) \($0.version) \($0.operation.rawValue) \($0.run)"
            }.sorted()
        }
    }

    private func change(_ fixture: Fixture, of scope: ReviewScope) throws -> ScopeChanges {
        try fixture.store.read { reader in
            try changes(reader, of: scope, in: try reader.runs().dumps.window())
        }
    }

    @Test("In a complete dump an edited review is updated, and edited down is alarmed")
    func edited() throws {
        let fixture = Fixture()
        try load(
            fixture, 0, [flat("P1", 5, Self.other), flat("P1", 4, "Something else entirely.")])
        let edit = Self.other + " UPDATE: after a month the handle broke."
        let report = try load(
            fixture, 1, [flat("P1", 1, edit), flat("P1", 4, "Something else entirely.")])
        #expect(report.links.edited == 1 && report.links.possibleEdits == 0)
        #expect(report.run.balance.updated == 1 && report.run.deleted == 0)
        #expect(try history(fixture) == ["P1 1 insert 1", "P1 1 insert 1", "P1 2 update 2"])
        let (links, finding) = try fixture.store.read { (try $0.links(), try auditStore($0)) }
        #expect(links.map(\.match) == [.similarity] && links[0].version == 2 && finding == nil)
        #expect(links[0].score == 1_000_000)
        let counts = try change(fixture, of: .scope(.portfolio)).counts
        #expect(counts.edited == 1 && counts.editedDown == 1 && counts.new == 0 && counts.gone == 0)
        let kinds = try fixture.store.read { reader in
            try inbox(reader, in: try reader.runs().dumps.window(), page: Page(size: 50)).entries
                .map(\.kind)
        }
        #expect(kinds == [.editedDown])
    }

    @Test("It is found again under either identity, and a rerun changes nothing")
    func again() throws {
        let fixture = Fixture()
        let first = [flat("P1", 5, Self.other)]
        let second = [flat("P1", 1, Self.other + " UPDATE: the handle broke.")]
        try load(fixture, 0, first)
        try load(fixture, 1, second)
        for (number, records) in [(1, second), (0, first)] {
            let before = try fixture.tables()
            let report = try load(fixture, number, records)
            #expect(report.run.balance.inserted == 0 && report.run.deleted == 0)
            #expect(
                try fixture.tables()["product_reviews_history"]
                    == before["product_reviews_history"])
            #expect(try fixture.tables()["product_reviews_raw"] == before["product_reviews_raw"])
        }
        // Taken back: an update to the first text, by the first identity.
        let back = try load(fixture, 2, first)
        #expect(back.run.balance.updated == 1 && back.links.edited == 0)
        // Both in one dump are records of one review.
        let both = try load(fixture, 3, first + second)
        #expect(both.run.balance.shadowed == 1 && both.run.balance.inserted == 0)
        #expect(try fixture.store.read { try auditStore($0) } == nil)
        #expect(try fixture.store.read { try differenceFromRebuilt($0) } == nil)
    }

    @Test("A dump that is not complete reports it and changes nothing")
    func possible() throws {
        let fixture = Fixture()
        try load(fixture, 0, [flat("P1", 5, Self.other)])
        let report = try load(fixture, 1, [flat("P1", 1, Self.other + " UPDATE: broke.")], .none)
        #expect(report.links.possibleEdits == 1 && report.links.edited == 0)
        #expect(report.run.balance.inserted == 1 && report.run.balance.updated == 0)
        #expect(try fixture.store.read { try $0.links() }.isEmpty)
    }

    private static func ids() throws -> Shape {
        try Shape(
            parsing: Array(
                #"""
                {"shape": "ids", "version": 1, "product": {"brand": "brand"}, "fields":
                 {"product_id": "p", "review_id": "id", "rating": "r", "body": "b"}}
                """#.utf8))
    }

    private func row(_ product: String, _ id: String, _ rating: Int, _ body: String) -> String {
        #"{"p": "\#(product)", "id": "\#(id)", "r": \#(rating), "b": "\#(body)", "brand": "B"}"#
    }

    @Test("A source id takes no part in similarity")
    func sourceIDs() throws {
        let fixture = Fixture()
        try load(fixture, 0, [row("P1", "r1", 5, Self.other)], shape: Self.ids())
        let report = try load(
            fixture, 1, [row("P1", "r2", 5, Self.other + " !")], shape: Self.ids())
        let links = report.links
        #expect(links.edited == 0 && links.possibleEdits == 0 && links.moved == 0)
        #expect(report.run.deleted == 1 && report.run.balance.inserted == 1)
    }

    @Test("What left equals what came plus what is gone; a moved negative is neither")
    func moved() throws {
        let fixture = Fixture()
        let stays = [row("P1", "r0", 5, "Good."), row("P2", "s0", 4, "Fine.")]
        try load(
            fixture, 0,
            stays + [
                row("P1", "r1", 1, Self.text), row("P1", "r2", 2, Self.other),
                row("P1", "r3", 1, "Gone for good."),
            ], shape: Self.ids())
        let report = try load(
            fixture, 1,
            stays + [
                row("P2", "r1", 1, Self.text), row("P3", "r2", 2, Self.other),
                row("P2", "s9", 1, "Really new."),
            ], shape: Self.ids())
        #expect(report.links.moved == 2)
        #expect(report.run.deleted == 3 && report.run.balance.inserted == 3)
        let all = try change(fixture, of: .scope(.portfolio)).counts
        #expect(all.movedHere == 2 && all.movedAway == 2 && all.gone == 1 && all.new == 1)
        #expect(all.newNegative == 1 && all.goneNegative == 1 && all.firstSeen == 0)
        let left = try change(fixture, of: .product("P1")).counts
        #expect(left.movedAway == 2 && left.gone == 1 && left.movedHere == 0)
        let came = try change(fixture, of: .product("P2")).counts
        #expect(came.movedHere == 1 && came.new == 1 && came.firstSeen == 0)
        let kinds = try fixture.store.read { reader in
            try inbox(reader, in: try reader.runs().dumps.window(), page: Page(size: 50)).entries
                .map(\.kind)
        }
        #expect(kinds == [.negative, .gone])
        #expect(try fixture.store.read { try auditStore($0) } == nil)
    }

    @Test("Back and forth it stays where it is; where two may be meant none is linked")
    func backAndForth() throws {
        let fixture = Fixture()
        let stays = [row("P1", "r0", 5, "Good."), row("P2", "s0", 4, "Fine.")]
        func step(_ number: Int, _ records: [String]) throws -> LoadReport {
            try load(fixture, number, stays + records, shape: Self.ids())
        }
        _ = try step(0, [row("P1", "r1", 1, Self.text)])
        #expect(try step(1, [row("P2", "r1", 1, Self.text)]).links.moved == 1)
        #expect(try step(2, [row("P1", "r1", 1, Self.text)]).links.moved == 1)
        func counts(_ from: Int64, _ to: Int64) throws -> NewsCounts {
            try fixture.store.read { reader in
                try changes(reader, of: .scope(.portfolio), from: from, to: to).counts
            }
        }
        #expect(try counts(1, 3) == NewsCounts())
        let back = try counts(2, 3)
        #expect(back.movedHere == 1 && back.movedAway == 1 && back.back == 0 && back.gone == 0)
        let twice = try step(3, [row("P2", "r1", 1, Self.text), row("P3", "r1", 1, Self.text)])
        #expect(twice.links.moved == 0)
    }

    @Test("The past does not change: as of the run before nothing has moved")
    func past() throws {
        let fixture = Fixture()
        let stays = [row("P1", "r0", 5, "Good."), row("P2", "s0", 4, "Fine.")]
        try load(fixture, 0, stays + [row("P1", "r1", 1, Self.text)], shape: Self.ids())
        try load(fixture, 1, stays + [row("P2", "r1", 1, Self.text)], shape: Self.ids())
        let links = try fixture.store.read { reader in
            try [1, 2].map { try AsOfReader(reader, run: $0).links().count }
        }
        #expect(links == [0, 1])
    }
}

import AfterwordCore
import AfterwordPipeline
import AfterwordTesting
import Testing

/// A catalog's product attributes take precedence over those in dumps.
@Suite struct CatalogTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func catalog(_ name: String, _ text: String) throws -> Catalog {
        try folder.write(name, text)
        return try Catalog(file: folder.path + "/" + name)
    }

    @discardableResult
    private func load(
        _ catalog: Catalog, into fixture: Fixture, at instant: String? = nil
    ) throws -> CatalogReport {
        var options = LoadOptions()
        options.salts = .seeded(1)
        options.observedAt = instant.flatMap { Instant(iso8601: $0) }
        options.acceptsFuture = true
        let clock = fixture.clock
        return try loadCatalog(
            catalog, into: fixture.store, options: options,
            surroundings: LoadSurroundings(now: { clock }))
    }

    private func dimension(_ fixture: Fixture, _ id: String) throws -> ProductAttributes? {
        try fixture.store.read { try $0.products(Text(id)).first?.dimension }
    }

    @Test(
        "CSV with commas or semicolons, quotes and a byte order mark, and JSON, say the same",
        arguments: [
            (
                "c.csv",
                "product_id,title,Owner,units_sold\nP1,\"A \"\"big\"\" lamp, blue\",Ada,12\nP2,,,\n"
            ),
            (
                "c.csv",
                "\u{FEFF}ASIN;Title;owner;Units Sold\r\nP1;\"A \"\"big\"\" lamp, blue\";Ada;12\r\nP2;;;\r\n"
            ),
            (
                "c.json",
                #"[{"asin": "P1", "title": "A \"big\" lamp, blue", "owner": "Ada", "units_sold": 12}, {"asin": "P2", "title": null}]"#
            ),
            (
                "c.jsonl",
                #"{"asin": " P1 ", "title": "A \"big\" lamp, blue", "owner": "Ada", "units_sold": "12"}"#
                    + "\n" + #"{"asin": "P2"}"#
            ),
        ])
    func formats(name: String, text: String) throws {
        let entries = try catalog(name, text).entries
        #expect(entries.map(\.product) == ["P1", "P2"])
        #expect(
            entries[0].attributes == [
                .title: "A \"big\" lamp, blue", .owner: "Ada", .unitsSold: "12",
            ])
        #expect(entries[1].attributes.isEmpty)
    }

    @Test(
        "What cannot be a catalog is refused with what is missing",
        arguments: [
            ("c.csv", "title,brand\na,b\n"), ("c.csv", "asin,sku\na,b\n"), ("c.csv", "asin\n"),
            ("c.json", "[]"), ("c.csv", ""),
        ])
    func refused(name: String, text: String) throws {
        try folder.write(name, text)
        #expect(throws: InputFault.self) { try Catalog(file: folder.path + "/" + name) }
    }

    @Test("It stands over dumps, moves the brands' sums, and leaves reviews and the past alone")
    func stands() throws {
        var fixture = Fixture()
        try fixture.load([
            "a.json": Fixture.array(Fixture.reviews("P1", 4) + Fixture.reviews("P2", 2))
        ])
        let before = try fixture.tables()
        let file = try catalog("c.csv", "asin,brand,family,colour\nP1,Lumora,F1,blue\nP9,X,,\n")
        let report = try load(file, into: fixture)
        #expect(report.known == 1 && report.unknown == ["P9"] && report.ignored == ["colour"])
        #expect(report.load.run.observedOrigin == .catalog)
        #expect(try dimension(fixture, "P1")?[.brand] == "Lumora")
        for table in ["product_reviews_history", "product_reviews_clean", "product_reviews_raw"] {
            #expect(try fixture.tables()[table] == before[table], "\(table)")
        }
        let scopes = try fixture.store.read { try $0.scopes() }
        #expect(
            scopes.first { $0.scope == Scope(kind: .brand, id: "Lumora") }?.counters.reviewCount
                == 4)
        #expect(
            scopes.first { $0.scope == Scope(kind: .brand, id: "B") }?.counters.reviewCount == 2)
        let past = try fixture.store.read {
            try AsOfReader($0, run: 1).products("P1").first?.dimension[.brand]
        }
        #expect(past == "B")
        // A dump with another brand changes nothing, and a dump older than the catalog is not
        // counted as late.
        fixture.options.observedAt = Instant(iso8601: "2026-03-03")
        let next = try fixture.load([
            "a.json": Fixture.array(
                Fixture.reviews("P1", 4) + [Fixture.review("P1", 1, "a new one of this week")])
        ])
        #expect(next.run.balance.inserted == 1 && next.olderProducts == 0)
        #expect(try dimension(fixture, "P1")?[.brand] == "Lumora")
        #expect(try fixture.store.read { try auditStore($0) } == nil)
    }

    @Test("An empty cell clears nothing; an older catalog does not replace a newer one")
    func order() throws {
        let fixture = Fixture()
        try fixture.load(["a.json": Fixture.array(Fixture.reviews("P1", 2))])
        try load(
            catalog("n.csv", "asin,owner,title\nP1,Ada,Lamp\n"), into: fixture, at: "2026-04-01")
        try load(catalog("o.csv", "asin,owner,title\nP1,Bob,\n"), into: fixture, at: "2026-03-20")
        #expect(try dimension(fixture, "P1")?[.owner] == "Ada")
        try load(
            catalog("p.csv", "asin,owner,title\nP1,Cleo,\n"), into: fixture, at: "2026-04-02")
        #expect(try dimension(fixture, "P1")?[.owner] == "Cleo")
        #expect(try dimension(fixture, "P1")?[.title] == "Lamp")
    }
}

import AfterwordCore
import AfterwordTesting
import Testing

@testable import AfterwordPipeline

/// Of a review the same sentence is shown for a theme or a danger, wherever that is.
@Suite struct ShownSentenceTests {
    /// A review of the second dump, and what is shown of it where reader 2 reads.
    private struct Review {
        var product: String
        var title: String
        var body: String
        var theme: String
        var sentence: String
    }

    private static let reviews = [
        Review(
            product: "P1", title: "Zu klein?", body: "Zu klein für meine Schuhe.",
            theme: "size", sentence: "Zu klein für meine Schuhe"),
        Review(
            product: "P1", title: "Finger weg",
            body: "Nach wenigen Wochen enttäuscht. Riecht auch nach dem Spülen nach Plastik.",
            theme: "smell", sentence: "Riecht auch nach dem Spülen nach Plastik"),
        Review(
            product: "P2", title: "¿Gotea?", body: "La tapa gotea en la mochila.",
            theme: "leaks", sentence: "La tapa gotea en la mochila"),
        Review(
            product: "P2", title: "Fuite ?", body: "Le bouchon fuit dans le sac.",
            theme: "leaks", sentence: "Le bouchon fuit dans le sac"),
        Review(
            product: "P2", title: "Scivolosa", body: "Resa perché scivolosa.",
            theme: "slippery", sentence: "Resa perché scivolosa"),
        Review(
            product: "P3", title: "At night",
            body: "It leaks from the lid. Then the charger caught fire. The desk was burned.",
            theme: "leaks", sentence: "It leaks from the lid"),
    ]

    private func record(_ product: String, _ star: Int, _ title: String, _ body: String) -> String {
        """
        {"PRODUCT_BRAND": "B", "CUSTOMER_REVIEW_RATING": \(star), "CHILD_ASIN": "\(product)",
         "CUSTOMER_REVIEW_TITLE": "\(title)", "CUSTOMER_REVIEW_DESCRIPTION": "\(body)"}
        """
    }

    /// Two dumps that a lexicon reads, the second with the reviews.
    private func made(_ lexicon: Lexicon) throws -> Fixture {
        var fixture = Fixture()
        fixture.options.lexicon = lexicon
        fixture.options.hasGuards = false
        fixture.options.maxDeletes = .max
        let first = ["P1", "P2", "P3"].map { record($0, 5, "Nice", "The text of \($0), all of it") }
        try fixture.load(["a.json": Fixture.array(first)])
        fixture.options.observedAt = Instant(iso8601: "2026-03-09")
        fixture.clock = Instant(iso8601: "2026-03-09T08:00:00Z")!
        let second = Self.reviews.map { record($0.product, 1, $0.title, $0.body) }
        try fixture.load(["a.json": Fixture.array(first + second)])
        return fixture
    }

    private struct Place: Hashable {
        var review: Int64
        /// The theme or the hazard.
        var name: String
    }

    private let page = Page(size: 50)

    /// What lists of themes and dangers show.
    private func listed(_ reader: any StoreReader) throws -> [Place: Set<String>] {
        var found: [Place: Set<String>] = [:]
        for aspect in try reader.lexicon().aspects.map(\.id) {
            let query = ThemeQuery()
            let list = try #require(
                try themeReviews(reader, aspect: aspect, query, page: page))
            let board = try #require(try themeBoard(reader, aspect: aspect, query, page: page))
            for own in list.entries + board.reviews.entries {
                let text = own.field == .title ? own.review.values.title : own.review.values.body
                #expect(text?.string.contains(own.quote) == true, "\(own.quote)")
                found[Place(review: own.review.reviewKey, name: aspect), default: []]
                    .insert(own.quote)
            }
        }
        for since in Int64(0)...1 {
            let listing = try safetyReviews(
                reader, ThemeQuery(), since: since, withUnlikely: true, page: page)
            for own in listing.entries {
                let values = own.review.values
                #expect(own.quote == values.quote(own.danger.field, own.danger.sentence))
                found[Place(review: own.review.reviewKey, name: own.hazard), default: []]
                    .insert(own.quote)
            }
        }
        return found
    }

    /// The entries of the inbox, in the ways in which it is answered, and of the report.
    private func entries(_ reader: any StoreReader, in window: DumpWindow) throws -> [InboxEntry] {
        let changes = try reviewChanges(reader, in: window)
        return try inbox(reader, in: window, page: page).entries
            + inbox(changes, lexicon: reader.lexicon(), page: page).entries
            + scopeDigest(
                reader, of: .scope(.portfolio), written: "portfolio", in: window
            ).entries
    }

    @Test(
        "Lists of themes and dangers, the inbox and the report show the same sentence",
        arguments: [1, 2])
    func same(version: Int64) throws {
        let fixture = try made(#require(Lexicon.ofVersion(version)))
        try fixture.store.read { reader in
            let shown = try listed(reader)
            #expect(shown.values.allSatisfy { $0.count == 1 }, "\(shown)")
            var (themes, dangers) = (0, 0)
            for window in [DumpWindow(from: 0, to: 2), DumpWindow(from: 1, to: 2)] {
                for entry in try entries(reader, in: window) {
                    let name = entry.hazard ?? entry.theme?.id
                    if let theme = entry.theme?.id { #expect(entry.themes.contains(theme)) }
                    guard let name else {
                        #expect(entry.themes.isEmpty)
                        #expect(entry.quote == entry.review.values.beginning)
                        continue
                    }
                    let place = Place(review: entry.review.reviewKey, name: name)
                    #expect(shown[place] == [entry.quote], "\(name): \(entry.quote)")
                    if entry.hazard == nil { themes += 1 } else { dangers += 1 }
                }
            }
            // Six reviews, one of a danger, in three ways and two windows.
            #expect(themes >= (version == 2 ? 36 : 12) && dangers == 6, "\(themes), \(dangers)")
        }
    }

    @Test("An entry shows the first theme that a sentence says clearly, and that sentence")
    func clear() throws {
        let fixture = try made(.second)
        try fixture.store.read { reader in
            for window in [DumpWindow(from: 0, to: 2), DumpWindow(from: 1, to: 2)] {
                let all = try entries(reader, in: window).filter { $0.kind != .safety }
                for review in Self.reviews {
                    let own = all.filter { $0.review.values.title?.string == review.title }
                    #expect(own.count == 3, "\(review.title)")
                    for entry in own {
                        #expect(entry.theme?.id == review.theme, "\(review.title)")
                        #expect(entry.quote == review.sentence, "\(review.title)")
                    }
                }
            }
        }
    }

    @Test("As of an earlier run the sentences are those that were shown then", arguments: [1, 2])
    func past(version: Int64) throws {
        var fixture = try made(#require(Lexicon.ofVersion(version)))
        let window = DumpWindow(from: 1, to: 2)
        func shown(_ reader: any StoreReader) throws -> [String] {
            try listed(reader).map { "\($0.key) \($0.value)" }.sorted()
                + entries(reader, in: window).map { "\($0.kind) \($0.theme?.id ?? "") \($0.quote)" }
        }
        let then = try fixture.store.read { try shown($0) }
        #expect(then.count > 20)
        fixture.options.observedAt = Instant(iso8601: "2026-03-16")
        fixture.clock = Instant(iso8601: "2026-03-16T08:00:00Z")!
        try fixture.load([
            "a.json": Fixture.array([record("P1", 1, "Zu klein?", "Es leckt aus dem Deckel.")])
        ])
        #expect(try fixture.store.read { try shown(AsOfReader($0, run: 2)) } == then)
    }
}

import AfterwordCore
import AfterwordPipeline
import AfterwordStores
import Foundation
import Testing

@testable import AfterwordServer

/// Translations that models stored, beside the quotes of pages.
@Suite struct TranslationPageTests {
    private static func dump(_ day: String, _ reviews: [MadeReview]) -> MadeLoad {
        .dump(day, [MadeProduct(id: "D1", brand: "Delta", title: nil, reviews: reviews)])
    }

    private static let dumps: [MadeLoad] = [
        dump(
            "2026-03-02",
            [MadeReview(id: "old", rating: 1, title: "Schlecht", text: "Der Deckel ist undicht.")]),
        dump(
            "2026-03-09",
            [
                MadeReview(id: "leak", rating: 1, text: "Der Deckel ist undicht und tropft."),
                MadeReview(
                    id: "fire", rating: 1,
                    text: "Das Netzteil hat Feuer gefangen."),
                MadeReview(id: "plain", rating: 1, text: "The lid leaks."),
            ]),
    ]

    /// What a model says of a review.
    private struct Said {
        var title: String?
        var body: String?
        var language = "en"
        var model = "m-1"
        var served: String?
        var isCut = false
        var document: String?
    }

    private func store(_ said: Said, of review: Text, in path: String) throws {
        let store = try SQLiteStore(path: path, opening: .existing)
        let found = try #require(
            try store.read { try $0.reviews(ofProduct: nil) }.first { $0.reviewID == review })
        var enrichment = ReviewEnrichment(sentiment: .negative, remarks: [])
        (enrichment.title, enrichment.body) = (said.title, said.body)
        enrichment.isCut = said.isCut
        var row = EnrichmentRow(
            of: found, madeRun: 0, language: said.language,
            by: (said.model, Digest256([UInt8](repeating: 7, count: 32))),
            document: said.document ?? enrichment.json.canonical)
        row.servedModel = said.served
        let made = try storeEnrichments(
            [row], answers: [], in: store, now: Instant(seconds: 1_800_000_000))
        #expect(made.made == 1)
    }

    private static let pages = [
        "/", "/inbox", "/themes/leaks", "/products/D1", "/search?q=undicht", "/reviews/D1/leak",
    ]

    @Test("A stored translation stands beside the quote on every page, under its model's name")
    func beside() async throws {
        try await serving(Self.dumps) { client, path in
            for address in Self.pages {
                let page = try await client.get(address)
                #expect(!page.text.contains("class=\"translation\""), "\(address)")
            }
            let said = Said(body: "The <lid> leaks & drips.", model: "asked", served: "m-1 <x>")
            try self.store(said, of: "leak", in: path)
            for address in Self.pages {
                let page = try await client.get(address)
                #expect(
                    page.text.contains(
                        "<p lang=\"en\" dir=\"auto\">The &lt;lid&gt; leaks &amp; drips.</p>"),
                    "\(address)")
                #expect(page.words.contains("Translation by a model, m-1 <x>"), "\(address)")
                #expect(page.text.components(separatedBy: "class=\"translation\"").count == 2)
            }
            // The quote says its own language.
            let theme = try await client.get("/themes/leaks")
            #expect(theme.text.contains("<blockquote dir=\"auto\" lang=\"de\">"))
            try self.store(Said(body: "It burned on day two."), of: "fire", in: path)
            for address in ["/safety", "/brands/Delta", "/products/D1", "/inbox?kind=safety"] {
                let page = try await client.get(address)
                #expect(page.words.contains("It burned on day two."), "\(address)")
            }
        }
    }

    @Test("A translation is shown as of its dump, of its version, and is never counted")
    func moments() async throws {
        try await serving(Self.dumps) { client, path in
            let before = try await client.get("/api/v1/themes").items
            try self.store(
                Said(title: "Bad", body: "The lid is not tight."), of: "old", in: path)
            #expect(try await client.get("/api/v1/themes").items == before)
            let now = try await client.get("/themes/leaks")
            #expect(now.words.contains("The lid is not tight."))
            // It was stored after the second dump, so the first has it not.
            let then = try await client.get("/themes/leaks?as_of=1")
            #expect(then.words.contains("Der Deckel") && !then.words.contains("not tight"))
            let second = try await client.get("/themes/leaks?as_of=2")
            #expect(second.words.contains("The lid is not tight."))
            // A whole review shows both.
            let product = try await client.get("/products/D1")
            #expect(product.words.contains("Bad — The lid is not tight."))
            let edit = MadeReview(
                id: "old", rating: 1, title: "Schlecht", text: "Der Deckel ist noch undicht.")
            try load(Self.dump("2026-03-16", [edit]), into: path, 9)
            let edited = try await client.get("/themes/leaks")
            #expect(edited.words.contains("noch undicht"))
            #expect(!edited.words.contains("not tight"))
            let review = try await client.get("/reviews/D1/old")
            #expect(review.words.contains("Bad — The lid is not tight."))
        }
    }

    @Test("Of several languages the newest stands; long ones are folded, hidden ones left out")
    func many() async throws {
        try await serving(Self.dumps) { client, path in
            try self.store(
                Said(body: "Le couvercle fuit.", language: "fr"), of: "leak", in: path)
            let long = Array(repeating: "The lid leaks.", count: 40).joined(separator: " ")
            try self.store(Said(body: long, isCut: true), of: "leak", in: path)
            let page = try await client.get("/themes/leaks")
            #expect(page.text.contains("<details><summary class=\"small\">Translation by a model"))
            #expect(page.words.contains("m-1 , of the beginning"))
            #expect(!page.words.contains("couvercle"))
            let review = try await client.get("/reviews/D1/leak")
            #expect(review.words.contains("couvercle") && review.words.contains("The lid leaks."))
            // In its own language already, dropped, or of a later program's form.
            try self.store(Said(), of: "plain", in: path)
            try self.store(Said(body: "\u{200C}"), of: "fire", in: path)
            try self.store(Said(body: "no", document: "[]"), of: "old", in: path)
            let all = try await client.get("/products/D1")
            #expect(all.text.components(separatedBy: "class=\"translation\"").count == 2)
            #expect(try await client.get("/reviews/D1/old").status == 200)
        }
    }
}

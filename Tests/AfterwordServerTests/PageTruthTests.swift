import AfterwordCore
import AfterwordPipeline
import AfterwordServer
import AfterwordStores
import Foundation
import HTTPTypes
import Testing

/// Pages with difficult data must show nothing false. Each value contains the marker of its own
/// row.
@Suite struct PageTruthTests {
    /// Products of two brands and of none, with reviews that lack a theme, a title, a rating or a
    /// text.
    private static func hurting(_ dump: Int) -> [MadeProduct] {
        func review(
            _ product: String, _ number: Int, _ rating: Int?, title: Bool, text: String?
        ) -> MadeReview {
            let id = "\(product)R\(number)"
            return MadeReview(
                id: id, rating: rating, title: title ? "\(id) head" : nil,
                text: text.map { "\(id) \($0)" }, date: "2026-0\(1 + number % 3)-03")
        }
        let first = [
            MadeProduct(
                id: "P1", brand: "Brand1", title: "P1 kettle",
                reviews: [
                    review("P1", 1, 1, title: false, text: "The lid leaks and steam burns."),
                    review("P1", 2, 5, title: true, text: "Works well."),
                    review("P1", 3, 2, title: false, text: "It was a present."),
                    review("P1", 4, 2, title: false, text: nil),
                ] + (5...14).map { review("P1", $0, 4, title: true, text: "good thing") }),
            MadeProduct(
                id: "P2", brand: "Brand2", title: nil,
                reviews: [
                    review("P2", 1, nil, title: true, text: "no rating at all"),
                    review("P2", 2, nil, title: false, text: "It caught fire"),
                ]),
            MadeProduct(
                id: "P3", brand: nil, title: "P3 toaster",
                reviews: [
                    review("P3", 1, 1, title: false, text: "Hmm meh"),
                    review("P3", 2, 1, title: true, text: nil),
                ]),
            MadeProduct(
                id: "P4", brand: nil, title: nil,
                reviews: [
                    review("P4", 1, 3, title: false, text: "قماش جميل لكنه صغير جدا"),
                    review("P4", 2, 1, title: false, text: "נשבר אחרי שבוע \u{202E}abc"),
                ]),
        ]
        guard dump > 0 else { return first }
        return first.enumerated().map { index, product in
            var product = product
            product.reviews += [
                review(product.id, 20 + dump, index == 0 ? 1 : nil, title: false, text: "so so"),
                review(product.id, 90 - dump, 1, title: false, text: nil),
            ]
            return product
        }
    }

    /// Stores with dumps and catalogs in different orders.
    private static let histories: [(name: String, loads: [MadeLoad])] = [
        ("one dump", [.dump("2026-03-02", hurting(0))]),
        ("two dumps", [.dump("2026-03-02", hurting(0)), .dump("2026-03-09", hurting(1))]),
        (
            "a repeated dump",
            [
                .dump("2026-03-02", hurting(0)), .dump("2026-03-09", hurting(1)),
                .dump("2026-03-09", hurting(1)), .dump("2026-03-02", hurting(0)),
            ]
        ),
        (
            "a catalog load",
            [
                .dump("2026-03-02", hurting(0)),
                .catalog("2026-03-03", csv: "product_id,title\nP2,P2 cup\nP9,P9 unknown\n"),
                .dump("2026-03-09", hurting(1)),
                .catalog("2026-03-10", csv: "product_id,brand\nP3,Brand3\n"),
            ]
        ),
    ]

    @Test(
        "page-debug-leak: a row holds its own values only, and no page holds debug words",
        arguments: histories.map(\.name))
    func ownValues(_ name: String) async throws {
        let loads = try #require(Self.histories.first { $0.name == name }).loads
        try await serving(loads) { client, _ in
            let pages = try await client.crawl()
            #expect(pages.count > 20)
            for (address, answer) in pages {
                #expect(answer.status == 200, "\(address)")
                expectNoDebugWords(answer, address)
                for row in answer.rows { expectOwnMarkers(row, address) }
            }
        }
    }

    @Test("page-debug-leak: a card without a theme says its stars, brand and product, no more")
    func noTheme() async throws {
        try await serving([
            .dump(
                "2026-03-02",
                [
                    MadeProduct(
                        id: "B0ACME0001", brand: "Acme", title: nil,
                        reviews: [
                            MadeReview(id: "1", rating: 1, text: "It was a present."),
                            MadeReview(id: "2", rating: 1, text: "It broke after a week."),
                        ])
                ])
        ]) { client, _ in
            let first = try await client.get("/")
            let card = try #require(first.rows.first { $0.contains("present") })
            let small = ServedAnswer.words(of: String(card.split(separator: "small").last ?? ""))
            #expect(small.contains("1 ★ · Acme · B0ACME0001 "))
            #expect(small.filter { $0 == "·" }.count == 2, "\(small)")
        }
    }

    @Test("review-gets-product-title: a review without a title is not given its product's")
    func noTitle() async throws {
        try await serving([.dump("2026-03-02", Self.hurting(0))]) { client, _ in
            let page = try await client.get("/products/P1")
            #expect(page.text.contains("reviews/P1/P1R1\">Review</a>"))
            #expect(page.text.contains("reviews/P1/P1R2\">P1R2 head</a>"))
            // The product's own title appears once, below its id.
            #expect(page.text.components(separatedBy: "P1 kettle").count == 2)
        }
    }

    @Test("page-debug-leak: a product without ratings is not given its brand's interval")
    func noRating() async throws {
        try await serving([.dump("2026-03-02", Self.hurting(0))]) { client, _ in
            let page = try await client.get("/brands/Brand2")
            let card = try #require(page.rows.first { $0.contains("/products/P2") })
            #expect(ServedAnswer.words(of: card).contains("negative –"))
            #expect(!card.contains("("))
        }
    }

    @Test("Sixty dumps: every page holds, each dump is in the list, ticks are at their places")
    func sixtyDumps() async throws {
        let loads = (0..<60).map { week in
            let day = Instant(seconds: 1_767_571_200 + Int64(week) * 7 * 86_400)
            return MadeLoad.dump(
                String(day.description.prefix(10)),
                [
                    MadeProduct(
                        id: "P1", brand: "Brand1", title: nil,
                        reviews: (0...week).map {
                            MadeReview(
                                id: "P1R\($0)", rating: $0 % 7 == 3 ? 1 : 5, text: "P1R\($0) says")
                        })
                ])
        }
        try await serving(loads) { client, _ in
            let first = try await client.get("/")
            let ticks = first.text.matches(of: #/<option value="(\d+)" label="[^"]*, run (\d+)"/#)
            #expect(ticks.map { Int($0.output.1) } == Array(0..<60))
            #expect(ticks.map { Int($0.output.2) } == Array(1...60))
            #expect(first.text.contains("max=\"59\""))
            for address in ["/", "/brands/Brand1", "/products/P1", "/?as_of=31"] {
                let answer = try await client.get(address)
                #expect(answer.status == 200)
                expectNoDebugWords(answer, address)
            }
            let past = try await client.get("/brands/Brand1?as_of=31")
            #expect(past.text.contains("href=\"/brands/Brand1?as_of=30\""))
            #expect(past.text.contains("href=\"/brands/Brand1?as_of=32\""))
            #expect(past.text.contains("<a href=\"/brands/Brand1\">Show now</a>"))
            // 60 dumps, 59 of them after the first. The last one adds review 59, with one star.
            let now = try await client.get("/brands/Brand1")
            #expect(now.words.contains("2027-02-22: 1 review, 1 negative"))
            let rows = now.text.components(separatedBy: "<th scope=\"row\">20").count - 1
            #expect(rows == 60)
        }
    }

    @Test(
        "front-page-debug-dump: the user's own data",
        .enabled(
            if: FileManager.default.fileExists(atPath: "../shared/data/sellerx"),
            "../shared/data/sellerx is not here"))
    func ownData() async throws {
        try await serving([.folder("../shared/data/sellerx")]) { client, _ in
            let first = try await client.get("/")
            #expect(first.status == 200)
            expectNoDebugWords(first, "/")
            #expect(first.text.utf8.count < 100_000)
            let cards = first.text.components(separatedBy: "<ul class=\"cards\">").dropFirst().first
            #expect((cards?.components(separatedBy: "</ul>").first?.utf8.count ?? .max) < 12_000)
        }
    }

    @Test("empty-store-404: an empty store has a first page that says how to load a dump")
    func emptyStore() async throws {
        try await serving([]) { client, _ in
            let first = try await client.get("/")
            #expect(first.status == 200)
            #expect(first.words.contains("Load a dump: afterword run FOLDER"))
            // A page must not link to itself.
            let main = try #require(first.text.components(separatedBy: "<main").last)
            #expect(!main.contains("href=\"/\""))
            for address in [
                "/inbox", "/brands", "/themes", "/safety", "/work", "/runs", "/insights",
            ] {
                let page = try await client.get(address)
                #expect(page.status == 200, "\(address)")
                #expect(page.words.contains("Load a dump: afterword run FOLDER"), "\(address)")
            }
            let brand = try await client.get("/brands/Acme")
            #expect(brand.status == 404 && brand.words.contains("nothing was loaded yet"))
        }
    }

    @Test("Only a catalog was loaded: a page without a dump holds")
    func onlyCatalog() async throws {
        try await serving([
            .catalog("2026-03-03", csv: "product_id,title\nP2,P2 cup\n")
        ]) { client, _ in
            let first = try await client.get("/")
            #expect(first.status == 200)
            expectNoDebugWords(first, "/")
            // An empty list of dangers must not look like an all-clear when there are no reviews.
            #expect(first.words.contains("Load a dump: afterword run FOLDER"))
            #expect(!first.words.contains("no word of danger"))
            // The API answers with lists even when they are empty.
            #expect(try await client.get("/api/v1/brands").status == 200)
        }
    }
}

private func expectNoDebugWords(_ answer: ServedAnswer, _ address: String) {
    guard answer.headers[.contentType]?.hasPrefix("text/html") == true else { return }
    // Check the visible words only, not the signs within tags.
    let words = answer.words
    for word in ["[[", "\":", "Optional(", "nil)", "AfterwordServer.", "{{", "}}", "[]"] {
        #expect(!words.contains(word), "\(address): \(word)")
    }
}

/// A row of a review or product names no other review or product; a row of a brand names no
/// product.
private func expectOwnMarkers(_ row: String, _ address: String) {
    let own: String
    if let review = row.firstMatch(of: #/href="\/reviews\/P\d\/(P\dR\d+)/#) {
        own = String(review.output.1)
    } else if let product = row.firstMatch(of: #/href="\/products\/(P\d)/#) {
        own = String(product.output.1)
    } else if let product = row.firstMatch(of: #/href="[^"]*product=(P\d)/#) {
        own = String(product.output.1)
    } else if let product = address.firstMatch(of: #/^\/products\/(P\d)/#) {
        own = String(product.output.1)
    } else if let review = address.firstMatch(of: #/^\/reviews\/P\d\/(P\dR\d+)/#) {
        own = String(review.output.1)
    } else {
        #expect(!ServedAnswer.words(of: row).contains(#/P\d/#), "\(address): \(row)")
        return
    }
    let brands = ["P1": "Brand1", "P2": "Brand2", "P3": "Brand3"]
    for marker in ServedAnswer.words(of: row).matches(of: #/(P\d)(R\d+)?|Brand\d/#) {
        let text = String(marker.output.0)
        #expect(
            own == text || own.hasPrefix(text + "R") || brands[String(own.prefix(2))] == text,
            "\(address): \(text) in a row of \(own)")
    }
    #expect(!row.contains("> </"), "\(address): \(row)")
}

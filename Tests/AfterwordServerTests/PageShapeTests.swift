import AfterwordPipeline
import AfterwordTesting
import Foundation
import Testing

@testable import AfterwordServer

/// What every page keeps to for readers of screens, of small screens and of all letters.
@Suite struct PageShapeTests {
    private static let long = String(repeating: "Lid leaks badly, and often. ", count: 40)

    private static let dumps: [MadeLoad] = (0..<3).map { week in
        .dump(
            "2026-03-\(["02", "09", "16"][week])",
            (0..<14).map { number in
                // Some brands bring nothing after the first dump.
                let count = number % 3 == 0 ? 4 : 4 + 2 * week
                return MadeProduct(
                    id: "P\(100 + number)", brand: "Brand\(number % 6)", title: "A kettle",
                    reviews: (0..<count).map { review in
                        MadeReview(
                            id: "P\(number)R\(review)", rating: review % 2 == 0 ? 1 : 5,
                            text: review == 0 ? long : "It leaks: \(number) \(review).")
                    })
            })
    }

    private static let pages = [
        "/", "/inbox", "/work", "/brands", "/products", "/themes", "/themes?brand=Brand1",
        "/safety", "/search", "/search?q=leaks", "/runs", "/insights", "/brands/Brand1",
        "/products/P101", "/themes/leaks", "/reviews/P101/P1R0",
    ]

    @Test("No heading skips a level, and no two landmarks of a kind have one name")
    func outline() async throws {
        try await serving(Self.dumps) { client, _ in
            for address in Self.pages {
                let page = try await client.get(address)
                #expect(page.status == 200, "\(address)")
                let levels = page.text.matches(of: #/<h([1-6])[ >]/#).compactMap {
                    Int($0.output.1)
                }
                #expect(levels.first == 1, "\(address)")
                #expect(
                    zip(levels, levels.dropFirst()).allSatisfy { $1 <= $0 + 1 },
                    "\(address): \(levels)")
                var names: [String] = []
                for own in page.text.matches(of: #/<section aria-labelledby="([^"]+)"/#) {
                    let id = String(own.output.1)
                    let heading = page.text.components(separatedBy: "id=\"\(id)\">").dropFirst()
                        .first?.components(separatedBy: "</").first
                    names.append("region " + (heading ?? id))
                }
                for tag in page.text.matches(of: #/<[^>]*role="(region|search)"[^>]*>/#) {
                    let label = tag.output.0.firstMatch(of: #/aria-label="([^"]*)"/#)
                    names.append("\(tag.output.1) \(label?.output.1 ?? "")")
                }
                #expect(Set(names).count == names.count, "\(address): \(names)")
            }
        }
    }

    @Test("Every row of a table has a cell for each of its columns")
    func columns() async throws {
        try await serving(Self.dumps) { client, _ in
            for address in ["/", "/brands", "/products", "/themes", "/brands/Brand1"] {
                let page = try await client.get(address)
                for table in page.text.components(separatedBy: "<table class=\"data stack\">")
                    .dropFirst()
                {
                    let own = table.components(separatedBy: "</table>")[0]
                    let heads =
                        own.components(separatedBy: "</thead>")[0]
                        .components(separatedBy: "<th ").count - 1
                    for row in own.components(separatedBy: "<tbody>").last?
                        .components(separatedBy: "<tr").dropFirst() ?? []
                    {
                        let cells = row.matches(of: #/<t[hd][ >]/#).count
                        #expect(cells == heads, "\(address)")
                    }
                }
            }
        }
    }

    @Test("A sign that turns letters round shows as a sign, and the name is still found by it")
    func directions() async throws {
        let brand = "Nor\u{202E}mal"
        let dumps: [MadeLoad] = [
            .dump(
                "2026-03-02",
                [
                    MadeProduct(
                        id: "T\u{202E}1", brand: brand, title: "\u{2067}title\u{2069}",
                        reviews: [
                            MadeReview(
                                id: "R1", rating: 1,
                                text: "\u{202B}\u{05E0}\u{05D5}\u{05D6}\u{05DC}\u{202C} it leaks"),
                            MadeReview(id: "R2", rating: 1, text: "It leaks."),
                        ])
                ])
        ]
        try await serving(dumps) { client, _ in
            for address in [
                "/", "/brands", "/products", "/products/T%E2%80%AE1", "/brands/Nor%E2%80%AEmal",
                "/reviews/T%E2%80%AE1/R1", "/themes/leaks", "/inbox",
            ] {
                let page = try await client.get(address)
                #expect(page.status == 200, "\(address)")
                let shown = page.words.unicodeScalars
                #expect(!shown.contains { (0x202A...0x202E).contains($0.value) }, "\(address)")
                #expect(!shown.contains { (0x2066...0x2069).contains($0.value) }, "\(address)")
            }
            let list = try await client.get("/brands")
            #expect(list.words.contains("Nor\u{FFFD}mal"))
            #expect(list.links.contains("/brands/Nor%E2%80%AEmal"))
            let review = try await client.get("/reviews/T%E2%80%AE1/R1")
            #expect(review.words.contains("\u{05E0}\u{05D5}\u{05D6}\u{05DC} it leaks"))
            #expect(review.text.contains("<p class=\"body\" dir=\"auto\">"))
            // A form sends the name back as it is.
            let products = try await client.get("/products?brand=Nor%E2%80%AEmal")
            #expect(products.text.contains("name=\"brand\" value=\"\(brand)\""))
        }
    }

    @Test("A long review is cut in a list, with a way on, and whole on its own page")
    func longTexts() async throws {
        #expect(beginning(of: "a b") == "a b")
        #expect(beginning(of: String(repeating: "x", count: 500)).count == 400)
        let lines = (1...20).map { "line \($0)" }.joined(separator: "\n")
        #expect(beginning(of: lines).hasSuffix("line 8"))
        try await serving(Self.dumps) { client, _ in
            let product = try await client.get("/products/P101")
            #expect(product.words.contains("All that it says"))
            #expect(!product.words.contains(Self.long.dropLast()))
            let review = try await client.get("/reviews/P101/P1R0")
            #expect(review.words.contains(Self.long.dropLast()))
        }
        #expect(!pageStyle.contains("max-height"))
        #expect(pageStyle.contains(".crumbs { margin: 16px 0 0; overflow-wrap: anywhere; }"))
    }
}

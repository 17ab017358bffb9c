import AfterwordCore
import AfterwordPipeline
import AfterwordStores
import Foundation
import HTTPTypes
import Testing

@testable import AfterwordServer

/// Lists of the page: sorted by any column, with filters that count, and a way on from each end.
@Suite struct PageListTests {
    @Test("The reviews of a theme add up: those of products without a brand are counted too")
    func themeSums() async throws {
        func product(_ id: String, _ brand: String?, _ text: String) -> MadeProduct {
            MadeProduct(
                id: id, brand: brand, title: nil,
                reviews: [MadeReview(id: id + "1", rating: 1, text: text)])
        }
        try await serving([
            .dump(
                "2026-03-02",
                [
                    product("T1", "Alpha", "The lid leaks all over."),
                    product("T2", nil, "It leaks after a week of use."),
                ])
        ]) { client, _ in
            let page = try await client.get("/themes/leaks")
            #expect(page.words.contains("2 reviews, each distinct one once"))
            #expect(page.words.contains("1 review of products without a brand."))
            #expect(page.words.contains("that several products show counts for one of them here."))
            let one = try await client.get("/themes/leaks?brand=Alpha")
            #expect(!one.words.contains("without a brand"))
        }
    }

    private static func product(_ number: Int, _ reviews: Int) -> MadeProduct {
        let id = "P\(1_000 + number)"
        return MadeProduct(
            id: id, brand: "Brand\(number % 15)", title: "\(id) kettle",
            reviews: (0..<reviews).map {
                MadeReview(
                    id: "\(id)R\($0)", rating: 1 + ($0 + number) % 5,
                    text: $0 % 3 == 0 ? "The lid leaks, \(id) \($0)." : "Fine thing \(id) \($0).")
            })
    }

    private static let dumps: [MadeLoad] = (0..<4).map { week in
        .dump(
            "2026-03-\(["02", "09", "16", "23"][week])",
            (0..<120).map { product($0, 4 + week * ($0 % 3)) })
    }

    @Test("Every list leads on to its last entry, by pages that neither repeat nor leave out one")
    func pages() async throws {
        try await serving(Self.dumps) { client, _ in
            for (list, count) in [
                ("products", 120), ("brands", 15), ("products?sort=-reviews", 120),
            ] {
                var found: [String] = []
                var address: String? = "/\(list)"
                while let next = address, found.count < 1_000 {
                    let page = try await client.get(next)
                    #expect(page.status == 200, "\(next)")
                    let rows = page.text.components(separatedBy: "<th scope=\"row\"><a").dropFirst()
                    found += rows.compactMap { row in
                        row.firstMatch(of: #/<bdi>([^<]+)</#).map { String($0.output.1) }
                    }
                    address = page.text.firstMatch(of: #/rel="next" href="([^"]+)"/#).map {
                        String($0.output.1).replacing("&amp;", with: "&")
                    }
                }
                #expect(found.count == count && Set(found).count == count, "\(list)")
            }
        }
    }

    @Test("A click on a column sorts by it, another one the other way round")
    func sorting() async throws {
        try await serving(Self.dumps) { client, _ in
            func counts(_ sort: String) async throws -> [Int] {
                let page = try await client.get("/products?sort=\(sort)")
                return page.text.matches(of: #/data-label="Reviews">([\d,]+)</#).compactMap {
                    Int($0.output.1.replacing(",", with: ""))
                }
            }
            let down = try await counts("reviews")
            let up = try await counts("-reviews")
            #expect(down.count == 50 && down == down.sorted(by: >) && up == up.sorted())
            let page = try await client.get("/products?sort=reviews")
            #expect(page.links.contains("/products?sort=-reviews"))
            #expect(page.text.contains("aria-sort=\"descending\""))
            for column in ["product", "brand", "impact", "share", "negatives", "mean"] {
                #expect(try await client.get("/products?sort=\(column)").status == 200)
            }
            for column in ["brand", "impact", "share", "new", "reviews", "mean"] {
                #expect(try await client.get("/brands?sort=\(column)").status == 200)
            }
            for column in ["theme", "reviews", "new", "products", "brands", "impact"] {
                #expect(try await client.get("/themes?sort=-\(column)").status == 200)
            }
            #expect(try await client.get("/products?sort=nothing").status == 400)
        }
    }

    @Test("Where the heads of a table are hidden, the same links sort it from above")
    func narrowSorting() async throws {
        @Sendable func links(_ part: String) -> [String] {
            part.matches(of: #/href="([^"]+)"/#).map { String($0.output.1) }
        }
        try await serving(Self.dumps) { client, _ in
            for address in ["/", "/brands?sort=reviews", "/products?sort=-mean", "/themes"] {
                let page = try await client.get(address)
                let tables = page.text.components(separatedBy: "<div class=\"sorts\"").dropFirst()
                #expect(tables.count == (address == "/" ? 2 : 1), "\(address)")
                for table in tables {
                    let sorts = table.components(separatedBy: "</div>")[0]
                    let heads = table.components(separatedBy: "</thead>")[0]
                        .components(separatedBy: "<thead>")[1]
                    #expect(links(sorts).count > 3 && links(sorts) == links(heads), "\(address)")
                    #expect(
                        sorts.contains("aria-current=\"true\"") == heads.contains("aria-sort"))
                }
            }
        }
        // What is hidden takes no tab stop: either the heads are there, or the links above.
        let parts = pageStyle.components(separatedBy: "@media (max-width: 640px)")
        #expect(parts[0].contains(".sorts { display: none; }"))
        #expect(!parts[0].contains(".stack thead"))
        #expect(parts[1].contains(".stack thead { display: none; }"))
        #expect(parts[1].contains(".sorts { display: flex;"))
    }

    @Test("What reloads a page from within it comes back to its section")
    func sections() async throws {
        try await serving(Self.dumps) { client, _ in
            for (address, sections) in [
                ("/brands/Brand3", ["fix", "moved"]), ("/products/P1003", ["fix", "reviews"]),
                ("/themes/leaks", ["fix", "quotes", "where", "who"]),
                ("/", ["products", "strip"]),
            ] {
                let page = try await client.get(address)
                let main = page.text.components(separatedBy: "<main id=\"main\">").last ?? ""
                let path = address == "/" ? "/" : address
                let forms = main.matches(of: #/method="get" action="([^"#]+)(#[^"]*)?"/#)
                for form in forms where form.output.1 == path {
                    #expect(form.output.2 != nil, "\(address)")
                }
                let own = main.matches(of: #/(?:href|action)="([^"#?]+)[^"#]*#([^"]+)"/#)
                    .filter { $0.output.1 == path }.map { String($0.output.2) }
                #expect(Set(own) == Set(sections), "\(address): \(own)")
                for section in sections {
                    #expect(page.text.contains("id=\"\(section)\""), "\(address) \(section)")
                }
            }
        }
    }

    @Test("A filter's number is that of the entries that it leaves")
    func facets() async throws {
        try await serving(Self.dumps) { client, _ in
            for start in ["/inbox", "/products", "/inbox?kind=negative", "/themes/leaks"] {
                let page = try await client.get(start)
                let part = page.text.components(separatedBy: "class=\"facets\"").dropFirst().first
                let options = (part?.components(separatedBy: "</details>").first ?? "")
                    .matches(
                        of: #/href="([^"]+)"><bdi>[^<]*<\/bdi> <span\s+class="small">([\d,]+)</#)
                #expect(options.count > 3, "\(start)")
                for option in options {
                    let link = String(option.output.1).replacing("&amp;", with: "&")
                    let left = try await client.get(link)
                    #expect(left.status == 200, "\(link)")
                    let total = left.words.firstMatch(of: #/\d+–\d+ of ([\d,]+)/#)
                    #expect(total.map { String($0.output.1) } == String(option.output.2), "\(link)")
                }
            }
        }
    }

    @Test("An export is what is seen, as CSV with and without a mark and as JSON")
    func exports() async throws {
        try await serving(Self.dumps) { client, _ in
            for address in [
                "/inbox?kind=negative&brand=Brand3", "/products?brand=Brand3&q=P10",
                "/themes/leaks?star=1", "/safety", "/search?q=lid&brand=Brand3", "/runs",
                "/brands?q=Brand1", "/products/P1003?star=3", "/insights", "/themes?side=strengths",
            ] {
                let page = try await client.get(address)
                let link = try #require(page.links.first { $0.hasPrefix("/json/") }, "\(address)")
                let json = try await client.get(link)
                #expect(json.status == 200 && json.headers[.contentType] == "application/json")
                #expect(json.headers[.contentDisposition]?.hasSuffix(".json\"") == true)
                let rows = json.json?.elements ?? []
                let table = try await client.get(
                    link.replacing("/json/", with: "/csv/").replacing(".json", with: ".csv"))
                let lines = table.text.split(separator: "\r\n").count
                #expect(lines == rows.count + 1, "\(address)")
                #expect(table.text.hasPrefix("\u{FEFF}"))
                let plain = try await client.get(
                    try #require(page.links.first { $0.contains("bom=no") }))
                #expect(plain.text.hasPrefix("\"") && "\u{FEFF}" + plain.text == table.text)
                let total = page.words.firstMatch(of: #/\d+–\d+ of ([\d,]+)/#)
                if let total, !address.hasPrefix("/search"), !address.hasPrefix("/runs") {
                    #expect(
                        Int(total.output.1.replacing(",", with: "")) == rows.count, "\(address)")
                }
            }
        }
    }

    private func expectOrder(
        of list: String, _ columns: [String], _ client: ServedClient
    ) async throws {
        for sort in columns.flatMap({ [$0, "-" + $0] }) {
            let page = try await client.get("/\(list)?sort=\(sort)")
            let rows = page.text.components(separatedBy: "<th scope=\"row\"><a").dropFirst()
            let shown = rows.compactMap { row in
                row.firstMatch(of: #/>(?:<bdi>)?([^<]+)</#).map {
                    ServedAnswer.words(of: String($0.output.1))
                }
            }
            let links = page.links.filter { $0.hasPrefix("/json/\(list).json") }
            let link = try #require(links.first, "\(list) \(sort)")
            let name = list == "themes" ? "label" : String(list.dropLast())
            let table = try await client.get(link)
            let exported = (table.json?.elements ?? []).compactMap { $0[name]?.text }
            // The page shows the first fifty, and below its table the map of themes.
            let count = min(shown.count, exported.count)
            #expect(count > 1 && shown.prefix(count) == exported.prefix(count), "\(link)")
            let csv = link.replacing("/json/", with: "/csv/").replacing(".json", with: ".csv")
            #expect(try await client.get(csv).status == 200)
        }
    }

    @Test("A theme's page leads on to all products and brands that say so")
    func allOfTheme() async throws {
        try await serving(Self.dumps) { client, _ in
            func products(_ page: ServedAnswer) -> Int {
                page.links.count { $0.contains("product=P") }
            }
            let first = try await client.get("/themes/leaks")
            #expect(products(first) == 10)
            #expect(first.words.contains("All 120 products"))
            #expect(first.words.contains("All 15 brands"))
            let link = try #require(first.links.first { $0.contains("all=yes") })
            let all = try await client.get(link)
            #expect(all.status == 200 && products(all) == 120)
            #expect(!all.words.contains("All 120 products"))
        }
    }

    @Test("An export has the rows in the order in which the page shows them")
    func exportOrder() async throws {
        try await serving(Self.dumps) { client, _ in
            try await self.expectOrder(
                of: "products", ["product", "brand", "impact", "share", "negatives"], client)
            try await self.expectOrder(
                of: "brands", ["brand", "impact", "share", "new", "reviews", "mean"], client)
            #expect(try await client.get("/csv/products.csv?sort=nothing").status == 400)
        }
        try await serving("insights") { client, _ in
            try await self.expectOrder(
                of: "themes", ["theme", "reviews", "new", "products", "brands"], client)
        }
    }

    @Test("Every page leads to all others, and a key of some brands is offered what it may see")
    func navigation() async throws {
        try await serving(Self.dumps, { $0.asksForKeys = true }) { client, path in
            try addKey("all", to: path)
            try addKey("some", brands: ["Brand3"], to: path)
            for (key, hidden) in [("all", false), ("some", true)] {
                let headers: HTTPFields = [.authorization: "Bearer key-\(key)"]
                let page = try await client.call("/brands/Brand3", headers: headers)
                let links = page.links
                for list in ["inbox", "brands", "products", "themes", "safety", "search"] {
                    #expect(links.contains("/\(list)"), "\(list)")
                    let answer = try await client.call("/\(list)", headers: headers)
                    #expect(answer.status == 200 && answer.text.contains("aria-current=\"page\""))
                    if hidden { #expect(!answer.text.contains("Brand4")) }
                }
                for list in ["runs", "insights"] {
                    #expect(links.contains("/\(list)") != hidden)
                    let answer = try await client.call("/\(list)", headers: headers)
                    #expect(answer.status == (hidden ? 404 : 200), "\(list)")
                }
            }
        }
    }
}

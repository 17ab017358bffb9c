import AfterwordCore
import AfterwordModels
import AfterwordPipeline
import AfterwordServer
import AfterwordStores
import AfterwordTesting
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Logging
import NIOCore
import Synchronization
import Testing

/// What a person sees in a browser: pages, tables, authentication and caching.
@Suite struct PageTests {
    @Test(
        "Pages escape what customers wrote; the moment is kept in every address; a formula is none in a CSV"
    )
    func pages() async throws {
        try await serving { client, _ in
            let first = try await client.get("/?as_of=1")
            #expect(first.headers[.contentType] == "text/html; charset=utf-8")
            #expect(first.text.contains("This is how it was after run 1"))
            let links = first.text.split(separator: "href=\"").dropFirst()
                .map { String($0.prefix { $0 != "\"" }) }
            for link in links
            where link.hasPrefix("/brands") || link.hasPrefix("/themes") || link.hasPrefix("/csv") {
                #expect(link.contains("as_of=1"), "\(link)")
            }
            let brand = try await client.get("/brands/Lumora")
            #expect(brand.text.contains("Leaks or bursts") && brand.text.contains("verified"))
            #expect(brand.words.contains(" % of all distinct reviews"))
            #expect(brand.words.contains("Most reviews first; general themes count half"))
            #expect(brand.text.contains("undicht und die Tasche war nass"))
            let theme = try await client.get("/themes/leaks?brand=Lumora")
            #expect(theme.text.contains("La bottiglia perde acqua dopo una settimana"))
            let product = try await client.get("/products/B0FLASK001")
            #expect(product.text.contains("The source gives no review times"))
            let missing = try await client.get("/brands/%3Cscript%3E")
            #expect(missing.status == 404 && !missing.text.contains("<script>"))
            #expect(missing.text.contains("no brand "))
            let csv = try await client.get("/csv/reviews.csv?product=B0FLASK001")
            #expect(
                csv.text.hasPrefix(
                    "\u{FEFF}\"review\",\"version\",\"rating\",\"title\",\"text\"\r\n"))
            #expect(csv.headers[.contentDisposition]?.contains("afterword-reviews-2026") == true)
        }
    }

    @Test("Months are told from source times; every version of a review has its place")
    func times() async throws {
        try await serving("nested-products") { client, _ in
            let product = try await client.get("/products/0805082115?as_of=1")
            #expect(product.text.contains("2026-02") && product.text.contains("2026-03"))
            #expect(!product.text.contains("The source gives no review times"))
            #expect(product.text.contains("Tischlampe &quot;Abend&quot;"))
            let now = try await client.get("/api/v1/products/0805082115")
            #expect((now.json?["item"]?["months"]?.elements?.count ?? 0) > 1)
            let first = try await client.get("/")
            #expect(first.text.contains("0805082115") && first.text.contains("id=\"slider\""))
            // It moves only by the script, which shows it.
            #expect(first.text.contains("<input id=\"slider\" hidden type=\"range\""))
        }
        try await serving("second-load") { client, _ in
            let products = try await client.get("/api/v1/products?limit=200")
            var versions = 0
            for product in products.items.compactMap({ $0["product_id"]?.text }) {
                let reviews = try await client.get(
                    "/api/v1/products/\(product)/reviews?deleted=true")
                for review in reviews.items.compactMap({ $0["review_id"]?.text }) {
                    let page = try await client.get("/reviews/\(product)/\(review)")
                    let history = try await client.get(
                        "/api/v1/reviews/\(product)/\(review)/history")
                    let shown = page.text.components(separatedBy: "<p class=\"tag\">").count - 1
                    #expect(page.status == 200 && shown == history.items.count, "\(review)")
                    versions += history.items.filter { $0["operation"]?.text == "update" }.count
                }
            }
            #expect(versions > 0)
            #expect(try await client.get("/reviews/Nothing/here").status == 404)
        }
    }

    @Test("Hostile texts stay texts on every page and in every table")
    func hostile() async throws {
        try await serving("hostile-text") { client, _ in
            let product = try await client.get("/products/B0HOSTILE1")
            #expect(product.text.contains("&lt;script&gt;alert(1)"))
            #expect(!product.text.contains("<script>alert"))
            let csv = try await client.get("/csv/reviews.csv?product=B0HOSTILE1")
            #expect(csv.text.contains("'=HYPERLINK(\"\"http://x\"\")"))
            let first = try await client.get("/")
            #expect(!first.text.contains("<script>alert"))
            let brand = "Robert')%3B%20DROP%20TABLE%20runs%3B--"
            let page = try await client.get("/brands/\(brand)")
            #expect(page.status == 200 && page.text.contains("No insight was made"))
            for table in ["brands", "products", "inbox?since=0", "themes", "themes?brand=\(brand)"]
            {
                let parts = table.split(separator: "?", maxSplits: 1)
                let address =
                    "/csv/\(parts[0]).csv" + (parts.count > 1 ? "?\(parts[1])" : "")
                let answer = try await client.get(address)
                #expect(answer.status == 200 && answer.text.contains("\r\n"), "\(table)")
                for line in answer.text.split(separator: "\r\n") {
                    #expect(!["=", "+", "@"].contains(line.first), "\(line)")
                }
            }
        }
    }

    @Test("Filters narrow the products, on the page and in the API alike")
    func filters() async throws {
        try await serving { client, _ in
            func ids(_ query: String) async throws -> Set<String> {
                Set(
                    try await client.get("/api/v1/products?" + query).items
                        .compactMap { $0["product_id"]?.text })
            }
            #expect(try await ids("brand=Lumora") == ["B0FLASK001", "B0FLASK002", "B0FLASK003"])
            #expect(try await ids("family=FLASKS") == ["B0FLASK001", "B0FLASK002"])
            #expect(try await ids("category=Lighting&q=desk") == ["B0LAMP0001"])
            // Mean ratings after both dumps: 3.25, 2.2, 2.4; 2.8, 3.33, 5.
            #expect(try await ids("rating_max=3&brand=Lumora") == ["B0FLASK002", "B0FLASK003"])
            #expect(try await ids("rating_min=5") == ["B0LAMP0003"])
            #expect(try await ids("sentiment=positive") == ["B0LAMP0003"])
            #expect(try await ids("sentiment=negative") == ["B0FLASK002", "B0FLASK003"])
            for order in ["reviews", "negatives", "rating", "id"] {
                #expect(try await ids("sort=\(order)").count == 6)
            }
            let page = try await client.get("/?sentiment=negative&q=flask")
            let grid = page.text.components(separatedBy: "id=\"products\"").last ?? ""
            #expect(grid.contains("B0FLASK002") && !grid.contains("B0LAMP"))
            let none = try await client.get("/?q=nothing+like+this")
            #expect(none.text.contains("No product fits"))
        }
    }

    @Test("A browser asks its user for the key; what is static is packed and known again")
    func browser() async throws {
        try await serving("insights", { $0.asksForKeys = true }) { client, path in
            let store = try SQLiteStore(path: path, opening: .existing)
            try store.ledger {
                try $0.put(
                    key: APIKeyRow(
                        name: "all", digest: APIKeyRow.digest(of: "key"), scopes: [.read],
                        brands: nil, createdAt: ReviewHistory.start))
            }
            let closed = try await client.get("/")
            #expect(
                closed.status == 401 && closed.headers[.wwwAuthenticate]?.hasPrefix("Basic") == true
            )
            #expect(closed.headers[.contentType] == "text/html; charset=utf-8")
            let pair = Data("anybody:key".utf8).base64EncodedString()
            let open = try await client.call("/", headers: [.authorization: "Basic \(pair)"])
            #expect(open.status == 200)
            for wrong in [
                "Basic !!", "Basic", "Digest x", "Bearer " + String(repeating: "x", count: 600),
            ] {
                #expect(try await client.call("/", headers: [.authorization: wrong]).status == 401)
            }
            for name in ["page.css", "page.js", "icon.svg"] {
                let plain = try await client.get("/static/" + name)
                let tag = try #require(plain.headers[.eTag])
                let packed = try await client.call(
                    "/static/" + name, headers: [.acceptEncoding: "gzip"])
                let again = try await client.call("/static/" + name, headers: [.ifNoneMatch: tag])
                #expect(plain.status == 200 && packed.headers[.contentEncoding] == "gzip")
                #expect(again.status == 304)
            }
        }
    }
}

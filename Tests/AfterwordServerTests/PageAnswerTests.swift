import AfterwordCore
import AfterwordPipeline
import AfterwordServer
import AfterwordStores
import AfterwordTesting
import Foundation
import HTTPTypes
import Testing

/// Pages for restricted keys, for missing addresses, and over time.
@Suite struct PageAnswerTests {
    private static func product(
        _ id: String, _ brand: String?, _ count: Int, negative: ClosedRange<Int> = 1...3
    ) -> MadeProduct {
        MadeProduct(
            id: id, brand: brand, title: nil,
            reviews: (1...count).map {
                MadeReview(
                    id: "\(id)R\($0)", rating: negative.contains($0) ? 1 : 5,
                    text: "\(id) \($0): it leaks after a day.")
            })
    }

    private static let two: [MadeLoad] = [
        .dump("2026-03-02", [product("A1", "Alpha", 12), product("B1", "Beta", 12)]),
        .dump(
            "2026-03-09",
            [
                product("A1", "Alpha", 20, negative: 1...9), product("B1", "Beta", 14),
                product("N1", nil, 4),
            ]),
    ]

    @Test(
        "limited-key-dead-links, scoped-key-dead-links: each link of a key of some brands leads on",
        arguments: [["Alpha"], ["Alpha", "Beta"], ["Nobody"]])
    func limitedKey(_ brands: [String]) async throws {
        try await serving(Self.two, { $0.asksForKeys = true }) { client, path in
            let store = try SQLiteStore(path: path, opening: .existing)
            try store.ledger {
                try $0.put(
                    key: APIKeyRow(
                        name: "some", digest: APIKeyRow.digest(of: "key"), scopes: [.read],
                        brands: brands, createdAt: ReviewHistory.start))
            }
            let headers: HTTPFields = [.authorization: "Bearer key"]
            for start in ["/", "/?as_of=1"] {
                for (address, answer) in try await client.crawl(from: start, headers: headers) {
                    #expect(answer.status == 200, "\(address)")
                    guard !brands.contains("Beta") else { continue }
                    #expect(!answer.text.contains("B1") && !answer.text.contains("Beta"))
                    #expect(!answer.text.contains("N1"), "\(address)")
                }
            }
            // The API must count the same reviews as the page.
            let themes = try await client.call("/api/v1/themes", headers: headers)
            let negatives = brands.reduce(0) { $0 + (["Alpha": 9, "Beta": 3][$1] ?? 0) }
            #expect(themes.status == 200)
            #expect(
                themes.items.first { $0["theme"]?.text == "leaks" }?["mentions"]?.integer ?? 0
                    == Int64(negatives))
            let safety = try await client.call("/api/v1/safety", headers: headers)
            #expect(safety.status == 200)
        }
    }

    @Test("unknown-page-json: a person's browser gets a page, a program gets a problem")
    func notFound() async throws {
        try await serving(Self.two) { client, _ in
            let browser: HTTPFields = [
                .accept:
                    "text/html,application/xhtml+xml,application/xml;q=0.9,image/webp,*/*;q=0.8"
            ]
            for address in [
                "/verdicts", "/reviews", "/attempts", "/nonsense", "/themes/xyz", "/brands/%3Cb%3E",
                "/csv/nothing.csv", "/csv/inbox.csv?since=99",
                "/?as_of=99", "/a/b/c/d",
            ] {
                let page = try await client.call(address, headers: browser)
                #expect(page.status == 404, "\(address)")
                #expect(page.headers[.contentType] == "text/html; charset=utf-8", "\(address)")
                #expect(page.headers[values: .contentLength].count < 2, "\(address)")
                #expect(page.text.contains("To the first page") && !page.text.contains("<b>"))
                let data = try await client.call(
                    address, headers: [.accept: "application/json"])
                #expect(data.status == 404, "\(address)")
                #expect(data.headers[.contentType] == "application/problem+json", "\(address)")
            }
            let bad = try await client.call("/?as_of=x", headers: browser)
            #expect(bad.status == 404 && bad.text.contains("as_of: no dump is called"))
            let both = try await client.call("/?as_of=1&as_observed=2026-03-02", headers: browser)
            #expect(both.status == 409 && both.text.hasPrefix("<!doctype html>"))
            // Without an `Accept` header the client counts as a program, except at the addresses of
            // pages.
            let silent = try await client.get("/nonsense")
            #expect(silent.headers[.contentType] == "application/problem+json")
            let api = try await client.call("/api/v1/brands/Nobody", headers: [.accept: "*/*"])
            #expect(api.headers[.contentType] == "application/problem+json")
            let picky = try await client.call(
                "/nonsense", headers: [.accept: "application/json, text/html;q=0.5"])
            #expect(picky.headers[.contentType] == "application/problem+json")
            // The error page of something that did not exist at that moment links to the present.
            let gone = try await client.call("/products/N1?as_of=1", headers: browser)
            #expect(gone.status == 404 && gone.links.contains("/products/N1"))
        }
    }

    @Test("command-for-copying-is-not-quoted: no name breaks out of the command")
    func quoted() async throws {
        let brand = "'; touch /tmp/injected; echo '"
        try await serving([.dump("2026-03-02", [Self.product("A1", brand, 12)])]) { client, _ in
            let first = try await client.get("/")
            let link = try #require(first.links.first { $0.hasPrefix("/brands/") })
            let page = try await client.get(link)
            let start = try #require(page.text.firstRange(of: "<code>")?.upperBound)
            let code = page.text[start...].prefix { $0 != "<" }
            let command = ServedAnswer.words(of: String(code))
            #expect(
                command == #"afterword insight 'brand:'\''; touch /tmp/injected; echo '\'''"#)
            let shell = Process()
            shell.executableURL = URL(fileURLWithPath: "/bin/sh")
            shell.arguments = ["-c", "afterword() { printf '%s' \"$2\"; }; " + command]
            let pipe = Pipe()
            shell.standardOutput = pipe
            try shell.run()
            let said = pipe.fileHandleForReading.readDataToEndOfFile()
            shell.waitUntilExit()
            #expect(String(decoding: said, as: UTF8.self) == "brand:" + brand)
        }
    }

    @Test("charts-mislead: what came with each dump by time, dumps that brought nothing too")
    func charts() async throws {
        try await serving([
            .dump("2026-03-02", [Self.product("A1", "Alpha", 12), Self.product("B1", "Beta", 12)]),
            .dump("2026-03-09", [Self.product("A1", "Alpha", 20, negative: 1...9)]),
            .dump("2026-03-16", [Self.product("B1", "Beta", 13)]),
            .dump("2026-06-01", [Self.product("A1", "Alpha", 30, negative: 1...9)]),
        ]) { client, _ in
            let page = try await client.get("/brands/Alpha")
            // The second dump edits six of the twelve reviews of the first. Edits do not count as
            // arrivals.
            #expect(page.words.contains("2026-03-02: 12 reviews, 3 negative."))
            #expect(page.words.contains("2026-03-09: 8 reviews, 0 negative"))
            #expect(page.words.contains("2026-03-16: 0 reviews, 0 negative"))
            #expect(page.words.contains("2026-06-01: 10 reviews, 0 negative"))
            // On a time axis: of the 91 days between the first and the last dump, 7 come before
            // each of the next two.
            let places = page.text.matches(of: #/class="bad"\s+x="(\d+)"/#)
                .compactMap { Int($0.output.1) }
            #expect(places.count == 4)
            let steps = zip(places, places.dropFirst()).map { $1 - $0 }
            #expect(steps.count == 3 && abs(steps[0] - steps[1]) <= 1, "\(places)")
            #expect(steps.count == 3 && abs(steps[2] - 11 * steps[0]) <= 11, "\(places)")
            #expect(page.words.contains("Mean of all its reviews after each dump: 4.00 on"))
            #expect(page.words.contains("2026-06-01"))
            let first = try await client.get("/brands/Alpha?as_of=1")
            #expect(first.words.contains("This is the first dump: all of it came with it."))
            #expect(!first.words.contains("Nothing of this brand changed"))
        }
    }

    @Test(
        "edited-counted-as-new-negative: an edit and a review that is gone later came with their dump"
    )
    func arrivals() async throws {
        func acme(_ stars: [Int]) -> MadeProduct {
            MadeProduct(
                id: "A1", brand: "Acme", title: nil,
                reviews: stars.enumerated().map {
                    MadeReview(id: "R\($0.offset)", rating: $0.element, text: "Text \($0.offset).")
                })
        }
        try await serving([
            .dump("2026-03-02", [acme([5, 5, 1])]),
            // Two reviews are edited and one is new.
            .dump("2026-03-09", [acme([1, 5, 2, 1])]),
            .dump("2026-03-16", [acme([1, 5, 2, 5])]),
        ]) { client, _ in
            for address in ["/brands/Acme", "/products/A1"] {
                let page = try await client.get(address)
                #expect(page.words.contains("2026-03-02: 3 reviews, 1 negative."), "\(address)")
                #expect(page.words.contains("2026-03-09: 1 review, 1 negative"), "\(address)")
                #expect(page.words.contains("2026-03-16: 0 reviews, 0 negative"), "\(address)")
            }
        }
    }

    @Test("A field that the form of filters sends empty is none")
    func emptyFields() async throws {
        try await serving(Self.two) { client, _ in
            let page = try await client.get("/?q=A1&brand=&sentiment=")
            #expect(page.status == 200 && page.words.contains("1 product "))
            #expect(try await client.get("/api/v1/products?brand=").status == 400)
        }
    }

    @Test("charts-mislead: months without reviews are there, bars stand on the ground")
    func months() async throws {
        let reviews = [("a", 1, "2014-01-05"), ("b", 5, "2014-04-05"), ("c", 5, "2014-04-06")]
            .map { MadeReview(id: $0, rating: $1, text: "It leaks.", date: $2) }
        try await serving([
            .dump(
                "2026-03-02", [MadeProduct(id: "A1", brand: "Alpha", title: nil, reviews: reviews)])
        ]) { client, _ in
            let page = try await client.get("/products/A1")
            for month in [
                "2014-01: 1 review, 1 negative", "2014-02: 0 reviews, 0 negative",
                "2014-03: 0 reviews, 0 negative", "2014-04: 2 reviews, 0 negative",
            ] { #expect(page.words.contains(month), "\(month)") }
            let bars = page.text.matches(
                of: #/class="(?:good|bad)"\s+x="\d+" y="(\d+)" width="\d+" height="(\d+)"/#)
            #expect(bars.count == 8)
            let ground = try #require(page.text.firstMatch(of: #/class="time" x="\d+" y="(\d+)"/#))
            for pair in stride(from: 0, to: bars.count - 1, by: 2) {
                // Good columns stand on the bad ones, and those on the baseline.
                let (good, bad) = (bars[pair].output, bars[pair + 1].output)
                #expect((Int(bad.1) ?? 0) + (Int(bad.2) ?? 0) == Int(ground.output.1))
                #expect((Int(good.1) ?? 0) + (Int(good.2) ?? 0) == (Int(bad.1) ?? 0))
            }
        }
    }

    @Test("charts-mislead: the table of complaints is sorted by what it shows")
    func sorted() async throws {
        try await serving("insights") { client, _ in
            let page = try await client.get("/")
            let table = page.text.components(separatedBy: "aria-label=\"Complaints\"").last ?? ""
            let counts = table.matches(
                of: #/<\/th>\s*<td class="number" data-label="Reviews">([\d,]+)/#
            )
            .compactMap { Int($0.output.1.replacing(",", with: "")) }
            #expect(counts.count > 3 && counts == counts.sorted(by: >))
            #expect(ServedAnswer.words(of: table).contains("Most reviews first."))
        }
    }

    @Test("slider-faults: what leads to another moment keeps the brand and the filters")
    func moments() async throws {
        try await serving(Self.two) { client, _ in
            let theme = try await client.get("/themes/leaks?brand=Alpha&as_of=1")
            #expect(theme.text.contains("<a href=\"/themes/leaks?brand=Alpha\">Show now</a>"))
            let first = try await client.get("/?brand=Alpha&q=a&as_of=1")
            #expect(first.text.contains("<a href=\"/?brand=Alpha&amp;q=a\">Show now</a>"))
            #expect(first.text.contains("name=\"brand\" value=\"Alpha\""))
            let now = try await client.get("/themes/leaks?brand=Alpha")
            let pinned = try #require(now.links.first { $0.contains("as_of=2") })
            #expect(pinned == "/themes/leaks?brand=Alpha&as_of=2", "\(pinned)")
            let later = try await client.get(pinned)
            #expect(later.words.contains("This link stays as it is"))
            #expect(
                later.text.contains(
                    "rel=\"prev\" href=\"/themes/leaks?brand=Alpha&amp;as_of=1\""))
        }
    }
}

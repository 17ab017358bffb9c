import AfterwordCore
import AfterwordPipeline
import Foundation
import Testing

@testable import AfterwordServer

/// `/api/v1/search`: pages, filters, moments and what is refused.
@Suite struct SearchServiceTests {
    private func ids(_ answer: ServedAnswer) -> [String] {
        answer.items.map {
            "\($0["product_id"]?.text ?? "") \($0["review_id"]?.text ?? "")"
        }
    }

    @Test("Pages follow one another, and each is as of the run of the first")
    func pages() async throws {
        try await serving { client, _ in
            let all = try await client.get("/api/v1/search?q=the&limit=200")
            #expect(all.status == 200, "\(all.text)")
            #expect(ids(all).count > 3 && all.json?["next"] == .null)
            #expect(Set(ids(all)).count == ids(all).count)
            var found: [String] = []
            var address = "/api/v1/search?q=the&limit=2"
            while true {
                let page = try await client.get(address)
                #expect(page.status == 200 && page.items.count <= 2)
                found += ids(page)
                guard let next = page.json?["next"]?.text else { break }
                address = "/api/v1/search?q=the&limit=2&cursor=\(next)"
            }
            #expect(found == ids(all))
            let then = try await client.get("/api/v1/search?q=the&as_of=1&limit=200")
            #expect(then.status == 200 && then.json?["as_of"]?["run"]?.integer == 1)
        }
    }

    @Test("Filters leave out what they say")
    func filters() async throws {
        try await serving { client, _ in
            let all = try await client.get("/api/v1/search?q=the&limit=200")
            func check(
                _ filter: String, _ isWanted: (JSONValue) -> Bool
            ) async throws {
                let answer = try await client.get("/api/v1/search?q=the&limit=200&\(filter)")
                #expect(answer.status == 200, "\(filter): \(answer.text)")
                #expect(answer.items == all.items.filter(isWanted), "\(filter)")
            }
            try await check("brand=lumora") { $0["brand"]?.text == "Lumora" }
            try await check("product=B0FLASK001") { $0["product_id"]?.text == "B0FLASK001" }
            try await check("star_max=2") { $0["rating_tenths"]?.integer ?? 99 < 25 }
            try await check("star_min=4&star_max=5") { $0["rating_tenths"]?.integer ?? 0 >= 35 }
            try await check("language=en") { $0["language"]?.text == "en" }
            try await check("written_since=2100-01-01") { _ in false }
        }
    }

    /// How many reviews a page says that there are.
    private func total(_ page: ServedAnswer) -> String? {
        page.text.firstMatch(of: #/id="count">([\d,]+) reviews?</#).map { String($0.output.1) }
    }

    @Test("The page says how many reviews there are, and how many each filter leaves")
    func counts() async throws {
        try await serving { client, _ in
            let all = try await client.get("/api/v1/search?q=the&limit=200").items
            #expect(try await total(client.get("/search?q=the")) == "\(all.count)")
            for start in ["/search?q=the", "/search?q=the&star_min=4&star_max=5&language=en"] {
                let page = try await client.get(start)
                for title in ["Stars", "Language", "Brand"] {
                    #expect(page.text.contains("aria-label=\"\(title)\""), "\(start)")
                }
                let options = page.text.matches(
                    of: #/href="([^"]+)"><bdi>[^<]*<\/bdi> <span\s+class="small">([\d,]+)</#)
                #expect(options.count > 1, "\(start)")
                for option in options {
                    let link = String(option.output.1).replacing("&amp;", with: "&")
                    let left = try await client.get(link)
                    #expect(total(left) == String(option.output.2), "\(link)")
                }
            }
            let none = try await client.get("/search?q=nosuchword")
            #expect(total(none) == nil && none.words.contains("No review has all these words."))
        }
    }

    @Test("What too many reviews say is counted as far as one may read, and said so")
    func bounded() async throws {
        let reviews = (0..<1_500).map { number in
            MadeReview(id: "R\(number)", rating: 1 + number % 5, text: "The lid leaks, \(number).")
        }
        let product = MadeProduct(id: "P1", brand: "Acme", title: nil, reviews: reviews)
        try await serving([.dump("2026-03-02", [product])]) { client, _ in
            let page = try await client.get("/search?q=lid")
            #expect(page.words.contains("At least 1,024 reviews. Numbers with + are of the newest"))
            #expect(page.text.contains("<bdi>Acme</bdi> <span\n class=\"small\">1,024+</span>"))
            #expect(page.text.contains("rel=\"next\""))
            let rare = try await client.get("/search?q=1499")
            #expect(total(rare) == "1" && !rare.text.contains("+</span>"))
        }
    }

    @Test("What cannot be searched for is refused with what is wrong")
    func refused() async throws {
        try await serving { client, _ in
            for (address, status) in [
                ("search", 400), ("search?q=", 400), ("search?q=%21%3F", 400),
                ("search?q=\(String(repeating: "a", count: 201))", 400),
                ("search?q=a&star_min=6", 400), ("search?q=a&language=xx", 400),
                ("search?q=a&star_min=4&star_max=2", 409), ("search?q=a&theme=none", 404),
                ("search?q=a&brand=Nobody", 404), ("search?q=a&product=none", 404),
                ("search?q=a&written_since=soon", 400), ("search?q=a&cursor=1-5", 409),
                ("search?q=a&cursor=1-99999999", 409),
            ] {
                let answer = try await client.get("/api/v1/" + address)
                #expect(answer.status == status, "\(address): \(answer.text)")
            }
        }
    }
}

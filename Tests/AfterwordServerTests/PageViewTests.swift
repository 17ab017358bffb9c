import AfterwordCore
import AfterwordPipeline
import AfterwordStores
import Foundation
import HTTPTypes
import Testing

@testable import AfterwordServer

/// The views of the page: pictures, the map, versions side by side, runs, insights, search.
@Suite struct PageViewTests {
    private static func week(_ stars: [Int], gone: Int = 0) -> [MadeProduct] {
        [
            MadeProduct(
                id: "A1", brand: "Alpha", title: nil,
                reviews: stars.enumerated().dropFirst(gone).map {
                    MadeReview(
                        id: "R\($0.offset)", rating: $0.element,
                        text: $0.element < 3
                            ? "It leaks after \($0.offset) days." : "Good \($0.offset).")
                })
        ]
    }

    private static let weeks: [MadeLoad] = [
        .dump("2026-03-02", week([5, 4, 1, 5])), .dump("2026-03-09", week([5, 4, 1, 5, 1, 2])),
        .catalog("2026-03-10", csv: "product_id,title\nA1,A1 kettle\n"),
        .dump("2026-03-16", week([5, 4, 1, 5, 1, 2, 3, 5, 1])),
        .dump("2026-03-30", week([5, 4, 1, 5, 1, 2, 3, 5, 1, 5, 5])),
    ]

    /// `AFTERWORD_ACCEPT=1` writes the actual picture, and the test still fails.
    @Test("The pictures of a brand and a theme are as they were")
    func golden() async throws {
        try await serving(Self.weeks) { client, _ in
            for (name, address) in [
                ("brand", "/brands/Alpha"), ("product", "/products/A1"),
                ("theme", "/themes/leaks"), ("overview", "/"),
            ] {
                let page = try await client.get(address)
                let start = try #require(page.text.range(of: "<figure class=\"picture\">"))
                let rest = page.text[start.lowerBound...]
                let end = try #require(rest.range(of: "</figure>"))
                let actual = String(rest[..<end.upperBound]) + "\n"
                let path = "Tests/AfterwordServerTests/Expected/picture-\(name).html"
                let expected = (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
                let environment = ProcessInfo.processInfo.environment
                if environment["AFTERWORD_ACCEPT"] == "1", environment["CI"] == nil,
                    actual != expected
                {
                    try actual.write(toFile: path, atomically: true, encoding: .utf8)
                }
                #expect(actual == expected, "\(name)")
            }
        }
    }

    @Test(
        "A picture says its numbers: on a point, in the table behind it, with catalog loads marked")
    func picture() async throws {
        try await serving(Self.weeks) { client, _ in
            let page = try await client.get("/brands/Alpha")
            #expect(page.text.contains("2026-03-09: 2 reviews, 2 negative, 100.0 %"))
            #expect(page.text.contains("Catalog load, 2026-03-10"))
            #expect(page.words.contains("Not among the bars, the first: 2026-03-02: 4 reviews"))
            #expect(page.text.contains("<th scope=\"row\">2026-03-16</th>"))
            let theme = try await client.get("/themes/leaks")
            #expect(theme.text.contains("2026-03-09: 2 reviews, 2 that say so, 100.0 %"))
            #expect(theme.text.contains("2026-03-30: 2 reviews, 0 that say so, 0.0 %"))
        }
    }

    @Test("Did the fix work: before and after a day, and whether chance explains it")
    func fixed() async throws {
        func words(_ parts: [(Int64, Int64)], since week: Int64 = 2) -> String {
            let periods = parts.enumerated().map { place, own in
                PicturePeriod(
                    name: "w\(place)", label: "w\(place)",
                    at: Instant(seconds: Int64(place) * 604_800), reviews: own.1, part: own.0,
                    whole: own.1, isFirst: place == 0)
            }
            return FixComparison(periods, since: Instant(seconds: week * 604_800)).words
        }
        // What the first dump brought is of any age, and on neither side.
        let years: (Int64, Int64) = (200, 3_600)
        let fell = words([years, (40, 100), (5, 100)])
        #expect(fell.contains("40.0 % (40 of 100, 95 %:"))
        #expect(fell.contains("new reviews in the dump of w1."))
        #expect(fell.hasSuffix("It fell by more than chance."))
        #expect(words([years, (5, 100), (40, 100)]).hasSuffix("It rose by more than chance."))
        #expect(
            words([years, (2, 10), (1, 10)]).hasSuffix("Chance alone explains the difference."))
        #expect(words([years, (2, 10), (0, 0)]).hasSuffix("There is nothing to compare."))
        let both = words([years, (30, 60), (24, 61), (4, 60), (4, 61)], since: 3)
        #expect(both.contains("(54 of 121, 95 %:"))
        #expect(both.contains("new reviews in the dumps of w1 and w2."))
        #expect(both.contains("(8 of 121, 95 %:") && both.contains("in the dumps of w3 and w4."))
        #expect(both.hasSuffix("It fell by more than chance."))
        #expect(
            words([years] + Array(repeating: (1, 9), count: 4), since: 4).contains(
                "new reviews in the 3 dumps of w1 to w3."))
        let early = words([years, (8, 121)], since: 1)
        #expect(early.contains("no earlier weeks are known; the first dump"))
        #expect(!early.contains("3,600") && early.hasSuffix("There is nothing to compare."))
        #expect(words([years, (8, 121)]).contains("Since then: no dump."))
    }

    @Test("A fix is drawn: both shares with their intervals, and the day between them")
    func fixPicture() async throws {
        try await serving(Self.weeks) { client, _ in
            for address in ["/brands/Alpha", "/products/A1", "/themes/leaks"] {
                let page = try await client.get(address + "?fixed=2026-03-16")
                #expect(page.words.contains("Before 2026-03-16: 100.0 % (2 of 2"), "\(address)")
                #expect(page.words.contains("in the dump of 2026-03-09."))
                #expect(page.words.contains("in the dumps of 2026-03-16 and 2026-03-30."))
                #expect(page.text.contains("aria-label=\"Before 2026-03-16: 100.0 %"))
                #expect(page.words.contains("Fixed, 2026-03-16"))
                // Before the day there is the first dump alone: nothing is drawn.
                let early = try await client.get(address + "?fixed=2026-03-09")
                #expect(early.words.contains("no earlier weeks are known"))
                #expect(!early.text.contains("<figure class=\"picture fix\">"))
            }
            #expect(try await client.get("/products/A1?fixed=2026-03-16&star=1").status == 200)
        }
    }

    @Test("Where the source dates every review, its days count, not the dumps that brought them")
    func fixByWriting() async throws {
        func product(_ days: [(String, Bool)]) -> [MadeProduct] {
            [
                MadeProduct(
                    id: "W1", brand: "Wave", title: nil,
                    reviews: days.enumerated().map { place, own in
                        MadeReview(
                            id: "W\(place)", rating: own.1 ? 1 : 5,
                            text: own.1 ? "It leaks, number \(place)." : "Good \(place).",
                            date: own.0)
                    })
            ]
        }
        let early = (1...9).map { ("2026-01-0\($0)", true) } + [("2026-01-10", false)]
        let late = (1...9).map { ("2026-02-0\($0)", false) } + [("2026-02-10", false)]
        // All of them came with the first dump but one.
        try await serving([
            .dump("2026-03-02", product(early + late)),
            .dump("2026-03-09", product(early + late + [("2026-03-05", false)])),
        ]) { client, _ in
            for address in ["/themes/leaks?brand=Wave&", "/products/W1?", "/brands/Wave?"] {
                let page = try await client.get(address + "fixed=2026-02-01")
                #expect(page.words.contains("Before 2026-02-01: 90.0 % (9 of 10"), "\(address)")
                #expect(page.words.contains("reviews written from 2026-01-01 to 2026-01-10."))
                #expect(page.words.contains("Since then: 0.0 % (0 of 11"))
                #expect(page.words.contains("reviews written from 2026-02-01 to 2026-03-05."))
                #expect(page.words.contains("It fell by more than chance."))
                #expect(page.text.contains("<figure class=\"picture fix\">"))
            }
            let none = try await client.get("/brands/Wave?fixed=2025-01-01")
            #expect(none.words.contains("Before 2025-01-01: no review was written."))
        }
    }

    @Test("Axes: labels stand apart, of many months only beginnings are labelled")
    func axes() throws {
        func months(_ count: Int) -> [PicturePeriod] {
            (0..<count).map { number in
                let name = "\(2014 + number / 12)-\(padded(number % 12 + 1, 2))"
                return PicturePeriod(
                    name: name, label: name, at: Instant(iso8601: name + "-01")!,
                    reviews: Int64(number), part: Int64(number / 2), whole: Int64(number))
            }
        }
        for count in [2, 6, 7, 24, 60, 200] {
            let picture = try #require(
                Picture("x", part: "negative", months(count)), "\(count)")
            let page = try Template<Picture>(
                "{{#ticks}}{{x}} {{label}};{{/ticks}}"
            ).render(picture).page.text
            let places = page.split(separator: ";").compactMap {
                $0.split(separator: " ").first.flatMap { Int($0) }
            }
            #expect((1...5).contains(places.count), "\(count): \(page)")
            #expect(zip(places, places.dropFirst()).allSatisfy { $1 - $0 >= 100 }, "\(page)")
        }
        #expect(Picture("x", part: "negative", months(1)) == nil)
        #expect(Picture("x", part: "negative", []) == nil)
        // Days of one month have no beginning of a month between them.
        let days = (1...9).map { day in
            PicturePeriod(
                name: "d", label: "d", at: Instant(iso8601: "2026-03-0\(day)")!, reviews: 1,
                part: 0, whole: 1)
        }
        #expect(Picture("x", part: "negative", days) != nil)
    }

    @Test("Versions stand side by side with what differs marked")
    func versions() async throws {
        #expect(
            differences("a b c", "a x c") == [
                TextPart(kind: .same, text: "a "), TextPart(kind: .removed, text: "b "),
                TextPart(kind: .added, text: "x "), TextPart(kind: .same, text: "c"),
            ])
        #expect(differences("", "") == [])
        #expect(differences("a", "a") == [TextPart(kind: .same, text: "a")])
        #expect(differences("", "a") == [TextPart(kind: .added, text: "a")])
        let long = Array(repeating: "w", count: 600).joined(separator: " ")
        #expect(differences(long, "a").map(\.kind) == [.removed, .added])
        try await serving([
            .dump("2026-03-02", Self.week([5, 4])), .dump("2026-03-09", Self.week([1, 4])),
        ]) { client, _ in
            let page = try await client.get("/reviews/A1/R0")
            #expect(page.text.contains("<del>5 ★</del> → 1 ★"))
            #expect(page.text.contains("<del>Good 0.</del>"))
            #expect(page.words.contains("Read from r.json, byte "))
            #expect(page.words.contains("Edited: rating, body"))
            #expect(page.text.contains("href=\"/brands/Alpha\""))
            #expect(page.words.contains("By reader "))
            #expect(page.words.contains("Version 2: where it is from"))
        }
    }

    @Test("A product's page in a shop is a link where the settings name one")
    func shop() async throws {
        try await serving(
            Self.weeks, { $0.productLink = "https://shop.example/dp/{product_id}?x=1" }
        ) { client, _ in
            for address in ["/products/A1", "/reviews/A1/R0"] {
                let page = try await client.get(address)
                #expect(page.text.contains("href=\"https://shop.example/dp/A1?x=1\""))
            }
        }
        try await serving(Self.weeks) { client, _ in
            let page = try await client.get("/products/A1")
            #expect(!page.text.contains("In the shop"))
        }
    }

    @Test("Search finds brands, products, themes and reviews, and marks the words")
    func search() async throws {
        try await serving(Self.weeks) { client, _ in
            let page = try await client.get("/search?q=leaks")
            #expect(page.words.contains("Theme Leaks or bursts"))
            #expect(page.text.contains("<mark>leaks</mark>"))
            let low = try await client.get("/search?q=leaks&star_min=1&star_max=2")
            #expect(low.status == 200 && low.text.contains("aria-current=\"true\""))
            #expect(try await client.get("/search?q=alpha").words.contains("Brand Alpha"))
            #expect(try await client.get("/search?q=kettle").words.contains("Product A1"))
            #expect(try await client.get("/search").status == 200)
            #expect(try await client.get("/search?q=%21").words.contains("no word to search for"))
            #expect(try await client.get("/search?q=zzzz").words.contains("No review has all"))
            #expect(try await client.get("/search?q=leaks&cursor=5-99999999").status == 409)
            #expect(try await client.get("/csv/search.csv?q=%21").status == 400)
        }
    }

    @Test("The map marks what is beyond chance, and leads to the quotes")
    func map() async throws {
        func brand(_ id: String, leaking: Int, of count: Int) -> MadeProduct {
            MadeProduct(
                id: id, brand: "Brand \(id)", title: nil,
                reviews: (0..<count).map {
                    MadeReview(
                        id: "\(id)R\($0)", rating: $0 < leaking ? 1 : 5,
                        text: $0 < leaking
                            ? "The bottle leaks, \(id) number \($0)."
                            : "Good thing, \(id) number \($0).")
                })
        }
        try await serving([
            .dump(
                "2026-03-02",
                [
                    brand("A", leaking: 60, of: 100), brand("B", leaking: 10, of: 100),
                    brand("C", leaking: 20, of: 100), brand("D", leaking: 0, of: 20),
                ])
        ]) { client, _ in
            let page = try await client.get("/themes")
            let map = page.text.components(separatedBy: "class=\"data map\"").last ?? ""
            #expect(map.contains("class=\"heat more3\"") && map.contains("class=\"heat less"))
            #expect(map.contains("60 of 100; other brands 13.6 %"), "\(map.prefix(2_000))")
            #expect(page.links.contains("/themes/leaks?brand=Brand%20A"))
            // It moves sideways by keyboard, and its themes never break within a word.
            let region = "<div class=\"scroll maps\" tabindex=\"0\" role=\"group\" aria-label=\""
            #expect(page.text.contains(region + "Themes by brand\">"))
            let own = pageStyle.components(separatedBy: ".map th:first-child {")[1]
            let rule = own.components(separatedBy: "}")[0]
            #expect(rule.contains("min-width: 8rem") && rule.contains("overflow-wrap: break-word"))
            let one = try await client.get("/themes?brand=Brand%20A")
            #expect(!one.text.contains("data map"))
        }
    }

    @Test("A brand's page has the map of its themes by product, where there is more than one")
    func productMap() async throws {
        func product(_ id: String, leaking: Int) -> MadeProduct {
            MadeProduct(
                id: id, brand: "Delta", title: nil,
                reviews: (0..<100).map {
                    MadeReview(
                        id: "\(id)R\($0)", rating: $0 < leaking ? 1 : 5,
                        text: $0 < leaking
                            ? "The bottle leaks, \(id) number \($0)."
                            : "Good thing, \(id) number \($0).")
                })
        }
        let other = MadeProduct(
            id: "X", brand: "Omega", title: nil,
            reviews: [MadeReview(id: "x", rating: 1, text: "It leaks.")])
        try await serving([
            .dump("2026-03-02", [product("A", leaking: 60), product("B", leaking: 10), other])
        ]) { client, _ in
            let page = try await client.get("/brands/Delta")
            let map = page.text.components(separatedBy: "class=\"data map\"").last ?? ""
            #expect(page.words.contains("Themes by product"))
            #expect(map.contains("60 of 100; other products 10"), "\(map.prefix(999))")
            #expect(map.contains("class=\"heat more3\"") && map.contains("class=\"heat less3\""))
            #expect(page.links.contains("/themes/leaks?product=A"))
            #expect(try await !client.get("/brands/Omega").words.contains("Themes by product"))
        }
    }

    @Test("Runs say what became of their records, and list what was rejected")
    func runs() async throws {
        try await serving("hostile-text") { client, _ in
            let page = try await client.get("/runs")
            #expect(page.status == 200 && page.words.contains(" found = "))
            let link = try #require(page.links.first { $0.contains("rejects=") })
            let rejects = try await client.get(link)
            #expect(rejects.status == 200 && rejects.words.contains("Rejected records of run"))
            #expect(rejects.words.contains(", byte "))
        }
    }

    @Test("Insights: those that stand, their history, and what changed from one to the next")
    func insights() async throws {
        try await serving("insights") { client, _ in
            let page = try await client.get("/insights")
            #expect(page.status == 200 && page.words.contains("Lumora"))
            let link = try #require(page.links.first { $0.contains("scope=brand") })
            let history = try await client.get(link)
            #expect(history.status == 200 && history.words.contains("made"))
            #expect(try await client.get("/insights?scope=nothing").status == 404)
            // A family, like all brands, has no page of its own: it is read above its history.
            let all = try #require(page.links.first { $0.contains("scope=family") })
            let read = try await client.get(all)
            #expect(read.words.contains("What it says") && read.words.contains("Written by "))
            #expect(read.text.contains("<blockquote"))
            let past = try #require(
                read.links.last { $0.contains("scope=family") && $0.contains("as_of=") })
            #expect(try await client.get(past).words.contains("What it says"), "\(past)")
        }
        func document(_ aspects: [(String, Int)]) -> String {
            let issues = aspects.map { name, count in
                #"{"aspect":"\#(name)","label":"\#(name)","distinct_mentions":\#(count)}"#
            }
            return #"{"issues":[\#(issues.joined(separator: ","))]}"#
        }
        let found = insightDifferences(
            from: document([("a", 2), ("b", 3), ("d", 1)]),
            to: document([("b", 5), ("c", 1), ("d", 1)]))
        #expect(
            found.map { "\($0.label) \($0.words)" } == [
                "b 3 reviews → 5 reviews", "c new: 1 review", "a no longer, was 2 reviews",
            ])
    }

    @Test("Items of too few reviews stand behind the others of an insight, each kind in its order")
    func fewReviews() throws {
        let items = try [("a", 2), ("b", 3), ("c", 1), ("d", 9)].map { name, count in
            try JSONValue(
                parsing: Array(#"{"label":"\#(name)","distinct_mentions":\#(count)}"#.utf8))
        }
        let old = try JSONValue(parsing: Array(#"{"label":"old","mentions":4}"#.utf8))
        let shown = InsightPart.rankedFirst((items + [old])[...])
        #expect(shown.compactMap { $0["label"]?.text } == ["b", "d", "old", "a", "c"])
    }
}

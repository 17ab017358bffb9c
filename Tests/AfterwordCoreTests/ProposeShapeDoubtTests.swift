import AfterwordCore
import Testing

/// What a proposal must not take for granted: names of lists, scales, markup, times that are
/// missing. All records are invented.
@Suite struct ProposeShapeDoubtTests {
    private func proposal(_ json: String) throws -> ShapeProposal {
        try ProposeShapeTests.proposal(json)
    }

    /// Rows of two products, each with the members given, `~` being the row's number.
    private func rows(_ members: [String]) -> String {
        let rows = members.enumerated().map { index, member in
            """
            {"sku": "P\(index % 2)", "id": "r\(index)",
            "text": "The lid number \(index) leaks when it is full.",
            \(member.replacing("~", with: "\(index)"))}
            """
        }
        return "[\(rows.joined(separator: ","))]"
    }

    // MARK: Names of lists

    private static let list = """
        [{"rate": 1, "message": "The lid leaks when it is full."},
         {"rate": 4, "message": "It holds what it promises to."}]
        """

    @Test(
        "The name of the only list is no product, whatever it looks like",
        arguments: [
            "reviews_2026", "REVIEWS_2026", "data2026", "2026", "B08N5WRWNW", "1338099132",
            "export_20260105", "Jan2026", "batch1234",
        ])
    func onlyList(name: String) throws {
        let proposal = try proposal(#"{"\#(name)": \#(Self.list)}"#)
        #expect(!proposal.hasProduct && !proposal.isCertain)
    }

    @Test(
        "Lists named by words, years, months and languages are parts, not products",
        arguments: [
            ["reviews_2025", "reviews_2026"], ["reviews_de", "reviews_fr"], ["2025", "2026"],
            ["Q1_2026", "Q2_2026"], ["january2026", "february2026"], ["page_1000", "page_1001"],
            ["en_US", "de_DE"], ["BATCH-0001", "BATCH-0002"], ["202601", "202602"],
            ["1_star", "2_star"], ["english", "german"],
            ["amazon_de", "amazon_fr"], ["2026-W01", "2026-W02"], ["feedback2024", "archive2023"],
        ])
    func parts(names: [String]) throws {
        let lists = names.map { #""\#($0)": \#(Self.list)"# }.joined(separator: ",")
        #expect(!(try proposal("{\(lists)}").hasProduct), "\(names)")
    }

    @Test(
        "Several lists named by ids are products beyond doubt",
        arguments: [
            ["B08N5WRWNW", "B07XJ8C8F5"], ["0805082115", "1451678665"], ["4711001", "4711002"],
            ["SKU-10432", "SKU-10433"], ["5f2b8c1e9d3a4b6c7e8f9a0b", "5f2b8c1e9d3a4b6c7e8f9a0c"],
            ["B0BX2019QW", "B0BX2020QW"], ["9780805082111", "9781451678667"],
        ])
    func ids(names: [String]) throws {
        let lists = names.map { #""\#($0)": \#(Self.list)"# }.joined(separator: ",")
        let proposal = try proposal("{\(lists)}")
        #expect(proposal.document["fields"]?["product_id"]?.text == "@key1")
        #expect(proposal.isCertain, "\(proposal.doubts)")
    }

    @Test(
        "Several lists named by words may be products, which is in doubt",
        arguments: [["oak-mug", "steel-cup"], ["Lamp", "Cup"], ["KITCHEN_1", "KITCHEN_2"]])
    func wordLists(names: [String]) throws {
        let lists = names.map { #""\#($0)": \#(Self.list)"# }.joined(separator: ",")
        #expect(!(try proposal("{\(lists)}").isCertain))
    }

    // MARK: Scales

    @Test(
        "Only yes and no are no scale of five: in doubt, with a map",
        arguments: [
            (["1", "-1"], ["1": 5, "-1": 1]), (["1", "0"], ["1": 5, "0": 1]),
            ([#""1""#, #""0""#], ["1": 5, "0": 1]), (["1.0", "-1.0"], ["1": 5, "-1": 1]),
            (["100", "0"], ["100": 5, "0": 1]), (["1", "0", "-1"], ["1": 5, "-1": 1]),
        ] as [([String], [String: Int64])])
    func yesAndNo(values: [String], map: [String: Int64]) throws {
        let members = (0..<20).map { "\"rating\": \(values[$0 % values.count])" }
        let proposal = try proposal(rows(members))
        #expect(!proposal.isCertain)
        for (key, stars) in map {
            #expect(proposal.document["fields"]?["rating"]?["map"]?[key]?.integer == stars)
        }
        #expect(proposal.yield.samples.contains { $0.values.rating == 50 })
    }

    @Test("A few ratings of 1 and 0 may be ratings not given: in doubt, and no map")
    func fewZeros() throws {
        let proposal = try proposal(rows(["\"rating\": 1", "\"rating\": 0", "\"rating\": 0"]))
        #expect(proposal.document["fields"]?["rating"]?.text == "rating")
        #expect(!proposal.isCertain)
        #expect(proposal.remarks.contains { $0.contains("\"map\"") })
    }

    @Test(
        "Zeros among low ratings may be the least rating, which is in doubt",
        arguments: [[0, 1, 2, 3, 4], [0, 1, 2, 3], [0, 2]])
    func fromZero(values: [Int]) throws {
        let members = (0..<20).map { "\"rating\": \(values[$0 % values.count])" }
        let proposal = try proposal(rows(members))
        #expect(!proposal.isCertain)
        #expect(proposal.remarks.contains { $0.contains("\"map\": {\"0\": 1") })
    }

    @Test(
        "Low stars alone, and zeros beside fives, are in no doubt",
        arguments: [[1], [5], [1, 2], [1, 2, 3], [0, 1, 5], [1, 5]])
    func lowStars(values: [Int]) throws {
        let members = (0..<20).map { "\"rating\": \(values[$0 % values.count])" }
        let proposal = try proposal(rows(members))
        #expect(proposal.isCertain, "\(proposal.doubts)")
        #expect(proposal.document["fields"]?["rating"]?.text == "rating")
    }

    @Test(
        "A member that names the scale is used",
        arguments: [
            "outOf", "out_of", "of", "max", "best", "totalStars", "bestRating", "rating_max",
            "maximum", "scale", "maxScore", "max_stars", "ratingScale",
        ])
    func statedScale(name: String) throws {
        let members = (0..<10).map { "\"stars\": \($0 % 5 + 1), \"\(name)\": 10" }
        let proposal = try proposal(rows(members))
        let rating = proposal.document["fields"]?["rating"]
        #expect(rating?["from"]?.text == "stars")
        #expect(rating?["scale"]?["from"]?.text == name)
        #expect(!proposal.unplaced.contains(name))
    }

    @Test("Several scales are each record's own, nested and as schema.org has them")
    func ownScales() throws {
        let nested = (0..<10).map {
            "\"rating\": {\"value\": \($0 % 5 + 1), \"max\": \($0 % 2 == 0 ? 5 : 10)}"
        }
        let own = try proposal(rows(nested)).document["fields"]?["rating"]
        #expect(own?["scale"]?["from"]?.text == "rating.max")
        let schema = try proposal(
            """
            [{"sku": "K", "reviewBody": "It boils fast.", "reviewRating":
              {"@type": "Rating", "ratingValue": "4", "bestRating": "10"}},
             {"sku": "K", "reviewBody": "The seal smells.", "reviewRating":
              {"@type": "Rating", "ratingValue": "4", "bestRating": "5"}}]
            """)
        let rating = schema.document["fields"]?["rating"]
        #expect(rating?["from"]?.text == "reviewRating.ratingValue")
        #expect(rating?["scale"]?["from"]?.text == "reviewRating.bestRating")
        #expect(schema.yield.samples.map(\.values.rating) == [20, 40])
    }

    @Test("A scale that is said around the reviews, or in a few of them, is used in doubt")
    func sparseScales() throws {
        let around = try proposal(
            #"{"asin": "K", "ratingScale": 10, "reviews": [{"stars": 4, "text": "It boils."},"#
                + #" {"stars": 2, "text": "It smells of rubber."}]}"#)
        #expect(around.document["fields"]?["rating"]?["scale"]?["from"]?.text == "^ratingScale")
        #expect(around.yield.samples.map(\.values.rating) == [20, 10])
        let few = try proposal(
            rows((0..<10).map { "\"stars\": 4" + ($0 == 0 ? ", \"bestRating\": 10" : "") }))
        #expect(few.document["fields"]?["rating"]?["scale"]?["from"]?.text == "bestRating")
        #expect(!around.isCertain && !few.isCertain)
    }

    @Test(
        "What is no scale is not taken for one",
        arguments: [
            "\"maxPrice\": 10", "\"totalRatings\": 100", "\"max\": 3", "\"best\": true",
            "\"of\": \"shop\"", "\"outOf\": ~", "\"bestRating\": 5", "\"page_max\": 10",
        ])
    func noScale(member: String) throws {
        let members = (0..<12).map { "\"stars\": \($0 % 5 + 1), \(member)" }
        #expect(try proposal(rows(members)).document["fields"]?["rating"]?.text == "stars")
    }

    // MARK: Flags and unread ratings

    @Test(
        "Flags of a rating's or a recommendation's name are five stars or one, in doubt",
        arguments: [
            ("rating", "true", "false"), ("recommended", "true", "false"),
            ("liked", "true", "false"), ("is_recommended", "\"yes\"", "\"no\""),
            ("recommended", "1", "0"), ("liked", "\"1\"", "\"0\""),
            ("wouldRecommend", "\"Y\"", "\"N\""),
            ("thumbs_up", "true", "false"), ("isPositive", "true", "false"),
            ("thumb", "\"up\"", "\"down\""), ("like", "true", "false"), ("vote", "1", "-1"),
            ("sentiment", "\"positive\"", "\"negative\""),
        ])
    func flags(name: String, yes: String, no: String) throws {
        let members = (0..<12).map { "\"\(name)\": \($0 % 2 == 0 ? yes : no)" }
        let proposal = try proposal(rows(members))
        #expect(!proposal.isCertain)
        #expect(proposal.yield.samples.first?.values.rating == 50)
        #expect(proposal.yield.samples.last?.values.rating == 10)
    }

    @Test("Flags that say something else are no rating")
    func otherFlags() throws {
        for name in ["verified", "is_rated", "has_rating", "not_recommended"] {
            let members = (0..<12).map { "\"\(name)\": \($0 % 2 == 0)" }
            #expect(try proposal(rows(members)).document["fields"]?["rating"] == nil, "\(name)")
        }
    }

    @Test("Ratings of which none can be read are named, with the way on")
    func unreadRatings() throws {
        let words = try proposal(
            rows((0..<12).map { "\"rating\": \"\(["poor", "excellent"][$0 % 2])\"" }))
        #expect(words.document["fields"]?["rating"] == nil)
        #expect(
            words.remarks.contains {
                $0.contains("rating is no rating that can be read") && $0.contains("\"map\"")
            })
        let lists = try proposal(rows((0..<12).map { "\"rating\": [\"\($0 % 5 + 1)\"]" }))
        #expect(lists.document["fields"]?["rating"]?["element"]?.integer == 0)
        #expect(!lists.isCertain)
    }

    @Test("Other fields of which no value can be read are named too")
    func unreadFields() throws {
        let proposal = try proposal(
            rows((0..<4).map { _ in #""stars": 2, "date": "long ago", "verified": "maybe""# }))
        #expect(proposal.remarks.contains { $0.hasPrefix("date is no created_at") })
        #expect(proposal.remarks.contains { $0.contains(#""map": {"maybe": …}"#) })
    }

    // MARK: Texts

    @Test(
        "Markup and the words of pages in texts are removed, beyond doubt",
        arguments: [
            (#"<p>The lid <b>broke</b> &amp; leaked, ~.</p>"#, ["html"]),
            (#"<div class=\"a\">Leaks ~.</div><script>x()</script>"#, ["html"]),
            (#"The lid leaks when it is full, time ~.\nRead more"#, ["chrome"]),
        ])
    func markup(text: String, names: [String]) throws {
        let rows = (0..<12).map { index in
            """
            {"sku": "P\(index % 2)", "id": "r\(index)", "stars": \(index % 5 + 1),
             "text": "\(text.replacing("~", with: "\(index)"))"}
            """
        }
        let proposal = try proposal("[\(rows.joined(separator: ","))]")
        let body = proposal.document["fields"]?["body"]
        #expect(body?["from"]?.text == "text")
        #expect(body?["clean"]?.elements?.compactMap(\.text) == names)
        #expect(proposal.isCertain, "\(proposal.doubts)")
        let read = proposal.yield.samples[0].values.body?.string ?? "<"
        #expect(!read.contains("<") && !read.contains("Read more"))
    }

    @Test(
        "Line breaks, references and signs are read by themselves",
        arguments: [
            #"The lid leaks.<br />Never again, ~."#, #"I &lt;3 this lid &amp; that, ~."#,
            #"5 < 6 > 4, I <3 it, ~."#,
        ])
    func noMarkup(text: String) throws {
        let rows = (0..<12).map { index in
            """
            {"sku": "P\(index % 2)", "stars": 2, "text": "\(text.replacing("~", with: "\(index)"))"}
            """
        }
        let proposal = try proposal("[\(rows.joined(separator: ","))]")
        #expect(proposal.document["fields"]?["body"]?.text == "text")
    }

    // MARK: Times

    @Test("A time in UTC is preferred only where it is there")
    func emptyUniversal() throws {
        func fields(_ isThere: (Int) -> Bool, _ none: String) throws -> ShapeProposal {
            let members = (0..<12).map { index in
                let gmt = isThere(index) ? "2026-01-02 00:30:00" : none
                return #""stars": 2, "post_date": "2026-01-02 01:30:00", "#
                    + #""post_date_gmt": "\#(gmt)""#
            }
            return try proposal(rows(members))
        }
        for none in ["0000-00-00 00:00:00", ""] {
            let mostly = try fields({ $0 % 3 == 0 }, none)
            #expect(mostly.document["fields"]?["created_at"]?.text == "post_date")
        }
        let all = try fields({ _ in true }, "")
        #expect(all.document["fields"]?["created_at"]?.text == "post_date_gmt")
    }

    // MARK: Products

    @Test(
        "The id of a review inside a product is the review's, and its text is not lost",
        arguments: ["review", "feedback", "customer_review", "opinion", "comment", "reviews"])
    func reviewInside(key: String) throws {
        let rows = (0..<8).map { index in
            """
            {"product": {"sku": "P\(index % 2)", "\(key)": {"id": "r\(index)", "stars": 4,
             "text": "The lid number \(index) leaks when it is full."}}}
            """
        }
        let fields = try #require(
            try proposal("[\(rows.joined(separator: ","))]").document["fields"])
        #expect(fields["product_id"]?.text == "product.sku")
        #expect(fields["review_id"]?.text == "product.\(key).id")
        #expect(fields["body"]?.text == "product.\(key).text")
        #expect(fields["rating"]?.text == "product.\(key).stars")
    }

    @Test("Rows of a product and a rating, or of a product and a text, are reviews")
    func bareRows() throws {
        let rated = try proposal(
            #"[{"product_id": "p0", "score": 1}, {"product_id": "p1", "score": 4},"#
                + #" {"product_id": "p0", "score": 3}]"#)
        #expect(rated.document["fields"]?["rating"]?.text == "score")
        let said = try proposal(
            #"[{"asin": "P0", "text": "The lid leaks when it is full."},"#
                + #" {"asin": "P1", "text": "It hums all night long."}]"#)
        #expect(said.document["fields"]?["product_id"]?.text == "asin")
        #expect(said.document["fields"]?["body"]?.text == "text")
        #expect(!rated.isCertain && !said.isCertain)
        #expect(saysReview(try JSONValue(parsing: Array(#"{"asin": "P0", "score": 4}"#.utf8))))
        #expect(!saysReview(try JSONValue(parsing: Array(#"{"asin": "P0", "score": 4.4}"#.utf8))))
    }

    @Test(
        "The product of a URL is proposed with the part that holds it, in doubt",
        arguments: [
            ("link", "https://shop.test/review?ASIN=B0~&page=1", "asin"),
            ("url", "https://shop.test/dp/B0~/ref=x", "/dp/{id}"),
            ("product_url", "/products/lamp-~", "/products/{id}"),
        ])
    func urls(name: String, url: String, part: String) throws {
        let rows = (0..<8).map { index in
            """
            {"stars": 2, "text": "The lid number \(index) leaks when it is full.",
             "\(name)": "\(url.replacing("~", with: "\(index % 2)"))"}
            """
        }
        let proposal = try proposal("[\(rows.joined(separator: ","))]")
        let product = proposal.document["fields"]?["product_id"]
        #expect(product?["from"]?.text == name && product?["url"]?.text == part)
        #expect(proposal.yield.products == 2 && !proposal.isCertain)
    }
}

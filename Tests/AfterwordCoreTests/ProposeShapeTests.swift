import AfterwordCore
import Testing

/// What `proposeShape` takes for which field, by names and by values. All records are invented.
@Suite struct ProposeShapeTests {
    /// The proposal for one document of elements: an array's elements, or the document itself.
    static func proposal(_ json: String) throws -> ShapeProposal {
        try proposeShape(for: headElements(Array(json.utf8)), named: "x")
    }

    private func fields(_ json: String) throws -> JSONValue {
        try #require(try Self.proposal(json).document["fields"])
    }

    /// Rows with a product, an id and a text, and one more member for each row.
    private func rows(_ members: [String]) -> String {
        let rows = members.enumerated().map { index, member in
            """
            {"sku": "P\(index / 2)", "review_id": "r\(index)", "stars": \(index % 5 + 1),
            "text": "The lid number \(index) leaks when it is full.", \(member)}
            """
        }
        return "[\(rows.joined(separator: ","))]"
    }

    // MARK: Product

    @Test(
        "An id in all records that repeats beats one that some records lack",
        arguments: [("nmId", "sku"), ("goodsNo", "asin"), ("wareCode", "productId")])
    func presence(right: String, wrong: String) throws {
        let fields = try fields(
            """
            [{"id": "f1", "\(right)": 900111, "\(wrong)": "", "stars": 5, "text": "Warm socks."},
             {"id": "f2", "\(right)": 900111, "\(wrong)": "S1", "stars": 1, "text": "A hole."},
             {"id": "f3", "\(right)": 900222, "\(wrong)": "S1", "stars": 4, "text": "Thin."}]
            """)
        #expect(fields["product_id"]?.text == right)
        #expect(fields["review_id"]?.text == "id")
    }

    @Test(
        "What each record has of its own, or all share, is no product",
        arguments: [
            #"{"export": [{"ref": "a", "stars": 1, "text": "It hums."},"#
                + #"{"ref": "b", "stars": 2, "text": "It drips."},"#
                + #"{"ref": "c", "stars": 2, "text": "It leaks."}]}"#,
            #"{"jobId": 7, "status": "done", "reviews": [{"stars": 1, "text": "It hums."}]}"#,
            #"{"id": "7", "status": "done", "reviews": [{"stars": 1, "text": "It hums."}]}"#,
            #"{"reviews": [{"shopId": 1, "stars": 1, "text": "It hums."},"#
                + #"{"shopId": 1, "stars": 2, "text": "It drips."},"#
                + #"{"shopId": 1, "stars": 2, "text": "It leaks."}]}"#,
            #"{"positive": [{"stars": 5, "text": "Good cup."}],"#
                + #" "negative": [{"stars": 1, "text": "Bad cup."}]}"#,
            #"{"2026-01": [{"stars": 5, "text": "Good cup."}],"#
                + #" "2026-02": [{"stars": 1, "text": "Bad cup."}]}"#,
            #"{"2024Q1": [{"stars": 1, "text": "It hums."}],"#
                + #" "2024Q2": [{"stars": 2, "text": "It drips."}]}"#,
            #"{"r1": {"stars": 5, "text": "Good cup."}, "r2": {"stars": 1, "text": "Bad cup."}}"#,
            #"{"data": [{"stars": 5, "text": "Good cup."}, {"stars": 4, "text": "Fine cup."}]}"#,
        ])
    func noProduct(json: String) throws {
        let proposal = try Self.proposal(json)
        #expect(proposal.document["fields"]?["product_id"]?["value"]?.text == "FILL IN")
        #expect(!proposal.hasProduct && !proposal.isCertain)
    }

    @Test(
        "The product of an object or a map around the reviews",
        arguments: [
            (#"{"asin": "B1", "reviews": [{"stars": 1, "text": "It hums."}]}"#, "^asin"),
            (
                #"[{"id": "B1", "name": "Lamp", "reviews": [{"stars": 1, "text": "It hums."}]}]"#,
                "^id"
            ),
            (
                #"{"product": {"id": 5}, "reviews": [{"stars": 1, "text": "It hums."}]}"#,
                "^product.id"
            ),
            (
                #"{"Lamp": [{"stars": 1, "text": "It hums."}],"#
                    + #" "Cup": [{"stars": 1, "text": "x"}]}"#,
                "@key1"
            ),
            (
                #"{"1338099132": {"reviews": {"R1": {"stars": 1, "text": "It hums."}}},"#
                    + #""1338099140": {"reviews": {"R2": {"stars": 1, "text": "It hums."}}}}"#,
                "@key1"
            ),
            (
                #"{"asin": "B1", "page": {"no": 1,"#
                    + #" "reviews": [{"stars": 1, "text": "It hums."}]}}"#,
                "^^asin"
            ),
        ])
    func around(json: String, product: String) throws {
        #expect(try fields(json)["product_id"]?.text == product)
    }

    @Test("Products by compound names, nested and written out")
    func productNames() throws {
        for name in ["product_asin", "productAsin", "ProductId", "wc_product_id", "hotel_id"] {
            let json = #"[{"\#(name)": "A1", "stars": 1, "text": "It hums all night."}]"#
            #expect(try fields(json)["product_id"]?.text == name)
        }
        let nested = #"[{"product": {"id": 4, "title": "Cup"}, "stars": 1, "text": "It drips."}]"#
        #expect(try fields(nested)["product_id"]?.text == "product.id")
        let dotted = #"[{"product.asin": "A", "review.rating": 1, "review.text": "It hums."}]"#
        #expect(try fields(dotted)["product_id"]?.text == #"product\.asin"#)
        #expect(try fields(dotted)["rating"]?.text == #"review\.rating"#)
    }

    @Test(
        "What may be the product by another member too, or by its object only, is in doubt",
        arguments: [
            #"[{"asin": "A", "parent_asin": "P", "stars": 1, "text": "It hums."},"#
                + #" {"asin": "B", "parent_asin": "P", "stars": 2, "text": "It drips."}]"#,
            #"{"id": "x7", "title": "Export", "reviews": [{"stars": 1, "text": "It hums."},"#
                + #" {"stars": 2, "text": "It drips."}]}"#,
            #"[{"product": "Oak mug", "stars": 1, "text": "It hums."},"#
                + #" {"product": "Oak mug", "stars": 2, "text": "It drips."}]"#,
            #"[{"sku": "A", "type": "review", "stars": 1, "text": "It hums."},"#
                + #" {"sku": "A", "type": "reply", "stars": 2, "text": "It drips."}]"#,
        ])
    func rivalProducts(json: String) throws {
        let proposal = try Self.proposal(json)
        #expect(proposal.hasProduct && !proposal.isCertain)
    }

    @Test("The id of a person or a shop around the reviews is no product")
    func otherObjects() throws {
        for key in ["user", "seller", "author", "shop"] {
            let json = """
                {"\(key)": {"id": 5, "name": "Kai", "reviews":
                [{"stars": 1, "text": "It hums."}, {"stars": 2, "text": "It drips."}]}}
                """
            #expect(!(try Self.proposal(json).hasProduct), "\(key)")
        }
    }

    // MARK: Ratings

    @Test("A rating above five proposes a scale, and says how many are above")
    func scales() throws {
        let ten = try Self.proposal(rows(["\"score\": 8", "\"score\": 3", "\"score\": 10"]))
        #expect(ten.document["fields"]?["rating"]?.text == "stars")
        let only = try Self.proposal(
            """
            [{"itemId": "K", "rating": 8, "text": "Boils fast."},
             {"itemId": "K", "rating": 3, "text": "It smells."}]
            """)
        #expect(only.document["fields"]?["rating"]?["scale"]?.integer == 10)
        #expect(only.remarks.contains { $0.contains("1 of 2 ratings are above 5") })
        #expect(!only.isCertain)
        let hundred = try fields(
            #"[{"itemId": "K", "rating": 80, "text": "Boils."}, "#
                + #"{"itemId": "K", "rating": 100, "text": "Fast."}]"#)
        #expect(hundred["rating"]?["scale"]?.integer == 100)
    }

    @Test("A member beside the rating names the scale")
    func statedScale() throws {
        let fields = try fields(
            #"[{"ProductId": "K", "Rating": 4, "RatingRange": 10, "ReviewText": "It boils."},"#
                + #"{"ProductId": "K", "Rating": 2, "RatingRange": 10, "ReviewText": "Slow."}]"#)
        #expect(fields["rating"]?["scale"]?["from"]?.text == "RatingRange")
    }

    @Test(
        "Ratings by their names and by their values",
        arguments: [
            (#""productValuation": 5"#, "productValuation"), (#""mark": 4"#, "mark"),
            (#""User_Rating_out_of_5": "5.0""#, "User_Rating_out_of_5"),
            (#""rating": {"value": 4}"#, "rating.value"), (#""bewertung": "4,5""#, "bewertung"),
            (#""im:rating": {"label": "4"}"#, "im:rating.label"),
            (#""badge": "4.0 out of 5 stars", "average_rating": 4.4"#, "badge"),
            (#""ratingScore": 3, "totalScore": 4.4, "ratingsCount": 3"#, "ratingScore"),
        ])
    func ratings(member: String, name: String) throws {
        let json = #"[{"sku": "A", \#(member), "text": "It hums all night long."}]"#
        #expect(try fields(json)["rating"]?.text == name)
    }

    // MARK: Times

    @Test(
        "Times by their names and by their values",
        arguments: [
            "createdDate", "createTime", "SubmissionTime", "submittedAt", "at", "postDate", "when",
            "Review_Date", "published", "zeit",
        ])
    func times(name: String) throws {
        let json = rows((1...4).map { "\"\(name)\": \"2026-05-0\($0)T10:00:00Z\"" })
        #expect(try fields(json)["created_at"]?.text == name)
    }

    @Test(
        "The time of a reply, a scrape or a purchase is not the review's",
        arguments: ["replied_at", "scrapedAt", "purchase_date", "sellerReplyTime", "fetched"])
    func otherTimes(name: String) throws {
        let json = rows((1...4).map { "\"\(name)\": \"2026-05-0\($0)T10:00:00Z\"" })
        #expect(try fields(json)["created_at"] == nil)
    }

    @Test("A time with a zone is preferred; one without is remarked")
    func zones() throws {
        let both = rows(
            (1...3).map {
                """
                "date_created": "2026-05-0\($0)T10:00:00",
                "date_created_gmt": "2026-05-0\($0)T08:00:00"
                """
            })
        let zoned = try Self.proposal(both)
        #expect(zoned.document["fields"]?["created_at"]?.text == "date_created_gmt")
        #expect(!zoned.remarks.contains { $0.contains("zone") })
        let local = try Self.proposal(rows(["\"date_created\": \"2026-05-01T10:00:00\""]))
        #expect(local.remarks.contains { $0.hasPrefix("created_at has no zone: read as UTC") })
    }

    @Test("The whole sample tells the order of day and month")
    func dayAndMonth() throws {
        let told = try Self.proposal(
            rows(["\"date\": \"12/05/2026\"", "\"date\": \"24/05/2026\""]))
        #expect(told.document["fields"]?["created_at"]?.text == "date")
        #expect(told.remarks.contains { $0.contains("day first") })
        #expect(told.yield.samples.allSatisfy { $0.values.createdAt != nil })
        let open = try Self.proposal(
            rows(["\"date\": \"12/05/2026\"", "\"date\": \"11/05/2026\""]))
        #expect(open.doubts.contains("the order of day and month"))
    }

    @Test("Seconds and milliseconds since 1970 are named")
    func epochs() throws {
        let seconds = try fields(rows(["\"time\": 1600000000", "\"time\": 1600000001.5"]))
        #expect(seconds["created_at"]?["as"]?.text == "unix_s")
        let milliseconds = try fields(rows(["\"time\": 1600000000000"]))
        #expect(milliseconds["created_at"]?["as"]?.text == "unix_ms")
    }

    // MARK: Texts, people and the rest

    @Test("The text, the title and the author of a review, not of a reply or a product")
    func texts() throws {
        let fields = try fields(
            """
            [{"sku": "A", "id": "1", "stars": 2, "productTitle": "A cup of steel with a lid",
              "reviewDescription": "It drips from the second day on.", "reviewTitle": "Drips",
              "reply_text": "We are sorry to hear that, please write to us about your cup.",
              "reply": {"text": "Sorry!", "author": "Shop", "date": "2026-05-02"},
              "author": {"name": "Kai", "id": "u1"}, "category": {"name": "Cups"}}]
            """)
        #expect(fields["body"]?.text == "reviewDescription")
        #expect(fields["title"]?.text == "reviewTitle")
        #expect(fields["author_name"]?.text == "author.name")
        #expect(fields["author_id"]?.text == "author.id")
        #expect(fields["created_at"] == nil)
    }

    @Test("A text of an unknown name is known by its length, which is in doubt")
    func longestText() throws {
        let proposal = try Self.proposal(
            """
            [{"sku": "A", "stars": 2, "note1": "It drips from the second day on and stains."},
             {"sku": "A", "stars": 1, "note1": "The handle came off after a week of use."}]
            """)
        #expect(proposal.document["fields"]?["body"]?.text == "note1")
        #expect(!proposal.isCertain)
    }

    @Test("A title that every review of a product shares is the product's")
    func productTitle() throws {
        let proposal = try Self.proposal(
            """
            [{"sku": "A", "title": "Cup", "stars": 2, "text": "It drips."},
             {"sku": "A", "title": "Cup", "stars": 3, "text": "It hums."},
             {"sku": "B", "title": "Mat", "stars": 4, "text": "It slides."},
             {"sku": "B", "title": "Mat", "stars": 5, "text": "It dries."}]
            """)
        #expect(proposal.document["fields"]?["title"] == nil)
        #expect(proposal.document["product"]?["title"]?.text == "title")
    }

    @Test("Flags, votes, countries, variants and nested names of people")
    func others() throws {
        let fields = try fields(
            """
            [{"sku": "A", "stars": 2, "text": "It drips.", "is_verified": "True",
              "thumbsUpCount": 3, "reviewer": {"displayName": "Kai", "location": "Bonn"},
              "territory": "DEU", "style": {"Size": "M", "Color": "red"}, "languageCode": "de"}]
            """)
        #expect(fields["verified"]?.text == "is_verified")
        #expect(fields["helpful_votes"]?.text == "thumbsUpCount")
        #expect(fields["author_name"]?.text == "reviewer.displayName")
        #expect(fields["country"]?.text == "territory")
        #expect(fields["language"]?.text == "languageCode")
        #expect(fields["variant"]?["as"]?.text == "members")
    }

    @Test("An id that repeats is no id of a review")
    func repeatedID() throws {
        let proposal = try Self.proposal(
            """
            [{"sku": "A", "id": 1, "stars": 2, "text": "It drips."},
             {"sku": "A", "id": 1, "stars": 3, "text": "It hums."},
             {"sku": "B", "id": 2, "stars": 3, "text": "It hums."}]
            """)
        #expect(proposal.document["fields"]?["review_id"] == nil)
        #expect(proposal.remarks.contains { $0.contains("id is no id of a review") })
    }
}

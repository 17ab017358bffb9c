import AfterwordCore
import Testing

/// Rows in the formats of research dumps, written for this project.
@Suite struct ResearchShapeTests {
    private func clean(_ shape: Shape, _ json: String) throws -> CleanedRecord {
        let cleaner = RecordCleaner(shape)
        return cleaner.clean(payload: Array(json.utf8), context: [])
    }

    @Test("2014: votes are the first of a pair, times are seconds")
    func amazon2014() throws {
        let record = try clean(
            .builtIn("amazon-2014"),
            """
            {"reviewerID": "A1", "asin": "0804", "reviewerName": "chris", "helpful": [3, 7],
             "reviewText": "Fits &#34;well&#34;", "overall": 4.0, "summary": "Good",
             "unixReviewTime": 1400630400, "reviewTime": "05 21, 2014"}
            """)
        #expect(record.fault == nil)
        #expect(record.productID?.string == "0804" && record.authorID?.string == "A1")
        #expect(record.values.helpfulVotes == 3 && record.values.rating == 40)
        #expect(record.values.body?.string == "Fits \"well\"")
        #expect(record.values.createdAt?.description == "2014-05-21T00:00:00Z")
    }

    @Test(
        "2014: votes that are no pair",
        arguments: [
            ("[]", nil), ("[12]", 12), ("NaN", nil), ("null", nil), ("{}", nil), ("5", 5),
        ] as [(String, Int64?)])
    func votes(json: String, expected: Int64?) throws {
        let record = try clean(
            .builtIn("amazon-2014"), #"{"asin": "P", "overall": 1, "helpful": \#(json)}"#)
        #expect(record.values.helpfulVotes == expected)
        #expect(record.unread.contains(.helpfulVotes) == (json == "{}"))
        #expect(record.fault == nil)
    }

    @Test("2018: the style's members are the variant, by name; votes are grouped text")
    func amazon2018() throws {
        let record = try clean(
            .builtIn("amazon-2018"),
            """
            {"overall": 5.0, "verified": true, "reviewerID": "A2", "asin": "B1", "vote": "1,234",
             "style": {"Size:": " Big Boys", "Color:": " Blue/Orange"}, "reviewText": "Great",
             "summary": "Five Stars", "unixReviewTime": 1441324800}
            """)
        #expect(record.fault == nil)
        #expect(record.values.variant?.string == "Color: Blue/Orange; Size: Big Boys")
        #expect(record.values.helpfulVotes == 1234 && record.values.verified == true)
    }

    @Test(
        "Counts are read with or without marks between groups of three",
        arguments: [
            ("1,234", 1234), ("12,345,678", 12_345_678), ("1.234", 1234), ("35", 35),
            ("1 234", 1234),
        ] as [(String, Int64)])
    func counts(text: String, expected: Int64) throws {
        let record = try clean(
            .builtIn("amazon-2018"), #"{"asin": "B1", "overall": 1, "vote": "\#(text)"}"#)
        #expect(record.values.helpfulVotes == expected)
    }

    @Test(
        "2023: the parent is the product, the child its variant; the id is kept where there is one")
    func amazon2023() throws {
        let json = """
            {"rating": 5, "title": "Excellent!", "text": "I love it", "asin": "C1", "parent_asin": "P1",
             "user_id": "A3", "timestamp": 1.52309e+12, "helpful_vote": 0, "verified_purchase": true}
            """
        let record = try clean(.builtIn("amazon-2023"), json)
        #expect(record.fault == nil)
        #expect(record.productID?.string == "P1" && record.values.variant?.string == "C1")
        #expect(record.values.createdAt?.description == "2018-04-07T08:33:20Z")
        #expect(identify(record, placeholders: [])?.kind == .author)
        let named = try clean(
            .builtIn("amazon-2023"),
            json.replacing("{\"rating\"", with: "{\"review_id\": \"R1\", \"rating\""))
        #expect(identify(named, placeholders: [])?.kind == .source)
    }

    @Test(
        "A shape of products speaks of no review",
        arguments: [
            #"{"shape":"x","version":1,"holds":"products","fields":{"product_id":"a","rating":"r"}}"#,
            #"{"shape":"x","version":1,"holds":"people","fields":{"product_id":"a","rating":"r"}}"#,
            #"{"shape":"x","version":1,"fields":{"product_id":{"value":7},"rating":"r"}}"#,
            #"{"shape":"x","version":1,"fields":{"product_id":"a","rating":{"from":"r","element":-1}}}"#,
        ])
    func refused(document: String) {
        #expect(throws: ShapeFault.self) { try Shape(parsing: Array(document.utf8)) }
    }

    @Test(
        "A shape is proposed by the usual names of fields, with what it could not place",
        arguments: [
            (
                #"{"sku": "S", "stars": 4, "comment": "ok", "when": 1}"#,
                #"{"fields":{"body":"comment","product_id":"sku","rating":"stars"},"shape":"x","version":1}"#,
                ["when"]
            ),
            (
                #"{"shop": "x", "items": [{"asin": "A", "brand": "B", "reviews": [{"id": "R", "rating": 1, "text": "t", "timestamp": 1588687728923}]}]}"#,
                #"{"fields":{"body":"text","created_at":{"as":"unix_ms","from":"timestamp"},"product_id":"^asin","rating":"rating","review_id":"id"},"product":{"brand":"^brand"},"records":"items[*].reviews[*]","shape":"x","version":1}"#,
                []
            ),
            (
                #"{"A1": {"title": "T", "reviews": {"R1": {"rating": 5, "review": "t"}}}}"#,
                #"{"fields":{"body":"review","product_id":"@key1","rating":"rating","review_id":"@key2"},"product":{"title":"^title"},"records":"{key1}.reviews.{key2}","shape":"x","version":1}"#,
                []
            ),
            (
                #"{"Lamp": [{"rev_rating": "4 of 5", "rev_body": "t"}], "Cup": [{"rev_body": "u"}]}"#,
                #"{"fields":{"body":"rev_body","product_id":"@key1","rating":"rev_rating"},"records":"{key1}.[*]","shape":"x","version":1}"#,
                []
            ),
        ])
    func proposal(element: String, document: String, unplaced: [String]) throws {
        let proposal = try proposeShape(
            for: [JSONValue(parsing: Array(element.utf8))], named: "x")
        #expect(proposal.document.canonical == document)
        #expect(proposal.unplaced == unplaced)
        // The proposed shape must find the review.
        let cleaner = RecordCleaner(try Shape(parsing: Array(document.utf8)))
        var splitter = RecordSplitter(cleaner.plan, isStrict: true)
        var found = 0
        splitter.feed(Array(element.utf8)[...], isLast: true) { event, _, _ in
            if case .unit(let unit) = event { found += unit.records.count }
        }
        #expect(found > 0)
    }

    @Test(
        "Without rating and text nothing is proposed",
        arguments: [#"{"asin": "A", "price": 3}"#, #"{"name": "x", "description": "d"}"#, #"{}"#])
    func noProposal(element: String) throws {
        let value = try JSONValue(parsing: Array(element.utf8))
        #expect(throws: ShapeFault.self) { try proposeShape(for: [value], named: "x") }
    }
}

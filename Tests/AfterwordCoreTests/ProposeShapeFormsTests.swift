import Testing

@testable import AfterwordCore

/// Where `proposeShape` finds reviews, what it refuses, and how sure it is. All records are
/// invented.
@Suite struct ProposeShapeFormsTests {
    private func proposal(_ json: String) throws -> ShapeProposal {
        try ProposeShapeTests.proposal(json)
    }

    private static let review = #"{"asin": "B1", "id": "r1", "rating": 4, "body": "It hums."}"#

    @Test("A month names a part of a dump, though its letters are hexadecimal digits")
    func monthsAsKeys() {
        for key in ["dec", "feb-2026", "reviews-of-december", "week-of-march-the-first"] {
            #expect(namesPart(key), "\(key)")
        }
        #expect(!namesPart("3f2504e0-4f89-11d3-9a0c-0305e82c3301"))
        #expect(!namesPart("decade"))
    }

    @Test(
        "Reviews are found through envelopes, buckets, maps and lists of lists",
        arguments: [
            ("[R]", ""), ("[[R], [R], []]", "[*]"), (#"{"data": [[R], [R]]}"#, "data[*].[*]"),
            (#"{"ok": true, "detail": {"top_reviews": [R]}}"#, "detail.top_reviews[*]"),
            (#"{"results": [{"content": {"reviews": [R]}}]}"#, "results[*].content.reviews[*]"),
            (#"{"a": {"b": {"c": {"d": {"e": {"f": {"list": [R]}}}}}}}"#, "a.b.c.d.e.f.list[*]"),
            (#"{"positive": [R], "negative": [R]}"#, "{key1}.[*]"),
            (#"{"by_day": {"2026-05-01": [R], "2026-05-02": [R]}}"#, "by_day.{key1}.[*]"),
            (#"{"r1": R, "r2": R}"#, "{key1}"), (#"{"0": R, "1": R, "2": R}"#, "{key1}"),
            (#"{"data.list": [R]}"#, #"data\.list[*]"#),
            (#"{"edges": [{"cursor": "x", "node": R}]}"#, "edges[*]"),
            (#"{"name": "Cup", "brand": "N", "review": R}"#, "review[*]"),
            (#"{"feed": {"title": "Cups", "updated": "x", "entry": R}}"#, "feed.entry[*]"),
        ])
    func places(form: String, records: String) throws {
        let proposal = try proposal(form.replacing("R", with: Self.review))
        #expect(proposal.document["records"]?.text ?? "" == records)
        #expect(proposal.yield.rejected == 0 && proposal.yield.records > 0)
        #expect(proposal.yield.products == 1)
    }

    @Test("A list beyond the depth of eight is not looked at")
    func depth() {
        let deep = #"{"a": {"b": {"c": {"d": {"e": {"f": {"g": {"h": {"list": [R]}}}}}}}}}"#
        #expect(throws: ShapeFault.self) {
            try proposal(deep.replacing("R", with: Self.review))
        }
    }

    @Test(
        "Replies and comments on reviews are no reviews",
        arguments: [
            #"{"asin": "B1", "rating": 4, "body": "It hums.", "author": "Kai","#
                + #" "replies": [{"text": "Me too.", "author": "Jo", "date": "2026-05-01"}]}"#,
            #"{"asin": "B1", "rating": 4, "body": "It hums.", "date": "2026-05-01","#
                + #" "comments": [{"text": "Me too."}, {"text": "And me."}]}"#,
        ])
    func replies(json: String) throws {
        let proposal = try proposal("[\(json)]")
        #expect(proposal.document["records"] == nil)
        #expect(proposal.document["fields"]?["body"]?.text == "body")
    }

    @Test("Members of JSON:API resources are nested, and included resources are no reviews")
    func resources() throws {
        let proposal = try proposal(
            """
            {"data": [{"type": "customerReviews", "id": "1", "attributes":
              {"rating": 2, "title": "Slow", "body": "It freezes.", "reviewerNickname": "tuba",
               "createdDate": "2026-08-01T11:00:00-07:00", "territory": "DEU"}}],
             "included": [{"type": "responses", "id": "9", "attributes":
              {"responseBody": "Fixed in the next version.", "state": "PUBLISHED"}}]}
            """)
        let fields = try #require(proposal.document["fields"])
        #expect(proposal.document["records"]?.text == "data[*]")
        #expect(fields["body"]?.text == "attributes.body")
        #expect(fields["author_name"]?.text == "attributes.reviewerNickname")
        #expect(fields["created_at"]?.text == "attributes.createdDate")
        #expect(fields["review_id"]?.text == "id" && !proposal.hasProduct)
    }

    @Test(
        "Decoys are refused",
        arguments: [
            #"[{"product_id": "B1", "title": "Pods", "rank": 2, "price": "26", "url": "x","#
                + #" "rating": "4.6 out of 5 stars", "review_count": "11,541"}]"#,
            #"{"name": "tool", "version": "1.0.0", "description": "Does things with reviews.","#
                + #" "author": "Kai", "license": "MIT", "dependencies": {"x": "1"}}"#,
            #"{"type": "FeatureCollection", "features": [{"type": "Feature", "properties":"#
                + #" {"name": "Peak", "description": "A hill"},"#
                + #" "geometry": {"coordinates": [1]}}]}"#,
            #"[{"id": 1, "title": "Cup", "description": "A cup of steel.", "price": 9,"#
                + #" "rating": 4.4, "stock": 3, "brand": "N", "category": "Cups", "images": []}]"#,
            #"[{"id": 1, "user": "kai", "text": "Lunch at noon?", "created_at": "2026-05-01"}]"#,
            #"{"place_id": "x1", "name": "Cafe", "rating": 4.2, "user_ratings_total": 120}"#,
            #"{"asin": "B1", "topics": [{"topic": "Lid", "reviewSnippets": ["It leaks."]}]}"#,
        ])
    func decoys(json: String) {
        #expect(throws: ShapeFault.self) { try proposal(json) }
    }

    @Test("A catalog with reviews inside is read for the reviews")
    func catalog() throws {
        let proposal = try proposal(
            """
            [{"id": 1, "title": "Cup", "description": "A cup of steel.", "price": 9, "rating": 4,
              "stock": 3, "brand": "N", "category": "Cups", "reviews":
              [{"rating": 2, "comment": "It drips.", "date": "2026-05-01T10:00:00Z",
                "reviewerName": "Kai", "reviewerEmail": "k@example.test"}]},
             {"id": 2, "title": "Mat", "description": "A mat.", "price": 9, "rating": 4,
              "stock": 3, "brand": "N", "category": "Mats", "reviews": []}]
            """)
        #expect(proposal.document["records"]?.text == "reviews[*]")
        #expect(proposal.document["fields"]?["product_id"]?.text == "^id")
        #expect(proposal.document["product"]?["title"]?.text == "^title")
    }

    // MARK: Certainty

    @Test("Rows with product, id, rating, text and time are beyond doubt")
    func certain() throws {
        let proposal = try proposal(
            """
            [{"product_id": "A1", "review_id": "1", "rating": 5, "text": "It works.",
              "date": "2026-09-01"},
             {"product_id": "A1", "review_id": "2", "rating": 1, "text": "It broke.",
              "date": "2026-09-02"}]
            """)
        #expect(proposal.isCertain, "\(proposal.doubts)")
        #expect(proposal.yield.records == 2 && proposal.yield.products == 1)
        #expect(proposal.yield.samples.count == 2 && proposal.unplaced.isEmpty)
    }

    @Test(
        "What is not sure is said, and the shape is not used by itself",
        arguments: [
            (#""status": "approved""#, #""status": "hold""#),
            (#""hidden": true"#, #""hidden": false"#),
            (#""product_id": null"#, #""other": 1"#),
            (#""rating": 9"#, #""rating": 2"#),
        ])
    func doubtful(first: String, second: String) throws {
        func row(_ id: Int, _ member: String) -> String {
            """
            {"product_id": "A1", "review_id": \(id), "rating": 5, "text": "It works.", \(member)}
            """
        }
        let proposal = try proposal("[\(row(1, first)), \(row(2, second)), \(row(3, second))]")
        #expect(!proposal.isCertain)
    }

    @Test("One record shows nothing beyond doubt")
    func single() throws {
        #expect(!(try proposal("[\(Self.review)]").isCertain))
    }

    // MARK: Heads of files

    @Test("A file cut anywhere gives the reviews before the cut, whole")
    func cut() throws {
        let whole = #"{"ok": 1, "list": [R, R, R], "next": {"page": 2}}"#
            .replacing("R", with: Self.review)
        let review = try JSONValue(parsing: Array(Self.review.utf8))
        let bytes = Array(whole.utf8)
        for end in bytes.indices {
            for element in headElements(Array(bytes[..<end])) {
                let list = element["list"]?.elements ?? []
                #expect(list.allSatisfy { $0 == review }, "cut at \(end)")
            }
        }
        let most = headElements(Array(bytes[..<(bytes.count - 10)]))
        #expect(most.first?["list"]?.elements?.count == 3)
    }

    @Test(
        "The elements of every container",
        arguments: [
            (#"{"a": 1} {"a": 2}"#, 2), ("[{\"a\": 1}, {\"a\": 2}]", 2),
            ("[{\"a\": 1}]\n[{\"a\": 2}]", 2), (#"[[{"a": 1}], [{"a": 2}, {"a": 3}]]"#, 2),
            ("{\"a\": 1}\n{\"a\": oops}\n{\"a\": NaN}\n", 2), ("", 0), ("[]", 0),
            ("\u{FEFF}[{\"a\": 1}]", 1),
        ])
    func containers(text: String, count: Int) {
        #expect(headElements(Array(text.utf8)).count == count)
    }
}

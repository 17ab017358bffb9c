import AfterwordCore
import Testing

/// Proposals for the forms in which services and scrapers write reviews. The names of members are
/// theirs; all records are invented.
@Suite struct ProposeShapeExportTests {
    /// Three records of one form, given by its members with `~` for the record's number, inside
    /// `around` in the place of `@`.
    private func fields(
        _ around: String, _ record: String
    ) throws -> (fields: JSONValue, proposal: ShapeProposal) {
        let records = (1...3).map { record.replacing("~", with: "\($0)") }
        let json = around.replacing("@", with: records.joined(separator: ","))
        let proposal = try ProposeShapeTests.proposal(json)
        #expect(proposal.yield.records == 3 && proposal.yield.rejected == 0)
        return (try #require(proposal.document["fields"]), proposal)
    }

    @Test("Items of a crawler's data set, with counts of the product in each")
    func crawler() throws {
        let (fields, proposal) = try fields(
            "[@]",
            """
            {"productAsin": "B0A", "ratingScore": ~, "reviewTitle": "Leaks ~", "date": "2026-05-0~",
             "reviewDescription": "The lid leaks when it is full, time ~.", "isVerified": true,
             "reviewId": "R~", "userId": "U~", "country": "Germany", "position": ~,
             "totalCategoryRatings": 120, "totalCategoryReviews": 30, "variant": "Color: red"}
            """)
        #expect(fields["product_id"]?.text == "productAsin")
        #expect(fields["rating"]?.text == "ratingScore")
        #expect(fields["body"]?.text == "reviewDescription")
        #expect(fields["variant"]?.text == "variant")
        #expect(proposal.isCertain, "\(proposal.doubts)")
    }

    @Test("Results of a review platform's API, with a rating range and secondary ratings")
    func platform() throws {
        let (fields, proposal) = try fields(
            #"{"Limit": 3, "TotalResults": 3, "Results": [@], "Includes": {}, "HasErrors": false}"#,
            """
            {"Id": "9~", "ProductId": "P1", "AuthorId": "a~", "UserNickname": "Kai ~",
             "SubmissionTime": "2026-05-0~T10:00:00.000+00:00", "Rating": ~, "RatingRange": 5,
             "LastModificationTime": "2026-05-0~T10:00:00.000+00:00", "Title": "Leaks ~",
             "ReviewText": "The lid leaks when it is full, time ~.", "ContentLocale": "en_US",
             "ClientResponses": [{"Response": "We are sorry to hear that.", "Date": "2026-05-09"}],
             "SecondaryRatings": {"Quality": {"Value": 4, "ValueRange": 5}}}
            """)
        #expect(proposal.document["records"]?.text == "Results[*]")
        #expect(fields["product_id"]?.text == "ProductId")
        #expect(fields["review_id"]?.text == "Id")
        #expect(fields["rating"]?.text == "Rating")
        #expect(fields["created_at"]?.text == "SubmissionTime")
        #expect(fields["author_name"]?.text == "UserNickname")
    }

    @Test("Entries of an app's feed, whose values are labels")
    func feed() throws {
        let (fields, proposal) = try fields(
            #"{"feed": {"author": {"name": {"label": "Store"}}, "entry": [@]}}"#,
            """
            {"author": {"name": {"label": "Kai ~"}}, "updated": {"label": "2026-05-0~T11:00:00Z"},
             "im:rating": {"label": "~"}, "id": {"label": "77~"}, "title": {"label": "Slow ~"},
             "content": {"label": "It freezes when I rotate the phone, time ~.",
             "attributes": {"type": "text"}}, "im:version": {"label": "4.1"}}
            """)
        #expect(proposal.document["records"]?.text == "feed.entry[*]")
        #expect(fields["rating"]?.text == "im:rating.label")
        #expect(fields["body"]?.text == "content.label")
        #expect(fields["created_at"]?.text == "updated.label")
        #expect(fields["author_name"]?.text == "author.name.label")
        #expect(!proposal.hasProduct)
    }

    @Test("A business's page, whose id is the product, with replies")
    func business() throws {
        let (fields, _) = try fields(
            #"{"businessUnit": {"id": "5f", "displayName": "Cups", "trustScore": 4,"#
                + #" "reviews": [@]}}"#,
            """
            {"id": "t~", "rating": ~, "title": "Leaks ~", "text": "The lid leaks, time ~.",
             "dates": {"experiencedDate": "2026-01-01T00:00:00Z",
             "publishedDate": "2026-05-0~T10:00:00Z"}, "consumer": {"id": "c~",
             "displayName": "Kai ~"}, "reply": {"message": "We are sorry to hear that."}}
            """)
        #expect(fields["product_id"]?.text == "^id")
        #expect(fields["author_name"]?.text == "consumer.displayName")
        #expect(fields["created_at"]?.text == "dates.publishedDate")
        #expect(fields["body"]?.text == "text")
    }

    @Test("Stars as words, times of the reply and names of resources")
    func places() throws {
        let stars = ["ONE", "TWO", "FIVE"]
        let records = stars.enumerated().map { index, star in
            """
            {"reviewId": "m\(index)", "reviewer": {"displayName": "Kai"}, "starRating": "\(star)",
             "comment": "The queue was long.", "createTime": "2026-05-01T10:00:00Z",
             "reviewReply": {"comment": "Sorry!", "updateTime": "2026-05-09T10:00:00Z"},
             "name": "accounts/1/locations/2/reviews/m\(index)"}
            """
        }
        let proposal = try ProposeShapeTests.proposal(
            #"{"reviews": [\#(records.joined(separator: ","))], "averageRating": 4.1}"#)
        let fields = try #require(proposal.document["fields"])
        #expect(fields["rating"]?.text == "starRating")
        #expect(fields["author_name"]?.text == "reviewer.displayName")
        #expect(fields["created_at"]?.text == "createTime")
        #expect(proposal.yield.rejected == 0)
    }

    @Test("Hits of a search index and edges of a graph")
    func wrapped() throws {
        let hits = try fields(
            #"{"took": 3, "hits": {"total": {"value": 3}, "hits": [@]}}"#,
            """
            {"_index": "reviews", "_id": "e~", "_score": 1.0, "_source": {"sku": "S1", "stars": ~,
             "text": "The lid leaks, time ~.", "createdAt": "2026-05-0~T10:00:00Z"}}
            """)
        #expect(hits.fields["rating"]?.text == "_source.stars")
        #expect(hits.fields["body"]?.text == "_source.text")
        #expect(hits.fields["product_id"]?.text == "_source.sku")
        let edges = try fields(
            #"{"data": {"product": {"id": "g1", "name": "Cup", "reviews": {"edges": [@]}}}}"#,
            """
            {"cursor": "c~", "node": {"id": "n~", "rating": ~, "body": "The lid leaks, time ~.",
             "submittedAt": "2026-05-0~T10:00:00Z", "author": {"name": "Kai ~"}}}
            """)
        #expect(edges.fields["product_id"]?.text == "^^id")
        #expect(edges.fields["author_name"]?.text == "node.author.name")
        #expect(edges.fields["review_id"]?.text == "node.id")
    }

    @Test("Wrapped values of a database")
    func database() throws {
        let (fields, _) = try fields(
            "[@]",
            """
            {"_id": {"$oid": "64ab~"}, "productId": {"$oid": "991"}, "rating": {"$numberInt": "~"},
             "comment": "The lid leaks, time ~.", "createdAt": {"$date": "2026-05-0~T10:00:00Z"}}
            """)
        #expect(fields["product_id"]?.text == "productId.$oid")
        #expect(fields["rating"]?.text == "rating.$numberInt")
        #expect(fields["created_at"]?.text == "createdAt.$date")
    }

    @Test("Two members that could be the rating are reported, and one always the same loses")
    func rivals() throws {
        let (fields, proposal) = try fields(
            #"{"error": 0, "data": {"ratings": [@]}}"#,
            """
            {"itemid": 33, "cmtid": 50~, "ctime": 177000000~, "rating": 1, "rating_star": ~,
             "comment": "The lid leaks, time ~.", "author_username": "kai ~", "like_count": ~}
            """)
        #expect(fields["rating"]?.text == "rating_star")
        #expect(fields["created_at"]?["as"]?.text == "unix_s")
        #expect(fields["product_id"]?.text == "itemid")
        #expect(proposal.yield.samples.count == 3)
    }

    @Test("A recommendation is the rating where there is no other, which is in doubt")
    func recommendation() throws {
        let (fields, proposal) = try fields(
            #"{"success": 1, "query_summary": {"review_score": 8}, "reviews": [@]}"#,
            """
            {"recommendationid": "8~", "author": {"steamid": "76500~"}, "language": "english",
             "review": "It freezes when I rotate it, time ~.", "timestamp_created": 177000000~,
             "voted_up": true, "votes_up": ~, "weighted_vote_score": "0.52"}
            """)
        #expect(fields["rating"]?.text == "voted_up")
        #expect(fields["author_name"] == nil)
        #expect(!proposal.isCertain)
    }

    @Test("Names of other languages")
    func languages() throws {
        let (fields, proposal) = try fields(
            "[@]",
            """
            {"Artikelnummer": "A1", "Bewertung": ~, "Titel": "Undicht ~", "Kunde": "Kai ~",
             "Kommentar": "Der Deckel ist undicht, zum ~. Mal.", "Datum": "2~.05.2026"}
            """)
        #expect(fields["product_id"]?.text == "Artikelnummer")
        #expect(fields["rating"]?.text == "Bewertung")
        #expect(fields["body"]?.text == "Kommentar")
        #expect(fields["created_at"]?.text == "Datum")
        #expect(proposal.isCertain, "\(proposal.doubts)")
    }
}

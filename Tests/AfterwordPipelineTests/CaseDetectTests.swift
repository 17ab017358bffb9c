import AfterwordCore
import AfterwordPipeline
import AfterwordTesting
import Foundation
import Testing

/// `shape detect`: what it proposes, and where it refuses.
@Suite struct CaseDetectTests {
    private func proposal(_ name: String, _ file: String) throws -> JSONValue {
        guard case .proposal(let proposal) = try detectShape(at: CaseRun.path(name, file))
        else {
            Issue.record("a built-in shape fits")
            return .null
        }
        return proposal.document
    }

    @Test(
        "detect-stops-at-envelopes",
        arguments: [
            ("results-content-reviews.json", "results[*].content.reviews[*]", "^asin"),
            ("list-of-lists.json", "data[*].[*]", "product_asin"),
            ("bare-list-of-lists.json", "[*]", "product_asin"),
            ("detail-envelope.json", "detail.top_reviews[*]", "^asin"),
        ])
    func envelopes(file: String, records: String, product: String) throws {
        // The first is of a built-in shape, which says the same.
        let document =
            switch try detectShape(at: CaseRun.path("detect-stops-at-envelopes", file)) {
            case .proposal(let proposal): proposal.document
            case .builtIn(let shape): try JSONValue(parsing: Array(shape.document.utf8))
            }
        #expect(document["records"]?.text == records)
        #expect(document["fields"]?["product_id"]?.text == product)
        #expect(document["fields"]?["rating"] != nil && document["fields"]?["body"] != nil)
    }

    @Test(
        "detect-stops-at-envelopes: without a product the proposal says FILL IN",
        arguments: ["jsonapi.json", "no-product-field.json"])
    func fillIn(file: String) throws {
        let document = try proposal("detect-stops-at-envelopes", file)
        #expect(document["fields"]?["product_id"]?["value"]?.text == "FILL IN")
        #expect(document["fields"]?["created_at"] != nil)
    }

    @Test("detect-wrong-product: an id in all records that repeats beats one that is missing")
    func feedbacks() throws {
        let fields = try proposal("detect-wrong-product", "feedbacks.json")["fields"]
        #expect(fields?["product_id"]?.text == "nmId")
        #expect(fields?["rating"]?.text == "productValuation")
        #expect(fields?["created_at"]?.text == "createdDate")
    }

    @Test("detect-wrong-product: the name of the only list is no product")
    func byCategory() throws {
        let fields = try proposal("detect-wrong-product", "by-category.json")["fields"]
        #expect(fields?["product_id"]?["value"]?.text == "FILL IN")
        #expect(fields?["created_at"]?.text == "when")
    }

    @Test("local-time-read-as-utc: a time in UTC is preferred")
    func zones() throws {
        let fields = try proposal("local-time-read-as-utc", "reviews.json")["fields"]
        #expect(fields?["created_at"]?.text == "date_created_gmt")
    }

    @Test("one-review-is-no-list: a single review is a list of one")
    func single() throws {
        let document = try proposal("one-review-is-no-list", "jsonld-one-review.json")
        #expect(document["records"]?.text == "review[*]")
        #expect(document["fields"]?["product_id"]?.text == "^sku")
    }

    @Test("scale-of-ten-taken-for-five: a rating above five proposes a scale")
    func scale() throws {
        let fields = try proposal("scale-of-ten-taken-for-five", "reviews.json")["fields"]
        #expect(fields?["rating"]?["scale"]?.integer == 10)
    }
}

import Testing

@testable import AfterwordCore

/// Products taken from names of files, and what makes no difference between files of one shape.
@Suite struct ProposeShapeFilesTests {
    @Test(
        "Names that differ in one part name products",
        arguments: [
            (["review_111.json", "review_222.json"], "review_{id}.json"),
            (["review_110.json", "review_111.json.gz"], "review_{id}.json"),
            (["111.json", "222.json"], "{id}.json"),
            (["111/reviews.json", "222/reviews.json"], "{id}/reviews.json"),
            (["B0A1-reviews.jsonl", "B0A2-reviews.jsonl"], "{id}-reviews.jsonl"),
            (["x/de/B08N5WRWNW.json", "x/fr/B07XJ8C8F5.json"], "{id}.json"),
            (["B08N5WRWNW/de.json", "B07XJ8C8F5/fr.json"], "{id}/{part}.json"),
            (["oak-mug.json", "steel-cup.json"], "{id}.json"),
        ])
    func patterns(files: [String], pattern: String) {
        #expect(filePattern(files) == pattern)
    }

    @Test(
        "Names that differ in a number, a day, a language or not at all name none",
        arguments: [
            ["a.json"], ["page_7.json", "page_12.json"], ["1.json", "2.json", "3.json"],
            ["reviews-2026-01-05.json", "reviews-2026-01-12.json"], ["de.json", "fr.json"],
            ["reviews_de.json", "reviews_fr.json"], ["part-0000.json", "part-0001.json"],
            ["a.json", "b.jsonl"], ["2025/reviews.json", "2026/reviews.json"],
            ["reviews.json", "products.json"],
        ])
    func noPattern(files: [String]) {
        #expect(filePattern(files) == nil)
    }

    @Test("A proposal without a product takes it from the files' names, in doubt")
    func named() throws {
        func elements(_ id: Int) -> [JSONValue] {
            headElements(
                Array(
                    """
                    {"reviews":
                     {"\(id)000": {"review": "The lid of \(id) leaks.", "voted_up": true},
                      "\(id)001": {"review": "It hums all night, \(id).", "voted_up": false}}}
                    """.utf8))
        }
        let files = [111, 222].map { (name: "review_\($0).json", elements: elements($0)) }
        var proposal = try proposeShape(for: files.flatMap(\.elements), named: "x")
        #expect(!proposal.hasProduct)
        #expect(proposal.remarks.contains { $0.contains("{\"file\": \"{id}.json\"}") })
        proposal.takeProduct(fromFiles: files)
        let product = proposal.document["fields"]?["product_id"]
        #expect(product?["file"]?.text == "review_{id}.json")
        #expect(proposal.hasProduct && !proposal.isCertain)
        #expect(proposal.yield.products == 2 && proposal.yield.records == 4)
        #expect(!proposal.remarks.contains { $0.contains("FILL IN") })
    }

    @Test("What is removed from texts, and a scale not named there, are no differences")
    func noDifference() throws {
        func shape(_ rating: String, _ body: String) throws -> Shape {
            try Shape(
                parsing: Array(
                    """
                    {"shape": "x", "version": 1, "fields":
                     {"product_id": "sku", "rating": \(rating), "body": \(body)}}
                    """.utf8))
        }
        let plain = try shape(#""stars""#, #""text""#)
        let clean = try shape(
            #"{"from": "stars", "scale": {"from": "max"}}"#,
            #"{"from": "text", "clean": ["html"]}"#)
        #expect(shapeDifferences(from: clean, to: plain).isEmpty)
        #expect(shapeDifferences(from: plain, to: clean).count == 1)
        let other = try shape(#""stars""#, #""words""#)
        #expect(shapeDifferences(from: clean, to: other).count == 1)
    }

    @Test("Nor does a value that stands for nobody, or the time of an update that was not read")
    func guests() throws {
        func shape(_ fields: String) throws -> Shape {
            let text = """
                {"shape": "s", "version": 1, "fields":
                 {"product_id": "p", "body": "t", \(fields)}}
                """
            return try Shape(parsing: Array(text.utf8))
        }
        let plain = try shape(#""author_id": "u""#)
        let guests = try shape(
            #""author_id": {"from": "u", "absent": ["0"]}, "updated_at": "changed""#)
        #expect(shapeDifferences(from: plain, to: guests).isEmpty)
        #expect(shapeDifferences(from: guests, to: plain).isEmpty)
        let other = try shape(#""author_id": "v", "country": "c""#)
        #expect(shapeDifferences(from: plain, to: other).count == 2)
    }
}

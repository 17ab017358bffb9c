import AfterwordCore
import Foundation
import Testing

/// The built-in shapes of what people export most: each finds its own sample, and only that, and
/// reads it exactly. The samples are invented.
@Suite struct BuiltInShapeTests {
    /// A sample, the shape that must find it, and the reviews it holds.
    private static let samples: [(file: String, shape: String, reviews: [String])] = [
        (
            "woocommerce.json", "woocommerce",
            [
                #"""
                {"product_id": "22", "review_id": "7", "rating": 4,
                 "body": "Shuts well.\n\nNo <leaks>.", "author_name": "Ana", "verified": true,
                 "created_at": "2026-01-05T09:30:00Z"}
                """#,
                #"""
                {"product_id": "22", "review_id": "9", "body": "No stars given.",
                 "author_name": "Ben", "verified": false, "created_at": "2026-01-06T00:00:00Z"}
                """#,
            ]
        ),
        (
            "judge-me.json", "judge-me",
            [
                #"""
                {"product_id": "810", "review_id": "31", "author_id": "5", "rating": 2,
                 "title": "Meh", "body": "The lid <wobbles>.", "author_name": "Ana",
                 "verified": true, "created_at": "2026-01-05T09:30:00Z",
                 "updated_at": "2026-01-07T09:30:00Z", "title": "Lid"}
                """#
            ]
        ),
        (
            "judge-me.csv", "judge-me-csv",
            [
                #"""
                {"product_id": "910", "rating": 5, "title": "Great", "body": "Fits, and \"shuts\".",
                 "author_name": "Ana", "created_at": "2026-01-05T09:30:00Z"}
                """#,
                #"""
                {"product_id": "911", "rating": 1, "body": "Broke\nat once.",
                 "author_name": "Ben", "created_at": "2026-01-06T00:00:00Z"}
                """#,
            ]
        ),
        (
            "bazaarvoice.json", "bazaarvoice",
            [
                #"""
                {"product_id": "lid-1", "review_id": "900", "author_id": "u1", "rating": 4,
                 "title": "Good", "body": "Holds tight.", "author_name": "Anonymous",
                 "helpful_votes": 3, "language": "en_US", "created_at": "2026-01-05T09:30:00Z",
                 "updated_at": "2026-01-06T09:30:00Z"}
                """#
            ]
        ),
        (
            "google-play.json", "google-play",
            [
                #"""
                {"product_id": "test.lids", "review_id": "gp:1", "rating": 3, "body": "Crashes.",
                 "author_name": "A Google user", "helpful_votes": 12,
                 "created_at": "2026-01-05T09:30:00Z"}
                """#
            ]
        ),
        (
            "google-play-pages.json", "google-play-pages",
            [
                #"""
                {"product_id": "test.lids", "review_id": "gp:1", "rating": 3, "body": "Crashes.",
                 "author_name": "A Google user", "helpful_votes": 12,
                 "created_at": "2026-01-05T09:30:00Z"}
                """#
            ]
        ),
        (
            "app-store.json", "app-store",
            [
                #"""
                {"product_id": "4711", "review_id": "88", "rating": 1, "title": "No sync",
                 "body": "It lost my lids.", "author_name": "ana_1", "helpful_votes": 2,
                 "created_at": "2026-01-05T16:30:00Z"}
                """#
            ]
        ),
        (
            "apify-amazon.json", "apify-amazon",
            [
                #"""
                {"product_id": "B0TEST", "review_id": "R1TEST", "author_id": "AX", "rating": 2,
                 "title": "Leaks", "body": "It leaks.", "author_name": "Ana", "verified": true,
                 "helpful_votes": 31, "variant": "Color: Red", "country": "US",
                 "created_at": "2026-01-05T00:00:00Z"}
                """#
            ]
        ),
        (
            "oxylabs-amazon.json", "oxylabs-amazon",
            [
                #"""
                {"product_id": "B0TEST", "review_id": "R2TEST", "rating": 4, "title": "Prima",
                 "body": "Sluit goed.", "author_name": "Jan", "verified": true,
                 "variant": "Kleur: Rood", "created_at": "2026-01-05T00:00:00Z"}
                """#
            ]
        ),
        (
            "trustpilot.json", "trustpilot",
            [
                #"""
                {"product_id": "bu1", "review_id": "t1", "author_id": "c1", "rating": 1,
                 "title": "Late", "body": "It came late.", "author_name": "Ana", "verified": true,
                 "helpful_votes": 4, "language": "en", "created_at": "2026-01-05T09:30:00Z",
                 "title": "Lids Ltd"}
                """#
            ]
        ),
        (
            "trustpilot-products.json", "trustpilot-products",
            [
                #"""
                {"product_id": "p1", "review_id": "t2", "author_id": "c1", "rating": 5,
                 "body": "Fits.", "author_name": "Ana", "language": "en",
                 "created_at": "2026-01-05T09:30:00Z", "title": "Lid", "brand": "Lids"}
                """#
            ]
        ),
    ]

    private static func bytes(_ file: String) throws -> [UInt8] {
        Array(try Data(contentsOf: URL(fileURLWithPath: "Tests/Samples/" + file)))
    }

    /// A sample as a file of its shape is read: records that count, with no reason against them.
    private func read(_ file: String, _ shape: Shape) throws -> [CleanedRecord] {
        let bytes = try Self.bytes(file)
        let table = file.hasSuffix(".csv") ? TableBeginning(bytes, isWhole: true) : nil
        let cleaner = RecordCleaner(shape, table: table)
        var splitter = FileSplitter(cleaner.plan, table: table, isStrict: true)
        var records: [CleanedRecord] = []
        splitter.feed(bytes[...], isLast: true) { event, window, _ in
            guard case .unit(let unit) = event else { return }
            for index in unit.records.indices {
                let context = cleaner.context(ofRecord: index, of: unit, window: window)
                records.append(
                    cleaner.clean(record: index, of: unit, context: context, window: window))
            }
        }
        return records.filter { !$0.isLeftOut }
    }

    @Test("Each sample is read exactly: ids, scales, times and texts; replies are no reviews")
    func values() throws {
        for sample in Self.samples {
            let records = try read(sample.file, .builtIn(sample.shape))
            let expected = try sample.reviews.map { try JSONValue(parsing: Array($0.utf8)) }
            #expect(
                JSONValue.array(records.map(shown)).canonical
                    == JSONValue.array(expected).canonical, "\(sample.file)")
        }
    }

    @Test("A built-in shape with signs names its page, or says that it is not verified")
    func pages() {
        let signed = Shape.builtIn.filter { !$0.signs.isEmpty }
        #expect(signed.map(\.name).sorted() == Self.samples.map(\.shape).sorted())
        for shape in signed {
            let document = (try? JSONValue(parsing: Array(shape.document.utf8))) ?? .null
            let isUnverified = document["description"]?.text?.contains("Not verified") == true
            let hasPage = document["source"]?.text?.hasPrefix("https://") == true
            #expect(isUnverified || hasPage, "\(shape.name)")
        }
    }

    @Test("Signs are sources that the shape's path provides, one at least")
    func faults() throws {
        for signs in ["[]", "[\"^x\"]", "[7]", "\"a\""] {
            #expect(throws: ShapeFault.self, "\(signs)") {
                try shape(#"{"product_id": "p", "rating": "r"}"#, more: ",\"signs\":" + signs)
            }
        }
        let signed = try shape(#"{"product_id": "p", "rating": "r"}"#, more: #","signs":["a.b"]"#)
        #expect(signed.signs == [.record(["a", "b"])])
    }
}

import AfterwordCore
import AfterwordPipeline
import AfterwordTesting
import Foundation
import Testing

/// What shapes say beyond where values are, in whole loads.
@Suite struct CaseShapeTests {
    private func shape(_ fields: String, _ more: String = "") -> String {
        #"{"shape":"s","version":1,"fields":\#(fields)\#(more)}"#
    }

    @Test("zero-means-no-rating: held reviews are left out, and are no rejects")
    func leftOut() throws {
        let run = CaseRun("zero-means-no-rating")
        let parsed = try Shape(
            parsing: Array(
                #"""
                {"shape":"woo","version":1,"fields":{"product_id":"product_id","review_id":"id",
                 "body":{"from":"review","clean":["html"]},"created_at":"date_created_gmt",
                 "rating":{"from":"rating","absent":[0]}},"where":{"status":["approved"]}}
                """#.utf8))
        let balance = try run.load("reviews.json") { $0.shapes = [parsed] }[0].run.balance
        #expect(balance.found == 2 && balance.inserted == 2 && balance.rejected == 0)
        #expect(try run.ratings() == ["22": 10, "24": 0])
        let bodies = try run.reviews().compactMap { $0.values.body?.string }
        #expect(bodies.contains { $0.hasPrefix("Handle broke & leaked.\n") })
        #expect(!bodies.contains { $0.contains("<") })
    }

    @Test("A dump of which every record is left out is a dump with none")
    func allLeftOut() throws {
        let run = CaseRun("zero-means-no-rating")
        let report = try run.load(
            files: ["r.json": #"[{"p":"P","r":1,"s":"hold"},{"p":"P","r":2,"s":"spam"}]"#],
            shape: shape(#"{"product_id":"p","rating":"r"}"#, #","where":{"s":["approved"]}"#))
        #expect(report.run.balance.found == 0 && report.files.map(\.leftOut) == [2])
        #expect(try run.reviews().isEmpty && run.rejects().isEmpty)
    }

    @Test("Loading again what is left out changes nothing")
    func leftOutAgain() throws {
        let run = CaseRun("zero-means-no-rating")
        let text = shape(
            #"{"product_id":"p","review_id":"i","rating":"r"}"#, #","where":{"s":["ok"]}"#)
        let first = #"[{"p":"P","i":1,"r":1,"s":"ok"},{"p":"P","i":2,"r":2,"s":"hold"}]"#
        try run.load(files: ["r.json": first], shape: text)
        let again = try run.load(files: ["r.json": first + " "], shape: text)
        #expect(again.run.balance.unchanged == 1 && again.run.balance.found == 1)
        #expect(again.files.map(\.leftOut) == [1])
    }

    @Test("one-file-a-product: equal files of two names are two products")
    func equalFiles() throws {
        let run = CaseRun("one-file-a-product")
        let text = #"""
            {"shape":"g","version":1,"records":"reviews[*]","fields":{
             "product_id":{"file":"{id}.json"},"review_id":"i","rating":"r"}}
            """#
        let one = #"{"reviews":[{"i":"1","r":4}]}"#
        let report = try run.load(
            files: ["a/B1.json": one, "a/B2.json": one, "b/B1.json": one], shape: text)
        #expect(report.run.productsNamed == 2)
        #expect(report.run.balance.inserted == 2 && report.run.balance.copies == 1)
        let products = Set(try run.reviews().map(\.productID.string))
        #expect(products == ["B1", "B2"])
        // The context keeps the name, so that stored reviews can be cleaned again.
        let again = try run.load(
            files: ["a/B1.json": one + " ", "a/B2.json": one + "\n"], shape: text)
        #expect(again.run.balance.unchanged == 2)
    }

    @Test("one-file-a-product: a file whose name does not match is refused by name")
    func unmatchedFile() throws {
        let run = CaseRun("one-file-a-product")
        let text = #"""
            {"shape":"g","version":1,"records":"reviews[*]","fields":{
             "product_id":{"file":"review_{id}.json"},"review_id":"i","rating":"r"}}
            """#
        #expect {
            try run.load(
                files: [
                    "review_1.json": #"{"reviews":[{"i":"1","r":4}]}"#,
                    "others.json": #"{"reviews":[{"i":"2","r":4}]}"#,
                ], shape: text)
        } throws: {
            "\($0)".contains("others.json")
        }
        #expect(try run.reviews().isEmpty)
    }
}

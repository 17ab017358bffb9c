import AfterwordCore
import AfterwordPipeline
import AfterwordTesting
import Foundation
import Testing

/// Values: what a field of a record says.
@Suite struct CaseValueTests {
    @Test("stars-text-total-first")
    func totalFirst() throws {
        let run = CaseRun("stars-text-total-first")
        try run.load(
            files: [
                "r.json": String(
                    decoding: FileManager.default.contents(
                        atPath: CaseRun.path(run.name, "reviews.json")) ?? Data(), as: UTF8.self)
            ],
            shape: """
                {"shape":"r","version":1,"fields":{"product_id":"asin","review_id":"review_id",
                 "rating":"rating","body":"text"}}
                """)
        #expect(
            try run.ratings() == [
                "J1": 10, "J2": 40, "T1": 20, "H1": 10, "K1": 30, "D1": 20, "U1": 20, "A1": 20,
            ])
    }

    @Test("stars-as-words-and-booleans: words")
    func words() throws {
        let run = CaseRun("stars-as-words-and-booleans")
        try run.load("words.json", shape: "words.shape")
        #expect(try run.ratings() == ["AbC1": 10, "AbC2": 50, "AbC3": 0])
    }

    @Test("stars-as-words-and-booleans: booleans, and ten of ten")
    func booleans() throws {
        var run = CaseRun("stars-as-words-and-booleans")
        try run.load("bool.json", shape: "bool.shape")
        #expect(try run.ratings() == ["1": 50, "2": 10])
        run = CaseRun("stars-as-words-and-booleans")
        #expect(
            try run.load("ten-of-ten-rejected.json", shape: "bool.shape")[0].run.balance.inserted
                == 10)
    }

    @Test("zero-means-no-rating")
    func zero() throws {
        let run = CaseRun("zero-means-no-rating")
        let report = try run.load("reviews.json", shape: "woo.shape")[0]
        #expect(report.run.balance.rejected == 0)
        #expect(try run.ratings() == ["22": 10, "23": 0, "24": 0])
    }

    @Test("scale-of-ten-taken-for-five: ratings above the assumed scale make the dump suspect")
    func scale() throws {
        let run = CaseRun("scale-of-ten-taken-for-five")
        let shape = """
            {"shape":"r","version":1,"fields":{"body":"text","product_id":"itemId",
             "rating":"rating","review_id":"id"}}
            """
        let text = try #require(
            FileManager.default.contents(atPath: CaseRun.path(run.name, "reviews.json")))
        let dump = String(decoding: text, as: UTF8.self)
        #expect(throws: InputFault.self) { try run.load(files: ["r.json": dump], shape: shape) }
        let stated = shape.replacing(
            #""rating":"rating""#, with: #""rating":{"from":"rating","scale":10}"#)
        try run.load(files: ["r.json": dump], shape: stated)
        #expect(
            try run.ratings() == ["0": 40, "1": 15, "2": 25, "3": 50, "4": 10, "5": 20])
    }

    @Test("scale-of-ten-taken-for-five: a scale in the record")
    func scaleField() throws {
        let run = CaseRun("scale-of-ten-taken-for-five")
        let shape = """
            {"shape":"ld","version":1,"records":"@graph[*].review[*]","fields":{
             "product_id":"^sku","body":"reviewBody","created_at":"datePublished",
             "rating":{"from":"reviewRating.ratingValue",
                       "scale":{"from":"reviewRating.bestRating"}}}}
            """
        let text = try #require(
            FileManager.default.contents(atPath: CaseRun.path(run.name, "jsonld-bestRating.json")))
        try run.load(files: ["r.json": String(decoding: text, as: UTF8.self)], shape: shape)
        #expect(try run.reviews().compactMap(\.values.rating).sorted() == [20, 50])
        #expect(try run.rejects().isEmpty)
    }

    @Test("side-field-rejects-review: an unreadable side field costs that field alone")
    func sideField() throws {
        let run = CaseRun("side-field-rejects-review")
        let report = try run.load("judge-like.json", shape: "judge.shape")[0]
        #expect(report.run.balance.inserted == 2)
        #expect(try run.rejects() == ["no_product": 1])
        #expect(try run.reviews().map(\.values.verified) == [true, false])
    }

    @Test("side-field-rejects-review: dates")
    func dates() throws {
        let run = CaseRun("side-field-rejects-review")
        let report = try run.load("dates.jsonl", shape: "dates.shape")[0]
        #expect(report.run.balance.inserted == 38)
        let dated = try run.reviews().filter { $0.values.createdAt != nil }
            .map(\.reviewID.string)
        // Without a time: 7 (either order), 14 (a year), 21 (no such day), 22 (none), 27 and 28
        // (relative).
        #expect(
            Set(dated)
                == Set((0..<38).map(String.init)).subtracting(["7", "14", "21", "22", "27", "28"]))
    }

    @Test("helpful-votes-as-text")
    func votes() throws {
        let run = CaseRun("helpful-votes-as-text")
        try run.load("reviews.jsonl", shape: "n.shape")
        let votes = try run.reviews().sorted { $0.reviewID < $1.reviewID }
            .map(\.values.helpfulVotes)
        #expect(votes == [1, 1234, 1, 1200, 12])
    }

    @Test("times-out-of-reach")
    func outOfReach() throws {
        let run = CaseRun("times-out-of-reach")
        #expect(throws: InputFault.self, "all times are out of reach: the unit is wrong") {
            try run.load("reviews.jsonl")
        }
        let text = try #require(
            FileManager.default.contents(atPath: CaseRun.path(run.name, "reviews.jsonl")))
        let good = """
            {"parent_asin":"B0S","user_id":"u3","rating":3,"text":"In reach.",\
            "timestamp":1780272000000}
            """
        try run.load(files: ["r.jsonl": String(decoding: text, as: UTF8.self) + "\n" + good])
        #expect(try run.reviews().count { $0.values.createdAt != nil } == 1)
        #expect(try run.reviews().count == 3)
    }

    @Test("markup-in-quotes: the shape that is found by itself leaves it out")
    func markup() throws {
        let run = CaseRun("markup-in-quotes")
        #expect(try run.load("reviews.jsonl")[0].files.map(\.shape) == ["amazon-2023"])
        let bodies = Set(try run.reviews().compactMap { $0.values.body?.string })
        #expect(
            bodies == [
                "Lid leaks when it is full.", "Broke fast", "Handle came off after a week.", "Nice",
                "Zip broke",
            ])
    }
}

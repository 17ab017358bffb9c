import Foundation
import Testing

/// The program reads stored records again, and keeps what a capped dump does not reach.
@Suite final class RecleanCommandTests {
    let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
        try folder.write("half.shape", Self.shape(body: "missing"))
        try folder.write("good.shape", Self.shape(body: "text"))
    }

    private static func shape(body: String, window: String = "") -> String {
        """
        {"shape":"r","version":1,\(window)"fields":{"product_id":"p","review_id":"id",
         "rating":"stars","body":"\(body)","created_at":"date"}}
        """
    }

    private static func dump(products: Int, _ days: some Sequence<Int>) -> String {
        (0..<products).flatMap { product in
            days.map { day in
                """
                {"p":"P\(product)","id":"\(product)-\(day)","stars":4,"text":"Text \(day)",\
                "date":"2026-01-\(day < 10 ? "0" : "")\(day)"}
                """
            }
        }.joined(separator: "\n")
    }

    @Test("A mended shape is offered, planned and applied; a wrong one is refused")
    func mended() throws {
        try folder.write("one/r.jsonl", Self.dump(products: 1, 1...6))
        let first = try Program.run(["run", "one", "--shape", "half.shape"], in: folder.path)
        #expect(first.code == 0, "\(first.errors)")
        #expect(first.output.contains(#"body: "missing" found in 0 of 6 records"#))
        let second = try Program.run(["run", "one", "--shape", "good.shape"], in: folder.path)
        #expect(second.output.contains("'afterword reclean' reads them again"), "\(second.output)")
        let plan = try Program.run(["reclean", "--plan"], in: folder.path)
        #expect(plan.output.contains("6 reviews read again, 6 restated"), "\(plan.output)")
        let wrong = try Program.run(["reclean", "--shape", "half.shape"], in: folder.path)
        #expect(wrong.code == 0, "nothing that is stored is lost: \(wrong.errors)")
        let done = try Program.run(["reclean", "--shape", "good.shape", "--json"], in: folder.path)
        #expect(done.output.contains(#""restated":6"#), "\(done.output)")
        let lost = try Program.run(["reclean", "--shape", "half.shape"], in: folder.path)
        #expect(lost.code == 2 && lost.errors.contains("the shape seems wrong"))
        try folder.write("other.shape", Self.shape(body: "text").replacing("\"r\"", with: "\"s\""))
        let other = try Program.run(["reclean", "--shape", "other.shape"], in: folder.path)
        #expect(other.code == 2 && other.errors.contains("one of these: r"), "\(other.errors)")
        let none = try Program.run(["reclean", "--store", "none.sqlite"], in: folder.path)
        #expect(none.code != 0)
    }

    @Test("A dump that looks capped is refused with the ways on, and loaded by each")
    func capped() throws {
        try folder.write("a/r.jsonl", Self.dump(products: 5, 1...9))
        try folder.write("b/r.jsonl", Self.dump(products: 5, 3...11))
        let given = ["--shape", "good.shape", "--complete", "products"]
        let refused = try Program.run(["run", "a"] + given, in: folder.path)
        #expect(refused.code == 2 && refused.errors.contains("--window 9"), "\(refused.errors)")
        let first = try Program.run(["run", "a", "--accept-capped"] + given, in: folder.path)
        #expect(first.code == 0, "\(first.errors)")
        let second = try Program.run(["run", "b", "--window", "9"] + given, in: folder.path)
        #expect(second.output.contains("10 absent reviews kept"), "\(second.output)")
        let zero = try Program.run(["run", "b", "--window", "0"] + given, in: folder.path)
        #expect(zero.code == 2 && zero.errors.contains("1 or more"))
    }

    @Test("Relative dates are shown as what they are")
    func relative() throws {
        let text = Self.dump(products: 1, 1...3).replacing("2026-01-02", with: "3 days ago")
        try folder.write("r/r.jsonl", text)
        let run = try Program.run(
            ["run", "r", "--shape", "good.shape", "--observed-at", "2026-02-10"], in: folder.path)
        #expect(run.output.contains("1 relative date, estimated"), "\(run.output)")
        let reviews = try Program.run(["reviews", "P0"], in: folder.path)
        #expect(reviews.output.contains("~2026-02-07"), "\(reviews.output)")
        let history = try Program.run(["history", "P0", "0-2"], in: folder.path)
        #expect(history.output.contains("about 2026-02-07"), "\(history.output)")
    }
}

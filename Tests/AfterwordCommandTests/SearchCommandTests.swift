import AfterwordCore
import Foundation
import Testing

/// `search` on the command line.
@Suite struct SearchCommandTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func run(_ arguments: String...) throws -> Program.Result {
        try Program.run(arguments, in: folder.path)
    }

    private func products(_ arguments: [String]) throws -> [String] {
        let result = try Program.run(["search"] + arguments + ["--json"], in: folder.path)
        #expect(result.code == 0, "\(result.errors)")
        return try result.output.split(separator: "\n").map {
            try JSONValue(parsing: Array($0.utf8))["product_id"]?.text ?? ""
        }
    }

    private func writeWeeks() throws {
        func review(_ product: String, _ rating: Int, _ body: String) -> String {
            let body = JSONValue.string(body).canonical
            return """
                {"PRODUCT_BRAND": "\(product.prefix(1))", "CUSTOMER_REVIEW_RATING": \(rating), \
                "CUSTOMER_REVIEW_TITLE": "A title", "CUSTOMER_REVIEW_DESCRIPTION": \(body), \
                "CHILD_ASIN": "\(product)"}
                """
        }
        let first = [
            review("A01", 1, "The strap came off after a week and it is not nice."),
            review("B01", 5, "It came with a strap. Off we go!"),
        ]
        let second = [review("A02", 2, "Die Naht der Schlaufe ist nach einer Woche gerissen.")]
        try folder.write("dumps/2026-03-02/a.json", "[\(first.joined(separator: ","))]")
        try folder.write(
            "dumps/2026-03-09/a.json", "[\((first + second).joined(separator: ","))]")
        #expect(try run("run", "dumps").code == 0)
    }

    @Test("Words and phrases are found, the newest run first, with the sentence")
    func finds() throws {
        try writeWeeks()
        #expect(try products(["STRAP came"]) == ["A01", "B01"])
        #expect(try products(["strap \"came off\""]) == ["A01"])
        #expect(try products(["woche"]) == ["A02"])
        #expect(try products(["woche", "--as-of", "1"]) == [])
        #expect(try products(["title"]) == ["A02", "A01", "B01"])
        #expect(try products(["title", "--limit", "2"]) == ["A02", "A01"])
        #expect(try products(["title", "--brand", "a", "--stars", "1-2"]) == ["A02", "A01"])
        #expect(try products(["title", "--stars", "5"]) == ["B01"])
        #expect(try products(["title", "--language", "de"]) == ["A02"])
        #expect(try products(["title", "--product", "B01"]) == ["B01"])
        let shown = try run("search", "title", "--limit", "1")
        #expect(shown.output.contains("A02") && shown.output.contains("there are more"))
        #expect(try run("search", "came off").output.contains("came off after a week"))
    }

    @Test("What cannot be searched for is a usage error")
    func refused() throws {
        try writeWeeks()
        for arguments in [
            ["!?"], ["a", "--stars", "6"], ["a", "--stars", "3-2"], ["a", "--language", "xx"],
            ["a", "--theme", "none"], ["a", "--since", "soon"], ["a", "--limit", "0"],
        ] {
            let result = try Program.run(["search"] + arguments, in: folder.path)
            #expect(result.code == 2, "\(arguments): \(result.errors)")
        }
    }
}

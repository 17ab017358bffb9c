import AfterwordCore
import AfterwordTesting
import Foundation
import Testing

@testable import AfterwordPipeline

/// Tables of separated values as dumps.
@Suite struct TableDumpTests {
    private static let header =
        "CHILD_ASIN,CUSTOMER_REVIEW_RATING,CUSTOMER_REVIEW_TITLE,CUSTOMER_REVIEW_DESCRIPTION"
    private static let rows = [
        "P1,5,Good lid,\"It holds, and \"\"shuts\"\".\nStill tight.\"", "P1,1,,Leaks.",
        "P2,4,\"Fine; so far\",\"\"", "P1,3,Hm,\"1,2,3\"",
    ]
    private static let table = ([header] + rows).joined(separator: "\r\n") + "\r\n"
    private static let json = """
        [{"CHILD_ASIN": "P1", "CUSTOMER_REVIEW_RATING": 5, "CUSTOMER_REVIEW_TITLE": "Good lid",
          "CUSTOMER_REVIEW_DESCRIPTION": "It holds, and \\"shuts\\".\\nStill tight."},
         {"CHILD_ASIN": "P1", "CUSTOMER_REVIEW_RATING": 1, "CUSTOMER_REVIEW_TITLE": "",
          "CUSTOMER_REVIEW_DESCRIPTION": "Leaks."},
         {"CHILD_ASIN": "P2", "CUSTOMER_REVIEW_RATING": 4, "CUSTOMER_REVIEW_TITLE": "Fine; so far",
          "CUSTOMER_REVIEW_DESCRIPTION": ""},
         {"CHILD_ASIN": "P1", "CUSTOMER_REVIEW_RATING": 3, "CUSTOMER_REVIEW_TITLE": "Hm",
          "CUSTOMER_REVIEW_DESCRIPTION": "1,2,3"}]
        """

    private func raw(_ fixture: Fixture, _ product: String) throws -> [RawRow] {
        try fixture.store.read { try $0.raw(ofProduct: Text(product)) }
            .sorted { $0.offset < $1.offset }
    }

    /// The reviews by product, with their values, without what bronze holds of them.
    private func reviews(_ fixture: Fixture) throws -> [[String]] {
        try ["P1", "P2"].map { product in
            try fixture.store.read { reader in
                try reader.reviews(ofProduct: Text(product))
                    .map { "\($0.reviewID) \($0.values)" }.sorted()
            }
        }
    }

    @Test("Each row is a review: bronze is its own bytes, with the header as its context")
    func bronze() throws {
        let fixture = Fixture()
        let report = try fixture.load(["reviews.csv": Self.table])
        #expect(report.run.balance.found == 4 && report.run.balance.inserted == 4)
        let stored = try raw(fixture, "P1")
        #expect(
            stored.map { String(decoding: $0.payload, as: UTF8.self) } == [
                Self.rows[0], Self.rows[1], Self.rows[3],
            ])
        for row in stored {
            let start = Int(row.offset)
            let bytes = Array(Self.table.utf8)[start..<start + Int(row.length)]
            #expect(Array(bytes) == row.payload)
            let context = try JSONValue(parsing: row.context)
            #expect(context["#header"]?.text == Self.header)
        }
        #expect(try audit(fixture) == nil)
    }

    @Test("A header longer than what is looked at first is read to its end")
    func longHeader() throws {
        let more = (0..<60).map { "AN_ATTRIBUTE_OF_THE_PRODUCT_\($0)" }.joined(separator: ",")
        let header = more + "," + Self.header
        #expect(header.utf8.count > OtherFormat.headBytes)
        let commas = String(repeating: ",", count: 60)
        let table = ([header] + Self.rows.map { commas + $0 }).joined(separator: "\n") + "\n"
        let fixture = Fixture()
        let report = try fixture.load(["reviews.csv": table])
        #expect(report.run.balance.inserted == 4)
        #expect(try raw(fixture, "P1").count == 3)
    }

    private func audit(_ fixture: Fixture) throws -> AuditFinding? {
        try fixture.store.read { try auditStore($0) }
    }

    @Test("A table says the same as the same reviews in JSON, whatever its form")
    func sameAsJSON() throws {
        let json = Fixture()
        try json.load(["reviews.json": Self.json])
        let expected = try reviews(json)
        #expect(expected.map(\.count) == [3, 1])
        let tabs = Self.table.replacing(",", with: "\t").replacing("1\t2\t3", with: "1,2,3")
            .replacing("holds\t", with: "holds,")
        for (name, text) in [
            ("a.csv", Self.table), ("a.CSV", "\u{FEFF}" + Self.table), ("a.tsv", tabs),
            ("a.csv", "\n" + Self.table.replacing("\r\n", with: "\n")), ("a.txt", Self.table),
        ] {
            let fixture = Fixture()
            let dump = Dump(
                name: name, files: [DumpFile(name: name, content: .memory(Array(text.utf8)))])
            _ = try fixture.load(dump: dump)
            #expect(try reviews(fixture) == expected, "\(name)")
        }
    }

    @Test("UTF-16 and gzip are read like any file's; offsets of UTF-16 are the file's own")
    func encodings() throws {
        var utf16: [UInt8] = [0xFF, 0xFE]
        for unit in Self.table.utf16 { utf16 += [UInt8(unit & 0xFF), UInt8(unit >> 8)] }
        let fixture = Fixture()
        let dump = Dump(
            name: "a.csv", files: [DumpFile(name: "a.csv", content: .memory(utf16))])
        #expect(try fixture.load(dump: dump).run.balance.inserted == 4)
        let first = try raw(fixture, "P1")[0]
        #expect(first.offset == Int64(2 + 2 * (Self.header.utf16.count + 2)))
        #expect(first.length == Int64(2 * Self.rows[0].utf16.count))
    }

    @Test("The same table again, or with its columns in another order, changes no review")
    func again() throws {
        let fixture = Fixture()
        try fixture.load(["a.csv": Self.table])
        let tables = try fixture.tables()
        let report = try fixture.load(["a.csv": Self.table])
        #expect(report.run.balance.unchanged == 4)
        #expect(
            try fixture.tables()["product_reviews_history"] == tables["product_reviews_history"])
        let turned = """
            CUSTOMER_REVIEW_RATING;CUSTOMER_REVIEW_DESCRIPTION;CHILD_ASIN;CUSTOMER_REVIEW_TITLE
            1;Leaks.;P1;
            4;;P2;"Fine; so far"
            5;"It holds, and ""shuts"".
            Still tight.";P1;Good lid
            3;1,2,3;P1;Hm
            """
        #expect(try fixture.load(["a.csv": turned]).run.balance.unchanged == 4)
        #expect(try audit(fixture) == nil)
    }

    @Test("Broken rows are rejects that cost themselves, and are replayed by their header")
    func rejects() throws {
        let fixture = Fixture()
        var lines = (0..<30).map { "P1,\(1 + $0 % 5),T,Text number \($0) of all" }
        lines[3] = "P1,5,T"
        lines[7] = "P1,5,T,\"Not closed"
        let text = ([Self.header] + lines).joined(separator: "\n") + "\n"
        let report = try fixture.load(["a.csv": text]) { $0.maxRejects = 5 }
        let balance = report.run.balance
        #expect(balance.rejected == 2 && balance.found - balance.rejected >= 27)
        let rejects = try fixture.store.read { try $0.rejects() }.sorted { $0.offset < $1.offset }
        #expect(rejects.map(\.reason) == [.raggedRow, .brokenQuote])
        #expect(rejects.allSatisfy { Self.hasHeader($0.context) })
        let clock = fixture.clock
        let replayed = try replayRejects(
            ReplaySelection(run: report.run.run), of: fixture.store, options: fixture.options,
            surroundings: LoadSurroundings(now: { clock }))
        #expect(replayed.run.balance.found == 2 && replayed.run.balance.rejected == 2)
    }

    private static func hasHeader(_ context: [UInt8]) -> Bool {
        (try? JSONValue(parsing: context))?["#header"]?.text == header
    }

    @Test("A table of unknown columns is read where they are beyond doubt, and else refused")
    func proposed() throws {
        let fixture = Fixture()
        var lines = ["sku,review id,stars,review.text,date"]
        for index in 0..<40 {
            let date = "2026-01-0\(1 + index % 9)"
            lines.append("S\(index % 3),R\(index),\(1 + index % 5),Text \(index) of it,\(date)")
        }
        let report = try fixture.load(["a.csv": lines.joined(separator: "\n")])
        #expect(report.run.balance.inserted == 40)
        let row = try #require(try raw(fixture, "S1").first)
        #expect(row.shape.hasPrefix("detected-"))
        #expect(throws: InputFault.self) {
            try Fixture().load(["a.csv": "name,price\nLamp,3\nLid,4\n"])
        }
        // A header alone is a dump that names nothing.
        #expect(try Fixture().load(["a.csv": Self.header + "\n"]).run.balance.found == 0)
    }

    @Test("A table that is none of reviews is left unread beside files of reviews")
    func beside() throws {
        let files: KeyValuePairs = [
            "products.csv": "asin,title,brand\nP1,Lamp,B\nP2,Lid,B\n", "reviews.csv": Self.table,
            "notes.tsv": "run\tcount\n1\t4\n",
        ]
        let report = try Fixture().load(files)
        #expect(report.run.balance.inserted == 4)
        #expect(report.ignored == ["notes.tsv", "products.csv"])
        #expect(throws: InputFault.self) {
            try Fixture().load(files) { $0.completeness = .all }
        }
    }
}

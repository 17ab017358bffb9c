import AfterwordCore
import Foundation
import Testing

/// Which key a shape means: a path, a key written with dots, or any key at all.
@Suite struct FieldKeyTests {
    private func shape(_ fields: String, records: String = "") throws -> Shape {
        try Shape(
            parsing: Array(
                #"{"shape":"x","version":1,"records":"\#(records)","fields":\#(fields)}"#.utf8))
    }

    /// The product, rating and body of each record.
    private func read(_ document: String, _ shape: Shape) -> [[String?]] {
        readRecords(document, shape).map { record in
            [
                record.productID.map { "\($0)" }, record.values.rating.map { "\($0)" },
                record.values.body.map { "\($0)" },
            ]
        }
    }

    private let dotted = #"{"product_id": "p.asin", "rating": "r.stars", "body": "r.text"}"#

    @Test("A path finds the key that is written so, and the path where there is none")
    func literal() throws {
        let shape = try shape(dotted)
        #expect(read(#"{"p.asin":"B0","r.stars":4,"r.text":"a"}"#, shape) == [["B0", "40", "a"]])
        #expect(
            read(#"{"p":{"asin":"B0"},"r":{"stars":4,"text":"a"}}"#, shape) == [["B0", "40", "a"]])
    }

    @Test("A key written with dots wins over the path, whichever comes first")
    func literalWins() throws {
        let shape = try shape(dotted)
        #expect(
            read(#"{"p.asin":"B0","p":{"asin":"X"},"r":{"stars":1,"text":"x"},"r.stars":4}"#, shape)
                == [["B0", "40", "x"]])
        // The next record has no such key.
        #expect(
            read(#"[{"p.asin":"B0","r.stars":4},{"p":{"asin":"X"},"r":{"stars":1}}]"#, shape)
                == [["B0", "40", nil], ["X", "10", nil]])
    }

    @Test("Around the reviews too")
    func enclosing() throws {
        let shape = try shape(
            #"{"product_id": "^shop.id", "rating": "r"}"#, records: "list[*]")
        #expect(
            read(#"{"shop.id":"B0","shop":{"id":"X"},"list":[{"r":4}]}"#, shape)
                == [["B0", "40", nil]])
        #expect(read(#"{"list":[{"r":4}],"shop":{"id":"X"}}"#, shape) == [["X", "40", nil]])
    }

    @Test("A backslash or an array of keys means the key alone")
    func escaped() throws {
        for fields in [
            #"{"product_id": "p\\.asin", "rating": "r"}"#,
            #"{"product_id": ["p.asin"], "rating": {"from": ["r"]}}"#,
        ] {
            let shape = try shape(fields)
            #expect(read(#"{"p.asin":"B0","r":4}"#, shape) == [["B0", "40", nil]])
            #expect(read(#"{"p":{"asin":"B0"},"r":4}"#, shape) == [[nil, "40", nil]])
        }
    }

    @Test(
        "Any key can be named",
        arguments: [
            ("a b", #""a b""#), ("[0]", #""[0]""#), ("$id", #""$id""#), ("@id", #""\\@id""#),
            ("^id", #""\\^id""#), ("^id", #"["^id"]"#), ("", #"[""]"#), (#"a\\b"#, #""a\\\\b""#),
            ("@id", #"["@id"]"#),
        ])
    func anyKey(key: String, source: String) throws {
        let shape = try shape(#"{"product_id": \#(source), "rating": "r"}"#)
        #expect(read(#"{"\#(key)":"B0","r":4}"#, shape) == [["B0", "40", nil]])
        #expect(try Shape(parsing: Array(shape.document.utf8)) == shape)
    }

    @Test("The path to the reviews escapes dots and brackets")
    func records() throws {
        let fields = #"{"product_id": "p", "rating": "r"}"#
        let one = #"{"p":"B0","r":4}"#
        #expect(
            read(
                #"{"data.items":[\#(one)]}"#, try shape(fields, records: #"data\\.items[*]"#))
                == [["B0", "40", nil]])
        #expect(
            read(#"{"a[*]":{"b":[\#(one)]}}"#, try shape(fields, records: #"a\\[*].b[*]"#))
                == [["B0", "40", nil]])
    }

    @Test("A path written as an array holds texts")
    func faults() {
        #expect(
            throws: ShapeFault(description: "a path written as an array holds keys, each a text")
        ) { try shape(#"{"product_id": [1], "rating": "r"}"#) }
    }

    @Test("The examples of docs/shapes.md about keys are true")
    func documented() throws {
        let page = try String(contentsOfFile: "docs/shapes.md", encoding: .utf8)
        let section = try #require(page.components(separatedBy: "## Keys\n").last)
        let blocks = section.components(separatedBy: "```json\n").dropFirst()
            .compactMap { $0.components(separatedBy: "```").first }
        try #require(blocks.count == 2)
        let shape = try Shape(parsing: Array(blocks[0].utf8))
        #expect(
            read(blocks[1], shape)
                == [["B0C", "40", "Good lid."], ["B0D", "20", "Wobbly."]])
    }
}

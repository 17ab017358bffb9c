import AfterwordCore
import Testing

@Suite struct ShapeTests {
    @Test(
        "A shape that cannot be used says what is wrong",
        arguments: [
            ("{", "a shape is a JSON document: fault at byte 1"),
            (#"{"version": 1}"#, #"a shape has a "shape" (its name) and a "version""#),
            (
                #"{"shape": "x", "version": 1, "fields": {"rating": "r"}}"#,
                #"a shape must map "product_id""#
            ),
            (
                #"{"shape": "x", "version": 1, "fields": {"product_id": "p"}}"#,
                #"a shape must map "rating", "title" or "body""#
            ),
            (
                #"{"shape": "x", "version": 1, "fields": {"product_id": "^p", "rating": "r"}}"#,
                "no object encloses the reviews at level 1"
            ),
            (
                #"{"shape": "x", "version": 1, "fields": {"product_id": "@p", "rating": "r"}}"#,
                #"no path step keeps a key named "p""#
            ),
            (
                #"{"shape": "x", "version": 1, "fields": {"product_id": "p", "stars": "r"}}"#,
                #"no such field: "stars""#
            ),
            (
                #"{"shape": "x", "version": 1, "fields": {"product_id": "p", "rating": {"from": "r", "as": "roman"}}}"#,
                #""rating" cannot be read as "roman""#
            ),
            (
                #"{"shape": "x", "version": 1, "colour": 1, "fields": {"product_id": "p", "rating": "r"}}"#,
                #"no such member of a shape: "colour""#
            ),
        ])
    func faults(document: String, message: String) {
        #expect(throws: ShapeFault(description: message)) {
            try Shape(parsing: Array(document.utf8))
        }
    }

    /// The records of a document under a shape, each with its context.
    private func records(_ document: String, _ shape: Shape) -> [(CleanedRecord, String)] {
        let cleaner = RecordCleaner(shape)
        var splitter = RecordSplitter(cleaner.plan, isStrict: true)
        var found: [(CleanedRecord, String)] = []
        splitter.feed(Array(document.utf8)[...], isLast: true) { event, window, _ in
            guard case .unit(let unit) = event else { return }
            for index in unit.records.indices {
                let context = cleaner.context(ofRecord: index, of: unit, window: window)
                let record = cleaner.clean(
                    record: index, of: unit, context: context, window: window)
                let payload = window.extracting(unit.records[index].range)
                    .withUnsafeBytes { Array($0) }
                // Cleaning the stored bytes again must give the same record.
                let again = cleaner.clean(payload: payload, context: context.bytes)
                #expect(again.values == record.values)
                #expect(again.productID == record.productID)
                #expect(again.reviewID == record.reviewID)
                found.append((record, String(decoding: context.bytes, as: UTF8.self)))
            }
        }
        return found
    }

    @Test("Keys of maps are captured: product, then review")
    func maps() throws {
        let shape = try Shape(
            parsing: Array(
                #"""
                {"shape": "keyed", "version": 1, "records": "{asin}.{review}", "fields":
                 {"product_id": "@asin", "review_id": "@review", "rating": "stars.value"}}
                """#.utf8))
        let found = records(
            #"{"A\u0031": {"r1": {"stars": {"value": 4}}, "r2": {"stars": null}}, "A2": {}}"#, shape
        )
        #expect(found.map(\.0.productID) == ["A1", "A1"])
        #expect(found.map(\.0.reviewID) == ["r1", "r2"])
        #expect(found.map(\.0.values.rating) == [40, nil])
        #expect(found[0].1 == #"{"@asin":"A\u0031","@review":"r1"}"#)
    }

    @Test("Enclosing objects two levels out, named before or after the list")
    func enclosing() throws {
        let shape = try Shape(
            parsing: Array(
                #"""
                {"shape": "deep", "version": 1, "records": "shop.items[*].list[*]", "fields":
                 {"product_id": "^info.id", "country": "^^^land", "body": "t"}}
                """#.utf8))
        let found = records(
            #"""
            {"shop": {"items": [
              {"list": [{"t": "one"}, {"t": "two"}], "info": {"id": "P1", "x": 1}},
              {"info": {"id": "P2"}, "list": [{"t": "three"}]}
            ]}, "land": "de"}
            """#, shape)
        #expect(found.map(\.0.productID) == ["P1", "P1", "P2"])
        #expect(found.map(\.0.values.country) == ["de", "de", "de"])
        #expect(found.map(\.0.values.body) == ["one", "two", "three"])
    }

    @Test("A shape's document is kept in canonical form and reads back as itself")
    func document() throws {
        for shape in Shape.builtIn {
            #expect(try Shape(parsing: Array(shape.document.utf8)) == shape)
        }
    }

    @Test("A scale other than five stars is mapped")
    func scale() throws {
        let shape = try Shape(
            parsing: Array(
                #"""
                {"shape": "ten", "version": 1, "fields":
                 {"product_id": "p", "rating": {"from": "r", "scale": 10}}}
                """#.utf8))
        let found = records(
            #"[{"p": "P", "r": 7}, {"p": "P", "r": 10}, {"p": "P", "r": 1}]"#, shape)
        // The least rating of a scale is one star.
        #expect(found.map(\.0.values.rating) == [35, 50, 10])
    }
}

import AfterwordCore
import Foundation
import Testing

/// What docs/shapes.md says, and the schema beside it.
@Suite struct ShapeDocumentTests {
    private static func page() throws -> String {
        try String(contentsOfFile: "docs/shapes.md", encoding: .utf8)
    }

    /// The JSON blocks of a text.
    private static func blocks(_ text: String) -> [String] {
        text.components(separatedBy: "```json\n").dropFirst()
            .compactMap { $0.components(separatedBy: "```").first }
    }

    /// The shapes of the page.
    private static func shapes() throws -> [String] {
        try blocks(page()).filter { block in
            try JSONValue(parsing: Array(block.utf8))["shape"] != nil
        }
    }

    @Test("Every shape of docs/shapes.md can be used")
    func shapes() throws {
        let shapes = try Self.shapes()
        try #require(shapes.count >= 7)
        for shape in shapes { _ = try Shape(parsing: Array(shape.utf8)) }
    }

    @Test("Every example of docs/shapes.md with a result is true")
    func examples() throws {
        var count = 0
        for section in try Self.page().components(separatedBy: "\n## ") {
            let blocks = Self.blocks(section)
            guard blocks.count >= 3 else { continue }
            count += 1
            let shape = try Shape(parsing: Array(blocks[0].utf8))
            let named = section.firstRange(of: "of the file `").map { section[$0.upperBound...] }
            let file = named.map { String($0.prefix { $0 != "`" }) }
            if let file { #expect(shape.patternUnmatched(by: file) == nil) }
            let records = readRecords(blocks[1], shape, file: file).filter { !$0.isLeftOut }
            let expected = try JSONValue(parsing: Array(blocks[2].utf8))
            #expect(
                JSONValue.array(records.map(shown)).canonical == expected.canonical,
                "\(section.prefix(40))")
        }
        #expect(count == 7)
    }

    @Test("Google Play's own API is read by the page's shape, without what developers answer")
    func parts() throws {
        let document = try #require(Self.shapes().first { $0.contains("google-play-api") })
        let answer = #"{"developerComment": {"text": "Thanks!", "lastModified": {"seconds": "9"}}}"#
        let page = """
            {"reviews": [{"reviewId": "gp:1", "authorName": "Ana", "comments": [
              {"userComment": {"text": "Crashes.", "lastModified": {"seconds": "1767605400"},
                "starRating": 2, "reviewerLanguage": "en", "thumbsUpCount": 3}},
              \(answer)]}], "tokenPagination": {"nextPageToken": "t"}}
            """
        let shape = try Shape(parsing: Array(document.utf8))
        let records = readRecords(page, shape, file: "d/test.lids.json").filter { !$0.isLeftOut }
        let expected = """
            [{"author_name":"Ana","body":"Crashes.","created_at":"2026-01-05T09:30:00Z",\
            "helpful_votes":3,"language":"en","product_id":"test.lids","rating":2,\
            "review_id":"gp:1"}]
            """
        #expect(JSONValue.array(records.map(shown)).canonical == expected)
    }

    @Test("The example of a table is true")
    func table() throws {
        let section = try #require(Self.page().components(separatedBy: "\n## Tables").last)
        let blocks = Self.blocks(section)
        let rows = section.components(separatedBy: "```csv\n")[1].components(separatedBy: "```")[0]
        let table = try #require(TableBeginning(Array(rows.utf8), isWhole: true))
        let cleaner = RecordCleaner(try Shape(parsing: Array(blocks[0].utf8)), table: table)
        var splitter = FileSplitter(cleaner.plan, table: table, isStrict: true)
        var records: [JSONValue] = []
        splitter.feed(Array(rows.utf8)[...], isLast: true) { event, window, _ in
            guard case .unit(let unit) = event else { return }
            for index in unit.records.indices {
                let context = cleaner.context(ofRecord: index, of: unit, window: window)
                records.append(
                    shown(
                        cleaner.clean(
                            record: index, of: unit, context: context, window: window)))
            }
        }
        let expected = try JSONValue(parsing: Array(blocks[1].utf8))
        #expect(JSONValue.array(records).canonical == expected.canonical)
    }

    @Test("The schema admits every built-in shape and every example, and they are parsed")
    func schemaAdmits() throws {
        let schema = try Schema()
        for shape in try Self.shapes() + Shape.builtIn.map(\.document) {
            let value = try JSONValue(parsing: Array(shape.utf8))
            #expect(schema.faults(value) == [], "\(shape)")
        }
    }

    @Test(
        "What the schema refuses cannot be parsed either",
        arguments: [
            #""version":2}"#,
            #""fields":{"rating":"r"}}"#,
            #""holds":"x","fields":{"product_id":"p","rating":"r"}}"#,
            #""colour":1,"fields":{"product_id":"p","rating":"r"}}"#,
            #""fields":{"product_id":"p","stars":"r"}}"#,
            #""fields":{"product_id":"p","rating":{"scale":5}}}"#,
            #""fields":{"product_id":"p","rating":{"from":"r","scale":0}}}"#,
            #""fields":{"product_id":"p","rating":{"from":"r","zone":"Z"}}}"#,
            #""fields":{"product_id":"p","rating":{"from":"r","map":{}}}}"#,
            #""fields":{"product_id":"p","body":{"from":"r","clean":["x"]}}}"#,
            #""fields":{"product_id":"p","rating":"r"},"where":{}}"#,
            #""fields":{"product_id":"p","rating":"r"},"where":{"a":[]}}"#,
            #""fields":{"product_id":{"value":7},"rating":"r"}}"#,
            #""fields":{"product_id":"p","rating":"r"},"total":{"value":7}}"#,
        ])
    func schemaRefuses(members: String) throws {
        let document = #"{"shape":"x","version":1,"# + members
        let value = try JSONValue(parsing: Array(document.utf8))
        #expect(try Schema().faults(value) != [])
        #expect(throws: ShapeFault.self) { try Shape(parsing: Array(document.utf8)) }
    }

    @Test("The schema names every field, attribute, unit and order that shapes know")
    func schemaIsWhole() throws {
        let schema = try Schema().root
        func names(_ path: String...) -> Set<String> {
            let value = path.reduce(Optional(schema)) { $0?[$1] }
            return Set((value?["properties"]?.members ?? []).map(\.key))
        }
        let ids = ["product_id", "review_id", "author_id"]
        #expect(
            names("properties", "fields") == Set(TrackedField.allCases.map(\.name)).union(ids))
        #expect(names("properties", "product") == Set(Attribute.allCases.map(\.name)))
        let time = schema["$defs"]?["time"]?["anyOf"]?.elements?.last?["properties"]
        let forms = time?["as"]?["enum"]?.elements?.compactMap(\.text) ?? []
        #expect(forms.count == 8)
        for form in forms {
            let rule = #"{"from": "t", "as": "\#(form)"}"#
            _ = try shape(#"{"product_id": "p", "rating": "r", "created_at": \#(rule)}"#)
        }
    }

    @Test("An editor's schema is no part of a shape")
    func schemaMember() throws {
        let plain = try shape(#"{"product_id": "p", "rating": "r"}"#)
        let told = try shape(
            #"{"product_id": "p", "rating": "r"}"#, more: #","$schema":"shape.schema.json""#)
        #expect(told == plain && told.document == plain.document)
    }
}

/// The part of JSON Schema that the schema of shapes uses.
private struct Schema {
    let root: JSONValue

    init() throws {
        root = try JSONValue(
            parsing: Array(String(contentsOfFile: "docs/shape.schema.json", encoding: .utf8).utf8))
    }

    func faults(_ value: JSONValue) -> [String] { faults(value, root, at: "") }

    private func faults(_ value: JSONValue, _ schema: JSONValue, at place: String) -> [String] {
        var faults: [String] = []
        for (keyword, rule) in schema.members ?? [] {
            switch keyword {
            case "$schema", "$defs", "title", "description", "properties": break
            case "$ref":
                let name = (rule.text ?? "").components(separatedBy: "/").last ?? ""
                guard let inner = root["$defs"]?[name] else { return ["no \(name)"] }
                faults += self.faults(value, inner, at: place)
            case "anyOf":
                let tried = (rule.elements ?? []).map { self.faults(value, $0, at: place) }
                if !tried.contains([]) { faults += ["\(place): none of \(tried.count)"] }
            case "type":
                let types = (rule.elements ?? [rule]).compactMap(\.text)
                if !types.contains(where: { isOf($0, value) }) { faults.append("\(place): type") }
            case "enum":
                if rule.elements?.contains(value) != true { faults.append("\(place): enum") }
            case "required":
                for key in (rule.elements ?? []).compactMap(\.text)
                where value.members != nil && value[key] == nil {
                    faults.append("\(place): no \(key)")
                }
            case "minimum":
                if (value.integer ?? .max) < rule.integer ?? 0 { faults.append("\(place): low") }
            case "maximum":
                if (value.integer ?? .min) > rule.integer ?? 0 { faults.append("\(place): high") }
            case "minItems", "minProperties":
                let count = value.elements?.count ?? value.members?.count ?? .max
                if count < rule.integer ?? 0 { faults.append("\(place): few") }
            case "items":
                for element in value.elements ?? [] {
                    faults += self.faults(element, rule, at: place + "[]")
                }
            case "additionalProperties": faults += members(value, schema, rule, at: place)
            default: faults.append("the test does not know \(keyword)")
            }
        }
        return faults
    }

    /// The faults of an object's members.
    private func members(
        _ value: JSONValue, _ schema: JSONValue, _ others: JSONValue, at place: String
    ) -> [String] {
        var faults: [String] = []
        for (key, member) in value.members ?? [] {
            let rule = schema["properties"]?[key] ?? others
            faults +=
                rule == .bool(false)
                ? ["\(place).\(key)"] : self.faults(member, rule, at: "\(place).\(key)")
        }
        return faults
    }

    private func isOf(_ type: String, _ value: JSONValue) -> Bool {
        switch (type, value) {
        case ("object", .object), ("array", .array), ("string", .string), ("number", .number),
            ("boolean", .bool), ("null", .null):
            true
        case ("integer", .number): value.integer != nil
        default: false
        }
    }
}

import AfterwordCore
import Testing

@testable import AfterwordModels

func json(_ text: String) -> JSONValue {
    do throws(ScanFault) {
        return try JSONValue(parsing: Array(text.utf8))
    } catch {
        Issue.record("the test's own JSON cannot be read: \(text)")
        return .null
    }
}

@Suite("The rules of strict schemas")
struct StrictSchemaTests {
    private static let leaf = #"{"type":"string"}"#

    private func object(_ properties: String, required: String, rest: String = "") -> JSONValue {
        json(
            #"{"type":"object","properties":{\#(properties)},"required":[\#(required)],"#
                + #""additionalProperties":false\#(rest)}"#)
    }

    @Test(
        "An offence is named in the words of the API",
        arguments: [
            (
                #"{"type":"object","properties":{}}"#,
                "In context=(), 'additionalProperties' is required to be supplied and to be false."
            ),
            (
                #"{"type":"array","items":{"type":"string"}}"#,
                #"schema must be a JSON Schema of 'type: "object"', got 'type: "array"'."#
            ),
            (
                #"{"anyOf":[{"type":"object"}]}"#,
                #"schema must be a JSON Schema of 'type: "object"', got 'type: "None"'."#
            ),
            (
                #"{"type":"object","anyOf":[]}"#,
                "schema must have type 'object' and not have 'oneOf'/'anyOf'/'allOf'/'enum'/'not' "
                    + "at the top level."
            ),
            (
                #"{"type":"object","properties":{"a":{"type":"string"}},"required":[],"#
                    + #""additionalProperties":false}"#,
                "In context=(), 'required' is required to be supplied and to be an array including "
                    + "every key in properties. Missing 'a'."
            ),
            (
                #"{"type":"object","properties":{"a":{"type":"object"}},"required":["a"],"#
                    + #""additionalProperties":false}"#,
                "In context=('properties', 'a'), 'additionalProperties' is required to be supplied "
                    + "and to be false."
            ),
        ])
    func offences(schema: String, words: String) {
        #expect(strictSchemaFault(json(schema)) == words)
    }

    @Test(
        "An offence inside is named with its place",
        arguments: [
            (#"{"type":"string","minLength":2}"#, "'minLength' is not permitted."),
            (#"{"allOf":[{"type":"string"}],"type":"string"}"#, "'allOf' is not permitted."),
            (#"{"oneOf":[{"type":"string"}]}"#, "'oneOf' is not permitted."),
            (#"{"description":"x"}"#, "schema must have a 'type' key."),
            (#"{"type":"array"}"#, "array schema missing items."),
            (#"{"type":"string","format":"uri"}"#, "'uri' is not a valid format."),
            (
                ##"{"$ref":"#/$defs/b"}"##,
                "reference to component '#/$defs/b' which was not found in the schema."
            ),
            (##"{"$ref":"#","description":"x"}"##, "$ref cannot have keywords {'description'}."),
            (#"{"type":"string","pattern":"(?=a)b"}"#, "'(?=a)b' is not a supported 'regex'."),
        ])
    func offencesInside(part: String, words: String) {
        let schema = object(#""a":\#(part)"#, required: #""a""#)
        #expect(strictSchemaFault(schema) == "In context=('properties', 'a'), " + words)
    }

    @Test(
        "A schema that no value conforms to is refused",
        arguments: [
            (#""type":"string","enum":[]"#, "[] should be non-empty."),
            (#""type":"string","enum":{}"#, "{} is not of type 'array'."),
            (
                #""type":"integer","enum":[1,"x"]"#,
                "In context=('properties', 'a'), enum value 'x' does not validate against "
                    + "{'type': 'integer'}."
            ),
            (
                #""type":["integer","null"],"enum":[null,1.5]"#,
                "In context=('properties', 'a'), enum value 1.5 does not validate against "
                    + "{'type': ['integer', 'null']}."
            ),
            (
                #""type":"string","const":true"#,
                "In context=('properties', 'a'), const value true does not validate against "
                    + "{'type': 'string'}."
            ),
            (
                #""type":"object","properties":[],"required":[],"additionalProperties":false"#,
                "[] is not of type 'object'."
            ),
            (
                #""type":"object","properties":{},"required":{},"additionalProperties":false"#,
                "{} is not of type 'array'."
            ),
            (
                #""type":"object","properties":{},"required":[1],"additionalProperties":false"#,
                "1 is not of type 'string'."
            ),
            (
                #""type":"array","items":{"type":"string"},"minItems":3,"maxItems":2"#,
                "In context=('properties', 'a'), 'minItems' (3) is greater than 'maxItems' (2)."
            ),
            (
                #""type":"array","items":{"type":"string"},"minItems":-1"#,
                "-1 is less than the minimum of 0."
            ),
            (
                #""type":"array","items":{"type":"string"},"maxItems":1.5"#,
                "1.5 is not of type 'integer'."
            ),
            (
                #""type":"number","minimum":3,"maximum":2"#,
                "In context=('properties', 'a'), no number is within 'minimum' (3) and 'maximum' "
                    + "(2)."
            ),
            (
                #""type":["integer","null"],"minimum":1.25,"exclusiveMaximum":2"#,
                "In context=('properties', 'a'), no number is within 'minimum' (1.25) and "
                    + "'exclusiveMaximum' (2)."
            ),
            (
                #""type":"integer","minimum":9007199254740993,"maximum":9007199254740992"#,
                "In context=('properties', 'a'), no number is within 'minimum' (9007199254740993) "
                    + "and 'maximum' (9007199254740992)."
            ),
            (
                #""type":"number","exclusiveMinimum":2,"maximum":2"#,
                "In context=('properties', 'a'), no number is within 'exclusiveMinimum' (2) and "
                    + "'maximum' (2)."
            ),
            (#""type":"number","minimum":"2""#, "\"2\" is not of type 'number'."),
            (
                #""type":"number","multipleOf":0"#, "0 is less than or equal to the minimum of 0."
            ),
        ] as [(String, String)])
    func unsatisfiable(part: String, words: String) throws {
        let schema = object(#""a":{\#(part)}"#, required: #""a""#)
        #expect(strictSchemaFault(schema) == words)
        let answer = try FakeAPI().chat(
            #""response_format":{"type":"json_schema","json_schema":{"name":"n","strict":true,"#
                + #""schema":\#(schema.writtenText)}}"#)
        #expect(answer.status == 400)
        #expect(
            answer.error["message"]?.text
                == "Invalid schema for response_format 'n': \(words)")
    }

    @Test(
        "Values of every type that a schema names are taken",
        arguments: [
            #""type":"integer","enum":[1,2.0]"#, #""type":"number","enum":[1,2.5]"#,
            #""type":["string","null"],"enum":["a",null]"#, #""type":"boolean","const":true"#,
            #""type":"null","const":null"#, #""type":"string","const":"a""#,
            #""type":"array","items":{"type":"string"},"enum":[["a"]]"#,
        ])
    func typedValues(part: String) {
        #expect(strictSchemaFault(object(#""a":{\#(part)}"#, required: #""a""#)) == nil)
    }

    @Test("Five thousand properties, ten levels and a thousand enum values are the most")
    func limits() {
        func wide(_ count: Int) -> JSONValue {
            let names = (0..<count).map { "p\($0)" }
            return object(
                names.map { #""\#($0)":\#(Self.leaf)"# }.joined(separator: ","),
                required: names.map { "\"\($0)\"" }.joined(separator: ","))
        }
        #expect(strictSchemaFault(wide(5_000)) == nil)
        #expect(strictSchemaFault(wide(5_001))?.contains("at most 5000 object properties") == true)

        func deep(_ levels: Int) -> JSONValue {
            (1..<levels).reduce(object("", required: "")) { inner, _ in
                object(#""a":\#(inner.writtenText)"#, required: #""a""#)
            }
        }
        #expect(strictSchemaFault(deep(10)) == nil)
        #expect(
            strictSchemaFault(deep(11)) == "11 levels of nesting exceeds limit of 10.")

        func choices(_ count: Int) -> JSONValue {
            let values = (0..<count).map { "\"v\($0)\"" }.joined(separator: ",")
            return object(#""a":{"type":"string","enum":[\#(values)]}"#, required: #""a""#)
        }
        #expect(strictSchemaFault(choices(1_000)) == nil)
        #expect(strictSchemaFault(choices(1_001))?.contains("at most 1000 enum values") == true)
        let long = String(repeating: "x", count: 120_001)
        let names = object(#""\#(long)":\#(Self.leaf)"#, required: #""\#(long)""#)
        #expect(strictSchemaFault(names)?.contains("at most 120000 characters") == true)
    }

    @Test(
        "An object without properties needs no list of them; Afterword's own schema keeps the rules"
    )
    func accepted() {
        let empty = #"{"type":"object","properties":{},"additionalProperties":false}"#
        #expect(strictSchemaFault(json(empty)) == nil)
        #expect(strictSchemaFault(AnswerSchema.document(.first)) == nil)
    }
}

@Suite("Answers of a schema")
struct SchemaAnswerTests {
    @Test("Any schema that strict mode accepts gets a value that conforms to it")
    func conforms() {
        for seed in 0..<600 {
            var schemas = RandomSchemas(seed: UInt64(seed))
            let schema = schemas.root()
            #expect(strictSchemaFault(schema) == nil, "seed \(seed)")
            var answer = SchemaAnswer(
                schema, question: "Ada paid 12.50 for 3 red ones.", seed: UInt64(seed))
            guard let value = answer.value() else {
                Issue.record("seed \(seed): no value")
                continue
            }
            let fault = mismatch(value, schema, in: schema)
            #expect(fault == nil, "seed \(seed): \(fault ?? "") in \(value.writtenText)")
        }
    }

    @Test("A schema that only endless values conform to has no answer")
    func endless() {
        let schema = json(
            ##"{"type":"object","properties":{"next":{"$ref":"#"}},"required":["next"],"##
                + ##""additionalProperties":false}"##)
        var answer = SchemaAnswer(schema, question: "", seed: 1)
        #expect(answer.value() == nil)
    }

    @Test(
        "Demands without measure end too",
        arguments: [
            #""a":{"type":"string","pattern":"((a{9999}){9999}){9999}"}"#,
            #""a":{"type":"array","minItems":999999999,"items":{"type":"array","minItems":9999,"#
                + #""items":{"type":"string"}}}"#,
        ])
    func bounded(property: String) {
        let schema = json(
            #"{"type":"object","properties":{\#(property)},"required":["a"],"#
                + #""additionalProperties":false}"#)
        var answer = SchemaAnswer(schema, question: "", seed: 1)
        #expect(answer.value()?.written.count ?? 0 < 1_000_000)
    }

    @Test("A list of ten thousand elements and more has no answer, and is not begun")
    func longList() throws {
        func list(_ count: Int) -> String {
            #"{"type":"object","properties":{"a":{"type":"array","items":{"type":"boolean"},"#
                + #""minItems":\#(count)}},"required":["a"],"additionalProperties":false}"#
        }
        var shorter = SchemaAnswer(json(list(9_000)), question: "", seed: 1)
        #expect(shorter.value()?["a"]?.elements?.count == 9_000)
        for count in [10_000, 90_000, 999_999_999] {
            var answer = SchemaAnswer(json(list(count)), question: "", seed: 1)
            #expect(answer.value() == nil)
        }
        let answer = try FakeAPI().chat(
            #""response_format":{"type":"json_schema","json_schema":{"name":"n","strict":true,"#
                + #""schema":\#(list(90_000))}}"#)
        #expect(answer.json["choices"]?.elements?.first?["finish_reason"]?.text == "length")
    }

    @Test(
        "Whole numbers are written as such, and keep bounds that a floating point number cannot",
        arguments: [
            (#""minimum":9007199254740993"#, "9007199254740993"),
            (#""exclusiveMinimum":9007199254740993"#, "9007199254740994"),
            (#""maximum":-9007199254740993"#, "-9007199254740993"),
            (#""exclusiveMaximum":-9007199254740993"#, "-9007199254740994"),
            (#""minimum":9e15"#, "9000000000000000"), (#""minimum":1e18"#, "1000000000000000000"),
            (#""exclusiveMinimum":500.0"#, "501"), (#""minimum":500.5"#, "501"),
            (#""maximum":-500.5"#, "-501"),
            (#""minimum":9223372036854775807"#, "9223372036854775807"),
        ])
    func wholeNumbers(bound: String, written: String) {
        let schema = json(
            #"{"type":"object","properties":{"n":{"type":"integer",\#(bound)}},"#
                + #""required":["n"],"additionalProperties":false}"#)
        for question in ["", "Take 9007199254740992 or 12."] {
            var answer = SchemaAnswer(schema, question: question, seed: 3)
            #expect(answer.value()?.writtenText == #"{"n":\#(written)}"#)
        }
    }

    @Test("A list that refers to itself ends")
    func recursion() {
        let schema = json(
            ##"{"type":"object","properties":{"value":{"type":"integer"},"next":{"anyOf":["##
                + ##"{"$ref":"#"},{"type":"null"}]},"children":{"type":"array","items":"##
                + ##"{"$ref":"#"}}},"required":["value","next","children"],"##
                + ##""additionalProperties":false}"##)
        for seed in 0..<50 {
            var answer = SchemaAnswer(schema, question: "A tree.", seed: UInt64(seed))
            let value = answer.value() ?? .null
            #expect(mismatch(value, schema, in: schema) == nil)
            #expect(value.written.count < 200_000)
        }
    }

    @Test("Numbers, names and choices come from the question where they may")
    func sensible() {
        let schema = json(
            #"{"type":"object","properties":{"name":{"type":"string"},"age":{"type":"integer"},"#
                + #""sentiment":{"type":"string","enum":["positive","negative","neutral"]},"#
                + #""color":{"type":"string","enum":["red","green","blue"]},"#
                + #""email":{"type":"string"}},"#
                + #""required":["name","age","sentiment","color","email"],"#
                + #""additionalProperties":false}"#)
        var answer = SchemaAnswer(
            schema, question: "John Smith is 34 and hates his broken green lamp.", seed: 7)
        let value = answer.value()
        #expect(value?["name"]?.text == "John Smith")
        #expect(value?["age"]?.whole == 34)
        #expect(value?["sentiment"]?.text == "negative")
        #expect(value?["color"]?.text == "green")
        #expect(value?["email"]?.text?.contains("@") == true)
        #expect(value?.members?.map(\.key) == ["name", "age", "sentiment", "color", "email"])
    }
}

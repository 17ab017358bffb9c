import AfterwordCore

/// Reads `response_format`. A schema in strict mode must keep to the rules of `strictSchemaFault`.
func readFormat(
    _ body: JSONValue, _ messages: [JSONValue]
) throws(WireError) -> ChatRequest.Format {
    guard let format = body.given("response_format") else { return .text }
    guard format.members != nil else {
        throw .type("response_format", expected: "an object", got: format)
    }
    let reader = MemberReader(format, at: "response_format.")
    let types = ["json_object", "json_schema", "text"]
    guard let type = try reader.text("type", among: types) else {
        throw .missing("response_format.type")
    }
    if type == "json_schema" { return try readSchema(format) }
    for member in format.members ?? [] where member.key != "type" {
        throw .unknown("response_format.\(member.key)")
    }
    guard type == "json_object" else { return .text }
    guard messages.contains(where: { messageText($0).lowercased().contains("json") }) else {
        throw WireError(
            400,
            "'messages' must contain the word 'json' in some form, to use 'response_format' of "
                + "type 'json_object'.", param: "messages")
    }
    return .object
}

private func readSchema(_ format: JSONValue) throws(WireError) -> ChatRequest.Format {
    let place = "response_format.json_schema"
    for member in format.members ?? [] where !["type", "json_schema"].contains(member.key) {
        throw .unknown("response_format.\(member.key)")
    }
    guard let wrapped = format.given("json_schema") else { throw .missing(place) }
    let reader = try MemberReader(format, at: "response_format.")
        .object("json_schema", wrapped, ["name", "description", "schema", "strict"])
    guard let name = try reader.text("name") else { throw .missing(place + ".name") }
    try checkName(name, place + ".name")
    _ = try reader.text("description")
    let isStrict = try reader.flag("strict") ?? false
    guard let schema = wrapped.given("schema") else {
        guard isStrict else {
            return .schema(name: name, schema: .row(["type": .string("object")]), isStrict: false)
        }
        throw .missing(place + ".schema")
    }
    guard schema.members != nil else {
        throw .type(place + ".schema", expected: "an object", got: schema)
    }
    guard isStrict else { return .schema(name: name, schema: schema, isStrict: false) }
    if let fault = strictSchemaFault(schema) {
        throw WireError(
            400, "Invalid schema for response_format '\(name)': \(fault)",
            param: "response_format")
    }
    return .schema(name: name, schema: schema, isStrict: true)
}

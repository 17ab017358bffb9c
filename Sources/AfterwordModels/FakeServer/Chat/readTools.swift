import AfterwordCore

/// The tools of a request, and whether they are named by the older member `functions`.
func readTools(_ body: JSONValue) throws(WireError) -> ([ChatRequest.Tool], Bool) {
    if let functions = body.given("functions") {
        guard let elements = functions.elements else {
            throw .type("functions", expected: "an array of objects", got: functions)
        }
        var tools: [ChatRequest.Tool] = []
        for (index, function) in elements.enumerated() {
            tools.append(try readFunction(function, "functions[\(index)]"))
        }
        return (tools, true)
    }
    guard let value = body.given("tools") else { return ([], false) }
    guard let elements = value.elements else {
        throw .type("tools", expected: "an array of objects", got: value)
    }
    guard elements.count <= 128 else {
        throw WireError(
            400,
            "Invalid 'tools': array too long. Expected an array with maximum length 128, but got "
                + "an array with length \(elements.count) instead.", param: "tools",
            code: "array_above_max_length")
    }
    var tools: [ChatRequest.Tool] = []
    for (index, tool) in elements.enumerated() {
        let place = "tools[\(index)]"
        let reader = MemberReader(tool, at: place + ".")
        guard let type = try reader.text("type", among: ["function", "custom"]) else {
            throw .missing(place + ".type")
        }
        guard let own = tool.given(type) else { throw .missing("\(place).\(type)") }
        var read = try readFunction(own, "\(place).\(type)")
        read.isCustom = type == "custom"
        tools.append(read)
    }
    return (tools, false)
}

private func readFunction(
    _ function: JSONValue, _ place: String
) throws(WireError) -> ChatRequest.Tool {
    guard function.members != nil else {
        throw .type(place, expected: "an object", got: function)
    }
    let reader = MemberReader(function, at: place + ".")
    guard let name = try reader.text("name") else { throw .missing(place + ".name") }
    try checkName(name, place + ".name")
    _ = try reader.text("description")
    let parameters =
        function.given("parameters")
        ?? .row(["type": .string("object"), "properties": .object([])])
    if try reader.flag("strict") == true {
        let fault = strictSchemaFault(parameters)
        if let fault {
            throw WireError(
                400, "Invalid schema for function '\(name)': \(fault)",
                param: place + ".parameters", code: "invalid_function_parameters")
        }
    } else if parameters["type"]?.text != "object" {
        throw WireError(
            400,
            "Invalid schema for function '\(name)': schema must be a JSON Schema of "
                + "'type: \"object\"', got 'type: \"\(parameters["type"]?.text ?? "None")\"'.",
            param: place + ".parameters", code: "invalid_function_parameters")
    }
    return ChatRequest.Tool(name: name, parameters: parameters)
}

/// Names of functions and schemas: 1 to 64 letters, digits, `_` and `-`.
func checkName(_ name: String, _ place: String) throws(WireError) {
    let isPlain =
        !name.isEmpty
        && name.utf8.allSatisfy {
            (0x30...0x39).contains($0) || (0x41...0x5A).contains($0)
                || (0x61...0x7A).contains($0) || $0 == 0x5F || $0 == 0x2D
        }
    guard isPlain else { throw .pattern(place, "^[a-zA-Z0-9_-]+$") }
    guard name.utf8.count <= 64 else {
        throw .tooLong(place, limit: 64, length: name.utf8.count)
    }
}

/// Which tool is to be called: `tool_choice`, or the older `function_call`.
func readToolChoice(
    _ body: JSONValue, _ tools: [ChatRequest.Tool]
) throws(WireError) -> ChatRequest.ToolChoice {
    let key = body.given("functions") == nil ? "tool_choice" : "function_call"
    guard let value = body.given(key) else { return tools.isEmpty ? .none : .auto }
    guard !tools.isEmpty else {
        if value.text == "none" { return .none }
        throw WireError(
            400, "Invalid value for '\(key)': '\(key)' is only allowed when 'tools' are specified.",
            param: key)
    }
    if let word = value.text {
        switch word {
        case "none": return .none
        case "auto": return .auto
        case "required": return .required
        default: throw .value(key, word, allowed: ["none", "auto", "required"])
        }
    }
    let type = value["type"]?.text ?? "function"
    if type == "allowed_tools" {
        return value["allowed_tools"]?["mode"]?.text == "required" ? .required : .auto
    }
    guard let name = value[type]?["name"]?.text ?? value["name"]?.text else {
        throw .missing("\(key).function.name")
    }
    guard tools.contains(where: { $0.name == name }) else {
        throw WireError(
            400, "Tool choice '\(name)' not found in 'tools' parameter.", param: key)
    }
    return .named(name)
}

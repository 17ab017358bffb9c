import AfterwordCore

private let roles = ["system", "assistant", "user", "function", "tool", "developer"]

private let messageMembers: Set<String> = [
    "role", "content", "name", "refusal", "audio", "function_call", "tool_calls", "tool_call_id",
    "annotations", "prompt_cache_breakpoint",
]

/// Checks the messages: roles, contents, and that a tool's answer follows a call of it.
func readMessages(_ value: JSONValue) throws(WireError) -> [JSONValue] {
    guard let messages = value.elements else {
        throw .type("messages", expected: "an array of objects", got: value)
    }
    guard !messages.isEmpty else {
        throw WireError(
            400,
            "Invalid 'messages': empty array. Expected an array with minimum length 1, but got an "
                + "empty array instead.", param: "messages", code: "empty_array")
    }
    var called: Set<String> = []
    var open: [String] = []
    for (index, message) in messages.enumerated() {
        let place = "messages[\(index)]"
        guard let members = message.members else {
            throw .type(place, expected: "an object", got: message)
        }
        for member in members where !messageMembers.contains(member.key) {
            throw .unknown("\(place).\(member.key)")
        }
        let reader = MemberReader(message, at: place + ".")
        guard let role = try reader.text("role", among: roles) else {
            throw .missing(place + ".role")
        }
        _ = try reader.text("name")
        try checkContent(message, role, place)
        if role == "tool" {
            try checkToolAnswer(message, place, called)
            open.removeAll { $0 == message["tool_call_id"]?.text }
            continue
        }
        try checkAnswered(open, place)
        if role == "assistant" { open = try addCalls(of: message, place, to: &called) }
    }
    try checkAnswered(open, "messages[\(messages.count)]")
    return messages
}

/// Refuses a message that comes before the answers to all calls of tools.
private func checkAnswered(_ open: [String], _ place: String) throws(WireError) {
    guard !open.isEmpty else { return }
    throw WireError(
        400,
        "An assistant message with 'tool_calls' must be followed by tool messages responding to "
            + "each 'tool_call_id'. The following tool_call_ids did not have response messages: "
            + open.joined(separator: ", "), param: place + ".role")
}

private func checkContent(
    _ message: JSONValue, _ role: String, _ place: String
) throws(WireError) {
    guard let content = message.given("content") else {
        let calls = message.given("tool_calls") ?? message.given("function_call")
        if role == "assistant", calls ?? message.given("refusal") ?? message.given("audio") != nil {
            return
        }
        if role == "function" { return }
        if message["content"] == nil { throw .missing(place + ".content") }
        throw WireError(
            400, "Invalid value for 'content': expected a string, got null.",
            param: place + ".content")
    }
    if content.text != nil { return }
    guard let parts = content.elements else {
        throw .type(
            place + ".content", expected: "one of a string or array of objects", got: content)
    }
    guard !parts.isEmpty else {
        throw WireError(
            400,
            "Invalid '\(place).content': empty array. Expected an array with minimum length 1, "
                + "but got an empty array instead.", param: place + ".content",
            code: "empty_array")
    }
    for (index, part) in parts.enumerated() {
        try checkPart(part, role, "\(place).content[\(index)]")
    }
}

/// Members that carry the part's value, by type.
private let partMembers = [
    "text": "text", "image_url": "image_url", "input_audio": "input_audio", "file": "file",
    "refusal": "refusal",
]

private func checkPart(_ part: JSONValue, _ role: String, _ place: String) throws(WireError) {
    guard part.members != nil else { throw .type(place, expected: "an object", got: part) }
    let reader = MemberReader(part, at: place + ".")
    let allowed: [String]
    switch role {
    case "user": allowed = ["text", "image_url", "input_audio", "file"]
    case "assistant": allowed = ["text", "refusal"]
    default: allowed = ["text"]
    }
    guard let type = try reader.text("type", among: allowed) else {
        throw .missing(place + ".type")
    }
    let member = partMembers[type] ?? type
    guard let value = part.given(member) else { throw .missing("\(place).\(member)") }
    if type == "text" || type == "refusal", value.text == nil {
        throw .type("\(place).\(member)", expected: "a string", got: value)
    }
    if type == "image_url", value["url"]?.text == nil {
        throw .missing("\(place).image_url.url")
    }
}

private func addCalls(
    of message: JSONValue, _ place: String, to called: inout Set<String>
) throws(WireError) -> [String] {
    guard let calls = message.given("tool_calls") else { return [] }
    guard let elements = calls.elements else {
        throw .type(place + ".tool_calls", expected: "an array of objects", got: calls)
    }
    var ids: [String] = []
    for (index, call) in elements.enumerated() {
        let own = "\(place).tool_calls[\(index)]"
        guard let id = call["id"]?.text else { throw .missing(own + ".id") }
        guard let type = call["type"]?.text else { throw .missing(own + ".type") }
        guard call[type]?["name"]?.text != nil else { throw .missing("\(own).\(type).name") }
        called.insert(id)
        ids.append(id)
    }
    return ids
}

private func checkToolAnswer(
    _ message: JSONValue, _ place: String, _ called: Set<String>
) throws(WireError) {
    guard let id = message["tool_call_id"]?.text else { throw .missing(place + ".tool_call_id") }
    guard called.contains(id) else {
        throw WireError(
            400,
            "Invalid parameter: messages with role 'tool' must be a response to a preceeding "
                + "message with 'tool_calls'.", param: place + ".role")
    }
}

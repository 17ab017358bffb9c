import AfterwordCore

/// Reads and checks the body of a chat completions request as the API does: unknown members, types,
/// ranges, messages, tools, the answer's format and what the model takes.
///
/// - Parameter now: Microseconds since 1970; a model that was shut down by then is not found.
func readChatRequest(_ body: JSONValue, now: Int64) throws(WireError) -> ChatRequest {
    guard let members = body.members else {
        throw WireError(400, "Invalid body: expected an object, but got \(body.withArticle).")
    }
    guard let given = body.given("model") else {
        throw WireError(400, "you must provide a model parameter")
    }
    guard let name = given.text else {
        throw .type("model", expected: "a string", got: given)
    }
    try checkMembers(members)
    let model = try servedModel(name, now: now)
    guard let list = body.given("messages") else { throw .missing("messages") }
    let messages = try readMessages(list)
    let reader = MemberReader(body)
    try reader.checkRanges()
    let effort = try readEffort(reader, model)
    try checkSampling(reader, model, effort)
    let (tools, usesFunctions) = try readTools(body)
    let format = try readFormat(body, messages)
    let isStream = try reader.flag("stream") ?? false
    var request = ChatRequest(
        model: model, messages: messages, format: format,
        choices: try reader.integer("n", 1...128) ?? 1, limit: try readLimit(reader, model),
        stops: try readStops(reader, model), isStream: isStream,
        includesUsage: try readStreamOptions(reader, isStream), effort: effort,
        tier: try readTier(reader), topLogprobs: try readLogprobs(reader, model, effort),
        tools: tools, toolChoice: try readToolChoice(body, tools), usesFunctions: usesFunctions,
        cachesPrompt: try readCacheOptions(reader, model), digest: 0)
    request.digest = chatDigest(body)
    return request
}

private let knownMembers: Set<String> = [
    "messages", "model", "audio", "frequency_penalty", "function_call", "functions", "logit_bias",
    "logprobs", "max_completion_tokens", "max_tokens", "metadata", "modalities", "moderation", "n",
    "parallel_tool_calls", "prediction", "presence_penalty", "prompt_cache_key",
    "prompt_cache_options", "prompt_cache_retention", "reasoning_effort", "response_format",
    "safety_identifier", "seed", "service_tier", "stop", "store", "stream", "stream_options",
    "temperature", "tool_choice", "tools", "top_logprobs", "top_p", "user", "verbosity",
    "web_search_options",
]

private func checkMembers(
    _ members: [(key: String, value: JSONValue)]
) throws(WireError) {
    let unknown = members.map(\.key).filter { !knownMembers.contains($0) }
    guard !unknown.isEmpty else { return }
    throw WireError(
        400,
        "Unrecognized request argument\(unknown.count > 1 ? "s" : "") supplied: "
            + unknown.joined(separator: ", "))
}

/// The model of a name, unless it was shut down.
func servedModel(_ name: String, now: Int64) throws(WireError) -> ServedModel {
    guard let model = ServedModel.named(name) else { throw .noModel(name) }
    if let shutdown = model.shutdownInstant, shutdown <= now {
        throw WireError(
            404,
            "The model `\(name)` has been deprecated, learn more here: "
                + "https://platform.openai.com/docs/deprecations", code: "model_not_found")
    }
    return model
}

/// What of a request its answer depends on. Streaming, tiers and bookkeeping are left out, so that
/// the same question gets the same answer in chat, stream and batch.
private func chatDigest(_ body: JSONValue) -> UInt64 {
    var mix = Mix(1)
    for key in [
        "model", "messages", "response_format", "tools", "functions", "tool_choice",
        "function_call", "seed", "temperature", "top_p", "reasoning_effort", "verbosity",
    ] {
        guard let value = body.given(key) else { continue }
        mix.add(key)
        mix.add(value)
    }
    return mix.state
}

private func readEffort(
    _ reader: MemberReader, _ model: ServedModel
) throws(WireError) -> String {
    guard let effort = try reader.text("reasoning_effort") else {
        return model.reasons ? model.defaultEffort : "none"
    }
    guard model.reasons else {
        throw WireError(400, "Unrecognized request argument supplied: reasoning_effort")
    }
    let all = ["none", "minimal", "low", "medium", "high", "xhigh", "max"]
    guard all.contains(effort) else {
        throw .value("reasoning_effort", effort, allowed: all)
    }
    guard model.efforts.contains(effort) else {
        throw .unsupportedValue(
            "reasoning_effort", "'\(effort)'",
            "Supported values are: \(WireError.listed(model.efforts)).")
    }
    return effort
}

/// Refuses the members that shape sampling where the model has none.
private func checkSampling(
    _ reader: MemberReader, _ model: ServedModel, _ effort: String
) throws(WireError) {
    guard model.reasons, model.sampling == .never || effort != "none" else { return }
    for name in ["temperature", "top_p"] {
        guard let value = reader.body.given(name), value.decimal != 1 else { continue }
        throw .unsupportedValue(
            name, value.writtenText, "Only the default (1) value is supported.")
    }
    for name in ["presence_penalty", "frequency_penalty"] {
        guard let value = reader.body.given(name), value.decimal != 0 else { continue }
        throw .unsupported(name)
    }
    for name in ["logit_bias", "top_logprobs"] where reader.body.given(name) != nil {
        throw .unsupported(name)
    }
    if reader.body.given("logprobs")?.flag == true { throw .unsupported("logprobs") }
}

private func readLimit(_ reader: MemberReader, _ model: ServedModel) throws(WireError) -> Int? {
    let old = try reader.integer("max_tokens", 1...Int(Int32.max))
    let new = try reader.integer("max_completion_tokens", 1...Int(Int32.max))
    if old != nil, model.reasons {
        throw .unsupported("max_tokens", instead: "max_completion_tokens")
    }
    if old != nil, new != nil {
        throw WireError(
            400,
            "Setting 'max_tokens' and 'max_completion_tokens' at the same time is not supported.",
            param: "max_tokens", code: "invalid_parameter_combination")
    }
    guard let limit = old ?? new else { return nil }
    guard limit <= model.output else {
        let name = old == nil ? "max_completion_tokens" : "max_tokens"
        throw WireError(
            400,
            "\(name) is too large: \(limit). This model supports at most \(model.output) "
                + "completion tokens, whereas you provided \(limit).", param: name,
            code: "invalid_value")
    }
    return limit
}

private func readStops(
    _ reader: MemberReader, _ model: ServedModel
) throws(WireError) -> [String] {
    guard let stop = reader.body.given("stop") else { return [] }
    guard model.takesStop else { throw .unsupported("stop") }
    if let one = stop.text { return one.isEmpty ? [] : [one] }
    guard let elements = stop.elements else {
        throw .type("stop", expected: "one of a string or array of strings", got: stop)
    }
    guard elements.count <= 4 else {
        throw WireError(
            400,
            "Invalid 'stop': array too long. Expected an array with maximum length 4, but got an "
                + "array with length \(elements.count) instead.", param: "stop",
            code: "array_above_max_length")
    }
    var stops: [String] = []
    for (index, element) in elements.enumerated() {
        guard let text = element.text else {
            throw .type("stop[\(index)]", expected: "a string", got: element)
        }
        if !text.isEmpty { stops.append(text) }
    }
    return stops
}

private func readStreamOptions(
    _ reader: MemberReader, _ isStream: Bool
) throws(WireError) -> Bool {
    guard let options = reader.body.given("stream_options") else { return false }
    guard isStream else {
        throw WireError(
            400, "The 'stream_options' parameter is only allowed when 'stream' is enabled.",
            param: "stream_options")
    }
    let own = try reader.object(
        "stream_options", options, ["include_usage", "include_obfuscation"])
    _ = try own.flag("include_obfuscation")
    return try own.flag("include_usage") ?? false
}

/// The tier that is asked for, as an answer names it; nil for the project's own.
private func readTier(_ reader: MemberReader) throws(WireError) -> String? {
    switch try reader.text(
        "service_tier", among: ["auto", "default", "flex", "scale", "priority", "fast"])
    {
    case "flex": "flex"
    case "scale": "scale"
    case "priority", "fast": "priority"
    case "default": "default"
    default: nil
    }
}

private func readLogprobs(
    _ reader: MemberReader, _ model: ServedModel, _ effort: String
) throws(WireError) -> Int? {
    let isAsked = try reader.flag("logprobs") ?? false
    let top = try reader.integer("top_logprobs", 0...20)
    guard top == nil || isAsked else {
        throw WireError(
            400, "The 'top_logprobs' parameter is only allowed when 'logprobs' is enabled.",
            param: "top_logprobs")
    }
    return isAsked ? top ?? 0 : nil
}

/// Whether the prompt may come from, and go to, the provider's cache.
private func readCacheOptions(
    _ reader: MemberReader, _ model: ServedModel
) throws(WireError) -> Bool {
    _ = try reader.text("prompt_cache_retention", among: ["in_memory", "in-memory", "24h"])
    _ = try reader.text("prompt_cache_key")
    guard let options = reader.body.given("prompt_cache_options") else { return true }
    guard model.takesCacheOptions else { throw .unsupported("prompt_cache_options") }
    let own = try reader.object("prompt_cache_options", options, ["mode", "ttl"])
    _ = try own.text("ttl", among: ["30m"])
    guard try own.text("mode", among: ["implicit", "explicit"]) == "explicit" else { return true }
    // Without a breakpoint of its own an explicit request reads and writes nothing.
    return (reader.body["messages"]?.elements ?? []).contains { message in
        message["prompt_cache_breakpoint"] != nil
            || (message["content"]?.elements ?? []).contains {
                $0["prompt_cache_breakpoint"] != nil
            }
    }
}

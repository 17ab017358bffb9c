import AfterwordCore
import AfterwordPipeline

/// A request in the form of chat completions, with the members that the model takes.
func chatBody(_ request: ModelRequest, _ facts: ModelFacts, _ tier: ServiceTier) -> JSONValue {
    func message(_ role: String, _ text: String) -> JSONValue {
        .row(["role": .string(role), "content": .string(text)])
    }
    var messages = [message("system", request.system), message("user", request.user)]
    if let hint = request.hint { messages.append(message("user", hint)) }
    var body = JSONValue.row([
        "model": .string(request.model),
        "messages": .array(messages),
        "response_format": .row([
            "type": .string("json_schema"),
            "json_schema": .row([
                "name": .string(request.schemaName), "strict": .bool(true),
                "schema": request.schema,
            ]),
        ]),
        // Left out, a setting of the project decides, which may be twice as dear.
        "service_tier": .string(tier.rawValue),
    ])
    body = body.with(facts.lengthMember, JSONValue(request.outputTokens))
    // The same question is to have the same answer, as far as the model can.
    if facts.takesTemperature { body = body.with("temperature", JSONValue(0)) }
    if facts.takesSeed { body = body.with("seed", JSONValue(request.hint == nil ? 1 : 2)) }
    if let effort = facts.reasoningEffort { body = body.with("reasoning_effort", .string(effort)) }
    // No question is asked twice, so that nothing is to be written to a cache, which costs more.
    if facts.takesCacheMode {
        body = body.with("prompt_cache_options", .row(["mode": .string("explicit")]))
    }
    return body
}

/// Reads what came of a try. Only an answer that ended by itself is one; a cut or filtered one is
/// never read.
func readChat(_ exchange: Exchange) throws(ModelFailure) -> ModelReply {
    switch exchange.kind {
    case .notReached: throw ModelFailure(.unreachable)
    // Counted as unknown by the caller, who knows of every try.
    case .broken(let what):
        throw ModelFailure(what == .lost ? .unreachable : .timedOut)
    case .tooLarge: throw ModelFailure(.malformed, unknownTries: 1)
    case .answered(let status):
        guard status == 200 else { throw ModelFailure(fault(status, exchange)) }
        return try readAnswer(exchange.body)
    }
}

private func fault(_ status: Int, _ exchange: Exchange) -> ModelFailure.Fault {
    if exchange.isQuotaSpent { return .quotaSpent }
    switch status {
    case 300..<400: return .refusedRedirect
    case 401, 403: return .unauthorized
    case 404: return .unknownModel
    case 429: return .rateLimited
    case 408: return .timedOut
    case 500...: return .serverError(status)
    default: return .badRequest(makersWord(exchange.error.code))
    }
}

/// A code is one of the maker's words; anything else may quote what was sent.
private func makersWord(_ code: String) -> String {
    let isWord = code.utf8.allSatisfy {
        (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x5F
    }
    return isWord && code.utf8.count <= 64 ? code : ""
}

private func readAnswer(_ body: [UInt8]) throws(ModelFailure) -> ModelReply {
    guard let document = try? JSONValue(parsing: body),
        let choice = document["choices"]?.elements?.first
    else { throw ModelFailure(.malformed, unknownTries: 1, answer: keptAnswer(body)) }
    let tier = ServiceTier(named: document["service_tier"]?.text)
    let text = choice["message"]?["content"].flatMap(contentText)
    let usage = usage(document["usage"], hasText: text.map { !$0.isEmpty } ?? false)
    func failure(_ fault: ModelFailure.Fault) -> ModelFailure {
        ModelFailure(fault, usage: usage, unknownTries: usage == nil ? 1 : 0, tier: tier)
    }
    if let refusal = choice["message"]?["refusal"]?.text, !refusal.isEmpty {
        throw failure(.refused)
    }
    switch choice["finish_reason"]?.text {
    case "stop": break
    case "length": throw failure(.cut)
    case "content_filter": throw failure(.filtered)
    default: throw failure(.malformed)
    }
    guard let text else {
        var malformed = failure(.malformed)
        malformed.answer = keptAnswer(body)
        throw malformed
    }
    return ModelReply(
        text: withoutFence(text), usage: usage ?? ModelUsage(input: 0, cachedInput: 0, output: 0),
        unknownTries: usage == nil ? 1 : 0, isUsageKnown: usage != nil, tier: tier)
}

/// The text of an answer: as it stands, or in parts, as some servers write it.
private func contentText(_ content: JSONValue) -> String? {
    if let text = content.text { return text }
    guard let parts = content.elements else { return nil }
    let texts = parts.filter { [nil, "text", "output_text"].contains($0["type"]?.text) }
        .compactMap { $0.text ?? $0["text"]?.text ?? $0["text"]?["value"]?.text }
    return texts.isEmpty ? nil : texts.joined()
}

/// What stands inside a fence (```json … ```) that is all there is around an answer.
func withoutFence(_ text: String) -> String {
    var inner = text.drop(while: \.isWhitespace)
    while let last = inner.last, last.isWhitespace { inner.removeLast() }
    guard inner.hasPrefix("```"), inner.hasSuffix("```"), inner.utf8.count > 6 else { return text }
    inner = inner.dropFirst(3).dropLast(3)
    // The language's name after the first fence, if any.
    return String(inner.drop { $0.isLetter })
}

/// Tokens as the server counts them; nil where it does not, or nobody can believe it.
private func usage(_ document: JSONValue?, hasText: Bool) -> ModelUsage? {
    guard let document, let input = document["prompt_tokens"]?.integer,
        let output = document["completion_tokens"]?.integer, output > 0 || !hasText
    else { return nil }
    let details = document["prompt_tokens_details"]
    /// Zero where it is not said; below zero, which nobody believes, where it is no whole number.
    func part(_ name: String) -> Int64? {
        guard let part = details?[name], part != .null else { return nil }
        return part.integer ?? -1
    }
    let usage = ModelUsage(
        input: input, cachedInput: part("cached_tokens") ?? 0,
        cacheWrite: part("cache_write_tokens"), output: output)
    return usage.isBelievable ? usage : nil
}

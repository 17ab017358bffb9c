import AfterwordCore
import AfterwordPipeline

/// The body of a chat completions request, with the members that the model supports.
func chatBody(_ request: ModelRequest, _ facts: ModelFacts, _ tier: ServiceTier) -> JSONValue {
    func message(_ role: String, _ text: String) -> JSONValue {
        .row(["role": .string(role), "content": .string(text)])
    }
    let order = facts.dialect == .object ? "\n\n" + schemaOrder(request.schema) : ""
    var messages = [message("system", request.system + order), message("user", request.user)]
    if let hint = request.hint { messages.append(message("user", hint)) }
    var body = JSONValue.row([
        "model": .string(request.model),
        "messages": .array(messages),
        "response_format": responseFormat(request, facts.dialect),
    ])
    // If omitted, a project setting at OpenAI decides, whose price may be twice as high.
    // A batch has its own price, and no tier.
    if facts.provider == .openAI, tier != .batch {
        body = body.with("service_tier", .string(tier.rawValue))
    }
    body = body.with(facts.lengthMember, JSONValue(request.outputTokens))
    // As far as the model supports it, the same question gets the same answer.
    if facts.takesTemperature { body = body.with("temperature", JSONValue(0)) }
    if facts.takesSeed { body = body.with("seed", JSONValue(request.hint == nil ? 1 : 2)) }
    if let effort = facts.reasoningEffort { body = body.with("reasoning_effort", .string(effort)) }
    // Questions are not repeated, so a prompt cache, whose writes cost extra, has no use.
    if facts.takesCacheMode {
        body = body.with("prompt_cache_options", .row(["mode": .string("explicit")]))
    }
    return body
}

/// What the answer must be, as the server can be asked for it.
private func responseFormat(_ request: ModelRequest, _ dialect: AnswerDialect) -> JSONValue {
    let type: KeyValuePairs<String, JSONValue> = ["type": .string(dialect.formatType)]
    guard dialect != .object else { return .row(type) }
    var schema = JSONValue.row([
        "name": .string(request.schemaName), "schema": request.schema,
    ])
    if dialect == .strict { schema = schema.with("strict", .bool(true)) }
    return JSONValue.row(type).with("json_schema", schema)
}

/// The words before a schema that is a part of the prompt.
private let schemaOrderWords =
    "Answer with one JSON object that conforms to this JSON schema, and nothing around it:\n"

/// The schema as a part of the prompt, for servers that know none.
private func schemaOrder(_ schema: JSONValue) -> String { schemaOrderWords + schema.canonical }

/// The schema that `schemaOrder` wrote at the end of a prompt; nil where there is none.
func orderedSchema(_ prompt: String) -> JSONValue? {
    let parts = prompt.split(separator: schemaOrderWords, omittingEmptySubsequences: false)
    guard parts.count > 1, let written = parts.last else { return nil }
    return try? JSONValue(parsing: Array(written.utf8))
}

extension AnswerDialect {
    fileprivate var formatType: String { self == .object ? "json_object" : "json_schema" }
}

/// Decodes the result of an attempt. Only an answer that the model finished is accepted; a cut or
/// filtered one is not decoded.
///
/// - Throws: `ModelFailure` for anything else.
func readChat(_ exchange: Exchange) throws(ModelFailure) -> ModelReply {
    guard exchange.kind == .answered(200) else { throw failure(of: exchange) }
    return try readAnswer(exchange.body)
}

/// The failure of an attempt without an answer.
func failure(of exchange: Exchange) -> ModelFailure {
    switch exchange.kind {
    case .notReached: ModelFailure(.unreachable)
    // The caller counts this attempt as unknown, because it sees every attempt.
    case .broken(let what): ModelFailure(what == .lost ? .unreachable : .timedOut)
    case .tooLarge: ModelFailure(.malformed, unknownTries: 1)
    case .answered(let status): ModelFailure(fault(status, exchange))
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
    default:
        let (code, member) = (makersWord(exchange.error.code), exchange.unknownMember)
        return .badRequest(code.isEmpty && !member.isEmpty ? "no member \(member)" : code)
    }
}

/// An error code that looks like a word of the provider; otherwise an empty string, because the
/// code may quote the request.
func makersWord(_ code: String) -> String {
    let isWord = code.utf8.allSatisfy {
        (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x5F
    }
    return isWord && code.utf8.count <= 64 ? code : ""
}

private func readAnswer(_ body: [UInt8]) throws(ModelFailure) -> ModelReply {
    let isMarked = body.starts(with: [0xEF, 0xBB, 0xBF])
    let document = try? JSONValue(parsing: isMarked ? Array(body.dropFirst(3)) : body)
    let choice = document?["choices"]?.elements?.first
    let tier = ServiceTier(named: document?["service_tier"]?.text)
    let text = choice?["message"]?["content"].flatMap(contentText)
    let usage = usage(document?["usage"], hasText: text.map { !$0.isEmpty } ?? false)
    let served = document?["model"]?.text.flatMap(plainName)
    func failure(_ fault: ModelFailure.Fault, keeping answer: String? = nil) -> ModelFailure {
        var failure = ModelFailure(
            fault, usage: usage, unknownTries: usage == nil ? 1 : 0, tier: tier, answer: answer)
        failure.servedModel = served
        return failure
    }
    guard let choice else { throw failure(.malformed, keeping: keptAnswer(body)) }
    if let refusal = choice["message"]?["refusal"]?.text, !refusal.isEmpty {
        throw failure(.refused)
    }
    switch choice["finish_reason"]?.text {
    case "stop": break
    case "length":
        let came = text.flatMap { $0.isEmpty ? nil : Array($0.utf8) } ?? body
        throw failure(.cut, keeping: keptAnswer(came))
    case "content_filter": throw failure(.filtered)
    // The text alone would not show why it is not used.
    default: throw failure(.malformed, keeping: keptAnswer(body))
    }
    guard let text else { throw failure(.malformed, keeping: keptAnswer(body)) }
    var reply = ModelReply(
        text: answerText(text), usage: usage ?? ModelUsage(input: 0, cachedInput: 0, output: 0),
        unknownTries: usage == nil ? 1 : 0, isUsageKnown: usage != nil, tier: tier)
    reply.servedModel = served
    return reply
}

/// The text of an answer: a string, or an array of parts, as some servers send it.
private func contentText(_ content: JSONValue) -> String? {
    if let text = content.text { return text }
    guard let parts = content.elements else { return nil }
    let texts = parts.filter { [nil, "text", "output_text"].contains($0["type"]?.text) }
        .compactMap { $0.text ?? $0["text"]?.text ?? $0["text"]?["value"]?.text }
    return texts.isEmpty ? nil : texts.joined()
}

/// The server's token counts; nil where they are missing or implausible.
private func usage(_ document: JSONValue?, hasText: Bool) -> ModelUsage? {
    guard let document, let input = document["prompt_tokens"]?.wholeNumber,
        let output = document["completion_tokens"]?.wholeNumber, output > 0 || !hasText
    else { return nil }
    let details = document["prompt_tokens_details"]
    /// Nil where the member is missing; -1, which is implausible, where it is no whole number.
    func part(_ name: String) -> Int64? {
        guard let part = details?[name], part != .null else { return nil }
        return part.wholeNumber ?? -1
    }
    let usage = ModelUsage(
        input: input, cachedInput: part("cached_tokens") ?? 0,
        cacheWrite: part("cache_write_tokens"), output: output)
    return usage.isBelievable ? usage : nil
}

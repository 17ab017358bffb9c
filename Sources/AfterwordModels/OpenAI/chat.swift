import AfterwordCore
import AfterwordPipeline

/// A request in the form of chat completions, with the members that the model takes.
func chatBody(_ request: ModelRequest, _ facts: ModelFacts) -> JSONValue {
    func message(_ role: String, _ text: String) -> JSONValue {
        .row(["role": .string(role), "content": .string(text)])
    }
    var body = JSONValue.row([
        "model": .string(request.model),
        "messages": .array([
            message("system", request.system), message("user", request.user),
        ]),
        "response_format": .row([
            "type": .string("json_schema"),
            "json_schema": .row([
                "name": .string(request.schemaName), "strict": .bool(true),
                "schema": request.schema,
            ]),
        ]),
        // The same question is to have the same answer, as far as the model can.
        "temperature": JSONValue(0), "seed": JSONValue(1),
    ])
    body = body.with(facts.lengthMember, JSONValue(request.outputTokens))
    if let effort = facts.reasoningEffort { body = body.with("reasoning_effort", .string(effort)) }
    return body
}

/// Reads what came of a try. Only an answer that ended by itself is one; a cut or filtered one is never read.
func readChat(_ exchange: Exchange) throws(ModelFailure) -> ModelReply {
    switch exchange.kind {
    case .notReached: throw ModelFailure(.unreachable)
    // Counted as unknown by the caller, who knows of every try.
    case .broken(let isTimeout): throw ModelFailure(isTimeout ? .timedOut : .unreachable)
    case .tooLarge: throw ModelFailure(.malformed, unknownTries: 1)
    case .answered(let status):
        guard status == 200 else { throw ModelFailure(fault(status, exchange)) }
        return try readAnswer(exchange.body)
    }
}

private func fault(_ status: Int, _ exchange: Exchange) -> ModelFailure.Fault {
    let code = exchange.error.code
    switch status {
    case 300..<400: return .refusedRedirect
    case 401, 403: return .unauthorized
    case 404: return .unknownModel
    case 429: return exchange.isQuotaSpent ? .quotaSpent : .rateLimited
    case 408: return .timedOut
    case 500...: return .serverError(status)
    // A code is one of the maker's words; anything else may quote what was sent.
    default: return .badRequest(code.allSatisfy { $0.isLetter || $0 == "_" } ? code : "")
    }
}

private func readAnswer(_ body: [UInt8]) throws(ModelFailure) -> ModelReply {
    guard let document = try? JSONValue(parsing: body),
        let choice = document["choices"]?.elements?.first
    else { throw ModelFailure(.malformed, unknownTries: 1) }
    let usage = usage(document["usage"])
    let unknown = usage == nil ? 1 : 0
    func failure(_ fault: ModelFailure.Fault) -> ModelFailure {
        ModelFailure(fault, usage: usage, unknownTries: unknown)
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
    guard let text = choice["message"]?["content"]?.text else { throw failure(.malformed) }
    return ModelReply(
        text: text, usage: usage ?? ModelUsage(input: 0, cachedInput: 0, output: 0),
        unknownTries: unknown)
}

private func usage(_ document: JSONValue?) -> ModelUsage? {
    guard let input = document?["prompt_tokens"]?.integer,
        let output = document?["completion_tokens"]?.integer, input >= 0, output >= 0
    else { return nil }
    let cached = document?["prompt_tokens_details"]?["cached_tokens"]?.integer ?? 0
    return ModelUsage(input: input, cachedInput: min(max(cached, 0), input), output: output)
}

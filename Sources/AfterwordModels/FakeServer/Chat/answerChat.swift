import AfterwordCore

/// The answer to a request: the same for the same request and seed.
///
/// - Parameters:
///   - script: What a rule says in place of the model.
///   - fault: How the answer is bent.
func answerChat(
    _ request: ChatRequest, seed: UInt64, script: ScriptedAnswer? = nil, fault: AnswerFault? = nil
) -> ChatAnswer {
    var choices: [ChatAnswer.Choice] = []
    let insight = script == nil ? insightText(request) : nil
    for index in 0..<request.choices {
        var mix = Mix(seed)
        mix.add(request.digest)
        mix.add(UInt64(index))
        var choice =
            insight.map { ChatAnswer.Choice(content: $0) }
            ?? said(request, seed: mix.state, script)
        if let fault { bend(&choice, fault, request) }
        finish(&choice, request)
        choices.append(choice)
    }
    let usage = ChatUsage(
        prompt: promptTokens(request.messages),
        completion: choices.reduce(0) { $0 + $1.tokens + $1.reasoning },
        reasoning: choices.reduce(0) { $0 + $1.reasoning })
    return ChatAnswer(choices: choices, usage: usage)
}

/// About three tokens a message, and three for the answer.
func promptTokens(_ messages: [JSONValue]) -> Int {
    messages.reduce(3) { sum, message in
        var own = 3 + tokenCount(messageText(message))
        if let name = message["name"]?.text { own += 1 + tokenCount(name) }
        for call in message["tool_calls"]?.elements ?? [] {
            own += tokenCount(call["function"]?.writtenText ?? "")
        }
        for part in message["content"]?.elements ?? [] where part["image_url"] != nil { own += 85 }
        return sum + own
    }
}

private func said(
    _ request: ChatRequest, seed: UInt64, _ script: ScriptedAnswer?
) -> ChatAnswer.Choice {
    switch script {
    case .text(let text): return ChatAnswer.Choice(content: text)
    case .json(let value): return ChatAnswer.Choice(content: value.writtenText)
    case .refusal(let text): return ChatAnswer.Choice(refusal: text)
    case .calls(let calls):
        let named = calls.enumerated().map { index, call in
            var own = call
            if own.id.isEmpty { own.id = wireID("call_", seed &+ UInt64(index)) }
            return own
        }
        return ChatAnswer.Choice(calls: named, finish: "tool_calls")
    case nil: break
    }
    if let tool = calledTool(request) { return call(of: tool, request, seed) }
    switch request.format {
    case .text: return ChatAnswer.Choice(content: plainText(request, seed: seed))
    case .object: return ChatAnswer.Choice(content: plainObject(request, seed: seed).writtenText)
    case .schema(_, let schema, _):
        var answer = SchemaAnswer(schema, question: request.question, seed: seed)
        // A model would write such a value without end.
        guard let value = answer.value() else {
            return ChatAnswer.Choice(
                content: String(repeating: #"{"next":"#, count: 16), finish: "length")
        }
        return ChatAnswer.Choice(content: value.writtenText)
    }
}

// MARK: Tools

/// The tool that the model calls: the one demanded; else the first that the question names, unless
/// the last message already is a tool's answer.
private func calledTool(_ request: ChatRequest) -> ChatRequest.Tool? {
    switch request.toolChoice {
    case .none: return nil
    case .named(let name): return request.tools.first { $0.name == name }
    case .required:
        return named(by: request.question, request.tools) ?? request.tools.first
    case .auto:
        let last = request.messages.last?["role"]?.text
        guard last != "tool", last != "function" else { return nil }
        return named(by: request.question, request.tools)
    }
}

/// The tool with a word of its name, of four letters or more, in the question.
private func named(by question: String, _ tools: [ChatRequest.Tool]) -> ChatRequest.Tool? {
    let question = question.lowercased()
    return tools.first { tool in
        if question.contains(tool.name.lowercased()) { return true }
        let words = tool.name.lowercased().split { $0 == "_" || $0 == "-" }
        return words.contains { $0.count >= 4 && question.contains($0) }
    }
}

private func call(
    of tool: ChatRequest.Tool, _ request: ChatRequest, _ seed: UInt64
) -> ChatAnswer.Choice {
    var arguments = plainText(request, seed: seed)
    if !tool.isCustom {
        var answer = SchemaAnswer(tool.parameters, question: request.question, seed: seed)
        arguments = (answer.value() ?? .object([])).writtenText
    }
    let call = ChatAnswer.Call(
        id: wireID("call_", seed), name: tool.name, arguments: arguments, isCustom: tool.isCustom)
    // Where one function was demanded by name, the API says `stop`.
    let isNamed = if case .named = request.toolChoice { true } else { false }
    let usual = request.usesFunctions ? "function_call" : "tool_calls"
    return ChatAnswer.Choice(calls: [call], finish: isNamed ? "stop" : usual)
}

// MARK: Length, stops and faults

private func bend(
    _ choice: inout ChatAnswer.Choice, _ fault: AnswerFault, _ request: ChatRequest
) {
    let text = choice.content ?? ""
    switch fault {
    case .refusal:
        choice = ChatAnswer.Choice(refusal: "I'm sorry, but I can't assist with that request.")
    case .contentFilter:
        choice = ChatAnswer.Choice(content: "", finish: "content_filter")
    case .length:
        choice = ChatAnswer.Choice(content: halved(text), finish: "length")
    case .empty: choice = ChatAnswer.Choice(content: "")
    case .notJSON: choice = ChatAnswer.Choice(content: String(text.dropLast(3)) + ", oh")
    }
}

private func halved(_ text: String) -> String {
    let pieces = tokenPieces(text)
    return pieces.prefix(pieces.count / 2).joined()
}

/// Applies stop sequences and the length limit, that of the request or else the model's own, and
/// counts tokens.
private func finish(_ choice: inout ChatAnswer.Choice, _ request: ChatRequest) {
    if var text = choice.content {
        for stop in request.stops {
            if let range = text.ranges(of: stop).first { text = String(text[..<range.lowerBound]) }
        }
        choice.content = text
    }
    choice.reasoning = reasoningTokens(request)
    let calls = choice.calls.reduce(0) { $0 + tokenCount($1.name) + tokenCount($1.arguments) }
    choice.tokens = tokenCount(choice.content ?? choice.refusal ?? "") + calls
    // The model's end counts as a token; an answer that says anything used at least one.
    choice.tokens = max(choice.tokens, 1)
    let limit = request.limit ?? request.model.output
    guard choice.reasoning + choice.tokens > limit else { return }
    choice.reasoning = min(choice.reasoning, limit)
    let room = limit - choice.reasoning
    choice.finish = "length"
    choice.tokens = room
    choice.calls = []
    choice.refusal = nil
    choice.content = tokenPieces(choice.content ?? "").prefix(room).joined()
}

private func reasoningTokens(_ request: ChatRequest) -> Int {
    switch request.effort {
    case "minimal": 0
    case "low": 64
    case "medium": 128
    case "high": 256
    case "xhigh": 512
    case "max": 1_024
    default: 0
    }
}

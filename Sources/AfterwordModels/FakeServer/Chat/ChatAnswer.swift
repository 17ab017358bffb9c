import AfterwordCore

/// What the model says to a request, before it is written as one body or as a stream.
struct ChatAnswer: Sendable {
    /// A call of a tool.
    struct Call: Equatable, Sendable {
        var id: String
        var name: String
        /// JSON; for a custom tool its plain input.
        var arguments: String
        var isCustom = false
    }

    /// One of the answers to a request.
    struct Choice: Equatable, Sendable {
        var content: String?
        var refusal: String?
        var calls: [Call] = []
        /// stop, length, tool_calls, content_filter or function_call.
        var finish = "stop"
        /// Tokens of the content, the refusal and the calls.
        var tokens = 0
        /// Tokens that were spent before the first letter.
        var reasoning = 0
    }

    var choices: [Choice]
    var usage: ChatUsage
}

/// What a request used, in tokens.
struct ChatUsage: Equatable, Sendable {
    var prompt: Int
    var cached = 0
    var cacheWrite = 0
    var completion: Int
    var reasoning = 0

    var json: JSONValue {
        .row([
            "prompt_tokens": JSONValue(prompt), "completion_tokens": JSONValue(completion),
            "total_tokens": JSONValue(prompt + completion),
            "prompt_tokens_details": .row([
                "cached_tokens": JSONValue(cached), "audio_tokens": JSONValue(0),
                "cache_write_tokens": JSONValue(cacheWrite),
            ]),
            "completion_tokens_details": .row([
                "reasoning_tokens": JSONValue(reasoning), "audio_tokens": JSONValue(0),
                "accepted_prediction_tokens": JSONValue(0),
                "rejected_prediction_tokens": JSONValue(0),
            ]),
        ])
    }
}

/// An answer that a script gives in place of the model's own.
enum ScriptedAnswer: Equatable, Sendable {
    case text(String)
    case json(JSONValue)
    case refusal(String)
    case calls([ChatAnswer.Call])
}

/// How an answer is bent by a fault.
enum AnswerFault: String, Equatable, Sendable, CaseIterable {
    case refusal
    case contentFilter = "content_filter"
    /// The answer ends in the middle, with finish reason `length`.
    case length
    /// An empty text.
    case empty
    /// Text that is not of the format that was asked for.
    case notJSON = "bad_json"
}

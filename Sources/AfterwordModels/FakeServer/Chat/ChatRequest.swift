import AfterwordCore

/// A chat completions request that passed every check.
struct ChatRequest: Sendable {
    /// The form of the answer that is asked for.
    enum Format: Sendable {
        case text
        case object
        /// - Parameter isStrict: Whether the schema passed the rules of strict mode.
        case schema(name: String, schema: JSONValue, isStrict: Bool)
    }

    /// A function that the model may call.
    struct Tool: Sendable {
        var name: String
        var parameters: JSONValue
        var isCustom = false
    }

    /// Which tool is to be called.
    enum ToolChoice: Equatable, Sendable {
        case none, auto, required
        case named(String)
    }

    var model: ServedModel
    /// As sent.
    var messages: [JSONValue]
    var format: Format
    var choices: Int
    /// The limit on each answer with its reasoning, in tokens; nil for the model's own.
    var limit: Int?
    var stops: [String]
    var isStream: Bool
    /// Whether a stream ends with the usage.
    var includesUsage: Bool
    /// `none` for models that do not reason.
    var effort: String
    /// The tier that is asked for; nil for the project's own.
    var tier: String?
    /// How many alternatives are listed for each token; nil where no logprobs are asked for.
    var topLogprobs: Int?
    var tools: [Tool]
    var toolChoice: ToolChoice
    /// Whether the request names functions in the way that `tools` replaced.
    var usesFunctions: Bool
    var cachesPrompt: Bool
    /// The same for requests that get the same answer.
    var digest: UInt64

    /// The text of the last message of a user; of the last message where no user wrote one.
    var question: String {
        let own = messages.last { $0["role"]?.text == "user" } ?? messages.last
        return own.map(messageText) ?? ""
    }
}

/// The text of a message: its content, or the texts of its parts, one a line.
func messageText(_ message: JSONValue) -> String {
    guard let content = message["content"] else { return "" }
    if let text = content.text { return text }
    return (content.elements ?? []).compactMap { $0["text"]?.text ?? $0["refusal"]?.text }
        .joined(separator: "\n")
}

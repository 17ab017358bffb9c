import AfterwordCore

/// The provider's prompt cache: beginnings of 1,024 tokens and more that a key has sent before, in
/// steps of 128 tokens.
struct PromptCache: Sendable {
    private static let step = 128
    private static let least = 1_024
    /// Taken for the bytes of a token, so that equal beginnings fall into equal steps.
    private static let tokenBytes = 4

    private var known = BoundedCounts(limit: 32_768)

    /// How much of a prompt is read from the cache and how much is written to it, in tokens.
    mutating func use(
        _ request: ChatRequest, key: UInt64, tokens: Int
    ) -> (read: Int, written: Int) {
        guard request.cachesPrompt, tokens >= Self.least else { return (0, 0) }
        let prefixes = prefixes(of: request, key, tokens)
        let read = prefixes.lastIndex { known.contains($0) }.map { ($0 + 1) * Self.step } ?? 0
        for prefix in prefixes { known[prefix] = 1 }
        let whole = prefixes.count * Self.step
        return (
            read >= Self.least ? read : 0,
            request.model.takesCacheOptions ? max(0, whole - max(read, 0)) : 0
        )
    }

    /// A hash of the prompt's beginning for each step.
    private func prefixes(of request: ChatRequest, _ key: UInt64, _ tokens: Int) -> [UInt64] {
        var bytes: [UInt8] = []
        for message in request.messages { writeJSON(message, to: &bytes) }
        let size = Self.step * Self.tokenBytes
        let count = min(tokens / Self.step, bytes.count / size)
        var mix = Mix(key)
        mix.add(request.model.name)
        var prefixes: [UInt64] = []
        for index in 0..<count {
            let start = index * size
            mix.add(bytes[start..<start + size])
            prefixes.append(mix.state)
        }
        return prefixes
    }
}

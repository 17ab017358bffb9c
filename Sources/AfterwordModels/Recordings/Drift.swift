package import AfterwordCore
package import AfterwordPipeline
import Foundation

/// What asking the question of a recording again shows.
package enum Drift: Equatable, Sendable {
    /// The answer has the recorded form.
    case same
    /// What of the answer's form differs, a line each.
    case changed([String])
    /// There is no answer whose form could be compared; the reason in words.
    case unanswered(String)
}

extension OpenAIModel {
    /// Asks the question of a recording again, once.
    ///
    /// - Returns: What that shows, and the answer by which it is booked.
    package func drift(
        of recording: Recording
    ) async -> (value: Drift, result: Result<ModelReply, ModelFailure>) {
        let id = "afterword-drift-\(UUID().uuidString.lowercased())"
        let outcome = await send(Array(recording.request.canonical.utf8), id)
        let result = outcome.bookedResult(id)
        if let reason = outcome.failureReason(configuration) {
            return (.unanswered(reason), result)
        }
        let changes = AnswerForms(recording.response).changes(to: AnswerForms(outcome))
        return (changes.isEmpty ? .same : .changed(changes), result)
    }
}

extension Exchange {
    /// The answer to a question that was sent once, as it is booked.
    func bookedResult(_ id: String) -> Result<ModelReply, ModelFailure> {
        let ids = RequestIDs(server: requestID, own: id)
        do throws(ModelFailure) {
            var reply = try readChat(self)
            reply.requestIDs = ids
            return .success(reply)
        } catch {
            var failure = error
            // Sent, and without an answer: it may have been paid for.
            if case .broken = kind { failure.unknownTries += 1 }
            failure.requestIDs = ids
            return .failure(failure)
        }
    }
}

extension Recording {
    /// SHA-256 over the question.
    package var requestDigest: Digest256 {
        var builder = DigestEncoder(domain: "afterword.recording.1")
        builder.add(request.canonical)
        return builder.finish()
    }

    /// Members of the questions that this program asks; others may multiply what one costs.
    private static let askedMembers: Set<String> = [
        "max_completion_tokens", "max_tokens", "messages", "model", "prompt_cache_options",
        "reasoning_effort", "response_format", "seed", "service_tier", "temperature",
    ]

    /// Members that limit the length of an answer.
    private static let lengthMembers: Set<String> = ["max_completion_tokens", "max_tokens"]

    /// The limits of the answer's length that the question has; nil for one that is no number.
    private var lengths: [Int64?] {
        (request.members ?? []).filter { Self.lengthMembers.contains($0.key) }
            .map(\.value.integer)
    }

    /// Why the question must not be asked again, in words; nil where it is one as this program
    /// asks, so that the most it can cost is known.
    package func askingFault(_ facts: ModelFacts) -> String? {
        let members = request.members ?? []
        guard Set(members.map(\.key)).count == members.count else { return "has a member twice" }
        if let other = members.first(where: { !Self.askedMembers.contains($0.key) }) {
            return "has a member that this program does not send: \(other.key)"
        }
        let tiers = members.filter { $0.key == "service_tier" }.map(\.value.text)
        guard tiers.allSatisfy({ $0 == "default" || $0 == "flex" }) else {
            return "names another service tier than default or flex"
        }
        guard !tiers.isEmpty || facts.provider != .openAI else { return "names no service tier" }
        guard !lengths.isEmpty, lengths.allSatisfy({ $0 ?? 0 > 0 }) else {
            return "does not limit the length of its answer"
        }
        let messages = request["messages"]?.elements ?? []
        let areTexts = messages.allSatisfy { message in
            (message.members ?? []).map(\.key).sorted() == ["content", "role"]
                && message["content"]?.text != nil
        }
        return messages.isEmpty || !areTexts ? "holds other messages than texts" : nil
    }

    /// The most that the question can cost if it has no `askingFault`, in nano-dollars.
    package func greatestCost(_ facts: ModelFacts) -> Int64 {
        let usage = ModelUsage(
            input: Int64(tokenBound(request.canonical)), cachedInput: 0,
            output: lengths.compactMap(\.self).max() ?? .max)
        return ServiceTier.allCases.filter { $0 != .priority }
            .map { facts.cost(usage, PriceTerms(tier: $0, isRegional: true)) }.max() ?? .max
    }
}

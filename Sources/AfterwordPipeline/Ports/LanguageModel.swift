package import AfterwordCore

/// A language model at the level of chat completions: a request in, an answer or a typed failure out.
///
/// An implementation keeps no state that an answer depends on, may be asked by many tasks at once, ends by itself (its
/// time-outs are its own), and logs neither texts nor keys.
package protocol LanguageModel: Sendable {
    /// As requests name it.
    var name: String { get }
    /// What it costs; nil for a model that costs nothing, for which nothing is reserved.
    var facts: ModelFacts? { get }
    /// How often one question may be asked at most: so often its price is reserved.
    var tries: Int { get }

    func answer(_ request: ModelRequest) async throws(ModelFailure) -> ModelReply
}

/// An answer as it came, unread.
package struct ModelReply: Equatable, Sendable {
    package var text: String
    package var usage: ModelUsage
    /// Earlier tries of which it is not known whether they were paid for.
    package var unknownTries: Int

    package init(text: String, usage: ModelUsage, unknownTries: Int = 0) {
        self.text = text
        self.usage = usage
        self.unknownTries = unknownTries
    }
}

/// Why there is no answer, and what the try has cost where that is known.
package struct ModelFailure: Error, Equatable, Sendable {
    package enum Fault: Equatable, Sendable {
        /// The model will not answer.
        case refused
        /// The answer was cut at its length; it is never read.
        case cut
        /// A filter of the maker's took the answer.
        case filtered
        /// No money is left with the maker.
        case quotaSpent
        case rateLimited
        case unauthorized
        case unknownModel
        /// The maker does not take the request: its code, no text of ours.
        case badRequest(String)
        case timedOut
        case unreachable
        case serverError(Int)
        /// What came is no answer of the protocol, or larger than one.
        case malformed
        /// Redirects, or answers from where it was not asked.
        case refusedRedirect
    }
    package var fault: Fault
    /// What the maker says was used; nil where it says nothing: errors of its own are not billed.
    package var usage: ModelUsage?
    /// Tries of which it is not known whether they were paid for: sent, and nothing came back.
    package var unknownTries: Int

    package init(_ fault: Fault, usage: ModelUsage? = nil, unknownTries: Int = 0) {
        self.fault = fault
        self.usage = usage
        self.unknownTries = unknownTries
    }

    /// The next question would fail in the same way.
    package var endsTheRun: Bool {
        switch fault {
        case .quotaSpent, .unauthorized, .unknownModel, .badRequest, .refusedRedirect: true
        default: false
        }
    }

    /// One word, as `llm_calls` keeps it.
    package var outcome: String {
        switch fault {
        case .refused: "refused"
        case .cut: "cut"
        case .filtered: "filtered"
        case .quotaSpent: "quota_spent"
        case .rateLimited: "rate_limited"
        case .unauthorized: "unauthorized"
        case .unknownModel: "unknown_model"
        case .badRequest: "bad_request"
        case .timedOut: "timed_out"
        case .unreachable: "unreachable"
        case .serverError: "server_error"
        case .malformed: "malformed"
        case .refusedRedirect: "redirect"
        }
    }
}

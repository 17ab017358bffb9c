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
    /// What its prices depend on, as it is asked.
    var terms: PriceTerms { get }

    func answer(_ request: ModelRequest) async throws(ModelFailure) -> ModelReply
}

extension LanguageModel {
    package var terms: PriceTerms { PriceTerms() }
}

/// How a call can be traced: what the server called its last try, and what we did.
package struct RequestIDs: Equatable, Sendable {
    package var server: String?
    package var own: String?

    package init(server: String? = nil, own: String? = nil) {
        self.server = server
        self.own = own
    }
}

/// An answer as it came, unread.
package struct ModelReply: Equatable, Sendable {
    package var text: String
    package var usage: ModelUsage
    /// Tries of which it is not known what they cost: those without an answer, and this one where its usage is not known.
    package var unknownTries: Int
    /// Whether the server said what was used, and it can be believed; else `usage` is all zeros.
    package var isUsageKnown: Bool
    /// As the answer names it.
    package var tier: ServiceTier
    package var requestIDs = RequestIDs()

    package init(
        text: String, usage: ModelUsage, unknownTries: Int = 0, isUsageKnown: Bool = true,
        tier: ServiceTier = .standard
    ) {
        self.text = text
        self.usage = usage
        self.unknownTries = unknownTries
        self.isUsageKnown = isUsageKnown
        self.tier = tier
    }
}

/// The most of an answer that cannot be read that is kept, in bytes.
package let keptAnswerBytes = 16_384

/// The beginning of an answer that cannot be read, as a store can hold it.
package func keptAnswer(_ bytes: some Collection<UInt8>) -> String {
    var kept = String(decoding: bytes.prefix(keptAnswerBytes), as: UTF8.self)
    kept.unicodeScalars = String.UnicodeScalarView(
        kept.unicodeScalars.map { $0 == "\0" ? "\u{FFFD}" : $0 })
    return kept
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
        /// Was asked before about the same reviews, and its answers could not be used: not asked again until those, the
        /// model or the question change, or by `--refresh`.
        case leftAlone
        /// It counts more than the call can have used, or costs more than the call can have cost: booked as it says, and
        /// nothing more is asked.
        case beyondBound
    }
    package var fault: Fault
    /// What the maker says was used; nil where it says nothing: errors of its own are not billed.
    package var usage: ModelUsage?
    /// Tries of which it is not known whether they were paid for: sent, and nothing came back.
    package var unknownTries: Int
    /// As the answer names it.
    package var tier: ServiceTier
    /// What came in the place of an answer (`keptAnswer`), where that is worth looking at.
    package var answer: String?
    package var requestIDs = RequestIDs()

    package init(
        _ fault: Fault, usage: ModelUsage? = nil, unknownTries: Int = 0,
        tier: ServiceTier = .standard, answer: String? = nil
    ) {
        self.fault = fault
        self.usage = usage
        self.unknownTries = unknownTries
        self.tier = tier
        self.answer = answer
    }

    /// The next question would fail in the same way.
    package var endsTheRun: Bool {
        switch fault {
        case .quotaSpent, .unauthorized, .unknownModel, .badRequest, .refusedRedirect,
            .beyondBound:
            true
        default: false
        }
    }

    /// Another try may give an answer that can be read.
    package var isWorthAnotherTry: Bool {
        switch fault {
        case .malformed, .cut: true
        default: false
        }
    }

    /// Outcomes of calls that were paid for and gave nothing that can be used.
    package static let unusable = ["unreadable", "malformed", "cut", "refused", "filtered"]

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
        case .leftAlone: "left_alone"
        case .beyondBound: "beyond_bound"
        }
    }
}

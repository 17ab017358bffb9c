package import AfterwordCore

/// A language model at the level of chat completions: a request in, an answer or a typed failure
/// out.
///
/// Requirements on an implementation:
///
/// 1. Many tasks may call it at once.
/// 2. It keeps no state that an answer depends on.
/// 3. It applies its own timeouts and retries, at most `tries` attempts a request.
/// 4. It logs neither texts nor keys.
package protocol LanguageModel: Sendable {
    /// The model's name in requests.
    var name: String { get }
    /// What answers in its name, as in `ModelIdentity.place`.
    var place: String? { get }
    /// Its prices and limits; nil for a model that is free, for which no budget is reserved.
    var facts: ModelFacts? { get }
    /// Greatest number of attempts for one request; the budget reserves the price of all of them.
    var tries: Int { get }
    /// The terms that its prices depend on, as it is called.
    var terms: PriceTerms { get }

    /// Sends a request, with retries.
    func answer(_ request: ModelRequest) async throws(ModelFailure) -> ModelReply
}

extension LanguageModel {
    package var place: String? { nil }
    package var terms: PriceTerms { PriceTerms() }
    package var identity: ModelIdentity { ModelIdentity(name, place: place) }
}

/// A model's name, and what answers in its name. Servers other than the model's maker's may serve
/// anything under a name, so that their answers are kept apart.
package struct ModelIdentity: Equatable, Sendable {
    package var name: String
    /// A server's host, with its port where it is given, or `recordings`. Nil for OpenAI's own
    /// servers and for models without a server.
    package var place: String?

    /// The place of answers that were recorded before; no host has this name.
    package static let recordings = "(recordings)"

    package init(_ name: String, place: String? = nil) {
        self.name = name
        self.place = place
    }
}

/// Ids to trace a call by: the server's for its last attempt, and the client's.
package struct RequestIDs: Equatable, Sendable {
    package var server: String?
    package var own: String?

    package init(server: String? = nil, own: String? = nil) {
        self.server = server
        self.own = own
    }
}

/// An answer as received, not parsed.
package struct ModelReply: Equatable, Sendable {
    package var text: String
    package var usage: ModelUsage
    /// Attempts of unknown cost: those without a response, and this one where its usage is unknown.
    package var unknownTries: Int
    /// Whether the server reported a plausible usage; else `usage` is all zeros.
    package var isUsageKnown: Bool
    /// The service tier that the answer names.
    package var tier: ServiceTier
    /// The model as the server names it; nil where it names none.
    package var servedModel: String?
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

/// Greatest number of bytes that are stored of an unreadable answer.
package let keptAnswerBytes = 16_384

/// The beginning of an unreadable answer, as valid UTF-8 without NUL, so that every store can hold
/// it.
package func keptAnswer(_ bytes: some Collection<UInt8>) -> String {
    var kept = String(decoding: bytes.prefix(keptAnswerBytes), as: UTF8.self)
    kept.unicodeScalars = String.UnicodeScalarView(
        kept.unicodeScalars.map { $0 == "\0" ? "\u{FFFD}" : $0 })
    return kept
}

/// Why there is no answer, and what the attempt cost where that is known.
package struct ModelFailure: Error, Equatable, Sendable {
    /// The kind of failure.
    package enum Fault: Equatable, Sendable {
        /// The model refuses to answer.
        case refused
        /// The answer was cut at its length limit; a cut answer is never parsed.
        case cut
        /// The provider's content filter withheld the answer.
        case filtered
        /// The account has no credit left with the provider.
        case quotaSpent
        case rateLimited
        case unauthorized
        case unknownModel
        /// The provider rejects the request; its error code, no text of ours.
        case badRequest(String)
        case timedOut
        case unreachable
        case serverError(Int)
        /// The response is not one of the protocol, or is too large.
        case malformed
        /// A redirect, or a response from another host.
        case refusedRedirect
        /// Not sent: earlier answers for the same reviews could not be used. Sent again when the
        /// reviews, the model or the prompt change, or with `--refresh`.
        case leftAlone
        /// The reported usage or cost exceeds the bound of the call. It is booked as reported, and
        /// no further request is sent.
        case beyondBound
        /// The batch that it was asked in ended without an answer to it.
        case batchEnded(BatchEnd)
    }
    package var fault: Fault
    /// The usage that the provider reports; nil where it reports none: its own errors are not
    /// billed.
    package var usage: ModelUsage?
    /// Attempts of unknown cost: sent, without a response.
    package var unknownTries: Int
    /// The service tier that the response names.
    package var tier: ServiceTier
    /// What was received instead of an answer (`keptAnswer`), where it helps to diagnose the
    /// failure.
    package var answer: String?
    /// The model as the server names it; nil where it names none.
    package var servedModel: String?
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

    /// Whether the next request would fail in the same way.
    package var endsTheRun: Bool {
        switch fault {
        case .quotaSpent, .unauthorized, .unknownModel, .badRequest, .refusedRedirect,
            .beyondBound:
            true
        default: false
        }
    }

    /// Whether another attempt may give a readable answer.
    package var isWorthAnotherTry: Bool {
        switch fault {
        case .malformed, .cut: true
        default: false
        }
    }

    /// Outcomes of calls that were billed and gave no usable answer.
    package static let unusable = ["unreadable", "malformed", "cut", "refused", "filtered"]

    /// The outcome in `llm_calls`, one word.
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
        case .batchEnded(.completed): "missing"
        case .batchEnded(.failed): "batch_failed"
        case .batchEnded(.expired): "batch_expired"
        case .batchEnded(.cancelled): "batch_cancelled"
        case .batchEnded(.notSent): "not_sent"
        }
    }
}

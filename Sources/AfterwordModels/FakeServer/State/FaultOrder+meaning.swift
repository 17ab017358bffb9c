/// Orders that mean nothing: of no fault, of two in one place, or at a request that cannot meet it.
extension FaultOrder {
    /// A part of an order as written, and what it sets.
    struct Part: Equatable, Sendable {
        var written: String
        /// Equal for all spellings of the same.
        var subject: String

        /// - Parameter name: In lower case, with underscores.
        init(_ written: String, name: String, value: String?) {
            self.written = written
            let word =
                ["fault", "kind", "mode", "action"].contains(name)
                ? value?.lowercased().replacing("-", with: "_") ?? name : name
            subject = Self.subjects[word] ?? (AnswerFault(rawValue: word) == nil ? word : "answer")
        }

        private static let subjects = [
            "truncate": "cut", "bad_body": "malformed", "hangup": "disconnect", "hang": "stall",
            "wrong_usage": "usage", "expire": "batch", "expired": "batch", "rate_limit": "status",
            "filter": "answer",
        ]
    }

    /// Parts that say more of an error.
    private static let ofError: Set = [
        "type", "message", "retry_after", "retry_after_ms", "should_retry",
    ]
    /// Parts that say which requests meet the fault.
    private static let counting: Set = ["times", "after", "nonce"]

    /// The first part of an order that says nothing beside the others; nil for a whole order.
    static func idle(_ parts: [Part], of written: String) -> FaultWordFault? {
        let subjects = Set(parts.map(\.subject))
        for part in parts {
            if ofError.contains(part.subject), subjects.isDisjoint(with: ["status", "code"]) {
                return FaultWordFault(part: part.written, reason: "goes with a status or code")
            }
            if part.subject == "done", !subjects.contains("batch") {
                return FaultWordFault(part: part.written, reason: "goes with batch=expire")
            }
        }
        guard subjects.isSubset(of: counting) else { return nil }
        return FaultWordFault(part: parts.first?.written ?? written, reason: "orders no fault")
    }

    /// Where a fault is met.
    enum Place: Equatable, Sendable {
        /// A chat completion; whether it is a stream is nil where that is not known.
        case chat(isStream: Bool?)
        /// Files and batches.
        case batches
        case elsewhere

        /// The place of a request's path.
        init(path: String, isStream: Bool? = nil) {
            if path == RuleSubject.chat {
                self = .chat(isStream: isStream)
            } else {
                let isBatch = path.hasPrefix("/v1/files") || path.hasPrefix("/v1/batches")
                self = isBatch ? .batches : .elsewhere
            }
        }
    }

    /// The part of the order that no request of this place can meet; nil for none.
    func misplaced(at place: Place) -> FaultWordFault? {
        let isChat =
            switch place {
            case .chat: true
            case .batches, .elsewhere: false
            }
        if let batch, place != .batches {
            return FaultWordFault(
                part: "batch=\(batch.rawValue)", reason: "is for the request that creates a batch")
        }
        if breaksStream, !isChat || place == .chat(isStream: false) {
            return FaultWordFault(
                part: "stream_error", reason: "is for chat completions with 'stream': true")
        }
        guard !isChat, let part = answer?.rawValue ?? usage.map({ "usage=\($0.rawValue)" }) else {
            return nil
        }
        return FaultWordFault(part: part, reason: "is for chat completions")
    }
}

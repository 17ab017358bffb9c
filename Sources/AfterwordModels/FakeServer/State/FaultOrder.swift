import AfterwordCore

/// A fault that is ordered, as by the header `X-Fake-Fault: status=429;retry_after=1;times=2`.
struct FaultOrder: Equatable, Sendable {
    /// How the usage of an answer is wrong.
    enum WrongUsage: String, Sendable, CaseIterable {
        /// A hundred times too much.
        case wrong
        case zero, negative, missing
        /// More than can be.
        case huge
    }

    /// What happens to the batch that a request creates.
    enum BatchFault: String, Sendable, CaseIterable {
        /// The work stops after `done`; the batch expires after its 24 hours.
        case expire
        /// Every request of the batch is answered by a 500; the batch is completed.
        case fail
    }

    var status: Int?
    var code: String?
    var type: String?
    var message: String?
    /// The value of `retry-after`, as written.
    var retryAfter: String?
    var retryAfterMilliseconds: String?
    /// The value of `x-should-retry`.
    var shouldRetry: String?
    /// How many requests meet the fault; nil for all.
    var times: Int?
    /// How many requests go well before.
    var after = 0
    /// Requests with the same nonce are counted together.
    var nonce: String?
    /// Seconds before anything is sent.
    var delay: Double = 0
    var disconnects = false
    var cuts = false
    var isMalformed = false
    /// Seconds of silence in the middle of the answer.
    var stall: Double?
    /// An error event in the middle of a stream.
    var breaksStream = false
    var usage: WrongUsage?
    var answer: AnswerFault?
    var batch: BatchFault?
    /// The part of a batch that is worked off before it stops, from 0 to 1.
    var done: Double = 0.5
    /// As written, for the log.
    private(set) var written: String

    /// Reads an order; what is wrong with it is named: a part that is not understood, that stands
    /// twice, or that orders nothing.
    static func read(_ written: String) -> Result<FaultOrder, FaultWordFault> {
        var order = FaultOrder(written: written)
        var parts: [Part] = []
        for part in written.split(separator: ";") {
            let sides = part.split(separator: "=", maxSplits: 1).map { Substring($0).trimmed }
            guard let key = sides.first, !key.isEmpty else { continue }
            let name = key.lowercased().replacing("-", with: "_").replacing(" ", with: "_")
            let value = sides.count == 2 ? sides[1] : nil
            guard order.set(name, value) else {
                return .failure(FaultWordFault(part: part.trimmed))
            }
            let read = Part(part.trimmed, name: name, value: value)
            guard !parts.contains(where: { $0.subject == read.subject }) else {
                return .failure(
                    FaultWordFault(part: read.written, reason: "says again what stands before it"))
            }
            parts.append(read)
        }
        if let fault = idle(parts, of: written) { return .failure(fault) }
        return .success(order)
    }

    private init(written: String) { self.written = written }

    private mutating func set(_ name: String, _ value: String?) -> Bool {
        if let value { return setValue(name, value) }
        return setKind(name)
    }

    private mutating func setKind(_ name: String) -> Bool {
        switch name {
        case "cut", "truncate": cuts = true
        case "malformed", "bad_body": isMalformed = true
        case "disconnect", "hangup": disconnects = true
        case "stall", "hang": stall = 30
        case "stream_error": breaksStream = true
        case "wrong_usage": usage = .wrong
        case "filter": answer = .contentFilter
        case "expire", "expired": batch = .expire
        case "rate_limit": status = 429
        default:
            guard let fault = AnswerFault(rawValue: name) else { return false }
            answer = fault
        }
        return true
    }

    private mutating func setValue(_ name: String, _ value: String) -> Bool {
        switch name {
        case "status":
            guard let number = Int(value), (400...599).contains(number) else { return false }
            status = number
        case "code": code = value
        case "type": type = value
        case "message": message = value
        case "retry_after": retryAfter = value
        case "retry_after_ms": retryAfterMilliseconds = value
        case "should_retry": shouldRetry = value
        case "nonce": nonce = value
        case "times", "after":
            guard let number = Int(value), number >= 0 else { return false }
            if name == "times" { times = number } else { after = number }
        case "delay", "stall", "done":
            guard let number = Double(value), (0...3_600).contains(number) else { return false }
            if name == "delay" { delay = number }
            if name == "stall" { stall = number }
            if name == "done" { done = min(number, 1) }
        case "usage":
            usage = WrongUsage(rawValue: value)
            return usage != nil
        case "batch":
            batch = BatchFault(rawValue: value)
            return batch != nil
        case "fault", "kind", "mode", "action":
            return setKind(value.lowercased().replacing("-", with: "_"))
        default:
            // `cut=true` means the same as `cut`.
            return ["true", "1", "yes"].contains(value) && setKind(name)
        }
        return true
    }

    /// The error that is answered; nil where the fault is another one.
    var error: WireError? {
        guard status != nil || code != nil else { return nil }
        let known = code.flatMap { code in Self.known.first { $0.code == code } }
        let status = status ?? known?.status ?? 400
        let usual = known ?? Self.known.first { $0.status == status }
        var error = WireError(
            status, message ?? usual?.message ?? "The request failed.",
            type: type ?? usual?.type ?? "invalid_request_error", code: code ?? usual?.code)
        if let retryAfter { error.headers.append(WireHeader("retry-after", retryAfter)) }
        if let retryAfterMilliseconds {
            error.headers.append(WireHeader("retry-after-ms", retryAfterMilliseconds))
        }
        if let shouldRetry { error.headers.append(WireHeader("x-should-retry", shouldRetry)) }
        return error
    }

    /// An error as the API words it.
    private struct Known: Sendable {
        var status: Int
        var code: String?
        var type: String
        var message: String
    }

    private static let quota =
        "You exceeded your current quota, please check your plan and billing details. For more "
        + "information on this error, read the docs: "
        + "https://platform.openai.com/docs/guides/error-codes/api-errors."

    /// By code, or the first of a status.
    private static let known: [Known] = [
        Known(
            status: 429, code: "rate_limit_exceeded", type: "requests",
            message: "Rate limit reached for requests. Please try again later."),
        Known(
            status: 429, code: "insufficient_quota", type: "insufficient_quota", message: quota),
        Known(
            status: 429, code: "credit_balance_exhausted", type: "insufficient_quota",
            message: quota),
        Known(
            status: 429, code: "organization_spend_limit_exceeded", type: "insufficient_quota",
            message: "Your organization has reached its spend limit."),
        Known(
            status: 429, code: "project_spend_limit_exceeded", type: "insufficient_quota",
            message: "Your project has reached its spend limit."),
        Known(
            status: 429, code: "organization_usage_limit_exceeded", type: "insufficient_quota",
            message: "Your organization has reached its usage limit."),
        Known(
            status: 429, code: "resource_unavailable", type: "resource_unavailable",
            message: "Resource unavailable: flex capacity is used up. Please try again later."),
        Known(
            status: 400, code: nil, type: "invalid_request_error",
            message: "The request is invalid."),
        Known(
            status: 400, code: "context_length_exceeded", type: "invalid_request_error",
            message: "This model's maximum context length is exceeded. Please reduce the length "
                + "of the messages."),
        Known(
            status: 401, code: "invalid_api_key", type: "invalid_request_error",
            message: "Incorrect API key provided. You can find your API key at "
                + "https://platform.openai.com/account/api-keys."),
        Known(
            status: 403, code: "unsupported_country_region_territory", type: "request_forbidden",
            message: "Country, region, or territory not supported"),
        Known(
            status: 404, code: "model_not_found", type: "invalid_request_error",
            message: "The model does not exist or you do not have access to it."),
        Known(
            status: 408, code: "request_timeout", type: "invalid_request_error",
            message: "The request timed out."),
        Known(
            status: 409, code: "conflict", type: "invalid_request_error",
            message: "The resource was updated by another request."),
        Known(
            status: 500, code: nil, type: "server_error",
            message: "The server had an error while processing your request. Sorry about that!"),
        Known(
            status: 502, code: nil, type: "server_error", message: "Bad gateway."),
        Known(
            status: 503, code: "server_is_overloaded", type: "server_error",
            message: "The server is currently overloaded with other requests. Sorry about that! "
                + "You can retry your request."),
        Known(
            status: 503, code: "slow_down", type: "server_error",
            message: "Slow down: the rate of requests rose too fast."),
        Known(status: 504, code: nil, type: "server_error", message: "Gateway timeout."),
    ]
}

/// A part of a fault order that is not understood, or has no meaning where it stands.
struct FaultWordFault: Error, Equatable, Sendable {
    var part: String
    /// Why a part that is understood has no meaning; nil for others.
    var reason: String?

    /// The part and what is wrong with it.
    ///
    /// - Parameter unknown: What is said of a part that is not understood.
    func words(unknown: String) -> String { "'\(part)' \(reason ?? unknown)" }
}

/// What is wrong with a schedule of faults, in words.
struct FaultScheduleFault: Error, Equatable, Sendable {
    var words: String
}

/// Faults that come by chance: `5% status=429;retry_after=1, 2% disconnect`. The seed, the request
/// and the number of its attempt decide, so that a schedule is the same in every run and a retry
/// may go well.
struct FaultSchedule: Equatable, Sendable {
    private var entries: [(parts: UInt64, order: FaultOrder)] = []

    static func == (left: FaultSchedule, right: FaultSchedule) -> Bool {
        left.entries.elementsEqual(right.entries) { $0.parts == $1.parts && $0.order == $1.order }
    }

    init() {}

    /// Reads a schedule; what is wrong with it is named. Shares are percents and add up to at most
    /// 100.
    init(_ written: String) throws(FaultScheduleFault) {
        var total: UInt64 = 0
        for part in written.split(separator: ",") {
            let text = part.trimmed
            guard let mark = text.firstIndex(of: "%"), let share = Double(text[..<mark]),
                (0...100).contains(share)
            else { throw FaultScheduleFault(words: "'\(text)' has no share from 0% to 100%") }
            switch FaultOrder.read(text[text.index(after: mark)...].trimmed) {
            case .success(let order):
                // Chat completions alone meet faults by chance.
                if let fault = order.misplaced(at: .chat(isStream: nil)) {
                    throw FaultScheduleFault(words: fault.words(unknown: "is no fault"))
                }
                let parts = UInt64(share * 10_000)
                total += parts
                entries.append((parts, order))
            case .failure(let fault):
                throw FaultScheduleFault(words: fault.words(unknown: "is no fault"))
            }
        }
        guard total <= 1_000_000 else {
            throw FaultScheduleFault(words: "the shares add up to more than 100%")
        }
    }

    var isEmpty: Bool { entries.isEmpty }

    /// The fault of a request's attempt, counted from 0.
    func fault(seed: UInt64, digest: UInt64, attempt: Int) -> FaultOrder? {
        var mix = Mix(seed)
        mix.add(digest)
        mix.add(UInt64(attempt))
        var drawn = mix.state % 1_000_000
        for entry in entries {
            if drawn < entry.parts { return entry.order }
            drawn -= entry.parts
        }
        return nil
    }
}

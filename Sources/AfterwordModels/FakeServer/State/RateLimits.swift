/// Requests and tokens of a key and model in the current minute.
struct RateWindow: Sendable {
    static let span: Int64 = 60_000_000

    private var start: Int64
    private(set) var requests = 0
    private(set) var tokens = 0

    init(now: Int64) { start = now }

    /// Microseconds until the window ends.
    func reset(now: Int64) -> Int64 { requests == 0 ? 0 : max(0, start + Self.span - now) }

    mutating func roll(now: Int64) {
        guard now >= start + Self.span || now < start else { return }
        self = RateWindow(now: now)
    }

    mutating func add(requests: Int = 0, tokens: Int = 0) {
        self.requests += requests
        self.tokens += tokens
    }
}

/// The limits of a key, for each model, a minute.
struct RateLimits: Equatable, Sendable {
    var requests: Int
    var tokens: Int

    /// What stands in the headers of an answer.
    func headers(_ window: RateWindow, now: Int64) -> [WireHeader] {
        let reset = writtenSpan(window.reset(now: now))
        return [
            WireHeader("x-ratelimit-limit-requests", String(requests)),
            WireHeader("x-ratelimit-limit-tokens", String(tokens)),
            WireHeader(
                "x-ratelimit-remaining-requests", String(max(0, requests - window.requests))),
            WireHeader("x-ratelimit-remaining-tokens", String(max(0, tokens - window.tokens))),
            WireHeader("x-ratelimit-reset-requests", reset),
            WireHeader(
                "x-ratelimit-reset-tokens", window.tokens == 0 ? "0s" : reset),
        ]
    }

    /// The error of a request that passes a limit; nil where it is within both.
    func refusal(
        _ window: RateWindow, asked: Int, model: String, now: Int64
    ) -> WireError? {
        let isByRequests = window.requests + 1 > requests
        guard isByRequests || window.tokens + asked > tokens else { return nil }
        let wait = max(window.reset(now: now), 1_000)
        let (kind, short, limit, used, wanted) =
            isByRequests
            ? ("requests", "RPM", requests, window.requests, 1)
            : ("tokens", "TPM", tokens, window.tokens, asked)
        var error = WireError(
            429,
            "Rate limit reached for \(model) in organization org-fake on \(kind) per min "
                + "(\(short)): Limit \(limit), Used \(used), Requested \(wanted). Please try again "
                + "in \(writtenSpan(wait)). Visit "
                + "https://platform.openai.com/account/rate-limits to learn more.",
            type: kind, code: "rate_limit_exceeded")
        error.headers = [
            WireHeader("retry-after-ms", String((wait + 999) / 1_000)),
            WireHeader("retry-after", String((wait + 999_999) / 1_000_000)),
        ]
        return error
    }
}

/// A span as the headers write it: `120ms`, `1s`, `6m0s`, `1h0m0s`.
func writtenSpan(_ microseconds: Int64) -> String {
    if microseconds <= 0 { return "0s" }
    if microseconds < 1_000_000 { return "\((microseconds + 999) / 1_000)ms" }
    let milliseconds = (microseconds + 999) / 1_000
    let seconds = milliseconds / 1_000
    if seconds >= 3_600 {
        return "\(seconds / 3_600)h\(seconds / 60 % 60)m\(seconds % 60)s"
    }
    if seconds >= 60 { return "\(seconds / 60)m\(seconds % 60)s" }
    let rest = milliseconds % 1_000
    guard rest > 0 else { return "\(seconds)s" }
    var digits = String(rest)
    while digits.count < 3 { digits = "0" + digits }
    while digits.last == "0" { digits.removeLast() }
    return "\(seconds).\(digits)s"
}

import AfterwordCore
import AfterwordPipeline
import Foundation

/// The result of one HTTP attempt. Its contents come from a server: numbers are converted only
/// after checks, and no text is kept without a limit.
struct Exchange: Sendable {
    /// How the attempt ended.
    enum Kind: Equatable {
        case answered(Int)
        /// The answer is larger than the limit.
        case tooLarge
        /// No connection was made and nothing was sent.
        case notReached
        /// The request was sent, but no complete answer arrived: the cost is unknown.
        case broken(Break)
    }

    /// Why no complete answer arrived.
    enum Break: Equatable {
        /// The timeout of the whole answer expired.
        case timedOut
        /// An answer began, then no bytes arrived for the idle timeout.
        case stalled
        case lost
    }

    var kind: Kind
    /// By lower-case name.
    var headers: [String: String] = [:]
    var body: [UInt8] = []

    /// The code and type of an error in OpenAI's format; empty where they are missing.
    var error: (code: String, type: String) {
        let error = (try? JSONValue(parsing: body))?["error"]
        return (error?["code"]?.text ?? "", error?["type"]?.text ?? "")
    }

    /// The member of a request that the server does not know, where it names one; else empty. It
    /// says so in words, without a code.
    var unknownMember: String {
        let message = (try? JSONValue(parsing: body))?["error"]?["message"]?.text ?? ""
        let beginning = "Unrecognized request argument supplied: "
        guard message.hasPrefix(beginning) else { return "" }
        return makersWord(String(message.dropFirst(beginning.count)))
    }

    /// Error codes and types for exhausted credit or a spending limit, where a retry cannot help.
    private static let spentMoney: Set<String> = [
        "insufficient_quota", "credit_balance_exhausted", "organization_spend_limit_exceeded",
        "project_spend_limit_exceeded", "organization_usage_limit_exceeded",
    ]

    var isQuotaSpent: Bool {
        guard case .answered(let status) = kind, status >= 400 else { return false }
        let error = error
        return Self.spentMoney.contains(error.code) || Self.spentMoney.contains(error.type)
    }

    var asksForRetry: Bool {
        switch kind {
        case .notReached, .broken: return true
        case .tooLarge: return false
        case .answered(let status):
            if isQuotaSpent { return false }
            switch headers["x-should-retry"]?.lowercased() {
            case "true": return status >= 400
            case "false": return false
            default: return [408, 409, 429].contains(status) || status >= 500
            }
        }
    }

    /// The server's request id; nil where it is not a plain name.
    var requestID: String? { headers["x-request-id"].flatMap(plainName) }

    // MARK: How long the server asks to wait

    /// How long the server asks the client to wait before a retry.
    enum Wait: Equatable {
        /// The header is missing or meaningless: zero, in the past, not a number, or more than 30
        /// years. The client chooses its own pause.
        case ownPause
        case seconds(Double)
        /// Longer than `longestWait`: no retry.
        case tooLong
    }

    /// In seconds.
    static let longestWait: Double = 120
    /// In seconds. Longer times are treated as mistakes.
    private static let absurdWait: Double = 1_000_000_000

    /// Reads `retry-after-ms`, otherwise `retry-after` in seconds or as a date.
    func retryAfter(now: Date) -> Wait {
        if let text = headers["retry-after-ms"], let milliseconds = Double(trimmed(text)) {
            return Self.wait(milliseconds / 1_000)
        }
        guard let text = headers["retry-after"].map(trimmed) else { return .ownPause }
        if let seconds = Double(text) { return Self.wait(seconds) }
        for form in Self.dateForms {
            let format = DateFormatter()
            format.locale = Locale(identifier: "en_US_POSIX")
            format.timeZone = TimeZone(secondsFromGMT: 0)
            format.dateFormat = form
            if let date = format.date(from: text) { return Self.wait(date.timeIntervalSince(now)) }
        }
        return .ownPause
    }

    /// The three date formats of HTTP.
    private static let dateForms = [
        "EEE, dd MMM yyyy HH:mm:ss zzz", "EEEE, dd-MMM-yy HH:mm:ss zzz", "EEE MMM d HH:mm:ss yyyy",
    ]

    private static func wait(_ seconds: Double) -> Wait {
        // Comparisons with NaN are false, so NaN ends here too.
        guard seconds >= 0.001, seconds < absurdWait else { return .ownPause }
        return seconds <= longestWait ? .seconds(seconds) : .tooLong
    }

    private func trimmed(_ text: String) -> String {
        text.trimmingCharacters(in: .whitespaces)
    }
}

/// A server's identifier that is safe to store and show: 1 to 128 visible ASCII characters;
/// otherwise nil.
func plainName(_ text: String) -> String? {
    guard (1...128).contains(text.utf8.count), text.utf8.allSatisfy({ (0x21...0x7E).contains($0) })
    else { return nil }
    return text
}

import AfterwordCore
import AfterwordPipeline
import Foundation

/// What came of one try. Everything in it was written by a server: no number of it is converted
/// unchecked, no text kept unbounded.
struct Exchange {
    enum Kind {
        case answered(Int)
        /// Its answer is larger than any is read.
        case tooLarge
        /// No connection: nothing was sent.
        case notReached
        /// Sent, and no answer: what it cost is not known.
        case broken(Break)
    }

    enum Break: Equatable {
        /// The time of the whole answer was over.
        case timedOut
        /// An answer began and went on no more.
        case stalled
        case lost
    }

    var kind: Kind
    /// By names in small letters.
    var headers: [String: String] = [:]
    var body: [UInt8] = []

    /// The error's code and type, of OpenAI's form.
    var error: (code: String, type: String) {
        let error = (try? JSONValue(parsing: body))?["error"]
        return (error?["code"]?.text ?? "", error?["type"]?.text ?? "")
    }

    /// Codes and types that say that no money is left, or none may be spent: asking again cannot
    /// help.
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

    /// What the server calls this exchange; nil for what is no name.
    var requestID: String? { headers["x-request-id"].flatMap(plainName) }

    // MARK: How long the server asks to wait

    enum Wait: Equatable {
        /// It says nothing, or nothing that can be meant: zero, the past, no number, longer than
        /// any life.
        case ownPause
        case seconds(Double)
        /// Longer than is waited for.
        case tooLong
    }

    static let longestWait: Double = 120
    /// Beyond it nobody means what is said.
    private static let absurdWait: Double = 1_000_000_000

    /// `retry-after-ms`, else `retry-after` in seconds or as a date.
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

    /// The three forms of a date in HTTP.
    private static let dateForms = [
        "EEE, dd MMM yyyy HH:mm:ss zzz", "EEEE, dd-MMM-yy HH:mm:ss zzz", "EEE MMM d HH:mm:ss yyyy",
    ]

    private static func wait(_ seconds: Double) -> Wait {
        // Comparisons with what is no number are false, so that it ends here too.
        guard seconds >= 0.001, seconds < absurdWait else { return .ownPause }
        return seconds <= longestWait ? .seconds(seconds) : .tooLong
    }

    private func trimmed(_ text: String) -> String {
        text.trimmingCharacters(in: .whitespaces)
    }
}

/// A server's word for something, to be kept or shown: short, of plain signs, or nil.
func plainName(_ text: String) -> String? {
    guard (1...128).contains(text.utf8.count), text.utf8.allSatisfy({ (0x21...0x7E).contains($0) })
    else { return nil }
    return text
}

import AfterwordCore
import Foundation

/// What came of one try.
struct Exchange {
    enum Kind {
        case answered(Int)
        /// Its answer is larger than any is read.
        case tooLarge
        /// No connection: nothing was sent.
        case notReached
        /// Sent, and no answer: what it cost is not known.
        case broken(isTimeout: Bool)
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

    var isQuotaSpent: Bool {
        let error = error
        return error.code == "insufficient_quota" || error.type == "insufficient_quota"
    }

    var asksForRetry: Bool {
        switch kind {
        case .notReached, .broken: return true
        case .tooLarge: return false
        case .answered(let status):
            if status == 429, isQuotaSpent { return false }
            switch headers["x-should-retry"] {
            case "true": return status >= 400
            case "false": return false
            default: return [408, 409, 429].contains(status) || status >= 500
            }
        }
    }

    /// `retry-after-ms`, else `retry-after` in seconds or as a date.
    func retryAfter(now: Date) -> Duration? {
        if let text = headers["retry-after-ms"], let milliseconds = Double(text),
            milliseconds >= 0
        {
            return .seconds(milliseconds / 1_000)
        }
        guard let text = headers["retry-after"] else { return nil }
        if let seconds = Double(text) { return seconds >= 0 ? .seconds(seconds) : nil }
        let format = DateFormatter()
        format.locale = Locale(identifier: "en_US_POSIX")
        format.timeZone = TimeZone(secondsFromGMT: 0)
        format.dateFormat = "EEE, dd MMM yyyy HH:mm:ss zzz"
        return format.date(from: text).map { .seconds(max(0, $0.timeIntervalSince(now))) }
    }
}

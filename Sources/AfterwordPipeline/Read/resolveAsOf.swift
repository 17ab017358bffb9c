package import AfterwordCore

/// A moment of the history that is asked for.
package enum AsOf: Equatable, Sendable {
    case run(Int64)
    /// By system time: the newest run recorded by then.
    case recorded(Instant)
    /// By when dumps were taken, to the end of a day in UTC.
    case observed(Instant)

    /// Reads a run's number or an instant.
    package init?(runOrInstant text: String) {
        if let run = Int64(text), run > 0, text.utf8.count < 8 {
            self = .run(run)
        } else if let instant = Instant(iso8601: text) {
            self = .recorded(instant)
        } else {
            return nil
        }
    }
}

/// Why a moment cannot be answered for.
package enum AsOfFault: Error, Equatable, Sendable {
    case noSuchRun(Int64)
    /// Later runs may still be recorded with that time.
    case afterNewestRun(Instant)
    case beforeFirstRun
}

/// The run that a moment stands for.
///
/// By observation it is the newest run such that it and every run before it that changed anything were
/// observed by then: an older dump loaded later does not make a newer one part of the past.
package func resolveAsOf(_ asOf: AsOf, among runs: [RunRecord]) throws -> RunRecord {
    switch asOf {
    case .run(let number):
        guard let run = runs.first(where: { $0.run == number }) else {
            throw AsOfFault.noSuchRun(number)
        }
        return run
    case .recorded(let instant):
        guard let newest = runs.last, instant <= newest.recordedAt else {
            throw AsOfFault.afterNewestRun(instant)
        }
        guard let run = runs.last(where: { $0.recordedAt <= instant }) else {
            throw AsOfFault.beforeFirstRun
        }
        return run
    case .observed(let day):
        let end = day.startOfDay.adding(seconds: 86_400)
        let past = runs.prefix { $0.observedAt < end || $0.historyDigest == $0.previousDigest }
        guard let run = past.last(where: { $0.observedAt < end }) else {
            throw AsOfFault.beforeFirstRun
        }
        return run
    }
}

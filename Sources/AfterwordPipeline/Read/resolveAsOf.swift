package import AfterwordCore

/// A moment of the history that is asked for.
package enum AsOf: Equatable, Sendable {
    case run(Int64)
    /// By system time: the newest run recorded by then.
    case recorded(Instant)
    /// By when dumps were taken, to the end of a day in UTC.
    case observed(Instant)
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

/// The run that a moment as people write it stands for: a run, a date, an instant, a dump's label, or
/// `last`.
///
/// - Throws: `AsOfFault`, without a run at all `beforeFirstRun`.
package func resolve(_ moment: Moment, among runs: [RunRecord]) throws -> RunRecord {
    let number = try runs.dumps.run(at: moment)
    guard let run = runs.first(where: { $0.run == number }) else {
        throw AsOfFault.beforeFirstRun
    }
    return run
}

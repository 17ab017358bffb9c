package import AfterwordCore

/// A moment of the history.
package enum AsOf: Equatable, Sendable {
    case run(Int64)
    /// By system time: the newest run recorded by then.
    case recorded(Instant)
    /// By the time of dumps: those taken by the end of that UTC day.
    case observed(Instant)
}

/// The run that a moment denotes.
///
/// By observation, this is the newest run such that the run itself and all earlier runs that
/// changed anything were observed by then. An older dump loaded later therefore does not make a
/// newer dump part of the past.
///
/// - Throws: `AsOfFault`.
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

/// The run that a written moment denotes: a run, a date, an instant, a dump's label, or `last`.
///
/// - Throws: `AsOfFault`; `beforeFirstRun` where there is no run at all.
package func resolve(_ moment: Moment, among runs: [RunRecord]) throws -> RunRecord {
    let number = try runs.dumps.run(at: moment)
    guard let run = runs.first(where: { $0.run == number }) else {
        throw AsOfFault.beforeFirstRun
    }
    return run
}

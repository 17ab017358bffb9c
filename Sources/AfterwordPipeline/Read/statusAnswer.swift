package import AfterwordCore

/// The state of a store: its newest run and dump, later attempts and sums.
package struct StatusAnswer: Sendable {
    /// The newest run that may have changed what is counted.
    package var lastRun: RunRecord?
    /// The newest run of any kind.
    package var newestRun: RunRecord?
    package var newestDump: LoadedDump?
    /// Seconds since the newest dump was taken.
    package var ageSeconds: Int64?
    /// Attempts after the last committed run that failed or never ended.
    package var attemptsSince: [RunAttempt]
    package var portfolio: ScopeSummary
    package var brandCount: Int
    package var isStale: Bool
}

/// The state of a store at a moment. It is stale where its newest dump is older than `maxAge`
/// seconds, has a time in the future, or does not exist. Catalog loads, replays and insight runs do
/// not make a store fresh.
package func statusAnswer(
    _ reader: any StoreReader, now: Instant, maxAge: Int64?
) throws -> StatusAnswer {
    let runs = try reader.runs()
    let scopes = try reader.scopes()
    let attempts = try reader.attempts()
    let good = attempts.lastIndex { if case .committed = $0.outcome { true } else { false } }
    let dump = runs.dumps.newest
    let age = (dump?.observedAt).map { (now.microseconds - $0.microseconds) / 1_000_000 }
    return StatusAnswer(
        lastRun: runs.newestData, newestRun: runs.last, newestDump: dump, ageSeconds: age,
        attemptsSince: attempts[(good.map { $0 + 1 } ?? 0)...].filter { $0.outcome != .needless },
        portfolio: scopes.first { $0.scope == .portfolio } ?? ScopeSummary(scope: .portfolio),
        brandCount: scopes.count { $0.scope.kind == .brand },
        isStale: maxAge.map { limit in age.map { $0 > limit || $0 < 0 } ?? true } ?? false)
}

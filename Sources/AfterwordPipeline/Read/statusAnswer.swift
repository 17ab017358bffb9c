package import AfterwordCore

/// How a store stands.
package struct StatusAnswer: Sendable {
    package var lastRun: RunRecord?
    /// Seconds since the newest dump was taken.
    package var ageSeconds: Int64?
    /// Attempts after the last good run: failed, or never ended.
    package var attemptsSince: [RunAttempt]
    package var portfolio: ScopeSummary
    package var brandCount: Int
    package var isStale: Bool
}

/// The standing of a store at a moment; stale where its newest dump is older than `maxAge` seconds,
/// or where there is none.
package func statusAnswer(
    _ reader: any StoreReader, now: Instant, maxAge: Int64?
) throws -> StatusAnswer {
    let runs = try reader.runs()
    let scopes = try reader.scopes()
    let attempts = try reader.attempts()
    let good = attempts.lastIndex { if case .committed = $0.outcome { true } else { false } }
    let newest = runs.map(\.observedAt).max()
    let age = newest.map { (now.microseconds - $0.microseconds) / 1_000_000 }
    return StatusAnswer(
        lastRun: runs.newestDump, ageSeconds: age,
        attemptsSince: Array(attempts[(good.map { $0 + 1 } ?? 0)...]),
        portfolio: scopes.first { $0.scope == .portfolio } ?? ScopeSummary(scope: .portfolio),
        brandCount: scopes.count { $0.scope.kind == .brand },
        isStale: maxAge.map { limit in age.map { $0 > limit } ?? true } ?? false)
}

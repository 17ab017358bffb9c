/// As much of a run as the words about dumps need.
package struct DumpRun: Equatable, Sendable {
    package var run: Int64
    package var recordedAt: Instant
    package var observedAt: Instant
    /// What `--dump` called it.
    package var label: Text?
    /// It read at least one review, changed or not. Loads of a catalog, replays of rejects and runs
    /// of insights read none.
    package var readsReviews: Bool

    package init(
        run: Int64, recordedAt: Instant, observedAt: Instant, label: Text?, readsReviews: Bool
    ) {
        self.run = run
        self.recordedAt = recordedAt
        self.observedAt = observedAt
        self.label = label
        self.readsReviews = readsReviews
    }
}

/// A dump: all runs that read reviews under one label; without labels all of one UTC day of
/// `observed_at`.
package struct LoadedDump: Equatable, Sendable {
    package let label: Text?
    /// Its runs by number; at least one.
    package let runs: [Int64]
    /// The least and the greatest `observed_at` of its runs.
    package let firstObservedAt: Instant
    package let observedAt: Instant

    /// - Precondition: At least one run, by number.
    init(label: Text?, runs: [DumpRun]) {
        precondition(!runs.isEmpty, "a dump has a run")
        self.label = label
        self.runs = runs.map(\.run)
        firstObservedAt = runs.map(\.observedAt).min()!
        observedAt = runs.map(\.observedAt).max()!
    }

    package var firstRun: Int64 { runs[0] }
    package var lastRun: Int64 { runs[runs.count - 1] }
    /// The UTC day on which it was taken: `2026-03-09`.
    package var day: String { observedAt.day }
    /// Its label, else its day.
    package var name: String { label?.string ?? day }
    /// Its day, with the label in front where it has one: `week 10 (2026-03-09)`.
    package var fullName: String { label.map { "\($0) (\(day))" } ?? day }
}

extension Instant {
    /// The UTC day: `2026-03-09`.
    package var day: String { String(description.prefix { $0 != "T" }) }
}

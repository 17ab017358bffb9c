/// The part of a run that sentences about dumps need.
package struct DumpRun: Equatable, Sendable {
    package var run: Int64
    package var recordedAt: Instant
    package var observedAt: Instant
    /// The label given by `--dump`.
    package var label: Text?
    /// Whether the run read at least one review, changed or not. Catalog loads, replays of rejects
    /// and insight runs read none.
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

/// A dump: all runs that read reviews under one label. Runs without a label belong to one dump per
/// UTC day of `observed_at`.
package struct LoadedDump: Equatable, Sendable {
    package let label: Text?
    /// Its run numbers in ascending order; at least one.
    package let runs: [Int64]
    /// The least and the greatest `observed_at` of its runs.
    package let firstObservedAt: Instant
    package let observedAt: Instant

    /// - Precondition: At least one run, in ascending order of number.
    init(label: Text?, runs: [DumpRun]) {
        precondition(!runs.isEmpty, "a dump has a run")
        self.label = label
        self.runs = runs.map(\.run)
        firstObservedAt = runs.map(\.observedAt).min()!
        observedAt = runs.map(\.observedAt).max()!
    }

    package var firstRun: Int64 { runs[0] }
    package var lastRun: Int64 { runs[runs.count - 1] }
    /// The UTC day of `observedAt`: `2026-03-09`.
    package var day: String { observedAt.day }
    /// The label; the day where there is none.
    package var name: String { label?.string ?? day }
    /// The day, after the label where there is one: `week 10 (2026-03-09)`.
    package var fullName: String { label.map { "\($0) (\(day))" } ?? day }
}

extension Instant {
    /// The UTC day: `2026-03-09`.
    package var day: String { String(description.prefix { $0 != "T" }) }
}

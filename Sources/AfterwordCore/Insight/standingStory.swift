/// The history of a scope: two periods of thirty days by source time, or one step per run where no
/// review has a source time.
func story(_ subject: InsightSubject) -> HistoricalStanding.Story {
    let live = subject.reviews.map(\.review)
    func window(_ reviews: [StoredReview]) -> HistoricalStanding.Window {
        HistoricalStanding.Window(
            reviews: Int64(reviews.count),
            negatives: Int64(reviews.count { ($0.values.star ?? 5) <= 2 }))
    }
    if live.contains(where: { $0.values.createdAt != nil }) {
        func days(_ from: Int64, _ to: Int64) -> HistoricalStanding.Window {
            let first = subject.observedAt.adding(seconds: -86_400 * from)
            let last = subject.observedAt.adding(seconds: -86_400 * to)
            return window(
                live.filter { review in
                    review.values.createdAt.map { $0 > first && $0 <= last } ?? false
                })
        }
        return .days(last: days(30, 0), before: days(60, 30))
    }
    let byRun = Dictionary(grouping: live, by: \.run)
    let steps = byRun.keys.sorted().suffix(HistoricalStanding.stepLimit).map { run in
        HistoricalStanding.Step(
            run: run, observedAt: subject.runs[run] ?? subject.observedAt,
            window: window(byRun[run] ?? []))
    }
    return .noSourceTime(Array(steps))
}

import AfterwordCore
import AfterwordPipeline

/// A column chart over time: negative reviews at the bottom, the others stacked on them.
struct ColumnChart: PageRow {
    var title: String
    var columns: [Column]
    /// The label of the vertical axis: the number of reviews of the highest column.
    var most: String
    /// All columns are zero.
    var isEmpty: Bool
    var first: String
    var last: String

    static let members: KeyValuePairs<String, Member<ColumnChart>> = [
        "title": .text { $0.title }, "columns": .rows { $0.columns }, "most": .text { $0.most },
        "is_empty": .flag { $0.isEmpty }, "first": .text { $0.first }, "last": .text { $0.last },
    ]

    /// One column's data: its label, its position on the axis and its counts.
    struct Period {
        var name: String
        var day: String
        var place: Int64
        var reviews: Int64
        var negatives: Int64
    }

    /// Nil for fewer than two periods, which need no chart.
    init?(_ title: String, _ periods: [Period]) {
        guard let first = periods.first, let last = periods.last, periods.count > 1 else {
            return nil
        }
        let greatest = periods.map(\.reviews).max() ?? 0
        let most = max(1, greatest)
        let width = max(6, min(60, 700 / periods.count))
        let axis = Axis(first.place, last.place, width: Int64(1_000 - width))
        self.title = title
        self.most = several(greatest, "review")
        isEmpty = greatest == 0
        self.first = first.day
        self.last = last.day
        columns = periods.map { period in
            let height = Int(period.reviews * 100 / most)
            // Even one negative review is drawn at least one unit high.
            let bad = period.negatives == 0 ? 0 : max(1, Int(period.negatives * 100 / most))
            return Column(
                name: period.name, reviews: period.reviews, negatives: period.negatives,
                x: Int(axis.place(period.place)), width: width, bad: bad,
                good: max(0, height - bad))
        }
    }
}

extension ColumnChart {
    init?(_ title: String, _ arrivals: some Sequence<DumpArrivals>) {
        self.init(
            title,
            arrivals.map { entry in
                Period(
                    name: entry.dump.fullName, day: entry.dump.day,
                    place: entry.dump.observedAt.microseconds, reviews: entry.reviews,
                    negatives: entry.negatives)
            })
    }
}

/// One column; positions and heights are in units of the chart.
struct Column: PageRow {
    var name: String
    var reviews: Int64
    var negatives: Int64
    var x: Int
    var width: Int
    var bad: Int
    var good: Int

    static let members: KeyValuePairs<String, Member<Column>> = [
        "name": .text { $0.name }, "reviews": .text { several($0.reviews, "review") },
        "negative": .text { grouped($0.negatives) }, "x": .number { $0.x },
        "width": .number { $0.width }, "bad": .number { $0.bad }, "good": .number { $0.good },
        "bad_top": .number { 100 - $0.bad }, "good_top": .number { 100 - $0.bad - $0.good },
    ]
}

/// A line chart of the mean rating over all reviews after each dump.
struct MeanChart: PageRow {
    var points: String
    var high: String
    var low: String
    var first: String
    var last: String
    var words: String

    static let members: KeyValuePairs<String, Member<MeanChart>> = [
        "points": .text { $0.points }, "high": .text { $0.high }, "low": .text { $0.low },
        "first": .text { $0.first }, "last": .text { $0.last }, "words": .text { $0.words },
    ]

    /// - Parameter sums: Counters after runs, in order of run; each holds until the next one.
    /// - Parameter dumps: The dumps on the axis. A dump loaded after a newer one has no state of
    ///   its own and is left out.
    init?(_ sums: [(run: Int64, counters: Counters)], over dumps: LoadedDumps) {
        var known: [(day: String, place: Int64, mean: Int64)] = []
        for dump in dumps.all {
            let state = dumps.state(of: dump)
            guard state >= dump.firstRun,
                let sum = sums.last(where: { $0.run <= state })?.counters,
                let mean = meanStars(sum)
            else { continue }
            known.append((dump.day, dump.observedAt.microseconds, mean))
        }
        guard let first = known.first, let last = known.last, first.place < last.place else {
            return nil
        }
        // The axis covers whole tenths of a star, at least two of them, because both of its ends
        // are labeled.
        let means = known.map(\.mean)
        var low = (means.min() ?? 1_000) / 100 * 100
        let high = max((means.max() ?? 5_000) + 99, low + 200) / 100 * 100
        low = max(0, min(low, high - 200))
        let axis = Axis(first.place, last.place, width: 1_000)
        points = known.map { entry in
            "\(axis.place(entry.place)),\(100 - (entry.mean - low) * 100 / (high - low))"
        }.joined(separator: " ")
        self.high = fixed(high, of: 1_000, places: 1)
        self.low = fixed(low, of: 1_000, places: 1)
        self.first = first.day
        self.last = last.day
        words =
            "\(fixed(first.mean, of: 1_000, places: 2)) on \(first.day), "
            + "\(fixed(last.mean, of: 1_000, places: 2)) on \(last.day)"
    }
}

/// Maps values to positions from 0 to `width`.
private struct Axis {
    private let first: Int64
    private let span: Int64
    private let width: Int64

    init(_ first: Int64, _ last: Int64, width: Int64) {
        self.first = first
        span = max(1, last - first)
        self.width = width
    }

    func place(_ value: Int64) -> Int64 {
        Int64(Double(min(max(0, value - first), span)) / Double(span) * Double(width))
    }
}

/// The reviews that arrived with each dump, as a chart and as lists.
struct ArrivalsRow: PageRow {
    /// The first dump with reviews, and how many it had, in words.
    var start: String
    var chart: ColumnChart?
    /// The last five dumps after the first, newest first, and then all earlier ones.
    var newest: [ArrivalRow]
    var older: [ArrivalRow]

    static let members: KeyValuePairs<String, Member<ArrivalsRow>> = [
        "start": .text { $0.start }, "chart": .row { $0.chart }, "newest": .rows { $0.newest },
        "older": .rows { $0.older }, "has_older": .flag { !$0.older.isEmpty },
    ]

    /// Nil when no reviews have arrived yet.
    init?(_ arrivals: [DumpArrivals]) {
        guard
            let start = arrivals.filter({ $0.reviews > 0 })
                .min(by: { $0.dump.firstRun < $1.dump.firstRun })
        else { return nil }
        let later = arrivals.filter { $0.dump.firstRun > start.dump.firstRun }
        self.start =
            "\(start.dump.fullName): \(several(start.reviews, "review")), "
            + "\(grouped(start.negatives)) negative."
        chart = ColumnChart("What came with each later dump", later)
        let rows = later.reversed().map { ArrivalRow(arrivals: $0) }
        newest = Array(rows.prefix(5))
        older = Array(rows.dropFirst(5))
    }
}

/// The reviews that arrived with one dump.
struct ArrivalRow: PageRow {
    var arrivals: DumpArrivals

    static let members: KeyValuePairs<String, Member<ArrivalRow>> = [
        "dump": .text { $0.arrivals.dump.fullName },
        "reviews": .text { several($0.arrivals.reviews, "review") },
        "negative": .text { grouped($0.arrivals.negatives) },
    ]
}

import AfterwordCore
import AfterwordPipeline

/// Columns over time: negative reviews at the bottom, the others on them.
struct ColumnChart: PageRow {
    var title: String
    var columns: [Column]
    /// The height of the chart in reviews.
    var most: String
    /// There is nothing in any of them.
    var isEmpty: Bool
    var first: String
    var last: String

    static let members: KeyValuePairs<String, Member<ColumnChart>> = [
        "title": .text { $0.title }, "columns": .rows { $0.columns }, "most": .text { $0.most },
        "is_empty": .flag { $0.isEmpty }, "first": .text { $0.first }, "last": .text { $0.last },
    ]

    /// A period, where on the axis it lies, and what it has.
    struct Period {
        var name: String
        var day: String
        var place: Int64
        var reviews: Int64
        var negatives: Int64
    }

    /// Nil of fewer than two periods: one needs no chart.
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
            // A negative review is seen, however many there are beside it.
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

/// The mean of all reviews after each dump, over time.
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

    /// - Parameter sums: Sums after runs, in order; a sum holds until the next one.
    /// - Parameter dumps: The axis. A dump loaded after a newer one has no state of its own and is
    ///   left out.
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
        // Whole tenths of a star, two of them at least: both ends of the axis are written beside it.
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

/// Places on an axis of so many units.
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

/// What came with each dump, as a chart, in words, and as numbers.
struct ArrivalsRow: PageRow {
    /// What came with the first dump, which is everything there was then.
    var start: String
    var chart: ColumnChart?
    /// What came with the newest dumps, and with those before them.
    var newest: [ArrivalRow]
    var older: [ArrivalRow]

    static let members: KeyValuePairs<String, Member<ArrivalsRow>> = [
        "start": .text { $0.start }, "chart": .row { $0.chart }, "newest": .rows { $0.newest },
        "older": .rows { $0.older }, "has_older": .flag { !$0.older.isEmpty },
    ]

    /// Nil where nothing came yet.
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

struct ArrivalRow: PageRow {
    var arrivals: DumpArrivals

    static let members: KeyValuePairs<String, Member<ArrivalRow>> = [
        "dump": .text { $0.arrivals.dump.fullName },
        "reviews": .text { several($0.arrivals.reviews, "review") },
        "negative": .text { grouped($0.arrivals.negatives) },
    ]
}

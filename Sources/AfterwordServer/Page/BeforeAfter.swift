import AfterwordCore
import AfterwordPipeline

/// Whether something was better after a day than before it: did the fix work?
struct BeforeAfter: PageRow {
    /// The page that the form belongs to.
    var path: String
    var kept: [KeptRow]
    var day: String?
    /// The comparison in sentences; nil where no day was asked for.
    var words: String?
    /// Nil where there is nothing to compare.
    var picture: FixPicture?

    static let members: KeyValuePairs<String, Member<BeforeAfter>> = [
        "path": .text { $0.path }, "kept": .rows { $0.kept }, "day": .maybe { $0.day },
        "words": .maybe { $0.words }, "picture": .row { $0.picture },
    ]

    static let parameter = Parameter(
        name: "fixed", form: .date,
        comment: "A day on which something was fixed; what came before and after is compared."
    ).field

    /// - Parameters:
    ///   - path: The page, whose other filters are `names`.
    ///   - fixedOn: The day that people say, where the request names none.
    init(
        _ thing: FixedThing, _ path: String, _ names: [String], _ call: Call,
        since fixedOn: Instant? = nil
    ) throws {
        self.path = path
        kept = call.kept(names)
        let asked = call.text("fixed").flatMap { Instant(iso8601: $0) } ?? fixedOn
        day = asked?.day
        var thing = thing
        let found = try asked.map { try thing.compared(since: $0, call.reader) }
        words = found?.words
        picture = found.flatMap { FixPicture($0) }
    }
}

/// What is compared before and after a day: the complaints of a theme, or negative reviews.
struct FixedThing {
    /// The reviews that the share is of.
    var query: ThemeQuery
    /// Nil for negative reviews.
    var theme: String?
    /// What each dump brought of it, in order.
    var periods: [PicturePeriod] = []
    /// What the page has read of days of writing.
    var written = WrittenScopes()

    /// By the days of writing where the source gives them for every review, else by dumps.
    mutating func compared(
        since day: Instant, _ reader: any StoreReader
    ) throws -> FixComparison {
        try comparedByDays(since: day, reader) ?? FixComparison(periods, since: day)
    }

    /// The same; nil where the source does not give the days.
    mutating func comparedByDays(
        since day: Instant, _ reader: any StoreReader
    ) throws -> FixComparison? {
        guard let days = try written.days(reader, query, saying: theme) else { return nil }
        let periods = days.map { own in
            PicturePeriod(
                name: own.day.day, label: own.day.day, at: own.day, reviews: own.reviews,
                part: theme == nil ? own.negatives : own.marked,
                whole: theme == nil ? own.rated : own.reviews)
        }
        return FixComparison(periods, since: day, isByWriting: true)
    }
}

/// What was said before a day and since: in reviews by their day of writing, or where that is not
/// known by what the dumps brought. Then the first dump is on neither side: it brought the reviews
/// of years at once, written nobody knows when.
struct FixComparison {
    var day: Instant
    /// Whether the periods are days of writing, not dumps.
    var isByWriting: Bool
    /// The days, or the dumps after the first, in order.
    var before: [PicturePeriod]
    var after: [PicturePeriod]

    /// - Parameter periods: In order; those on the day count as after.
    init(_ periods: [PicturePeriod], since day: Instant, isByWriting: Bool = false) {
        let later = periods.filter { !$0.isFirst }
        (self.day, self.isByWriting) = (day, isByWriting)
        before = later.filter { $0.at < day }
        after = later.filter { $0.at >= day }
    }

    var sumBefore: Proportion { Self.sum(before) }
    var sumAfter: Proportion { Self.sum(after) }
    var isComparable: Bool { sumBefore.whole > 0 && sumAfter.whole > 0 }

    private static func sum(_ own: [PicturePeriod]) -> Proportion {
        own.reduce(into: Proportion(0, of: 0)) { sum, period in
            sum = Proportion(sum.part + period.part, of: sum.whole + period.whole)
        }
    }

    /// Both sides with what they are of, and whether chance explains the difference.
    var words: String {
        let earlier = before.isEmpty ? nothingBefore : "\(said(sumBefore)), \(named(before))."
        let since = after.isEmpty ? nothingSince : "\(said(sumAfter)), \(named(after))."
        return "Before \(day.day): \(earlier) Since then: \(since) \(verdict)"
    }

    private var nothingBefore: String {
        isByWriting
            ? "no review was written."
            : "no earlier weeks are known; the first dump brought reviews of any age."
    }

    private var nothingSince: String { isByWriting ? "no review was written." : "no dump." }

    private var verdict: String {
        guard isComparable else { return "There is nothing to compare." }
        let (old, new) = (sumBefore, sumAfter)
        // One in twenty, in billionths.
        guard chanceOfDifference(old, new) <= 50_000_000 else {
            return "Chance alone explains the difference."
        }
        let isLess = Int128(new.part) * Int128(old.whole) < Int128(old.part) * Int128(new.whole)
        return isLess ? "It fell by more than chance." : "It rose by more than chance."
    }

    private func said(_ sum: Proportion) -> String {
        let share = AfterwordCore.share(sum.part, of: sum.whole)
        return "\(percent(share)) (\(grouped(sum.part)) of \(grouped(sum.whole))"
            + (interval(share).map { ", 95 %: \($0)" } ?? "") + ")"
    }

    /// The dumps by name, of many the ends: `new reviews in the dumps of 2026-03-09 and
    /// 2026-03-16`; of days the first and the last.
    private func named(_ periods: [PicturePeriod]) -> String {
        let names = periods.map(\.name)
        guard let first = names.first, let last = names.last else { return "nothing" }
        if isByWriting {
            return "reviews written "
                + (first == last ? "on \(first)" : "from \(first) to \(last)")
        }
        switch names.count {
        case 1: return "new reviews in the dump of \(first)"
        case 2: return "new reviews in the dumps of \(first) and \(last)"
        default: return "new reviews in the \(names.count) dumps of \(first) to \(last)"
        }
    }
}

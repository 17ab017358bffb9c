import AfterwordCore
import AfterwordPipeline

/// Whether something was better after a day than before it: did the fix work?
struct BeforeAfter: PageRow {
    /// The page that the form belongs to.
    var path: String
    var kept: [KeptRow]
    var day: String?
    /// The comparison in a sentence; nil where no day was asked for.
    var words: String?

    static let members: KeyValuePairs<String, Member<BeforeAfter>> = [
        "path": .text { $0.path }, "kept": .rows { $0.kept }, "day": .maybe { $0.day },
        "words": .maybe { $0.words },
    ]

    static let parameter = Parameter(
        name: "fixed", form: .date,
        comment: "A day on which something was fixed; what came before and after is compared."
    ).field

    /// - Parameters:
    ///   - periods: What each dump or month brought; those on the day count as after.
    ///   - fixedOn: The day that people say, where the request names none.
    init(
        _ periods: [PicturePeriod], _ path: String, _ names: [String], _ call: Call,
        since fixedOn: Instant? = nil
    ) {
        self.path = path
        kept = call.kept(names)
        let asked = call.text("fixed").flatMap { Instant(iso8601: $0) } ?? fixedOn
        day = asked?.day
        words = asked.map { Self.words(periods, since: $0) }
    }

    static func words(_ periods: [PicturePeriod], since day: Instant) -> String {
        func sum(_ own: [PicturePeriod]) -> Proportion {
            own.reduce(into: Proportion(0, of: 0)) { sum, period in
                sum = Proportion(sum.part + period.part, of: sum.whole + period.whole)
            }
        }
        let before = sum(periods.filter { $0.at < day })
        let after = sum(periods.filter { $0.at >= day })
        func told(_ sum: Proportion) -> String {
            "\(percent(sum.share)) (\(grouped(sum.part)) of \(grouped(sum.whole))"
                + (interval(sum.share).map { ", 95 %: \($0)" } ?? "") + ")"
        }
        let both = "Before \(day.day): \(told(before)). Since then: \(told(after))."
        guard before.whole > 0, after.whole > 0 else {
            return both + " There is nothing to compare."
        }
        // One in twenty, in billionths.
        guard chanceOfDifference(before, after) <= 50_000_000 else {
            return both + " Chance alone explains the difference."
        }
        let isLess =
            Int128(after.part) * Int128(before.whole) < Int128(before.part) * Int128(after.whole)
        return both + (isLess ? " It fell by more than chance." : " It rose by more than chance.")
    }
}

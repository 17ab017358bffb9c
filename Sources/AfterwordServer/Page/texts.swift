import AfterwordCore
import AfterwordPipeline

/// The mean rating with two decimals; a dash without ratings.
func stars(_ counters: Counters) -> String {
    meanStars(counters).map { fixed($0, of: 1_000, places: 2) } ?? "–"
}

/// A share in percent with one decimal; a dash for nil.
func percent(_ share: Share?) -> String {
    share.map { fixed($0.value, of: 10_000, places: 1) + " %" } ?? "–"
}

/// The confidence interval of a share in percent, such as `1.2–3.4`.
func interval(_ share: Share?) -> String? {
    share.map {
        "\(fixed($0.low, of: 10_000, places: 1))–\(fixed($0.high, of: 10_000, places: 1))"
    }
}

func starText(_ values: ReviewValues) -> String {
    values.rating.map { "\(tenths($0)) ★" } ?? "no stars"
}

func day(_ instant: Instant) -> String { String(instant.description.prefix(10)) }

extension Call {
    /// A copy of this call with values added or replaced. The copy has no `list`.
    func with(_ more: [String: String]) -> Call {
        Call(
            values: values.merging(more) { $1 }, reader: reader, run: run, allRuns: allRuns,
            now: now, limits: limits, brands: brands, refusesEmptyTexts: refusesEmptyTexts,
            productLink: productLink)
    }
}

/// The display name of a hazard; `danger` when there is none or only a person's verdict names it.
func hazardName(_ hazard: String?) -> String {
    guard let hazard, hazard != Danger.judged else { return "danger" }
    return hazard.replacing("_", with: " ")
}

/// How many reviews have words of danger and speak of none, probably; nil for none.
func unlikelyDangers(_ reviews: Int64) -> String? {
    guard reviews > 0 else { return nil }
    return "\(several(reviews, "review")) more with words of danger, probably not dangers."
}

import AfterwordCore
import AfterwordPipeline

func stars(_ counters: Counters) -> String {
    meanStars(counters).map { fixed($0, of: 1_000, places: 2) } ?? "–"
}

func percent(_ share: Share?) -> String {
    share.map { fixed($0.value, of: 10_000, places: 1) + " %" } ?? "–"
}

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
    /// The same call with other values.
    func with(_ more: [String: String]) -> Call {
        Call(
            values: values.merging(more) { $1 }, reader: reader, run: run, allRuns: allRuns,
            now: now, limits: limits, brands: brands, refusesEmptyTexts: refusesEmptyTexts)
    }
}

/// A hazard as people read it; of one that only a person found, that.
func hazardName(_ hazard: String?) -> String {
    guard let hazard, hazard != Danger.judged else { return "danger" }
    return hazard.replacing("_", with: " ")
}

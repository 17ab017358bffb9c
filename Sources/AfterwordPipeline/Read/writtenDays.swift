package import AfterwordCore

/// The live reviews that were written on one UTC day, as the source dates them.
package struct WrittenDay: Equatable, Sendable {
    /// The beginning of the day.
    package var day: Instant
    package var reviews: Int64 = 0
    package var negatives: Int64 = 0
    /// Those that have a rating.
    package var rated: Int64 = 0
    /// Those that complain of the theme asked for.
    package var marked: Int64 = 0
}

/// Of a larger scope the texts are not read for their times.
private let mostReviews = 20_000

/// The live reviews of a query by the day of writing, in order, days without any left out. Nil
/// where a review has no time of its source, where there is none, or of more than 20,000.
///
/// - Parameter aspect: The theme whose complaints are counted as `marked`; nil for none.
/// - Throws: `StoreFault`.
package func writtenDays(
    _ reader: any StoreReader, _ query: ThemeQuery, saying aspect: String? = nil
) throws -> [WrittenDay]? {
    let lexicon = try reader.lexicon()
    let readings = try QueryReadings(reader, query, lexicon)
    guard 1...mostReviews ~= readings.expected else { return nil }
    var dated: [(key: Int64, day: Instant, star: Int?)] = []
    for product in readings.products.values where product.counters.reviewCount > 0 {
        for review in try reader.reviews(ofProduct: product.productID) where review.isLive {
            guard review.times.createdOrigin == .source else { return nil }
            dated.append(
                (review.reviewKey, review.times.createdAt.startOfDay, review.values.star))
        }
    }
    var marked: Set<Int64> = []
    if let place = lexicon.aspects.firstIndex(where: { $0.id == aspect }) {
        marked = Set(try readings.places(of: place).map(\.reviewKey))
    }
    var days: [Instant: WrittenDay] = [:]
    for (key, day, star) in dated {
        var own = days[day] ?? WrittenDay(day: day)
        own.reviews += 1
        if marked.contains(key) { own.marked += 1 }
        if let star {
            own.rated += 1
            if star <= 2 { own.negatives += 1 }
        }
        days[day] = own
    }
    return days.values.sorted { $0.day < $1.day }
}

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

/// The live reviews of scopes by the day of writing. The reviews of a scope are read when it is
/// asked for first, and once for all themes.
package struct WrittenScopes: Sendable {
    /// Of a larger scope the texts are not read for their times.
    private static let mostReviews = 20_000

    private struct Name: Hashable {
        var brand: String?
        var product: Text?
        var scope: ReviewScope?
    }

    private struct Dated: Sendable {
        var reviewKey: Int64
        var day: Instant
        var star: Int?
    }

    private struct Reviews: Sendable {
        /// Nil where the days are not known of all.
        var dated: [Dated]?
    }

    /// The reviews of each scope that was asked for.
    private var known: [Name: Reviews] = [:]

    package init() {}

    /// The live reviews of a query by the day of writing, in order, days without any left out. Nil
    /// where a review has no time of its source, where there is none, or of more than 20,000.
    ///
    /// - Parameters:
    ///   - reader: The same in each call.
    ///   - aspect: The theme whose complaints are counted as `marked`; nil for none.
    /// - Throws: `StoreFault`.
    package mutating func days(
        _ reader: any StoreReader, _ query: ThemeQuery, saying aspect: String? = nil
    ) throws -> [WrittenDay]? {
        let name = Name(brand: query.brand, product: query.product, scope: query.scope)
        if let own = known[name], own.dated == nil { return nil }
        let lexicon = try reader.lexicon()
        let readings = try QueryReadings(reader, query, lexicon)
        let own = try known[name] ?? Reviews(dated: Self.dated(reader, readings))
        known[name] = own
        guard let dated = own.dated else { return nil }
        var marked: Set<Int64> = []
        if let place = lexicon.aspects.firstIndex(where: { $0.id == aspect }) {
            marked = Set(try readings.places(of: place).map(\.reviewKey))
        }
        return Self.days(of: dated, marked)
    }

    /// The reviews with their days; nil where these are not known of all.
    private static func dated(
        _ reader: any StoreReader, _ readings: QueryReadings
    ) throws -> [Dated]? {
        guard 1...mostReviews ~= readings.expected else { return nil }
        var dated: [Dated] = []
        for product in readings.products.values where product.counters.reviewCount > 0 {
            for review in try reader.reviews(ofProduct: product.productID) where review.isLive {
                guard review.times.createdOrigin == .source else { return nil }
                dated.append(
                    Dated(
                        reviewKey: review.reviewKey, day: review.times.createdAt.startOfDay,
                        star: review.values.star))
            }
        }
        return dated
    }

    private static func days(of dated: [Dated], _ marked: Set<Int64>) -> [WrittenDay] {
        var days: [Instant: WrittenDay] = [:]
        for review in dated {
            var own = days[review.day] ?? WrittenDay(day: review.day)
            own.reviews += 1
            if marked.contains(review.reviewKey) { own.marked += 1 }
            if let star = review.star {
                own.rated += 1
                if star <= 2 { own.negatives += 1 }
            }
            days[review.day] = own
        }
        return days.values.sorted { $0.day < $1.day }
    }
}

package import AfterwordCore

/// Which reviews of a theme are listed; everything that is left out holds.
package struct ThemeFilter: Equatable, Sendable {
    package var star: Int?
    package var language: Language?
    /// Only versions that this run or a later one brought.
    package var fromRun: Int64 = 0

    package init() {}

    fileprivate func holds(_ marks: ReadingMarks, but left: Part? = nil) -> Bool {
        (left == .star || star == nil || marks.star == star)
            && (left == .language || language == nil || marks.language == language)
            && marks.run >= fromRun
    }

    fileprivate enum Part { case star, language }
}

/// How many distinct reviews of a theme have one value.
package struct ThemeCount<Value: Hashable & Sendable>: Sendable {
    package var value: Value
    package var reviews: Int64
}

/// A page of a theme's reviews, and what they are of, counted over all of its pages. Each distinct
/// review counts once, except in the arrivals, which count what every dump brought.
package struct ThemeBoard: Sendable {
    package var reviews: Listing<ThemeReview>
    /// Most first; nil stands for products without a brand.
    package var brands: [ThemeCount<Text?>]
    package var products: [ThemeCount<Text>]
    /// Counted without the filter by stars.
    package var stars: [ThemeCount<Int?>]
    /// Counted without the filter by language.
    package var languages: [ThemeCount<Language>]
    /// What each dump brought; `marked` are the live reviews that mention the theme.
    package var arrivals: [DumpArrivals]
}

/// What reviews say of a theme, the newest first; nil for an unknown theme.
///
/// - Throws: `StoreFault`.
package func themeBoard(
    _ reader: any StoreReader, aspect id: String, _ query: ThemeQuery,
    _ filter: ThemeFilter = ThemeFilter(), page: Page
) throws -> ThemeBoard? {
    let lexicon = try reader.lexicon()
    guard let aspect = lexicon.aspects.firstIndex(where: { $0.id == id }) else { return nil }
    let readings = try QueryReadings(reader, query, lexicon)
    let places = try readings.places(of: aspect)
    let all = readings.distinct(places)
    let found = all.filter { filter.holds($0.place.reading.marks) }
    func marks(but part: ThemeFilter.Part) -> [ReadingMarks] {
        all.map(\.place.reading.marks).filter { filter.holds($0, but: part) }
    }
    return ThemeBoard(
        reviews: try readings.themeReviews(found, of: aspect, page),
        brands: counted(found.map { readings.products[$0.place.product]?.dimension[.brand] }),
        products: counted(found.map(\.product)),
        stars: counted(marks(but: .star).map(\.star)),
        languages: counted(marks(but: .language).map(\.language)),
        arrivals: try readings.arrivals(marking: Set(places.map(\.reviewKey))))
}

extension QueryReadings {
    /// The live reviews of the query that mention an aspect, by appearance.
    func places(of aspect: Int) throws -> [ReadingPlace] {
        let list =
            query.strengths ? ReviewList.praise(aspect: aspect) : .complaints(aspect: aspect)
        return try listed(list).filter {
            $0.reading.marks.counts(asStrength: query.strengths)
        }
    }

    /// What each dump brought of the query's products.
    func arrivals(marking keys: Set<Int64>) throws -> [DumpArrivals] {
        let history = try ArrivalHistory(reader, ofProduct: query.product, marking: keys)
        let sums: [(run: Int64, counters: Counters)]
        if let product = query.product {
            sums = try reader.summaryHistory(ofProduct: product)
                .map { ($0.run, $0.row.counters) }
        } else {
            let scope = query.brand.map { Scope(kind: .brand, id: Text($0)) } ?? .portfolio
            sums = try reader.scopeHistory(of: scope).map { ($0.run, $0.row.counters) }
        }
        return history.arrivals(of: products.keys, first: history.first(sums))
    }
}

/// The values with how often they occur, most first.
private func counted<Value: Hashable & Sendable>(_ values: [Value]) -> [ThemeCount<Value>] {
    var counts: [Value: Int64] = [:]
    for value in values { counts[value, default: 0] += 1 }
    return counts.map { ThemeCount(value: $0.key, reviews: $0.value) }.sorted { left, right in
        left.reviews != right.reviews
            ? left.reviews > right.reviews : "\(left.value)" < "\(right.value)"
    }
}

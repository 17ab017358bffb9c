package import AfterwordCore

/// The reviews among which is searched; everything that is left out holds.
package struct SearchFilter: Equatable, Sendable {
    /// An aspect, by its place in the lexicon, as praise or as a complaint.
    package struct Side: Equatable, Sendable {
        var aspect: Int
        var isStrength: Bool

        package init(aspect: Int, isStrength: Bool) {
            (self.aspect, self.isStrength) = (aspect, isStrength)
        }
    }

    package var product: Text?
    /// The brand of its product.
    package var brand: Text?
    /// The language that its texts are read in.
    package var language: Language?
    /// Whole stars; reviews without a rating are left out.
    package var stars: ClosedRange<Int>?
    /// An aspect of the lexicon, which it complains about or praises.
    package var theme: Side?
    /// Written at this moment or later, and before the other; by times of the source alone.
    package var since: Instant?
    package var until: Instant?

    package init() {}
}

/// A review in which the query was found.
package struct SearchHit: Equatable, Sendable {
    /// Its version as of the moment asked about.
    package var version: HistoryRow
    package var brand: Text?
    package var language: Language
    package var match: SearchMatch
    /// The sentence in which it was found.
    package var quote: String { version.values.quote(match.field, match.sentence) }
}

/// The next hits of a search.
package struct SearchPage: Equatable, Sendable {
    package var hits: [SearchHit] = []
    /// Where the next page begins; nil where none follows. A page may have fewer hits than asked
    /// for, or none, and be followed by another: each reads at most `SearchBound.versions`.
    package var next: Int64?
}

/// How much one page of a search, or counting its hits, reads.
package enum SearchBound {
    /// Greatest number of reviews.
    package static let versions = 1024
    /// Documents of the index that counting looks at: of a brand that has few, most are of others.
    package static let documents = 1 << 16
}

/// What a search cannot answer.
package enum SearchFault: Error, Equatable, Sendable {
    /// The place is none of this store.
    case unknownPlace
}

/// The live reviews in which a query is found, those of the newest run first, then by product; a
/// page of them.
///
/// A store that no program with a search index has loaded yet is searched by reading all reviews;
/// its hits are ordered by run, product and review.
///
/// - Parameter place: `SearchPage.next` of the page before; 0 for the first page.
/// - Throws: `SearchFault`, `StoreFault`.
package func searchReviews(
    _ reader: any StoreReader, _ query: SearchQuery, _ filter: SearchFilter = SearchFilter(),
    from place: Int64 = 0, limit: Int
) throws -> SearchPage {
    let segments = try reader.searchSegments()
    var judge = try SearchJudge(reader, query, filter)
    guard !segments.isEmpty else {
        let page = try scanReviews(reader, &judge, from: Int(clamping: place), limit: limit)
        return try withBrands(page, reader)
    }
    do {
        var search = IndexSearch(reader, segments, judge, limit: limit)
        return try withBrands(search.page(from: place), reader)
    } catch is DamagedPart {
        throw StoreFault.unreadable(table: "search_parts", column: "data")
    }
}

/// The page with the brands of its products.
func withBrands(_ page: SearchPage, _ reader: any StoreReader) throws -> SearchPage {
    if page.hits.isEmpty { return page }
    let keys = Set(page.hits.map { productKey(ofReview: $0.version.reviewKey) })
    var brands: [Text: Text] = [:]
    for product in try reader.products(withKeys: keys) {
        brands[product.productID] = product.dimension[.brand]
    }
    var page = page
    for place in page.hits.indices {
        page.hits[place].brand = brands[page.hits[place].version.productID]
    }
    return page
}

/// Decides which versions are hits.
struct SearchJudge {
    private let reader: any StoreReader
    let query: SearchQuery
    let filter: SearchFilter
    private var readings: ReviewReader
    private var cut = SearchCut()
    /// The products seen so far, by whether they are searched.
    private var products: [Int64: Bool] = [:]

    init(_ reader: any StoreReader, _ query: SearchQuery, _ filter: SearchFilter) throws {
        readings = ReviewReader(try reader.lexicon(), isForOne: true)
        (self.reader, self.query, self.filter) = (reader, query, filter)
    }

    /// The keys of the products, of these, whose reviews are searched. Products are looked up only
    /// where a brand is asked for.
    mutating func wanted(_ keys: Set<Int64>) throws -> Set<Int64> {
        guard let brand = filter.brand else { return keys }
        let unknown = keys.filter { products[$0] == nil }
        if !unknown.isEmpty {
            for key in unknown { products[key] = false }
            for product in try reader.products(withKeys: unknown) {
                products[product.productKey] = product.dimension[.brand] == brand
            }
        }
        return keys.filter { products[$0] == true }
    }

    /// The hit in a live version of a product that is searched; nil where it is none.
    mutating func hit(in row: HistoryRow) -> SearchHit? {
        guard row.productID == filter.product ?? row.productID, isInStars(row.values),
            isInTime(row.times),
            let match = query.match(in: row.values, cutting: &cut)
        else { return nil }
        let reading = readings.read(row.values)
        guard filter.language == nil || reading.language == filter.language,
            isOnTheme(reading, row.values)
        else { return nil }
        return SearchHit(version: row, language: reading.language, match: match)
    }

    private func isInStars(_ values: ReviewValues) -> Bool {
        guard let stars = filter.stars else { return true }
        return values.star.map(stars.contains) ?? false
    }

    private func isInTime(_ times: ReviewTimes) -> Bool {
        if filter.since == nil, filter.until == nil { return true }
        return times.createdOrigin != .mock && filter.since.map { $0 <= times.createdAt } ?? true
            && filter.until.map { times.createdAt < $0 } ?? true
    }

    private func isOnTheme(_ reading: ReviewReading, _ values: ReviewValues) -> Bool {
        guard let theme = filter.theme else { return true }
        let isMentioned = reading.mentions.contains {
            $0.aspect == theme.aspect && $0.isNegative != theme.isStrength
        }
        return isMentioned && values.counts(asStrength: theme.isStrength)
    }
}

/// The newest version of each review, where it is live.
///
/// - Parameter rows: Versions and late rows, in any order.
func liveVersions(_ rows: [HistoryRow]) -> [Int64: HistoryRow] {
    var newest: [Int64: HistoryRow] = [:]
    for row in rows where row.operation != .late {
        if row.version > newest[row.reviewKey]?.version ?? 0 { newest[row.reviewKey] = row }
    }
    return newest.filter(\.value.isShown)
}

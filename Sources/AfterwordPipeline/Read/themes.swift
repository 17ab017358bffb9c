package import AfterwordCore
import Dispatch
import Synchronization

/// The reviews whose themes are asked for.
package struct ThemeQuery: Sendable {
    package var brand: String?
    package var product: Text?
    package var scope: ReviewScope?
    /// True for praise, false for complaints.
    package var strengths = false

    package init() {}
}

/// A review that mentions an aspect, with the sentence.
package struct ThemeReview: Sendable {
    package var review: StoredReview
    package var language: Language
    package var field: TrackedField
    package var quote: String
    package var isNew: Bool
    /// How often the review is shown among those that were asked for.
    package var shown = Shown.once
}

/// The themes of the live reviews of a scope, those with the most mentions first.
package func themes(
    _ reader: any StoreReader, _ query: ThemeQuery, lexicon: Lexicon? = nil
) throws -> [Theme] {
    let lexicon = try lexicon ?? reader.lexicon()
    return try QueryReadings(reader, query, lexicon).themes().all
        .themes(strengths: query.strengths, lexicon: lexicon)
}

/// The themes of a query, and of brands within it.
package struct BrandThemes: Sendable {
    private let counted: QueryThemes
    private let lexicon: Lexicon

    /// - Parameter brands: The brands whose themes are counted too.
    package init(
        _ reader: any StoreReader, _ query: ThemeQuery, brands: [Text],
        lexicon: Lexicon? = nil
    ) throws {
        let lexicon = try lexicon ?? reader.lexicon()
        self.lexicon = lexicon
        counted = try QueryReadings(reader, query, lexicon)
            .themes(beside: brands.map { Scope(kind: .brand, id: $0) })
    }

    /// The complaints of all reviews of the query.
    package var complaints: [Theme] { counted.all.themes(strengths: false, lexicon: lexicon) }

    /// The complaints about a brand.
    package func complaints(ofBrand brand: Text) -> [Theme] {
        counted.scopes[Scope(kind: .brand, id: brand)]?
            .themes(strengths: false, lexicon: lexicon) ?? []
    }
}

/// The same, and for complaints also those that the lexicon does not know.
package func allThemes(
    _ reader: any StoreReader, _ query: ThemeQuery, lexicon: Lexicon? = nil
) throws -> (known: [Theme], unknown: [UnknownComplaint]) {
    let lexicon = try lexicon ?? reader.lexicon()
    let readings = try QueryReadings(reader, query, lexicon)
    return (
        try readings.themes().all.themes(strengths: query.strengths, lexicon: lexicon),
        query.strengths ? [] : try unknownComplaints(readings)
    )
}

/// A complaint without a theme: reviews of up to three stars without a known complaint, grouped by
/// words they share.
package struct UnknownComplaint: Sendable {
    package var cluster: SentenceCluster
    package var reviews: [ThemeReview]

    /// How many reviews are looked through, of those without a known complaint and of all others.
    package static let sample = 1024
}

/// The clusters of unknown complaints, those with the most reviews first: of at most
/// `UnknownComplaint.sample` reviews without a known complaint, and as many others, the newest.
/// Where there are enough, the others are one in `ReviewList.sampleStep`.
private func unknownComplaints(_ readings: QueryReadings) throws -> [UnknownComplaint] {
    let limit = UnknownComplaint.sample
    let unread = try readings.newest(limit, of: .quiet)
    if unread.isEmpty { return [] }
    var others = try readings.newest(limit, of: .sample)
    if others.count < limit {
        others = try readings.newestWalked(limit) { !ReviewList.quiet.holds($0) }
    }
    let found = try readings.reviews(unread + others, rereading: true)
    let read = found.sorted { left, right in
        (left.review.productID, left.review.reviewID)
            < (right.review.productID, right.review.reviewID)
    }
    return distinctClusters(read, DistinctReviews(read)).map { cluster in
        UnknownComplaint(
            cluster: cluster,
            reviews: cluster.members.map { member in
                let own = read[member.index]
                return ThemeReview(
                    review: own.review, language: own.reading.language, field: member.field,
                    quote: own.review.values.quote(member.field, member.sentence),
                    isNew: own.isNew)
            })
    }
}

/// The reviews of a query that mention dangers, or that people judged, by product and review.
package func dangerReviews(
    _ reader: any StoreReader, _ query: ThemeQuery, lexicon: Lexicon? = nil
) throws -> [ReadReview] {
    let readings = try QueryReadings(reader, query, lexicon ?? reader.lexicon())
    let dangers = try readings.listed(.dangers)
    let judged = Set(try reader.verdicts().map(\.reviewKey))
        .subtracting(dangers.map(\.reviewKey))
    let places = try dangers + readings.places(of: judged)
    return try readings.reviews(places).sorted { left, right in
        (left.review.productID, left.review.reviewID)
            < (right.review.productID, right.review.reviewID)
    }
}

/// The live reviews of a query, read with a lexicon. New ones are those that the newest dump
/// brought.
///
/// - Parameter since: Only versions brought by later runs than this one.
package func readReviews(
    _ reader: any StoreReader, _ query: ThemeQuery, _ lexicon: Lexicon? = nil, since: Int64 = 0
) throws -> [ReadReview] {
    let lexicon = try lexicon ?? reader.lexicon()
    var brands: [Text: Text] = [:]
    var families: [Text: Text] = [:]
    var outside: Set<Text> = []
    let verdicts = VerdictBook(try reader.verdicts())
    for product in try reader.products(query.product) {
        brands[product.productID] = product.dimension[.brand]
        families[product.productID] = product.dimension[.family]
        if query.scope?.holds(product.productID, product.dimension) == false {
            outside.insert(product.productID)
        }
    }
    let distinct = try StoredDistinctRules(reader, ofProduct: query.product)
    let wanted = query.brand.map { Text($0) }
    let all = try reviews(reader, query, since: since).filter { review in
        review.isLive && (wanted == nil || brands[review.productID] == wanted)
            && !outside.contains(review.productID)
    }
    let brought = try BroughtReviews(reader, among: all)
    // On all cores, because detecting language and phrases takes most of the time.
    let parts = (all.count + partReviews - 1) / partReviews
    let read = Mutex([[ReadReview]](repeating: [], count: parts))
    DispatchQueue.concurrentPerform(iterations: parts) {
        [brands, families, brought, distinct] part in
        let start = part * partReviews
        var reader = ReviewReader(lexicon)
        let own = all[start..<min(start + partReviews, all.count)].map { review in
            let read = ReadReview(
                review: review, brand: brands[review.productID],
                reading: reader.read(review.values), isNew: brought.holds(review),
                verdict: verdicts.verdict(on: review), family: families[review.productID])
            return read.recognised(by: distinct.rules(of: review))
        }
        read.withLock { $0[part] = own }
    }
    return read.withLock { Array($0.joined()) }
}

/// How many reviews one parallel task reads.
private let partReviews = 256

private func reviews(
    _ reader: any StoreReader, _ query: ThemeQuery, since: Int64
) throws -> [StoredReview] {
    guard since > 0 else { return try reader.reviews(ofProduct: query.product) }
    let newest = try reader.newestRun()?.run ?? 0
    let changed = try reader.changed(after: since, upTo: newest)
    // Versions with nothing but new votes are left out.
    let history = WindowHistory(
        DumpWindow(from: since, to: newest), changed, products: [], links: [])
    return changed.asOf(newest).filter { review in
        (query.product ?? review.productID) == review.productID
            && history.difference(review) != nil
    }
}

extension ReviewValues {
    /// The first 200 characters of the body, or of the title where there is no body.
    var beginning: String { (body ?? title).map { String($0.string.prefix(200)) } ?? "" }
}

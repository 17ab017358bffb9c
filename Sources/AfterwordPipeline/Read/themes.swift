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
    _ reader: any StoreReader, _ query: ThemeQuery, lexicon: Lexicon = .first
) throws -> [Theme] {
    sharedThemes(
        try readReviews(reader, query, lexicon), strengths: query.strengths, lexicon: lexicon)
}

/// The same, and for complaints also those that the lexicon does not know.
package func allThemes(
    _ reader: any StoreReader, _ query: ThemeQuery, lexicon: Lexicon = .first
) throws -> (known: [Theme], unknown: [UnknownComplaint]) {
    let read = try readReviews(reader, query, lexicon)
    return (
        sharedThemes(read, strengths: query.strengths, lexicon: lexicon),
        query.strengths ? [] : unknownComplaints(read)
    )
}

/// A complaint without a theme: reviews of up to three stars without a known complaint, grouped by
/// words they share.
package struct UnknownComplaint: Sendable {
    package var cluster: SentenceCluster
    package var reviews: [ThemeReview]
}

/// The clusters of unknown complaints, those with the most reviews first.
private func unknownComplaints(_ read: [ReadReview]) -> [UnknownComplaint] {
    distinctClusters(read, DistinctReviews(read)).map { cluster in
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

/// The reviews of one theme, those with the newest run first, each distinct one once; nil for an
/// unknown theme.
package func themeReviews(
    _ reader: any StoreReader, aspect id: String, _ query: ThemeQuery, lexicon: Lexicon = .first,
    page: Page
) throws -> Listing<ThemeReview>? {
    guard let aspect = lexicon.aspects.firstIndex(where: { $0.id == id }) else { return nil }
    var found: [ThemeReview] = []
    let all = try readReviews(reader, query, lexicon)
    let distinct = DistinctReviews(all)
    for (index, read) in all.enumerated() where distinct.isChosen(index) {
        let mention = read.reading.mentions.first {
            $0.aspect == aspect && $0.isNegative != query.strengths
        }
        guard let mention, read.counts(asStrength: query.strengths) else { continue }
        let review = read.review
        found.append(
            ThemeReview(
                review: review, language: read.reading.language, field: mention.field,
                quote: review.values.quote(mention.field, mention.sentence), isNew: read.isNew,
                shown: distinct.shown(index)))
    }
    return Listing(found.sorted(by: newestFirst), page: page)
}

private func newestFirst(_ left: ThemeReview, _ right: ThemeReview) -> Bool {
    let (l, r) = (left.review, right.review)
    if l.run != r.run { return l.run > r.run }
    return (l.productID, l.reviewID) < (r.productID, r.reviewID)
}

/// The live reviews of a query, read with a lexicon. New ones are those that the newest dump
/// brought.
///
/// - Parameter since: Only versions brought by later runs than this one.
package func readReviews(
    _ reader: any StoreReader, _ query: ThemeQuery, _ lexicon: Lexicon = .first, since: Int64 = 0
) throws -> [ReadReview] {
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
    /// The text of a byte range that begins and ends at character boundaries, as readings do.
    func quote(_ field: TrackedField, _ range: Range<Int>) -> String {
        let text = field == .title ? title : body
        return text.map { String(decoding: $0.bytes[range], as: UTF8.self) } ?? ""
    }

    /// The first 200 characters of the body, or of the title where there is no body.
    var beginning: String { (body ?? title).map { String($0.string.prefix(200)) } ?? "" }
}

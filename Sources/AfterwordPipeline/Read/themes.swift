package import AfterwordCore
import Dispatch
import Synchronization

/// What reviews are asked about.
package struct ThemeQuery: Sendable {
    package var brand: String?
    package var product: Text?
    package var scope: ReviewScope?
    /// What is praised instead of what is complained of.
    package var strengths = false

    package init() {}
}

/// A review that speaks of an aspect, with the sentence it says it in.
package struct ThemeReview: Sendable {
    package var review: StoredReview
    package var language: Language
    package var field: Field
    package var quote: String
    package var isNew: Bool
}

/// Themes across the live reviews of a scope: those that most reviews speak of first.
package func themes(
    _ reader: any StoreReader, _ query: ThemeQuery, lexicon: Lexicon = .first
) throws -> [Theme] {
    sharedThemes(
        try readReviews(reader, query, lexicon), strengths: query.strengths, lexicon: lexicon)
}

/// The same, and of complaints what the lexicon does not know.
package func allThemes(
    _ reader: any StoreReader, _ query: ThemeQuery, lexicon: Lexicon = .first
) throws -> (known: [Theme], unknown: [UnknownComplaint]) {
    let read = try readReviews(reader, query, lexicon)
    return (
        sharedThemes(read, strengths: query.strengths, lexicon: lexicon),
        query.strengths ? [] : unknownComplaints(read)
    )
}

/// Complaints that no theme knows: reviews of up to three stars in which the lexicon reads none, by the words they share.
package struct UnknownComplaint: Sendable {
    package var cluster: SentenceCluster
    package var reviews: [ThemeReview]
}

/// Clusters of what the lexicon does not know, those of most reviews first.
private func unknownComplaints(_ read: [ReadReview]) -> [UnknownComplaint] {
    clusterSentences(read.map { ($0.review.values, $0.reading) }).map { cluster in
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

/// The reviews of one theme, the newest versions first.
package func themeReviews(
    _ reader: any StoreReader, aspect id: String, _ query: ThemeQuery, lexicon: Lexicon = .first,
    page: Page
) throws -> Listing<ThemeReview>? {
    guard let aspect = lexicon.aspects.firstIndex(where: { $0.id == id }) else { return nil }
    var found: [ThemeReview] = []
    for read in try readReviews(reader, query, lexicon) {
        let mention = read.reading.mentions.first {
            $0.aspect == aspect && $0.isNegative != query.strengths
        }
        guard let mention, read.counts(asStrength: query.strengths) else { continue }
        let review = read.review
        found.append(
            ThemeReview(
                review: review, language: read.reading.language, field: mention.field,
                quote: review.values.quote(mention.field, mention.sentence), isNew: read.isNew))
    }
    return Listing(found.sorted(by: newestFirst), page: page)
}

private func newestFirst(_ left: ThemeReview, _ right: ThemeReview) -> Bool {
    let (l, r) = (left.review, right.review)
    if l.run != r.run { return l.run > r.run }
    return (l.productID, l.reviewID) < (r.productID, r.reviewID)
}

/// The live reviews that a query is about, read with a lexicon. New are those that the newest dump brought.
///
/// - Parameter since: Only versions that runs after this one brought.
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
    let wanted = query.brand.map { Text($0) }
    let all = try reviews(reader, query, since: since).filter { review in
        review.isLive && (wanted == nil || brands[review.productID] == wanted)
            && !outside.contains(review.productID)
    }
    let brought = try BroughtReviews(reader, among: all)
    // On all cores: most of the work is reading what a review says.
    let parts = (all.count + partReviews - 1) / partReviews
    let read = Mutex([[ReadReview]](repeating: [], count: parts))
    DispatchQueue.concurrentPerform(iterations: parts) { [brands, families, brought] part in
        let start = part * partReviews
        let own = all[start..<min(start + partReviews, all.count)].map { review in
            ReadReview(
                review: review, brand: brands[review.productID],
                reading: readReview(review.values, with: lexicon), isNew: brought.holds(review),
                verdict: verdicts.verdict(on: review), family: families[review.productID])
        }
        read.withLock { $0[part] = own }
    }
    return read.withLock { Array($0.joined()) }
}

/// Reviews that one thread reads at once.
private let partReviews = 256

private func reviews(
    _ reader: any StoreReader, _ query: ThemeQuery, since: Int64
) throws -> [StoredReview] {
    guard since > 0 else { return try reader.reviews(ofProduct: query.product) }
    let newest = try reader.newestRun()?.run ?? 0
    let changed = try reader.changed(after: since, upTo: newest)
    // New votes alone bring nothing.
    let history = WindowHistory(DumpWindow(from: since, to: newest), changed, products: [])
    return changed.asOf(newest).filter { review in
        (query.product ?? review.productID) == review.productID
            && history.difference(review) != nil
    }
}

extension ReviewValues {
    /// The bytes of a field, which a reading found whole characters in.
    func quote(_ field: Field, _ range: Range<Int>) -> String {
        let text = field == .title ? title : body
        return text.map { String(decoding: $0.bytes[range], as: UTF8.self) } ?? ""
    }

    /// The beginning of the text, or where there is none the title.
    var beginning: String { (body ?? title).map { String($0.string.prefix(200)) } ?? "" }
}

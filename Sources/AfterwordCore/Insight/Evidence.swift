/// A review as it is sent to a model: cut to a length, personal data masked.
package struct EvidenceReview: Sendable {
    package var read: ReadReview
    /// Its id in the request: `r1`, `r2` …
    package var alias: String
    /// Its product's id in the request: `p1`, `p2` …
    package var productAlias: String
    package var title: String?
    package var body: String?

    package var review: StoredReview { read.review }
}

/// The reviews of a scope that are sent to a model.
package struct Evidence: Sendable {
    package var scope: ReviewScope
    package var reviews: [EvidenceReview]
    /// How many distinct live reviews of the scope have a text.
    package var readable: Int
    /// The masked values, for unmasking quotes.
    package var mask: Mask
    /// Hash over the scope, the versions and contents of the reviews, and the rule that chose and
    /// cut them.
    package var digest: Digest256
}

/// Limits on what is sent to a model.
package enum EvidenceLimit {
    /// Tokens of all reviews, as `tokenBound` counts them; in English about three times the real
    /// number.
    package static let tokens = 80_000
    /// Unicode scalars of one text.
    package static let scalars = 1_200
    /// The number of reviews.
    package static let reviews = 600
    /// Of every twenty reviews, how many have one or two stars, three, four or five, and none,
    /// while there are enough.
    static let shares = [13, 3, 3, 1]
    /// Incremented whenever the choosing rule changes, so that cached answers to the old choice are
    /// not used.
    static let version = 1
}

/// Chooses the reviews of a scope that are sent to a model: of a review that is shown several times
/// one. Deterministic, independent of the order of the input. About two thirds are negative. Inside
/// each band of stars, reviews that are the first of their product come first, then those that are
/// the first of their language, then of their quarter of the year (of their run where they have no
/// source time).
///
/// - Parameter tokens: The limit, as `tokenBound` counts.
package func evidence(
    _ scope: ReviewScope, _ reviews: [ReadReview], tokens: Int = EvidenceLimit.tokens
) -> Evidence {
    let distinct = DistinctReviews(reviews)
    let readable = reviews.indices.filter {
        distinct.isChosen($0) && reviews[$0].review.values.hasText
    }.map { index in
        var read = reviews[index]
        read.shown = distinct.shown(index)
        return read
    }
    let chosen = spread(readable)
    var mask = Mask()
    var products: [Text: String] = [:]
    var shown: [EvidenceReview] = []
    var left = tokens
    var builder = DigestEncoder(domain: "afterword.evidence.1")
    builder.add(scope.written)
    builder.add(Int64(EvidenceLimit.version))
    for read in chosen.prefix(EvidenceLimit.reviews) {
        let product = products[read.review.productID] ?? "p\(products.count + 1)"
        let names = read.review.values.authorName
        let review = EvidenceReview(
            read: read, alias: "r\(shown.count + 1)", productAlias: product,
            title: read.review.values.title.map { mask.masking(cutText($0), author: names) },
            body: read.review.values.body.map { mask.masking(cutText($0), author: names) })
        let cost = tokenBound(review.json.canonical)
        guard cost <= left else { continue }
        left -= cost
        products[read.review.productID] = product
        shown.append(review)
        builder.add(read.review.productID)
        builder.add(read.review.reviewID)
        builder.add(read.review.version)
        builder.add(raw: read.review.contentDigest)
    }
    return Evidence(
        scope: scope, reviews: shown, readable: readable.count, mask: mask,
        digest: builder.finish())
}

extension EvidenceReview {
    /// The JSON sent to the model.
    var json: JSONValue {
        .row([
            "id": .string(alias), "version": JSONValue(review.version),
            "product": .string(productAlias),
            "stars": JSONValue(review.values.star.map { Int64($0) }),
            "language": .string(read.reading.language.rawValue),
            "title": JSONValue(title), "text": JSONValue(body),
        ])
    }
}

/// The beginning of a text, cut at the end of a word; at a scalar where the text has no spaces.
func cutText(_ text: Text) -> String {
    let string = text.string
    guard string.unicodeScalars.count > EvidenceLimit.scalars else { return string }
    let beginning = string.unicodeScalars.prefix(EvidenceLimit.scalars)
    let end = beginning.lastIndex { $0 == " " || $0 == "\n" }
    return String(end.map { beginning[..<$0] } ?? beginning)
}

/// The order in which reviews are chosen: the bands of stars in rotation by their shares, each band
/// in the order of `inTurn`.
private func spread(_ reviews: [ReadReview]) -> [ReadReview] {
    var bands: [[ReadReview]] = [[], [], [], []]
    for read in reviews {
        switch read.review.values.star {
        case 1, 2: bands[0].append(read)
        case 3: bands[1].append(read)
        case .some: bands[2].append(read)
        case nil: bands[3].append(read)
        }
    }
    var queues = bands.map { inTurn($0)[...] }
    var order: [ReadReview] = []
    while order.count < reviews.count {
        for (index, share) in EvidenceLimit.shares.enumerated() {
            order += queues[index].prefix(share)
            queues[index] = queues[index].dropFirst(share)
        }
    }
    return order
}

private func inTurn(_ band: [ReadReview]) -> [ReadReview] {
    let sorted = band.sorted { left, right in
        let (l, r) = (left.review, right.review)
        if l.contentDigest != r.contentDigest { return l.contentDigest < r.contentDigest }
        return (l.productID, l.reviewID) < (r.productID, r.reviewID)
    }
    var products: [Text: Int] = [:]
    var languages: [Language: Int] = [:]
    var periods: [Int64: Int] = [:]
    func next<Key>(_ counts: inout [Key: Int], _ key: Key) -> Int {
        counts[key, default: 0] += 1
        return counts[key]!
    }
    let placed = sorted.map { read in
        (
            read,
            [
                next(&products, read.review.productID), next(&languages, read.reading.language),
                next(&periods, period(read.review)),
            ]
        )
    }
    // Stable: ties keep the order of the content digests.
    return placed.enumerated().sorted { left, right in
        left.element.1 == right.element.1
            ? left.offset < right.offset
            : left.element.1.lexicographicallyPrecedes(right.element.1)
    }.map(\.element.0)
}

/// The quarter of the year in which a review was written; without a source time, the negative
/// number of its run.
private func period(_ review: StoredReview) -> Int64 {
    guard let created = review.values.createdAt else { return -review.run }
    return created.month / 100 * 4 + (created.month % 100 - 1) / 3
}

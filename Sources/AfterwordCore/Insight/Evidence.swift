/// A review as a model is shown it: cut to a length, names and numbers of people masked.
package struct EvidenceReview: Sendable {
    package var read: ReadReview
    /// What the model calls it: `r1`, `r2` …
    package var alias: String
    /// What the model calls its product: `p1`, `p2` …
    package var productAlias: String
    package var title: String?
    package var body: String?

    package var review: StoredReview { read.review }
}

/// What a model is shown of a scope.
package struct Evidence: Sendable {
    package var scope: ReviewScope
    package var reviews: [EvidenceReview]
    /// Live reviews of the scope with a text.
    package var readable: Int
    /// What was masked, to put it back into quotes.
    package var mask: Mask
    /// Over scope, versions and contents, and how they were chosen and cut.
    package var digest: Digest256
}

/// Limits of what a model is shown.
package enum EvidenceLimit {
    /// Tokens of the reviews, as `tokenBound` counts them: in English about a third as many real ones.
    package static let tokens = 80_000
    /// Scalars of one text.
    package static let scalars = 1_200
    /// Reviews.
    package static let reviews = 600
    /// Of every twenty reviews so many with one or two stars, three, four or five, and none, as long as there are.
    static let shares = [13, 3, 3, 1]
    /// Changed with the rule that chooses, so that older answers are not taken for newer ones.
    static let version = 1
}

/// Chooses what a model is shown of a scope: deterministic, whatever the order of the reviews. Negative reviews take about
/// two thirds of it, and inside a band of stars those come first that are the first of their product, then of their language,
/// then of their quarter of the year (of the run, where reviews carry no time).
///
/// - Parameter tokens: As `tokenBound` counts them.
package func evidence(
    _ scope: ReviewScope, _ reviews: [ReadReview], tokens: Int = EvidenceLimit.tokens
) -> Evidence {
    let readable = reviews.filter { $0.review.values.title != nil || $0.review.values.body != nil }
    let chosen = spread(readable)
    var mask = Mask()
    var products: [Text: String] = [:]
    var shown: [EvidenceReview] = []
    var left = tokens
    var builder = DigestBuilder(domain: "afterword.evidence.1")
    builder.add(scope.written)
    builder.add(Int64(EvidenceLimit.version))
    for read in chosen.prefix(EvidenceLimit.reviews) {
        let product = products[read.review.productID] ?? "p\(products.count + 1)"
        let names = read.review.values.authorName
        let review = EvidenceReview(
            read: read, alias: "r\(shown.count + 1)", productAlias: product,
            title: read.review.values.title.map { mask.masking(cut($0), author: names) },
            body: read.review.values.body.map { mask.masking(cut($0), author: names) })
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
    /// As the model is shown it.
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

/// The beginning of a text, to the end of a word, or of a scalar where words are not set apart.
private func cut(_ text: Text) -> String {
    let string = text.string
    guard string.unicodeScalars.count > EvidenceLimit.scalars else { return string }
    let beginning = string.unicodeScalars.prefix(EvidenceLimit.scalars)
    let end = beginning.lastIndex { $0 == " " || $0 == "\n" }
    return String(end.map { beginning[..<$0] } ?? beginning)
}

/// The order in which reviews are shown: bands of stars in turn, by their shares; inside a band those first that are the
/// first of something.
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
    // Stable: what is left equal keeps the order of the digests.
    return placed.enumerated().sorted { left, right in
        left.element.1 == right.element.1
            ? left.offset < right.offset
            : left.element.1.lexicographicallyPrecedes(right.element.1)
    }.map(\.element.0)
}

/// The quarter of the year that a review was written in; where it does not say, the run that brought it, below zero.
private func period(_ review: StoredReview) -> Int64 {
    guard let created = review.values.createdAt else { return -review.run }
    return created.month / 100 * 4 + (created.month % 100 - 1) / 3
}

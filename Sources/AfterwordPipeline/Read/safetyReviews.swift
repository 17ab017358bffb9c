package import AfterwordCore

/// A danger mentioned in a review; one is enough for a person to check.
package struct SafetyReview: Sendable {
    package var danger: Danger
    package var review: StoredReview
    package var brand: Text?
    package var language: Language
    package var quote: String
    package var isNew: Bool
    /// A person's verdict on the review's dangers.
    package var verdict: Verdict?

    package var hazard: String { danger.hazard }
}

/// The dangers in reviews, one per hazard and review. Ordered by class, severity of the hazard,
/// newest run and fewest stars. Dangers of class C come last; where they are not listed, the
/// reviews that mention no other are counted.
///
/// - Parameters:
///   - since: Only versions brought by later runs than this one.
///   - withUnlikely: Whether dangers of class C are listed.
package func safetyReviews(
    _ reader: any StoreReader, _ query: ThemeQuery, since: Int64 = 0,
    withUnlikely: Bool = false, page: Page
) throws -> Listing<SafetyReview> {
    var found: [SafetyReview] = []
    var unlikely = 0
    for read in try readReviews(reader, query, since: since) {
        let review = read.review
        let dangers = read.dangers()
        if !dangers.isEmpty, !dangers.contains(where: \.dangerClass.leads) { unlikely += 1 }
        found += dangers.map { danger in
            SafetyReview(
                danger: danger, review: review, brand: read.brand, language: read.reading.language,
                quote: review.values.quote(danger.field, danger.sentence), isNew: read.isNew,
                verdict: read.verdict)
        }
    }
    if !withUnlikely { found.removeAll { !$0.danger.dangerClass.leads } }
    var listing = Listing(found.sorted(by: isBefore), page: page)
    if !withUnlikely { listing.unlikely = unlikely }
    return listing
}

private func isBefore(_ left: SafetyReview, _ right: SafetyReview) -> Bool {
    if left.danger < right.danger || right.danger < left.danger {
        return left.danger < right.danger
    }
    let (l, r) = (left.review, right.review)
    if l.run != r.run { return l.run > r.run }
    let stars = (l.values.star ?? 6, r.values.star ?? 6)
    if stars.0 != stars.1 { return stars.0 < stars.1 }
    return (l.productID, l.reviewID, Text(left.hazard))
        < (r.productID, r.reviewID, Text(right.hazard))
}

package import AfterwordCore

/// A danger that a review speaks of: one is enough, a person should look.
package struct SafetyReview: Sendable {
    package var danger: Danger
    package var review: StoredReview
    package var brand: Text?
    package var language: Language
    package var quote: String
    package var isNew: Bool
    /// What a person found of it.
    package var verdict: Verdict?

    package var hazard: String { danger.hazard }
}

/// Dangers of reviews, each hazard once a review: by class, then severity of the hazard, then the newest versions and fewest
/// stars. Class C stands last, or is only counted.
///
/// - Parameters:
///   - since: Only of versions that runs after this one brought.
///   - withUnlikely: Whether those of class C are listed.
package func safetyReviews(
    _ reader: any StoreReader, _ query: ThemeQuery, since: Int64 = 0,
    withUnlikely: Bool = false, page: Page
) throws -> Listing<SafetyReview> {
    var found: [SafetyReview] = []
    for read in try readReviews(reader, query, since: since) {
        let review = read.review
        found += read.dangers().map { danger in
            SafetyReview(
                danger: danger, review: review, brand: read.brand, language: read.reading.language,
                quote: review.values.quote(danger.field, danger.sentence), isNew: read.isNew,
                verdict: read.verdict)
        }
    }
    let unlikely = found.count { !$0.danger.dangerClass.leads }
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

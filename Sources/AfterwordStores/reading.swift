import AfterwordPipeline

/// What the profile of a dump is told of a review without reading it, as one number: the rating in tenths × 2, or 0, and 1 for a title or
/// a body.
func reading(rating: Int64?, hasText: Bool) -> Int64 { (rating ?? 0) << 1 | (hasText ? 1 : 0) }

/// Nil for a number that no review has.
func told(byReading reading: Int64) -> (rating: Int64?, hasText: Bool)? {
    let rating = reading >> 1
    guard rating == 0 || (10...50).contains(rating) else { return nil }
    return (rating == 0 ? nil : rating, reading & 1 == 1)
}

/// The keys that reviews of any product have.
let greatestReviewKeys: ClosedRange<Int64> =
    0...reviewKeys(ofProduct: greatestProductKey).upperBound

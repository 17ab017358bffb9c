import AfterwordPipeline

/// The rating flags of a review, stored in the column `rating_flags`: twice the rating in tenths,
/// or 0 without a rating, plus 1 where the review has a title or a body. The profile of a dump
/// needs no more than this number.
func ratingFlags(rating: Int64?, hasText: Bool) -> Int64 { (rating ?? 0) << 1 | (hasText ? 1 : 0) }

/// Decodes rating flags; nil for a number that no review has.
func decode(ratingFlags flags: Int64) -> (rating: Int64?, hasText: Bool)? {
    let rating = flags >> 1
    guard rating == 0 || (10...50).contains(rating) else { return nil }
    return (rating == 0 ? nil : rating, flags & 1 == 1)
}

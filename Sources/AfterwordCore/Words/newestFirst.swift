/// Sorts reviews, the newest first.
///
/// By source time, or its estimate, where every review has one. Otherwise by the run that first
/// brought the review, then by that time, with reviews that have none last. Mock times are never
/// used. Ties are
/// broken by product id, then review id.
///
/// - Parameter broughtBy: The run that first brought a review.
package func newestFirst(
    _ reviews: [ListedReview], broughtBy: (ListedReview) -> Int64
) -> [ListedReview] {
    let areDated = reviews.allSatisfy { $0.times.createdOrigin != .mock }
    let rows = reviews.map { review in
        (
            review: review, run: areDated ? 0 : broughtBy(review),
            time: review.times.createdOrigin == .mock
                ? .min : review.times.createdAt.microseconds
        )
    }
    let sorted = rows.sorted { left, right in
        if left.run != right.run { return left.run > right.run }
        if left.time != right.time { return left.time > right.time }
        return (left.review.productID, left.review.reviewID)
            < (right.review.productID, right.review.reviewID)
    }
    return sorted.map(\.review)
}

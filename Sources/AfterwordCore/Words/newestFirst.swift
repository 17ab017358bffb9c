/// Reviews in order, the newest first.
///
/// By source time where every one has one. Else by the run that brought a review, then by source
/// time, those without after those with one. Mock times never sort. Products and reviews by their
/// ids decide what is left.
///
/// - Parameter broughtBy: The run that brought a review first.
package func newestFirst(
    _ reviews: [ListedReview], broughtBy: (ListedReview) -> Int64
) -> [ListedReview] {
    let areDated = reviews.allSatisfy { $0.times.createdOrigin == .source }
    let rows = reviews.map { review in
        (
            review: review, run: areDated ? 0 : broughtBy(review),
            time: review.times.createdOrigin == .source
                ? review.times.createdAt.microseconds : .min
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

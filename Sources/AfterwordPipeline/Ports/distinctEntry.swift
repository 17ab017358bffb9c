package import AfterwordCore

extension StoredReview {
    /// The review among the keys of its product.
    package func distinctEntry(hasGlobalID: Bool) -> DistinctKeys.Entry {
        DistinctKeys.Entry(
            number: reviewNumber(reviewKey), rating: values.rating,
            key: distinctKey(hasGlobalID: hasGlobalID))
    }
}

package import AfterwordCore

/// The reviews of a product, newest first.
package func reviewListing(
    _ reader: any StoreReader, product: Text, star: Int?, withDeleted: Bool, page: Page
) throws -> Listing<ListedReview> {
    let reviews = try reader.listedReviews(ofProduct: product, withDeleted: withDeleted)
        .filter { star == nil || $0.values.star == star }
    let sorted = reviews.sorted { left, right in
        let (l, r) = (left.times.createdAt, right.times.createdAt)
        return l == r ? left.reviewID < right.reviewID : l > r
    }
    return Listing(sorted, page: page)
}

/// Rejects in order of run, file and offset.
package func rejectListing(
    _ reader: any StoreReader, run: Int64?, page: Page
) throws -> Listing<RejectRow> {
    let rejects = try reader.rejects().filter { run == nil || $0.run == run }
    let sorted = rejects.sorted { left, right in
        (left.run, Text(left.file), left.offset) < (right.run, Text(right.file), right.offset)
    }
    return Listing(sorted, page: page)
}

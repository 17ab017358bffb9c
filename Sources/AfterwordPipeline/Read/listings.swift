package import AfterwordCore

/// The reviews of a product, newest first: by source time where all have one, otherwise by the run
/// that first brought them.
package func reviewListing(
    _ reader: any StoreReader, product: Text, star: Int?, withDeleted: Bool, page: Page
) throws -> Listing<ListedReview> {
    let reviews = try reader.listedReviews(ofProduct: product, withDeleted: withDeleted)
        .filter { star == nil || $0.values.star == star }
    var brought: [Text: Int64] = [:]
    let isMock = reviews.contains { $0.times.createdOrigin == .mock }
    // The run of a first version is the run that brought the review.
    if isMock, reviews.contains(where: { $0.version > 1 }) {
        for row in try reader.history(ofProduct: product, review: nil)
        where row.operation == .insert {
            brought[row.reviewID] = min(row.run, brought[row.reviewID] ?? .max)
        }
    }
    let sorted = newestFirst(reviews) { brought[$0.reviewID] ?? $0.run }
    let read = Translations(try reader.enrichments(ofProducts: product...product))
    var listing = Listing(sorted, page: page)
    for index in listing.entries.indices {
        let review = listing.entries[index]
        listing.entries[index].modelReadings = read.readings(
            review.productID, review.reviewID, review.version)
    }
    return listing
}

/// The rejects, ordered by run, file and offset.
package func rejectListing(
    _ reader: any StoreReader, run: Int64?, page: Page
) throws -> Listing<RejectRow> {
    let rejects = try reader.rejects().filter { run == nil || $0.run == run }
    let sorted = rejects.sorted { left, right in
        (left.run, Text(left.file), left.offset) < (right.run, Text(right.file), right.offset)
    }
    return Listing(sorted, page: page)
}

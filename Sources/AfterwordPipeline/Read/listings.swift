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
    let readings = try modelReadings(reader, product: product)
    var listing = Listing(sorted, page: page)
    for index in listing.entries.indices {
        let review = listing.entries[index]
        listing.entries[index].modelReadings =
            readings[ReadVersion(review: review.reviewID, version: review.version)] ?? []
    }
    return listing
}

private struct ReadVersion: Hashable {
    var review: Text
    var version: Int64
}

/// What models read in the versions of a product's reviews: of each language the newest, in order
/// of the languages.
private func modelReadings(
    _ reader: any StoreReader, product: Text
) throws -> [ReadVersion: [ModelReading]] {
    var readings: [ReadVersion: [ModelReading]] = [:]
    for row in try reader.enrichments(ofProducts: product...product) {
        guard let enrichment = ReviewEnrichment(document: row.document) else { continue }
        let version = ReadVersion(review: row.reviewID, version: row.version)
        readings[version, default: []].removeAll { $0.language == row.language }
        readings[version, default: []].append(
            ModelReading(
                model: row.model, servedModel: row.servedModel, language: row.language,
                run: row.madeRun, enrichment: enrichment))
    }
    return readings
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

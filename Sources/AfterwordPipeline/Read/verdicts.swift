package import AfterwordCore

/// People's verdicts on reviews as of a moment. Of each review the newest verdict counts, as long
/// as rating, title and body are those that were judged.
package struct VerdictBook: Sendable {
    private var newest: [Int64: VerdictRow] = [:]

    /// - Parameter rows: In the order in which they were given.
    package init(_ rows: [VerdictRow]) {
        for row in rows { newest[row.reviewKey] = row }
    }

    /// Nil where nobody judged the review's present content.
    package func row(on review: StoredReview) -> VerdictRow? {
        guard let row = newest[review.reviewKey], row.judged == review.values.judgedDigest else {
            return nil
        }
        return row
    }

    package func verdict(on review: StoredReview) -> Verdict? { row(on: review)?.verdict }
}

/// A verdict with the time it was recorded and whether it still applies.
package struct ListedVerdict: Sendable {
    package var row: VerdictRow
    package var recordedAt: Instant?
    package var brand: Text?
    /// Neither replaced by a later verdict nor outdated by an edit.
    package var holds: Bool
}

/// All verdicts, the newest first.
package func verdictListing(
    _ reader: any StoreReader, page: Page
) throws -> Listing<ListedVerdict> {
    let rows = try reader.verdicts()
    let book = VerdictBook(rows)
    var recorded: [Int64: Instant] = [:]
    for run in try reader.runs() { recorded[run.run] = run.recordedAt }
    var holding: [Int64: VerdictRow] = [:]
    var brands: [Text: Text] = [:]
    for product in Set(rows.map(\.productID)) {
        brands[product] = try reader.products(product).first?.dimension[.brand]
        for review in try reader.reviews(ofProduct: product) {
            holding[review.reviewKey] = book.row(on: review)
        }
    }
    let listed = rows.reversed().map { row in
        ListedVerdict(
            row: row, recordedAt: recorded[row.madeRun], brand: brands[row.productID],
            holds: holding[row.reviewKey] == row)
    }
    return Listing(listed, page: page)
}

import AfterwordCore

/// A page of a search in a store without an index: reads all reviews, span by span, and keeps the
/// hits up to the end of the page.
///
/// - Parameter first: The number of hits on the pages before.
func scanReviews(
    _ reader: any StoreReader, _ judge: inout SearchJudge, from first: Int, limit: Int
) throws -> SearchPage {
    let wanted = first.addingReportingOverflow(limit).partialValue
    guard wanted >= first else { throw SearchFault.unknownPlace }
    var found: [SearchHit] = []
    var isCut = false
    func cut() {
        found.sort(by: isBefore)
        isCut = isCut || found.count > wanted
        found = Array(found.prefix(wanted))
    }
    try reader.forEachSpan { span, products in
        let keys = try judge.wanted(Set(products.map(\.productKey)))
        if keys.isEmpty { return }
        for row in liveVersions(try reader.history(in: span)).values
        where keys.contains(productKey(ofReview: row.reviewKey)) {
            if let hit = judge.hit(in: row) { found.append(hit) }
        }
        if found.count > wanted + SpanLimit.rows { cut() }
    }
    cut()
    return SearchPage(
        hits: Array(found.dropFirst(first)), next: isCut ? Int64(wanted) : nil)
}

private func isBefore(_ left: SearchHit, _ right: SearchHit) -> Bool {
    let (l, r) = (left.version, right.version)
    if l.run != r.run { return l.run > r.run }
    return (l.productID, l.reviewID) < (r.productID, r.reviewID)
}

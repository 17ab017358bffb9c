import AfterwordCore

/// Checks that the current row of every review equals its newest version in the history.
struct CurrentAudit {
    private var broken: AuditFinding?
    private var reviewCount = 0
    private var versionedCount = 0
    private var toldCount = 0
    /// Records of a product's first part, which reviews of its other parts may refer to.
    private var firstRecords: [Int64: RawIdentity] = [:]

    mutating func take(_ rows: AuditedRows) {
        var newest: [Int64: Int] = [:]
        for (place, row) in rows.history.enumerated() where row.operation != .late {
            let version = newest[row.reviewKey].map { rows.history[$0].version } ?? 0
            if row.version > version { newest[row.reviewKey] = place }
        }
        var records: [Int64: RawIdentity] = [:]
        // A review holds no record that is pruned.
        for row in rows.raw where row.prunedRun == nil { records[row.rawKey] = row.record }
        if rows.span.part != nil, rows.span.beginsProducts { firstRecords = records }
        reviewCount += rows.reviews.count
        versionedCount += newest.count
        toldCount += rows.told.count
        for review in rows.reviews where broken == nil {
            let row = newest[review.reviewKey].map { rows.history[$0] }
            let record = records[review.rawKey] ?? firstRecords[review.rawKey]
            broken = finding(review, told: rows.told[review.reviewKey], row, record)
        }
        if rows.span.endsProducts { firstRecords = [:] }
    }

    private func finding(
        _ review: StoredReview, told: CurrentPayload?, _ row: HistoryRow?, _ record: RawIdentity?
    ) -> AuditFinding? {
        let hasText = review.values.title != nil || review.values.body != nil
        guard let told, told.rating == review.values.rating, told.hasText == hasText,
            told.payload == review.payloadDigest
        else {
            return AuditFinding(
                run: review.run, table: "product_reviews_current",
                row: "product \(review.productID) review \(review.reviewID)",
                what: "what it tells of its version is not so")
        }
        guard let row, row.version == review.version,
            row.run == review.run, row.observedAt == review.observedAt,
            row.values == review.values, row.times == review.times,
            row.authorID == review.authorID, row.contentDigest == review.contentDigest,
            (row.operation != .delete) == review.isLive,
            isOfKind(review),
            record == RawIdentity(identity: review.identity, payload: review.payloadDigest)
        else {
            return AuditFinding(
                run: review.run, table: "product_reviews_clean",
                row: "product \(review.productID) review \(review.reviewID)",
                what: "it is not the newest version in its history")
        }
        return nil
    }

    func finding(_ reader: any StoreReader) throws -> AuditFinding? {
        if let broken { return broken }
        guard reviewCount == versionedCount else {
            return AuditFinding(
                run: nil, table: "product_reviews_clean", row: "\(reviewCount) reviews",
                what: "the history has \(versionedCount)")
        }
        var count = 0
        try reader.currentPayloads(ofProducts: nil) { _ in count += 1 }
        guard count == toldCount else {
            return AuditFinding(
                run: nil, table: "product_reviews_current", row: "\(count) reviews",
                what: "the products have \(toldCount)")
        }
        return nil
    }
}

/// Whether the review id fits its kind: a derived id begins with its kind's letter, and a source's
/// own id never looks like a derived one.
private func isOfKind(_ review: StoredReview) -> Bool {
    func id(_ source: Text?, _ rules: IdentityRules) -> Text {
        reviewID(source, kind: review.kind, identity: review.identity, by: rules)
    }
    return review.kind == .source
        ? id(review.reviewID, .current) == review.reviewID
            || review.reviewID.bytes.starts(with: Array("a1:".utf8))
        : IdentityRules.allCases.contains { id(nil, $0) == review.reviewID }
}

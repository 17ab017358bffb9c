/// The first version of a review from a single record: digests, times and keys, without its texts.
package struct NewReview: Sendable {
    package var reviewKey: Int64 = 0
    /// Key of its record in bronze: the review key, or that of the staged record.
    package var rawKey: Int64 = 0
    /// Key of its history row.
    package var historyKey: Int64 = 0
    /// Index of its row among the cleaned rows, and of its product among the batch's products.
    package var row: Int32 = 0
    package var product: Int32 = 0
    /// The record: its bytes among the batch's payloads, and its position in the dump.
    package var payloadStart: Int32 = 0
    package var payloadLength: Int32 = 0
    package var file: Int32 = 0
    package var context: Int32 = 0
    package var offset: Int64 = 0
    package var length: Int64 = 0
    package var identity: Digest128
    package var kind: IdentityKind
    package var content: Digest256
    package var payload: Digest128
    package var times: ReviewTimes
    package var salt: Digest128
    package var rowDigest: Digest256
    /// By what the review is recognised where it is shown several times.
    package var distinctKey = DistinctKey.none

    /// Its record was staged: it is in bronze already.
    package var isStaged: Bool { rawKey != reviewKey }

    /// - Parameter row: Its review id must be the final one (`CleanRows.giveID`).
    package init(
        _ row: CleanRow, _ texts: CleanTexts, identity: Identity, content: Digest256,
        payload: Digest128, seed: UInt64, run: Int64, observedAt: Instant, salt: Digest128
    ) {
        self.identity = identity.digest
        kind = identity.kind
        self.content = content
        self.payload = payload
        self.salt = salt
        let times = texts.firstTimes(row, seed: seed, observedAt: observedAt)
        self.times = times
        let digested = DigestedRow(
            productID: row.productID, reviewID: row.reviewID, authorID: row.authorID,
            identity: identity.digest, version: 1, operation: .insert, run: run,
            observedAt: observedAt, changedFields: [], content: content, values: row.values,
            times: times)
        rowDigest = DigestRules.current.row(digested, in: texts) { $0.add(raw: salt) }
    }
}

extension CleanTexts {
    /// `reviewTimes` of a first version.
    func firstTimes(_ row: CleanRow, seed: UInt64, observedAt: Instant) -> ReviewTimes {
        let source = row.values.createdAt ?? row.relativeDate?.estimate(observedAt: observedAt)
        let created =
            source
            ?? {
                var generator = mockGenerator(
                    seed: seed, product: self[row.productID], review: self[row.reviewID],
                    version: 1)
                return mockCreation(before: observedAt, &generator)
            }()
        let origin: TimeOrigin =
            row.values.createdAt != nil ? .source : source != nil ? .estimated : .mock
        return ReviewTimes(
            createdAt: created, createdOrigin: origin,
            updatedAt: row.values.updatedAt ?? created,
            updatedOrigin: row.values.updatedAt == nil ? .mock : .source)
    }
}

extension CleanRows {
    /// Replaces the source's id in a row by the review's permanent id (`reviewID`).
    package mutating func giveID(
        _ index: Int, _ identity: Identity, by rules: IdentityRules, in window: BorrowedBytes
    ) {
        let row = rows[index]
        let isPlain =
            identity.kind == .source && !row.reviewID.isAbsent
            && withTexts(in: window) { !looksDerived($0[row.reviewID]) }
        if isPlain { return }
        let source = withTexts(in: window) { $0.text(row.reviewID) }
        let id = reviewID(source, kind: identity.kind, identity: identity.digest, by: rules)
        rows[index].reviewID = make(id.bytes)
    }
}

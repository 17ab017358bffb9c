package import AfterwordCore

/// New reviews, each from one record: their raw records, first versions and current rows, as one
/// batch in columns, without an allocation for each text.
///
/// The rows of a review have the review's key as theirs, except that the raw record of a staged one
/// (`StagedRecords`) has its own, and that the first version of a review in a product with earlier
/// reviews has an appended key. A store without a faster way inserts the rows one by one
/// (`StoreLoad.insert`).
package struct NewReviews: Sendable {
    package var run: Int64
    package var observedAt: Instant
    /// In order of their keys.
    package var reviews: ArraySlice<NewReview> = []
    /// The cleaned rows, and the texts that cleaning made.
    package var rows = CleanRows()
    /// The bytes of all records, one after another.
    package var payloads: [UInt8] = []
    package var productKeys: [Int64] = []
    package var productIDs: [Text] = []
    /// Names of files and of the shapes they were read by.
    package var files: [(name: String, shape: String)]
    /// Contexts of records; a record refers to one by its index.
    package var contexts: [[UInt8]]

    package init(
        run: Int64, observedAt: Instant, files: [(name: String, shape: String)],
        contexts: [[UInt8]]
    ) {
        self.run = run
        self.observedAt = observedAt
        self.files = files
        self.contexts = contexts
    }

    /// Passes the bytes of texts and records to `body`; they are valid only during the call.
    package func withBytes<Result>(
        _ body: (_ texts: CleanTexts, _ payloads: BorrowedBytes) throws -> Result
    ) rethrows -> Result {
        try payloads.lend { payloads in
            try rows.withTexts(in: payloads) { try body($0, payloads) }
        }
    }
}

extension StoreLoad {
    /// Inserts the rows one by one, by the single-row calls.
    package func insert(_ new: NewReviews) throws {
        let taken = new.withBytes { texts, payloads in
            new.reviews.map { new.taken($0, texts, payloads) }
        }
        try append(raw: zip(new.reviews, taken).filter { !$0.0.isStaged }.map(\.1.raw))
        try append(history: taken.map(\.history))
        try put(reviews: taken.map(\.review))
    }
}

extension NewReviews {
    /// The rows of one review.
    fileprivate func taken(
        _ own: NewReview, _ texts: CleanTexts, _ payloads: BorrowedBytes
    ) -> (raw: RawRow, history: HistoryRow, review: ReviewRow) {
        let row = rows.rows[Int(own.row)]
        let product = Int(own.product)
        let review = StoredReview(
            reviewKey: own.reviewKey, productID: productIDs[product],
            reviewID: texts.text(row.reviewID) ?? Text([]), identity: own.identity,
            kind: own.kind, version: 1, isLive: true, run: run, observedAt: observedAt,
            values: texts.values(of: row), authorID: texts.text(row.authorID), times: own.times,
            contentDigest: own.content, payloadDigest: own.payload, rawKey: own.rawKey)
        let file = files[Int(own.file)]
        let start = Int(own.payloadStart)
        let raw = RawRow(
            rawKey: own.rawKey, productKey: productKeys[product],
            productID: productIDs[product],
            record: RawIdentity(identity: own.identity, payload: own.payload), run: run,
            file: file.name, offset: own.offset, length: own.length, shape: file.shape,
            payload: Array(payloads[start..<start + Int(own.payloadLength)]),
            context: contexts[Int(own.context)])
        let history = HistoryRow(
            reviewKey: own.reviewKey, productID: review.productID, reviewID: review.reviewID,
            identity: own.identity, version: 1, operation: .insert, run: run,
            observedAt: observedAt, values: review.values, authorID: review.authorID,
            times: own.times, changedFields: [], contentDigest: own.content,
            salt: own.salt.bytes, rowDigest: own.rowDigest, historyKey: own.historyKey)
        return (
            raw, history,
            ReviewRow(
                productKey: productKeys[product], review: review, historyKey: own.historyKey,
                firstRawKey: own.rawKey, isNew: true)
        )
    }
}

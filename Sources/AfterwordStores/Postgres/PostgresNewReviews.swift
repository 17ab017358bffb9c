import AfterwordCore
import AfterwordPipeline

/// Copies new reviews directly from a column batch, one table after another.
struct PostgresNewReviews {
    let new: NewReviews

    func copy(over connection: PostgresConnection) throws {
        try new.withBytes { texts, payloads in
            if !new.reviews.allSatisfy(\.isStaged) {
                try copy("product_reviews_raw", Columns.raw, connection) { copy, review, _ in
                    addRaw(review, payloads, to: copy)
                }
            }
            try copy("product_reviews_history", Columns.history, connection) {
                addHistory($1, $2, texts, to: $0)
            }
            try copy("product_reviews_base", Columns.review, connection) {
                addBase($1, $2, texts, to: $0)
            }
        }
    }

    private func copy(
        _ table: String, _ columns: String, _ connection: PostgresConnection,
        _ add: (PostgresCopy, NewReview, CleanRow) -> Void
    ) throws {
        let fields = Columns.names(columns).count
        try connection.copy(into: "\(table) (\(columns))") { copy in
            for review in new.reviews where table != "product_reviews_raw" || !review.isStaged {
                try copy.begin(fields: fields)
                add(copy, review, new.rows.rows[Int(review.row)])
            }
        }
    }

    private func addRaw(
        _ review: NewReview, _ payloads: BorrowedBytes, to copy: PostgresCopy
    ) {
        let file = new.files[Int(review.file)]
        let start = Int(review.payloadStart)
        copy.add(review.rawKey)
        copy.add(nil as Int64?)
        review.identity.withBytes { copy.add(bytes: $0) }
        review.payload.withBytes { copy.add(bytes: $0) }
        copy.add(new.run)
        copy.add(file.name)
        copy.add(review.offset)
        copy.add(review.length)
        copy.add(file.shape)
        let end = start + Int(review.payloadLength)
        copy.add(bytes: payloads.part(start..<end))
        copy.add(blob: new.contexts[Int(review.context)])
    }

    private func addHistory(
        _ review: NewReview, _ row: CleanRow, _ texts: CleanTexts, to copy: PostgresCopy
    ) {
        func add(_ place: TextPlace) { copy.add(text: place.isAbsent ? nil : texts[place]) }
        copy.add(review.historyKey)
        copy.add(review.reviewKey)
        copy.add(1)
        copy.add(Operation.insert.rawValue)
        copy.add(new.run)
        copy.add(new.observedAt.microseconds)
        copy.add(0)
        review.content.withBytes { copy.add(bytes: $0) }
        review.salt.withBytes { copy.add(bytes: $0) }
        review.rowDigest.withBytes { copy.add(bytes: $0) }
        copy.add(row.values.rating)
        add(row.values.title)
        add(row.values.body)
        add(row.values.authorName)
        copy.add(flag: row.values.verified)
        copy.add(row.values.helpfulVotes)
        add(row.values.variant)
        add(row.values.country)
        add(row.values.language)
        add(row.authorID)
        copy.add(review.times.createdAt.microseconds)
        copy.add(review.times.createdOrigin.rawValue)
        copy.add(review.times.updatedAt.microseconds)
        copy.add(review.times.updatedOrigin.rawValue)
    }

    private func addBase(
        _ review: NewReview, _ row: CleanRow, _ texts: CleanTexts, to copy: PostgresCopy
    ) {
        copy.add(review.reviewKey)
        copy.add(new.productKeys[Int(review.product)])
        copy.add(text: texts[row.reviewID])
        review.identity.withBytes { copy.add(bytes: $0) }
        copy.add(review.kind.rawValue)
        copy.add(flag: true)
        review.payload.withBytes { copy.add(bytes: $0) }
        copy.add(review.rawKey)
        copy.add(review.historyKey)
        copy.add(
            reading(
                rating: row.values.rating, hasText: row.values.hasText))
        copy.add(review.rawKey)
    }
}

/// Copies staged records to Bronze, before the load has decided about them.
struct PostgresStagedRecords {
    let batch: StagedRecords

    func copy(over connection: PostgresConnection) throws {
        let fields = Columns.names(Columns.raw).count
        try batch.payloads.lend { payloads in
            try connection.copy(into: "product_reviews_raw (\(Columns.raw))") { copy in
                for record in batch.records {
                    try copy.begin(fields: fields)
                    add(record, payloads, to: copy)
                }
            }
        }
    }

    private func add(
        _ record: StagedRecords.Record, _ payloads: BorrowedBytes, to copy: PostgresCopy
    ) {
        let file = batch.files[Int(record.file)]
        let start = Int(record.payloadStart)
        copy.add(record.rawKey)
        copy.add(nil as Int64?)
        record.identity.withBytes { copy.add(bytes: $0) }
        record.payload.withBytes { copy.add(bytes: $0) }
        copy.add(batch.run)
        copy.add(file.name)
        copy.add(record.offset)
        copy.add(Int64(record.payloadLength))
        copy.add(file.shape)
        copy.add(bytes: payloads.part(start..<start + Int(record.payloadLength)))
        copy.add(blob: batch.contexts[Int(record.context)])
    }
}

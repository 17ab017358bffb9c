import AfterwordCore
import AfterwordPipeline

/// Names of files and shapes, and contexts of records, as bytes: copied once for a batch, so that
/// its rows borrow them.
struct BatchNames {
    private var bytes: [UInt8] = []
    private var files: [(name: Range<Int>, shape: Range<Int>)] = []
    private var contexts: [Range<Int>] = []

    init(files: [(name: String, shape: String)], contexts: [[UInt8]]) {
        for file in files {
            self.files.append((append(Array(file.name.utf8)), append(Array(file.shape.utf8))))
        }
        for context in contexts { self.contexts.append(append(context)) }
    }

    private mutating func append(_ more: [UInt8]) -> Range<Int> {
        let start = bytes.count
        bytes.append(contentsOf: more)
        return start..<bytes.count
    }

    /// Passes the names to `body`; their bytes stay at their address during the call.
    func lend<Result>(_ body: (Lent) throws -> Result) rethrows -> Result {
        try bytes.lend { try body(Lent(names: self, bytes: $0)) }
    }

    /// The names, borrowed.
    struct Lent {
        fileprivate let names: BatchNames
        fileprivate let bytes: BorrowedBytes

        @inline(__always)
        func name(_ file: Int32) -> BorrowedBytes { bytes.part(names.files[Int(file)].name) }
        @inline(__always)
        func shape(_ file: Int32) -> BorrowedBytes { bytes.part(names.files[Int(file)].shape) }
        @inline(__always)
        func context(_ number: Int32) -> BorrowedBytes { bytes.part(names.contexts[Int(number)]) }
    }
}

/// The rows of new reviews in a batch, encoded without an allocation for a row.
struct NewReviewRows {
    private let new: NewReviews
    private let texts: CleanTexts
    private let payloads: BorrowedBytes
    private let names: BatchNames.Lent

    /// Passes the rows of a batch to `body`. Their bytes stay at their address during the call.
    static func lend<Result>(
        _ new: NewReviews, _ body: (NewReviewRows) throws -> Result
    ) rethrows -> Result {
        try BatchNames(files: new.files, contexts: new.contexts).lend { names in
            try new.withBytes { texts, payloads in
                try body(
                    NewReviewRows(new: new, texts: texts, payloads: payloads, names: names))
            }
        }
    }

    /// Adds the columns of `Table.rawRecords`.
    @inline(__always)
    func encodeRaw(_ review: NewReview, into row: inout some RowSink) {
        let start = Int(review.payloadStart)
        RawRecord(
            rawKey: review.rawKey, productKey: nil, identity: review.identity,
            payloadDigest: review.payload, run: new.run, offset: review.offset,
            length: review.length, file: names.name(review.file),
            shape: names.shape(review.file),
            payload: payloads.part(start..<start + Int(review.payloadLength)),
            context: names.context(review.context)
        ).encode(into: &row)
    }

    /// Adds the columns of `Table.reviewHistory`.
    @inline(__always)
    func encodeVersion(_ review: NewReview, into row: inout some RowSink) {
        let clean = new.rows.rows[Int(review.row)]
        VersionFacts(
            historyKey: review.historyKey, reviewKey: review.reviewKey, version: 1,
            operation: .insert, run: new.run, observedAt: new.observedAt, changedFields: [],
            content: review.content, salt: review.salt, rowDigest: review.rowDigest,
            times: review.times
        ).encode(clean.values, author: clean.authorID, in: texts, into: &row)
    }

    /// Adds the columns of `Table.currentReviews`.
    @inline(__always)
    func encodeCurrent(_ review: NewReview, into row: inout some RowSink) {
        let clean = new.rows.rows[Int(review.row)]
        CurrentFacts(
            reviewKey: review.reviewKey, productKey: new.productKeys[Int(review.product)],
            identity: review.identity, kind: review.kind, isLive: true, payload: review.payload,
            rawKey: review.rawKey, historyKey: review.historyKey,
            ratingFlags: ratingFlags(rating: clean.values.rating, hasText: clean.values.hasText)
        ).encode(id: texts[clean.reviewID], firstRawKey: review.rawKey, into: &row)
    }
}

/// The rows of staged records in a batch, encoded without an allocation for a row.
struct StagedRecordRows {
    private let batch: StagedRecords
    private let payloads: BorrowedBytes
    private let names: BatchNames.Lent

    /// Passes the rows of a batch to `body`. Their bytes stay at their address during the call.
    static func lend<Result>(
        _ batch: StagedRecords, _ body: (StagedRecordRows) throws -> Result
    ) rethrows -> Result {
        try BatchNames(files: batch.files, contexts: batch.contexts).lend { names in
            try batch.payloads.lend { payloads in
                try body(StagedRecordRows(batch: batch, payloads: payloads, names: names))
            }
        }
    }

    /// Adds the columns of `Table.rawRecords`.
    @inline(__always)
    func encode(_ record: StagedRecords.Record, into row: inout some RowSink) {
        let start = Int(record.payloadStart)
        RawRecord(
            rawKey: record.rawKey, productKey: nil, identity: record.identity,
            payloadDigest: record.payload, run: batch.run, offset: record.offset,
            length: Int64(record.payloadLength), file: names.name(record.file),
            shape: names.shape(record.file),
            payload: payloads.part(start..<start + Int(record.payloadLength)),
            context: names.context(record.context)
        ).encode(into: &row)
    }
}

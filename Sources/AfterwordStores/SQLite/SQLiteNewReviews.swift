import AfterwordCore
import AfterwordPipeline
import GRDB

/// Inserts new reviews directly from a column batch: SQLite reads every text and payload in place.
final class SQLiteNewReviews {
    private let raw: SQLiteRows
    private let history: SQLiteRows
    private let first: SQLiteRows
    private let later: SQLiteRows
    private var buffered = BufferedBytes()

    init(_ database: Database) throws {
        raw = try SQLiteRows(database, "product_reviews_raw", Columns.raw)
        history = try SQLiteRows(database, "product_reviews_history", Columns.history)
        first = try SQLiteRows(database, "\(SQLiteBase.first)", Columns.review)
        later = try SQLiteRows(database, "\(SQLiteBase.later)", Columns.review)
    }

    /// Inserts one table after another, so that the pages of one table stay in the cache.
    ///
    /// - Returns: Whether some reviews are of products that already had reviews.
    func insert(_ new: NewReviews) throws -> Bool {
        buffered.lay(new)
        let places = 0..<new.reviews.count
        func isFirst(_ place: Int) -> Bool {
            SQLiteBase.isFirst(new.reviews[new.reviews.startIndex + place].historyKey)
        }
        let firsts = places.filter(isFirst)
        let laters = places.filter { !isFirst($0) }
        try buffered.bytes.lend { bytes in
            try new.withBytes { texts, payloads in
                let lent = RowBuffers(
                    new: new, texts: texts, payloads: payloads, buffered: buffered, bytes: bytes)
                let own = new.reviews.indices.filter { !new.reviews[$0].isStaged }
                    .map { $0 - new.reviews.startIndex }
                try raw.insert(own.count) { lent.addRaw(own[$0], to: &$1) }
                try history.insert(new.reviews.count) { lent.addHistory($0, to: &$1) }
                try first.insert(firsts.count) { lent.addBase(firsts[$0], to: &$1) }
                try later.insert(laters.count) { lent.addBase(laters[$0], to: &$1) }
            }
        }
        return !laters.isEmpty
    }
}

/// A column buffer for the values of a batch that are not yet contiguous bytes: digests, names and
/// contexts. Their addresses stay valid until the batch is written.
private struct BufferedBytes {
    private(set) var bytes: [UInt8] = []
    /// Names of files, and of the shapes they are read by.
    private(set) var files: [(name: Range<Int>, shape: Range<Int>)] = []
    /// The context of each review: the bytes that enclose its record.
    private(set) var contexts: [Range<Int>] = []

    // The digests of a review, as offsets from the review's first byte in the buffer.
    static let identity = 0..<16
    static let payload = 16..<32
    static let salt = 32..<48
    static let content = 48..<80
    static let row = 80..<112
    private static let stride = 112

    mutating func lay(_ new: NewReviews) {
        bytes.removeAll(keepingCapacity: true)
        files.removeAll(keepingCapacity: true)
        contexts.removeAll(keepingCapacity: true)
        for review in new.reviews {
            review.identity.withBytes { bytes.append(contentsOf: $0) }
            review.payload.withBytes { bytes.append(contentsOf: $0) }
            review.salt.withBytes { bytes.append(contentsOf: $0) }
            review.content.withBytes { bytes.append(contentsOf: $0) }
            review.rowDigest.withBytes { bytes.append(contentsOf: $0) }
        }
        for file in new.files {
            files.append((append(Array(file.name.utf8)), append(Array(file.shape.utf8))))
        }
        var last: (number: Int32, range: Range<Int>)?
        for review in new.reviews {
            let range: Range<Int>
            if let last, last.number == review.context {
                range = last.range
            } else {
                range = append(new.contexts[Int(review.context)])
            }
            last = (review.context, range)
            contexts.append(range)
        }
    }

    private mutating func append(_ more: [UInt8]) -> Range<Int> {
        let start = bytes.count
        bytes.append(contentsOf: more)
        return start..<bytes.count
    }

    func digest(_ part: Range<Int>, ofReview place: Int) -> Range<Int> {
        let start = place * Self.stride
        return start + part.lowerBound..<start + part.upperBound
    }
}

/// A batch together with its borrowed buffers.
private struct RowBuffers {
    let new: NewReviews
    let texts: CleanTexts
    let payloads: BorrowedBytes
    let buffered: BufferedBytes
    let bytes: BorrowedBytes

    private func digest(_ part: Range<Int>, _ place: Int) -> BorrowedBytes {
        bytes.part(buffered.digest(part, ofReview: place))
    }

    private func review(_ place: Int) -> NewReview { new.reviews[new.reviews.startIndex + place] }

    func addRaw(_ place: Int, to row: inout BoundRow) {
        let review = review(place)
        let file = buffered.files[Int(review.file)]
        row.add(review.rawKey)
        row.addNull()
        row.add(blob: digest(BufferedBytes.identity, place))
        row.add(blob: digest(BufferedBytes.payload, place))
        row.add(new.run)
        row.add(text: bytes.part(file.name))
        row.add(review.offset)
        row.add(review.length)
        row.add(text: bytes.part(file.shape))
        let start = Int(review.payloadStart)
        row.add(blob: payloads.part(start..<start + Int(review.payloadLength)))
        row.add(blob: bytes.part(buffered.contexts[place]))
    }

    func addHistory(_ place: Int, to row: inout BoundRow) {
        let review = review(place)
        let cleaned = new.rows.rows[Int(review.row)]
        let values = cleaned.values
        row.add(review.historyKey)
        row.add(review.reviewKey)
        row.add(1)
        row.add(word: "insert")
        row.add(new.run)
        row.add(new.observedAt.microseconds)
        row.add(0)
        row.add(blob: digest(BufferedBytes.content, place))
        row.add(blob: digest(BufferedBytes.salt, place))
        row.add(blob: digest(BufferedBytes.row, place))
        row.add(optional: values.rating)
        row.add(values.title, texts)
        row.add(values.body, texts)
        row.add(values.authorName, texts)
        row.add(optional: values.verified.map { $0 ? 1 : 0 })
        row.add(optional: values.helpfulVotes)
        row.add(values.variant, texts)
        row.add(values.country, texts)
        row.add(values.language, texts)
        row.add(cleaned.authorID, texts)
        row.add(review.times.createdAt.microseconds)
        row.add(review.times.createdOrigin)
        row.add(review.times.updatedAt.microseconds)
        row.add(review.times.updatedOrigin)
    }

    func addBase(_ place: Int, to row: inout BoundRow) {
        let review = review(place)
        let cleaned = new.rows.rows[Int(review.row)]
        row.add(review.reviewKey)
        row.add(new.productKeys[Int(review.product)])
        row.add(cleaned.reviewID, texts)
        row.add(blob: digest(BufferedBytes.identity, place))
        row.add(word: review.kind == .source ? "a" : review.kind == .author ? "b" : "c")
        row.add(1)
        row.add(blob: digest(BufferedBytes.payload, place))
        row.add(review.rawKey)
        row.add(review.historyKey)
        row.add(
            reading(
                rating: cleaned.values.rating,
                hasText: cleaned.values.hasText))
        row.add(review.rawKey)
    }
}

extension BoundRow {
    fileprivate mutating func add(_ origin: TimeOrigin) {
        add(word: origin == .source ? "source" : "mock")
    }

    fileprivate mutating func add(_ place: TextPlace, _ texts: CleanTexts) {
        if place.isAbsent { addNull() } else { add(text: texts[place]) }
    }
}

/// Inserts staged records into Bronze, before the load has decided about them.
final class SQLiteStagedRecords {
    private let raw: SQLiteRows
    private var buffered: [UInt8] = []

    init(_ database: Database) throws {
        raw = try SQLiteRows(database, "product_reviews_raw", Columns.raw)
    }

    func insert(_ batch: StagedRecords) throws {
        // The buffer holds 32 bytes of digests per record, then names of files and shapes, then
        // contexts.
        buffered.removeAll(keepingCapacity: true)
        for record in batch.records {
            record.identity.withBytes { buffered.append(contentsOf: $0) }
            record.payload.withBytes { buffered.append(contentsOf: $0) }
        }
        func append(_ bytes: [UInt8]) -> Range<Int> {
            buffered.append(contentsOf: bytes)
            return buffered.count - bytes.count..<buffered.count
        }
        let files = batch.files.map { (append(Array($0.name.utf8)), append(Array($0.shape.utf8))) }
        let contexts = batch.contexts.map(append)
        try buffered.lend { buffered in
            try batch.payloads.lend { payloads in
                try raw.insert(batch.records.count) { place, row in
                    let record = batch.records[place]
                    let file = files[Int(record.file)]
                    let start = Int(record.payloadStart)
                    row.add(record.rawKey)
                    row.addNull()
                    row.add(blob: buffered.part(place * 32..<place * 32 + 16))
                    row.add(blob: buffered.part(place * 32 + 16..<place * 32 + 32))
                    row.add(batch.run)
                    row.add(text: buffered.part(file.0))
                    row.add(record.offset)
                    row.add(Int64(record.payloadLength))
                    row.add(text: buffered.part(file.1))
                    row.add(
                        blob: payloads.part(start..<start + Int(record.payloadLength)))
                    row.add(blob: buffered.part(contexts[Int(record.context)]))
                }
            }
        }
    }
}

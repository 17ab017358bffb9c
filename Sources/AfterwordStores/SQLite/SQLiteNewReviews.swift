import AfterwordCore
import AfterwordPipeline
import GRDB
import GRDBSQLite

/// Writes new reviews straight from a batch of columns: SQLite reads every text and record where it lies.
///
/// Unsafe inside: what is bound without a copy (SQLITE_STATIC) outlives the step that reads it, and every column of a row is bound
/// anew for the next.
final class SQLiteNewReviews {
    private let raw: SQLiteStatement
    private let history: SQLiteStatement
    private let base: SQLiteStatement

    init(_ database: Database) throws {
        func prepare(_ table: String, _ columns: String) throws -> SQLiteStatement {
            try SQLiteStatement(
                database,
                "INSERT INTO \(table) (\(columns)) VALUES (\(Columns.marks(columns)))")
        }
        raw = try prepare("product_reviews_raw", Columns.raw)
        history = try prepare("product_reviews_history", Columns.history)
        base = try prepare("product_reviews_base", Columns.review)
    }

    /// Table after table: the pages of one stay in the cache.
    func insert(_ new: NewReviews) throws {
        try new.withBytes { texts, payloads in
            for review in new.reviews { try insertRaw(review, new, payloads) }
            for review in new.reviews {
                try insertHistory(review, new.rows.rows[Int(review.row)], new, texts)
            }
            for review in new.reviews {
                try insertBase(review, new.rows.rows[Int(review.row)], new, texts)
            }
        }
    }

    private func insertRaw(
        _ review: NewReview, _ new: NewReviews, _ payloads: LentBytes
    ) throws {
        let file = new.files[Int(review.file)]
        try review.identity.withBytes { identity in
            try review.payload.withBytes { digest in
                try file.name.lend { name in
                    try file.shape.lend { shape in
                        try new.contexts[Int(review.context)].lend { context in
                            var row = BoundRow(raw)
                            row.add(review.reviewKey)
                            row.add(new.productKeys[Int(review.product)])
                            row.add(blob: identity)
                            row.add(blob: digest)
                            row.add(new.run)
                            row.add(text: name)
                            row.add(review.offset)
                            row.add(review.length)
                            row.add(text: shape)
                            let start = Int(review.payloadStart)
                            let end = start + Int(review.payloadLength)
                            row.add(blob: payloads.part(start..<end))
                            row.add(blob: context)
                            try row.step()
                        }
                    }
                }
            }
        }
    }

    private func insertHistory(
        _ review: NewReview, _ values: CleanRow, _ new: NewReviews, _ texts: CleanTexts
    ) throws {
        try review.content.withBytes { content in
            try review.salt.withBytes { salt in
                try review.rowDigest.withBytes { digest in
                    var row = BoundRow(history)
                    row.add(review.reviewKey)
                    row.add(review.reviewKey)
                    row.add(1)
                    row.add(word: "insert")
                    row.add(new.run)
                    row.add(new.observedAt.microseconds)
                    row.add(0)
                    row.add(blob: content)
                    row.add(blob: salt)
                    row.add(blob: digest)
                    row.add(optional: values.rating)
                    row.add(values.title, texts)
                    row.add(values.body, texts)
                    row.add(values.authorName, texts)
                    row.add(optional: values.verified.map { $0 ? 1 : 0 })
                    row.add(optional: values.helpfulVotes)
                    row.add(values.variant, texts)
                    row.add(values.country, texts)
                    row.add(values.language, texts)
                    row.add(values.authorID, texts)
                    row.add(review.times.createdAt.microseconds)
                    row.add(review.times.createdOrigin)
                    row.add(review.times.updatedAt.microseconds)
                    row.add(review.times.updatedOrigin)
                    try row.step()
                }
            }
        }
    }

    private func insertBase(
        _ review: NewReview, _ values: CleanRow, _ new: NewReviews, _ texts: CleanTexts
    ) throws {
        try review.identity.withBytes { identity in
            try review.payload.withBytes { payload in
                var row = BoundRow(base)
                row.add(review.reviewKey)
                row.add(new.productKeys[Int(review.product)])
                row.add(values.reviewID, texts)
                row.add(blob: identity)
                row.add(
                    word: review.kind == .source ? "a" : review.kind == .author ? "b" : "c")
                row.add(1)
                row.add(blob: payload)
                row.add(review.reviewKey)
                row.add(review.reviewKey)
                row.add(
                    reading(
                        rating: values.rating,
                        hasText: !values.title.isAbsent || !values.body.isAbsent))
                try row.step()
            }
        }
    }
}

/// The columns of one row, bound in their order.
private struct BoundRow {
    private let statement: SQLiteStatement
    private let pointer: OpaquePointer
    private var index: Int32 = 0

    init(_ statement: SQLiteStatement) {
        self.statement = statement
        pointer = statement.pointer
    }

    mutating func add(_ number: Int64) {
        index += 1
        sqlite3_bind_int64(pointer, index, number)
    }

    mutating func add(optional number: Int64?) {
        if let number { add(number) } else { addNull() }
    }

    mutating func addNull() {
        index += 1
        sqlite3_bind_null(pointer, index)
    }

    mutating func add(text: LentBytes) {
        index += 1
        // A buffer without bytes may have no address, which would bind NULL.
        guard let start = text.address.baseAddress else {
            sqlite3_bind_text(pointer, index, "", 0, nil)
            return
        }
        sqlite3_bind_text(
            pointer, index, start.assumingMemoryBound(to: CChar.self), Int32(text.count), nil)
    }

    mutating func add(word: StaticString) {
        add(text: word.lent)
    }

    mutating func add(_ origin: TimeOrigin) { add(word: origin == .source ? "source" : "mock") }

    mutating func add(_ place: TextPlace, _ texts: CleanTexts) {
        if place.isAbsent { addNull() } else { add(text: texts[place]) }
    }

    mutating func add(blob: LentBytes) {
        index += 1
        guard let start = blob.address.baseAddress else {
            sqlite3_bind_zeroblob(pointer, index, 0)
            return
        }
        sqlite3_bind_blob(pointer, index, start, Int32(blob.count), nil)
    }

    func step() throws {
        let code = sqlite3_step(pointer)
        sqlite3_reset(pointer)
        guard code == SQLITE_DONE || code == SQLITE_ROW else { throw statement.fault(code) }
    }
}

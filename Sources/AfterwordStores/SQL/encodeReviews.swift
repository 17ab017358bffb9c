import AfterwordCore
import AfterwordPipeline

// MARK: Bronze

/// A row of `product_reviews_raw` whose bytes are borrowed: from a batch, or from a `RawRow`.
struct RawRecord: TableRow {
    var rawKey: Int64
    /// Nil for a review's first record: the review that refers to it has the product.
    var productKey: Int64?
    var identity: Digest128
    var payloadDigest: Digest128
    var run: Int64
    var offset: Int64
    var length: Int64
    var file: BorrowedBytes
    var shape: BorrowedBytes
    var payload: BorrowedBytes
    var context: BorrowedBytes
    var prunedRun: Int64?

    @inline(__always)
    func encode(into row: inout some RowSink) {
        row.add(rawKey)
        row.add(productKey)
        row.add(identity)
        row.add(payloadDigest)
        row.add(run)
        row.add(text: file)
        row.add(offset)
        row.add(length)
        row.add(text: shape)
        row.add(blob: payload)
        row.add(blob: context)
        row.add(prunedRun)
    }
}

extension RawRow: TableRow {
    func encode(into row: inout some RowSink) {
        var copying = CopyingSink(row)
        file.lend { file in
            shape.lend { shape in
                payload.lend { payload in
                    context.lend { context in
                        RawRecord(
                            rawKey: rawKey, productKey: rawKey < 0 ? productKey : nil,
                            identity: record.identity, payloadDigest: record.payload, run: run,
                            offset: offset, length: length, file: file, shape: shape,
                            payload: payload, context: context, prunedRun: prunedRun
                        ).encode(into: &copying)
                    }
                }
            }
        }
        row = copying.base
    }
}

extension ProductRawRow: TableRow {
    func encode(into row: inout some RowSink) {
        row.add(productKey)
        row.add(digest)
        row.add(run)
        row.add(file)
        row.add(offset)
        row.add(length)
        row.add(blob: payload)
    }
}

extension RejectRow: TableRow {
    func encode(into row: inout some RowSink) {
        row.add(digest)
        row.add(occurrence)
        row.add(run)
        row.add(file)
        row.add(offset)
        row.add(length)
        row.add(word: reason)
        row.add(field)
        row.add(productID)
        row.add(shape)
        row.add(blob: payload)
        row.add(blob: context)
    }
}

// MARK: History

/// A row of `product_reviews_history` without its values.
struct VersionFacts {
    var historyKey: Int64
    var reviewKey: Int64
    var version: Int64
    var operation: Operation
    var run: Int64
    var observedAt: Instant
    var changedFields: FieldSet
    var content: Digest256
    var salt: Digest128
    var rowDigest: Digest256
    var times: ReviewTimes

    /// Adds the row with its values. Texts are held by the row itself, or by their places in
    /// `texts`.
    @inline(__always)
    func encode<Held: EncodedText>(
        _ values: TrackedValues<Held>, author: Held, in texts: Held.Texts,
        into row: inout some RowSink
    ) {
        row.add(historyKey)
        row.add(reviewKey)
        row.add(version)
        row.add(word: operation)
        row.add(run)
        row.add(observedAt)
        row.add(changedFields.rawValue)
        row.add(content)
        row.add(salt)
        row.add(rowDigest)
        for column in ValueStep.all {
            switch column {
            case .number(let field): row.add(values[number: field])
            case .flag(let field): row.add(flag: values[number: field].map { $0 != 0 })
            case .text(let field): values[text: field].encode(in: texts, into: &row)
            case .instant(let field): row.add(times.instant(of: field))
            case .origin(let field): row.add(word: times.origin(of: field))
            case .author: author.encode(in: texts, into: &row)
            }
        }
    }
}

/// How each column of `ValueColumn.stored` is encoded, worked out once.
private enum ValueStep {
    case number(TrackedField)
    case flag(TrackedField)
    case text(TrackedField)
    case instant(TrackedField)
    case origin(TrackedField)
    case author

    static let all: [ValueStep] = ValueColumn.stored.map { column in
        switch column {
        case .authorID: return .author
        case .origin(let field): return .origin(field)
        case .field(let field):
            switch field.form {
            case .rating, .count: return .number(field)
            case .flag: return .flag(field)
            case .text: return .text(field)
            case .instant: return .instant(field)
            }
        }
    }
}

/// A held text that a row's encoder adds. Declared here, so that the encoders of both stores are
/// specialised for it.
protocol EncodedText: HeldText {
    /// Adds the text; NULL for an absent one.
    func encode(in texts: Texts, into row: inout some RowSink)
}

extension TextPlace: EncodedText {
    @inline(__always)
    func encode(in texts: CleanTexts, into row: inout some RowSink) {
        row.add(text: isAbsent ? nil : texts[self])
    }
}

extension Text?: EncodedText {
    func encode(in texts: Void, into row: inout some RowSink) { row.add(self) }
}

extension HistoryRow: TableRow {
    func encode(into row: inout some RowSink) {
        let facts = VersionFacts(
            historyKey: historyKey, reviewKey: reviewKey, version: version, operation: operation,
            run: run, observedAt: observedAt, changedFields: changedFields,
            content: contentDigest, salt: Digest128(salt), rowDigest: rowDigest, times: times)
        facts.encode(values, author: authorID, in: (), into: &row)
    }
}

// MARK: Current rows

/// A row of the current reviews, without its id.
struct CurrentFacts {
    var reviewKey: Int64
    var productKey: Int64
    var identity: Digest128
    var kind: IdentityKind
    var isLive: Bool
    var payload: Digest128
    var rawKey: Int64
    var historyKey: Int64
    var ratingFlags: Int64

    /// Adds the columns of `Table.currentStates`: all except the record that the review was first
    /// seen in.
    @inline(__always)
    func encodeState(id: BorrowedBytes, into row: inout some RowSink) {
        row.add(reviewKey)
        row.add(productKey)
        row.add(text: id)
        row.add(identity)
        row.add(word: kind)
        row.add(flag: isLive)
        row.add(payload)
        row.add(rawKey)
        row.add(historyKey)
        row.add(ratingFlags)
    }

    /// Adds the columns of `Table.currentReviews`.
    @inline(__always)
    func encode(id: BorrowedBytes, firstRawKey: Int64, into row: inout some RowSink) {
        encodeState(id: id, into: &row)
        row.add(firstRawKey)
    }
}

extension ReviewRow: TableRow {
    func encode(into row: inout some RowSink) {
        encodeState(into: &row)
        row.add(firstRawKey)
    }

    /// Adds the columns of `Table.currentStates`.
    func encodeState(into row: inout some RowSink) {
        let facts = CurrentFacts(
            reviewKey: review.reviewKey, productKey: productKey, identity: review.identity,
            kind: review.kind, isLive: review.isLive, payload: review.payloadDigest,
            rawKey: review.rawKey, historyKey: historyKey,
            ratingFlags: AfterwordStores.ratingFlags(
                rating: review.values.rating, hasText: review.values.hasText))
        var copying = CopyingSink(row)
        review.reviewID.bytes.lend { facts.encodeState(id: $0, into: &copying) }
        row = copying.base
    }
}

extension PayloadMove: TableRow {
    func encode(into row: inout some RowSink) {
        row.add(payloadDigest)
        row.add(rawKey)
        row.add(reviewKey)
    }
}

extension ReviewLink: TableRow {
    func encode(into row: inout some RowSink) {
        row.add(run)
        row.add(to.key)
        row.add(from.key)
        row.add(version)
        row.add(word: match)
        row.add(identity)
        row.add(score)
    }
}

extension SearchSegment: TableRow {
    func encode(into row: inout some RowSink) {
        row.add(segment)
        row.add(run)
        row.add(documents)
        row.add(bucketBits)
    }
}

extension SearchPart: TableRow {
    func encode(into row: inout some RowSink) {
        row.add(key)
        row.add(blob: data)
    }
}

extension VerdictRow: TableRow {
    func encode(into row: inout some RowSink) {
        row.add(reviewKey)
        row.add(version)
        row.add(madeRun)
        row.add(word: verdict)
        row.add(judgedBy)
        row.add(why)
        row.add(judged)
    }
}

extension EnrichmentRow: TableRow {
    func encode(into row: inout some RowSink) {
        row.add(reviewKey)
        row.add(version)
        row.add(madeRun)
        row.add(language)
        row.add(model)
        row.add(optional: servedModel)
        row.add(cacheKey.description)
        row.add(readDigest)
        row.add(document)
    }
}

package import AfterwordCore

/// What a load starts from: the next keys, and the digests of the newest run.
package struct StoreHead: Equatable, Sendable {
    /// Number of the next run; 1 in an empty store.
    package var nextRun: Int64
    package var nextProductKey: Int64
    /// Keys of appended rows: those that are not a review's first (`firstAppendedKey`).
    package var nextRawKey: Int64
    package var nextHistoryKey: Int64
    /// Number of the next segment of the search index; 1 where the store has none.
    package var nextSegment: Int64
    package var lastRecordedAt: Instant?
    package var historyDigest: Digest256
    package var ledgerDigest: Digest256
    /// `observed_at` of the newest dump that was complete for everything, and the newest such run.
    package var lastCompleteAllAt: Instant?
    package var lastCompleteAllRun: Int64?
    /// `RunRecord.reader` of the newest run.
    package var reader: Int64?

    package init(
        nextRun: Int64, nextProductKey: Int64, nextRawKey: Int64, nextHistoryKey: Int64,
        nextSegment: Int64, lastRecordedAt: Instant?, historyDigest: Digest256,
        ledgerDigest: Digest256, lastCompleteAllAt: Instant?, lastCompleteAllRun: Int64?
    ) {
        self.nextRun = nextRun
        self.nextProductKey = nextProductKey
        self.nextRawKey = nextRawKey
        self.nextHistoryKey = nextHistoryKey
        self.nextSegment = nextSegment
        self.lastRecordedAt = lastRecordedAt
        self.historyDigest = historyDigest
        self.ledgerDigest = ledgerDigest
        self.lastCompleteAllAt = lastCompleteAllAt
        self.lastCompleteAllRun = lastCompleteAllRun
    }
}

/// A run with its `observed_at` and its dump.
package struct RunClock: Equatable, Sendable {
    package var run: Int64
    package var observedAt: Instant
    package var dumpLabel: Text?

    package init(run: Int64, observedAt: Instant, dumpLabel: Text?) {
        self.run = run
        self.observedAt = observedAt
        self.dumpLabel = dumpLabel
    }
}

/// A product: its observation clocks, attributes and sums.
package struct ProductState: Equatable, Sendable {
    package var productKey: Int64
    package var productID: Text
    /// By which kind of identity its reviews are matched.
    package var kind: IdentityKind
    /// `observed_at` of the newest dump that named it.
    package var lastObservedAt: Instant
    /// `observed_at` of the newest dump that was complete for it; nil for none.
    package var lastCompleteAt: Instant?
    /// The run that named it first.
    package var firstRun: Int64
    /// The newest run that named it.
    package var lastRun: Int64
    package var attributes: [Attribute: StoredAttribute]
    package var summary: ProductSummary

    package init(
        productKey: Int64, productID: Text, kind: IdentityKind, lastObservedAt: Instant,
        lastCompleteAt: Instant?, firstRun: Int64, lastRun: Int64,
        attributes: [Attribute: StoredAttribute],
        summary: ProductSummary
    ) {
        self.productKey = productKey
        self.productID = productID
        self.kind = kind
        self.lastObservedAt = lastObservedAt
        self.lastCompleteAt = lastCompleteAt
        self.firstRun = firstRun
        self.lastRun = lastRun
        self.attributes = attributes
        self.summary = summary
    }

    /// The values of its attributes.
    package var dimension: ProductAttributes {
        var dimension = ProductAttributes()
        for (attribute, stored) in attributes { dimension[attribute] = stored.value }
        return dimension
    }
}

/// The part of a review that is needed to recognize its bytes in a dump (`PayloadIndex`).
package struct CurrentPayload: Equatable, Sendable {
    package var reviewKey: Int64
    package var productKey: Int64
    package var identity: Digest128
    package var payload: Digest128
    /// Its identity is of kind c (content).
    package var isIdentifiedByContent: Bool
    package var isLive: Bool
    /// In tenths of a star.
    package var rating: Int64?
    /// Whether it has a title or a body.
    package var hasText: Bool

    package init(
        reviewKey: Int64, productKey: Int64, identity: Digest128, payload: Digest128,
        isIdentifiedByContent: Bool, isLive: Bool, rating: Int64?, hasText: Bool
    ) {
        self.reviewKey = reviewKey
        self.productKey = productKey
        self.identity = identity
        self.payload = payload
        self.isIdentifiedByContent = isIdentifiedByContent
        self.isLive = isLive
        self.rating = rating
        self.hasText = hasText
    }
}

/// The part of a review that is needed to see that nothing changed.
package struct CurrentKey: Equatable, Sendable {
    package var reviewKey: Int64
    package var productKey: Int64
    package var identity: Digest128
    package var payloadDigest: Digest128
    package var isLive: Bool

    package init(
        reviewKey: Int64, productKey: Int64, identity: Digest128, payloadDigest: Digest128,
        isLive: Bool
    ) {
        self.reviewKey = reviewKey
        self.productKey = productKey
        self.identity = identity
        self.payloadDigest = payloadDigest
        self.isLive = isLive
    }
}

/// A review's current row, with its product's key.
package struct ReviewRow: Equatable, Sendable {
    package var productKey: Int64
    package var review: StoredReview
    /// The history row of its version.
    package var historyKey: Int64
    /// The raw record that it was first seen in. Ignored for a review that is stored already.
    package var firstRawKey: Int64
    /// No review with this key is stored yet.
    package var isNew: Bool

    package init(
        productKey: Int64, review: StoredReview, historyKey: Int64, firstRawKey: Int64,
        isNew: Bool
    ) {
        self.productKey = productKey
        self.review = review
        self.historyKey = historyKey
        self.firstRawKey = firstRawKey
        self.isNew = isNew
    }
}

/// A product whose range of review times is looked up, without some of its reviews.
package struct RangeQuestion: Sendable {
    package var productKey: Int64
    /// Keys of reviews that are left out.
    package var without: [Int64]

    package init(productKey: Int64, without: [Int64]) {
        self.productKey = productKey
        self.without = without
    }
}

/// A month of a product to look up.
package struct MonthQuestion: Hashable, Sendable {
    package var productKey: Int64
    package var key: MonthKey

    package init(productKey: Int64, key: MonthKey) {
        self.productKey = productKey
        self.key = key
    }
}

/// A raw record to look up, and the review that it may belong to.
package struct RawQuestion: Hashable, Sendable {
    package var record: RawIdentity
    package var reviewKey: Int64?

    package init(record: RawIdentity, reviewKey: Int64?) {
        self.record = record
        self.reviewKey = reviewKey
    }
}

/// A review seen again in other bytes, with the payload that it holds from now on.
package struct PayloadMove: Equatable, Sendable {
    package var reviewKey: Int64
    package var payloadDigest: Digest128
    package var rawKey: Int64

    package init(reviewKey: Int64, payloadDigest: Digest128, rawKey: Int64) {
        self.reviewKey = reviewKey
        self.payloadDigest = payloadDigest
        self.rawKey = rawKey
    }
}

/// A row of `product_raw`: an object around reviews without its list of them.
package struct ProductRawRow: Equatable, Sendable {
    package var productKey: Int64
    package var productID: Text
    package var digest: Digest128
    package var run: Int64
    package var file: String
    package var offset: Int64
    package var length: Int64
    package var payload: [UInt8]

    package init(
        productKey: Int64, productID: Text, digest: Digest128, run: Int64, file: String,
        offset: Int64, length: Int64, payload: [UInt8]
    ) {
        self.productKey = productKey
        self.productID = productID
        self.digest = digest
        self.run = run
        self.file = file
        self.offset = offset
        self.length = length
        self.payload = payload
    }
}

/// A row of `rejected_records`.
package struct RejectRow: Equatable, Sendable {
    /// Digest over reason, field, product, bytes and context.
    package var digest: Digest128
    /// Its number among equal rejects of its dump, from 0.
    package var occurrence: Int64
    package var run: Int64
    package var file: String
    package var offset: Int64
    package var length: Int64
    package var reason: RejectReason
    /// The field that is unreadable; empty where the bytes are.
    package var field: String
    package var productID: Text?
    package var shape: String
    package var payload: [UInt8]
    package var context: [UInt8]

    package init(
        digest: Digest128, occurrence: Int64, run: Int64, file: String, offset: Int64,
        length: Int64, reason: RejectReason, field: String, productID: Text?, shape: String,
        payload: [UInt8], context: [UInt8]
    ) {
        self.digest = digest
        self.occurrence = occurrence
        self.run = run
        self.file = file
        self.offset = offset
        self.length = length
        self.reason = reason
        self.field = field
        self.productID = productID
        self.shape = shape
        self.payload = payload
        self.context = context
    }
}

extension RejectRow {
    /// `digest`, computed.
    package var computedDigest: Digest128 {
        var builder = DigestEncoder(domain: "afterword.reject.1")
        builder.add(reason.rawValue)
        builder.add(Text(field))
        builder.add(optional: productID)
        builder.add(payload)
        builder.add(context)
        return builder.finish128()
    }
}

/// A row of `shapes`: a shape as last used.
package struct ShapeRow: Equatable, Sendable {
    package var name: String
    package var version: Int64
    package var document: String
    /// The first run that used this document, where reviews of before were read by another one and
    /// not read again since (`recleanStore`); nil where all are read by this one.
    package var staleSince: Int64?

    package init(name: String, version: Int64, document: String, staleSince: Int64? = nil) {
        self.name = name
        self.version = version
        self.document = document
        self.staleSince = staleSince
    }

    /// A shape by which all of its reviews are read.
    init(_ shape: Shape) {
        self.init(name: shape.name, version: Int64(shape.version), document: shape.document)
    }
}

/// A row of `products_dim_history`.
package struct AttributeRow: Equatable, Sendable {
    package var productKey: Int64
    package var productID: Text
    package var run: Int64
    package var attributes: ProductAttributes

    package init(productKey: Int64, productID: Text, run: Int64, attributes: ProductAttributes) {
        self.productKey = productKey
        self.productID = productID
        self.run = run
        self.attributes = attributes
    }
}

/// A row as it was after a run.
package struct HistoryOf<Row: Equatable & Sendable>: Equatable, Sendable {
    package var run: Int64
    package var row: Row

    package init(run: Int64, row: Row) {
        self.run = run
        self.row = row
    }
}

package import AfterwordCore

/// What a load begins with.
package struct StoreHead: Equatable, Sendable {
    /// The number of the next run, from 1.
    package var nextRun: Int64
    package var nextProductKey: Int64
    /// Of rows that are not a review's first (`firstLaterKey`).
    package var nextRawKey: Int64
    package var nextHistoryKey: Int64
    package var lastRecordedAt: Instant?
    package var historyDigest: Digest256
    package var ledgerDigest: Digest256
    /// When the newest dump that was complete for everything was taken, and the newest such run.
    package var lastCompleteAllAt: Instant?
    package var lastCompleteAllRun: Int64?

    package init(
        nextRun: Int64, nextProductKey: Int64, nextRawKey: Int64, nextHistoryKey: Int64,
        lastRecordedAt: Instant?, historyDigest: Digest256, ledgerDigest: Digest256,
        lastCompleteAllAt: Instant?, lastCompleteAllRun: Int64?
    ) {
        self.nextRun = nextRun
        self.nextProductKey = nextProductKey
        self.nextRawKey = nextRawKey
        self.nextHistoryKey = nextHistoryKey
        self.lastRecordedAt = lastRecordedAt
        self.historyDigest = historyDigest
        self.ledgerDigest = ledgerDigest
        self.lastCompleteAllAt = lastCompleteAllAt
        self.lastCompleteAllRun = lastCompleteAllRun
    }
}

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

/// A product: its clocks of observation, attributes and sums.
package struct ProductState: Equatable, Sendable {
    package var productKey: Int64
    package var productID: Text
    /// By what its reviews are known again.
    package var kind: IdentityKind
    package var lastObservedAt: Instant
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

    package var dimension: ProductAttributes {
        var dimension = ProductAttributes()
        for (attribute, stored) in attributes { dimension[attribute] = stored.value }
        return dimension
    }
}

/// As much of a review as is needed to know its bytes again.
package struct CurrentPayload: Equatable, Sendable {
    package var reviewKey: Int64
    package var productKey: Int64
    package var identity: Digest128
    package var payload: Digest128
    /// Its identity is of kind c.
    package var isKnownByTexts: Bool
    package var isLive: Bool
    package var rating: Int64?
    /// Whether it has a title or a body.
    package var hasText: Bool

    package init(
        reviewKey: Int64, productKey: Int64, identity: Digest128, payload: Digest128,
        isKnownByTexts: Bool, isLive: Bool, rating: Int64?, hasText: Bool
    ) {
        self.reviewKey = reviewKey
        self.productKey = productKey
        self.identity = identity
        self.payload = payload
        self.isKnownByTexts = isKnownByTexts
        self.isLive = isLive
        self.rating = rating
        self.hasText = hasText
    }
}

/// As much of a review as is needed to see that nothing changed.
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

/// What makes a raw record the same record.
package struct RawIdentity: Hashable, Sendable {
    package var identity: Digest128
    package var payload: Digest128

    package init(identity: Digest128, payload: Digest128) {
        self.identity = identity
        self.payload = payload
    }
}

/// A row of `product_reviews_raw`: a record byte for byte, with where it was first seen.
package struct RawRow: Equatable, Sendable {
    package var rawKey: Int64
    package var productKey: Int64
    package var productID: Text
    package var record: RawIdentity
    package var run: Int64
    package var file: String
    package var offset: Int64
    package var length: Int64
    package var shape: String
    package var payload: [UInt8]
    package var context: [UInt8]

    package init(
        rawKey: Int64, productKey: Int64, productID: Text, record: RawIdentity, run: Int64,
        file: String, offset: Int64, length: Int64, shape: String, payload: [UInt8],
        context: [UInt8]
    ) {
        self.rawKey = rawKey
        self.productKey = productKey
        self.productID = productID
        self.record = record
        self.run = run
        self.file = file
        self.offset = offset
        self.length = length
        self.shape = shape
        self.payload = payload
        self.context = context
    }
}

/// The bytes of a raw record, to be cleaned again.
package struct RawPayload: Equatable, Sendable {
    package var rawKey: Int64
    package var shape: String
    package var payload: [UInt8]
    package var context: [UInt8]

    package init(rawKey: Int64, shape: String, payload: [UInt8], context: [UInt8]) {
        self.rawKey = rawKey
        self.shape = shape
        self.payload = payload
        self.context = context
    }
}

/// A review of the base with its product's key.
package struct ReviewRow: Equatable, Sendable {
    package var productKey: Int64
    package var review: StoredReview
    /// The row of the history with its version.
    package var historyKey: Int64
    /// The record that it was first seen in; of one that was there before it stays what it is.
    package var firstRawKey: Int64
    /// No review of this key was there before.
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

/// A product whose review times are looked for, but for those of some reviews.
package struct RangeQuestion: Sendable {
    package var productKey: Int64
    package var without: [Int64]

    package init(productKey: Int64, without: [Int64]) {
        self.productKey = productKey
        self.without = without
    }
}

/// A month of a product that is looked for.
package struct MonthQuestion: Hashable, Sendable {
    package var productKey: Int64
    package var key: MonthKey

    package init(productKey: Int64, key: MonthKey) {
        self.productKey = productKey
        self.key = key
    }
}

/// A raw record that is looked for, and the review it may be of.
package struct RawQuestion: Hashable, Sendable {
    package var record: RawIdentity
    package var reviewKey: Int64?

    package init(record: RawIdentity, reviewKey: Int64?) {
        self.record = record
        self.reviewKey = reviewKey
    }
}

/// A review seen again in other bytes.
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
    /// Over reason, field, product, bytes and context.
    package var digest: Digest128
    /// Which of the equal rejects of its dump it is, from 0.
    package var occurrence: Int64
    package var run: Int64
    package var file: String
    package var offset: Int64
    package var length: Int64
    package var reason: RejectReason
    /// The field that cannot be read; empty when the bytes cannot.
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
    /// `digest` from what it covers.
    package var computedDigest: Digest128 {
        var builder = DigestBuilder(domain: "afterword.reject.1")
        builder.add(reason.rawValue)
        builder.add(Text(field))
        builder.add(optional: productID)
        builder.add(payload)
        builder.add(context)
        return builder.finish128()
    }
}

/// A row of `shapes`: a shape as it was last used.
package struct ShapeRow: Equatable, Sendable {
    package var name: String
    package var version: Int64
    package var document: String

    package init(name: String, version: Int64, document: String) {
        self.name = name
        self.version = version
        self.document = document
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

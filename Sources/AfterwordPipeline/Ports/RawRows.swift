package import AfterwordCore

/// The identity of a raw record: two records with equal values are stored once.
package struct RawIdentity: Hashable, Sendable {
    package var identity: Digest128
    package var payload: Digest128

    package init(identity: Digest128, payload: Digest128) {
        self.identity = identity
        self.payload = payload
    }
}

/// A record that bronze holds, or whose receipt it holds.
package struct KnownRecord: Equatable, Sendable {
    package var rawKey: Int64
    /// Only its receipt is left: it can be held by no review.
    package var isPruned: Bool

    package init(rawKey: Int64, isPruned: Bool) {
        (self.rawKey, self.isPruned) = (rawKey, isPruned)
    }
}

/// A row of `product_reviews_raw`: a record byte for byte, with where it was first seen; or its
/// receipt, once its bytes are pruned.
package struct RawRow: Equatable, Sendable {
    package var rawKey: Int64
    package var productKey: Int64
    package var productID: Text
    package var record: RawIdentity
    package var run: Int64
    package var file: String
    /// First byte in the source file, inflated.
    package var offset: Int64
    /// Bytes in the source file, inflated.
    package var length: Int64
    package var shape: String
    package var payload: [UInt8]
    /// The mapped fields that enclosed the record; empty for none.
    package var context: [UInt8]
    /// The run that took its bytes away (`pruneBronze`); nil where it has them.
    package var prunedRun: Int64?

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

package import AfterwordCore

// 64-bit surrogate keys between tables. No digest covers them, no golden shows them.

/// Low bits of a review key, which number the reviews of its product: a product's rows lie together
/// and are found by their key range.
private let reviewBits: Int64 = 24

/// Greatest product key for which review keys fit in 64 bits.
package let greatestProductKey = Int64.max >> reviewBits - 1

/// The range of keys for reviews of a product.
package func reviewKeys(ofProduct productKey: Int64) -> ClosedRange<Int64> {
    productKey << reviewBits + 1...(productKey + 1) << reviewBits - 1
}

/// Keys at the end of a product's range that `firstKey` never returns, so that the search for a
/// free key finds one before the end of the range.
private let spareKeys: Int64 = 1 << 20

/// A review's key is nearly always less than this far from `firstKey`.
package let nearKeys: Int64 = 16

/// The preferred key of a review, computed from its identity; where another review has it, the next
/// free one is taken (`ReviewKeys`). So a review is found by its id without an index.
package func firstKey(ofProduct productKey: Int64, identity: Digest128) -> Int64 {
    let keys = reviewKeys(ofProduct: productKey)
    return keys.lowerBound + Int64(identity.hashBits % UInt64(Int64(keys.count) - spareKeys))
}

/// The number of a review within its product, which its key contains.
package func reviewNumber(_ reviewKey: Int64) -> Int64 { reviewKey & (1 << reviewBits - 1) }

/// The key of a review by its number within its product.
package func reviewKey(ofProduct productKey: Int64, number: UInt32) -> Int64 {
    productKey << reviewBits | Int64(number)
}

/// The product key that a review key contains.
package func productKey(ofReview reviewKey: Int64) -> Int64 { reviewKey >> reviewBits }

/// The first key of appended rows: rows of bronze and history that are not a review's first, which
/// has the review's own key. Appended keys are counted up and always negative.
package let firstAppendedKey: Int64 = -(1 << 62)

/// The next appended key after the greatest stored one.
package func nextAppended(_ last: Int64?) -> Int64 { last.map { $0 + 1 } ?? firstAppendedKey }

package import AfterwordCore

// Keys between tables, 64-bit surrogates: no digest covers them, no golden shows them.

/// Bits of a review's key that number the reviews of its product: what a product has lies together, and is found by the range of
/// its keys.
private let reviewBits: Int64 = 24

/// No product has a greater key: there would be none for its reviews.
package let greatestProductKey = Int64.max >> reviewBits - 1

/// The keys that the reviews of a product may have.
package func reviewKeys(ofProduct productKey: Int64) -> ClosedRange<Int64> {
    productKey << reviewBits + 1...(productKey + 1) << reviewBits - 1
}

/// Keys at the end of a product's range that no identity tells, so that the last ones need not begin again at the first.
private let spareKeys: Int64 = 1 << 20

/// Keys from the one that a review's identity tells on among which it is nearly always.
package let nearKeys: Int64 = 16

/// The key that a review has by its identity, unless it was another's: then the next that was free (`ReviewKeys`). So a review is
/// found by its id without an index.
package func firstKey(ofProduct productKey: Int64, identity: Digest128) -> Int64 {
    let keys = reviewKeys(ofProduct: productKey)
    return keys.lowerBound + Int64(identity.hashBits % UInt64(Int64(keys.count) - spareKeys))
}

package func productKey(ofReview reviewKey: Int64) -> Int64 { reviewKey >> reviewBits }

/// The first key of the rows of bronze and history that are not a review's first: those have the review's own. Counted up, always
/// below 0.
package let firstLaterKey: Int64 = -(1 << 62)

/// The next of these keys, after the greatest that is there.
package func nextLater(_ last: Int64?) -> Int64 { last.map { $0 + 1 } ?? firstLaterKey }

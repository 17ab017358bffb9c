/// What is counted of a set of reviews. All of it adds up, and comes off again.
package struct Counters: Equatable, Sendable {
    package var reviewCount: Int64 = 0
    package var ratedCount: Int64 = 0
    /// Tenths of a star.
    package var ratingSum: Int64 = 0
    /// Reviews of one to five stars.
    package var stars: [Int64] = [0, 0, 0, 0, 0]
    package var verifiedCount: Int64 = 0
    package var helpfulVotes: Int64 = 0

    package init() {}

    package init(
        reviewCount: Int64, ratedCount: Int64, ratingSum: Int64, stars: [Int64],
        verifiedCount: Int64, helpfulVotes: Int64
    ) {
        self.reviewCount = reviewCount
        self.ratedCount = ratedCount
        self.ratingSum = ratingSum
        self.stars = stars
        self.verifiedCount = verifiedCount
        self.helpfulVotes = helpfulVotes
    }

    package var isZero: Bool { self == Counters() }
    /// Reviews of one or two stars.
    package var negatives: Int64 { stars[0] + stars[1] }
    package var positives: Int64 { stars[3] + stars[4] }

    package mutating func add(_ values: ReviewValues, sign: Int64) {
        reviewCount += sign
        if let rating = values.rating, let star = values.star {
            ratedCount += sign
            ratingSum += sign * rating
            stars[star - 1] += sign
        }
        if values.verified == true { verifiedCount += sign }
        helpfulVotes += sign * (values.helpfulVotes ?? 0)
    }

    package mutating func add(_ other: Counters, sign: Int64 = 1) {
        reviewCount += sign * other.reviewCount
        ratedCount += sign * other.ratedCount
        ratingSum += sign * other.ratingSum
        for star in 0..<5 { stars[star] += sign * other.stars[star] }
        verifiedCount += sign * other.verifiedCount
        helpfulVotes += sign * other.helpfulVotes
    }
}

/// A calendar month of one product, of times of one origin.
package struct MonthKey: Hashable, Comparable, Sendable {
    /// Year × 100 + month.
    package var month: Int64
    package var origin: TimeOrigin

    package init(month: Int64, origin: TimeOrigin) {
        self.month = month
        self.origin = origin
    }

    package static func < (left: MonthKey, right: MonthKey) -> Bool {
        (left.month, left.origin.rawValue) < (right.month, right.origin.rawValue)
    }
}

/// A row of `product_summary`.
package struct ProductSummary: Equatable, Sendable {
    package var productKey: Int64
    package var productID: Text
    package var counters: Counters
    /// The first and last `created_at` of the live reviews, from source times only.
    package var firstReviewAt: Instant?
    package var lastReviewAt: Instant?
    package var lastChangedRun: Int64

    package init(
        productKey: Int64, productID: Text, counters: Counters, firstReviewAt: Instant?,
        lastReviewAt: Instant?, lastChangedRun: Int64
    ) {
        self.productKey = productKey
        self.productID = productID
        self.counters = counters
        self.firstReviewAt = firstReviewAt
        self.lastReviewAt = lastReviewAt
        self.lastChangedRun = lastChangedRun
    }
}

/// A row of `product_aggregates`: one month of one product.
package struct MonthSummary: Equatable, Sendable {
    package var productKey: Int64
    package var productID: Text
    package var key: MonthKey
    package var counters: Counters

    package init(productKey: Int64, productID: Text, key: MonthKey, counters: Counters) {
        self.productKey = productKey
        self.productID = productID
        self.key = key
        self.counters = counters
    }
}

/// Counts of a set of reviews. Every count is a sum: sets add up, and can be subtracted.
package struct Counters: Equatable, Sendable {
    package var reviewCount: Int64 = 0
    package var ratedCount: Int64 = 0
    /// In tenths of a star.
    package var ratingSum: Int64 = 0
    /// Number of reviews with one to five stars.
    package var stars = StarCounts()
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
        self.stars = StarCounts(stars)
        self.verifiedCount = verifiedCount
        self.helpfulVotes = helpfulVotes
    }

    package var isZero: Bool { self == Counters() }
    /// Number of reviews with one or two stars.
    package var negatives: Int64 { stars[0] + stars[1] }

    /// Adds one review, or with `sign` -1 subtracts it.
    package mutating func add(_ values: ReviewValues, sign: Int64) {
        add(
            rating: values.rating, verified: values.verified, helpfulVotes: values.helpfulVotes,
            sign: sign)
    }

    mutating func add(rating: Int64?, verified: Bool?, helpfulVotes votes: Int64?, sign: Int64) {
        reviewCount += sign
        if let rating {
            ratedCount += sign
            ratingSum += sign * rating
            stars[starOf(rating: rating) - 1] += sign
        }
        if verified == true { verifiedCount += sign }
        helpfulVotes += sign * (votes ?? 0)
    }

    /// Adds other counts, or with `sign` -1 subtracts them.
    package mutating func add(_ other: Counters, sign: Int64 = 1) {
        reviewCount += sign * other.reviewCount
        ratedCount += sign * other.ratedCount
        ratingSum += sign * other.ratingSum
        for star in 0..<5 { stars[star] += sign * other.stars[star] }
        verifiedCount += sign * other.verifiedCount
        helpfulVotes += sign * other.helpfulVotes
    }
}

/// Five counts stored inline: an array would cost an allocation for each month of each product.
package struct StarCounts: Equatable, Sendable, RandomAccessCollection, MutableCollection {
    private var counts: (Int64, Int64, Int64, Int64, Int64) = (0, 0, 0, 0, 0)

    package init() {}

    /// - Precondition: Five counts.
    package init(_ list: [Int64]) {
        precondition(list.count == 5, "there are five stars")
        for star in 0..<5 { self[star] = list[star] }
    }

    package var startIndex: Int { 0 }
    package var endIndex: Int { 5 }

    /// The count of reviews with `star` + 1 stars.
    package subscript(star: Int) -> Int64 {
        get {
            switch star {
            case 0: counts.0
            case 1: counts.1
            case 2: counts.2
            case 3: counts.3
            case 4: counts.4
            default: preconditionFailure("there are five stars")
            }
        }
        set {
            switch star {
            case 0: counts.0 = newValue
            case 1: counts.1 = newValue
            case 2: counts.2 = newValue
            case 3: counts.3 = newValue
            case 4: counts.4 = newValue
            default: preconditionFailure("there are five stars")
            }
        }
    }

    package static func == (left: StarCounts, right: StarCounts) -> Bool {
        left.counts == right.counts
    }
}

/// A calendar month of one product, by `created_at` times of one origin.
package struct MonthKey: Hashable, Comparable, Sendable {
    /// Year × 100 + month.
    package var month: Int64
    package var origin: TimeOrigin

    package init(month: Int64, origin: TimeOrigin) {
        self.month = month
        self.origin = origin
    }

    package static func < (left: MonthKey, right: MonthKey) -> Bool {
        left.order < right.order
    }

    /// Within a month origins come in order of their names.
    private var order: Int64 {
        switch origin {
        case .estimated: month * 3
        case .mock: month * 3 + 1
        case .source: month * 3 + 2
        }
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
    /// The keys of its live reviews, in a row that is written; readers leave them out.
    package var distinctKeys: DistinctKeys?

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

/// Why a review moved the sums of a scope between two runs.
package enum MovementReason: String, CaseIterable, Sendable {
    case inserted
    /// Its rating, title or body changed.
    case edited
    case deleted
    /// Its record was read again by a newer reading (`restate`); nobody edited the review.
    case restated
    /// Its product joined the scope, or left it.
    case joined
    case left
}

/// The effect of one review on the sums between two runs.
package struct Movement: Equatable, Sendable {
    package var reason: MovementReason
    /// +1, 0 or -1 reviews.
    package var reviewDelta: Int64
    /// +1, 0 or -1 rated reviews.
    package var countDelta: Int64
    /// Change of the sum of ratings, in tenths of a star.
    package var ratingDelta: Int64

    package init(reason: MovementReason, reviewDelta: Int64, countDelta: Int64, ratingDelta: Int64)
    {
        self.reason = reason
        self.reviewDelta = reviewDelta
        self.countDelta = countDelta
        self.ratingDelta = ratingDelta
    }
}

/// Splits the change of a mean rating among movements. Each part is a numerator over a common
/// denominator, in tenths of a star, so that the parts add up to the change exactly.
///
/// With sums S over N ratings before and N′ ratings after, a movement of s tenths and n ratings
/// moves the mean by (s·N − S·n) ∕ (N·N′).
package struct MeanAttribution: Equatable, Sendable {
    /// Sum (tenths of a star) and number of ratings, before and after.
    package let before: (sum: Int64, count: Int64)
    package let after: (sum: Int64, count: Int64)

    /// Nil without a mean before or after.
    package init?(before: (sum: Int64, count: Int64), after: (sum: Int64, count: Int64)) {
        guard before.count > 0, after.count > 0 else { return nil }
        self.before = before
        self.after = after
    }

    package static func == (left: Self, right: Self) -> Bool {
        left.before == right.before && left.after == right.after
    }

    /// N·N′: the denominator of `change` and of all parts.
    package var denominator: Int128 { Int128(before.count) * Int128(after.count) }

    /// The change of the mean, as a numerator.
    package var change: Int128 {
        Int128(after.sum) * Int128(before.count) - Int128(before.sum) * Int128(after.count)
    }

    /// The part of one movement, as a numerator.
    package func part(_ movement: Movement) -> Int128 {
        Int128(movement.ratingDelta) * Int128(before.count)
            - Int128(before.sum) * Int128(movement.countDelta)
    }

    /// A numerator in millionths of a star, rounded to nearest, halves away from zero.
    package func millionths(_ numerator: Int128) -> Int64 {
        let scaled = numerator * 100_000
        let half = scaled < 0 ? -denominator / 2 : denominator / 2
        return Int64((scaled + half) / denominator)
    }
}

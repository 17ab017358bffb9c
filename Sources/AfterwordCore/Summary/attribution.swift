/// Why a review moved the sums of a scope between two runs.
package enum MovementReason: String, CaseIterable, Sendable {
    case inserted
    /// Rating, title or body is another.
    case edited
    case deleted
    /// Its product came into the scope, or left it.
    case joined
    case left
}

/// What one review brought or took: in the later run it counts `countDelta` ratings more, of `ratingDelta` tenths of a star.
package struct Movement: Equatable, Sendable {
    package var reason: MovementReason
    /// +1, 0 or -1 reviews, and of them those with a rating.
    package var reviewDelta: Int64
    package var countDelta: Int64
    package var ratingDelta: Int64

    package init(reason: MovementReason, reviewDelta: Int64, countDelta: Int64, ratingDelta: Int64)
    {
        self.reason = reason
        self.reviewDelta = reviewDelta
        self.countDelta = countDelta
        self.ratingDelta = ratingDelta
    }
}

/// The part of a change of a mean that is one movement's: `numerator` over a denominator that all parts share, in tenths
/// of a star, so that the parts add up to the change exactly.
///
/// With sums S over N before and N′ ratings after, a movement of s tenths and n ratings moves the mean by
/// (s·N − S·n) ∕ (N·N′).
package struct MeanAttribution: Equatable, Sendable {
    /// Sum and number of ratings before and after, tenths of a star.
    package let before: (sum: Int64, count: Int64)
    package let after: (sum: Int64, count: Int64)

    /// Nil where there was no mean before, or is none after.
    package init?(before: (sum: Int64, count: Int64), after: (sum: Int64, count: Int64)) {
        guard before.count > 0, after.count > 0 else { return nil }
        self.before = before
        self.after = after
    }

    package static func == (left: Self, right: Self) -> Bool {
        left.before == right.before && left.after == right.after
    }

    package var denominator: Int128 { Int128(before.count) * Int128(after.count) }

    /// The change of the mean.
    package var change: Int128 {
        Int128(after.sum) * Int128(before.count) - Int128(before.sum) * Int128(after.count)
    }

    package func part(_ movement: Movement) -> Int128 {
        Int128(movement.ratingDelta) * Int128(before.count)
            - Int128(before.sum) * Int128(movement.countDelta)
    }

    /// A numerator in millionths of a star, rounded to the nearest, halves away from zero.
    package func millionths(_ numerator: Int128) -> Int64 {
        let scaled = numerator * 100_000
        let half = scaled < 0 ? -denominator / 2 : denominator / 2
        return Int64((scaled + half) / denominator)
    }
}

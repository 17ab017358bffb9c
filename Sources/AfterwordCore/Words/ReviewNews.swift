/// How a review differs between two moments, A and B.
package enum ReviewNews: String, CaseIterable, Sendable {
    /// Live at B; neither the review nor one linked to it was ever live up to A.
    case new
    /// As `new`, for a product that no dump up to A named; raises no alert except for dangers.
    case firstSeen = "first_seen"
    /// Live at B, not at A, but live before.
    case back
    /// Brought after A by a dump no newer than A's, so it already existed at A.
    case older
    /// Live at both, with a different rating, title or body.
    case edited
    /// Live at A, not at B.
    case gone
    /// Live at both, in another product: left from one, or come to the other.
    case moved
}

/// What is stored about a review at A.
package struct ReviewPast: Sendable {
    /// Its values at A; nil where it was not live.
    package var live: ReviewValues?
    /// Whether the review, or one linked to it, was live at any time up to A.
    package var wasEverLive: Bool
    /// Whether a run after A brought it from a dump no newer than A's.
    package var isOfOlderDump: Bool
    /// Whether a dump up to A named its product.
    package var productWasNamed: Bool
    /// What it said at A in the product that it came from; nil where it was not live there.
    package var elsewhere: ReviewValues?
    /// Whether it is live at B in the product that it went to.
    package var livesElsewhere = false

    package init(
        live: ReviewValues?, wasEverLive: Bool, isOfOlderDump: Bool, productWasNamed: Bool
    ) {
        self.live = live
        self.wasEverLive = wasEverLive
        self.isOfOlderDump = isOfOlderDump
        self.productWasNamed = productWasNamed
    }
}

/// The difference of a review between A and B.
package struct ReviewDifference: Equatable, Sendable {
    package var news: ReviewNews
    package var starBefore: Int?
    package var starAfter: Int?
    /// Whether the review left its product for another one.
    package var isAway: Bool { news == .moved && !isHere }
    private var isHere = true

    package init(news: ReviewNews, starBefore: Int?, starAfter: Int?) {
        self.news = news
        self.starBefore = starBefore
        self.starAfter = starAfter
    }

    /// Nil where there is no difference to report: the same content, or live at neither moment.
    package init?(now: ReviewValues?, past: ReviewPast) {
        starBefore = past.live?.star
        starAfter = now?.star
        switch (past.live, now) {
        case (nil, nil): return nil
        case (_?, nil):
            news = past.livesElsewhere ? .moved : .gone
            isHere = false
        case (let before?, let now?):
            guard !before.saysTheSame(as: now) else { return nil }
            news = .edited
        case (nil, _?):
            if let elsewhere = past.elsewhere {
                news = .moved
                starBefore = elsewhere.star
                return
            }
            news =
                past.wasEverLive
                ? .back
                : past.isOfOlderDump ? .older : past.productWasNamed ? .new : .firstSeen
        }
    }

    /// Whether it may say something else than before.
    private var isChanged: Bool { news == .edited || news == .moved && isHere }
    private var wasNegative: Bool { starBefore.map { $0 <= 2 } ?? false }
    package var isNegative: Bool { starAfter.map { $0 <= 2 } ?? false }

    package var isNewNegative: Bool { news == .new && isNegative }
    /// From three stars or more to two or fewer.
    package var isEditedDown: Bool {
        isChanged && isNegative && (starBefore.map { $0 >= 3 } ?? false)
    }
    /// From two stars or fewer to three or more.
    package var isResolved: Bool {
        isChanged && wasNegative && (starAfter.map { $0 >= 3 } ?? false)
    }
    /// A negative review that is no longer live.
    package var isGoneNegative: Bool { news == .gone && wasNegative }
    /// Edited, negative before or after, but neither edited down nor resolved.
    package var isEditedNegative: Bool {
        news == .edited && (wasNegative || isNegative) && !isEditedDown && !isResolved
    }
}

extension ReviewValues {
    /// Whether rating, title and body are the same, comparing texts with their white space
    /// collapsed. Votes and all other fields are ignored.
    package func saysTheSame(as other: ReviewValues) -> Bool {
        rating == other.rating && collapsed(title) == collapsed(other.title)
            && collapsed(body) == collapsed(other.body)
    }
}

/// In normalization form C, with white-space runs as one space; nil where the text is absent.
private func collapsed(_ text: Text?) -> [UInt8]? {
    text.flatMap { text in composeText(text.bytes).lend { normaliseSpace($0) } }
}

/// The number of reviews per kind of news between two moments.
package struct NewsCounts: Equatable, Sendable {
    package var new: Int64 = 0
    package var newNegative: Int64 = 0
    package var firstSeen: Int64 = 0
    package var firstSeenNegative: Int64 = 0
    package var back: Int64 = 0
    package var edited: Int64 = 0
    package var editedDown: Int64 = 0
    package var resolved: Int64 = 0
    package var gone: Int64 = 0
    package var goneNegative: Int64 = 0
    /// Come from another product, and left for one: equal in number over all products.
    package var movedHere: Int64 = 0
    package var movedAway: Int64 = 0

    package init() {}

    package mutating func add(_ difference: ReviewDifference) {
        switch difference.news {
        case .new:
            new += 1
            if difference.isNewNegative { newNegative += 1 }
        case .firstSeen:
            firstSeen += 1
            if difference.isNegative { firstSeenNegative += 1 }
        case .back: back += 1
        case .older: break
        case .edited:
            edited += 1
            if difference.isEditedDown { editedDown += 1 }
            if difference.isResolved { resolved += 1 }
        case .gone:
            gone += 1
            if difference.isGoneNegative { goneNegative += 1 }
        case .moved where difference.isAway: movedAway += 1
        case .moved:
            movedHere += 1
            if difference.isEditedDown { editedDown += 1 }
            if difference.isResolved { resolved += 1 }
        }
    }
}

/// What a review is between two moments, A and B.
package enum ReviewNews: String, CaseIterable, Sendable {
    /// Live at B, and neither it nor a review linked to it was ever live up to A.
    case new
    /// As `new`, of a product that no dump up to A named: outside alarms, except dangers.
    case firstSeen = "first_seen"
    /// Live at B, not at A, and live before.
    case back
    /// Brought since by a dump that is older than A: it was there by then.
    case older
    /// Live at both; rating, title or body say something else.
    case edited
    /// Live at A, not at B.
    case gone
}

/// What was known of a review at A.
package struct ReviewPast: Sendable {
    /// Its values where it was live.
    package var live: ReviewValues?
    /// It, or one linked to it, was live at some time up to A.
    package var wasEverLive: Bool
    /// A run since A brought it from a dump no newer than A.
    package var isOfOlderDump: Bool
    /// A dump up to A named its product.
    package var productWasNamed: Bool

    package init(
        live: ReviewValues?, wasEverLive: Bool, isOfOlderDump: Bool, productWasNamed: Bool
    ) {
        self.live = live
        self.wasEverLive = wasEverLive
        self.isOfOlderDump = isOfOlderDump
        self.productWasNamed = productWasNamed
    }
}

/// A review at A and at B, and what that is called.
package struct ReviewDifference: Equatable, Sendable {
    package var news: ReviewNews
    package var starBefore: Int?
    package var starAfter: Int?

    package init(news: ReviewNews, starBefore: Int?, starAfter: Int?) {
        self.news = news
        self.starBefore = starBefore
        self.starAfter = starAfter
    }

    /// Nil where nothing is to be said: it says the same, or is live at neither.
    package init?(now: ReviewValues?, past: ReviewPast) {
        starBefore = past.live?.star
        starAfter = now?.star
        switch (past.live, now) {
        case (nil, nil): return nil
        case (_?, nil): news = .gone
        case (let before?, let now?):
            guard !before.saysTheSame(as: now) else { return nil }
            news = .edited
        case (nil, _?):
            news =
                past.wasEverLive
                ? .back
                : past.isOfOlderDump ? .older : past.productWasNamed ? .new : .firstSeen
        }
    }

    private var wasNegative: Bool { starBefore.map { $0 <= 2 } ?? false }
    package var isNegative: Bool { starAfter.map { $0 <= 2 } ?? false }

    package var isNewNegative: Bool { news == .new && isNegative }
    /// From three stars or more to two or fewer.
    package var isEditedDown: Bool {
        news == .edited && isNegative && (starBefore.map { $0 >= 3 } ?? false)
    }
    /// From two stars or fewer to three or more.
    package var isResolved: Bool {
        news == .edited && wasNegative && (starAfter.map { $0 >= 3 } ?? false)
    }
    /// A negative review that vanished.
    package var isGoneNegative: Bool { news == .gone && wasNegative }
    /// Negative before or after, and neither edited down nor resolved: it says something else.
    package var isEditedNegative: Bool {
        news == .edited && (wasNegative || isNegative) && !isEditedDown && !isResolved
    }
}

extension ReviewValues {
    /// Whether rating, title and body are the same, texts with their white space collapsed. Votes
    /// and everything else are bookkeeping.
    package func saysTheSame(as other: ReviewValues) -> Bool {
        rating == other.rating && collapsed(title) == collapsed(other.title)
            && collapsed(body) == collapsed(other.body)
    }
}

/// In normalisation form C, white-space runs one space; nil for nothing.
private func collapsed(_ text: Text?) -> [UInt8]? {
    text.flatMap { text in composeText(text.bytes).lend { normaliseSpace($0) } }
}

/// Reviews counted by what they are between two moments.
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

    package init() {}

    package mutating func add(_ difference: ReviewDifference) {
        switch difference.news {
        case .new:
            new += 1
            if difference.isNegative { newNegative += 1 }
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
        }
    }
}

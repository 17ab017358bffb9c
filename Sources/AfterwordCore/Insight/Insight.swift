/// What is told of a scope: every number of it computed, every quote found in its review.
package struct Insight: Equatable, Sendable {
    /// Changed with the form of the document.
    package static let version = 2

    package struct Quote: Equatable, Sendable {
        package var productID: Text
        package var reviewID: Text
        package var version: Int64
        package var star: Int?
        package var language: Language
        package var grounded: GroundedQuote
        /// The model's, unchecked.
        package var translation: String?
        /// Whether the program reads the same in those words, or, of what is on no list, the stars go with it.
        package var agrees: Bool
    }

    /// What an item's numbers were counted by.
    package enum Basis: String, Sendable {
        /// The lexicon's reading of every review of the scope.
        case lexicon
        /// Reviews of the scope that share words which no lexicon knows.
        case cluster
        /// Nothing but the quoted reviews.
        case quotes
    }

    package struct Item: Equatable, Sendable {
        package var aspect: String
        package var label: String
        package var route: Route
        package var severity: Severity
        package var polarity: Polarity
        /// The model's words where they passed the checks, else the label.
        package var summary: String
        package var isSummaryOfModel: Bool
        package var basis: Basis
        package var mentions: Int64
        package var mixed: Int64
        package var new: Int64
        package var products: Int64
        package var languages: [String]
        package var share: Share?
        /// Millionths of a star.
        package var starImpact: Int64?
        /// They prove it: the program reads them so, or chose them itself.
        package var quotes: [Quote]
        /// What the model filed under it and the program does not read so.
        package var filed: [Quote] = []
        /// Else the model left it out, or gave no quote that shows it.
        package var isNamedByModel = true

        /// One that nothing was counted of yet.
        init(aspect: String, severity: Severity, isStrength: Bool, quotes: [Quote]) {
            self.aspect = aspect
            self.severity = severity
            self.quotes = quotes
            label = ""
            route = .both
            polarity = isStrength ? .positive : .negative
            summary = ""
            isSummaryOfModel = false
            basis = .quotes
            (mentions, mixed, new, products) = (0, 0, 0, 0)
            languages = []
        }
    }

    /// Items that the model was asked for and left out, or did not prove: those among the first of their side.
    package static func leftOut(_ items: [Item], limit: Int) -> [Item] {
        items.prefix(limit).filter { !$0.isNamedByModel }
    }

    package struct Recommendation: Equatable, Sendable {
        package var aspect: String
        package var route: Route
        package var text: String
        /// Reviews that carry it.
        package var mentions: Int64
    }

    package var scope: ReviewScope
    package var language: Language
    package var model: String
    package var counters: Counters
    package var productCount: Int64
    package var negative: Share?
    /// Of the whole portfolio, to compare with.
    package var portfolioNegative: Share?
    /// Reviews whose text and stars say opposite things.
    package var mismatches: Int64
    package var dangers: [InsightDanger]
    /// Reviews with words of danger that are probably none.
    package var unlikelyDangers: Int64
    package var issues: [Item]
    package var strengths: [Item]
    package var recommendations: [Recommendation]
    package var standing: HistoricalStanding
    package var limitations: [String]
    package var evidenceShown: Int64
    package var evidenceReadable: Int64
    package var evidenceDigest: Digest256
    package var dropped: DroppedAnswers
}

/// What of an answer did not pass, by reason.
package struct DroppedAnswers: Equatable, Sendable {
    package var quotes: [QuoteFault: Int64] = [:]
    package var prose: [ProseFault: Int64] = [:]
    /// Items without a quote that holds, or told twice.
    package var items: Int64 = 0

    package init() {}
}

/// Where a scope stands beside what it was.
package struct HistoricalStanding: Equatable, Sendable {
    package struct Window: Equatable, Sendable {
        package var reviews: Int64 = 0
        package var negatives: Int64 = 0
    }

    package enum Story: Equatable, Sendable {
        /// The thirty days before the newest observation, and the thirty before them, by source times.
        case days(last: Window, before: Window)
        /// Reviews carry no time of their own: the versions that stand now, by the run that brought them.
        case noSourceTime([Step])
    }

    package struct Step: Equatable, Sendable {
        package var run: Int64
        package var observedAt: Instant
        package var window: Window
    }

    package var story: Story
    /// The model's words, where they passed the checks.
    package var told: String?

    /// The newest runs that are told of.
    package static let stepLimit = 12
}

/// All there is to know of a scope when its insight is made.
package struct InsightSubject: Sendable {
    package var scope: ReviewScope
    /// Its live reviews.
    package var reviews: [ReadReview]
    /// Of the whole portfolio.
    package var portfolio: Counters
    /// When the newest dump was taken.
    package var observedAt: Instant
    /// When the dump of each run was taken.
    package var runs: [Int64: Instant]

    package init(
        scope: ReviewScope, reviews: [ReadReview], portfolio: Counters, observedAt: Instant,
        runs: [Int64: Instant]
    ) {
        self.scope = scope
        self.reviews = reviews
        self.portfolio = portfolio
        self.observedAt = observedAt
        self.runs = runs
    }

    /// With fewer reviews that have a text nothing is said of a scope.
    package static let threshold: Int64 = 3

    /// Why there is nothing to say; nil where there is.
    package var notEnoughData: NotEnoughData? {
        let readable = Int64(
            reviews.count { $0.review.values.title != nil || $0.review.values.body != nil })
        guard readable < Self.threshold else { return nil }
        var see: ReviewScope?
        if case .product = scope, let brand = reviews.compactMap(\.brand).first {
            see = .scope(Scope(kind: .brand, id: brand))
        }
        return NotEnoughData(reviews: readable, threshold: Self.threshold, see: see)
    }
}

/// Too few reviews with a text to say anything.
package struct NotEnoughData: Equatable, Sendable {
    package var reviews: Int64
    package var threshold: Int64
    /// Where there may be enough: a product's brand.
    package var see: ReviewScope?

    package init(reviews: Int64, threshold: Int64, see: ReviewScope?) {
        self.reviews = reviews
        self.threshold = threshold
        self.see = see
    }
}

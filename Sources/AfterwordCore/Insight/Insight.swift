/// An insight about a scope: every number is computed by the program, every quote is found in its
/// review.
package struct Insight: Equatable, Sendable {
    /// The version of the document's form.
    package static let version = 3

    /// A quote with the review it comes from.
    package struct Quote: Equatable, Sendable {
        package var productID: Text
        package var reviewID: Text
        package var version: Int64
        package var star: Int?
        package var language: Language
        package var grounded: GroundedQuote
        /// The model's translation, which is not checked.
        package var translation: String?
        /// Whether the lexicon reads the item's aspect in the quoted words. Always true for an
        /// aspect that is not in the lexicon, whose quotes against the stars are dropped.
        package var agrees: Bool
        /// How often the review is shown in the scope.
        package var shown = Shown.once
    }

    /// How an item's numbers were counted.
    package enum Basis: String, Sendable {
        /// By the lexicon, over every review of the scope.
        case lexicon
        /// Over the reviews of the scope that share words the lexicon does not know.
        case cluster
        /// Over the quoted reviews only.
        case quotes
    }

    /// One issue or strength.
    package struct Item: Equatable, Sendable {
        package var aspect: String
        package var label: String
        package var route: Route
        /// Computed (`issueSeverity`), or what a taxonomy says; low for a strength.
        package var severity: Severity
        package var polarity: Polarity
        /// The model's words where they passed the checks, otherwise the label.
        package var summary: String
        package var isSummaryOfModel: Bool
        package var basis: Basis
        /// How many reviews say so, each as often as it is shown.
        package var mentions: Int64
        /// How many distinct reviews say so; `share` is theirs of all distinct reviews.
        package var distinctMentions: Int64
        package var mixed: Int64
        package var new: Int64
        package var products: Int64
        package var languages: [String]
        package var share: Share?
        /// In millionths of a star; nil where no review would be left.
        package var starImpact: Int64?
        /// Quotes that prove the item: the lexicon agrees with them, or the program chose them
        /// itself.
        package var quotes: [Quote]
        /// Quotes that the model filed under this item but the lexicon does not.
        package var filed: [Quote] = []
        /// False where the model left the item out or gave no quote that proves it.
        package var isNamedByModel = true

        /// An item whose numbers are still to be filled in.
        init(aspect: String, isStrength: Bool, quotes: [Quote]) {
            self.aspect = aspect
            self.quotes = quotes
            severity = .low
            label = ""
            route = .both
            polarity = isStrength ? .positive : .negative
            summary = ""
            isSummaryOfModel = false
            basis = .quotes
            (mentions, distinctMentions, mixed, new, products) = (0, 0, 0, 0, 0)
            languages = []
        }
    }

    /// The items among the first `limit` that the model was asked for but left out or did not
    /// prove.
    package static func leftOut(_ items: [Item], limit: Int) -> [Item] {
        items.prefix(limit).filter { !$0.isNamedByModel }
    }

    /// A recommendation in the model's words.
    package struct Recommendation: Equatable, Sendable {
        package var aspect: String
        package var route: Route
        package var text: String
        /// How many reviews mention its aspect.
        package var mentions: Int64
    }

    package var scope: ReviewScope
    package var language: Language
    package var model: String
    package var counters: Counters
    /// The counts with a review that is shown several times counted once.
    package var distinct: DistinctCounts
    package var productCount: Int64
    package var negative: Share?
    /// Of the whole portfolio, for comparison.
    package var portfolioNegative: Share?
    /// How many reviews have a text that contradicts their stars.
    package var mismatches: Int64
    package var dangers: [InsightDanger]
    /// How many reviews mention dangers of class `unlikely` only.
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

/// The parts of an answer that were dropped, by reason.
package struct DroppedAnswers: Equatable, Sendable {
    package var quotes: [QuoteFault: Int64] = [:]
    package var prose: [ProseFault: Int64] = [:]
    /// Items without a valid quote, and repeated items.
    package var items: Int64 = 0

    package init() {}
}

/// The history of a scope: how its reviews and negatives compare with earlier ones.
package struct HistoricalStanding: Equatable, Sendable {
    /// Counts of one period or run.
    package struct Window: Equatable, Sendable {
        package var reviews: Int64 = 0
        package var negatives: Int64 = 0
    }

    /// Which comparison the reviews allow.
    package enum Story: Equatable, Sendable {
        /// By source time: the thirty days before the newest observation, and the thirty days
        /// before those.
        case days(last: Window, before: Window)
        /// Reviews without source times: the current versions, grouped by the run that brought
        /// them.
        case noSourceTime([Step])
    }

    /// The current versions that one run brought.
    package struct Step: Equatable, Sendable {
        package var run: Int64
        package var observedAt: Instant
        package var window: Window
    }

    package var story: Story
    /// The model's sentence about it, where it passed the checks.
    package var told: String?

    /// The most runs listed, the newest ones.
    package static let stepLimit = 12
}

/// Everything that an insight of a scope is made from.
package struct InsightSubject: Sendable {
    package var scope: ReviewScope
    /// The live reviews of the scope.
    package var reviews: [ReadReview]
    /// The sums of the whole portfolio.
    package var portfolio: Counters
    /// When the newest dump was taken.
    package var observedAt: Instant
    /// When the dump of each run was taken, by run number.
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

    /// The fewest reviews with a text that an insight needs.
    package static let threshold: Int64 = 3

    /// Why no insight can be made; nil where one can.
    package var notEnoughData: NotEnoughData? {
        let readable = DistinctReviews(reviews).readable
        guard readable < Self.threshold else { return nil }
        var see: ReviewScope?
        if case .product = scope, let brand = reviews.compactMap(\.brand).first {
            see = .scope(Scope(kind: .brand, id: brand))
        }
        return NotEnoughData(reviews: readable, threshold: Self.threshold, see: see)
    }
}

/// Too few distinct reviews with a text for an insight.
package struct NotEnoughData: Equatable, Sendable {
    package var reviews: Int64
    package var threshold: Int64
    /// A scope that may have enough: the brand of a product.
    package var see: ReviewScope?

    package init(reviews: Int64, threshold: Int64, see: ReviewScope?) {
        self.reviews = reviews
        self.threshold = threshold
        self.see = see
    }
}

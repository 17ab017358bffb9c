/// What is compared of a review that vanished, or of a new one, to see whether they are one.
package struct ComparedReview: Sendable {
    /// Orders reviews that are equally similar.
    package var identity: Digest128
    package var title: Text?
    package var body: Text?
    /// Id of the author.
    package var authorID: Text?
    /// Absent where it is a placeholder.
    package var authorName: Text?
    package var variant: Text?
    package var country: Text?
    /// The source's times.
    package var createdAt: Instant?
    package var updatedAt: Instant?

    /// - Parameter placeholders: Author names that stand for no author.
    package init(
        identity: Digest128, _ values: ReviewValues, authorID: Text?, placeholders: Set<Text>
    ) {
        self.identity = identity
        title = values.title
        body = values.body
        self.authorID = authorID
        authorName = values.authorName.flatMap { placeholders.contains($0) ? nil : $0 }
        variant = values.variant
        country = values.country
        createdAt = values.createdAt
        updatedAt = values.updatedAt
    }

    var text: SimilarText { SimilarText([title, body]) }

    /// Whether the source says two times of writing that are more than a day apart. Where it shows
    /// the time of an edit as that of writing, an edited review has such; so have two reviews.
    func isRedated(as other: ComparedReview) -> Bool {
        guard let own = createdAt, let later = other.createdAt else { return false }
        return later > own.adding(seconds: 86_400) || own > later.adding(seconds: 86_400)
    }
}

/// What besides the texts says that two reviews are one.
package enum EditEvidence: Int, Comparable, Sendable {
    /// Nothing: the source gives no authors and no times, or only one side has them.
    case text
    /// Equal times of creation.
    case time
    /// The same author.
    case author

    package static func < (left: EditEvidence, right: EditEvidence) -> Bool {
        left.rawValue < right.rawValue
    }

    /// The evidence for two reviews; nil where something says that they are two.
    ///
    /// - Parameter isRare: Whether few of the compared reviews bear an author's name.
    init?(_ old: ComparedReview, _ new: ComparedReview, isRare: (Text) -> Bool) {
        if old.country.differs(from: new.country) { return nil }
        if let before = old.updatedAt, let after = new.updatedAt, after < before { return nil }
        // A time zone may move a date by a day; an edit moves none back.
        if let before = old.createdAt, let after = new.createdAt,
            after < before.adding(seconds: -86_400)
        {
            return nil
        }
        if let own = old.authorID, let other = new.authorID {
            guard own == other else { return nil }
            self = .author
            return
        }
        if let own = old.authorName, let other = new.authorName {
            guard own == other else { return nil }
            if isRare(own) {
                self = .author
                return
            }
        }
        if old.variant.differs(from: new.variant) { return nil }
        self = old.createdAt != nil && old.createdAt == new.createdAt ? .time : .text
    }

    /// Whether texts are alike enough for one review, edited, beside this evidence.
    ///
    /// - Parameter isRedated: `ComparedReview.isRedated`.
    func suffices(for likeness: TextLikeness, isRedated: Bool) -> Bool {
        let least: (letters: Int, words: Int64, pairs: Int64) =
            switch self {
            case .author: isRedated ? (40, 940_000, 700_000) : (12, 600_000, 300_000)
            case .time: (30, 850_000, 500_000)
            case .text: isRedated ? (40, 980_000, 850_000) : (40, 940_000, 700_000)
            }
        // Who fills in a template exchanges words; who edits adds, takes away or corrects.
        if self == .text, likeness.exchanged > 1 { return false }
        return likeness.letterCount >= least.letters && likeness.words >= least.words
            && likeness.pairs >= least.pairs
    }
}

extension Text? {
    /// Whether both are there and unequal.
    fileprivate func differs(from other: Text?) -> Bool {
        guard let self, let other else { return false }
        return self != other
    }
}

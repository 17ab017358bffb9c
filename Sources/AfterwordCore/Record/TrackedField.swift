/// A tracked field of a review: a change of one of these opens a version.
///
/// This table is the one place that lists them. Cleaning, comparison, digests, goldens, answers,
/// shapes, their proposal and the columns of both stores loop over it.
///
/// The raw value is the field's bit in `FieldSet` and its position in `content_digest`. Both are
/// stored, so a released value never changes and new fields come last.
package enum TrackedField: UInt8, CaseIterable, Sendable {
    case rating
    case title
    case body
    case authorName
    case verified
    case helpfulVotes
    case variant
    case country
    case language
    case createdAt
    case updatedAt

    /// Which kind of value the field has.
    @inlinable @inline(__always)
    package var form: FieldForm {
        switch self {
        case .rating: .rating
        case .title, .body, .authorName, .variant, .country, .language: .text
        case .verified: .flag
        case .helpfulVotes: .count
        case .createdAt, .updatedAt: .instant
        }
    }

    /// Whether an erasure removes the value. A row digest covers it by the content digest only.
    @inlinable @inline(__always)
    package var isPersonal: Bool {
        switch self {
        case .title, .body, .authorName: true
        default: false
        }
    }

    private var facts: FieldFacts {
        switch self {
        case .rating:
            FieldFacts("rating", label: "rating", "The rating; null where the source gives none.")
        case .title: FieldFacts("title", label: "title", "The title.")
        case .body: FieldFacts("body", label: "text", "The text.")
        case .authorName:
            FieldFacts("author_name", label: "author", "The author's name.")
        case .verified:
            FieldFacts("verified", label: "verified", "Whether the purchase is verified.")
        case .helpfulVotes:
            FieldFacts("helpful_votes", label: "helpful votes", "Votes that found it helpful.")
        case .variant:
            FieldFacts("variant", label: "variant", "The variant that was reviewed.")
        case .country:
            FieldFacts("country", label: "country", "The country, as the source writes it.")
        case .language:
            FieldFacts("language", label: "language", "The language, as the source writes it.")
        case .createdAt:
            FieldFacts("created_at", label: "created", "When it was written.")
        case .updatedAt:
            FieldFacts("updated_at", label: "updated", "When it was last edited.")
        }
    }

    /// The names that sources usually give to the field, in lower case without punctuation, the
    /// surest first.
    package var usualNames: [String] {
        switch self {
        case .rating:
            [
                "customerreviewrating", "reviewrating", "rating", "overall", "stars", "starrating",
                "score", "reviewstar", "revrating",
            ]
        case .title:
            [
                "customerreviewtitle", "reviewtitle", "summary", "headline", "title", "subject",
                "revtitle",
            ]
        case .body:
            [
                "customerreviewdescription", "reviewtext", "reviewbody", "reviewcontent",
                "reviewdescription", "text", "body", "content", "comment", "message", "review",
                "revbody", "description",
            ]
        case .authorName:
            [
                "reviewername", "authorname", "author", "username", "customername", "profilename",
                "reviewer", "name", "user",
            ]
        case .verified: ["verifiedpurchase", "isverified", "verified"]
        case .helpfulVotes:
            ["helpfulvotes", "helpfulvote", "helpfulcount", "helpful", "vote", "votes"]
        case .variant: ["variant", "style", "variation", "format"]
        case .country: ["country", "cc", "marketplace", "region"]
        case .language: ["language", "lang", "locale"]
        case .createdAt:
            [
                "unixreviewtime", "createdat", "reviewdate", "timestamp", "date", "publishedat",
                "reviewtime", "time", "datecreated",
            ]
        case .updatedAt: ["updatedat", "editedat", "modifiedat", "lastmodified"]
        }
    }

    /// The field's name in tables, goldens, answers and shapes.
    package var name: String { facts.name }

    /// The field's name in lists for people.
    package var label: String { facts.label }

    /// One sentence about the field, for the descriptions of answers.
    package var comment: String { facts.comment }

    /// All fields in order. Unlike `allCases` it allocates nothing, for loops over each review.
    @inlinable @inline(__always)
    package static var inOrder: FieldsInOrder { FieldsInOrder() }

    /// The field of a name; nil for a name that no tracked field has.
    package init?(named name: String) {
        guard let field = Self.allCases.first(where: { $0.name == name }) else { return nil }
        self = field
    }
}

/// The tracked fields in order.
package struct FieldsInOrder: Sequence, IteratorProtocol {
    @usableFromInline var number: UInt8 = 0

    /// All fields.
    @inlinable @inline(__always)
    package init() {}

    /// The fields behind one.
    init(behind field: TrackedField) { number = field.rawValue + 1 }

    @inlinable @inline(__always)
    package mutating func next() -> TrackedField? {
        defer { number &+= 1 }
        return TrackedField(rawValue: number)
    }
}

/// Which kind of value a tracked field has, and with it how it is cleaned, stored and shown.
package enum FieldForm: Sendable {
    /// Tenths of a star, 10–50.
    case rating
    case text
    /// A whole number from 0 on.
    case count
    case flag
    /// A moment. Where the source gives none, a mock time is stored in its place, and a second
    /// column says which of both it is (`TimeOrigin`).
    case instant
}

/// What people read of one tracked field.
private struct FieldFacts {
    var name: String
    var label: String
    var comment: String

    init(_ name: String, label: String, _ comment: String) {
        self.name = name
        self.label = label
        self.comment = comment
    }
}

/// A set of tracked fields, one bit each.
package struct FieldSet: OptionSet, Hashable, Sendable {
    package var rawValue: Int64
    package init(rawValue: Int64) { self.rawValue = rawValue }
    package init(_ field: TrackedField) { rawValue = 1 << Int64(field.rawValue) }

    package static let all = FieldSet(rawValue: (1 << Int64(TrackedField.allCases.count)) - 1)

    package func contains(_ field: TrackedField) -> Bool { contains(FieldSet(field)) }

    /// The names of the fields in the set, in the order of `TrackedField`.
    package var names: [String] { TrackedField.allCases.filter(contains).map(\.name) }
}

/// The tracked values of one review, cleaned; nil for absent values.
package struct ReviewValues: Equatable, Sendable {
    /// In tenths of a star, 10–50.
    package var rating: Int64?
    package var title: Text?
    package var body: Text?
    package var authorName: Text?
    package var verified: Bool?
    package var helpfulVotes: Int64?
    package var variant: Text?
    package var country: Text?
    package var language: Text?
    /// The source's times; mock times are never stored here.
    package var createdAt: Instant?
    package var updatedAt: Instant?

    package init() {}

    /// Whether both have the same value of a field.
    package func equals(_ other: ReviewValues, in field: Field) -> Bool {
        switch field {
        case .rating: rating == other.rating
        case .title: title == other.title
        case .body: body == other.body
        case .authorName: authorName == other.authorName
        case .verified: verified == other.verified
        case .helpfulVotes: helpfulVotes == other.helpfulVotes
        case .variant: variant == other.variant
        case .country: country == other.country
        case .language: language == other.language
        case .createdAt: createdAt == other.createdAt
        case .updatedAt: updatedAt == other.updatedAt
        }
    }

    /// Copies the value of one field.
    package mutating func take(_ field: Field, from other: ReviewValues) {
        switch field {
        case .rating: rating = other.rating
        case .title: title = other.title
        case .body: body = other.body
        case .authorName: authorName = other.authorName
        case .verified: verified = other.verified
        case .helpfulVotes: helpfulVotes = other.helpfulVotes
        case .variant: variant = other.variant
        case .country: country = other.country
        case .language: language = other.language
        case .createdAt: createdAt = other.createdAt
        case .updatedAt: updatedAt = other.updatedAt
        }
    }

    /// `content_digest`: SHA-256 over a version byte and the tracked fields in the order of
    /// `Field`, each absent (00) or present (01) with its length or its 8 bytes.
    package var contentDigest: Digest256 {
        var builder = DigestBuilder(reserving: 256 + textBytes)
        builder.add(byte: 1)
        builder.add(optional: rating)
        builder.add(optional: title)
        builder.add(optional: body)
        builder.add(optional: authorName)
        builder.add(optional: verified.map { $0 ? 1 : 0 })
        builder.add(optional: helpfulVotes)
        builder.add(optional: variant)
        builder.add(optional: country)
        builder.add(optional: language)
        builder.add(optional: createdAt?.microseconds)
        builder.add(optional: updatedAt?.microseconds)
        return builder.finish()
    }

    /// Number of bytes of title and body.
    var textBytes: Int { (title?.bytes.count ?? 0) + (body?.bytes.count ?? 0) }

    /// The rating in whole stars, rounded half up: 4.5 is a five-star review.
    package var star: Int? { rating.map(starOf(rating:)) }
}

/// Whole stars of a rating in tenths, rounded half up.
func starOf(rating: Int64) -> Int { Int((rating + 5) / 10) }

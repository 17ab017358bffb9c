/// The tracked values of one review, cleaned. A value that the source does not give is nil, or an
/// absent text.
///
/// `Held` is how a text is held: with bytes of its own (`ReviewValues`), or by its place in the
/// record that was read (`CleanValues`).
package struct TrackedValues<Held: HeldText>: Equatable, Sendable {
    /// In tenths of a star, 10–50.
    package var rating: Int64?
    package var title = Held.absent
    package var body = Held.absent
    package var authorName = Held.absent
    package var verified: Bool?
    package var helpfulVotes: Int64?
    package var variant = Held.absent
    package var country = Held.absent
    package var language = Held.absent
    /// The source's times; mock times are never stored here.
    package var createdAt: Instant?
    package var updatedAt: Instant?

    package init() {}

    /// The value of a field of form `text`; any other field traps.
    @inlinable @inline(__always)
    package subscript(text field: TrackedField) -> Held {
        get {
            switch field {
            case .title: title
            case .body: body
            case .authorName: authorName
            case .variant: variant
            case .country: country
            case .language: language
            case .rating, .verified, .helpfulVotes, .createdAt, .updatedAt:
                preconditionFailure("the field is no text")
            }
        }
        set {
            switch field {
            case .title: title = newValue
            case .body: body = newValue
            case .authorName: authorName = newValue
            case .variant: variant = newValue
            case .country: country = newValue
            case .language: language = newValue
            case .rating, .verified, .helpfulVotes, .createdAt, .updatedAt:
                preconditionFailure("the field is no text")
            }
        }
    }

    /// The value of a field of any form but `text`, which traps: a rating in tenths, a count, a
    /// flag as 0 or 1, an instant in microseconds.
    @inlinable @inline(__always)
    package subscript(number field: TrackedField) -> Int64? {
        get {
            switch field {
            case .rating: rating
            case .verified: verified.map { $0 ? 1 : 0 }
            case .helpfulVotes: helpfulVotes
            case .createdAt: createdAt?.microseconds
            case .updatedAt: updatedAt?.microseconds
            case .title, .body, .authorName, .variant, .country, .language:
                preconditionFailure("the field is a text")
            }
        }
        set {
            switch field {
            case .rating: rating = newValue
            case .verified: verified = newValue.map { $0 != 0 }
            case .helpfulVotes: helpfulVotes = newValue
            case .createdAt: createdAt = newValue.map { Instant(microseconds: $0) }
            case .updatedAt: updatedAt = newValue.map { Instant(microseconds: $0) }
            case .title, .body, .authorName, .variant, .country, .language:
                preconditionFailure("the field is a text")
            }
        }
    }

    /// Whether the source gives a value of the field.
    package func isPresent(_ field: TrackedField) -> Bool {
        field.form == .text ? !self[text: field].isAbsent : self[number: field] != nil
    }

    /// Whether the review says anything in words.
    package var hasText: Bool { !title.isAbsent || !body.isAbsent }

    /// `updated_at`, else `created_at`.
    package var sourceTime: Instant? { updatedAt ?? createdAt }

    /// The same values with their texts held in another way.
    package func mapTexts<Other>(_ hold: (Held) -> Other) -> TrackedValues<Other> {
        var values = TrackedValues<Other>()
        for field in TrackedField.inOrder {
            if field.form == .text {
                values[text: field] = hold(self[text: field])
            } else {
                values[number: field] = self[number: field]
            }
        }
        return values
    }
}

/// Tracked values with texts of their own.
package typealias ReviewValues = TrackedValues<Text?>

/// How tracked values hold a text.
package protocol HeldText: Equatable, Sendable {
    /// What gives access to the bytes of a held text.
    associatedtype Texts

    /// The text that the source does not give.
    static var absent: Self { get }

    /// Whether the source gives no such text.
    var isAbsent: Bool { get }

    /// Calls `body` with the bytes, which are borrowed for the call; none for an absent text.
    func withBytes<Result>(in texts: Texts, _ body: (BorrowedBytes) -> Result) -> Result
}

extension Text?: HeldText {
    package static var absent: Text? { nil }
    package var isAbsent: Bool { self == nil }

    @inline(__always)
    package func withBytes<Result>(
        in texts: Void, _ body: (BorrowedBytes) -> Result
    ) -> Result {
        guard let bytes = self?.bytes else { return body(.none) }
        return bytes.lend(body)
    }
}

extension ReviewValues {
    /// Whether both have the same value of a field.
    package func equals(_ other: ReviewValues, in field: TrackedField) -> Bool {
        field.form == .text
            ? self[text: field] == other[text: field]
            : self[number: field] == other[number: field]
    }

    /// Copies the value of one field.
    package mutating func take(_ field: TrackedField, from other: ReviewValues) {
        if field.form == .text {
            self[text: field] = other[text: field]
        } else {
            self[number: field] = other[number: field]
        }
    }

    /// The rating in whole stars, rounded half up: 4.5 is a five-star review.
    package var star: Int? { rating.map(starOf(rating:)) }
}

/// Whole stars of a rating in tenths, rounded half up.
package func starOf(rating: Int64) -> Int { Int((rating + 5) / 10) }

/// What identifies a review that moves from one product of a dump to another.
package struct MovementKey: Hashable, Sendable {
    package var match: LinkMatch
    package var digest: Digest128
}

/// What of a review may identify it in another product.
package struct MovedReview {
    /// Nil where the source gives no ids.
    var reviewID: Text?
    var authorID: Text?
    var values: ReviewValues
    /// Family of its product, or brand where no family is known.
    var group: Text?

    package init(
        reviewID: Text, kind: IdentityKind, authorID: Text?, _ values: ReviewValues, group: Text?
    ) {
        self.reviewID = kind == .source ? reviewID : nil
        self.authorID = authorID
        self.values = values
        self.group = group
    }

    /// The first that applies: source id and text; author, time and text of 20 scalars or more; of
    /// one family or brand, rating and text of 40 letters or more. Nil where none does: then the
    /// review counts as gone from one product and new in the other.
    package var key: MovementKey? {
        let title = values.title.flatMap { $0.bytes.lend(normaliseSpace) }
        let body = values.body.flatMap { $0.bytes.lend(normaliseSpace) }
        guard title != nil || body != nil else { return nil }
        var encoder = DigestEncoder(domain: "afterword.movement.1")
        encoder.add(optional: title)
        encoder.add(optional: body)
        guard let match = addEvidence(to: &encoder, scalarCount(title) + scalarCount(body)) else {
            return nil
        }
        encoder.add(match.rawValue)
        return MovementKey(match: match, digest: encoder.finish128())
    }

    private func addEvidence(to encoder: inout DigestEncoder, _ count: Int) -> LinkMatch? {
        if let reviewID {
            encoder.add(reviewID)
            return .sourceID
        }
        if let author = authorID ?? values.authorName, let createdAt = values.createdAt,
            count >= shortTextScalars
        {
            encoder.add(author)
            encoder.add(createdAt.microseconds)
            return .author
        }
        guard authorID == nil, values.authorName == nil, values.createdAt == nil, let group,
            SimilarText([values.title, values.body]).letterCount >= 40
        else { return nil }
        encoder.add(group)
        encoder.add(optional: values.rating)
        return .text
    }
}

private func scalarCount(_ text: [UInt8]?) -> Int {
    text?.count { $0 & 0xC0 != 0x80 } ?? 0
}

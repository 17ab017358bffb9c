/// The rule by which a review is identified across dumps. The letter is the first one of every
/// derived `review_id`.
package enum IdentityKind: String, Sendable {
    /// Product and the source's own review id.
    case source = "a"
    /// Product and author (or the author's name and the written date), with the variant.
    case author = "b"
    /// Product, the author's name and the written date where present, and the digest of the texts.
    case content = "c"
}

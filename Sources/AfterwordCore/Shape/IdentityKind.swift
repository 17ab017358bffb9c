/// By what a review is known again; the letter begins every derived `review_id`.
package enum IdentityKind: String, Sendable {
    /// Product and the source's own review id.
    case source = "a"
    /// Product and author, or author's name and written date, with the variant.
    case author = "b"
    /// Product, author's name and written date if any, and the digest of the texts.
    case content = "c"
}

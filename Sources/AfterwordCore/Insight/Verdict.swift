/// What a person found of a review: that its danger is real, or that there is none.
package enum Verdict: String, CaseIterable, Sendable {
    case real
    case isFalse = "false"
}

extension ReviewValues {
    /// What a verdict is of: rating, title and body, texts in normalisation form C with their white space collapsed. A verdict
    /// holds for every version that says this, and for no other.
    package var judgedDigest: Digest128 {
        var builder = DigestBuilder(domain: "afterword.judged.1")
        builder.add(optional: rating)
        for text in [title, body] {
            let plain = text.flatMap { text in
                composeText(text.bytes).lend { normaliseSpace($0) }
            }
            builder.add(optional: plain.map { Text($0) })
        }
        return builder.finish128()
    }
}

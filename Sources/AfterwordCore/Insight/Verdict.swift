/// A person's verdict on a review's dangers: real, or none.
package enum Verdict: String, CaseIterable, Sendable {
    case real
    case isFalse = "false"
}

extension ReviewValues {
    /// Hash of what a verdict is about: rating, title and body, with texts in normalization form C
    /// and their white space collapsed. A verdict applies to every version with this hash and no
    /// other.
    package var judgedDigest: Digest128 {
        var builder = DigestEncoder(domain: "afterword.judged.1")
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

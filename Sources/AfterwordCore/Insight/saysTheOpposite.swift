/// Whether a model's wording of a complaint praises, or its wording of praise complains. Judged by
/// words of praise and complaint in all languages and by the lexicon; a text with both or neither
/// is not an opposite.
package func saysTheOpposite(_ text: String, isStrength: Bool, lexicon: Lexicon) -> Bool {
    var values = ReviewValues()
    values.body = Text(text)
    let mentions = readReview(values, with: lexicon).mentions
    let found = words(of: Text(text)).map(\.text)
    var (praises, complains) = (
        mentions.contains { !$0.isNegative }, mentions.contains(where: \.isNegative)
    )
    for (index, word) in found.enumerated() {
        // Negated praise is a complaint; a negated complaint is praise.
        let isDenied = found[max(0, index - 3)..<index].contains { denials.contains($0) }
        if praiseWords.contains(word) {
            if isDenied { complains = true } else { praises = true }
        }
        if complaintWords.contains(word) {
            if isDenied { praises = true } else { complains = true }
        }
    }
    for sign in praiseWords.signs where text.contains(sign) { praises = true }
    for sign in complaintWords.signs where text.contains(sign) { complains = true }
    return isStrength ? complains && !praises : praises && !complains
}

/// Folded words of all languages, and beginnings of words, which the files mark with a star.
private struct WordList {
    private var whole: Set<String> = []
    private var beginnings: [String] = []
    /// Sequences of characters of languages without spaces.
    private(set) var signs: [String] = []

    init(_ name: String) {
        for language in Language.known {
            let words = language.file["opposites", name]?.words ?? []
            guard language.hasSpaces else {
                signs += words
                continue
            }
            for word in words {
                if word.hasSuffix("*") {
                    beginnings.append(String(word.dropLast()))
                } else {
                    whole.insert(word)
                }
            }
        }
    }

    func contains(_ word: String) -> Bool {
        whole.contains(word) || beginnings.contains { word.hasPrefix($0) }
    }
}

private let denials = WordList("denials")
private let praiseWords = WordList("praise")
private let complaintWords = WordList("complaints")

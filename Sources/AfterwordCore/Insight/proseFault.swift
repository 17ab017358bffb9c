/// Why a model's own words are not shown.
package enum ProseFault: String, CaseIterable, Sendable {
    /// Fewer than three words.
    case empty
    case tooLong = "too_long"
    /// A number in digits or in words; the program computes all numbers.
    case number
    case link
    /// Words in quotation marks; quotes have their own fields, where they are checked.
    case quotation
    /// A review's words presented as the model's own, as a model does that follows instructions in
    /// a review.
    case echo
    /// A mask's mark, or an invisible character.
    case sign
    /// Praise in place of a complaint, or a complaint in place of praise (`saysTheOpposite`).
    case opposite
}

/// Checks a model's own words against the reviews it was sent.
package struct ProseCheck: Sendable {
    /// Every run of three words, per review.
    private var shown: [Set<String>]
    /// Texts of languages without spaces, whole.
    private var unspaced: [String]
    /// Names with digits in the reviews (`versionedNames`).
    private var names: Set<String>
    private let language: Language

    package static let scalarLimit = 400
    private static let run = 3

    /// - Parameter language: The language the model was asked for; `unknown` takes the number words
    ///   of all languages as numbers.
    package init(_ evidence: Evidence, language: Language = .unknown) {
        self.language = language
        shown = []
        unspaced = []
        names = []
        for review in evidence.reviews {
            for text in [review.title, review.body].compactMap({ $0 }) {
                names.formUnion(versionedNames(text))
            }
            let texts = [review.review.values.title, review.review.values.body].compactMap { $0 }
            if !review.read.reading.language.hasSpaces { unspaced += texts.map(\.string) }
            let found = texts.flatMap { words(of: $0).map(\.text) }
            guard !found.isEmpty else { continue }
            shown.append(Set(Self.runs(found)))
        }
    }

    private static func runs(_ words: [String]) -> [String] {
        guard words.count >= run else { return [words.joined(separator: " ")] }
        return (0...words.count - run).map { words[$0..<$0 + run].joined(separator: " ") }
    }

    /// What is wrong with a text; nil for nothing. In a translation, names with digits count as
    /// numbers, because its digits are compared with those of its quote.
    package func fault(_ text: String, isTranslation: Bool = false) -> ProseFault? {
        let scalars = text.unicodeScalars
        guard scalars.count <= Self.scalarLimit else { return .tooLong }
        let found = words(of: Text(text)).map(\.text)
        let isUnspaced = languageByLetters(of: Text(text))?.hasSpaces == false
        guard found.count >= 3 || isUnspaced && scalars.count >= 6 else { return .empty }
        if scalars.contains(where: isHidden) || text.contains("⟦") || text.contains("⟧") {
            return .sign
        }
        if hasNumber(text, besides: isTranslation ? [] : names) { return .number }
        if holdsLink(text) { return .link }
        if scalars.contains(where: quotationMarks.contains) { return .quotation }
        return isEcho(found, text, isUnspaced) ? .echo : nil
    }

    /// Whether a text states a number, read in the requested language and in its own.
    func hasNumber(_ text: String, besides names: Set<String> = []) -> Bool {
        let own = detectLanguage(words(of: Text(text)), of: [Text(text)])
        return holdsNumber(
            text, in: own == .unknown ? [language] : [language, own], besides: names)
    }

    /// Whether at least 60 % of its words stand in runs of three of one review; in a language
    /// without spaces, whether eight characters in a row do.
    private func isEcho(_ found: [String], _ text: String, _ isUnspaced: Bool) -> Bool {
        if isUnspaced {
            let scalars = Array(text.unicodeScalars)
            let length = min(8, scalars.count)
            return (0...scalars.count - length).contains { start in
                var part = String.UnicodeScalarView()
                part.append(contentsOf: scalars[start..<start + length])
                return unspaced.contains { $0.contains(String(part)) }
            }
        }
        let runs = Self.runs(found)
        return shown.contains { review in
            var covered = Set<Int>()
            for (index, run) in runs.enumerated() where review.contains(run) {
                covered.formUnion(index..<min(index + Self.run, found.count))
            }
            return covered.count * 10 >= found.count * 6
        }
    }
}

/// Control characters, direction and zero-width marks, private characters.
private func isHidden(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .control, .format, .privateUse, .surrogate, .unassigned, .lineSeparator,
        .paragraphSeparator:
        true
    default: false
    }
}

private let quotationMarks: Set<Unicode.Scalar> = Set("\"“”„«»‹›「」『』".unicodeScalars)

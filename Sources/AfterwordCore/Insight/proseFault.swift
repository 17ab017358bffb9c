/// Why a model's own words are not shown.
package enum ProseFault: String, CaseIterable, Sendable {
    /// Fewer than three words.
    case empty
    case tooLong = "too_long"
    /// A number in digits or in words: those are computed.
    case number
    case link
    /// Words in quotation marks: quotes have a place of their own, where they are checked.
    case quotation
    /// A review's words as the model's own: what a model does that obeys what it reads.
    case echo
    /// A mark that stands for somebody's name or number, or a sign that cannot be seen.
    case sign
    /// Praise where a complaint is told, or a complaint where praise is (`saysTheOpposite`).
    case opposite
}

/// Checks what a model says in its own words against what it was shown.
package struct ProseCheck: Sendable {
    /// Every three words in a row of each review.
    private var shown: [Set<String>]
    /// Texts without spaces: whole.
    private var japanese: [String]
    /// Names with digits that stand in what was shown (`versionedNames`).
    private var names: Set<String>
    private let language: Language

    package static let scalarLimit = 400
    private static let run = 3

    /// - Parameter language: What the model was asked to answer in; `unknown` takes the number
    ///   words of all languages for numbers.
    package init(_ evidence: Evidence, language: Language = .unknown) {
        self.language = language
        shown = []
        japanese = []
        names = []
        for review in evidence.reviews {
            for text in [review.title, review.body].compactMap({ $0 }) {
                names.formUnion(versionedNames(text))
            }
            let texts = [review.review.values.title, review.review.values.body].compactMap { $0 }
            if review.read.reading.language == .japanese { japanese += texts.map(\.string) }
            let found = texts.flatMap { words(of: $0).map(\.text) }
            guard !found.isEmpty else { continue }
            shown.append(Set(Self.runs(found)))
        }
    }

    private static func runs(_ words: [String]) -> [String] {
        guard words.count >= run else { return [words.joined(separator: " ")] }
        return (0...words.count - run).map { words[$0..<$0 + run].joined(separator: " ") }
    }

    /// What is wrong with a text; nil for nothing. In a translation the names that others wrote are
    /// numbers too: its digits are its quote's.
    package func fault(_ text: String, isTranslation: Bool = false) -> ProseFault? {
        let scalars = text.unicodeScalars
        guard scalars.count <= Self.scalarLimit else { return .tooLong }
        let found = words(of: Text(text)).map(\.text)
        let isJapanese = scalars.contains { (0x3041...0x30FF).contains($0.value) }
        guard found.count >= 3 || isJapanese && scalars.count >= 6 else { return .empty }
        if scalars.contains(where: isHidden) || text.contains("⟦") || text.contains("⟧") {
            return .sign
        }
        if hasNumber(text, besides: isTranslation ? [] : names) { return .number }
        if holdsLink(text) { return .link }
        if scalars.contains(where: quotationMarks.contains) { return .quotation }
        return isEcho(found, text, isJapanese) ? .echo : nil
    }

    /// Whether a text states a number, read in the language asked for and in its own.
    func hasNumber(_ text: String, besides names: Set<String> = []) -> Bool {
        let own = detectLanguage(words(of: Text(text)), of: [Text(text)])
        return holdsNumber(
            text, in: own == .unknown ? [language] : [language, own], besides: names)
    }

    /// Most of its words stand in a row in one review.
    private func isEcho(_ found: [String], _ text: String, _ isJapanese: Bool) -> Bool {
        if isJapanese {
            let scalars = Array(text.unicodeScalars)
            let length = min(8, scalars.count)
            return (0...scalars.count - length).contains { start in
                var part = String.UnicodeScalarView()
                part.append(contentsOf: scalars[start..<start + length])
                return japanese.contains { $0.contains(String(part)) }
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

/// Control signs, marks of direction and of no width, private signs.
private func isHidden(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .control, .format, .privateUse, .surrogate, .unassigned, .lineSeparator,
        .paragraphSeparator:
        true
    default: false
    }
}

private let quotationMarks: Set<Unicode.Scalar> = Set("\"“”„«»‹›「」『』".unicodeScalars)

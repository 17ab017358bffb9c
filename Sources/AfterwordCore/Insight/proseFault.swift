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
}

/// Checks what a model says in its own words against what it was shown.
package struct ProseCheck: Sendable {
    /// Every three words in a row of each review.
    private var shown: [Set<String>]
    /// Texts without spaces: whole.
    private var japanese: [String]

    package static let scalarLimit = 400
    private static let run = 3

    package init(_ evidence: Evidence) {
        shown = []
        japanese = []
        for review in evidence.reviews {
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

    /// What is wrong with a text; nil for nothing.
    package func fault(_ text: String) -> ProseFault? {
        let scalars = text.unicodeScalars
        guard scalars.count <= Self.scalarLimit else { return .tooLong }
        let found = words(of: Text(text)).map(\.text)
        let isJapanese = scalars.contains { (0x3041...0x30FF).contains($0.value) }
        guard found.count >= 3 || isJapanese && scalars.count >= 6 else { return .empty }
        if scalars.contains(where: isHidden) || text.contains("⟦") || text.contains("⟧") {
            return .sign
        }
        if Self.hasNumber(text) { return .number }
        if isLink(text) { return .link }
        if scalars.contains(where: quotationMarks.contains) { return .quotation }
        return isEcho(found, text, isJapanese) ? .echo : nil
    }

    /// In digits of any script, or in words.
    static func hasNumber(_ text: String) -> Bool {
        text.unicodeScalars.contains { $0.properties.numericType != nil } || text.contains("%")
            || words(of: Text(text)).contains { numberWords.contains($0.text) }
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

private func isLink(_ text: String) -> Bool {
    if text.contains("://") || text.contains("@") || text.lowercased().contains("www.") {
        return true
    }
    // A letter, a dot and two letters, as in a host's name.
    let scalars = Array(text.unicodeScalars)
    return scalars.indices.contains { index in
        scalars[index] == "." && index > 0 && index + 2 < scalars.count
            && scalars[index - 1].properties.isAlphabetic
            && scalars[index + 1].properties.isAlphabetic
            && scalars[index + 2].properties.isAlphabetic
    }
}

private let quotationMarks: Set<Unicode.Scalar> = Set("\"“”„«»‹›「」『』".unicodeScalars)

/// Folded. Words that are something else as often are left out: one, sei, neuf, mil.
private let numberWords: Set<String> = Set(
    """
    two three four five six seven eight nine ten eleven twelve dozen dozens hundred hundreds thousand thousands million
    percent half third quarter twice thrice double
    zwei drei vier funf sechs sieben acht neun zehn elf zwolf dutzend dutzende hundert hunderte tausend prozent halfte
    drittel viertel doppelt zweimal dreimal
    due tre quattro cinque sette otto nove dieci dozzina cento mille percento meta terzo doppio
    deux trois quatre cinq sept huit dix douzaine cent mille moitie tiers quart pourcent double
    dos tres cuatro cinco seis siete ocho nueve diez docena cien ciento mitad tercio doble
    twee drie vier vijf zes zeven acht negen tien dozijn honderd duizend procent helft derde kwart dubbel
    dois duas tres quatro sete oito nove dez duzia cem metade terco dobro
    """.split { $0 == " " || $0 == "\n" }.map(String.init))

/// A language that the lexicon reads; `unknown` where none is detected.
package enum Language: String, CaseIterable, Sendable {
    case english = "en"
    case german = "de"
    case italian = "it"
    case french = "fr"
    case spanish = "es"
    case dutch = "nl"
    case portuguese = "pt"
    case japanese = "ja"
    case unknown

    /// Words frequent in one language and absent from the others; folded.
    fileprivate static let marks: [(Language, Set<String>)] = [
        (
            .english,
            words(
                "the this that is are was were with have has had they them it its my you your for and but not very of just would been from only after will when because these does did doesnt didnt dont great good than what all i"
            )
        ),
        (
            .german,
            words(
                "der das ist und nicht ich auch sehr mit fur auf ein eine einen einem wird wurde sind aber leider nach wie zum zur bei sich noch schon hatte habe gut passt dem den vom uber keine kein mir man wenn dass nur war"
            )
        ),
        (
            .italian,
            words(
                "il che di non per una sono con molto della del dopo ho ma anche piu questo questa gli nel alla ottimo ottima buona buono perfetto perfetta bene prodotto mi lo ha dei delle si"
            )
        ),
        (
            .french,
            words(
                "le les et est pas pour une mais avec des du je tres sur dans ce cette qui ne au plus apres mon ma il bien bon produit parfait qualite sont vous nous fait cest jai"
            )
        ),
        (
            .spanish,
            words(
                "el los las y es muy pero para con una por que no del lo se mi esta este bien como mas al calidad producto perfecto perfecta bueno buena ha sin despues cuando solo sirve viene"
            )
        ),
        (
            .dutch,
            words(
                "het een van niet dat zijn voor maar met ook heel goed wel werkt ik zeer naar aan bij nog geen deze prima er op om als wordt na te"
            )
        ),
        (
            .portuguese,
            words(
                "nao muito uma para com mas os as um por mais boa bom produto ja do da isso esta meu minha foi tem voce ate e o otimo otima qualidade depois"
            )
        ),
    ]

    /// The frequent words of all languages.
    static let allMarks = marks.reduce(into: Set<String>()) { $0.formUnion($1.1) }

    static func isMark(_ word: String) -> Bool { allMarks.contains(word) }

    private static func words(_ list: String) -> Set<String> {
        Set(list.split(separator: " ").map(String.init))
    }
}

/// Detects the language of a text by its script and its most frequent words. Deterministic;
/// `unknown` where two languages are equally likely or no word is known.
package func detectLanguage(_ words: [Word], of texts: [Text]) -> Language {
    if texts.contains(where: hasKana) { return .japanese }
    let found = Set(words.map(\.text))
    let scores = Language.marks.map { language, marks in
        (language, found.intersection(marks).count)
    }.sorted { $0.1 > $1.1 }
    guard scores[0].1 > 0, scores[0].1 > scores[1].1 else { return .unknown }
    return scores[0].0
}

/// Hiragana or katakana: U+3041–U+30FF, in UTF-8 E3 81 81 – E3 83 BF.
private func hasKana(_ text: Text) -> Bool {
    let bytes = text.bytes
    return bytes.indices.dropLast(2).contains { index in
        bytes[index] == 0xE3 && (0x81...0x83).contains(bytes[index + 1])
    }
}

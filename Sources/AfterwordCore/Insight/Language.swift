/// A language that the lexicon reads: one whose file is among those of `lexicon1`; `unknown` where
/// none is detected.
package struct Language: Hashable, Sendable, CaseIterable {
    /// The place of its file in `LanguageFiles.all`; one past the last for `unknown`.
    let place: UInt8

    /// The languages in the order of their files, then `unknown`.
    package static let allCases = (0...LanguageFiles.codes.count).map { Language(place: UInt8($0)) }
    package static let unknown = Language(place: UInt8(LanguageFiles.codes.count))
    /// The language of a text where none is asked for.
    package static let english: Language = "en"

    /// The language with a code such as `en`; nil where it has no file.
    package init?(rawValue: String) {
        guard let place = LanguageFiles.codes.firstIndex(of: rawValue) else {
            guard rawValue == "unknown" else { return nil }
            self = .unknown
            return
        }
        self.place = UInt8(place)
    }

    private init(place: UInt8) { self.place = place }

    /// Its code: the name of its file, or `unknown`.
    package var rawValue: String {
        self == .unknown ? "unknown" : LanguageFiles.codes[Int(place)]
    }

    /// Its English name, such as `German`; `unknown` for that.
    package var name: String { self == .unknown ? rawValue : Self.names[Int(place)] }

    private static let names = LanguageFiles.all.enumerated().map { place, file in
        file["language", "name"]?.text ?? LanguageFiles.codes[place]
    }

    /// Whether spaces stand between its words; otherwise phrases are sequences of characters.
    package var hasSpaces: Bool { self == .unknown || Self.spaced[Int(place)] }

    private static let spaced = LanguageFiles.all.map { $0["language", "spaces"]?.text != "none" }
}

extension Language: ExpressibleByStringLiteral {
    /// A literal that is no language's code is a mistake in the program and stops it.
    package init(stringLiteral code: String) {
        guard let language = Language(rawValue: code) else {
            preconditionFailure("no language is written \(code)")
        }
        self = language
    }
}

// MARK: Detection

/// Detects the language of a text by its letters and its most frequent words. Deterministic;
/// `unknown` where two languages are equally likely or no word is known.
package func detectLanguage(_ words: [Word], of texts: [Text]) -> Language {
    for text in texts {
        if let language = languageByLetters(of: text) { return language }
    }
    let found = Set(words.map(\.text))
    var likeliest = LikeliestLanguage()
    for (language, marks) in frequentWords {
        likeliest.take(language, wordCount: found.intersection(marks).count)
    }
    return likeliest.language
}

/// The language with the most of its frequent words in a text; `unknown` where two have the most.
struct LikeliestLanguage {
    private var best = (language: Language.unknown, count: 0)
    private var isTied = false

    /// - Parameter wordCount: The number of different frequent words of the language in the text.
    mutating func take(_ language: Language, wordCount: Int) {
        isTied = wordCount == best.count || isTied && wordCount < best.count
        if wordCount > best.count { best = (language, wordCount) }
    }

    var language: Language { isTied ? .unknown : best.language }
}

/// The first language of which the text holds a letter of its own, as hiragana and katakana are of
/// Japanese; nil where there is none.
func languageByLetters(of text: Text) -> Language? {
    let bytes = text.bytes
    for letters in ownLetters {
        let holdsOne = bytes.indices.dropLast(2).contains { index in
            bytes[index] & 0xF0 == 0xE0 && letters.range.contains(packed(bytes, index))
        }
        if holdsOne { return letters.language }
    }
    return nil
}

/// Three bytes of UTF-8 as one number, which orders letters of three bytes as their scalars.
private func packed(_ bytes: [UInt8], _ index: Int) -> UInt32 {
    UInt32(bytes[index]) << 16 | UInt32(bytes[index + 1]) << 8 | UInt32(bytes[index + 2])
}

/// The letters that only one language has, as `3041-30FF`: scalars of three bytes in UTF-8.
private let ownLetters: [(language: Language, range: ClosedRange<UInt32>)] =
    Language.known.compactMap { language in
        guard let written = language.file["language", "letters"]?.text else { return nil }
        let ends = written.split(separator: "-").compactMap { UInt32($0, radix: 16) }
            .compactMap(Unicode.Scalar.init).map { Array(String($0).utf8) }
        precondition(ends.count == 2 && ends.allSatisfy { $0.count == 3 }, "letters: \(written)")
        return (language, packed(ends[0], 0)...packed(ends[1], 0))
    }

/// Words frequent in one language and rare in the others; folded.
let frequentWords: [(Language, Set<String>)] = Language.known.compactMap { language in
    language.file["language", "frequent"].map { (language, Set($0.words)) }
}

/// The frequent words of all languages.
let allFrequentWords = LanguageFiles.words("language", "frequent")

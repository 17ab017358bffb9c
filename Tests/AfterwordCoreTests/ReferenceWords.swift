@testable import AfterwordCore

// How the reference cuts words and detects the language.

extension Reference {
    /// The words of a text in order. A sentence ends at `.` `!` `?` `;` and their wide forms, and
    /// at a line feed.
    static func words(of text: Text) -> [Word] {
        let string = text.string
        var words: [Word] = []
        var current = ""
        var start = 0
        var offset = 0
        var sentence = 0
        func finish(_ end: Int) {
            if !current.isEmpty {
                words.append(Word(text: current, range: start..<end, sentence: sentence))
                current = ""
            }
        }
        for scalar in string.unicodeScalars {
            let length = UTF8.width(scalar)
            if let folded = fold(scalar) {
                if current.isEmpty { start = offset }
                current += folded
            } else if scalar != "'" && scalar != "’" && scalar != "\u{300}" {
                finish(offset)
                if ".!?;\n。！？…".unicodeScalars.contains(scalar) { sentence += 1 }
            }
            offset += length
        }
        finish(offset)
        return words
    }

    /// The folded letters or digits of a scalar; nil for a scalar that is neither.
    static func fold(_ scalar: Unicode.Scalar) -> String? {
        switch scalar.value {
        case 0x30...0x39, 0x61...0x7A: return String(scalar)
        case 0x41...0x5A: return String(Unicode.Scalar(scalar.value + 32)!)
        case 0xDF, 0x1E9E: return "ss"
        case 0xC6, 0xE6: return "ae"
        case 0x152, 0x153: return "oe"
        case 0xD8, 0xF8: return "o"
        case 0x131: return "i"
        case 0xC0...0x24F:
            guard scalar.value != 0xD7, scalar.value != 0xF7 else { return nil }
            return base(scalar)
        default:
            return scalar.properties.isAlphabetic ? String(scalar).lowercased() : nil
        }
    }

    /// The base letter of a Latin letter with a diacritic, in lower case.
    static func base(_ scalar: Unicode.Scalar) -> String {
        let lower = String(scalar).lowercased().unicodeScalars.first ?? scalar
        for (letter, forms) in diacritics where forms.contains(lower) { return letter }
        return String(lower)
    }

    static let diacritics: [(String, Set<Unicode.Scalar>)] = [
        ("a", Set("àáâãäåāăą".unicodeScalars)), ("c", Set("çćĉċč".unicodeScalars)),
        ("d", Set("ďđ".unicodeScalars)), ("e", Set("èéêëēĕėęě".unicodeScalars)),
        ("g", Set("ĝğġģ".unicodeScalars)), ("i", Set("ìíîïĩīĭį".unicodeScalars)),
        ("l", Set("ĺļľŀł".unicodeScalars)), ("n", Set("ñńņňŉ".unicodeScalars)),
        ("o", Set("òóôõöōŏő".unicodeScalars)), ("r", Set("ŕŗř".unicodeScalars)),
        ("s", Set("śŝşšș".unicodeScalars)), ("t", Set("ţťŧț".unicodeScalars)),
        ("u", Set("ùúûüũūŭůűų".unicodeScalars)), ("y", Set("ýÿŷ".unicodeScalars)),
        ("z", Set("źżž".unicodeScalars)),
    ]

    /// Detects the language of a text by its letters and its most frequent words. Deterministic;
    /// `unknown` where two languages are equally likely or no word is known.
    static func detectLanguage(_ words: [Word], of texts: [Text]) -> Language {
        for text in texts {
            if let language = languageByLetters(of: text) { return language }
        }
        let found = Set(words.map(\.text))
        var best = (language: Language.unknown, count: 0)
        var isTied = false
        for (language, marks) in frequentWords {
            let count = found.intersection(marks).count
            isTied = count == best.count || isTied && count < best.count
            if count > best.count { best = (language, count) }
        }
        return isTied ? .unknown : best.language
    }

    /// The first language of which the text holds a letter of its own, as hiragana and katakana are
    /// of Japanese; nil where there is none.
    static func languageByLetters(of text: Text) -> Language? {
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
    static func packed(_ bytes: [UInt8], _ index: Int) -> UInt32 {
        UInt32(bytes[index]) << 16 | UInt32(bytes[index + 1]) << 8 | UInt32(bytes[index + 2])
    }

    /// The letters that only one language has, as `3041-30FF`: scalars of three bytes in UTF-8.
    static let ownLetters: [(language: Language, range: ClosedRange<UInt32>)] =
        Language.known.compactMap { language in
            guard let written = language.file["language", "letters"]?.text else { return nil }
            let ends = written.split(separator: "-").compactMap { UInt32($0, radix: 16) }
                .compactMap(Unicode.Scalar.init).map { Array(String($0).utf8) }
            precondition(
                ends.count == 2 && ends.allSatisfy { $0.count == 3 }, "letters: \(written)")
            return (language, packed(ends[0], 0)...packed(ends[1], 0))
        }

    /// Words frequent in one language and rare in the others; folded.
    static let frequentWords: [(Language, Set<String>)] = Language.known.compactMap { language in
        language.file["language", "frequent"].map { (language, Set($0.words)) }
    }
}

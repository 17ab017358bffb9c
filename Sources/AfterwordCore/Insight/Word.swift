/// A word of a text, folded for comparison: lower case, without diacritics and apostrophes. `range`
/// is its byte range in the text.
package struct Word: Equatable, Sendable {
    package var text: String
    package var range: Range<Int>
    /// The number of its sentence, from 0.
    package var sentence: Int
}

/// The words of a text in order. A sentence ends at `.` `!` `?` `;` and their wide forms, and at a
/// line feed.
package func words(of text: Text) -> [Word] {
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
        switch ScalarRole(scalar) {
        case .letters(let folded):
            if current.isEmpty { start = offset }
            current += folded
        case .joining: break
        case .gap: finish(offset)
        case .sentenceEnd:
            finish(offset)
            sentence += 1
        }
        offset += UTF8.width(scalar)
    }
    finish(offset)
    return words
}

/// What a scalar does in a text that is cut into words.
enum ScalarRole: Equatable {
    /// It belongs to a word, as these folded letters or digits.
    case letters(String)
    /// It stands inside or after a word and is left out of it.
    case joining
    /// It stands between words.
    case gap
    /// It stands between words and ends a sentence.
    case sentenceEnd

    init(_ scalar: Unicode.Scalar) {
        if let folded = fold(scalar) {
            self = .letters(folded)
            return
        }
        switch scalar {
        case "'", "’", "\u{300}": self = .joining
        case ".", "!", "?", ";", "\n", "。", "！", "？", "…": self = .sentenceEnd
        default: self = .gap
        }
    }
}

/// The folded letters or digits of a scalar; nil for a scalar that is neither.
private func fold(_ scalar: Unicode.Scalar) -> String? {
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
private func base(_ scalar: Unicode.Scalar) -> String {
    let lower = String(scalar).lowercased().unicodeScalars.first ?? scalar
    for (letter, forms) in diacritics where forms.contains(lower) { return letter }
    return String(lower)
}

private let diacritics: [(String, Set<Unicode.Scalar>)] = [
    ("a", Set("àáâãäåāăą".unicodeScalars)), ("c", Set("çćĉċč".unicodeScalars)),
    ("d", Set("ďđ".unicodeScalars)), ("e", Set("èéêëēĕėęě".unicodeScalars)),
    ("g", Set("ĝğġģ".unicodeScalars)), ("i", Set("ìíîïĩīĭį".unicodeScalars)),
    ("l", Set("ĺļľŀł".unicodeScalars)), ("n", Set("ñńņňŉ".unicodeScalars)),
    ("o", Set("òóôõöōŏő".unicodeScalars)), ("r", Set("ŕŗř".unicodeScalars)),
    ("s", Set("śŝşšș".unicodeScalars)), ("t", Set("ţťŧț".unicodeScalars)),
    ("u", Set("ùúûüũūŭůűų".unicodeScalars)), ("y", Set("ýÿŷ".unicodeScalars)),
    ("z", Set("źżž".unicodeScalars)),
]

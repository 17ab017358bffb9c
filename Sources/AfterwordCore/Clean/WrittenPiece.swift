/// The longest written rating, date, count or flag that the rules for such texts look at, in bytes.
/// A longer text is none of these.
let longestWrittenValue = 400

/// One piece of a folded text: a run of digits, a run of letters, or one sign.
enum WrittenPiece: Equatable {
    /// A run of at most 18 digits, by value and length.
    case number(Int64, digits: Int)
    case word(String)
    case sign(Unicode.Scalar)

    var isSpace: Bool { self == .sign(" ") }
}

/// A short text in one spelling: composed, lower case, Latin letters without marks, the digits of
/// every script as ASCII, every blank as a space, dashes as `-`, invisible characters removed, no
/// blanks at the ends. Nil when it is longer than `longestWrittenValue`.
func foldWritten(_ raw: [UInt8]) -> String? {
    guard raw.count <= longestWrittenValue else { return nil }
    var folded = String.UnicodeScalarView()
    for scalar in String(decoding: composeText(raw), as: UTF8.self).unicodeScalars {
        appendFolded(scalar, to: &folded)
    }
    while folded.last == " " { folded.removeLast() }
    return String(folded.drop { $0 == " " })
}

private func appendFolded(_ scalar: Unicode.Scalar, to folded: inout String.UnicodeScalarView) {
    // Most of these texts are ASCII; the properties of a scalar are looked up in tables.
    if scalar.isASCII, scalar >= " " {
        let isUpper = scalar >= "A" && scalar <= "Z"
        return folded.append(isUpper ? Unicode.Scalar(UInt8(scalar.value) + 0x20) : scalar)
    }
    let properties = scalar.properties
    if properties.isWhitespace { return folded.append(" ") }
    if properties.isDefaultIgnorableCodePoint || scalar.value < 0x20 { return }
    if properties.numericType == .decimal, let value = properties.numericValue {
        return folded.append(Unicode.Scalar(UInt8(0x30 + Int(value))))
    }
    switch scalar.value {
    case 0xFF01...0xFF5E:
        guard let narrow = Unicode.Scalar(scalar.value - 0xFEE0) else { return }
        appendFolded(narrow, to: &folded)
    case 0x2010...0x2015, 0x2212: folded.append("-")
    case 0x066B, 0x3002: folded.append(".")
    case 0x066C, 0x060C, 0x3001: folded.append(",")
    case 0x066A: folded.append("%")
    case 0x2018, 0x2019: folded.append("'")
    default:
        for lower in properties.lowercaseMapping.unicodeScalars where lower != "\u{307}" {
            folded.append(unmarkedLetters[lower] ?? lower)
        }
    }
}

/// Latin letters with marks, by the letter without. The dotless ı is i too, as capital I is.
private let unmarkedLetters: [Unicode.Scalar: Unicode.Scalar] = {
    let groups: KeyValuePairs<Unicode.Scalar, String> = [
        "a": "àáâãäåāăąạảấầẩẫậắằẳẵặ", "c": "çćčĉċ", "d": "ďđ", "e": "èéêëēĕėęěẹẻẽếềểễệ",
        "g": "ğĝġģ", "h": "ĥħ", "i": "ìíîïĩīĭįıỉị", "j": "ĵ", "k": "ķ", "l": "ĺļľŀł", "n": "ñńņňŉ",
        "o": "òóôõöøōŏőơọỏốồổỗộớờởỡợ", "r": "ŕŗř", "s": "śŝşšș", "t": "ţťŧț",
        "u": "ùúûüũūŭůűųưụủứừửữự", "w": "ŵ", "y": "ýÿŷỳỵỷỹ", "z": "źżž",
        "α": "ά", "ε": "έ", "η": "ή", "ι": "ίϊΐ", "ο": "ό", "υ": "ύϋΰ", "ω": "ώ",
    ]
    var letters: [Unicode.Scalar: Unicode.Scalar] = [:]
    for (plain, marked) in groups {
        for scalar in marked.unicodeScalars { letters[scalar] = plain }
    }
    return letters
}()

/// The pieces of a folded text; nil when a number has more than 18 digits.
func writtenPieces(_ folded: String) -> [WrittenPiece]? {
    var pieces: [WrittenPiece] = []
    var rest = folded.unicodeScalars[...]
    while let first = rest.first {
        if isWrittenDigit(first) {
            let digits = rest.prefix(while: isWrittenDigit)
            guard digits.count <= 18, let value = Int64(String(digits)) else { return nil }
            pieces.append(.number(value, digits: digits.count))
            rest = rest.dropFirst(digits.count)
        } else if isCalendarSign(first) {
            pieces.append(.word(String(first)))
            rest = rest.dropFirst()
        } else if isLetter(first) {
            let letters = rest.prefix { isLetter($0) && !isCalendarSign($0) }
            pieces.append(.word(String(letters)))
            rest = rest.dropFirst(letters.count)
        } else {
            // Several blanks are one.
            if first != " " || pieces.last?.isSpace != true { pieces.append(.sign(first)) }
            rest = rest.dropFirst()
        }
    }
    return pieces
}

private func isWrittenDigit(_ scalar: Unicode.Scalar) -> Bool { scalar >= "0" && scalar <= "9" }

/// The signs of year, month and day in Chinese, Japanese and Korean, each a piece of its own.
private func isCalendarSign(_ scalar: Unicode.Scalar) -> Bool {
    "年月日년월일".unicodeScalars.contains(scalar)
}

private func isLetter(_ scalar: Unicode.Scalar) -> Bool {
    if scalar.isASCII { return scalar >= "a" && scalar <= "z" }
    switch scalar.properties.generalCategory {
    case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter,
        .nonspacingMark, .spacingMark:
        return true
    default: return false
    }
}

/// Whether a folded text says that there is no value: `n/a`, `none`, `-`.
func saysNoValue(_ folded: String) -> Bool { noValueWords.contains(folded) }

private let noValueWords: Set<String> = [
    "", "-", "--", "?", ".", "n/a", "na", "n.a.", "nan", "nat", "nil", "none", "null", "undefined",
    "unknown", "unspecified", "not rated", "unrated", "no rating", "not available", "not specified",
    "star_rating_unspecified", "rating_unspecified", "keine", "keine angabe", "aucun", "aucune",
    "ninguno", "ninguna", "nessuno", "nessuna", "nenhum", "geen", "brak", "yok", "нет оценки",
    "なし", "无", "無", "없음",
]

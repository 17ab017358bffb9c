/// A rating written as a text: `4.0 out of 5 stars`, `5つ星のうち1.0`, `★★☆☆☆`, `FOUR`, `8/10`,
/// `80 %`.
struct RatingText: Equatable {
    var rating: Decimal
    /// The scale that the text names, else the one given.
    var scale: Int64

    /// Reads a folded text; nil when its form is not known.
    init?(_ folded: String, scale: Int64) {
        if let symbols = RatingText(symbols: folded, scale: scale) {
            self = symbols
            return
        }
        let text =
            folded.unicodeScalars.contains { $0 >= "0" && $0 <= "9" }
            ? folded : spelledOut(folded)
        let shown = String(text.unicodeScalars.filter { !isStarSymbol($0) })
        let hasSymbol = shown.unicodeScalars.count < text.unicodeScalars.count
        let numbers = WrittenNumber.all(in: shown)
        switch numbers.count {
        case 1: self.init(one: numbers[0], in: shown, hasSymbol: hasSymbol, scale: scale)
        case 2: self.init(numbers[0], numbers[1], in: shown, scale: scale)
        default: return nil
        }
    }

    private init(rating: Decimal, scale: Int64) {
        self.rating = rating
        self.scale = scale
    }

    /// Filled and empty stars alone. Empty stars alone say nothing that is sure.
    private init?(symbols folded: String, scale: Int64) {
        var (filled, empty, halves) = (Int64(0), Int64(0), Int64(0))
        for scalar in folded.unicodeScalars {
            switch scalar {
            case " ": continue
            case _ where filledSymbols.contains(scalar): filled += 1
            case _ where emptySymbols.contains(scalar): empty += 1
            case "½", "⯨", "⯪": halves += 1
            default: return nil
            }
        }
        guard filled + halves > 0, halves < 2, filled + empty + halves <= 10 else { return nil }
        rating = Decimal(digits: filled * 10 + halves * 5, exponent: -1)
        // Empty stars complete the scale; without any the scale is the one given.
        self.scale = empty > 0 ? filled + halves + empty : scale
    }

    /// One number: a percentage, a number alone or labelled, or with a word for stars.
    private init?(one number: WrittenNumber, in text: String, hasSymbol: Bool, scale: Int64) {
        let before = text[..<number.range.lowerBound]
        let after = text[number.range.upperBound...].drop { $0 == " " }
        // `.5` is no five.
        guard before.last != ".", before.last != "," else { return nil }
        if after.first == "%" {
            guard before.allSatisfy({ !$0.isLetter }) else { return nil }
            self.init(rating: number.decimal, scale: 100)
            return
        }
        let words = String(before) + " " + String(after)
        let isAlone = !words.contains { $0.isLetter }
        let isLabelled =
            before.isEmpty && after.first.map { "-:(|".contains($0) } ?? true
            || after == ")" && before.last == "("
        guard isAlone || isLabelled || hasSymbol || namesStars(words) else { return nil }
        self.init(rating: number.decimal, scale: scale)
    }

    /// Two numbers: one of them is the scale. The greater one is, in either order, as languages
    /// differ: `4 out of 5`, `5つ星のうち4`.
    private init?(_ first: WrittenNumber, _ second: WrittenNumber, in text: String, scale: Int64) {
        let between = text[first.range.upperBound..<second.range.lowerBound]
        let after = text[second.range.upperBound...]
        // A number in brackets counts the ratings: `4.5 (120)`.
        guard !between.contains("("), !after.contains("%") else { return nil }
        let isFirstGreater = second.decimal < first.decimal
        let (rating, best) = isFirstGreater ? (second, first) : (first, second)
        guard let total = best.decimal.whole, total == scale || usualScales.contains(total)
        else { return nil }
        // Of any words between, only those that relate a part to a whole make it one.
        guard total == scale || relates(String(between)) || namesStars(text) else { return nil }
        self.init(rating: rating.decimal, scale: total)
    }
}

private let usualScales: Set<Int64> = [3, 4, 5, 6, 7, 10, 20, 100]
private let filledSymbols = Set("★⭐🌟✭✮✯✪⚫●♥❤🖤".unicodeScalars)
private let emptySymbols = Set("☆✩⚝⚪○♡🤍".unicodeScalars)

private func isStarSymbol(_ scalar: Unicode.Scalar) -> Bool {
    filledSymbols.contains(scalar) || emptySymbols.contains(scalar)
}

/// Whether words between two numbers say that one is a part of the other.
private func relates(_ between: String) -> Bool {
    let plain = between.filter { $0 != " " }
    if plain == "/" || plain == "|" { return true }
    return partWords.contains { between.contains($0) }
}

private let partWords = [
    "out of", " of ", "von", "sur", " su ", "di", " de ", "van", "из", " z ", "ze", "av", "af",
    "uzerinden", "のうち", "中", "में से", "중", "من", "trên", "tren", "dari", "จาก", "από", "din",
    "満点", "分",
]

/// Whether a text has a word for stars, points or a rating.
func namesStars(_ text: String) -> Bool { starWords.contains { text.contains($0) } }

private let starWords = [
    "star", "rating", "rated", "score", "point", "stern", "punkt", "bewert", "note", "etoile",
    "estrella", "estrela", "stell", "punt", "voto", "valuta", "ster", "sterr", "gwiazd", "ocena",
    "ocen", "stjern", "stjarn", "betyg", "yildiz", "puan", "звезд", "зірк", "оцен", "балл",
    "hvezd", "csillag", "tahte", "tähte", "stele", "αστέρ", "αστερ", "نجم", "نجوم", "نجمة",
    "כוכב", "स्टार", "सितार", "तारे", "ดาว", "sao", "bintang", "星", "点", "點", "分", "별", "점",
    "つ", "スター", "개",
]

/// A text whose number words are digits: `four out of five`, `FIVE_STARS`, `五つ星`. Only texts of
/// up to eight words are spelled out; a sentence is no rating.
private func spelledOut(_ folded: String) -> String {
    guard let pieces = writtenPieces(folded), pieces.count <= 16 else { return folded }
    var text = ""
    for piece in pieces {
        switch piece {
        case .number(let value, _): text += String(value)
        case .sign(let sign): text.unicodeScalars.append(sign == "_" ? " " : sign)
        case .word(let word):
            if let number = smallNumber(word) {
                text += String(number)
            } else {
                text += hanNumbersSpelledOut(word)
            }
        }
    }
    return text
}

private func hanNumbersSpelledOut(_ word: String) -> String {
    guard namesStars(word) else { return word }
    let digits: [Character: Character] = ["一": "1", "二": "2", "三": "3", "四": "4", "五": "5"]
    return String(word.map { digits[$0] ?? $0 })
}

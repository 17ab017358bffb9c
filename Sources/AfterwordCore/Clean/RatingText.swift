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
        let (shown, symbols) = withoutSymbols(spelledOut(folded))
        // How many found a review helpful is written as a rating is: `3 out of 5 people`.
        guard !countsReaders(shown) else { return nil }
        let numbers = WrittenNumber.all(in: shown)
        switch numbers.count {
        case 1: self.init(one: numbers[0], in: shown, scale: scale)
        case 2: self.init(numbers[0], numbers[1], in: shown, scale: scale)
        default: return nil
        }
        // One sign labels a number; several are a rating of their own, which has to agree.
        if symbols.filter({ $0 != " " }).unicodeScalars.count > 1 {
            guard let drawn = RatingText(symbols: symbols, scale: self.scale),
                drawn.agrees(with: rating)
            else { return nil }
            if numbers.count == 1 { self.scale = drawn.scale }
        }
    }

    /// Whether so many signs may stand for a rating: whole ones for one with decimals.
    private func agrees(with other: Decimal) -> Bool {
        guard let own = rating.scaled(by: 100, over: 1), let other = other.scaled(by: 100, over: 1)
        else { return false }
        return abs(own - other) < 100
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
    private init?(one number: WrittenNumber, in text: String, scale: Int64) {
        let before = text[..<number.range.lowerBound]
        let after = text[number.range.upperBound...]
        // `.5` is no five, and `1,000` no one.
        guard before.last != ".", before.last != ",", !isGrouped(text[number.range]),
            !words(before).contains(where: { vagueWords.contains($0) })
        else { return nil }
        let rest = after.drop { $0 == " " }
        if rest.first == "%" {
            guard !before.contains(where: \.isLetter), mayFollow(rest.dropFirst()) else {
                return nil
            }
            self.init(rating: number.decimal, scale: 100)
            return
        }
        guard
            isBare(before, after) || isLabelled(before, rest) || isFollowedByStars(after)
                || isNamed(number, before, after)
        else { return nil }
        self.init(rating: number.decimal, scale: scale)
    }

    /// Two numbers, one of which is the scale: `4 out of 5`, `5つ星のうち4`. Only a word or a sign that
    /// relates a part to a whole makes them so, and it says which is which: beside a rating there
    /// may as well stand a number of reviews or photos.
    private init?(_ first: WrittenNumber, _ second: WrittenNumber, in text: String, scale: Int64) {
        let before = text[..<first.range.lowerBound]
        let between = text[first.range.upperBound..<second.range.lowerBound]
        let after = text[second.range.upperBound...]
        // A number in brackets counts the ratings: `4.5 (120)`.
        guard !between.contains("("), !after.contains("%"),
            let relation = PartRelation(before, between)
        else { return nil }
        let isTotalFirst = relation == .totalFirst
        let (rating, best) = isTotalFirst ? (second, first) : (first, second)
        guard !(best.decimal < rating.decimal), let total = best.decimal.whole,
            total == scale || usualScales.contains(total)
        else { return nil }
        guard mayFollow(after) || relation == .slash && !countsThings(after) else { return nil }
        self.init(rating: rating.decimal, scale: total)
    }
}

private let usualScales: Set<Int64> = [3, 4, 5, 6, 7, 10, 20, 100]
private let filledSymbols = Set("★⭐🌟✭✮✯✪⚫●♥❤🖤".unicodeScalars)
private let emptySymbols = Set("☆✩⚝⚪○♡🤍".unicodeScalars)

private func isStarSymbol(_ scalar: Unicode.Scalar) -> Bool {
    filledSymbols.contains(scalar) || emptySymbols.contains(scalar)
}

/// A text with `★` for each run of signs, and the signs.
private func withoutSymbols(_ text: String) -> (text: String, symbols: String) {
    var shown = String.UnicodeScalarView()
    var symbols = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
        if isStarSymbol(scalar) {
            symbols.append(scalar)
            if shown.last != "★" { shown.append("★") }
        } else if scalar == "½", shown.last == "★" {
            symbols.append(scalar)
        } else {
            shown.append(scalar)
        }
    }
    return (String(shown), String(symbols))
}

// MARK: One number

/// Whether a number has groups of digits, as no rating has: `1,000`.
private func isGrouped(_ number: Substring) -> Bool {
    let parts = number.split(separator: ",", omittingEmptySubsequences: false)
    return parts.count == 2 && parts[1].count == 3
}

/// Whether nothing stands around a number that changes what it says: `>4` and `4+` are no four.
private func isBare(_ before: Substring, _ after: Substring) -> Bool {
    before.allSatisfy { " ([\"'*:-★".contains($0) }
        && after.allSatisfy { " )]\"'*:.!-,;|★".contains($0) }
}

/// A number before its meaning, or in brackets behind it: `5 - Excellent`, `Good (4)`.
private func isLabelled(_ before: Substring, _ rest: Substring) -> Bool {
    let isFirst = before.isEmpty && rest.first.map { "-:(|".contains($0) } == true
    let isInBrackets = rest == ")" && before.last == "("
    return isFirst && !countsThings(rest) || isInBrackets && !countsThings(before)
}

/// `4 stars`, `4-star`, `4点`; and `4 rating`, which is no number of ratings.
private func isFollowedByStars(_ after: Substring) -> Bool {
    let rest = after.drop { " -_".contains($0) }
    let names = words(rest)
    // `out of` something that is no number here: the scale is not known.
    guard let word = names.first, rest.hasPrefix(word), !names.contains("out") else { return false }
    return isStarWord(word)
}

/// A number behind a word for stars or a rating: `Rated 3`, `a-star-4`, `Note : 4`.
private func isNamed(_ number: WrittenNumber, _ before: Substring, _ after: Substring) -> Bool {
    let follower = words(after).first ?? ""
    if number.decimal.digits == 0, isRatingWord(follower) || follower == "ratings" { return true }
    let isPlainOne = number.decimal.whole == 1 && number.decimal.exponent == 0
    if follower == "rating" || follower == "score" {
        return !isPlainOne && after.drop { $0 == " " }.hasPrefix(follower)
    }
    var label = before
    while let last = label.last, " :-_=.#'\"*".contains(last) { label.removeLast() }
    guard label.last.map({ $0.isLetter || $0 == "★" }) == true, mayFollow(after) else {
        return false
    }
    let names = words(label)
    guard let last = names.last else { return false }
    if isStarWord(last) || isRatingWord(last) { return true }
    return names.count > 1 && linkWords.contains(last)
        && (isStarWord(names[names.count - 2]) || isRatingWord(names[names.count - 2]))
}

/// Whether what follows a rating leaves it one: nothing, a word for stars, or something set off
/// from it. Any other word may be what the number counts.
private func mayFollow(_ after: Substring) -> Bool {
    let rest = after.drop { $0 == " " }
    guard let first = rest.first else { return true }
    guard first.isLetter || first == "★" else { return ",.;:!-)]|/_\"'*".contains(first) }
    let word = words(rest)[0]
    if isStarWord(word) || isRatingWord(word) || followers.contains(word) { return true }
    // The name of a class: `star-rating-4 a-medium`.
    return rest.dropFirst(word.count).first.map { "-_".contains($0) } == true
}

// MARK: Two numbers

/// How two numbers are a part and its whole.
private enum PartRelation: Equatable {
    case slash, ratingFirst, totalFirst

    init?(_ before: Substring, _ between: Substring) {
        let inner = words(between)
        let rest = inner.filter { !isStarWord($0) }
        let signs = between.filter { $0 != " " && $0 != "★" && !$0.isLetter && !$0.isMark }
        if rest.isEmpty, signs == "/" {
            self = .slash
        } else if totalsBehind.contains(where: { between.contains($0) }) {
            self = .ratingFirst
        } else if let word = wordsBehindTotals.first(where: { between.contains($0) }) {
            // `5人中3人` counts people: what the total counts are stars, or is not said.
            let isAlone = between.filter { $0 != " " } == word.filter { $0 != " " }
            guard isAlone || inner.contains(where: { namesStars($0) }) else { return nil }
            self = .totalFirst
        } else if rest.contains(where: { relationWords.contains($0) }),
            rest.allSatisfy({ relationWords.contains($0) || fillWords.contains($0) })
        {
            self = .ratingFirst
        } else if wordsBeforeTotals.contains(before.filter { $0 != " " }), !inner.isEmpty,
            rest.allSatisfy({ $0 == "得" })
        {
            self = .totalFirst
        } else {
            return nil
        }
    }
}

// MARK: Number words

/// A text whose number words are digits: `four out of five`, `FIVE_STARS`, `五つ星`. Only texts of
/// up to eight words are spelled out; a sentence is no rating. Beside digits only a word that
/// plainly counts stars or is a total is a number: `five stars, 2 helpful`.
private func spelledOut(_ folded: String) -> String {
    guard let pieces = writtenPieces(folded), pieces.count <= 16 else { return folded }
    let hasDigits = folded.unicodeScalars.contains { $0 >= "0" && $0 <= "9" }
    guard !hasDigits || pieces.contains(where: { $0.smallNumber != nil }) else { return folded }
    var text = ""
    for (index, piece) in pieces.enumerated() {
        switch piece {
        case .number(let value, let digits):
            let plain = String(value)
            text += String(repeating: "0", count: digits - plain.count) + plain
        case .sign(let sign):
            text.unicodeScalars.append(sign == "_" && !hasDigits ? " " : sign)
        case .word(let word):
            if let number = smallNumber(word), !hasDigits || pieces.counts(at: index) {
                text += String(number)
            } else {
                text += hasDigits ? word : hanNumbersSpelledOut(word)
            }
        }
    }
    return text
}

extension WrittenPiece {
    fileprivate var smallNumber: Int64? {
        if case .word(let word) = self { AfterwordCore.smallNumber(word) } else { nil }
    }

    fileprivate var word: String? { if case .word(let word) = self { word } else { nil } }
}

extension [WrittenPiece] {
    /// Whether a word for stars follows a piece, or one that relates a part to a whole precedes it.
    fileprivate func counts(at index: Int) -> Bool {
        let next = self[(index + 1)...].first { $0.word != nil }?.word
        let previous = self[..<index].last { $0.word != nil }?.word
        return next.map(isStarWord) == true || previous.map(relationWords.contains) == true
    }
}

private func hanNumbersSpelledOut(_ word: String) -> String {
    guard namesStars(word) else { return word }
    let digits: [Character: Character] = ["一": "1", "二": "2", "三": "3", "四": "4", "五": "5"]
    return String(word.map { digits[$0] ?? $0 })
}

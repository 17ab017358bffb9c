// The words by which a rating written as a text is known; all of them folded (`foldWritten`).

/// The words of a text: runs of letters. `★` is a word.
func words(_ text: Substring) -> [String] {
    text.split { !$0.isLetter && !$0.isMark && $0 != "★" }.map(String.init)
}

extension Character {
    /// Whether it is a mark alone, without the letter that it belongs to.
    var isMark: Bool {
        switch unicodeScalars.first?.properties.generalCategory {
        case .nonspacingMark, .spacingMark, .enclosingMark: true
        default: false
        }
    }
}

/// Whether a text has a word for stars, points or a rating.
func namesStars(_ text: String) -> Bool {
    words(text[...]).contains { isStarWord($0) || isRatingWord($0) }
}

/// Whether a word names what a rating counts: stars or points.
func isStarWord(_ word: String) -> Bool {
    if word == "★" || starWords.contains(word) { return true }
    guard let first = word.unicodeScalars.first else { return false }
    // Words of other scripts are written together, and have endings.
    if first.value > 0x24F { return starStems.contains { word.contains($0) } }
    return starBeginnings.contains { word.hasPrefix($0) && !isOtherWord(word) }
        || ["star", "stars", "sterne", "sternen"].contains { word.hasSuffix($0) }
}

private func isOtherWord(_ word: String) -> Bool {
    ["start", "starv", "starb", "stare"].contains { word.hasPrefix($0) }
}

/// Whether a word names a rating, and not several.
func isRatingWord(_ word: String) -> Bool {
    if ratingNames.contains(word) { return true }
    guard let first = word.unicodeScalars.first, !manyRatings.contains(word) else { return false }
    if first.value > 0x24F {
        return ["оцен", "評分", "评分", "評価", "평점"].contains { word.contains($0) }
    }
    return ["rating", "rated", "bewert", "valuta", "betyg", "avaliac", "calific", "valorac"]
        .contains { word.hasPrefix($0) }
}

/// Whether a text counts those who read a review.
func countsReaders(_ text: String) -> Bool {
    readerStems.contains { text.contains($0) }
}

/// Whether a text counts something else than stars: reviews, people, photos.
func countsThings(_ text: Substring) -> Bool {
    let names = words(text)
    return countsReaders(String(text))
        || names.contains { name in thingStems.contains { name.hasPrefix($0) } }
}

private let starWords: Set<String> = [
    "ster", "punt", "punti", "punten", "punto", "puntos", "sao", "stella", "stelle", "pts", "pt",
    "stele", "gwiazdki", "diem",
]
private let starBeginnings = [
    "star", "point", "stern", "punkt", "etoile", "estrella", "estrela", "sterr", "gwiazd",
    "stjern", "stjarn", "yildiz", "puan", "hvezd", "csillag", "tahte", "bintang", "ponto", "tahti",
]
private let starStems = [
    "звезд", "зірк", "балл", "αστερ", "نجم", "نجوم", "نقاط", "כוכב", "स्टार", "सितार", "तारे",
    "ดาว", "星", "点", "點", "分", "별", "점", "つ", "スター", "개", "颗", "顆",
]
private let ratingNames: Set<String> = [
    "score", "note", "notee", "nota", "voto", "ocena", "ocen", "hodnoceni", "puani", "rate",
]
/// Words for several ratings, which a number counts.
private let manyRatings: Set<String> = [
    "ratings", "bewertungen", "valutazioni", "avaliacoes", "calificaciones", "valoraciones",
    "оценок", "оценки", "ocen",
]
/// Words between a rating's name and its number: `Bewertet mit 4`.
let linkWords: Set<String> = ["of", "at", "is", "mit", "a", "de", "with", "as", "by", "out"]
/// Words before a number that is a bound, or no rating at all: `less than 3 stars`.
let vagueWords: Set<String> = [
    "than", "under", "over", "below", "above", "not", "no", "never", "minus", "to", "until",
    "unter",
    "uber", "mehr", "weniger", "bis", "nicht", "moins", "jusqu", "menos", "hasta", "meno", "fino",
]
/// Words that may follow a rating without being counted by it.
let followers: Set<String> = ["by", "for", "von", "par", "per", "por", "from", "based", "on"]

private let readerStems = [
    "helpful", "useful", "hilfreich", "nützlich", "nutzlich", "utile", "util ", "utiles", "nuttig",
    "役に立", "参考になった", "도움", "полез", "przydatn", "faydali", "yardimci", "hjalp", "有用", "有帮助",
    "有幫助",
]
private let thingStems = [
    "rating", "review", "vote", "comment", "photo", "image", "picture", "video", "people", "person",
    "user", "customer", "buyer", "day", "week", "month", "year", "time", "bewertung", "rezension",
    "stimme", "bild", "foto", "kunde", "tag", "avis", "client", "jour", "mois", "resena", "opinion",
    "recension", "valutazion", "utent", "client", "pesso", "avaliac", "klant", "mens", "osob",
    "отзыв", "человек", "людей", "голос", "レビュー", "人", "件", "枚", "写真", "명", "리뷰",
]

// MARK: Parts and wholes

/// Words between a rating and its scale.
let relationWords: Set<String> = [
    "of", "von", "sur", "su", "di", "de", "van", "из", "з", "z", "ze", "av", "af", "fra", "fran",
    "من", "tren", "dari", "จาก", "από", "din", "uit", "na", "da", "od", "auf",
]
/// Words that may stand beside them: `4 stars out of a possible 5`.
let fillWords: Set<String> = [
    "out", "ud", "ut", "a", "the", "un", "max", "maximum", "maximal", "maximalen", "possible",
    "total", "totalt", "moglichen", "mulige", "mojliga", "las", "los",
]
/// Words between a rating and its scale that name the best.
let totalsBehind = ["最高", "满分", "滿分", "max."]
/// Words behind a total, before the rating.
let wordsBehindTotals = [
    "のうち", "うち", "満点", "만점", "में से", "uzerinden", "中", "중", "점에서",
]
/// Words at the begin of a text before a total, without blanks.
let wordsBeforeTotals: Set<String> = [
    "outof", "von", "sur", "su", "de", "из", "van", "z", "av", "af", "满分", "滿分", "满分是",
]

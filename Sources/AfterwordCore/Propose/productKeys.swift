/// Whether a key or the varying part of a file's name is a product's id by its own form: a number
/// of four digits or more, capitals mixed with digits as in `B08N5WRWNW`, or a long hexadecimal
/// number. A word with a number (`LAMP_2`) is none, nor is the name of a part (`namesPart`).
func isProductID(_ key: String) -> Bool {
    if namesPart(key) { return false }
    let signs: Set<Character> = ["-", "_", ".", ":"]
    let plain = key.filter { !signs.contains($0) }
    guard !plain.isEmpty, plain.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber) }) else {
        return false
    }
    let digits = plain.filter(\.isNumber).count
    if digits == plain.count { return digits >= 4 }
    if plain.count >= 16, digits >= 4, plain.allSatisfy(\.isHexDigit) { return true }
    guard !plain.contains(where: \.isLowercase) else { return false }
    return digits >= 4 || digits >= 2 && plain.count >= 8 && runs(plain) > 2
}

/// Whether a key or the varying part of a file's name says which part of the reviews it holds: a
/// word for lists, pages or exports, a language, a number of stars, a day, a month or a year.
func namesPart(_ key: String) -> Bool {
    if isLocale(key) || key.count <= 2 && (key.allSatisfy(\.isLetter) || isDigits(key)) {
        return true
    }
    if isDigits(key) { return isDay(key) }
    if isASIN(key) || isJSONNumber(Array(key.utf8)) { return false }
    let words = nameWords(key)
    if words.contains(where: { partWords.contains($0) || languageNames.contains($0) })
        || words.count > 1 && key.contains(where: { "-_. ".contains($0) })
            && words.contains(where: languageCodes.contains)
    {
        return true
    }
    if readWrittenDate(Array(key.utf8)) != .unreadable { return true }
    let isHexadecimal = key.count >= 16 && key.allSatisfy { $0.isHexDigit || $0 == "-" }
    return !isHexadecimal && words.contains { isDigits($0) && isDay($0) || isMonth($0) }
}

private func isMonth(_ word: String) -> Bool {
    // `Mar`, `set` and the like are other words too.
    word.count > 3 && monthNamed(word) != nil || englishMonths.contains(word)
}

private func isDigits(_ text: String) -> Bool {
    !text.isEmpty && text.allSatisfy { $0.isASCII && $0.isNumber }
}

/// How many runs of letters and of digits a text has.
private func runs(_ text: String) -> Int {
    let characters = Array(text)
    return characters.indices.count { index in
        index == 0 || characters[index].isNumber != characters[index - 1].isNumber
    }
}

/// Whether digits are a year, a month (`202601`) or a day (`20260105`) of 1995 to 2099.
private func isDay(_ digits: String) -> Bool {
    guard [4, 6, 8].contains(digits.count), let year = Int(digits.prefix(4)),
        (1995...2099).contains(year)
    else { return false }
    let parts = Array(digits.dropFirst(4))
    func part(_ start: Int, _ range: ClosedRange<Int>) -> Bool {
        guard start < parts.count else { return true }
        return Int(String(parts[start..<start + 2])).map(range.contains) ?? false
    }
    return part(0, 1...12) && part(2, 1...31)
}

/// Whether digits are the seconds or milliseconds of a time since 2014.
func isMoment(_ digits: String) -> Bool {
    guard isDigits(digits), let number = Int64(digits) else { return false }
    return (1_400_000_000...2_000_000_000).contains(number)
        || (1_400_000_000_000...2_000_000_000_000).contains(number)
}

private func isASIN(_ key: String) -> Bool {
    key.count == 10 && key.hasPrefix("B0")
        && key.allSatisfy { $0.isASCII && ($0.isUppercase || $0.isNumber) }
}

/// `de`, `de_DE`, `zh-Hans`.
private func isLocale(_ key: String) -> Bool {
    let parts = key.split { $0 == "-" || $0 == "_" }
    guard parts.count == 2, key.count <= 7, key.allSatisfy({ $0.isASCII }) else { return false }
    let region = parts[1]
    return parts[0].count == 2 && parts[0].allSatisfy(\.isLowercase)
        && region.allSatisfy(\.isLetter)
        && (region.count == 2 || region.count == 4 && region.first?.isUppercase == true)
}

private let partWords: Set<String> = reviewWords.union([
    "positive", "negative", "neutral", "critical", "mixed", "verified", "unverified", "recent",
    "top", "helpful", "good", "bad", "one", "two", "three", "four", "five", "star", "all", "page",
    "batch", "part", "chunk", "sheet", "list", "data", "dataset", "file", "section", "week",
    "month", "quarter", "year", "day", "old", "new", "latest", "export", "dump", "import",
    "archive", "result", "record", "row", "entry", "entrie", "table", "collection", "response",
    "feed", "rating", "total", "other", "train", "test", "validation", "split", "shard", "version",
    "run", "crawl", "scrape", "snapshot", "output", "backup", "message", "customer", "user",
    "v", "spring", "summer", "autumn", "winter",
])

private let englishMonths: Set<String> = [
    "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "sept", "oct", "nov", "dec",
]

private let languageNames: Set<String> = [
    "english", "german", "french", "spanish", "italian", "portuguese", "dutch", "polish",
    "turkish", "russian", "chinese", "japanese", "korean", "arabic", "swedish", "deutsch",
    "französisch", "français", "español", "italiano", "português", "nederlands",
]

private let languageCodes: Set<String> = [
    "de", "fr", "es", "it", "en", "us", "uk", "gb", "pt", "nl", "pl", "tr", "ru", "zh", "cn", "ja",
    "jp", "ko", "ar", "sv", "br", "mx", "ca", "au",
]

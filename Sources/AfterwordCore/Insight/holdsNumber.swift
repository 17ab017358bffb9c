/// Whether a text states a number, in digits of any script or in words.
///
/// Number words of all languages count, because a model may answer in another language than
/// requested. A number word that is an ordinary word in another language (`once`, `elf`) counts
/// only where its own language is among `languages`; some are decided by the words beside them. A
/// word that is a fraction only in some phrases ("half of them", not "half
/// empty") counts only in those. Not numbers: the version in an interface's name ("USB 3.0"), a
/// name with a digit ("MP3"), and a number word hyphenated to another word ("two-tone"). A share in
/// words (`holdsShare`) is a number.
///
/// - Parameters:
///   - text: A model's own words, or a quote.
///   - languages: The requested language and the text's own; `unknown` stands for all.
///   - names: Names with digits that are not numbers here (`versionedNames`).
package func holdsNumber(
    _ text: String, in languages: Set<Language>, besides names: Set<String> = []
) -> Bool {
    if text.contains("%") || text.contains("‰") { return true }
    let found = words(of: Text(text))
    let bytes = Array(text.utf8)
    if holdsDigits(text, found, names) || holdsIdeographicNumber(text) { return true }
    if holdsShare(found, in: bytes) { return true }
    let known = NumberWords.of(languages)
    return found.indices.contains { place in
        let word = found[place].text
        if known.cardinals.contains(word) {
            return !exceptions.isOrdinary(found, at: place, in: bytes, languages)
                && !isCompound(found, at: place, in: bytes)
        }
        guard let companions = known.fractions[word] else { return false }
        if exceptions.accented.contains(word), !hasAccent(found[place], in: bytes) { return false }
        return companions.isMet(at: place, among: found, in: bytes)
    }
}

/// Number words that are ordinary words in some places: "due to", "très", "le dos", "la meta".
private let exceptions = NumberExceptions()

private struct NumberExceptions {
    /// Words that are numbers only with an accent: Italian metà (half), not meta (goal).
    let accented = LanguageFiles.words("numbers", "accented")
    /// By word: no number before these words, or behind those.
    private var notBefore: [String: Set<String>] = [:]
    private var notBehind: [String: Set<String>] = [:]
    /// By word: the only accents that a number has: três (three), not très (very).
    private var accents: [String: Set<Unicode.Scalar>] = [:]
    /// By word: no number where one of these languages is among those of the text.
    private var notIn: [String: Set<Language>] = [:]

    init() {
        for language in Language.known {
            for value in language.file.values(in: "numbers") {
                let name = value.key.split(separator: " ")
                guard let word = name.last.map(String.init) else { continue }
                switch name.dropLast().joined(separator: " ") {
                case "not before": notBefore[word] = Set(value.words)
                case "not behind": notBehind[word] = Set(value.words)
                case "accents": accents[word] = Set(value.words.flatMap(\.unicodeScalars))
                case "not in": notIn[word] = Set(value.words.compactMap(Language.init(rawValue:)))
                default: continue
                }
            }
        }
    }

    func isOrdinary(
        _ found: [Word], at place: Int, in bytes: [UInt8], _ languages: Set<Language>
    ) -> Bool {
        let word = found[place].text
        let next = place + 1 < found.count ? found[place + 1].text : ""
        let before = place > 0 ? found[place - 1].text : ""
        if notBefore[word]?.contains(next) == true { return true }
        if notBehind[word]?.contains(before) == true { return true }
        if let own = accents[word], hasAccent(found[place], in: bytes) {
            let written = String(decoding: bytes[found[place].range], as: UTF8.self)
            return !written.unicodeScalars.contains(where: own.contains)
        }
        return notIn[word].map { !languages.isDisjoint(with: $0) } ?? false
    }
}

private func hasAccent(_ word: Word, in bytes: [UInt8]) -> Bool {
    bytes[word.range].contains { $0 > 0x7F }
}

/// Whether a number word is hyphenated to a word and describes a thing: "two-tone", "three-ply".
/// Before another number word ("twenty-one"), a counted thing ("five-star") or a measure
/// ("two-week") it stays a number.
private func isCompound(_ found: [Word], at place: Int, in bytes: [UInt8]) -> Bool {
    guard isHyphenated(found, behind: place, in: bytes) else { return false }
    let part = found[place + 1].text
    let isCounted = measures.contains(part) || countedThings.contains { part.hasPrefix($0) }
    let hasDigit = part.utf8.contains { (0x30...0x39).contains($0) }
    return !isCounted && !hasDigit && !NumberWords.holds(part)
}

/// Whether only a hyphen separates a word from the next one.
func isHyphenated(_ found: [Word], behind place: Int, in bytes: [UInt8]) -> Bool {
    guard place + 1 < found.count else { return false }
    let gap = bytes[found[place].range.upperBound..<found[place + 1].range.lowerBound]
    return hyphens.contains(String(decoding: gap, as: UTF8.self))
}

private let hyphens: Set<String> = ["-", "\u{2010}", "\u{2011}"]

/// Folded words that, hyphenated after a number word, leave it an amount or lead to the next number
/// word ("trente-et-un").
private let measures = LanguageFiles.words("numbers", "measures")

// MARK: Digits

/// Whether the text has digits outside names. Numeric letters such as `½` and `Ⅳ` count.
/// Ideographs, which are parts of ordinary words, and the subscript digits of formulas (`H₂O`) do
/// not.
private func holdsDigits(_ text: String, _ found: [Word], _ names: Set<String>) -> Bool {
    let ranges = nameRanges(found, Array(text.utf8), names)
    var offset = 0
    var before: UInt32 = 0
    for scalar in text.unicodeScalars {
        let place = offset
        offset += UTF8.width(scalar)
        let isFormula =
            (0x2080...0x2089).contains(scalar.value) && (0x41...0x5A).contains(before)
        before = scalar.value
        guard scalar.properties.numericType != nil, !isIdeographic(scalar), !isFormula else {
            continue
        }
        if !ranges.contains(where: { $0.contains(place) }) { return true }
    }
    return false
}

private func isIdeographic(_ scalar: Unicode.Scalar) -> Bool {
    scalar.properties.isIdeographic
}

/// Names of interfaces and standards that are followed by a version.
let interfaces = LanguageFiles.words("numbers", "interfaces")
/// Words with a digit that are names.
private let digitNames = LanguageFiles.words("numbers", "names with digits")

/// Byte ranges of the names that contain digits, versions included.
private func nameRanges(
    _ found: [Word], _ bytes: [UInt8], _ names: Set<String>
) -> [Range<Int>] {
    var ranges: [Range<Int>] = []
    for (place, word) in found.enumerated() {
        if digitNames.contains(word.text) { ranges.append(word.range) }
        if let range = shownName(found, at: place, bytes, names) { ranges.append(range) }
        let isInterface =
            interfaces.contains(word.text)
            || word.text == "fi" && place > 0 && found[place - 1].text == "wi"
        guard isInterface, let end = versionEnd(after: word.range.upperBound, bytes) else {
            continue
        }
        ranges.append(word.range.lowerBound..<end)
    }
    return ranges
}

/// The byte range of one of `names` that begins at a word; nil where there is none, or where a
/// counted thing follows ("iPhone 15 customers").
private func shownName(
    _ found: [Word], at place: Int, _ bytes: [UInt8], _ names: Set<String>
) -> Range<Int>? {
    let word = found[place]
    var end: Int?
    if names.contains(String(decoding: bytes[word.range], as: UTF8.self)) {
        end = word.range.upperBound
    } else if place + 1 < found.count {
        let next = found[place + 1]
        let gap = bytes[word.range.upperBound..<next.range.lowerBound]
        let isJoined = gap.count == 1 && (gap.first == 0x20 || gap.first == 0x2D)
        if isJoined, names.contains(word.text + " " + next.text) {
            end = next.range.upperBound
        }
    }
    guard let end, !isCountedThing(after: end, bytes) else { return nil }
    return word.range.lowerBound..<end
}

/// The end of a version such as `3.0`, `-C 3.2` or ` 5` after a name; nil where there is none. A
/// version has at most two digits before its point and one after it.
private func versionEnd(after end: Int, _ bytes: [UInt8]) -> Int? {
    var place = end
    func byte(_ index: Int) -> UInt8? { index < bytes.count ? bytes[index] : nil }
    func isDigit(_ byte: UInt8?) -> Bool { byte.map { (0x30...0x39).contains($0) } ?? false }
    // A letter of its own: USB-C, USB A.
    if let sign = byte(place), sign == 0x2D || sign == 0x20, let letter = byte(place + 1),
        (0x41...0x43).contains(letter), !isLetterOrDigit(byte(place + 2))
    {
        place += 2
    }
    guard let sign = byte(place), sign == 0x20 || sign == 0x2D, isDigit(byte(place + 1)) else {
        return nil
    }
    place += 1
    let start = place
    while isDigit(byte(place)) { place += 1 }
    guard place - start <= 2 else { return nil }
    if byte(place) == 0x2E, isDigit(byte(place + 1)) { place += 2 }
    guard !isLetterOrDigit(byte(place)) else { return nil }
    return isCountedThing(after: place, bytes) ? nil : place
}

private func isLetterOrDigit(_ byte: UInt8?) -> Bool {
    guard let byte else { return false }
    return (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte)
        || (0x61...0x7A).contains(byte) || byte > 0x7F
}

/// Whether people, reviews or shares follow, which make the version a number: "Bluetooth 12
/// customers".
private func isCountedThing(after end: Int, _ bytes: [UInt8]) -> Bool {
    let rest = String(decoding: bytes[end...], as: UTF8.self)
    guard let next = words(of: Text(rest)).first?.text else { return false }
    return countedThings.contains { next.hasPrefix($0) }
}

/// Beginnings of folded words.
private let countedThings = LanguageFiles.words("numbers", "counted things")

// MARK: Ideographs

private let ideographicNumerals = scalars("numerals")
/// Counters after a numeral; a numeral without one is part of a word (一部, 十分).
private let counters = scalars("counters")
private func scalars(_ name: String) -> Set<Unicode.Scalar> {
    Set(LanguageFiles.words("numbers", name).flatMap(\.unicodeScalars))
}

private func holdsIdeographicNumber(_ text: String) -> Bool {
    if halves.contains(where: { text.contains($0) }) { return true }
    let scalars = Array(text.unicodeScalars)
    return scalars.indices.contains { place in
        counters.contains(scalars[place]) && place > 0
            && ideographicNumerals.contains(scalars[place - 1])
            || isIdeographicShare(scalars, at: place)
    }
}

/// Half of several things; 半分に and 半分だけ describe a single thing.
private let halves = LanguageFiles.words("numbers", "halves")

/// 三分の一 and 三つに一つ: a numeral, two characters and a numeral.
private func isIdeographicShare(_ scalars: [Unicode.Scalar], at place: Int) -> Bool {
    guard place >= 3, ideographicNumerals.contains(scalars[place]),
        ideographicNumerals.contains(scalars[place - 3])
    else { return false }
    return shareLinks.contains(String(String.UnicodeScalarView(scalars[place - 2..<place])))
}
private let shareLinks = LanguageFiles.words("numbers", "share links")

// MARK: Words

/// The neighboring words that make a word a fraction.
private struct FractionCompanions {
    /// Directly after it.
    var behind: Set<String> = []
    /// Directly before it.
    var before: Set<String> = []
    /// Whether the neighbors make the word a fraction; a word hyphenated to a neighbor
    /// ("third-party") is none.
    func isMet(at place: Int, among words: [Word], in bytes: [UInt8]) -> Bool {
        let range = words[place].range
        func isHyphen(_ index: Int) -> Bool {
            bytes.indices.contains(index) && bytes[index] == 0x2D
        }
        if isHyphen(range.upperBound) { return false }
        let next = place + 1 < words.count ? words[place + 1].text : ""
        if noFractionBefore.contains(next) { return false }
        if behind.contains(next) { return true }
        return place > 0 && !isHyphen(range.lowerBound - 1)
            && before.contains(words[place - 1].text)
    }
}

/// Directly after a word, these rule a fraction out whatever stands before it: "a third party".
private let noFractionBefore = LanguageFiles.words("numbers", "no fraction before")

/// The number words of one or more languages; folded.
private struct NumberWords {
    var cardinals: Set<String> = []
    var fractions: [String: FractionCompanions] = [:]

    /// The number words of all languages, without those that are ordinary words in another language
    /// than these.
    static func of(_ languages: Set<Language>) -> NumberWords {
        if languages.contains(.unknown) { return all }
        var words = all
        words.cardinals.subtract(ordinaryElsewhere)
        for language in languages { words.cardinals.formUnion(table[language]?.cardinals ?? []) }
        return words
    }

    /// Whether a word is, or may be, a number word in any language.
    static func holds(_ word: String) -> Bool {
        all.cardinals.contains(word) || all.fractions[word] != nil || hyphenated.contains(word)
    }

    /// Number words accepted only next to a hyphen ("twenty-one", "dix-neuf"); alone they are
    /// ordinary words as often.
    private static let hyphenated = LanguageFiles.words("numbers", "words if hyphenated")
    /// Number words that are ordinary words in another language.
    private static let ordinaryElsewhere = LanguageFiles.words("numbers", "words if asked")
    private static let table = Dictionary(
        uniqueKeysWithValues: Language.known.map { ($0, NumberWords($0.file)) })
    private static let all = table.values.reduce(into: NumberWords()) { $0.add($1) }

    private mutating func add(_ other: NumberWords) {
        cardinals.formUnion(other.cardinals)
        fractions.merge(other.fractions) { left, right in
            FractionCompanions(
                behind: left.behind.union(right.behind), before: left.before.union(right.before))
        }
    }

    private init() {}

    private init(_ file: DataSections) {
        func words(_ name: String) -> [String] { file["numbers", name]?.words ?? [] }
        cardinals = Set(words("words") + words("words if asked"))
        let companions = FractionCompanions(
            behind: Set(words("behind fraction")), before: Set(words("before fraction")))
        for word in words("fractions") { fractions[word] = companions }
    }
}

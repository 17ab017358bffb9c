/// Whether a text states a number, in digits of any script or in words.
///
/// Number words of all languages count, since a model may answer in another than it is asked in. A
/// word that is an ordinary one in another language (`once`, `elf`) counts only where its own is
/// among `languages`; `due`, `tres`, `dos` and `meta` are told apart by what stands beside them.
/// A word that is a fraction in one phrase and something else in another ("half of them", "half
/// empty") counts only where the phrase says so. The version in a name of an interface ("USB 3.0") and a name with a digit
/// in it ("MP3") are names.
///
/// - Parameters:
///   - text: A model's own words, or a quote.
///   - languages: What was asked for, and what the text is in; `unknown` stands for all.
package func holdsNumber(_ text: String, in languages: Set<Language>) -> Bool {
    if text.contains("%") || text.contains("‰") { return true }
    let found = words(of: Text(text))
    if holdsDigits(text, found) || holdsIdeographicNumber(text) { return true }
    let known = NumberWords.of(languages)
    let bytes = Array(text.utf8)
    return found.indices.contains { place in
        let word = found[place].text
        if known.cardinals.contains(word) {
            return !isOrdinary(found, at: place, in: bytes, languages)
        }
        guard let companions = known.fractions[word] else { return false }
        // Italian metà has an accent, the goal of other languages has none.
        if word == "meta", !hasAccent(found[place], in: bytes) { return false }
        return companions.isMet(at: place, among: found, in: bytes)
    }
}

/// Whether a number word is another language's word here: "due to", "très", "le dos", "la meta".
private func isOrdinary(
    _ found: [Word], at place: Int, in bytes: [UInt8], _ languages: Set<Language>
) -> Bool {
    let next = place + 1 < found.count ? found[place + 1].text : ""
    switch found[place].text {
    case "due":
        let before = place > 0 ? found[place - 1].text : ""
        return ["to", "date", "dates", "for"].contains(next)
            || ["is", "was", "are", "were", "be", "been", "not"].contains(before)
    case "tres": return hasAccent(found[place], in: bytes)
    case "dos": return !languages.isDisjoint(with: [.french, .portuguese])
    default: return false
    }
}

private func hasAccent(_ word: Word, in bytes: [UInt8]) -> Bool {
    bytes[word.range].contains { $0 > 0x7F }
}

// MARK: Digits

/// Digits outside names. Numeric letters such as `½` and `Ⅳ` count, ideographs do not: they are
/// parts of ordinary words.
private func holdsDigits(_ text: String, _ found: [Word]) -> Bool {
    let names = nameRanges(found, Array(text.utf8))
    var offset = 0
    for scalar in text.unicodeScalars {
        let place = offset
        offset += UTF8.width(scalar)
        guard scalar.properties.numericType != nil, !isIdeographic(scalar) else { continue }
        if !names.contains(where: { $0.contains(place) }) { return true }
    }
    return false
}

private func isIdeographic(_ scalar: Unicode.Scalar) -> Bool {
    scalar.properties.isIdeographic
}

/// Names of interfaces and standards that carry a version of their own.
let interfaces: Set<String> = [
    "usb", "hdmi", "bluetooth", "wifi", "pcie", "sata", "thunderbolt", "displayport", "dvi", "dlna",
    "nvme", "ddr", "android", "ios", "windows", "macos",
]
/// Words with a digit in them that are names.
private let digitNames: Set<String> = [
    "mp3", "mp4", "2d", "3d", "4k", "8k", "2g", "3g", "4g", "5g", "h264", "h265", "a3", "a4", "a5",
    "usb2", "usb3", "usb4", "ip44", "ip54", "ip65", "ip66", "ip67", "ip68", "ps3", "ps4", "ps5",
    "co2", "b12",
]

/// Bytes of the names that hold digits, versions included.
private func nameRanges(_ found: [Word], _ bytes: [UInt8]) -> [Range<Int>] {
    var ranges: [Range<Int>] = []
    for (place, word) in found.enumerated() {
        if digitNames.contains(word.text) { ranges.append(word.range) }
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

/// The end of `3.0`, `-C 3.2` or ` 5` behind a name; nil where no version stands there. A version
/// has at most two digits before its point and one behind it.
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

/// "Bluetooth 12 customers" counts customers: people, reviews and shares behind a version make it
/// a number.
private func isCountedThing(after end: Int, _ bytes: [UInt8]) -> Bool {
    let rest = String(decoding: bytes[end...], as: UTF8.self)
    guard let next = words(of: Text(rest)).first?.text else { return false }
    return countedThings.contains { next.hasPrefix($0) }
}

private let countedThings = [
    "customer", "review", "people", "buyer", "user", "star", "time", "kund", "bewertung", "stern",
    "client", "avis", "etoile", "personne", "recension", "stell", "resen", "estrella", "persona",
    "klant", "ster", "percent", "prozent",
]

// MARK: Ideographs

private let ideographicNumerals = Set("〇一二三四五六七八九十百千万億".unicodeScalars)
/// What is counted behind a numeral; without one the sign belongs to a word (一部, 十分).
private let counters = Set("件人個割回倍名点本枚年月週台円％".unicodeScalars)

private func holdsIdeographicNumber(_ text: String) -> Bool {
    let scalars = Array(text.unicodeScalars)
    return scalars.indices.contains { place in
        counters.contains(scalars[place]) && place > 0
            && ideographicNumerals.contains(scalars[place - 1])
    }
}

// MARK: Words

/// Words beside which a word is a fraction.
private struct FractionCompanions {
    /// Directly behind it.
    var behind: Set<String> = []
    /// Directly before it.
    var before: Set<String> = []
    /// Directly behind it where it is none, whatever stands before: "a third party".
    var noneBefore: Set<String> = []

    /// In one compound with its neighbour ("third-party") a word is no fraction.
    func isMet(at place: Int, among words: [Word], in bytes: [UInt8]) -> Bool {
        let range = words[place].range
        func isHyphen(_ index: Int) -> Bool {
            bytes.indices.contains(index) && bytes[index] == 0x2D
        }
        if isHyphen(range.upperBound) { return false }
        let next = place + 1 < words.count ? words[place + 1].text : ""
        if noneBefore.contains(next) { return false }
        if behind.contains(next) { return true }
        return place > 0 && !isHyphen(range.lowerBound - 1)
            && before.contains(words[place - 1].text)
    }
}

private struct NumberWords {
    var cardinals: Set<String> = []
    var fractions: [String: FractionCompanions] = [:]

    static func of(_ languages: Set<Language>) -> NumberWords {
        if languages.contains(.unknown) { return all }
        var words = all
        words.cardinals.subtract(ordinaryElsewhere)
        for language in languages {
            words.cardinals.formUnion(table[language]?.cardinals ?? [])
        }
        return words
    }

    /// Words of another of the languages too.
    private static let ordinaryElsewhere: Set<String> = [
        "once", "elf", "tien", "onze", "cent", "cents", "mille", "mila", "miles", "venti", "sept",
        "trente", "huit",
    ]

    private static let all = table.values.reduce(into: NumberWords()) { $0.add($1) }

    private mutating func add(_ other: NumberWords) {
        cardinals.formUnion(other.cardinals)
        fractions.merge(other.fractions) { left, right in
            FractionCompanions(
                behind: left.behind.union(right.behind), before: left.before.union(right.before),
                noneBefore: left.noneBefore.union(right.noneBefore))
        }
    }

    private init() {}

    private init(
        _ cardinals: String, fractions: String, before: String, behind: String
    ) {
        func list(_ text: String) -> Set<String> {
            Set(text.split { $0 == " " || $0 == "\n" }.map(String.init))
        }
        self.cardinals = list(cardinals)
        let companions = FractionCompanions(
            behind: list(behind), before: list(before),
            noneBefore: ["party", "parties", "person", "wall", "walled", "layer", "sided", "hour"])
        for word in list(fractions) { self.fractions[word] = companions }
    }

    /// Folded. Words that are something else as often are left out: one, sei, neuf, mil.
    private static let table: [Language: NumberWords] = [
        .english: NumberWords(
            """
            two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen
            sixteen seventeen eighteen nineteen twenty thirty forty fifty sixty seventy eighty
            ninety dozen dozens hundred hundreds thousand thousands million millions percent twice
            thrice
            """,
            fractions: "half third thirds quarter quarters double triple",
            before: "one two three about almost nearly over than by", behind: "of the as"),
        .german: NumberWords(
            """
            zwei drei vier funf sechs sieben acht neun zehn elf zwolf zwanzig dreissig vierzig
            funfzig sechzig siebzig achtzig neunzig dutzend dutzende hundert hunderte tausend
            tausende prozent zweimal dreimal
            """,
            fractions: "halfte drittel viertel doppelt dreifach",
            before: "die der ein fast uber knapp rund mehr",
            behind: "der aller davon so von"),
        .italian: NumberWords(
            """
            due tre quattro cinque sette otto nove dieci undici dodici venti trenta quaranta
            cinquanta sessanta settanta ottanta novanta dozzina cento mille mila percento
            """,
            fractions: "meta terzo terzi quarto quarti doppio triplo",
            before: "un due tre quasi circa oltre",
            behind: "di dei del degli delle della dello"),
        .french: NumberWords(
            """
            deux trois quatre cinq sept huit dix onze douze vingt trente quarante cinquante
            soixante douzaine cent cents mille pourcent
            """,
            fractions: "moitie tiers quart quarts double triple",
            before: "un deux trois la presque environ",
            behind: "de des du d"),
        .spanish: NumberWords(
            """
            dos tres cuatro cinco seis siete ocho nueve diez once doce veinte treinta cuarenta
            cincuenta sesenta setenta ochenta noventa docena cien ciento cientos miles
            """,
            fractions: "mitad tercio tercios cuarto cuartos doble triple",
            before: "un dos tres la casi", behind: "de del"),
        .dutch: NumberWords(
            """
            twee drie vier vijf zes zeven acht negen tien elf twaalf twintig dertig veertig vijftig
            dozijn honderd honderden duizend duizenden procent
            """,
            fractions: "helft derde kwart dubbel",
            before: "de een bijna ruim", behind: "van zo"),
        .portuguese: NumberWords(
            """
            dois duas tres quatro cinco sete oito nove dez onze doze vinte trinta quarenta
            cinquenta duzia cem cento centenas
            """,
            fractions: "metade terco tercos quarto dobro triplo",
            before: "um dois tres a quase", behind: "de do da dos das"),
    ]
}

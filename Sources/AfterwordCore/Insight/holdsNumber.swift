/// Whether a text states a number, in digits of any script or in words.
///
/// Number words of all languages count, because a model may answer in another language than
/// requested. A number word that is an ordinary word in another language (`once`, `elf`) counts
/// only where its own language is among `languages`; `due`, `tres`, `dos` and `meta` are decided by
/// the words beside them. A word that is a fraction only in some phrases ("half of them", not "half
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
            return !isOrdinary(found, at: place, in: bytes, languages)
                && !isCompound(found, at: place, in: bytes)
        }
        guard let companions = known.fractions[word] else { return false }
        // Italian metà (half) has an accent; meta (goal) in other languages has none.
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
    // The accent of French très (very) is grave; Portuguese três (three) has a circumflex.
    case "tres":
        let isCircumflex = bytes[found[place].range].contains { $0 == 0xAA || $0 == 0x8A }
        return hasAccent(found[place], in: bytes) && !isCircumflex
    case "dos": return !languages.isDisjoint(with: [.french, .portuguese])
    default: return false
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
private let measures: Set<String> = Set(
    """
    percent pourcent percento prozent procent fold times fach mal keer fois veces volte vezes second
    seconds minute minutes hour hours day days week weeks month months year years sekunde sekunden
    minuten stunde stunden tag tage tagen woche wochen monat monate monaten monats jahr jahre jahren
    jahres uhr dollar dollars euro euros pound pounds inch inches feet mile miles zoll meter metre
    litre liter gramm gram and or to und oder bis et ou y o e en of odd plus a
    """.split { $0 == " " || $0 == "\n" }.map(String.init))

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
let interfaces: Set<String> = [
    "usb", "hdmi", "bluetooth", "wifi", "pcie", "sata", "thunderbolt", "displayport", "dvi", "dlna",
    "nvme", "ddr", "android", "ios", "windows", "macos",
]
/// Words with a digit that are names.
private let digitNames: Set<String> = [
    "mp3", "mp4", "2d", "3d", "4k", "8k", "2g", "3g", "4g", "5g", "h264", "h265", "a3", "a4", "a5",
    "usb2", "usb3", "usb4", "ip44", "ip54", "ip65", "ip66", "ip67", "ip68", "ps3", "ps4", "ps5",
    "co2", "b12", "h2o", "o2", "n95", "ffp2", "ffp3", "d3",
]

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

private let countedThings = [
    "customer", "review", "people", "buyer", "user", "star", "time", "kund", "bewertung", "stern",
    "client", "avis", "etoile", "personne", "recension", "stell", "resen", "estrella", "persona",
    "klant", "ster", "percent", "prozent",
]

// MARK: Ideographs

private let ideographicNumerals = Set("〇一二三四五六七八九十百千万億".unicodeScalars)
/// Counters after a numeral; a numeral without one is part of a word (一部, 十分).
private let counters = Set("件人個割回倍名点本枚年月週台円％".unicodeScalars)

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
private let halves = [
    "半数", "半分の", "半分が", "半分以上", "半分近く", "半分ほど", "半分くらい", "約半分", "ほぼ半分", "半分は、",
]

/// 三分の一 and 三つに一つ: a numeral, two characters and a numeral.
private func isIdeographicShare(_ scalars: [Unicode.Scalar], at place: Int) -> Bool {
    guard place >= 3, ideographicNumerals.contains(scalars[place]),
        ideographicNumerals.contains(scalars[place - 3])
    else { return false }
    return scalars[place - 2] == "分" && scalars[place - 1] == "の"
        || scalars[place - 2] == "つ" && scalars[place - 1] == "に"
}

// MARK: Words

/// The neighboring words that make a word a fraction.
private struct FractionCompanions {
    /// Directly after it.
    var behind: Set<String> = []
    /// Directly before it.
    var before: Set<String> = []
    /// Directly after it, these rule a fraction out whatever stands before: "a third party".
    var noneBefore: Set<String> = []

    /// Whether the neighbors make the word a fraction; a word hyphenated to a neighbor
    /// ("third-party") is none.
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

    /// Whether a word is, or may be, a number word in any language.
    static func holds(_ word: String) -> Bool {
        all.cardinals.contains(word) || all.fractions[word] != nil || leftOut.contains(word)
    }

    /// Number words accepted only next to a hyphen ("twenty-one", "dix-neuf"); alone they are
    /// ordinary words as often.
    private static let leftOut: Set<String> = [
        "one", "ein", "eins", "eine", "un", "une", "una", "uno", "um", "uma", "een", "neuf", "sei",
        "mil", "vingts", "first", "second", "fourth", "fifth", "sixth", "seventh", "eighth",
        "ninth", "tenth",
    ]

    /// Number words that are ordinary words in another of the languages.
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

    /// Folded. Words that are ordinary ones as often are left out: one, sei, neuf, mil.
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
            fractions: """
                halfte drittel viertel funftel sechstel siebtel achtel neuntel zehntel doppelt
                dreifach
                """,
            before: "die der ein fast uber knapp rund mehr",
            behind: "der aller davon so von"),
        .italian: NumberWords(
            """
            due tre quattro cinque sette otto nove dieci undici dodici venti trenta quaranta
            cinquanta sessanta settanta ottanta novanta dozzina cento mille mila percento
            """,
            fractions: "meta terzo terzi quarto quarti doppio triplo",
            before: "un la due tre quasi circa oltre",
            behind: "di dei del degli delle della dello"),
        .french: NumberWords(
            """
            deux trois quatre cinq sept huit dix onze douze vingt trente quarante cinquante
            soixante douzaine cent cents mille pourcent
            """,
            fractions: "moitie tiers quart quarts double triple",
            before: "un dun deux trois la presque environ",
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

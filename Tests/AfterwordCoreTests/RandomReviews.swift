@testable import AfterwordCore

/// Reviews made of what the reader of reviews distinguishes: phrases of the lexicon, cues,
/// negations and frequent words, mixed with letters and marks of all kinds.
struct RandomReviews {
    private var random: SplitMix64
    private let phrases: [[[String]]]

    init(seed: UInt64) {
        random = SplitMix64(seed: seed)
        phrases = Language.known.map { Self.phrases(of: $0) }
    }

    /// The phrases of a language by kind, without bars; stems and gaps are written as in its file.
    private static func phrases(of language: Language) -> [[String]] {
        let file = language.file
        var kinds: [[String]] = [[], [], [], []]
        for section in file.names {
            for value in file.values(in: section) {
                switch (section.prefix(6), value.key) {
                case ("aspect", "negative"), ("aspect", "positive"): kinds[0] += value.phrases
                case ("hazard", _): kinds[1] += value.phrases
                case ("around", _): kinds[2] += value.phrases
                case (_, "frequent"), (_, "negations"), (_, "cancels"): kinds[3] += value.words
                default: break
                }
            }
        }
        return kinds.filter { !$0.isEmpty }
    }

    mutating func next() -> ReviewValues {
        var values = ReviewValues()
        let language = Int(random.draw(below: UInt64(phrases.count)))
        if draw(2) { values.title = Text(text(language, parts: 4)) }
        if !draw(10) { values.body = Text(text(language, parts: 14)) }
        if !draw(6) { values.rating = Int64(random.draw(below: 41)) + 10 }
        return values
    }

    /// True once in `count` times.
    private mutating func draw(_ count: UInt64) -> Bool { random.draw(below: count) == 0 }

    private mutating func pick<Element>(_ elements: [Element]) -> Element {
        elements[Int(random.draw(below: UInt64(elements.count)))]
    }

    private mutating func text(_ language: Int, parts: UInt64) -> String {
        if draw(3) { return clause(language) }
        var text = ""
        for _ in 0..<random.draw(below: parts + 1) {
            text += part(draw(12) ? Int(random.draw(below: UInt64(phrases.count))) : language)
            text += draw(4) ? pick(Self.marks) : " "
        }
        return text
    }

    /// Dangers among the words that decide their class, with little between them.
    private mutating func clause(_ language: Int) -> String {
        let kinds = phrases[language].dropFirst()
        var text = ""
        for _ in 0..<random.draw(below: 12) {
            text += draw(4) ? pick(Self.smallWords) : spelt(pick(pick(Array(kinds))))
            text += draw(12) ? pick(Self.marks) : " "
        }
        return text
    }

    private mutating func part(_ language: Int) -> String {
        switch random.draw(below: 12) {
        case 0: return letters()
        case 1: return pick(Self.words)
        case 2: return spelt(pick(pick(pick(phrases)))) + pick(Self.oddities)
        default:
            let kinds = phrases[language]
            return spelt(pick(kinds[Int(random.draw(below: UInt64(kinds.count)))]))
        }
    }

    /// A phrase as somebody might write it: with a word's end for `*`, words for `..`, capitals,
    /// accents and apostrophes.
    private mutating func spelt(_ phrase: String) -> String {
        var words: [String] = []
        for part in phrase.split(separator: " ") {
            if part == ".." {
                for _ in 0..<random.draw(below: 5) { words.append(pick(Self.words)) }
            } else if part.hasSuffix("*") {
                words.append(part.dropLast() + pick(Self.endings))
            } else {
                words.append(draw(30) ? part + pick(Self.endings) : String(part))
            }
        }
        let text = words.joined(separator: draw(15) ? pick(Self.marks) : " ")
        switch random.draw(below: 10) {
        case 0: return text.uppercased()
        case 1: return text.replacing("a", with: "ä").replacing("e", with: pick(Self.accents))
        case 2: return text.replacing("nt", with: pick(["n't", "n’t", "n't'", "n`t"]))
        case 3: return text.replacing("ss", with: "ß").replacing("i", with: pick(["ı", "İ", "ï"]))
        default: return text
        }
    }

    private mutating func letters() -> String {
        var text = ""
        for _ in 0...random.draw(below: 6) {
            let range = pick(Self.ranges)
            let value = range.lowerBound + UInt32(random.draw(below: UInt64(range.count)))
            if let scalar = Unicode.Scalar(value) { text.unicodeScalars.append(scalar) }
        }
        return text
    }

    private static let words = [
        "it", "the", "case", "und", "è", "e", "É", "a", "I", "only", "nur", "failed", "to", "not",
        "nicht", "pas", "no", "Straße", "K", "Å", "ﬁre", "日本語", "漏れ", "한국어", "कीमत",
        "سيء", "हिन्दी", "плохо", "ΣΊΣΥΦΟΣ", "😀", "1", "2nd", "x", "",
    ]
    private static let smallWords = [
        "failed", "fails", "è", "e", "É", "a", "à", "y", "ý", "o", "ó", "E", "u",
    ]
    private static let endings = ["", "s", "ing", "t", "日", "\u{93E}", "\u{301}", "'s", "ß", "é"]
    private static let accents = ["é", "e\u{301}", "e\u{300}", "ę", "ē", "E", "\u{1EBF}"]
    private static let marks = [
        ".", "! ", "?", ";", "\n", "…", "。", "！", "？", ", ", ": ", " (", ") ", " - ", "-", "—",
        "/", "“", "'", "’", "  ", "\t", "、", "\u{A0}", "\u{300}", "\u{301}", "\u{200D}", "|", "•",
        "\u{FEFF}", "\0", "_",
    ]
    /// Marks that join a letter, jamo that form syllables, letters with two spellings, and others.
    private static let oddities = [
        "\u{300}", "\u{301}", "\u{345}", "\u{93E}", "\u{9BE}", "\u{E33}", "\u{64B}", "\u{1100}",
        "\u{1161}", "\u{11A8}", "가\u{11A8}", "\u{F900}", "\u{212A}", "\u{212B}", "\u{2126}",
        "\u{FF9E}", "\u{1F170}", "\u{130}", "\u{131}", "\u{149}", "\u{1E9E}", "\u{D4E}", "ｅ",
    ]
    private static let ranges: [ClosedRange<UInt32>] = [
        0x20...0x7E, 0x20...0x7E, 0x80...0x24F, 0x250...0x3FF, 0x400...0x52F, 0x590...0x6FF,
        0x900...0xDFF, 0xE00...0xEFF, 0x1100...0x11FF, 0x1E00...0x1FFF, 0x2000...0x2BFF,
        0x3000...0x30FF, 0x4E00...0x9FFF, 0xAC00...0xD7A3, 0xF900...0xFFFF, 0x1F000...0x1FAFF,
        0x10000...0x10FFFF, 0x300...0x36F,
    ]
}

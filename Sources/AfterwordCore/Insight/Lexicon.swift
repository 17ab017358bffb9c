/// What reviews talk about, the dangers they mention, and the phrases that show both: data of
/// `aspects.txt` and the languages' files, by version.
///
/// A phrase is a sequence of words, folded as by `words(of:)`: `stem*` matches any word with that
/// beginning, `..` matches up to three words of any kind. In a language without spaces, a phrase is
/// a sequence of characters.
package struct Lexicon: Sendable {
    /// An aspect of a product that reviews praise or complain about.
    package struct Aspect: Equatable, Sendable {
        package var id: String
        package var label: String
        /// Who can act on it: `product`, `listing` or `both`.
        package var route: String
        /// Its label as a strength; nil where reviews do not praise it.
        package var strength: String?
        /// Whether the aspect says little by itself ("poor quality"); its mentions then count half
        /// when themes are ranked.
        package var isGeneral: Bool
        /// What a taxonomy calls it; what is missing there is called as the data say.
        package var names = Taxonomy.Names()
        /// How severe a taxonomy says that it is; nil where its kind and its reviews decide.
        package var severity: Severity?
        /// Its group, and how severe it is by itself; a taxonomy can say another group.
        package var kind = AspectKind()
    }

    /// A sequence of words, stems and gaps.
    package struct Phrase: Equatable, Sendable {
        /// One position of a phrase: a word, the beginning of a word, or up to three words of any
        /// kind.
        enum Part: Equatable, Sendable {
            case word(String)
            case stem(String)
            case gap
        }
        var parts: [Part]

        /// Parses the notation of the data.
        init(_ written: String) {
            parts = written.split(separator: " ").map { part in
                if part == ".." { return .gap }
                return part.hasSuffix("*") ? .stem(String(part.dropLast())) : .word(String(part))
            }
        }
    }

    /// A phrase and its meaning.
    struct Entry: Sendable {
        var phrase: Phrase
        var language: Language
        var meaning: Meaning
    }

    /// A phrase of a language without spaces, and its meaning.
    struct UnspacedEntry: Sendable {
        var phrase: [UInt8]
        var language: Language
        var meaning: Meaning
    }

    /// What a phrase means.
    enum Meaning: Equatable, Sendable {
        case aspect(Int, isNegative: Bool)
        case hazard(Int, Sense)
        /// Words that look like a hazard but are not one.
        case harmless(Int)
    }

    /// What a phrase says about a hazard.
    enum Sense: String, CaseIterable, Sendable {
        /// That it happened.
        case event = "events"
        /// That something is dangerous.
        case said = "says"
        /// Nothing certain without the words around it.
        case alone
    }

    /// The hazard of reviews that call something dangerous without naming a kind.
    static let unspecified = "dangerous"

    package internal(set) var version: Int
    package internal(set) var aspects: [Aspect] = []
    /// Ordered by severity, the worst first.
    package private(set) var hazards: [String] = []
    let phrases: LexiconPhrases
    /// The phrases as the reader compares them.
    let table: ReadingTable
    /// What reads reviews in place of the phrases; nil where these do.
    let frozen: FrozenLanes?
    /// What a taxonomy makes of what is read; nil where none is in force.
    var overlay: TaxonomyOverlay?

    /// The first lexicon. A released lexicon never changes, so that insights made with it can be
    /// made again.
    package static let first = Lexicon(LanguageFiles.aspects)

    /// The second: what the frozen model reads. It has no phrases of its own; where what a text
    /// says is looked for otherwise than by reading reviews, those of the first serve.
    package static let second = Lexicon(frozen: FrozenLanes.list)

    /// What the program reads new stores with. One that exists goes on as it began; one that keeps
    /// no readings is answered by the first.
    package static var ofNewStores: Lexicon { second }
    /// Its version, without reading its data.
    package static let versionOfNewStores: Int64 = 2

    /// The versions that this program knows, the oldest first.
    package static let versions: [Int64] = [1, 2]

    /// The lexicon of a version; nil for one that this program does not know.
    package static func ofVersion(_ version: Int64) -> Lexicon? {
        switch version {
        case 1: first
        case 2: second
        default: nil
        }
    }

    /// The aspect of an id in any lexicon; nil for none. One that several have is the same in each,
    /// but for what it is named as a strength.
    package static func aspect(named id: String) -> Aspect? {
        first.aspects.first { $0.id == id } ?? second.aspects.first { $0.id == id }
    }

    /// - Parameter list: The aspects and hazards, each named once; their phrases are in the
    ///   languages' files.
    private init(_ list: DataSections) {
        version = list["lexicon", "version"].flatMap { Int($0.text) } ?? 0
        var phrases = LexiconPhrases()
        let english = Language.english.file
        for value in list.values(in: "aspects") {
            let section = "aspect \(value.key)"
            aspects.append(
                Aspect(
                    id: value.key, label: english[section, "issue"]?.text ?? "",
                    route: value.words[0], strength: english[section, "strength"]?.text,
                    isGeneral: value.words.contains("general"),
                    kind: AspectKind(of: value.key)))
            phrases.add(section, "negative", .aspect(aspects.count - 1, isNegative: true))
            phrases.add(section, "positive", .aspect(aspects.count - 1, isNegative: false))
        }
        for hazard in list["hazards", "by severity"]?.words ?? [] {
            hazards.append(hazard)
            for sense in Sense.allCases {
                phrases.add("hazard \(hazard)", sense.rawValue, .hazard(hazards.count - 1, sense))
            }
            phrases.add("hazard \(hazard)", "but", .harmless(hazards.count - 1))
        }
        phrases.addCues()
        self.phrases = phrases
        table = ReadingTable(phrases)
        frozen = nil
    }

    /// - Parameter list: As above; the aspects are those of the frozen model.
    private init(frozen list: DataSections) {
        version = list["lexicon", "version"].flatMap { Int($0.text) } ?? 0
        aspects = list.values(in: "aspects").map { value in
            Aspect(
                id: value.key, label: AspectLabel.value(value.key, "issue", .english) ?? "",
                route: value.words[0],
                strength: AspectLabel.value(value.key, "strength", .english),
                isGeneral: value.words.contains("general"), kind: AspectKind(of: value.key))
        }
        hazards = list["hazards", "by severity"]?.words ?? []
        (phrases, table) = (Self.first.phrases, Self.first.table)
        frozen = FrozenLanes(FrozenModel.idsOfSecond, list)
    }

    /// Errors in the data: a phrase that is not folded, that is only a frequent word, that begins
    /// or ends with a gap, or that is repeated with the same meaning.
    package var faults: [String] {
        var faults: [String] = []
        for (_, entries) in phrases.entries.sorted(by: { $0.key < $1.key }) {
            for (index, entry) in entries.enumerated() {
                let written = entry.phrase.parts.map(\.written).joined(separator: " ")
                for part in entry.phrase.parts where part != .gap {
                    let plain = part.written.filter { $0 != "*" }
                    if words(of: Text(plain)).map(\.text) != [plain] {
                        faults.append("not folded: \(written)")
                    }
                }
                if entry.phrase.parts.count == 1, allFrequentWords.contains(written) {
                    faults.append("a frequent word: \(written)")
                }
                if entry.phrase.parts.first == .gap || entry.phrase.parts.last == .gap {
                    faults.append("a gap at an end: \(written)")
                }
                let isTwice = entries[..<index].contains {
                    $0.phrase == entry.phrase && $0.language == entry.language
                        && $0.meaning == entry.meaning
                }
                if isTwice { faults.append("twice in \(entry.language.rawValue): \(written)") }
            }
        }
        return faults
    }
}

extension Lexicon.Phrase.Part {
    fileprivate var written: String {
        switch self {
        case .word(let text): text
        case .stem(let text): text + "*"
        case .gap: ".."
        }
    }
}

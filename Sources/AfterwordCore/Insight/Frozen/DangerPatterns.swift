/// How dangers are said, as `dangers.txt` of a model writes it: patterns of groups of words in one
/// sentence, by language. They need no weights: a danger does not depend on what a model happened
/// to learn. `tools/reader/dangers.py` is the definition.
struct DangerPatterns: Sendable {
    /// A word of one of these groups, with at most `gap` other words before it.
    struct Slot: Sendable {
        var groups: GroupSet
        var gap: Int
    }

    /// Words of these groups in this order in one sentence say a danger.
    struct Pattern: Sendable {
        /// The lane of the danger that it says.
        var lane: Int
        var slots: [Slot]
        /// A word of these anywhere in the sentence takes it back.
        var without: GroupSet
        /// A word of these in its clause takes it back.
        var within: GroupSet
        /// Whether it counts with up to three stars only.
        var isMild: Bool
        /// Whether it says that something is dangerous, not that something happened.
        var isSaid: Bool
    }

    let words: WordGroups
    /// Without a word of these groups no pattern stands in a sentence.
    let anchors: GroupSet
    /// Up to four words before a pattern they take it back: "prevents", "my old one".
    let takesBack: GroupSet
    /// Behind a negation they take back what stands before: "had no problems with".
    let fine: GroupSet
    /// Right behind a negation they make it none: "no joke".
    let plain: GroupSet
    private let general: [Pattern]
    private let byLanguage: [String: [Pattern]]

    /// - Parameter lanes: The lanes of the kinds of danger.
    init(_ file: DataSections, _ lanes: [String: Int]) {
        var groups = GroupNames()
        for section in file.names where section.first("words") {
            for value in file.values(in: section) { groups.add(value, section.language) }
        }
        words = groups.words
        takesBack = groups.named(["prevent", "other"], "")
        fine = groups.named(["noproblem"], "")
        plain = groups.named(["plain"], "")
        let languages = Set(file.names.map(\.language)).sorted()
        let reader = PatternReader(file: file, groups: groups, lanes: lanes)
        var own: [String: [Pattern]] = [:]
        for language in languages { own[language] = reader.patterns(language) }
        general = own[""] ?? []
        byLanguage = own
        anchors = reader.anchors
    }

    /// The patterns that count in a text of this language; nil where it is not certain.
    func patterns(of language: String?) -> [Pattern] {
        language.flatMap { byLanguage[$0] } ?? general
    }
}

extension String {
    /// The language that a section is for: "de" of "words de", "" where it is for all.
    fileprivate var language: String {
        split(separator: " ").dropFirst().first.map(String.init) ?? ""
    }

    /// Whether the first word of a section's name is this one.
    fileprivate func first(_ word: String) -> Bool {
        split(separator: " ").first.map { $0 == word } ?? false
    }
}

/// Groups by name and language.
private struct GroupNames {
    private(set) var words = WordGroups()
    private var places: [String: [String: Int]] = [:]
    private var count = 0

    mutating func add(_ value: DataSections.Value, _ language: String) {
        places[value.key, default: [:]][language] = count
        for word in value.words { words.add(word, to: count) }
        count += 1
    }

    /// The groups of these names that count in a language.
    func named(_ names: [String], _ language: String) -> GroupSet {
        var found = GroupSet()
        for name in names {
            guard let own = places[name] else { preconditionFailure("no group: \(name)") }
            if let place = own[""] { found.insert(place) }
            if !language.isEmpty, let place = own[language] { found.insert(place) }
        }
        return found
    }

    /// The groups of a name in all languages.
    func all(_ name: String) -> GroupSet {
        var found = GroupSet()
        for place in (places[name] ?? [:]).values { found.insert(place) }
        return found
    }
}

/// Reads patterns as they are written: `smell ~ burnt !food | catch + fire`.
private struct PatternReader {
    let file: DataSections
    let groups: GroupNames
    let lanes: [String: Int]

    /// Other words between two of a pattern, plainly and where `..` is written.
    private static let (near, far) = (3, 8)

    /// The patterns that count in a language; those for all where it is empty.
    func patterns(_ language: String) -> [DangerPatterns.Pattern] {
        file.names.filter { isPatterns($0) && ["", language].contains($0.language) }.flatMap {
            section in
            file.values(in: section).flatMap { value in
                value.phrases.flatMap { written in
                    patterns(written, value.key, language, isMild: section.first("mild"))
                }
            }
        }
    }

    /// For each pattern the first of its groups that is not common.
    var anchors: GroupSet {
        let common = Set(file["common", "groups"]?.words ?? [])
        var found = GroupSet()
        for section in file.names where isPatterns(section) {
            for written in file.values(in: section).flatMap(\.phrases) {
                let names = slots(written).map { $0.names }
                guard let anchor = names.first(where: { common.isDisjoint(with: $0) }) else {
                    preconditionFailure("only common groups: \(written)")
                }
                for name in anchor { found.formUnion(groups.all(name)) }
            }
        }
        return found
    }

    private func isPatterns(_ section: String) -> Bool {
        section.first("patterns") || section.first("mild")
    }

    /// The pattern, or two where either order is meant.
    private func patterns(
        _ written: String, _ key: String, _ language: String, isMild: Bool
    ) -> [DangerPatterns.Pattern] {
        guard let lane = lanes[key.filter { $0 != "?" }] else {
            preconditionFailure("no danger: \(key)")
        }
        func marked(_ mark: String) -> GroupSet {
            let names = parts(written).filter { $0.hasPrefix(mark) }
            return groups.named(names.map { String($0.dropFirst()) }, "")
        }
        let own = slots(written).map {
            DangerPatterns.Slot(groups: groups.named($0.names, language), gap: $0.gap)
        }
        var first = DangerPatterns.Pattern(
            lane: lane, slots: own, without: marked("!"), within: marked("^"), isMild: isMild,
            isSaid: key.hasSuffix("?"))
        guard parts(written).contains("~") else { return [first] }
        let other = first
        first.slots = [
            .init(groups: own[1].groups, gap: Self.near),
            .init(groups: own[0].groups, gap: own[1].gap),
        ]
        return [other, first]
    }

    private func parts(_ written: String) -> [String] {
        written.split(separator: " ").map(String.init)
    }

    private func slots(_ written: String) -> [(names: [String], gap: Int)] {
        var (found, gap): ([(names: [String], gap: Int)], Int) = ([], Self.near)
        for part in parts(written) where !part.hasPrefix("!") && !part.hasPrefix("^") {
            switch part {
            case "+": gap = 0
            case "..": gap = Self.far
            case "~": gap = Self.near
            default:
                found.append((part.split(separator: "/").map(String.init), gap))
                gap = Self.near
            }
        }
        return found
    }
}

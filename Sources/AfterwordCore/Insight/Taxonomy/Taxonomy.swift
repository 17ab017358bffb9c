/// What a user's file makes of the aspects that a reader knows: it renames and merges them, adds
/// others that phrases find, and says who acts on them and how severe they are. Dangers stand apart
/// from it: none can be named, merged or hidden.
///
/// The whole file is in force until another one is accepted. Which aspects there are beneath, and
/// so which files are valid, depends on the reader.
package struct Taxonomy: Equatable, Sendable {
    /// What an aspect is called, by the language of insights.
    package struct Names: Equatable, Sendable {
        package var issue: [Language: String] = [:]
        package var strength: [Language: String] = [:]

        package init() {}
    }

    /// Other names of an aspect of the reader.
    package struct Renaming: Equatable, Sendable {
        package var id: String
        package var names: Names
    }

    /// Several aspects that are shown and counted as one.
    package struct Merge: Equatable, Sendable {
        /// A new id, or that of a member.
        package var id: String
        package var members: [String]
        package var names: Names
    }

    /// An aspect of the user's own, which phrases find.
    package struct Addition: Equatable, Sendable {
        package var id: String
        package var names: Names
        package var complaints: [Phrase]
        package var praises: [Phrase]
    }

    /// A phrase in the notation of the lexicon (`Lexicon.Phrase`), folded.
    package struct Phrase: Comparable, Sendable {
        package var language: Language
        package var text: String

        package static func < (left: Self, right: Self) -> Bool {
            (left.language.rawValue, left.text) < (right.language.rawValue, right.text)
        }
    }

    /// Who acts on an aspect, how severe it is, its group, and whether it says little by itself;
    /// nil for what stays.
    package struct Mapping: Equatable, Sendable {
        package var id: String
        package var route: Route?
        package var severity: Severity?
        package var group: AspectGroup?
        package var isGeneral: Bool?
    }

    package internal(set) var renamings: [Renaming] = []
    package internal(set) var merges: [Merge] = []
    package internal(set) var additions: [Addition] = []
    package internal(set) var mappings: [Mapping] = []

    /// The form of the files that this program reads.
    package static let form: Int64 = 1
    /// The most bytes of a file.
    package static let byteLimit = 262_144
    /// The most characters of a label, and of a phrase.
    static let labelLimit = 80
    /// The most phrases of a file.
    static let phraseLimit = 2_000
    /// The most gaps of a phrase: each is tried in four lengths, with all lengths of the others.
    static let gapLimit = 3

    /// What dangers are called, by any reader and by the labels that readers are trained on.
    static let dangers = Set(
        Lexicon.first.hazards + Lexicon.second.hazards
            + FrozenLanes.list.values(in: "names").map(\.key))

    /// Whether two files say the same: comments, blanks and the order of sections, members and
    /// phrases are how it is written.
    package func means(_ other: Taxonomy) -> Bool { inOrder == other.inOrder }

    private var inOrder: Taxonomy {
        var sorted = self
        sorted.renamings.sort { $0.id < $1.id }
        sorted.merges.sort { $0.id < $1.id }
        sorted.additions.sort { $0.id < $1.id }
        sorted.mappings.sort { $0.id < $1.id }
        for place in sorted.merges.indices { sorted.merges[place].members.sort() }
        for place in sorted.additions.indices {
            sorted.additions[place].complaints.sort()
            sorted.additions[place].praises.sort()
        }
        return sorted
    }

    /// The merge that shows an aspect; nil where it stands by itself.
    func merge(of id: String) -> Merge? { merges.first { $0.members.contains(id) } }
}

extension Taxonomy {
    /// Reads a file, and checks it against the aspects of a reader.
    ///
    /// - Parameter lexicon: A reader of the program, without a taxonomy.
    /// - Throws: `TOMLFault`: what is no TOML, an unknown name, a danger, an aspect that is unknown
    ///   or merged twice, a label or a phrase that says nothing; the first of them.
    package init(parsing bytes: [UInt8], over lexicon: Lexicon) throws(TOMLFault) {
        guard bytes.count <= Self.byteLimit else {
            throw TOMLFault(line: 1, "the file is longer than \(Self.byteLimit) bytes")
        }
        var file = TaxonomyFile(over: lexicon)
        try file.read(TOMLTable(parsing: bytes))
        try file.check()
        self = file.taxonomy
    }
}

/// A kind of words that decide the class of a danger near them. Its name in a language's file is
/// that of its case.
enum Cue: Int, CaseIterable, Sendable {
    /// Deny the danger after them, in addition to the language's negations.
    case denies
    /// End a clause; no denial reaches across them.
    case ends
    /// Absorb a negation before them: "do not buy, it burnt".
    case absorbs
    /// Say that the danger is kept away: "against mould".
    case prevents
    /// Say the same directly after the danger: "mould free".
    case follows
    /// When negated, deny a danger on either side of them: "no problems with mould".
    case problem
    /// Turn an event into a possibility: "could catch fire".
    case may
    /// Introduce general statements about dangers: "did you know".
    case general
    /// Show that a danger named by a single word happened: "there was smoke".
    case happened
}

/// The words of one language that decide the class of a danger near them.
struct DangerCues: Sendable {
    private var phrases: [Cue: [Lexicon.Phrase]] = [:]

    /// None.
    init() {}

    /// The cues of a language's file.
    init(_ file: DataSections) {
        for cue in Cue.allCases {
            phrases[cue] = file["around hazards", "\(cue)"]?.phrases.map { .init($0) }
        }
    }

    /// The phrases of a cue.
    subscript(cue: Cue) -> [Lexicon.Phrase] { phrases[cue] ?? [] }
}

/// The cues of one language in numbers.
struct CuePatterns: Sendable {
    /// The phrases of each cue, by the place of the cue among all.
    private let phrases: [[[FormPattern]]]

    init(_ cues: DangerCues, _ vocabulary: Vocabulary) {
        phrases = Cue.allCases.map { cue in
            cues[cue].map { $0.parts.map(vocabulary.pattern) }
        }
    }

    /// The phrases of a cue, part by part.
    subscript(cue: Cue) -> [[FormPattern]] { phrases[cue.rawValue] }
}

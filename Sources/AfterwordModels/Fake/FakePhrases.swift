import AfterwordCore

/// Phrases of the fake model in one language, used around an aspect's label. They contain no
/// numbers and no quotation marks.
struct FakePhrases {
    /// What a phrase introduces.
    enum Kind {
        case issue, strength
        case recommendation(Route)
    }

    var issue: String
    var strength: String
    var product: String
    var listing: String
    var both: String
    var standing: String
    var limitation: String

    func say(_ label: String, _ kind: Kind) -> String {
        let phrase =
            switch kind {
            case .issue: issue
            case .strength: strength
            case .recommendation(.product): product
            case .recommendation(.listing): listing
            case .recommendation(.both): both
            }
        return phrase + " " + label + "."
    }

    /// The phrases of a language's file; in English where it has none.
    static func of(_ language: Language) -> FakePhrases {
        let english = Language.english.file
        let own = language == .unknown ? english : language.file
        func text(_ key: String) -> String {
            (own[section, key] ?? english[section, key])?.text ?? ""
        }
        return FakePhrases(
            issue: text("issue"), strength: text("strength"), product: text("product"),
            listing: text("listing"), both: text("both"), standing: text("standing"),
            limitation: text("limitation"))
    }

    private static let section = "simulated model"
}

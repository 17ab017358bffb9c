/// The labels of aspects in the languages of insights.
package enum AspectLabel {
    /// The label in the requested language; in English where that has none. An aspect without a
    /// label as a strength is praised as the absence of the complaint.
    package static func text(
        _ aspect: Lexicon.Aspect, strength: Bool, in language: Language
    ) -> String {
        guard strength, aspect.strength == nil else {
            return label(aspect, strength ? "strength" : "issue", language)
        }
        let absence = value("language", "free of", language) ?? ""
        return absence + " " + label(aspect, "issue", language)
    }

    private static func label(
        _ aspect: Lexicon.Aspect, _ key: String, _ language: Language
    ) -> String {
        value("aspect \(aspect.id)", key, language) ?? aspect.label
    }

    private static func value(_ section: String, _ key: String, _ language: Language) -> String? {
        let own = language == .unknown ? nil : language.file[section, key]
        return (own ?? Language.english.file[section, key])?.text
    }
}

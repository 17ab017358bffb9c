/// The labels of aspects in the languages of insights.
package enum AspectLabel {
    /// The label in the requested language; in English where that has none. An aspect without a
    /// label as a strength is praised as the absence of the complaint. What a taxonomy calls it
    /// goes before.
    package static func text(
        _ aspect: Lexicon.Aspect, strength: Bool, in language: Language
    ) -> String {
        if strength, let own = aspect.names.strength[language] { return own }
        guard strength, aspect.strength == nil else {
            return label(aspect, strength ? "strength" : "issue", language)
        }
        return freeOf(language) + " " + label(aspect, "issue", language)
    }

    private static func label(
        _ aspect: Lexicon.Aspect, _ key: String, _ language: Language
    ) -> String {
        let names = key == "issue" ? aspect.names.issue : aspect.names.strength
        return names[language] ?? value(aspect.id, key, language) ?? names[.english]
            ?? value(aspect.id, key, .english) ?? aspect.label
    }

    /// The name of an aspect in a language: from the language's file, or that of the names that
    /// lexicon 1 does not have.
    static func value(_ aspect: String, _ key: String, _ language: Language) -> String? {
        guard language != .unknown else { return nil }
        let section = "aspect \(aspect)"
        let own = language.file[section, key]
        return (own ?? FrozenLanes.labels[section, "\(key) \(language.rawValue)"])?.text
    }

    /// The same in English, as lists and pages name it.
    package static func text(_ aspect: Lexicon.Aspect, strength: Bool) -> String {
        text(aspect, strength: strength, in: .english)
    }

    private static func freeOf(_ language: Language) -> String {
        let own = language == .unknown ? nil : language.file["language", "free of"]
        return (own ?? Language.english.file["language", "free of"])?.text ?? ""
    }
}

/// What the program knows of languages, as data: `lexicon1/de.txt` holds all of German, `any.txt`
/// words of no one language, and `aspects.txt` what reviews talk about. Its `README.md` explains
/// every name. Parsed once, on first use; the languages' codes are known without parsing.
package enum LanguageFiles {
    private static let folder = "lexicon1"
    private static let others = ["aspects", "any"]

    /// The codes of the languages, in the order of `files.h`.
    static let codes = EmbeddedFile.names(in: folder).map {
        String($0.dropFirst(folder.utf8.count + 1).prefix { $0 != "." })
    }.filter { !others.contains($0) }

    /// The languages' files, in the order of `codes`.
    static let all = codes.map { sections($0) }
    static let aspects = sections("aspects")
    static let any = sections("any")

    private static func sections(_ name: String) -> DataSections {
        DataSections(EmbeddedFile("\(folder)/\(name).txt"))
    }

    /// The words of that name of all languages and of none, together.
    static func words(_ section: String, _ key: String) -> Set<String> {
        values(section, key).reduce(into: []) { $0.formUnion($1.words) }
    }

    /// The phrases of that name of all languages and of none, together.
    package static func phrases(_ section: String, _ key: String) -> Set<String> {
        values(section, key).reduce(into: []) { $0.formUnion($1.phrases) }
    }

    private static func values(_ section: String, _ key: String) -> [DataSections.Value] {
        (all + [any]).compactMap { $0[section, key] }
    }
}

extension Language {
    /// The languages in the order of their files.
    static let known = Array(allCases.dropLast())

    /// The language's file; `unknown` has none.
    package var file: DataSections { LanguageFiles.all[Int(place)] }
}

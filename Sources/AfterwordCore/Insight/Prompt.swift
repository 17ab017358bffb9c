/// The system text for a model. A released prompt never changes: another text is another version,
/// and so another cache key.
package enum Prompt {
    package static let version = 1

    package static func text(_ lexicon: Lexicon) -> String {
        file.text
            + lexicon.aspects.map { "- \($0.id): \($0.label)\n" }.joined()
            + "- \(AnswerSchema.other): what none of these says"
    }

    /// The text up to the list of aspects, with the line feed before it.
    private static let file = EmbeddedFile("prompts/\(version).txt")
}

/// What a shape has removed from a text (`cleanText`).
package struct TextCleaning: OptionSet, Hashable, Sendable {
    package let rawValue: UInt8
    package init(rawValue: UInt8) { self.rawValue = rawValue }

    /// HTML tags, and scripts and styles with their content (`removeMarkup`).
    package static let html = TextCleaning(rawValue: 1)
    /// The words of the page around a text (`removeChrome`).
    package static let chrome = TextCleaning(rawValue: 2)
    /// Escapes of JSON that were escaped twice (`decodeEscapes`).
    package static let escapes = TextCleaning(rawValue: 4)

    /// The names in shapes.
    static let names: KeyValuePairs<String, TextCleaning> = [
        "html": .html, "chrome": .chrome, "escapes": .escapes,
    ]
}

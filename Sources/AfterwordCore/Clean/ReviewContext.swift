/// The enclosing values needed to clean a review, as a JSON object of their bytes: captured keys of
/// maps, and members of enclosing objects that fields of the review come from.
///
/// The context is stored with the review's bytes, so that both can be cleaned again by later rules.
/// Product attributes are not part of the context, so a new price in the enclosing object does not
/// change its reviews.
package struct ReviewContext: Equatable, Sendable {
    package var bytes: [UInt8]
    var tokens: [JSONToken]

    package static let none = ReviewContext(bytes: [], tokens: [])

    init(bytes: [UInt8], tokens: [JSONToken]) {
        self.bytes = bytes
        self.tokens = tokens
    }
}

extension FieldSource {
    /// The source in the syntax of a shape: `^product_id`, `@asin`, `rating`.
    package var written: String {
        switch self {
        case .record(let path): path.joined(separator: ".")
        case .enclosing(let level, let path):
            String(repeating: "^", count: level) + path.joined(separator: ".")
        case .capture(let name): "@" + name
        case .constant(let text): text
        }
    }
}

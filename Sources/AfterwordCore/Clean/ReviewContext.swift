/// What encloses a review and is needed to clean it: the kept keys of maps and the members of
/// enclosing objects that fields of the review come from, as a JSON object of their bytes.
///
/// It is kept with the review's bytes, so that both can be cleaned again by later rules. Attributes
/// of the product are not part of it: a new price in the enclosing object does not touch its
/// reviews.
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
    /// The source as a shape writes it: `^product_id`, `@asin`, `rating`.
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

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
        case .record(let path): Self.written(path, isInRecord: true)
        case .enclosing(let level, let path):
            String(repeating: "^", count: level) + Self.written(path, isInRecord: false)
        case .capture(let name): "@" + name
        case .constant(let text): text
        case .file(let pattern): pattern.written
        }
    }

    private static func written(_ path: [String], isInRecord: Bool) -> String {
        let keys = path.map { key in
            key.contains { $0 == "." || $0 == "\\" }
                ? key.map { $0 == "." || $0 == "\\" ? "\\\($0)" : String($0) }.joined() : key
        }
        let text = keys.joined(separator: ".")
        let isMark = text.hasPrefix("^") || (isInRecord && text.hasPrefix("@"))
        return isMark ? "\\" + text : text
    }
}

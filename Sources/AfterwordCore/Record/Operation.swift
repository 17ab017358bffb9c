/// The operation that a history row records.
package enum Operation: String, Sendable {
    case insert
    case update
    case delete
    /// The same record, read again by newer rules or a mended shape: nobody has changed the review.
    case restate
    /// Observed too late to count: stored without a version.
    case late

    /// The raw value as static bytes, for digests of millions of rows.
    var word: StaticString {
        switch self {
        case .insert: "insert"
        case .update: "update"
        case .delete: "delete"
        case .restate: "restate"
        case .late: "late"
        }
    }
}

/// The operation that a history row records.
package enum Operation: String, Sendable {
    case insert
    case update
    case delete
    /// Observed too late to count: stored without a version.
    case late
}

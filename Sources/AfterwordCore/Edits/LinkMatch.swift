/// By what a review of a dump was found to be a stored one.
package enum LinkMatch: String, CaseIterable, Sendable {
    /// An edited review without an id: its texts are similar enough (`pairEdits`).
    case similarity
    /// A review that moved to another product: same source id and text.
    case sourceID = "source_id"
    /// The same: same author, time and text.
    case author
    /// The same: same rating and long text, within a family or brand.
    case text

    /// A review whose record identifies it otherwise, read again by a mended shape; or one that is
    /// the same as another by that reading.
    case reclean

    package var isMovement: Bool {
        switch self {
        case .similarity, .reclean: false
        case .sourceID, .author, .text: true
        }
    }
}

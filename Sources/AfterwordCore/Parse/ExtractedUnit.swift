/// What elements of a container held, one after another: reviews, the objects that name their products, and faults.
///
/// Offsets are relative to the scanned bytes.
package struct ExtractedUnit: Sendable {
    package struct Record: Sendable {
        package var range: Range<Int>
        /// Why the record cannot be read, when it cannot.
        package var fault: RejectReason?
    }

    /// An object, or a member of a map, that names a product.
    package struct Product: Sendable {
        package var range: Range<Int>
        /// Its members other than the list of reviews: key and value.
        package var members: [Range<Int>]
        /// The records inside it.
        package var records: Range<Int>
        /// Whether it has a list of reviews, be it empty: one without says nothing of its reviews.
        package var holdsList: Bool
    }

    package var range = 0..<0
    package var records: [Record] = []
    package var products: [Product] = []
    /// Slots of the records, `recordSources.count` each.
    package var recordTokens: [JSONToken] = []
    /// Slots of what encloses the records, `contextSources.count` each; likewise for the products.
    package var contextTokens: [JSONToken] = []
    package var productTokens: [JSONToken] = []
    /// Bare NaN and infinities read as absent.
    package var nonstandardLiterals = 0

    package init() {}

    mutating func removeAll() {
        range = 0..<0
        records.removeAll(keepingCapacity: true)
        products.removeAll(keepingCapacity: true)
        recordTokens.removeAll(keepingCapacity: true)
        contextTokens.removeAll(keepingCapacity: true)
        productTokens.removeAll(keepingCapacity: true)
        nonstandardLiterals = 0
    }
}

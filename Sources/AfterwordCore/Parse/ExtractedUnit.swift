/// The reviews, product objects and faults extracted from a run of elements of a container.
///
/// Offsets are relative to the scanned bytes.
package struct ExtractedUnit: Sendable {
    /// A record and its range.
    package struct Record: Sendable {
        package var range: Range<Int>
        /// Why the record cannot be read; nil when it can.
        package var fault: RejectReason?
    }

    /// An object, or a member of a map, that names a product.
    package struct Product: Sendable {
        package var range: Range<Int>
        /// The ranges of its members (key and value), without the list of reviews.
        package var members: [Range<Int>]
        /// The indexes of its records in `ExtractedUnit.records`.
        package var records: Range<Int>
        /// Whether the object has a list of reviews, even an empty one. An object without a list
        /// says nothing about the product's reviews.
        package var holdsList: Bool
    }

    package var range = 0..<0
    package var records: [Record] = []
    package var products: [Product] = []
    /// The slots of the records, `recordSources.count` for each.
    package var recordTokens: [JSONToken] = []
    /// The slots of the values enclosing each record, `contextSources.count` for each;
    /// `productTokens` likewise for each product.
    package var contextTokens: [JSONToken] = []
    package var productTokens: [JSONToken] = []
    /// How many bare `NaN` and infinities were read as absent.
    package var nonstandardLiterals = 0
    /// How many lists or maps of reviews the elements hold where the shape expects them, empty ones
    /// and null among them.
    package var listCount = 0

    package init() {}

    mutating func removeAll() {
        range = 0..<0
        records.removeAll(keepingCapacity: true)
        products.removeAll(keepingCapacity: true)
        recordTokens.removeAll(keepingCapacity: true)
        contextTokens.removeAll(keepingCapacity: true)
        productTokens.removeAll(keepingCapacity: true)
        nonstandardLiterals = 0
        listCount = 0
    }
}

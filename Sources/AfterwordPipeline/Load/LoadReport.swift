package import AfterwordCore

/// What a load did.
package struct LoadReport: Sendable {
    package var run: RunRecord
    package var dump: String
    package var files: [FileRecord]
    package var ignored: [String]
    /// Records that were known by their bytes, without being read.
    package var recognised: Int64 = 0
    /// Named products of which a newer dump is known: there nothing is updated, deleted or brought
    /// back.
    package var olderProducts: Int64
    /// Products whose reviews changed, by id.
    package var changes: [ProductChange]
    /// The dump beside the last ones; nil where there is none to compare with.
    package var comparison: DumpComparison?
}

/// What a run changed in one product.
package struct ProductChange: Equatable, Sendable {
    package var productID: Text
    package var brand: Text?
    package var inserted: Int64 = 0
    package var updated: Int64 = 0
    package var deleted: Int64 = 0
    package var before: Counters
    package var after: Counters
}

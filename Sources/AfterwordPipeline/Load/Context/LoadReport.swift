package import AfterwordCore

/// The result of a load.
package struct LoadReport: Sendable {
    package var run: RunRecord
    package var dump: String
    package var files: [FileRecord]
    /// Names of files in the dump's folder that are not read.
    package var ignored: [String]
    /// A date in the dump's name that gives no instant: its day and month may be either way round.
    package var ambiguousDate: String?
    /// Number of records recognized by their bytes, without being parsed.
    package var recognised: Int64 = 0
    /// Number of named products that the store has a newer dump of: in these nothing is updated,
    /// deleted or brought back.
    package var olderProducts: Int64
    /// Products whose reviews changed, in order of their ids.
    package var changes: [ProductChange]
    /// The dump compared with earlier ones; nil where there is none to compare with.
    package var comparison: DumpComparison?
    /// The first rejects of the dump, without their bytes: at most 20.
    package var rejects: [RejectRow] = []
    /// The fields that some records hold and that cannot be read, by file.
    package var unread: [UnreadField] = []
    /// Number of records with a relative date, whose time is estimated by the dump's.
    package var estimated: Int64 = 0
    /// The fields that a shape maps and no record holds, by file; none of built-in shapes.
    package var missing: [MissingField] = []
    /// Shapes of the dump by an older version of which some stored reviews were read.
    package var staleShapes: [ShapeRow] = []
    /// Names of files of a dump with none that are objects without their list of reviews.
    package var emptyPages: [String] = []
    /// Shapes of other names, which the dump was not read by, and by which some reviews that it
    /// names again in the same bytes were read.
    package var otherShapes: [ShapeRow] = []
    /// Reviews that are linked to others.
    package var links = LinkCounts()
}

/// Reviews that a run found to be one, in other words or in another product.
package struct LinkCounts: Equatable, Sendable {
    /// Found again under another identity, edited: among the unchanged and updated ones.
    package var edited: Int64 = 0
    /// Deleted in one product and inserted in another.
    package var moved: Int64 = 0
    /// New reviews similar to absent ones, of which a complete dump could say that they are edits.
    package var possibleEdits: Int64 = 0
}

/// The changes of a run in one product.
package struct ProductChange: Equatable, Sendable {
    package var productID: Text
    package var brand: Text?
    package var inserted: Int64 = 0
    package var updated: Int64 = 0
    package var deleted: Int64 = 0
    /// The product's counters before the run.
    package var before: Counters
    package var after: Counters
}

package import AfterwordCore

/// A field that some records of a file hold and that could not be read there, so that these records
/// do not say it.
package struct UnreadField: Sendable {
    package var file: String
    /// The name in tables and shapes.
    package var field: String
    /// Why it could not be read, the commonest reason first, with the number of records.
    package var reasons: [(reason: RejectReason, count: Int64)]
    /// The number of records.
    package var count: Int64
    /// Offset of the first of the records in the file.
    package var firstOffset: Int64
}

/// A field that the shape maps and that no record of a file holds.
package struct MissingField: Equatable, Sendable {
    package var file: String
    /// The name in tables and shapes.
    package var field: String
    /// Where the shape looks for it.
    package var source: String
    /// The number of records read.
    package var records: Int64
    /// The key of the records that is written most like it; nil where none is.
    package var nearest: String?
    /// The first keys of the records that the shape does not map.
    package var unmapped: [String] = []
}

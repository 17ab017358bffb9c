/// A table of which each run adds rows, and never touches those of earlier runs.
package struct RunTable: Equatable, Sendable {
    package var name: String
    package var comment: String
    /// The columns, from the one description of the store's tables.
    package var fields: [ArrowField]

    package init(name: String, comment: String, fields: [ArrowField]) {
        (self.name, self.comment, self.fields) = (name, comment, fields)
    }
}

/// A snapshot whose tables can be read run by run, for an export.
package protocol RunTableReader: AnyObject {
    /// All tables, the ledger (`runs`) last, with the columns that they had up to a version of the
    /// columns: an export keeps those that it began with.
    func runTables(columns version: Int64) -> [RunTable]

    /// The newest version of the columns.
    var newestColumns: Int64 { get }

    /// Passes the columns of a table's rows that a run added, in order of product and review, or of
    /// the table's key where it has no product. One batch is held at a time.
    ///
    /// - Parameter rows: Greatest number of rows in a batch; a batch also ends after
    ///   `BatchLimit.bytes`.
    /// - Throws: What `take` throws, which ends the reading; `StoreFault`.
    func forEachBatch(
        of table: RunTable, run: Int64, rows: Int, _ take: (ArrowBatch) throws -> Void
    ) throws
}

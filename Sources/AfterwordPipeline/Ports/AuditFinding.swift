/// The first inconsistency found by an audit; `run` is nil where it belongs to no run.
package struct AuditFinding: Equatable, Sendable {
    package var run: Int64?
    package var table: String
    /// The identifying columns of the row; `what` says what is wrong with it.
    package var row: String
    package var what: String

    package init(run: Int64?, table: String, row: String, what: String) {
        self.run = run
        self.table = table
        self.row = row
        self.what = what
    }
}

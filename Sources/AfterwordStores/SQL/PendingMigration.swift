/// A migration that a store still needs, and what it costs.
package struct PendingMigration: Equatable, Sendable {
    /// Its name in the store's list of migrations done.
    package var name: String
    /// The rows of the store that it goes through.
    package var rows: Int64
    /// About how long it takes, in whole seconds, rounded up.
    package var seconds: Int64

    /// - Parameter isCopied: Whether the rows are written again, as SQLite does for a new check.
    init(name: String, rows: Int64, isCopied: Bool) {
        (self.name, self.rows) = (name, rows)
        let rate = isCopied ? Self.copiedPerSecond : Self.checkedPerSecond
        seconds = (rows + rate - 1) / rate
    }

    /// Rows that a store goes through in a second, from 1,000,000 of `product_reviews_history` on a
    /// busy disk of two cores.
    private static let copiedPerSecond: Int64 = 60_000
    private static let checkedPerSecond: Int64 = 1_000_000
}

extension SchemaMigration {
    /// The tables that it goes through row by row: SQLite copies them, Postgres checks them.
    ///
    /// A table that it creates itself, or that an earlier pending one creates, has no rows yet.
    func tablesGoneThrough(_ dialect: Dialect) -> [String] {
        changes.flatMap { $0.tablesGoneThrough(in: version, dialect) }
    }
}

extension SchemaMigration.Change {
    fileprivate func tablesGoneThrough(in version: Int, _ dialect: Dialect) -> [String] {
        switch self {
        case .allowWords(let table):
            return table.newWords(in: version, dialect).isEmpty ? [] : [table.name]
        case .withoutLists(let table):
            let hasLists = table.columns.contains { $0.formerList(in: version) != nil }
            return dialect == .sqlite && hasLists ? [table.name] : []
        case .only(let own, let changes):
            return own == dialect
                ? changes.flatMap { $0.tablesGoneThrough(in: version, dialect) } : []
        case .withoutViews(let changes):
            return changes.flatMap { $0.tablesGoneThrough(in: version, dialect) }
        case .create, .addColumns, .rename, .cleanView, .reportViews, .reportView, .sql, .sqlite,
            .postgres:
            return []
        }
    }
}

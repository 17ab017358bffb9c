/// The Postgres schema: the migrations of `SchemaMigration`, as Postgres makes them.
///
/// The tables are those of SQLite. Text columns compare by bytes, independent of the database's
/// locale (`COLLATE "C"`). Only small tables have foreign keys: on a bulk table, a foreign key
/// triples the time of a COPY.
enum PostgresSchema {
    /// A migration as Postgres makes it.
    struct Step: Sendable {
        var name: String
        /// All its statements.
        var sql: String
        /// Its statements where a later one replaces the report views again; nil where it makes
        /// none anew.
        var sqlWithoutViews: String?
    }

    /// All migrations in order.
    static let migrations: [Step] = SchemaMigration.all(of: .postgres).map { migration in
        let others = migration.changes.filter { !$0.replacesViews }
        let replaces = others.count < migration.changes.count
        return Step(
            name: migration.name, sql: statements(migration.changes, asOf: migration.version),
            sqlWithoutViews: replaces ? statements(others, asOf: migration.version) : nil)
    }

    /// The migrations that a store still needs, in order, each with its statements. The report
    /// views are replaced once, by the last that does it: each replacing makes them all, and took
    /// most of the time of a new store.
    ///
    /// - Parameter done: The names of the migrations done.
    static func pending(after done: Set<String>) -> [(name: String, sql: String)] {
        let pending = migrations.filter { !done.contains($0.name) }
        let last = pending.last { $0.sqlWithoutViews != nil }?.name
        return pending.map { ($0.name, $0.name == last ? $0.sql : $0.sqlWithoutViews ?? $0.sql) }
    }

    private static func statements(_ changes: [SchemaMigration.Change], asOf version: Int) -> String
    {
        changes.map { statements($0, asOf: version) }.joined()
    }

    private static func statements(_ change: SchemaMigration.Change, asOf version: Int) -> String {
        if let sql = change.sql(asOf: version, .postgres) { return sql }
        switch change {
        case .reportViews(version: 1): return PostgresReports.make(schema: version) + ";\n"
        case .reportViews(let own):
            return PostgresReports.replace(version: own, schema: version) + ";\n"
        case .reportView(let view):
            let view = view.asOf(version: ReportView.version, schema: version)
            return PostgresReports.make(view) + ";\n"
        case .allowWords(let table): return allowWords(table, asOf: version)
        case .withoutViews(let changes), .only(.postgres, let changes):
            return statements(changes, asOf: version)
        case .only(.sqlite, _), .withoutLists: return ""
        case .create, .addColumns, .rename, .cleanView, .sql, .sqlite, .postgres:
            preconditionFailure("these changes are statements")
        }
    }

    /// Makes checks with the words of a version.
    private static func allowWords(_ table: Table, asOf version: Int) -> String {
        table.newWords(in: version, .postgres).map { check in
            let rule = "\(table.name)_\(check.column)_check"
            return """
                ALTER TABLE \(table.name) DROP CONSTRAINT \(rule);
                ALTER TABLE \(table.name) ADD CONSTRAINT \(rule) CHECK (\(check.new));

                """
        }.joined()
    }
}

extension SchemaMigration.Change {
    /// Whether it replaces the report views by those of a later version.
    fileprivate var replacesViews: Bool {
        if case .reportViews(let version) = self { version > 1 } else { false }
    }
}

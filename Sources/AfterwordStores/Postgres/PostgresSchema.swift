/// The Postgres schema: the migrations of `SchemaMigration`, as Postgres makes them.
///
/// The tables are those of SQLite. Text columns compare by bytes, independent of the database's
/// locale (`COLLATE "C"`). Only small tables have foreign keys: on a bulk table, a foreign key
/// triples the time of a COPY.
enum PostgresSchema {
    /// All migrations in order, each as one string of statements.
    static let migrations: [(name: String, sql: String)] =
        SchemaMigration.all(of: .postgres).map { migration in
            let sql = migration.changes.map { statements($0, asOf: migration.version) }
            return (migration.name, sql.joined())
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
            return changes.map { statements($0, asOf: version) }.joined()
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

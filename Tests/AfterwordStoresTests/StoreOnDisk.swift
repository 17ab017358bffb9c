import AfterwordPipeline
import AfterwordStores
import Foundation
import GRDB

/// One store of a test outside memory, empty or restored from a fixture.
final class StoreOnDisk {
    private let file: TemporaryStore?
    private let schema: TemporarySchema?

    init(_ kind: StoreKind) throws {
        file = kind == .sqlite ? try TemporaryStore() : nil
        schema = kind == .postgres ? try TemporarySchema() : nil
    }

    /// The schema's name in the fixtures.
    private static let fixtureSchema = "afterword_fixture"

    convenience init(_ kind: StoreKind, restoring name: String) throws {
        try self.init(kind)
        let path = "\(fixtures)/stores/\(name)"
        if let file { try shell("gzip -dc '\(path).sqlite.gz' > '\(file.path)'") }
        guard let schema else { return }
        let sql = try shell("gzip -dc '\(path).sql.gz'")
            .replacing("CREATE SCHEMA \(Self.fixtureSchema);", with: "")
            .replacing(Self.fixtureSchema, with: schema.name)
        try PostgresConnection(url: schema.url).runAll(sql)
    }

    func open() throws -> any ReviewStore {
        if let file { return try file.open() }
        guard let schema else { preconditionFailure("a store is a file or a schema") }
        return try schema.open()
    }

    func pendingMigrations() throws -> [PendingMigration] {
        if let file { return try SQLiteStore.pendingMigrations(path: file.path) }
        guard let schema else { preconditionFailure("a store is a file or a schema") }
        return try PostgresStore.backend.pendingMigrations(schema.url)
    }

    /// The schema in Postgres, opened for a rehearsal.
    func openForRehearsal() throws -> PostgresStore {
        guard let schema else { preconditionFailure("the store is in Postgres") }
        return try schema.open(.rehearsing)
    }

    /// Every table, column, constraint, index, view, comment and function, without white space.
    func definitions() throws -> Set<String> {
        let lines: [String]
        if let file {
            lines = try DatabaseQueue(path: file.path).read {
                try String.fetchAll($0, sql: "SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL")
            }
        } else if let schema {
            lines = try PostgresConnection(url: schema.url).run(Self.postgresDefinitions)
                .lines("line").map { $0.replacing(schema.name, with: "s") }
        } else {
            lines = []
        }
        return Set(lines.map { $0.split(whereSeparator: \.isWhitespace).joined(separator: " ") })
    }

    private static let postgresDefinitions = """
        WITH own AS (
            SELECT oid FROM pg_namespace
            WHERE nspname IN (current_schema(), current_schema() || '_report')
        ), tables AS (
            SELECT c.* FROM pg_class c JOIN own ON own.oid = c.relnamespace
        )
        SELECT concat_ws(' ', c.relname, c.relkind, obj_description(c.oid, 'pg_class')) AS line
        FROM tables c
        UNION ALL
        SELECT concat_ws(' ', c.relname, a.attnum, a.attname, a.attnotnull, a.attidentity,
            format_type(a.atttypid, a.atttypmod), l.collname, pg_get_expr(d.adbin, d.adrelid),
            col_description(c.oid, a.attnum))
        FROM tables c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0
            LEFT JOIN pg_collation l ON l.oid = a.attcollation
            LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
        UNION ALL
        SELECT concat_ws(' ', c.relname, n.conname, pg_get_constraintdef(n.oid))
        FROM tables c JOIN pg_constraint n ON n.conrelid = c.oid
        UNION ALL
        SELECT pg_get_indexdef(i.indexrelid) FROM tables c JOIN pg_index i ON i.indrelid = c.oid
        UNION ALL
        SELECT concat_ws(' ', relname, pg_get_viewdef(oid)) FROM tables WHERE relkind IN ('v', 'm')
        UNION ALL
        SELECT concat_ws(' ', pg_get_functiondef(p.oid), obj_description(p.oid, 'pg_proc'))
        FROM pg_proc p JOIN own ON own.oid = p.pronamespace
        """
}

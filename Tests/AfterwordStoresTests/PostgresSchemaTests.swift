import AfterwordPipeline
import Testing

@testable import AfterwordStores

/// The schema that a new store makes at once is the one that step after step makes.
@Suite(
    .enabled(
        if: TemporarySchema.server != nil,
        "SKIPPED: AFTERWORD_TEST_POSTGRES names no server (ci/postgres start)"))
struct PostgresSchemaTests {
    /// Columns with types, places and comments; views, indexes and checks with their definitions.
    private static let lines = """
        SELECT concat_ws('|', n.nspname, c.relname, a.attnum, a.attname,
            format_type(a.atttypid, a.atttypmod), a.attnotnull, col_description(c.oid, a.attnum))
            AS line
        FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
        JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE n.nspname IN ($1, $2) AND c.relkind IN ('r', 'v', 'm') AND a.attnum > 0
            AND NOT a.attisdropped
        UNION ALL
        SELECT concat_ws('|', n.nspname, c.relname, obj_description(c.oid), pg_get_viewdef(c.oid))
        FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE n.nspname IN ($1, $2) AND c.relkind IN ('v', 'm')
        UNION ALL
        SELECT concat_ws('|', schemaname, tablename, indexdef) FROM pg_indexes
        WHERE schemaname IN ($1, $2)
        UNION ALL
        SELECT concat_ws('|', n.nspname, c.relname, r.conname, pg_get_constraintdef(r.oid))
        FROM pg_constraint r JOIN pg_class c ON c.oid = r.conrelid
        JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname IN ($1, $2)
        UNION ALL
        SELECT concat_ws('|', n.nspname, p.proname, pg_get_functiondef(p.oid))
        FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace WHERE n.nspname IN ($1, $2)
        """

    private func lines(_ schema: TemporarySchema) throws -> [String] {
        let rows = try PostgresConnection(url: schema.url)
            .run(Self.lines, [schema.name, schema.reportSchema])
        return try rows.map { try $0.string("line").replacing(schema.name, with: "SCHEMA") }
            .sorted()
    }

    @Test("A new store's schema equals the one made migration by migration")
    func stepByStep() throws {
        let (steps, once) = (try TemporarySchema(), try TemporarySchema())
        let connection = try PostgresConnection(url: steps.url)
        try connection.runAll(#"CREATE TABLE migrations (name TEXT COLLATE "C" PRIMARY KEY)"#)
        for step in PostgresSchema.migrations { try connection.runAll(step.sql) }
        _ = try once.open()
        let expected = try lines(steps)
        #expect(expected.count > 300)
        #expect(try lines(once) == expected)
    }

    @Test("Of several migrations that replace the report views, the last does it")
    func replacedOnce() {
        let marker = "CREATE OR REPLACE VIEW %I.products AS"
        func replacing(after done: Set<String>) -> [String] {
            PostgresSchema.pending(after: done).filter { $0.sql.contains(marker) }.map(\.name)
        }
        #expect(replacing(after: []) == ["24 versions of objects"])
        let all = Set(PostgresSchema.migrations.map(\.name))
        #expect(replacing(after: all).isEmpty)
        let replaces = PostgresSchema.migrations.filter { $0.sqlWithoutViews != nil }.map(\.name)
        #expect(replaces.count == 4)
        #expect(replacing(after: all.subtracting(replaces.prefix(2))) == [replaces[1]])
    }
}

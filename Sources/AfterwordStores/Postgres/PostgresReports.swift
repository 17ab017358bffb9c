/// The views for analysts, in a schema of their own, and who may read them.
enum PostgresReports {
    /// A view added after the first release.
    static func make(_ view: ReportView) -> String {
        var sql = """
            DO $make$
            DECLARE target TEXT := \(reportSchema);
            BEGIN

            """
        sql += execute(
            "CREATE VIEW %I.\(view.name) AS \(ReportDialect.postgres.select(view))")
        sql += execute("COMMENT ON VIEW %I.\(view.name) IS \(quoted(view.comment))")
        for column in view.columns {
            sql += execute(
                "COMMENT ON COLUMN %I.\(view.name).\(column.name) IS \(quoted(column.comment))")
        }
        return sql + grantAgain + "END $make$"
    }

    /// Grants new views to the roles that may read the existing ones.
    private static let grantAgain = """
        EXECUTE COALESCE((SELECT string_agg(DISTINCT format(
                'GRANT SELECT ON ALL TABLES IN SCHEMA %I TO %I', target,
                pg_get_userbyid(entry.grantee)), '; ')
            FROM pg_class view, aclexplode(view.relacl) entry
            WHERE view.relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = target)
                AND entry.privilege_type = 'SELECT' AND entry.grantee NOT IN (0, view.relowner)),
            'SELECT 1');

        """

    /// The schema of the report views: `report` for `public`, otherwise the store's schema followed
    /// by `_report`.
    private static let reportSchema = """
        CASE current_schema() WHEN 'public' THEN 'report'
            ELSE current_schema() || '_report' END
        """

    /// Creates the report views. The views belong to the schema's owner and run with its
    /// permissions, so that a reader needs none on the tables.
    ///
    /// - Parameter schema: The version of the schema, which decides the names of tables.
    static func make(schema: Int) -> String {
        var sql = """
            DO $make$
            DECLARE target TEXT := \(reportSchema);
            BEGIN
            EXECUTE format('CREATE SCHEMA %I', target);

            """
        for view in ReportView.all {
            sql += execute(
                "CREATE VIEW %I.\(view.name) AS "
                    + ReportDialect.postgres.select(view.asOf(version: 1, schema: schema)))
            sql += comments(on: view.asOf(version: 1, schema: schema))
        }
        sql += execute(
            """
            CREATE FUNCTION %1$I.products_as_of(run BIGINT) RETURNS SETOF %1$I.products_by_run
            LANGUAGE sql STABLE AS $$SELECT * FROM %1$I.products_by_run WHERE as_of_run = $1$$
            """)
        sql += execute(
            """
            COMMENT ON FUNCTION %I.products_as_of(BIGINT) IS 'Every product as it was after a run.'
            """)
        return sql + "END $make$"
    }

    /// Replaces the report views by those of a version. Grants are kept, and new columns come last.
    ///
    /// - Parameter version: Views contain the columns added up to this version.
    static func replace(version: Int, schema: Int) -> String {
        var sql = """
            DO $make$
            DECLARE target TEXT := \(reportSchema);
            BEGIN

            """
        for view in ReportView.all.map({ $0.asOf(version: version, schema: schema) }) {
            sql += execute(
                "CREATE OR REPLACE VIEW %I.\(view.name) AS "
                    + ReportDialect.postgres.select(view))
            sql += comments(on: view)
        }
        return sql + "END $make$"
    }

    private static func comments(on view: ReportView) -> String {
        let own = execute("COMMENT ON VIEW %I.\(view.name) IS \(quoted(view.comment))")
        return view.columns.reduce(own) { sql, column in
            sql
                + execute(
                    "COMMENT ON COLUMN %I.\(view.name).\(column.name) IS \(quoted(column.comment))")
        }
    }

    private static func quoted(_ text: String) -> String {
        "'" + text.replacing("'", with: "''") + "'"
    }

    private static func execute(_ statement: String) -> String {
        "EXECUTE format($sql$\(statement)$sql$, target);\n"
    }

    /// Grants a role read access to the views and to nothing else. The server quotes the role's
    /// name.
    static let grantReader = """
        SELECT format('GRANT USAGE ON SCHEMA %1$I TO %2$I; '
                'GRANT SELECT ON ALL TABLES IN SCHEMA %1$I TO %2$I',
            \(reportSchema), $1::text) AS sql
        """
}

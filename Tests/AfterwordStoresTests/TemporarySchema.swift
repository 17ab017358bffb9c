import AfterwordPipeline
import AfterwordStores
import AfterwordTesting
import Foundation

/// A Postgres schema of one test, on the server named by `AFTERWORD_TEST_POSTGRES`. Dropped
/// together with this object.
final class TemporarySchema: SQLPlace {
    /// The server of `ci/postgres start`.
    static let server = ProcessInfo.processInfo.environment["AFTERWORD_TEST_POSTGRES"]

    let url: String
    let name: String
    private let server: String

    init() throws {
        guard let server = Self.server else { throw StoreFault.unreachable("no server to test on") }
        self.server = server
        name = "t_" + UUID().uuidString.lowercased().replacing("-", with: "_")
        url = server + "&options=-csearch_path%3D" + name
        try PostgresConnection(url: server).runAll("CREATE SCHEMA \(name)")
    }

    var reportSchema: String { name + "_report" }

    deinit {
        try? PostgresConnection(url: server).runAll(
            "SET client_min_messages = warning; DROP SCHEMA IF EXISTS \(name) CASCADE; "
                + "DROP SCHEMA IF EXISTS \(reportSchema) CASCADE")
    }

    func open(_ opening: StoreOpening = .making) throws -> PostgresStore {
        try PostgresStore(url: url, opening: opening)
    }
    func openStore() throws -> any ReviewStore { try open() }
    func openForServing() throws -> (any ReadingStore)? {
        try PostgresStore(url: url, opening: .existing).reading
    }

    func run(_ sql: String, withoutRules: Bool) throws {
        try PostgresConnection(url: url).runAll(sql)
    }

    func dropRules() throws { try PostgresConnection(url: url).runAll(Self.dropRules) }

    func tableColumns() throws -> [TableColumn] {
        let rows = try PostgresConnection(url: url).run(
            """
            SELECT (c.table_name || '|' || c.column_name || '|' || c.data_type) AS line
            FROM information_schema.columns c JOIN information_schema.tables t
                USING (table_schema, table_name)
            WHERE table_schema = current_schema() AND t.table_type = 'BASE TABLE'
            ORDER BY table_name, ordinal_position
            """)
        return try rows.lines("line").map { line in
            let parts = line.split(separator: "|").map(String.init)
            return (parts[0], parts[1], parts[2])
        }
    }

    func rowAddress(_ table: String) -> String { "ctid" }
    let overriding = "OVERRIDING SYSTEM VALUE"

    private static let dropRules = """
        DO $$
        DECLARE rule RECORD;
        BEGIN
        FOR rule IN SELECT c.oid::regclass AS name, n.conname FROM pg_constraint n
            JOIN pg_class c ON c.oid = n.conrelid
            WHERE n.contype IN ('c', 'f') AND c.relnamespace = current_schema()::regnamespace
        LOOP
            EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', rule.name, rule.conname);
        END LOOP;
        FOR rule IN SELECT c.oid::regclass AS name, a.attname FROM pg_attribute a
            JOIN pg_class c ON c.oid = a.attrelid
            WHERE c.relkind = 'r' AND c.relnamespace = current_schema()::regnamespace
                AND a.attnotnull AND a.attnum > 0 AND a.attidentity = ''
                AND NOT EXISTS (SELECT FROM pg_index i WHERE i.indrelid = c.oid
                    AND i.indisprimary AND a.attnum = ANY (i.indkey))
        LOOP
            EXECUTE format('ALTER TABLE %s ALTER COLUMN %I DROP NOT NULL', rule.name, rule.attname);
        END LOOP;
        END $$
        """
}

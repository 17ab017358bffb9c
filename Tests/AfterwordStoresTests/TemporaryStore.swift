import AfterwordPipeline
import AfterwordStores
import AfterwordTesting
import Foundation
import GRDB

/// A SQLite file of one test, deleted together with this object.
final class TemporaryStore {
    let path: String
    private let folder: URL

    init() throws {
        folder = FileManager.default.temporaryDirectory
            .appendingPathComponent("afterword-test-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        path = folder.appendingPathComponent("afterword.sqlite").path
    }

    deinit { try? FileManager.default.removeItem(at: folder) }

    func open() throws -> SQLiteStore { try SQLiteStore(path: path) }
}

/// A Postgres schema of one test, on the server named by `AFTERWORD_TEST_POSTGRES`. Dropped
/// together with this object.
final class TemporarySchema {
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

    func open() throws -> PostgresStore { try PostgresStore(url: url) }
}

/// The stores on which every contract and law is checked; Postgres only where a server is named.
enum StoreKind: String, CaseIterable, Sendable {
    case memory
    case sqlite
    case postgres

    /// The stores outside the process's memory.
    static let lasting: [StoreKind] = available.filter { $0 != .memory }

    static let available: [StoreKind] = allCases.filter { kind in
        guard kind == .postgres, TemporarySchema.server == nil else { return true }
        print("SKIPPED on Postgres: AFTERWORD_TEST_POSTGRES names no server (ci/postgres start)")
        return false
    }
}

/// The stores of one test, all of one kind, deleted together with this object.
final class TemporaryStores {
    private let kind: StoreKind
    private var files: [TemporaryStore] = []
    private var schemas: [TemporarySchema] = []

    init(_ kind: StoreKind) { self.kind = kind }

    func make() throws -> any ReviewStore { try makeOpener()() }

    /// Whether the constraints were removed.
    private var isWithoutRules = false

    /// Removes the constraints from the store made last: types, NOT NULL, CHECK and foreign keys.
    /// Keys stay.
    ///
    /// - Returns: The store, reopened.
    func withoutRules() throws -> any ReviewStore {
        isWithoutRules = true
        if let schema = schemas.last {
            try PostgresConnection(url: schema.url).runAll(Self.dropRules)
            return try schema.open()
        }
        guard let file = files.last else { preconditionFailure("no store was made") }
        let rules = [
            (" STRICT, WITHOUT", " WITHOUT"), (" STRICT", ""), ("INTEGER NOT NULL", "INTEGER"),
            ("TEXT NOT NULL", "TEXT"), ("BLOB NOT NULL", "BLOB"),
        ]
        let plain = rules.reduce("sql") { "replace(\($0), '\($1.0)', '\($1.1)')" }
        try DatabaseQueue(path: file.path).writeWithoutTransaction { database in
            try database.execute(
                sql: """
                    PRAGMA writable_schema = ON;
                    UPDATE sqlite_schema SET sql = \(plain) WHERE type = 'table';
                    PRAGMA writable_schema = RESET;
                    """)
        }
        return try file.open()
    }

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

    /// Runs SQL on the store made last, through another connection.
    func tamper(_ sql: String) throws {
        switch kind {
        case .memory: preconditionFailure("the memory store has no SQL")
        case .sqlite:
            guard let path = files.last?.path else { return }
            try DatabaseQueue(path: path).write { database in
                if isWithoutRules {
                    try database.execute(sql: "PRAGMA ignore_check_constraints = ON")
                }
                try database.execute(sql: sql)
            }
        case .postgres:
            guard let url = schemas.last?.url else { return }
            try PostgresConnection(url: url).runAll(sql)
        }
    }

    /// The columns of the store's tables: table, name and type.
    func tableColumns() throws -> [(table: String, name: String, type: String)] {
        switch kind {
        case .memory: preconditionFailure("the memory store has no SQL")
        case .sqlite:
            guard let path = files.last?.path else { return [] }
            let sql = """
                SELECT t.name AS t, c.name AS c, c.type AS ty FROM sqlite_schema t
                JOIN pragma_table_info(t.name) c WHERE t.type = 'table' ORDER BY t.name, c.cid
                """
            return try DatabaseQueue(path: path).read { database in
                try Row.fetchAll(database, sql: sql).map { ($0["t"], $0["c"], $0["ty"]) }
            }
        case .postgres:
            guard let url = schemas.last?.url else { return [] }
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
    }

    /// Changes one row of a table (the first or the last by its key), or removes it where `value`
    /// is nil; then runs `body` and restores the table. Returns nil where the change fails, for
    /// instance because the schema refuses it.
    func tampered<Result>(
        _ table: String, _ column: String, _ value: String?, isFirst: Bool,
        _ body: () throws -> Result
    ) throws -> Result? {
        let row = kind == .sqlite ? Self.keys[table] ?? "rowid" : "ctid"
        let place =
            "(\(row)) = (SELECT \(row) FROM \(table) ORDER BY \(row) \(isFirst ? "" : "DESC") LIMIT 1)"
        let change =
            value.map { "UPDATE \(table) SET \"\(column)\" = \($0) WHERE \(place)" }
            ?? "DELETE FROM \(table) WHERE \(place)"
        // Rows with a foreign key to this table are saved and restored too.
        let tables = [table] + (table == "runs" ? ["run_files"] : [])
        for table in tables { try tamper("CREATE TABLE saved_\(table) AS SELECT * FROM \(table)") }
        defer { for table in tables { try? tamper("DROP TABLE saved_\(table)") } }
        do {
            try tamper(change)
        } catch  where Self.isRefusal(error) {
            return nil
        }
        let result = try body()
        let overriding = kind == .postgres ? "OVERRIDING SYSTEM VALUE" : ""
        for table in tables.reversed() { try tamper("DELETE FROM \(table)") }
        for table in tables {
            try tamper("INSERT INTO \(table) \(overriding) SELECT * FROM saved_\(table)")
        }
        return result
    }

    /// The finding of an audit. An unreadable row counts as a finding.
    static func audited(_ store: any ReviewStore) throws -> AuditFinding? {
        do {
            return try store.read { try auditStore($0) } ?? store.auditByQuery()
        } catch StoreFault.unreadable(let table, let column) {
            return AuditFinding(run: nil, table: table, row: column, what: "unreadable")
        }
    }

    /// Keys of tables without a rowid.
    private static let keys = [
        "run_files": "run, name", "shapes": "name", "products_dim_history": "product_key, run",
        "product_raw": "product_key, digest", "rejected_records": "digest, occurrence",
        "product_summary_history": "product_key, run",
        "product_aggregates": "product_key, month, origin",
        "product_aggregates_history": "product_key, month, origin, run",
        "scope_summary": "kind, id", "scope_summary_history": "kind, id, run",
        "themes": "made_run, is_strength, aspect",
        "theme_reviews": "review_key, version, is_strength, aspect",
    ]

    /// Whether the schema refuses a change: a constraint or a type, nothing else.
    private static func isRefusal(_ error: any Error) -> Bool {
        if let error = error as? DatabaseError { return error.resultCode == .SQLITE_CONSTRAINT }
        return ["SQLSTATE 22", "SQLSTATE 23", "SQLSTATE 42804"].contains {
            "\(error)".contains($0)
        }
    }

    /// A closure that opens the same new store at each call. For the memory store, all calls return
    /// one object.
    func makeOpener() throws -> () throws -> any ReviewStore {
        switch kind {
        case .memory:
            let store = MemoryStore()
            return { store }
        case .sqlite:
            let file = try TemporaryStore()
            files.append(file)
            return { try file.open() }
        case .postgres:
            let schema = try TemporarySchema()
            schemas.append(schema)
            return { try schema.open() }
        }
    }
}

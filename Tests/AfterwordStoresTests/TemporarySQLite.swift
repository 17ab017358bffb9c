import AfterwordPipeline
import AfterwordStores
import AfterwordTesting
import Foundation
import GRDB

/// A SQLite file of one test, deleted together with this object.
final class TemporaryStore: SQLPlace {
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
    func openStore() throws -> any ReviewStore { try open() }
    func openForServing() throws -> (any ReadingStore)? {
        try SQLiteStore(path: path, opening: .existing)
    }

    func run(_ sql: String, withoutRules: Bool) throws {
        try DatabaseQueue(path: path).write { database in
            if withoutRules {
                try database.execute(sql: "PRAGMA ignore_check_constraints = ON")
            }
            try database.execute(sql: sql)
        }
    }

    func dropRules() throws {
        let rules = [
            (" STRICT, WITHOUT", " WITHOUT"), (" STRICT", ""), ("INTEGER NOT NULL", "INTEGER"),
            ("TEXT NOT NULL", "TEXT"), ("BLOB NOT NULL", "BLOB"),
        ]
        let plain = rules.reduce("sql") { "replace(\($0), '\($1.0)', '\($1.1)')" }
        try DatabaseQueue(path: path).writeWithoutTransaction { database in
            try database.execute(
                sql: """
                    PRAGMA writable_schema = ON;
                    UPDATE sqlite_schema SET sql = \(plain) WHERE type = 'table';
                    PRAGMA writable_schema = RESET;
                    """)
        }
    }

    func tableColumns() throws -> [TableColumn] {
        let sql = """
            SELECT t.name AS t, c.name AS c, c.type AS ty FROM sqlite_schema t
            JOIN pragma_table_info(t.name) c WHERE t.type = 'table' ORDER BY t.name, c.cid
            """
        return try DatabaseQueue(path: path).read { database in
            try Row.fetchAll(database, sql: sql).map { ($0["t"], $0["c"], $0["ty"]) }
        }
    }

    func rowAddress(_ table: String) -> String { Self.keys[table] ?? "rowid" }
    let overriding = ""

    /// Keys of tables without a rowid.
    private static let keys = [
        "run_files": "run, name", "shapes": "name", "products_dim_history": "product_key, run",
        "product_raw": "product_key, digest", "rejected_records": "digest, occurrence",
        "product_summary_history": "product_key, run",
        "product_readings": "product_key, run",
        "review_lists": "list, run, part", "scope_theme_sums": "kind, id, run",
        "product_aggregates": "product_key, month, origin",
        "product_aggregates_history": "product_key, month, origin, run",
        "scope_summary": "kind, id", "scope_summary_history": "kind, id, run",
        "themes": "made_run, is_strength, aspect",
        "theme_reviews": "review_key, version, is_strength, aspect",
    ]
}

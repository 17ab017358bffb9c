import GRDB

/// The migration that adds verdicts: their table, their view, and their kind of run.
enum SQLiteVerdicts {
    static func migrate(_ database: Database) throws {
        try allowVerdictRuns(database)
        try database.execute(sql: table)
        let view = ReportView.verdicts
        try database.execute(
            sql: "CREATE VIEW report_\(view.name) AS \(ReportDialect.sqlite.select(view))")
    }

    private static let table = """
        CREATE TABLE review_verdicts (
            review_key INTEGER NOT NULL,
            version INTEGER NOT NULL CHECK (version > 0),
            made_run INTEGER NOT NULL CHECK (made_run > 0),
            verdict TEXT NOT NULL CHECK (verdict = 'real' OR verdict = 'false'),
            judged_by TEXT NOT NULL,
            why TEXT NOT NULL,
            judged_digest BLOB NOT NULL CHECK (length(judged_digest) = 16),
            PRIMARY KEY (made_run, review_key)
        ) STRICT;
        """

    /// Allows runs of the origin `verdict`. SQLite cannot change a CHECK of an existing table, so
    /// `runs` is rebuilt with all columns and rows. The views and the foreign key of `run_files`
    /// refer to the new table.
    private static func allowVerdictRuns(_ database: Database) throws {
        let views = try Row.fetchAll(
            database, sql: "SELECT name, sql FROM sqlite_master WHERE type = 'view' ORDER BY rowid")
        for view in views {
            let name: String = view["name"]
            try database.execute(sql: "DROP VIEW \(name)")
        }
        let made = try String.fetchOne(
            database, sql: "SELECT sql FROM sqlite_master WHERE type = 'table' AND name = 'runs'")
        let old = "observed_origin = 'insight'"
        guard let made, made.hasPrefix("CREATE TABLE runs "), made.contains(old) else {
            throw DatabaseError(message: "the table runs is not as it was made")
        }
        let new = made.replacing("CREATE TABLE runs ", with: "CREATE TABLE runs_anew ")
            .replacing(old, with: old + " OR observed_origin = 'verdict'")
        try database.execute(sql: new)
        try database.execute(
            sql: """
                INSERT INTO runs_anew SELECT * FROM runs;
                DROP TABLE runs;
                ALTER TABLE runs_anew RENAME TO runs;
                """)
        for view in views {
            let sql: String = view["sql"]
            try database.execute(sql: sql)
        }
    }
}

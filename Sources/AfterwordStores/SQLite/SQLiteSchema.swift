import GRDB

/// The SQLite schema: the migrations of `SchemaMigration`, as SQLite makes them.
///
/// All tables are STRICT. Times are UTC microseconds, ratings tenths of a star, digests blobs, keys
/// between tables 64-bit surrogates. Texts compare by bytes (BINARY, SQLite's default). Only small
/// tables have foreign keys; `audit` checks the other references. CHECK constraints compare words
/// one by one: for `IN` with more than two words, SQLite builds a temporary table per row, which
/// took half of a first load's writing time.
enum SQLiteSchema {
    static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        for migration in SchemaMigration.all(of: .sqlite) {
            migrator.registerMigration(migration.name) { database in
                for change in migration.changes {
                    try make(change, asOf: migration.version, in: database)
                }
            }
        }
        return migrator
    }

    private static func make(
        _ change: SchemaMigration.Change, asOf version: Int, in database: Database
    ) throws {
        if let sql = change.sql(asOf: version, .sqlite) {
            return try database.execute(sql: sql)
        }
        switch change {
        case .withoutViews(let changes):
            try withoutViews(database) {
                for change in changes { try make(change, asOf: version, in: database) }
            }
        case .only(.sqlite, let changes):
            for change in changes { try make(change, asOf: version, in: database) }
        case .only(.postgres, _): break
        case .reportViews(let own): try makeReportViews(database, version: own, schema: version)
        case .reportView(let view): try make(view, schema: version, in: database)
        case .allowWords(let table):
            let checks = table.newWords(in: version, .sqlite)
            try replace(checks.map { ($0.old, $0.new) }, of: table, in: database)
        case .withoutLists(let table):
            let checks = table.columns.compactMap { $0.formerList(in: version) }
            let made = try definition(of: table, in: database)
            // Only the stores of some programs have lists; the others keep their tables.
            let lists = checks.filter { made.contains($0.old) }
            if !lists.isEmpty { try replace(lists, of: table, in: database) }
        case .create, .addColumns, .rename, .cleanView, .sql, .sqlite, .postgres:
            preconditionFailure("these changes are statements")
        }
    }

    /// Indexes of the bulk tables. A product's rows are adjacent, and the first rows of a review
    /// use the review's key. The indexes cover only rows written after that, so a first load adds
    /// nothing to them.
    static let bulkIndexes = """
        CREATE INDEX product_reviews_raw_later
            ON product_reviews_raw (identity_digest, payload_digest) WHERE raw_key < 0;
        CREATE INDEX product_reviews_raw_later_by_product
            ON product_reviews_raw (product_key) WHERE raw_key < 0;
        CREATE UNIQUE INDEX product_reviews_history_later ON product_reviews_history
            (review_key, version, (CASE WHEN version = 0 THEN run ELSE 0 END))
            WHERE history_key < 0;
        CREATE INDEX product_reviews_history_by_run ON product_reviews_history (run) WHERE run > 1
        """
}

// MARK: Views

extension SQLiteSchema {
    private static func make(
        _ view: ReportView, version: Int = ReportView.version, schema: Int, in database: Database
    ) throws {
        let select = ReportDialect.sqlite.select(view.asOf(version: version, schema: schema))
        try database.execute(sql: "CREATE VIEW report_\(view.name) AS \(select)")
    }

    /// Creates the report views, or replaces them.
    ///
    /// - Parameters:
    ///   - version: Views contain the columns added up to this version.
    ///   - schema: The version of the schema.
    private static func makeReportViews(
        _ database: Database, version: Int, schema: Int
    ) throws {
        for view in ReportView.all {
            try database.execute(sql: "DROP VIEW IF EXISTS report_\(view.name)")
        }
        for view in ReportView.all {
            try make(view, version: version, schema: schema, in: database)
        }
    }

    /// Runs `body` without any view, then makes the views of other programs again; `body` makes our
    /// own.
    private static func withoutViews(_ database: Database, _ body: () throws -> Void) throws {
        let views = try views(of: database)
        for view in views { try database.execute(sql: "DROP VIEW \(view.name)") }
        try body()
        let own = Set(
            ReportView.every.map { "report_\($0.name)" }
                + ["product_reviews_clean", "product_reviews_base", "product_reviews_current"])
        for view in views where !own.contains(view.name.filter { $0 != "\"" }) {
            try database.execute(sql: view.sql)
        }
    }

    private static func views(of database: Database) throws -> [(name: String, sql: String)] {
        try Row.fetchAll(
            database, sql: "SELECT name, sql FROM sqlite_master WHERE type = 'view' ORDER BY rowid"
        ).map { (($0["name"] as String).quotedDatabaseIdentifier, $0["sql"]) }
    }
}

// MARK: Checks

extension SQLiteSchema {
    /// Makes a table's checks otherwise. SQLite cannot change a CHECK of an existing table, so the
    /// table is rebuilt with all columns, rows and indexes. The views and foreign keys that name it
    /// refer to the new table.
    private static func replace(
        _ checks: [(old: String, new: String)], of table: Table, in database: Database
    ) throws {
        let views = try views(of: database)
        for view in views { try database.execute(sql: "DROP VIEW \(view.name)") }
        try rebuild(table, checks, in: database)
        for view in views { try database.execute(sql: view.sql) }
    }

    private static func definition(of table: Table, in database: Database) throws -> String {
        try String.fetchOne(
            database, sql: "SELECT sql FROM sqlite_master WHERE type = 'table' AND name = ?",
            arguments: [table.name]) ?? ""
    }

    private static func rebuild(
        _ table: Table, _ checks: [(old: String, new: String)], in database: Database
    ) throws {
        let (name, anew) = (table.name, table.name + "_anew")
        var definition = try definition(of: table, in: database)
        // SQLite puts the name of a renamed table in quotes.
        let beginnings = ["CREATE TABLE \(name) ", "CREATE TABLE \"\(name)\" "]
        guard let begin = beginnings.first(where: definition.hasPrefix)
        else { throw DatabaseError(message: "the table \(name) is not as it was made") }
        for check in checks where !definition.contains(check.new) {
            guard definition.contains(check.old) else {
                throw DatabaseError(message: "the table \(name) is not as it was made")
            }
            definition = definition.replacing(check.old, with: check.new)
        }
        definition = "CREATE TABLE \(anew) " + definition.dropFirst(begin.count)
        let indexes = try String.fetchAll(
            database,
            sql: """
                SELECT sql FROM sqlite_master
                WHERE type = 'index' AND tbl_name = ? AND sql IS NOT NULL
                """, arguments: [name])
        try database.execute(
            sql: """
                \(definition);
                INSERT INTO \(anew) SELECT * FROM \(name);
                DROP TABLE \(name);
                ALTER TABLE \(anew) RENAME TO \(name);
                """)
        for index in indexes { try database.execute(sql: index) }
    }
}

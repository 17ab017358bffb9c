import AfterwordPipeline
import GRDB

/// What SQLite itself finds wrong: pages, indexes against their tables, NOT NULL, CHECK and the
/// types of columns (`PRAGMA integrity_check`), references, and definitions that are not those of
/// this program. Readers go through the same indexes as what they read, and cannot see it. What the
/// base's view hides is compared with what it was.
func auditSQLite(_ database: Database) throws -> AuditFinding? {
    try integrityFault(database) ?? referenceFault(database) ?? schemaFault(database)
        ?? replacedFault(database)
}

private func integrityFault(_ database: Database) throws -> AuditFinding? {
    let told = try String.fetchOne(database, sql: "PRAGMA integrity_check(1)") ?? "nothing"
    if told == "ok" { return nil }
    let line = told.split(separator: "\n").joined(separator: " ")
    return AuditFinding(
        run: nil, table: try table(named: line, in: database), row: "its pages and indexes",
        what: "integrity_check: \(line)")
}

/// The table that a finding is about: by its name, an index of it, or the page that its tree begins
/// on.
private func table(named line: String, in database: Database) throws -> String {
    let words = line.split { !$0.isLetter && !$0.isNumber && $0 != "_" }.map(String.init)
    for word in words {
        let found = try String.fetchOne(
            database, sql: "SELECT tbl_name FROM sqlite_schema WHERE name = ?", arguments: [word])
        if let found { return found }
    }
    if let place = words.firstIndex(where: { $0.lowercased() == "tree" }),
        let root = words.dropFirst(place + 1).first.flatMap({ Int64($0) }),
        let found = try String.fetchOne(
            database, sql: "SELECT tbl_name FROM sqlite_schema WHERE rootpage = ?",
            arguments: [root])
    {
        return found
    }
    return "the file"
}

private func referenceFault(_ database: Database) throws -> AuditFinding? {
    guard let row = try Row.fetchOne(database, sql: "PRAGMA foreign_key_check") else { return nil }
    return AuditFinding(
        run: nil, table: String.fromDatabaseValue(row[0]) ?? "the file", row: "a row of it",
        what: "what it refers to is missing")
}

/// Tables, indexes and views as this program makes them; others beside them are the user's.
private func schemaFault(_ database: Database) throws -> AuditFinding? {
    let sql = "SELECT type, name, tbl_name, sql FROM sqlite_schema WHERE sql IS NOT NULL"
    let made = try DatabaseQueue()
    try SQLiteSchema.migrator.migrate(made)
    let wanted = try made.read { try Row.fetchAll($0, sql: sql + " ORDER BY rowid") }
    var found: [String: String] = [:]
    for row in try Row.fetchAll(database, sql: sql) {
        found[String.fromDatabaseValue(row["name"]) ?? ""] =
            String.fromDatabaseValue(row["sql"]) ?? ""
    }
    for row in wanted {
        let (type, name, table, sql): (String, String, String, String) =
            (row["type"], row["name"], row["tbl_name"], row["sql"])
        guard found[name] != sql else { continue }
        return AuditFinding(
            run: nil, table: table, row: "\(type) \(name)",
            what: found[name] == nil ? "it is missing" : "its definition was changed")
    }
    return nil
}

private func replacedFault(_ database: Database) throws -> AuditFinding? {
    try BoundStatement(database, SQLiteBase.faultOfReplaced).rows { row in
        AuditFinding(
            run: nil, table: "product_reviews_base",
            row: "product \(try row.string("product_id")) review \(try row.string("review_id"))",
            what: "what it was first is not in its history")
    }.first
}

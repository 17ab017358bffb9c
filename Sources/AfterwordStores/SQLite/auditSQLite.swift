import AfterwordPipeline
import Foundation
import GRDB

/// What SQLite itself finds wrong: pages, indexes against their tables, NOT NULL, CHECK and the
/// types of columns (`PRAGMA integrity_check`), references, and definitions that are not those of
/// this program. Readers go through the same indexes as what they read, and cannot see it. What the
/// base's view hides is compared with what it was.
func auditSQLite(_ database: Database) throws -> AuditFinding? {
    let schema = try schemaMade()
    return try integrityFault(database) ?? ruleFault(schema, database) ?? referenceFault(database)
        ?? schemaFault(schema, database) ?? replacedFault(database)
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

/// A table, an index or a view.
private struct Definition {
    var type: String
    var name: String
    var table: String
    var sql: String
}

private let definitions =
    "SELECT type, name, tbl_name, sql FROM sqlite_schema WHERE sql IS NOT NULL"

/// The schema as this program makes it.
private func schemaMade() throws -> [Definition] {
    let made = try DatabaseQueue()
    try SQLiteSchema.migrator.migrate(made)
    return try made.read { database in
        try Row.fetchAll(database, sql: definitions + " ORDER BY rowid").map { row in
            Definition(
                type: row["type"], name: row["name"], table: row["tbl_name"], sql: row["sql"])
        }
    }
}

/// SQLite does not know of a table's CHECK rules on a connection that only reads, and
/// `integrity_check` passes them over: each is asked as a question.
private func ruleFault(_ schema: [Definition], _ database: Database) throws -> AuditFinding? {
    for table in schema where table.type == "table" {
        let rules = rules(of: table.sql)
        // A table that is missing or has other columns is found by its definition.
        guard !rules.isEmpty, try isThere(table, in: database) else { continue }
        let broken = rules.map { "NOT (\($0))" }.joined(separator: " OR ")
        let found = try Int.fetchOne(
            database, sql: "SELECT 1 FROM \(table.name) WHERE \(broken) LIMIT 1")
        guard found != nil else { continue }
        return AuditFinding(
            run: nil, table: table.name, row: "a row of it",
            what: "it breaks a CHECK of the table")
    }
    return nil
}

private func isThere(_ table: Definition, in database: Database) throws -> Bool {
    try Int.fetchOne(
        database, sql: "SELECT 1 FROM sqlite_schema WHERE name = ? AND sql = ?",
        arguments: [table.name, table.sql]) != nil
}

/// What stands in the parentheses of each CHECK of a definition of ours: none of its texts holds a
/// parenthesis.
private func rules(of sql: String) -> [String] {
    sql.components(separatedBy: "CHECK (").dropFirst().map { rest in
        var depth = 1
        let end = rest.firstIndex { character in
            depth += character == "(" ? 1 : character == ")" ? -1 : 0
            return depth == 0
        }
        return String(rest[..<(end ?? rest.endIndex)])
    }
}

/// Tables, indexes and views as this program makes them; others beside them are the user's.
private func schemaFault(_ schema: [Definition], _ database: Database) throws -> AuditFinding? {
    var found: [String: String] = [:]
    for row in try Row.fetchAll(database, sql: definitions) {
        found[String.fromDatabaseValue(row["name"]) ?? ""] =
            String.fromDatabaseValue(row["sql"]) ?? ""
    }
    guard let changed = schema.first(where: { found[$0.name] != $0.sql }) else { return nil }
    return AuditFinding(
        run: nil, table: changed.table, row: "\(changed.type) \(changed.name)",
        what: found[changed.name] == nil ? "it is missing" : "its definition was changed")
}

private func replacedFault(_ database: Database) throws -> AuditFinding? {
    try BoundStatement(database, SQLiteBase.faultOfReplaced).rows { row in
        AuditFinding(
            run: nil, table: "product_reviews_base",
            row: "product \(try row.string("product_id")) review \(try row.string("review_id"))",
            what: "what it was first is not in its history")
    }.first
}

import AfterwordPipeline
import Foundation
import GRDB

/// The first inconsistency that SQLite itself can find: pages, indexes against their tables, NOT
/// NULL and column types (`PRAGMA integrity_check`); CHECK constraints; foreign keys; and
/// definitions that differ from those of this program. Ordinary reads use the same indexes and
/// would not notice. Rows that the view `product_reviews_current` hides are compared with the
/// history.
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

/// The table that a finding is about, found by its name, by one of its indexes, or by the root page
/// of its tree.
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

/// The schema as this program creates it.
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

/// Checks each CHECK constraint with a query. SQLite does not load CHECK constraints on a read-only
/// connection, and `integrity_check` then skips them.
private func ruleFault(_ schema: [Definition], _ database: Database) throws -> AuditFinding? {
    for table in schema where table.type == "table" {
        let rules = rules(of: table.sql)
        // A table that is missing or has other columns is reported by `schemaFault`.
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
    let sql = try String.fetchOne(
        database, sql: "SELECT sql FROM sqlite_schema WHERE name = ?", arguments: [table.name])
    return sql.map(withoutLayout) == withoutLayout(table.sql)
}

/// A definition without the white space that separates no words: programs of other versions lay
/// the same definition out in another way.
private func withoutLayout(_ sql: String) -> String {
    func isWord(_ character: Character?) -> Bool {
        character.map { $0.isLetter || $0.isNumber || $0 == "_" } ?? false
    }
    var (kept, isLiteral, hasGap) = ("", false, false)
    for character in sql {
        if !isLiteral, character.isWhitespace {
            hasGap = true
            continue
        }
        if hasGap, isWord(kept.last), isWord(character) { kept.append(" ") }
        hasGap = false
        if character == "'" { isLiteral.toggle() }
        kept.append(character)
    }
    return kept
}

/// The conditions of the CHECK constraints in one of our definitions. None of its string literals
/// contains a parenthesis.
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

/// Compares tables, indexes and views with those this program creates. Objects with other names are
/// the user's and are ignored.
private func schemaFault(_ schema: [Definition], _ database: Database) throws -> AuditFinding? {
    var found: [String: String] = [:]
    for row in try Row.fetchAll(database, sql: definitions) {
        found[String.fromDatabaseValue(row["name"]) ?? ""] =
            String.fromDatabaseValue(row["sql"]) ?? ""
    }
    let changed = schema.first { made in
        found[made.name].map(withoutLayout) != withoutLayout(made.sql)
    }
    guard let changed else { return nil }
    return AuditFinding(
        run: nil, table: changed.table, row: "\(changed.type) \(changed.name)",
        what: found[changed.name] == nil ? "it is missing" : "its definition was changed")
}

private func replacedFault(_ database: Database) throws -> AuditFinding? {
    try BoundStatement(database, CurrentRows.faultOfReplaced).rows { row in
        AuditFinding(
            run: nil, table: "product_reviews_current",
            row: "product \(try row.string("product_id")) review \(try row.string("review_id"))",
            what: "what it was first is not in its history")
    }.first
}

/// A table of both SQL stores: its name, its columns in order, its key and its rules.
///
/// Column lists, placeholders and the definitions of both dialects come from here. A table as of an
/// earlier version of the schema has the columns and words of that time, so that a released
/// migration goes on creating the same table.
struct Table: Sendable {
    /// Where the primary key over several columns exists.
    enum Key: Sendable {
        /// One column is the key (`Column.Role`).
        case column
        case columns([String])
        /// In SQLite only. In Postgres the first load builds a unique index after its rows.
        case bulk([String])
    }

    var name: String
    /// The name that it had before a version of the schema.
    var former: (name: String, until: Int)?
    var columns: [Column]
    var key = Key.column
    /// CHECK constraints over several columns.
    var rules: [String] = []
    /// Whether SQLite stores the rows in the order of the key (`WITHOUT ROWID`).
    var isOrdered = false
    /// CREATE INDEX statements, without the name of the table in front.
    var indexes: [String] = []

    init(_ name: String, _ columns: [Column]) { (self.name, self.columns) = (name, columns) }

    func keyed(_ names: String..., inOrder isOrdered: Bool = false) -> Table {
        with { ($0.key, $0.isOrdered) = (.columns(names), isOrdered) }
    }
    func bulkKeyed(_ names: String...) -> Table {
        with { ($0.key, $0.isOrdered) = (.bulk(names), true) }
    }
    func ruled(_ rules: String...) -> Table { with { $0.rules += rules } }
    func indexed(_ indexes: String...) -> Table { with { $0.indexes += indexes } }
    /// The same columns and rules in a table of another name.
    func named(_ name: String) -> Table { with { ($0.name, $0.former) = (name, nil) } }
    func renamed(from name: String, in version: Int) -> Table {
        with { $0.former = (name, version) }
    }

    func with(_ change: (inout Table) -> Void) -> Table {
        var table = self
        change(&table)
        return table
    }
}

// MARK: Lists for statements

extension Table {
    /// The names of all columns, separated by commas.
    var list: String { columns.map(\.sqlName).joined(separator: ", ") }

    /// The names with an alias in front, without some columns.
    func list(_ alias: String, butNot left: String...) -> String {
        columns.filter { !left.contains($0.name) }.map { "\(alias).\($0.sqlName)" }
            .joined(separator: ", ")
    }

    /// One `?` for each column, separated by commas.
    var marks: String { columns.map { _ in "?" }.joined(separator: ", ") }

    /// The names of the columns that identify a row.
    var keyColumns: [String] {
        switch key {
        case .columns(let names), .bulk(let names): names
        case .column: columns.filter { $0.role != .none }.map(\.sqlName)
        }
    }

    /// `a = excluded.a, …` for each column except the key: the SET clause of an upsert.
    ///
    /// - Parameter kept: Columns whose stored value stays.
    func replacing(kept: [String] = []) -> String {
        columns.map(\.sqlName).filter { !keyColumns.contains($0) && !kept.contains($0) }
            .map { "\($0) = excluded.\($0)" }.joined(separator: ", ")
    }

    /// The table with some columns only, in the same order.
    func only(_ isWanted: (String) -> Bool) -> Table {
        with { $0.columns.removeAll { !isWanted($0.name) } }
    }
}

// MARK: Definitions

extension Table {
    /// The table with the name and the columns that it had in a version of the schema.
    func asOf(version: Int) -> Table {
        with { table in
            table.columns = columns.filter { $0.since <= version }
                .map { $0.asOf(version: version) }
            if let former, version < former.until { table.name = former.name }
        }
    }

    /// The statements that create the table and its indexes, as of a version of the schema.
    func creation(asOf version: Int, _ dialect: Dialect) -> String {
        let table = asOf(version: version)
        var lines = table.columns.map { $0.definition(asOf: version, dialect) }
        lines += rules.map { "CHECK (\($0))" }
        switch (key, dialect) {
        case (.columns(let names), _), (.bulk(let names), .sqlite):
            lines.append("PRIMARY KEY (\(names.joined(separator: ", ")))")
        case (.column, _), (.bulk, .postgres): break
        }
        let options = dialect == .postgres ? "" : isOrdered ? " STRICT, WITHOUT ROWID" : " STRICT"
        let body = lines.map { "    \($0)" }.joined(separator: ",\n")
        return (["CREATE TABLE \(table.name) (\n\(body)\n)\(options)"] + indexes)
            .map { $0 + ";\n" }.joined()
    }

    /// The statements that add the columns of a version of the schema.
    func addition(in version: Int, _ dialect: Dialect) -> String {
        let table = asOf(version: version)
        return table.columns.filter { $0.since == version }.map { column in
            "ALTER TABLE \(table.name) ADD COLUMN \(column.definition(asOf: version, dialect));\n"
        }.joined()
    }

    /// The checks that allow more words since a version of the schema.
    func newWords(
        in version: Int, _ dialect: Dialect
    ) -> [(column: String, old: String, new: String)] {
        columns.compactMap { column in
            guard column.since < version,
                let old = column.condition(asOf: version - 1, dialect),
                let new = column.condition(asOf: version, dialect), old != new
            else { return nil }
            return (column.name, old, new)
        }
    }

    /// The statements that rename the table, and its columns, in a version of the schema.
    func renaming(in version: Int) -> String {
        let (old, new) = (asOf(version: version - 1), asOf(version: version))
        var statements = zip(old.columns, new.columns).filter { $0.name != $1.name }.map {
            "ALTER TABLE \(old.name) RENAME COLUMN \($0.sqlName) TO \($1.sqlName);\n"
        }
        if old.name != new.name {
            statements.append("ALTER TABLE \(old.name) RENAME TO \(new.name);\n")
        }
        return statements.joined()
    }
}

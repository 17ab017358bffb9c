import AfterwordCore

/// The two SQL stores where their SQL differs.
enum Dialect: Sendable {
    case sqlite
    case postgres
}

/// A column of a table, declared once for both stores.
struct Column: Sendable {
    /// What a column may hold.
    enum Kind: Sendable {
        /// A whole number of 64 bits.
        case number
        /// UTF-8, compared by its bytes.
        case text
        case flag
        /// A byte string.
        case blob
    }

    /// What a single column does for its table's key.
    enum Role: Sendable {
        case none
        case key
        /// The key, filled by the store with the next number.
        case countedKey
        /// The key in SQLite. In Postgres the first load builds a unique index after its rows.
        case bulkKey
    }

    /// A CHECK constraint of one column.
    enum Check: Sendable {
        case none
        /// A condition, the same in both dialects.
        case sql(String)
        /// A condition that only SQLite needs, because Postgres has the type.
        case sqlite(String)
        /// One of these words.
        case words([Word])
    }

    /// A word that a column may hold.
    struct Word: Sendable, ExpressibleByStringLiteral {
        var text: String
        /// The version of the schema that allowed it.
        var since = 1

        init(stringLiteral text: String) { self.text = text }
        init(_ text: String, since: Int) { (self.text, self.since) = (text, since) }
    }

    var name: String
    var kind: Kind
    var role = Role.none
    var isOptional = false
    var isUnique = false
    /// The table and column of a foreign key, as `table (column)`.
    var reference: String?
    var check = Check.none
    /// The last version of the schema in which SQLite's check of the words is a list (`IN`). Of
    /// more than two words SQLite makes a table in memory for each statement, which costs a first
    /// load a fifth of its time; comparing the words one by one costs nothing.
    var listedUntil = 0
    /// What the column holds, where its name does not say it.
    var comment = ""
    /// The version of the schema that added it.
    var since = 1
    /// The value that rows of before have, and a column added without NULL needs.
    var initial: String?
    /// The name that it had before a version of the schema.
    var former: (name: String, until: Int)?

    private init(_ name: String, _ kind: Kind, _ role: Role, _ comment: String) {
        (self.name, self.kind, self.role, self.comment) = (name, kind, role, comment)
    }

    static func number(_ name: String, _ role: Role = .none, _ comment: String = "") -> Column {
        Column(name, .number, role, comment)
    }
    static func text(_ name: String, _ role: Role = .none, _ comment: String = "") -> Column {
        Column(name, .text, role, comment)
    }
    static func blob(_ name: String, _ comment: String = "") -> Column {
        Column(name, .blob, .none, comment)
    }
    static func flag(_ name: String, _ comment: String = "") -> Column {
        Column(name, .flag, .none, comment).checked(.sqlite("\(name) IN (0, 1)"))
    }

    /// The column, which may be NULL.
    var optional: Column { with { $0.isOptional = true } }
    var unique: Column { with { $0.isUnique = true } }
    func checked(_ check: Check) -> Column { with { $0.check = check } }
    func checked(_ condition: String) -> Column { checked(.sql(condition)) }
    func oneOf(_ words: Word...) -> Column { checked(.words(words)) }
    func listed(until version: Int = .max, _ words: Word...) -> Column {
        checked(.words(words)).with { $0.listedUntil = version }
    }
    func referring(to other: String) -> Column { with { $0.reference = other } }
    func renamed(from name: String, in version: Int) -> Column {
        with { $0.former = (name, version) }
    }
    func initially(_ value: String) -> Column { with { $0.initial = value } }
    func since(_ version: Int) -> Column { with { $0.since = version } }

    private func with(_ change: (inout Column) -> Void) -> Column {
        var column = self
        change(&column)
        return column
    }

    /// The column as it was in a version of the schema.
    func asOf(version: Int) -> Column {
        guard let former, version < former.until else { return self }
        return with { $0.name = former.name }
    }

    /// The name as SQL: `offset` is a keyword.
    var sqlName: String { name == "offset" ? "\"offset\"" : name }
}

// MARK: Definitions

extension Column {
    /// The column's definition in a CREATE TABLE or ADD COLUMN.
    ///
    /// - Parameter version: The version of the schema, which decides the words of its check.
    func definition(asOf version: Int, _ dialect: Dialect) -> String {
        var parts = [sqlName, type(dialect)]
        switch (role, dialect) {
        case (.countedKey, .postgres): parts.append("GENERATED ALWAYS AS IDENTITY PRIMARY KEY")
        case (.key, _), (.countedKey, _), (.bulkKey, .sqlite): parts.append("PRIMARY KEY")
        case (.none, _), (.bulkKey, .postgres): if !isOptional { parts.append("NOT NULL") }
        }
        if let initial { parts.append("DEFAULT \(initial)") }
        if isUnique { parts.append("UNIQUE") }
        if let reference { parts.append("REFERENCES \(reference)") }
        if let condition = condition(asOf: version, dialect) {
            parts.append("CHECK (\(condition))")
        }
        return parts.joined(separator: " ")
    }

    private func type(_ dialect: Dialect) -> String {
        switch (kind, dialect) {
        case (.number, .sqlite), (.flag, .sqlite): "INTEGER"
        case (.text, .sqlite): "TEXT"
        case (.blob, .sqlite): "BLOB"
        case (.number, .postgres): "BIGINT"
        case (.flag, .postgres): "BOOLEAN"
        case (.text, .postgres): #"TEXT COLLATE "C""#
        case (.blob, .postgres): "BYTEA"
        }
    }

    /// The condition of the column's check; nil for none.
    func condition(asOf version: Int, _ dialect: Dialect) -> String? {
        switch check {
        case .none: return nil
        case .sql(let condition): return condition
        case .sqlite(let condition): return dialect == .sqlite ? condition : nil
        case .words(let words):
            if dialect == .postgres || version <= listedUntil { return list(words, version) }
            return allowed(words, version).map { "\(name) = \($0)" }.joined(separator: " OR ")
        }
    }

    /// The check of words as a list, and as it is made since a later version of the schema; nil
    /// where it is not made otherwise.
    func formerList(in version: Int) -> (old: String, new: String)? {
        guard case .words(let words) = check, listedUntil > 0, version > listedUntil,
            let new = condition(asOf: version, .sqlite)
        else { return nil }
        return (list(words, version), new)
    }

    private func list(_ words: [Word], _ version: Int) -> String {
        "\(name) IN (\(allowed(words, version).joined(separator: ", ")))"
    }

    private func allowed(_ words: [Word], _ version: Int) -> [String] {
        words.filter { $0.since <= version }.map { "'\($0.text)'" }
    }
}

// MARK: Groups of columns

extension Column {
    /// A digest over the other columns of a row that is changed in place.
    static let rowChecksum = Column.blob("row_checksum").renamed(from: "seal", in: 8)
}

extension [Column] {
    /// Sums of reviews.
    static let counters: [Column] =
        [
            .number("review_count").checked("review_count >= 0"),
            .number("rated_count").checked("rated_count >= 0"),
            .number("rating_sum", .none, "in tenths of a star"),
        ] + (1...5).map { .number("star_\($0)") } + [
            .number("verified_count"), .number("helpful_votes"),
        ]

    /// What became of the records of a file or a run.
    static let balance: [Column] = [
        "found", "inserted", "updated", "unchanged", "copies", "shadowed", "late", "rejected",
        "suppressed",
    ].map { .number($0) }

    /// The values of a version, from the table of tracked fields.
    static let reviewValues: [Column] = ValueColumn.stored.map { column in
        switch column {
        case .authorID: return .text(column.name, .none, column.comment).optional
        case .origin:
            return .text(column.name, .none, column.comment)
                .listed(until: 12, "source", "mock", Column.Word("estimated", since: 13))
        case .field(let field):
            let since = SchemaMigration.version(of: field)
            return Column.value(of: field, column).since(since)
        }
    }
}

extension Column {
    fileprivate static func value(of field: TrackedField, _ column: ValueColumn) -> Column {
        switch field.form {
        case .rating:
            .number(column.name, .none, column.comment).optional
                .checked("\(column.name) BETWEEN 10 AND 50")
        case .count: .number(column.name, .none, column.comment).optional
        case .text: .text(column.name, .none, column.comment).optional
        case .flag: .flag(column.name, column.comment).optional
        case .instant: .number(column.name, .none, column.comment)
        }
    }
}

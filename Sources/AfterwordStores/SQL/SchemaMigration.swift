/// A step of the schema, written once for both stores. A released migration never changes.
struct SchemaMigration: Sendable {
    /// One change of a schema.
    enum Change: Sendable {
        /// Creates a table with its indexes.
        case create(Table)
        /// Adds the columns that a table has since this version.
        case addColumns(Table)
        /// Makes the checks of a table again, with the words that they allow since this version.
        case allowWords(Table)
        /// Makes the checks of a table again in which words stand as a list in vain.
        case withoutLists(Table)
        /// Renames a table, and its columns, to their names since this version.
        case rename(Table)
        /// Makes changes while SQLite, which renames no table that a view names, has no views;
        /// these changes make this program's views again. In Postgres views follow a renaming.
        indirect case withoutViews([Change])
        /// Changes of one store only.
        indirect case only(Dialect, [Change])
        /// Makes the view of current rows with their versions (`Queries.cleanView`).
        case cleanView
        /// Makes the views for analysts, or replaces them by those of a version of the views.
        case reportViews(version: Int)
        /// Makes a view for analysts that the first release did not have.
        case reportView(ReportView)
        /// Statements that both stores understand.
        case sql(String)
        case sqlite(String)
        case postgres(String)
    }

    /// Its number. Columns, words and fields refer to it (`Column.since`).
    var version: Int
    /// Its name in the store's list of migrations done.
    var name: String
    /// The only store that has it; nil for both.
    var only: Dialect?
    var changes: [Change]

    init(_ version: Int, _ name: String, only: Dialect? = nil, _ changes: [Change]) {
        (self.version, self.name, self.only, self.changes) = (version, name, only, changes)
    }

    /// The migrations of one store, in order.
    static func all(of dialect: Dialect) -> [SchemaMigration] {
        all.filter { $0.only == nil || $0.only == dialect }
    }
}

extension SchemaMigration.Change {
    /// The statements of a change, where they do not depend on what the store has; nil for views
    /// and for checks, which each store makes in its own way.
    func sql(asOf version: Int, _ dialect: Dialect) -> String? {
        switch self {
        case .create(let table): table.creation(asOf: version, dialect)
        case .addColumns(let table): table.addition(in: version, dialect)
        case .sql(let sql): sql + ";\n"
        case .sqlite(let sql): dialect == .sqlite ? sql + ";\n" : ""
        case .postgres(let sql): dialect == .postgres ? sql + ";\n" : ""
        case .cleanView: Self.cleanView(asOf: version, dialect)
        case .rename(let table): table.renaming(in: version)
        case .allowWords, .withoutLists, .reportViews, .reportView, .withoutViews, .only: nil
        }
    }

    private static func cleanView(asOf version: Int, _ dialect: Dialect) -> String {
        let select = Queries.cleanRows(asOf: version)
        return dialect == .postgres
            ? "CREATE OR REPLACE VIEW product_reviews_clean AS \(select);\n"
            : """
            DROP VIEW IF EXISTS product_reviews_clean;
            CREATE VIEW product_reviews_clean AS \(select);

            """
    }
}

/// The version of the schema that this program makes and migrates stores to.
package let newestSchemaVersion = SchemaMigration.all.map(\.version).max() ?? 0

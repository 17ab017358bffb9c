import AfterwordCore

/// A view for analysts: plain units, computed means and shares, and a comment for every column.
struct ReportView {
    /// How a column is computed from stored ones. `ReportDialect` turns it into each store's SQL.
    enum Expression {
        case plain(String)
        /// UTC microseconds as a timestamp.
        case instant(String)
        /// Bytes as hexadecimal digits.
        case digest(String)
        /// UTC microseconds as a timestamp where their origin is the given one, otherwise NULL.
        case instantOf(String, origin: String, is: String)
        /// Tenths of a star as stars.
        case stars(String)
        /// The mean in stars, from a sum of tenths and a count; NULL for a count of zero.
        case mean(sum: String, count: String)
        /// A part divided by a whole; NULL where the whole is zero.
        case share(String, of: String)
        /// Millionths as a number.
        case millionths(String)
        /// Nanodollars as dollars.
        case dollars(String)
        /// The names of the changed fields, separated by spaces.
        case fields(String)
    }

    /// A column of a view, with the comment that analysts read.
    struct Column {
        var name: String
        var expression: Expression
        var comment: String
        /// The version of the views that added the column.
        var since: Int

        init(_ name: String, _ expression: Expression, _ comment: String, since: Int = 1) {
            self.name = name
            self.expression = expression
            self.comment = comment
            self.since = since
        }
    }

    var name: String
    var comment: String
    var columns: [Column]
    /// The SQL after the select list: FROM and what follows.
    var source: String
    /// The version of the schema that the view is made in.
    var schema = Int.max
}

extension ReportView {
    /// The view with the columns added up to a version, so that a released migration keeps creating
    /// the same view. Columns of later versions come last.
    ///
    /// - Parameter schema: The version of the schema, which decides the names of tables and the
    ///   tracked fields.
    func asOf(version: Int, schema: Int = .max) -> ReportView {
        var view = self
        let current = Table.currentReviews
        view.schema = schema
        view.source = source.replacing(current.name, with: current.asOf(version: schema).name)
        view.columns = (1...version).flatMap { own in columns.filter { $0.since == own } }
        return view
    }

    /// The newest version of the views.
    static let version = 5

    /// The views of the first release. A released view never loses a column.
    static let all = [
        reviews, reviewHistory, products, productHistory, productsByRun, months, scopes, runs,
        files, insights, insightHistory, themes, themeReviews, modelAnswers, modelCalls,
    ]

    /// The view added by the migration `6 verdicts`.
    static let verdicts = ReportView(
        name: "verdicts",
        comment: "What people found of reviews; rows are only ever added, the newest counts.",
        columns: [
            Column("product_id", .plain("p.product_id"), "the product, as the source names it"),
            Column("review_id", .plain("r.review_id"), "the review, for ever the same"),
            Column("version", .plain("v.version"), "the version that was judged"),
            Column("run", .plain("v.made_run"), "the run that recorded it, one of its own"),
            Column("recorded_at", .instant("o.recorded_at"), "when it was recorded"),
            Column("verdict", .plain("v.verdict"), "real, or false: no danger"),
            Column("judged_by", .plain("v.judged_by"), "who judged it"),
            Column("why", .plain("v.why"), "why"),
        ],
        source: """
            FROM review_verdicts v JOIN runs o ON o.run = v.made_run \
            JOIN product_reviews_current r USING (review_key) \
            JOIN products_dim p USING (product_key)
            """)

    /// The view added by the migration `11 review links`.
    static let links = ReportView(
        name: "review_links",
        comment: "Reviews that are one: edited without an id, or moved to another product.",
        columns: [
            Column("run", .plain("l.run"), "the run that found it"),
            Column("recorded_at", .instant("o.recorded_at"), "when that was"),
            Column(
                "matched_by", .plain("l.matched_by"),
                "similarity: edited; source_id, author, text: moved; reclean: read again"),
            Column("from_product_id", .plain("fp.product_id"), "the product that it left"),
            Column("from_review_id", .plain("fr.review_id"), "its id there"),
            Column("to_product_id", .plain("tp.product_id"), "the product that it is of now"),
            Column("to_review_id", .plain("tr.review_id"), "its id there"),
            Column("version", .plain("l.version"), "the version of that review"),
            Column(
                "score_millionths", .plain("l.score"), "how similar the texts are; NULL if moved"),
        ],
        source: """
            FROM review_links l JOIN runs o ON o.run = l.run \
            JOIN product_reviews_current tr ON tr.review_key = l.to_review_key \
            JOIN products_dim tp ON tp.product_key = tr.product_key \
            JOIN product_reviews_current fr ON fr.review_key = l.from_review_key \
            JOIN products_dim fp ON fp.product_key = fr.product_key
            """)

    /// All views of this program.
    static let every = all + [verdicts, links, enrichments, workMarks]
}

/// The text of `docs/tables.md`, generated from the views.
package func reportDocumentation() -> String {
    var text = """
        # Tables for analysts

        Made from the views by `ci/table-docs`; a test compares. In Postgres they stand in the \
        schema
        `report` (of a store in another schema than `public`: `SCHEMA_report`), in SQLite they \
        begin with
        `report_`. Units are plain: stars, shares from 0 to 1, timestamps in UTC. A released \
        view never
        loses a column. Roles that may read these and nothing else: `afterword grant reader ROLE`.

        """
    for view in ReportView.every.map({ $0.asOf(version: ReportView.version) }) {
        text += "\n## \(view.name)\n\n\(view.comment)\n\n| column | |\n| --- | --- |\n"
        for column in view.columns { text += "| `\(column.name)` | \(column.comment) |\n" }
    }
    return text
}

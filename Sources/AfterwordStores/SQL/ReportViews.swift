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
}

extension ReportView {
    /// The view with the columns added up to a version, so that a released migration keeps creating
    /// the same view. Columns of later versions come last.
    ///
    /// - Parameter schema: The version of the schema, which decides the names of tables.
    func asOf(version: Int, schema: Int = .max) -> ReportView {
        var view = self
        let current = Table.currentReviews
        view.source = source.replacing(current.name, with: current.asOf(version: schema).name)
        view.columns = (1...version).flatMap { own in columns.filter { $0.since == own } }
        return view
    }

    /// The newest version of the views.
    static let version = 2

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

    private static let values: [Column] = [
        Column("rating", .stars("r.rating"), "stars, 1.0 to 5.0"),
        Column("title", .plain("r.title"), "the title, cleaned"),
        Column("body", .plain("r.body"), "the text, cleaned"),
        Column("author_name", .plain("r.author_name"), "the author's name as shown"),
        Column("verified", .plain("r.verified"), "whether the purchase was verified"),
        Column("helpful_votes", .plain("r.helpful_votes"), "people who found it helpful"),
        Column("variant", .plain("r.variant"), "which variant of the product"),
        Column("country", .plain("r.country"), "as the source tells it"),
        Column("language", .plain("r.language"), "as the source tells it"),
        Column(
            "created_at",
            .instantOf("r.created_at", origin: "r.created_origin", is: "source"),
            "when it was written; NULL where the source does not say"),
        Column(
            "created_origin", .plain("r.created_origin"),
            "source, or mock: made up where the source tells no time, never a trend"),
        Column(
            "updated_at",
            .instantOf("r.updated_at", origin: "r.updated_origin", is: "source"),
            "when it was last edited; NULL where the source does not say"),
        Column("updated_origin", .plain("r.updated_origin"), "source or mock"),
        Column(
            "mock_created_at",
            .instantOf("r.created_at", origin: "r.created_origin", is: "mock"),
            "a made-up time where created_at is NULL: never sort or chart by it", since: 2),
        Column(
            "mock_updated_at",
            .instantOf("r.updated_at", origin: "r.updated_origin", is: "mock"),
            "a made-up time where updated_at is NULL: never sort or chart by it", since: 2),
    ]

    private static let reviews = ReportView(
        name: "reviews",
        comment: "The reviews as they are now; deleted ones are in review_history.",
        columns: [
            Column("product_id", .plain("p.product_id"), "the product, as the source names it"),
            Column("review_id", .plain("r.review_id"), "the review, for ever the same"),
            Column("brand", .plain("p.brand"), "the product's brand"),
            Column("version", .plain("r.version"), "how often it was written or deleted"),
            Column("run", .plain("r.run"), "the run that made this version"),
            Column(
                "observed_at", .instant("r.observed_at"), "when the dump of this version was taken"),
        ] + values,
        source: """
            FROM product_reviews_clean r JOIN products_dim p ON p.product_key = r.product_key \
            AND r.review_key > p.product_key * 16777216 \
            AND r.review_key < (p.product_key + 1) * 16777216 WHERE r.is_live
            """)

    private static let reviewHistory = ReportView(
        name: "review_history", comment: "Every version of every review; rows are only ever added.",
        columns: [
            Column("product_id", .plain("p.product_id"), "the product, as the source names it"),
            Column("review_id", .plain("b.review_id"), "the review, for ever the same"),
            Column("version", .plain("r.version"), "from 1; 0 for a record that came too late"),
            Column("operation", .plain("r.operation"), "insert, update, delete or late"),
            Column("run", .plain("r.run"), "the run that added the row"),
            Column("observed_at", .instant("r.observed_at"), "when its dump was taken"),
            Column(
                "changed_fields", .fields("r.changed_fields"), "what an update changed, by name"),
            Column("row_digest", .digest("r.row_digest"), "SHA-256 over the row"),
        ] + values,
        source: """
            FROM product_reviews_history r \
            JOIN product_reviews_current b USING (review_key) \
            JOIN products_dim p ON p.product_key = b.product_key
            """)

    private static let counters: [Column] = [
        Column("review_count", .plain("s.review_count"), "reviews"),
        Column("rated_count", .plain("s.rated_count"), "reviews with a rating"),
        Column(
            "mean_rating", .mean(sum: "s.rating_sum", count: "s.rated_count"),
            "mean of the ratings in stars"),
        Column("star_1", .plain("s.star_1"), "reviews of one star, halves rounded up"),
        Column("star_2", .plain("s.star_2"), "reviews of two stars"),
        Column("star_3", .plain("s.star_3"), "reviews of three stars"),
        Column("star_4", .plain("s.star_4"), "reviews of four stars"),
        Column("star_5", .plain("s.star_5"), "reviews of five stars"),
        Column(
            "negative_share", .share("(s.star_1 + s.star_2)", of: "s.rated_count"),
            "one and two stars among the rated, 0 to 1"),
        Column("verified_count", .plain("s.verified_count"), "reviews of verified purchases"),
        Column("helpful_votes", .plain("s.helpful_votes"), "sum of helpful votes"),
    ]

    private static let products = ReportView(
        name: "products", comment: "Products with their sums as they are now.",
        columns: [
            Column("product_id", .plain("p.product_id"), "the product, as the source names it"),
            Column("title", .plain("p.title"), "its title"),
            Column("brand", .plain("p.brand"), "its brand"),
            Column("category", .plain("p.category"), "its category"),
            Column("family", .plain("p.family"), "the family it is a variant of"),
            Column("price", .plain("p.price"), "its price, as the source writes it"),
            Column("owner", .plain("p.owner"), "who looks after it, by the catalogue"),
            Column("units_sold", .plain("p.units_sold"), "units sold, as the catalog says"),
            Column(
                "last_observed_at", .instant("p.last_observed_at"),
                "when the newest dump that names it was taken"),
            Column(
                "first_review_at", .instant("s.first_review_at"),
                "the first review's time, source times only"),
            Column(
                "last_review_at", .instant("s.last_review_at"),
                "the last review's time, source times only"),
            Column("last_changed_run", .plain("s.last_changed_run"), "the last run that moved it"),
        ] + counters,
        source: "FROM products_dim p LEFT JOIN product_summary s USING (product_key)")

    private static let productHistory = ReportView(
        name: "product_history",
        comment: """
            The sums of a product after each run that moved them; as of run k, the row with the \
            greatest run up to k.
            """,
        columns: [
            Column("product_id", .plain("p.product_id"), "the product, as the source names it"),
            Column("run", .plain("s.run"), "the run after which the sums were so"),
        ] + counters,
        source: "FROM product_summary_history s JOIN products_dim p USING (product_key)")

    private static let productsByRun = ReportView(
        name: "products_by_run",
        comment: """
            Every product as it was after every run: ask for one as_of_run. In Postgres the function \
            products_as_of(run) does.
            """,
        columns: [
            Column("as_of_run", .plain("k.run"), "the run after which it was so"),
            Column("product_id", .plain("p.product_id"), "the product, as the source names it"),
            Column("title", .plain("a.title"), "its title then"),
            Column("brand", .plain("a.brand"), "its brand then"),
            Column("category", .plain("a.category"), "its category then"),
            Column("family", .plain("a.family"), "the family it was a variant of"),
            Column("price", .plain("a.price"), "its price then, as the source writes it"),
            Column("owner", .plain("a.owner"), "who looked after it, by the catalogue"),
            Column("units_sold", .plain("a.units_sold"), "units sold, as the catalog said"),
            Column(
                "first_review_at", .instant("s.first_review_at"),
                "the first review's time, source times only"),
            Column(
                "last_review_at", .instant("s.last_review_at"),
                "the last review's time, source times only"),
            Column("last_changed_run", .plain("s.run"), "the last run up to then that moved it"),
        ] + counters,
        source: """
            FROM runs k JOIN products_dim p ON p.first_run <= k.run \
            LEFT JOIN product_summary_history s ON s.product_key = p.product_key AND s.run = \
            (SELECT MAX(x.run) FROM product_summary_history x \
            WHERE x.product_key = p.product_key AND x.run <= k.run) \
            LEFT JOIN products_dim_history a ON a.product_key = p.product_key AND a.run = \
            (SELECT MAX(x.run) FROM products_dim_history x \
            WHERE x.product_key = p.product_key AND x.run <= k.run)
            """)

    private static let months = ReportView(
        name: "months", comment: "The reviews of a product by the month they were written in.",
        columns: [
            Column("product_id", .plain("p.product_id"), "the product, as the source names it"),
            Column("month", .plain("s.month"), "year × 100 + month, in UTC"),
            Column(
                "origin", .plain("s.origin"), "source; mock months are made up and are no trend"),
        ] + counters,
        source: """
            FROM product_aggregates s JOIN products_dim p USING (product_key) \
            WHERE s.review_count > 0
            """)

    private static let scopes = ReportView(
        name: "scopes", comment: "Brands, categories, families and the portfolio with their sums.",
        columns: [
            Column("kind", .plain("s.kind"), "brand, category, family or portfolio"),
            Column("id", .plain("s.id"), "its name; empty for the portfolio"),
            Column("product_count", .plain("s.product_count"), "products with reviews"),
        ] + counters,
        source: "FROM scope_summary s")

    private static let balance: [Column] = [
        "found", "inserted", "updated", "unchanged", "copies", "shadowed", "late", "rejected",
        "suppressed",
    ].map { name in
        Column(
            name, .plain("b.\(name)"),
            name == "found" ? "records found: the sum of the following" : "of these \(name)")
    }

    private static let runs = ReportView(
        name: "runs", comment: "The ledger: every committed run.",
        columns: [
            Column("run", .plain("b.run"), "its number, in the order of committing"),
            Column("recorded_at", .instant("b.recorded_at"), "when it was committed"),
            Column("observed_at", .instant("b.observed_at"), "when its dump was taken"),
            Column("completeness", .plain("b.completeness"), "none, products or all"),
            Column("deleted", .plain("b.deleted"), "reviews it deleted"),
            Column("products_named", .plain("b.products_named"), "products its dump named"),
            Column("history_digest", .digest("b.history_digest"), "the chain up to this run"),
            Column(
                "dump_label", .plain("b.dump_label"),
                "the dump it is part of, as --dump called it; NULL for the dump of its day",
                since: 2),
        ] + balance,
        source: "FROM runs b")

    private static let files = ReportView(
        name: "files", comment: "The files of every run with their balance.",
        columns: [
            Column("run", .plain("b.run"), "the run"),
            Column("name", .plain("b.name"), "the file's name inside its dump"),
            Column("byte_count", .plain("b.byte_count"), "its size in bytes"),
            Column("digest", .digest("b.digest"), "SHA-256 of its bytes"),
            Column("shape", .plain("b.shape"), "the shape it was read by"),
            Column(
                "nonstandard_literals", .plain("b.nonstandard_literals"),
                "bare NaN and infinities read as absent"),
        ] + balance,
        source: "FROM run_files b")
}

/// Generates SQL for the parts of a view that differ between the stores.
enum ReportDialect {
    case sqlite
    case postgres

    func sql(_ expression: ReportView.Expression) -> String {
        switch expression {
        case .plain(let column): return column
        case .instant(let column):
            return self == .sqlite
                ? "strftime('%Y-%m-%dT%H:%M:%fZ', \(column) / 1000000.0, 'unixepoch')"
                : "TIMESTAMPTZ 'epoch' + \(column) * INTERVAL '1 microsecond'"
        case .instantOf(let column, let origin, let word):
            return "CASE WHEN \(origin) = '\(word)' THEN \(sql(.instant(column))) END"
        case .digest(let column):
            return self == .sqlite ? "lower(hex(\(column)))" : "encode(\(column), 'hex')"
        case .stars(let column): return "\(column) / 10.0"
        case .mean(let sum, let count):
            return "CASE WHEN \(count) > 0 THEN round(\(sum) / 10.0 / \(count), 3) END"
        case .share(let part, let whole):
            return "CASE WHEN \(whole) > 0 THEN round(\(part) * 1.0 / \(whole), 6) END"
        case .millionths(let column): return "\(column) / 1000000.0"
        case .dollars(let column): return "\(column) / 1000000000.0"
        case .fields(let bits):
            let names = TrackedField.allCases.map { field in
                "CASE WHEN \(bits) & \(1 << field.rawValue) <> 0 THEN '\(field.name) ' ELSE '' END"
            }
            return "rtrim(" + names.joined(separator: " || ") + ")"
        }
    }

    /// The SELECT statement of a view.
    func select(_ view: ReportView) -> String {
        let columns = view.columns.map { "\(sql($0.expression)) AS \($0.name)" }
        return "SELECT " + columns.joined(separator: ", ") + " " + view.source
    }
}

extension ReportView {
    private static let told: [Column] = [
        Column("kind", .plain("i.kind"), "product, family, brand, category or portfolio"),
        Column("id", .plain("i.id"), "the product's id, or the name of the scope"),
        Column("language", .plain("i.language"), "the language it is written in"),
        Column(
            "evidence_run", .plain("i.evidence_run"), "the newest run whose reviews it tells of"),
        Column("made_run", .plain("i.made_run"), "the run that made it"),
        Column("model", .plain("i.model"), "the model that was asked"),
        Column("issue_count", .plain("i.issue_count"), "issues told of"),
        Column("document", .plain("i.document"), "all of it as JSON, see docs/json.md"),
    ]

    fileprivate static let insights = ReportView(
        name: "insights",
        comment: "The insight of each scope now: numbers computed, quotes checked.",
        columns: told, source: "FROM product_insights i")

    fileprivate static let insightHistory = ReportView(
        name: "insight_history",
        comment: "Everything that was ever told; rows are only ever added.",
        columns: told, source: "FROM product_insights_history i")

    fileprivate static let themes = ReportView(
        name: "themes", comment: "Aspects across all products, as each run of insights found them.",
        columns: [
            Column("made_run", .plain("t.made_run"), "the run that counted"),
            Column("evidence_run", .plain("t.evidence_run"), "the newest run that was counted"),
            Column("aspect", .plain("t.aspect"), "the aspect of the lexicon"),
            Column("is_strength", .plain("t.is_strength"), "praised, instead of complained of"),
            Column("mentions", .plain("t.mentions"), "reviews that say so"),
            Column("mixed", .plain("t.mixed"), "reviews that say so against their stars"),
            Column(
                "new_mentions", .plain("t.new_mentions"), "of the mentions, those the run brought"),
            Column("products", .plain("t.products"), "products they are of"),
            Column("brands", .plain("t.brands"), "brands they are of"),
            Column("languages", .plain("t.languages"), "languages, with commas between them"),
            Column(
                "star_impact", .millionths("t.star_impact"),
                "stars that the mean would be higher without them"),
        ], source: "FROM themes t")

    fileprivate static let themeReviews = ReportView(
        name: "theme_reviews", comment: "Versions of reviews that speak of an aspect.",
        columns: [
            Column("product_id", .plain("p.product_id"), "the product"),
            Column("review_id", .plain("r.review_id"), "the review"),
            Column("version", .plain("t.version"), "its version"),
            Column("is_current", .plain("(r.is_live AND r.version = t.version)"), "it stands now"),
            Column("made_run", .plain("t.made_run"), "the run of insights that read it"),
            Column("aspect", .plain("t.aspect"), "the aspect of the lexicon"),
            Column("is_strength", .plain("t.is_strength"), "praised, instead of complained of"),
            Column("is_mixed", .plain("t.is_mixed"), "its stars say the opposite"),
            Column("field", .plain("t.field"), "title or body"),
            Column("start_byte", .plain("t.start_byte"), "where the sentence begins, in UTF-8"),
            Column("end_byte", .plain("t.end_byte"), "where it ends"),
        ],
        source: """
            FROM theme_reviews t JOIN product_reviews_clean r USING (review_key) \
            JOIN products_dim p USING (product_key)
            """)

    fileprivate static let modelAnswers = ReportView(
        name: "insight_answers",
        comment: "Answers of models as they came, kept by what they were asked with.",
        columns: [
            Column(
                "cache_key", .plain("a.cache_key"), "SHA-256 over all that the answer depends on"),
            Column("model", .plain("a.model"), "the model"),
            Column("made_at", .instant("a.made_at"), "when it answered"),
            Column("input_tokens", .plain("a.input_tokens"), "tokens in"),
            Column("output_tokens", .plain("a.output_tokens"), "tokens out"),
            Column(
                "answer", .plain("a.answer"),
                "its text, unchecked; names and numbers of people masked"),
        ], source: "FROM product_insights_cache a")

    fileprivate static let modelCalls = ReportView(
        name: "llm_calls", comment: "Questions to paid models, without their texts.",
        columns: [
            Column("call", .plain("c.call"), "counted from 1"),
            Column("model", .plain("c.model"), "the model"),
            Column("started_at", .instant("c.started_at"), "when it was asked"),
            Column(
                "ended_at", .instant("c.ended_at"), "when it answered; NULL as long as it is open"),
            Column("outcome", .plain("c.outcome"), "answered, or why not"),
            Column("reserved_usd", .dollars("c.reserved_nanodollars"), "the most it could cost"),
            Column("cost_usd", .dollars("c.cost_nanodollars"), "what it cost"),
            Column("input_tokens", .plain("c.input_tokens"), "as its maker counts them"),
            Column("cached_input_tokens", .plain("c.cached_input_tokens"), "of these from a cache"),
            Column("output_tokens", .plain("c.output_tokens"), "as its maker counts them"),
            Column("request_digest", .plain("c.request_digest"), "SHA-256 over the question"),
        ], source: "FROM llm_calls c")
}

/// The text of `docs/tables.md`, generated from the views.
package func reportDocumentation() -> String {
    var text = """
        # Tables for analysts

        Made from the views by `ci/table-docs`; a test compares. In Postgres they stand in the schema
        `report` (of a store in another schema than `public`: `SCHEMA_report`), in SQLite they begin with
        `report_`. Units are plain: stars, shares from 0 to 1, timestamps in UTC. A released view never
        loses a column. Roles that may read these and nothing else: `afterword grant reader ROLE`.

        """
    let views = ReportView.all + [.verdicts]
    for view in views.map({ $0.asOf(version: ReportView.version) }) {
        text += "\n## \(view.name)\n\n\(view.comment)\n\n| column | |\n| --- | --- |\n"
        for column in view.columns { text += "| `\(column.name)` | \(column.comment) |\n" }
    }
    return text
}

import GRDB

@testable import AfterwordStores

/// Tables with a row checksum, which was called a seal before the eighth migration.
private let checksummed = [
    "run_attempts", "shapes", "products_dim", "product_insights_cache", "llm_calls", "api_keys",
    "service_jobs",
]

/// Restores the names of before the eighth migration in a SQLite file.
///
/// Takes away what later migrations made of a store without those names.
func undoPlainNames(_ database: Database) throws {
    try database.execute(sql: undoReviewLinks)
    let views = try Row.fetchAll(
        database, sql: "SELECT name, sql FROM sqlite_schema WHERE type = 'view' ORDER BY rowid")
    for view in views { try database.execute(sql: "DROP VIEW \(view["name"] as String)") }
    for table in checksummed {
        try database.execute(sql: "ALTER TABLE \(table) RENAME COLUMN row_checksum TO seal")
    }
    let tables = [
        ("current_initial", "product_reviews_base_first"),
        ("current_delta", "product_reviews_base_later"),
    ]
    for (new, old) in tables {
        try database.execute(
            sql: """
                ALTER TABLE \(new) RENAME COLUMN rating_flags TO reading;
                ALTER TABLE \(new) RENAME TO \(old)
                """)
    }
    for view in views {
        let sql = tables.reduce(view["sql"] as String) { $0.replacing($1.0, with: $1.1) }
        try database.execute(
            sql: sql.replacing("product_reviews_current", with: "product_reviews_base")
                .replacing("rating_flags", with: "reading"))
    }
}

/// The same for a Postgres schema.
let undoPlainNamesOfPostgres =
    checksummed.map { "ALTER TABLE \($0) RENAME COLUMN row_checksum TO seal;" }.joined()
        + """
        ALTER TABLE product_reviews_current RENAME COLUMN rating_flags TO reading;
        ALTER TABLE product_reviews_current RENAME TO product_reviews_base;
        ALTER INDEX IF EXISTS product_reviews_current_key RENAME TO product_reviews_base_key;
        """

/// Takes away what the tenth migration added, in either database.
let undoIdentityRules = """
    ALTER TABLE runs DROP COLUMN identity_rules;
    ALTER TABLE run_files DROP COLUMN unreadable_fields;
    ALTER TABLE run_files DROP COLUMN left_out;
    """

/// Takes away what the thirteenth migration added, in either database. The words that its checks
/// allow stay: nothing of before holds them.
let undoCappedDumps = """
    ALTER TABLE runs DROP COLUMN out_of_window;
    ALTER TABLE shapes DROP COLUMN stale_since;
    """

/// Takes away what the fifteenth migration added, in either database.
let undoReadings = "ALTER TABLE runs DROP COLUMN reader; DROP TABLE product_readings;"

/// Takes away what the sixteenth migration added, in either database.
let undoSearch = "DROP TABLE search_parts; DROP TABLE search_segments;"

/// Takes away what the seventeenth migration added, in either database.
let undoLists = "DROP TABLE review_lists; DROP TABLE scope_theme_sums;"

private let servedColumns = [
    ("llm_calls", ["served_model", "llm_batch"]),
    (
        "product_insights_cache",
        ["cache_write_tokens", "service_tier", "served_model", "microseconds"]
    ),
    ("product_insights", ["served_model"]), ("product_insights_history", ["served_model"]),
]

/// Takes away the tables and columns that the nineteenth migration added, in either database; the
/// views of them are to be dropped before.
let undoServedColumns =
    "DROP TABLE review_enrichments; DROP TABLE llm_batch_items; DROP TABLE llm_batches;\n"
    + servedColumns.flatMap { table, columns in
        columns.map { "ALTER TABLE \(table) DROP COLUMN \($0);\n" }
    }.joined()

/// The views that the nineteenth migration made anew.
private let servedViews: [ReportView] = [.insights, .insightHistory, .modelAnswers, .modelCalls]
let namesOfServedViews = servedViews.map(\.name)

/// Takes away what the nineteenth migration added, in a SQLite file.
let undoServed: String = {
    let views = servedViews.map { view in
        let earlier = ReportDialect.sqlite.select(view.asOf(version: 3))
        return (
            drop: "DROP VIEW report_\(view.name);\n",
            make: "CREATE VIEW report_\(view.name) AS \(earlier);\n"
        )
    }
    return views.map(\.drop).joined() + "DROP VIEW report_review_enrichments;\n"
        + undoServedColumns + views.map(\.make).joined()
}()

/// Takes away the column that the twenty-third migration added, in either database.
let undoPruned = "ALTER TABLE product_reviews_raw DROP COLUMN pruned_run;"

/// Takes away the columns that the twenty-fourth migration added, in either database; the view of
/// files is to be dropped before.
let undoFileColumns = ["etag", "version_id", "modified_at"].map {
    "ALTER TABLE run_files DROP COLUMN \($0);\n"
}.joined()

/// Takes away what the twenty-fourth migration added, in a SQLite file.
let undoFileVersions = """
    DROP VIEW report_files;
    \(undoFileColumns)
    CREATE VIEW report_files AS \(ReportDialect.sqlite.select(ReportView.files.asOf(version: 4)));
    """

/// The same of the twenty-third, the seventeenth, the sixteenth, the fifteenth, the thirteenth, the
/// tenth and the ninth.
let undoSinceDigestRules =
    undoPruned + undoLists + undoSearch + undoReadings + undoCappedDumps + undoIdentityRules
    + undoDigestRules

let undoDigestRules = "ALTER TABLE runs DROP COLUMN digest_rules;"

/// Takes away what the eleventh migration added, in a SQLite file.
let undoReviewLinks = """
    DROP VIEW IF EXISTS report_review_links; DROP TABLE IF EXISTS review_links;
    """

/// Takes away the columns that the twelfth migration added, in either database; the view of scopes
/// is to be dropped before.
let undoDistinctColumns =
    "ALTER TABLE product_summary DROP COLUMN distinct_keys;\n"
    + ["scope_summary", "scope_summary_history"].flatMap { table in
        ["distinct_count", "distinct_rated", "distinct_negatives"].map {
            "ALTER TABLE \(table) DROP COLUMN \($0);\n"
        }
    }.joined()

/// Takes away what the twelfth migration added to a SQLite file.
func undoDistinct(_ database: Database) throws {
    let view = ReportDialect.sqlite.select(ReportView.scopes.asOf(version: 2))
    try database.execute(
        sql: """
            DROP VIEW report_scopes;
            \(undoDistinctColumns)
            CREATE VIEW report_scopes AS \(view)
            """)
}

/// Takes away what the twenty-second migration added, in a SQLite file.
let undoWork = "DROP VIEW report_work_marks; DROP TABLE work_marks;"

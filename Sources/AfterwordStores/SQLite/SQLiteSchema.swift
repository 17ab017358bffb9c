import GRDB

/// The SQLite schema, as a list of migrations. A released migration never changes.
///
/// All tables are STRICT. Times are UTC microseconds, ratings tenths of a star, digests blobs, keys
/// between tables 64-bit surrogates. Texts compare by bytes (BINARY, SQLite's default). Only small
/// tables have foreign keys; `audit` checks the other references. CHECK constraints compare words
/// one by one: for `IN` with more than two words, SQLite builds a temporary table per row, which
/// took half of a first load's writing time.
enum SQLiteSchema {
    static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("1 first light") { database in
            try database.execute(sql: ledger)
            try database.execute(sql: products)
            try database.execute(sql: bronze)
            try database.execute(sql: silver)
            try database.execute(sql: gold)
            try database.execute(sql: insights)
            try database.execute(sql: bulkIndexes)
            try database.execute(sql: Columns.cleanView)
        }
        migrator.registerMigration("2 report") { database in
            try makeReportViews(database)
        }
        migrator.registerMigration("3 later reviews apart") { database in
            for view in ReportView.all {
                try database.execute(sql: "DROP VIEW report_\(view.name)")
            }
            try database.execute(sql: SQLiteBase.schema)
            try database.execute(sql: Columns.cleanView)
            try makeReportViews(database)
        }
        migrator.registerMigration(ModelCallColumns.migration) { database in
            try database.execute(sql: ModelCallColumns.sqlite)
        }
        migrator.registerMigration("5 dump labels") { database in
            try database.execute(sql: "ALTER TABLE runs ADD COLUMN dump_label TEXT")
            for view in ReportView.all {
                try database.execute(sql: "DROP VIEW report_\(view.name)")
            }
            try makeReportViews(database, version: 2)
        }
        migrator.registerMigration("6 verdicts") { database in
            try SQLiteVerdicts.migrate(database)
        }
        migrator.registerMigration("7 service jobs") { database in
            try database.execute(sql: jobs)
        }
        return migrator
    }

    /// Insight jobs requested through the API, and their outcome.
    private static let jobs = """
        CREATE TABLE service_jobs (
            job TEXT PRIMARY KEY,
            asked_by TEXT NOT NULL,
            idempotency_digest TEXT,
            request_digest TEXT NOT NULL,
            kind TEXT NOT NULL
                CHECK (kind IN ('product', 'family', 'brand', 'category', 'portfolio')),
            id TEXT NOT NULL,
            language TEXT NOT NULL,
            status TEXT NOT NULL CHECK (status IN ('queued', 'running', 'done', 'failed')),
            created_at INTEGER NOT NULL,
            started_at INTEGER,
            ended_at INTEGER,
            lease_until INTEGER NOT NULL,
            is_counted INTEGER NOT NULL CHECK (is_counted IN (0, 1)),
            made_run INTEGER,
            problem TEXT,
            detail TEXT,
            seal BLOB NOT NULL,
            CHECK ((status IN ('done', 'failed')) = (ended_at IS NOT NULL))
        ) STRICT;
        CREATE UNIQUE INDEX service_jobs_by_name ON service_jobs (asked_by, idempotency_digest)
            WHERE idempotency_digest IS NOT NULL;
        CREATE INDEX service_jobs_by_time ON service_jobs (asked_by, created_at);
        CREATE INDEX service_jobs_open ON service_jobs (kind, id, language)
            WHERE ended_at IS NULL;
        """

    /// Creates the report views.
    ///
    /// - Parameter version: Views contain the columns added up to this version.
    private static func makeReportViews(_ database: Database, version: Int = 1) throws {
        for view in ReportView.all {
            let select = ReportDialect.sqlite.select(view.asOf(version: version))
            try database.execute(sql: "CREATE VIEW report_\(view.name) AS \(select)")
        }
    }

    /// Indexes of the bulk tables. A product's rows are adjacent, and the first rows of a review
    /// use the review's key. The indexes cover only rows written after that, so a first load adds
    /// nothing to them.
    private static let bulkIndexes = """
        CREATE INDEX product_reviews_raw_later
            ON product_reviews_raw (identity_digest, payload_digest) WHERE raw_key < 0;
        CREATE INDEX product_reviews_raw_later_by_product
            ON product_reviews_raw (product_key) WHERE raw_key < 0;
        CREATE UNIQUE INDEX product_reviews_history_later ON product_reviews_history
            (review_key, version, (CASE WHEN version = 0 THEN run ELSE 0 END))
            WHERE history_key < 0;
        CREATE INDEX product_reviews_history_by_run ON product_reviews_history (run) WHERE run > 1;
        """

    private static let balance = """
        found INTEGER NOT NULL, inserted INTEGER NOT NULL, updated INTEGER NOT NULL,
        unchanged INTEGER NOT NULL, copies INTEGER NOT NULL, shadowed INTEGER NOT NULL,
        late INTEGER NOT NULL, rejected INTEGER NOT NULL, suppressed INTEGER NOT NULL,
        CHECK (found = inserted + updated + unchanged + copies + shadowed + late + rejected
               + suppressed)
        """

    private static let ledger = """
        CREATE TABLE runs (
            run INTEGER PRIMARY KEY CHECK (run > 0),
            recorded_at INTEGER NOT NULL UNIQUE,
            observed_at INTEGER NOT NULL,
            observed_origin TEXT NOT NULL
                CHECK (observed_origin = 'given' OR observed_origin = 'folder_name' OR observed_origin = 'identical_run' OR observed_origin = 'clock' OR observed_origin = 'replay' OR observed_origin = 'catalogue' OR observed_origin = 'insight'),
            completeness TEXT NOT NULL CHECK (completeness = 'none' OR completeness = 'products' OR completeness = 'all'),
            seed TEXT NOT NULL,
            deleted INTEGER NOT NULL,
            products_named INTEGER NOT NULL,
            profile_records INTEGER NOT NULL, profile_brands INTEGER NOT NULL,
            profile_rated INTEGER NOT NULL, profile_rating_sum INTEGER NOT NULL,
            profile_without_text INTEGER NOT NULL,
            previous_digest BLOB NOT NULL,
            history_digest BLOB NOT NULL,
            ledger_digest BLOB NOT NULL,
            \(balance)
        ) STRICT;
        CREATE TABLE run_files (
            run INTEGER NOT NULL REFERENCES runs (run),
            name TEXT NOT NULL,
            byte_count INTEGER NOT NULL,
            digest BLOB NOT NULL,
            shape TEXT NOT NULL,
            nonstandard_literals INTEGER NOT NULL,
            \(balance),
            PRIMARY KEY (run, name)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX run_files_by_digest ON run_files (digest, run);
        CREATE TABLE run_attempts (
            attempt INTEGER PRIMARY KEY,
            started_at INTEGER NOT NULL,
            ended_at INTEGER,
            dump TEXT NOT NULL,
            run INTEGER,
            failure TEXT CHECK (run IS NULL OR failure IS NULL),
            seal BLOB NOT NULL
        ) STRICT;
        CREATE TABLE shapes (
            name TEXT PRIMARY KEY,
            version INTEGER NOT NULL,
            document TEXT NOT NULL,
            seal BLOB NOT NULL
        ) STRICT, WITHOUT ROWID;
        """

    private static let products = """
        CREATE TABLE products_dim (
            product_key INTEGER PRIMARY KEY,
            product_id TEXT NOT NULL UNIQUE,
            identity_kind TEXT NOT NULL CHECK (identity_kind = 'a' OR identity_kind = 'b' OR identity_kind = 'c'),
            last_observed_at INTEGER NOT NULL,
            last_complete_at INTEGER,
            first_run INTEGER NOT NULL,
            last_run INTEGER NOT NULL,
            title TEXT, title_rank INTEGER, title_observed_at INTEGER,
            brand TEXT, brand_rank INTEGER, brand_observed_at INTEGER,
            category TEXT, category_rank INTEGER, category_observed_at INTEGER,
            family TEXT, family_rank INTEGER, family_observed_at INTEGER,
            price TEXT, price_rank INTEGER, price_observed_at INTEGER,
            owner TEXT, owner_rank INTEGER, owner_observed_at INTEGER,
            units_sold TEXT, units_sold_rank INTEGER, units_sold_observed_at INTEGER,
            seal BLOB NOT NULL,
            CHECK ((title IS NULL) = (title_rank IS NULL)
                AND (title IS NULL) = (title_observed_at IS NULL)),
            CHECK ((brand IS NULL) = (brand_rank IS NULL)
                AND (brand IS NULL) = (brand_observed_at IS NULL)),
            CHECK ((category IS NULL) = (category_rank IS NULL)
                AND (category IS NULL) = (category_observed_at IS NULL)),
            CHECK ((family IS NULL) = (family_rank IS NULL)
                AND (family IS NULL) = (family_observed_at IS NULL)),
            CHECK ((price IS NULL) = (price_rank IS NULL)
                AND (price IS NULL) = (price_observed_at IS NULL)),
            CHECK ((owner IS NULL) = (owner_rank IS NULL)
                AND (owner IS NULL) = (owner_observed_at IS NULL)),
            CHECK ((units_sold IS NULL) = (units_sold_rank IS NULL)
                AND (units_sold IS NULL) = (units_sold_observed_at IS NULL))
        ) STRICT;
        CREATE TABLE products_dim_history (
            product_key INTEGER NOT NULL,
            run INTEGER NOT NULL,
            title TEXT, brand TEXT, category TEXT, family TEXT, price TEXT,
            owner TEXT, units_sold TEXT,
            PRIMARY KEY (product_key, run)
        ) STRICT, WITHOUT ROWID;
        """

    private static let bronze = """
        CREATE TABLE product_reviews_raw (
            raw_key INTEGER PRIMARY KEY,
            product_key INTEGER,
            identity_digest BLOB NOT NULL,
            payload_digest BLOB NOT NULL,
            run INTEGER NOT NULL,
            file TEXT NOT NULL,
            "offset" INTEGER NOT NULL,
            length INTEGER NOT NULL,
            shape TEXT NOT NULL,
            payload BLOB NOT NULL,
            context BLOB NOT NULL,
            CHECK ((raw_key < 0) = (product_key IS NOT NULL))
        ) STRICT;
        CREATE TABLE product_raw (
            product_key INTEGER NOT NULL,
            digest BLOB NOT NULL,
            run INTEGER NOT NULL,
            file TEXT NOT NULL,
            "offset" INTEGER NOT NULL,
            length INTEGER NOT NULL,
            payload BLOB NOT NULL,
            PRIMARY KEY (product_key, digest)
        ) STRICT;
        CREATE TABLE rejected_records (
            digest BLOB NOT NULL,
            occurrence INTEGER NOT NULL,
            run INTEGER NOT NULL,
            file TEXT NOT NULL,
            "offset" INTEGER NOT NULL,
            length INTEGER NOT NULL,
            reason TEXT NOT NULL,
            field TEXT NOT NULL,
            product_id TEXT,
            shape TEXT NOT NULL,
            payload BLOB NOT NULL,
            context BLOB NOT NULL,
            PRIMARY KEY (digest, occurrence)
        ) STRICT;
        """

    private static let values = """
        rating INTEGER CHECK (rating BETWEEN 10 AND 50),
        title TEXT, body TEXT, author_name TEXT,
        verified INTEGER CHECK (verified IN (0, 1)),
        helpful_votes INTEGER,
        variant TEXT, country TEXT, language TEXT,
        author_id TEXT,
        created_at INTEGER NOT NULL,
        created_origin TEXT NOT NULL CHECK (created_origin IN ('source', 'mock')),
        updated_at INTEGER NOT NULL,
        updated_origin TEXT NOT NULL CHECK (updated_origin IN ('source', 'mock'))
        """

    private static let silver = """
        CREATE TABLE product_reviews_base (
            review_key INTEGER PRIMARY KEY,
            product_key INTEGER NOT NULL,
            review_id TEXT NOT NULL,
            identity_digest BLOB NOT NULL,
            identity_kind TEXT NOT NULL CHECK (identity_kind = 'a' OR identity_kind = 'b' OR identity_kind = 'c'),
            is_live INTEGER NOT NULL CHECK (is_live IN (0, 1)),
            payload_digest BLOB NOT NULL,
            raw_key INTEGER NOT NULL,
            history_key INTEGER NOT NULL,
            reading INTEGER NOT NULL,
            first_raw_key INTEGER NOT NULL
        ) STRICT;
        CREATE TABLE product_reviews_history (
            history_key INTEGER PRIMARY KEY,
            review_key INTEGER NOT NULL,
            version INTEGER NOT NULL CHECK ((version = 0) = (operation = 'late')),
            operation TEXT NOT NULL CHECK (operation = 'insert' OR operation = 'update' OR operation = 'delete' OR operation = 'late'),
            run INTEGER NOT NULL,
            observed_at INTEGER NOT NULL,
            changed_fields INTEGER NOT NULL,
            content_digest BLOB NOT NULL,
            row_salt BLOB NOT NULL CHECK (length(row_salt) = 16),
            row_digest BLOB NOT NULL CHECK (length(row_digest) = 32),
            \(values),
            CHECK (history_key < 0 OR (history_key = review_key AND version = 1))
        ) STRICT;
        """

    private static let counters = """
        review_count INTEGER NOT NULL CHECK (review_count >= 0),
        rated_count INTEGER NOT NULL CHECK (rated_count >= 0),
        rating_sum INTEGER NOT NULL,
        star_1 INTEGER NOT NULL, star_2 INTEGER NOT NULL, star_3 INTEGER NOT NULL,
        star_4 INTEGER NOT NULL, star_5 INTEGER NOT NULL,
        verified_count INTEGER NOT NULL, helpful_votes INTEGER NOT NULL,
        CHECK (rated_count = star_1 + star_2 + star_3 + star_4 + star_5)
        """

    private static let gold = """
        CREATE TABLE product_summary (
            product_key INTEGER PRIMARY KEY,
            first_review_at INTEGER, last_review_at INTEGER,
            last_changed_run INTEGER NOT NULL,
            \(counters)
        ) STRICT;
        CREATE TABLE product_summary_history (
            product_key INTEGER NOT NULL, run INTEGER NOT NULL,
            first_review_at INTEGER, last_review_at INTEGER,
            \(counters),
            PRIMARY KEY (product_key, run)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE product_aggregates (
            product_key INTEGER NOT NULL, month INTEGER NOT NULL, origin TEXT NOT NULL CHECK (origin IN ('source', 'mock')),
            run INTEGER NOT NULL,
            \(counters),
            PRIMARY KEY (product_key, month, origin)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE product_aggregates_history (
            product_key INTEGER NOT NULL, month INTEGER NOT NULL, origin TEXT NOT NULL CHECK (origin IN ('source', 'mock')),
            run INTEGER NOT NULL,
            \(counters),
            PRIMARY KEY (product_key, month, origin, run)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE scope_summary (
            kind TEXT NOT NULL
                CHECK (kind = 'family' OR kind = 'brand' OR kind = 'category' OR kind = 'portfolio'),
            id TEXT NOT NULL, product_count INTEGER NOT NULL,
            \(counters),
            PRIMARY KEY (kind, id)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE scope_summary_history (
            kind TEXT NOT NULL
                CHECK (kind = 'family' OR kind = 'brand' OR kind = 'category' OR kind = 'portfolio'),
            id TEXT NOT NULL, run INTEGER NOT NULL,
            product_count INTEGER NOT NULL,
            \(counters),
            PRIMARY KEY (kind, id, run)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX scope_summary_history_by_run ON scope_summary_history (run);
        """

    private static let insights = """
        CREATE TABLE product_insights (
            kind TEXT NOT NULL, id TEXT NOT NULL, language TEXT NOT NULL,
            evidence_run INTEGER NOT NULL,
            made_run INTEGER NOT NULL,
            model TEXT NOT NULL,
            cache_key TEXT NOT NULL,
            evidence_digest TEXT NOT NULL,
            issue_count INTEGER NOT NULL,
            document TEXT NOT NULL,
            PRIMARY KEY (kind, id, language)
        ) STRICT;
        CREATE TABLE product_insights_history (
            kind TEXT NOT NULL, id TEXT NOT NULL, language TEXT NOT NULL,
            evidence_run INTEGER NOT NULL,
            made_run INTEGER NOT NULL,
            model TEXT NOT NULL,
            cache_key TEXT NOT NULL,
            evidence_digest TEXT NOT NULL,
            issue_count INTEGER NOT NULL,
            document TEXT NOT NULL,
            PRIMARY KEY (kind, id, language, made_run)
        ) STRICT;
        CREATE TABLE product_insights_cache (
            cache_key TEXT PRIMARY KEY,
            model TEXT NOT NULL,
            made_at INTEGER NOT NULL,
            input_tokens INTEGER NOT NULL,
            cached_input_tokens INTEGER NOT NULL,
            output_tokens INTEGER NOT NULL,
            answer TEXT NOT NULL,
            seal BLOB NOT NULL
        ) STRICT;
        CREATE TABLE llm_calls (
            call INTEGER PRIMARY KEY CHECK (call > 0),
            batch INTEGER NOT NULL,
            cache_key TEXT NOT NULL,
            request_digest TEXT NOT NULL,
            model TEXT NOT NULL,
            started_at INTEGER NOT NULL,
            lease_until INTEGER NOT NULL,
            ended_at INTEGER,
            reserved_nanodollars INTEGER NOT NULL,
            cost_nanodollars INTEGER,
            input_tokens INTEGER, cached_input_tokens INTEGER, output_tokens INTEGER,
            outcome TEXT,
            seal BLOB NOT NULL,
            CHECK ((ended_at IS NULL) = (outcome IS NULL)),
            CHECK ((ended_at IS NULL) = (cost_nanodollars IS NULL)),
            CHECK ((input_tokens IS NULL) = (cached_input_tokens IS NULL)
                AND (input_tokens IS NULL) = (output_tokens IS NULL))
        ) STRICT;
        CREATE UNIQUE INDEX llm_calls_in_flight ON llm_calls (cache_key) WHERE ended_at IS NULL;
        CREATE INDEX llm_calls_by_time ON llm_calls (started_at);
        CREATE INDEX llm_calls_by_batch ON llm_calls (batch);
        CREATE TABLE api_keys (
            name TEXT PRIMARY KEY,
            digest TEXT NOT NULL UNIQUE,
            scopes TEXT NOT NULL,
            brands TEXT,
            created_at INTEGER NOT NULL,
            revoked_at INTEGER,
            seal BLOB NOT NULL
        ) STRICT;
        CREATE TABLE themes (
            made_run INTEGER NOT NULL,
            evidence_run INTEGER NOT NULL,
            aspect TEXT NOT NULL,
            is_strength INTEGER NOT NULL,
            mentions INTEGER NOT NULL,
            mixed INTEGER NOT NULL,
            new_mentions INTEGER NOT NULL,
            products INTEGER NOT NULL,
            brands INTEGER NOT NULL,
            languages TEXT NOT NULL,
            star_impact INTEGER,
            PRIMARY KEY (made_run, is_strength, aspect)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE theme_reviews (
            review_key INTEGER NOT NULL,
            version INTEGER NOT NULL,
            made_run INTEGER NOT NULL,
            aspect TEXT NOT NULL,
            is_strength INTEGER NOT NULL,
            is_mixed INTEGER NOT NULL,
            field TEXT NOT NULL,
            start_byte INTEGER NOT NULL,
            end_byte INTEGER NOT NULL,
            PRIMARY KEY (review_key, version, is_strength, aspect)
        ) STRICT, WITHOUT ROWID;
        """
}

/// The Postgres schema, as a list of migrations. A released migration never changes.
///
/// The tables are those of SQLite. Text columns compare by bytes, independent of the database's
/// locale (`COLLATE "C"`). Only small tables have foreign keys: on a bulk table, a foreign key
/// triples the time of a COPY.
enum PostgresSchema {
    static let migrations: [(name: String, sql: String)] = [
        (
            "1 first light",
            ledger + products + bronze + silver + Columns.cleanView + ";" + gold + insights
                + recomputed
        ),
        ("2 report", report),
        // `audit` recomputes the sums with a query, which needs no write permission.
        ("3 recomputed by a question", "DROP MATERIALIZED VIEW product_summary_recomputed"),
        (ModelCallColumns.migration, ModelCallColumns.postgres),
        ("5 dump labels", "ALTER TABLE runs ADD COLUMN dump_label \(text);" + reportAgain(2)),
        ("6 verdicts", verdicts + ";" + reportView(.verdicts)),
        ("7 service jobs", jobs),
    ]

    private static let verdicts = """
        CREATE TABLE review_verdicts (
            review_key BIGINT NOT NULL,
            version BIGINT NOT NULL CHECK (version > 0),
            made_run BIGINT NOT NULL CHECK (made_run > 0),
            verdict \(text) NOT NULL CHECK (verdict IN ('real', 'false')),
            judged_by \(text) NOT NULL,
            why \(text) NOT NULL,
            judged_digest BYTEA NOT NULL CHECK (length(judged_digest) = 16),
            PRIMARY KEY (made_run, review_key)
        );
        ALTER TABLE runs DROP CONSTRAINT runs_observed_origin_check;
        ALTER TABLE runs ADD CONSTRAINT runs_observed_origin_check
            CHECK (observed_origin IN ('given', 'folder_name', 'identical_run', 'clock',
                'replay', 'catalogue', 'insight', 'verdict'))
        """

    /// A view added after the first release.
    private static func reportView(_ view: ReportView) -> String {
        var sql = """
            DO $make$
            DECLARE target TEXT := \(reportSchema);
            BEGIN

            """
        sql += execute(
            "CREATE VIEW %I.\(view.name) AS \(ReportDialect.postgres.select(view))")
        sql += execute("COMMENT ON VIEW %I.\(view.name) IS \(quoted(view.comment))")
        for column in view.columns {
            sql += execute(
                "COMMENT ON COLUMN %I.\(view.name).\(column.name) IS \(quoted(column.comment))")
        }
        return sql + grantAgain + "END $make$"
    }

    /// Grants new views to the roles that may read the existing ones.
    private static let grantAgain = """
        EXECUTE COALESCE((SELECT string_agg(DISTINCT format(
                'GRANT SELECT ON ALL TABLES IN SCHEMA %I TO %I', target,
                pg_get_userbyid(entry.grantee)), '; ')
            FROM pg_class view, aclexplode(view.relacl) entry
            WHERE view.relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = target)
                AND entry.privilege_type = 'SELECT' AND entry.grantee NOT IN (0, view.relowner)),
            'SELECT 1');

        """

    /// The schema of the report views: `report` for `public`, otherwise the store's schema followed
    /// by `_report`.
    private static let reportSchema = """
        CASE current_schema() WHEN 'public' THEN 'report'
            ELSE current_schema() || '_report' END
        """

    /// Creates the report views. The views belong to the schema's owner and run with its
    /// permissions, so that a reader needs none on the tables.
    private static var report: String {
        var sql = """
            DO $make$
            DECLARE target TEXT := \(reportSchema);
            BEGIN
            EXECUTE format('CREATE SCHEMA %I', target);

            """
        for view in ReportView.all {
            sql += execute(
                "CREATE VIEW %I.\(view.name) AS "
                    + ReportDialect.postgres.select(view.asOf(version: 1)))
            sql += comments(on: view.asOf(version: 1))
        }
        sql += execute(
            """
            CREATE FUNCTION %1$I.products_as_of(run BIGINT) RETURNS SETOF %1$I.products_by_run
            LANGUAGE sql STABLE AS $$SELECT * FROM %1$I.products_by_run WHERE as_of_run = $1$$
            """)
        sql += execute(
            """
            COMMENT ON FUNCTION %I.products_as_of(BIGINT) IS 'Every product as it was after a run.'
            """)
        return sql + "END $make$"
    }

    /// Replaces the report views by those of a version. Grants are kept, and new columns come last.
    ///
    /// - Parameter version: Views contain the columns added up to this version.
    private static func reportAgain(_ version: Int) -> String {
        var sql = """
            DO $make$
            DECLARE target TEXT := \(reportSchema);
            BEGIN

            """
        for view in ReportView.all.map({ $0.asOf(version: version) }) {
            sql += execute(
                "CREATE OR REPLACE VIEW %I.\(view.name) AS "
                    + ReportDialect.postgres.select(view))
            sql += comments(on: view)
        }
        return sql + "END $make$"
    }

    private static func comments(on view: ReportView) -> String {
        let own = execute("COMMENT ON VIEW %I.\(view.name) IS \(quoted(view.comment))")
        return view.columns.reduce(own) { sql, column in
            sql
                + execute(
                    "COMMENT ON COLUMN %I.\(view.name).\(column.name) IS \(quoted(column.comment))")
        }
    }

    private static func quoted(_ text: String) -> String {
        "'" + text.replacing("'", with: "''") + "'"
    }

    private static func execute(_ statement: String) -> String {
        "EXECUTE format($sql$\(statement)$sql$, target);\n"
    }

    /// Grants a role read access to the views and to nothing else. The server quotes the role's
    /// name.
    static let grantReader = """
        SELECT format('GRANT USAGE ON SCHEMA %1$I TO %2$I; GRANT SELECT ON ALL TABLES IN SCHEMA %1$I TO %2$I',
            \(reportSchema), $1::text) AS sql
        """

    private static let text = #"TEXT COLLATE "C""#

    /// Insight jobs requested through the API, and their outcome.
    private static let jobs = """
        CREATE TABLE service_jobs (
            job \(text) PRIMARY KEY,
            asked_by \(text) NOT NULL,
            idempotency_digest \(text),
            request_digest \(text) NOT NULL,
            kind \(text) NOT NULL
                CHECK (kind IN ('product', 'family', 'brand', 'category', 'portfolio')),
            id \(text) NOT NULL,
            language \(text) NOT NULL,
            status \(text) NOT NULL CHECK (status IN ('queued', 'running', 'done', 'failed')),
            created_at BIGINT NOT NULL,
            started_at BIGINT,
            ended_at BIGINT,
            lease_until BIGINT NOT NULL,
            is_counted BOOLEAN NOT NULL,
            made_run BIGINT,
            problem \(text),
            detail \(text),
            seal BYTEA NOT NULL,
            CHECK ((status IN ('done', 'failed')) = (ended_at IS NOT NULL))
        );
        CREATE UNIQUE INDEX service_jobs_by_name ON service_jobs (asked_by, idempotency_digest)
            WHERE idempotency_digest IS NOT NULL;
        CREATE INDEX service_jobs_by_time ON service_jobs (asked_by, created_at);
        CREATE INDEX service_jobs_open ON service_jobs (kind, id, language)
            WHERE ended_at IS NULL;
        """

    private static let balance = """
        found BIGINT NOT NULL, inserted BIGINT NOT NULL, updated BIGINT NOT NULL,
        unchanged BIGINT NOT NULL, copies BIGINT NOT NULL, shadowed BIGINT NOT NULL,
        late BIGINT NOT NULL, rejected BIGINT NOT NULL, suppressed BIGINT NOT NULL,
        CHECK (found = inserted + updated + unchanged + copies + shadowed + late + rejected
               + suppressed)
        """

    private static let ledger = """
        CREATE TABLE runs (
            run BIGINT PRIMARY KEY CHECK (run > 0),
            recorded_at BIGINT NOT NULL UNIQUE,
            observed_at BIGINT NOT NULL,
            observed_origin \(text) NOT NULL
                CHECK (observed_origin IN ('given', 'folder_name', 'identical_run', 'clock',
                    'replay', 'catalogue', 'insight')),
            completeness \(text) NOT NULL CHECK (completeness IN ('none', 'products', 'all')),
            seed \(text) NOT NULL,
            deleted BIGINT NOT NULL,
            products_named BIGINT NOT NULL,
            profile_records BIGINT NOT NULL, profile_brands BIGINT NOT NULL,
            profile_rated BIGINT NOT NULL, profile_rating_sum BIGINT NOT NULL,
            profile_without_text BIGINT NOT NULL,
            previous_digest BYTEA NOT NULL,
            history_digest BYTEA NOT NULL,
            ledger_digest BYTEA NOT NULL,
            \(balance)
        );
        CREATE TABLE run_files (
            run BIGINT NOT NULL REFERENCES runs (run),
            name \(text) NOT NULL,
            byte_count BIGINT NOT NULL,
            digest BYTEA NOT NULL,
            shape \(text) NOT NULL,
            nonstandard_literals BIGINT NOT NULL,
            \(balance),
            PRIMARY KEY (run, name)
        );
        CREATE INDEX run_files_by_digest ON run_files (digest, run);
        CREATE TABLE run_attempts (
            attempt BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            started_at BIGINT NOT NULL,
            ended_at BIGINT,
            dump \(text) NOT NULL,
            run BIGINT,
            failure \(text) CHECK (run IS NULL OR failure IS NULL),
            seal BYTEA NOT NULL
        );
        CREATE TABLE shapes (
            name \(text) PRIMARY KEY,
            version BIGINT NOT NULL,
            document \(text) NOT NULL,
            seal BYTEA NOT NULL
        );
        """

    private static let products = """
        CREATE TABLE products_dim (
            product_key BIGINT PRIMARY KEY,
            product_id \(text) NOT NULL UNIQUE,
            identity_kind \(text) NOT NULL CHECK (identity_kind IN ('a', 'b', 'c')),
            last_observed_at BIGINT NOT NULL,
            last_complete_at BIGINT,
            first_run BIGINT NOT NULL,
            last_run BIGINT NOT NULL,
            title \(text), title_rank BIGINT, title_observed_at BIGINT,
            brand \(text), brand_rank BIGINT, brand_observed_at BIGINT,
            category \(text), category_rank BIGINT, category_observed_at BIGINT,
            family \(text), family_rank BIGINT, family_observed_at BIGINT,
            price \(text), price_rank BIGINT, price_observed_at BIGINT,
            owner \(text), owner_rank BIGINT, owner_observed_at BIGINT,
            units_sold \(text), units_sold_rank BIGINT, units_sold_observed_at BIGINT,
            seal BYTEA NOT NULL,
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
        );
        CREATE TABLE products_dim_history (
            product_key BIGINT NOT NULL,
            run BIGINT NOT NULL,
            title \(text), brand \(text), category \(text), family \(text), price \(text),
            owner \(text), units_sold \(text),
            PRIMARY KEY (product_key, run)
        );
        """

    private static let bronze = """
        CREATE TABLE product_reviews_raw (
            raw_key BIGINT NOT NULL,
            product_key BIGINT,
            identity_digest BYTEA NOT NULL,
            payload_digest BYTEA NOT NULL,
            run BIGINT NOT NULL,
            file \(text) NOT NULL,
            "offset" BIGINT NOT NULL,
            length BIGINT NOT NULL,
            shape \(text) NOT NULL,
            payload BYTEA NOT NULL,
            context BYTEA NOT NULL,
            CHECK ((raw_key < 0) = (product_key IS NOT NULL))
        );
        CREATE TABLE product_raw (
            product_key BIGINT NOT NULL,
            digest BYTEA NOT NULL,
            run BIGINT NOT NULL,
            file \(text) NOT NULL,
            "offset" BIGINT NOT NULL,
            length BIGINT NOT NULL,
            payload BYTEA NOT NULL,
            PRIMARY KEY (product_key, digest)
        );
        CREATE TABLE rejected_records (
            digest BYTEA NOT NULL,
            occurrence BIGINT NOT NULL,
            run BIGINT NOT NULL,
            file \(text) NOT NULL,
            "offset" BIGINT NOT NULL,
            length BIGINT NOT NULL,
            reason \(text) NOT NULL,
            field \(text) NOT NULL,
            product_id \(text),
            shape \(text) NOT NULL,
            payload BYTEA NOT NULL,
            context BYTEA NOT NULL,
            PRIMARY KEY (digest, occurrence)
        );
        """

    private static let values = """
        rating BIGINT CHECK (rating BETWEEN 10 AND 50),
        title \(text), body \(text), author_name \(text),
        verified BOOLEAN,
        helpful_votes BIGINT,
        variant \(text), country \(text), language \(text),
        author_id \(text),
        created_at BIGINT NOT NULL,
        created_origin \(text) NOT NULL CHECK (created_origin IN ('source', 'mock')),
        updated_at BIGINT NOT NULL,
        updated_origin \(text) NOT NULL CHECK (updated_origin IN ('source', 'mock'))
        """

    private static let silver = """
        CREATE TABLE product_reviews_base (
            review_key BIGINT NOT NULL,
            product_key BIGINT NOT NULL,
            review_id \(text) NOT NULL,
            identity_digest BYTEA NOT NULL,
            identity_kind \(text) NOT NULL CHECK (identity_kind IN ('a', 'b', 'c')),
            is_live BOOLEAN NOT NULL,
            payload_digest BYTEA NOT NULL,
            raw_key BIGINT NOT NULL,
            history_key BIGINT NOT NULL,
            reading BIGINT NOT NULL,
            first_raw_key BIGINT NOT NULL
        );
        CREATE TABLE product_reviews_history (
            history_key BIGINT NOT NULL,
            review_key BIGINT NOT NULL,
            version BIGINT NOT NULL CHECK ((version = 0) = (operation = 'late')),
            operation \(text) NOT NULL
                CHECK (operation IN ('insert', 'update', 'delete', 'late')),
            run BIGINT NOT NULL,
            observed_at BIGINT NOT NULL,
            changed_fields BIGINT NOT NULL,
            content_digest BYTEA NOT NULL,
            row_salt BYTEA NOT NULL CHECK (length(row_salt) = 16),
            row_digest BYTEA NOT NULL CHECK (length(row_digest) = 32),
            \(values),
            CHECK (history_key < 0 OR (history_key = review_key AND version = 1))
        );
        """

    private static var recomputed: String {
        """
        CREATE MATERIALIZED VIEW product_summary_recomputed AS
        \(recomputation)
        WITH NO DATA;
        """
    }

    private static let counters = """
        review_count BIGINT NOT NULL CHECK (review_count >= 0),
        rated_count BIGINT NOT NULL CHECK (rated_count >= 0),
        rating_sum BIGINT NOT NULL,
        star_1 BIGINT NOT NULL, star_2 BIGINT NOT NULL, star_3 BIGINT NOT NULL,
        star_4 BIGINT NOT NULL, star_5 BIGINT NOT NULL,
        verified_count BIGINT NOT NULL, helpful_votes BIGINT NOT NULL,
        CHECK (rated_count = star_1 + star_2 + star_3 + star_4 + star_5)
        """

    private static let gold = """
        CREATE TABLE product_summary (
            product_key BIGINT PRIMARY KEY,
            first_review_at BIGINT, last_review_at BIGINT,
            last_changed_run BIGINT NOT NULL,
            \(counters)
        );
        CREATE TABLE product_summary_history (
            product_key BIGINT NOT NULL, run BIGINT NOT NULL,
            first_review_at BIGINT, last_review_at BIGINT,
            \(counters),
            PRIMARY KEY (product_key, run)
        );
        CREATE TABLE product_aggregates (
            product_key BIGINT NOT NULL, month BIGINT NOT NULL, origin \(text) NOT NULL CHECK (origin IN ('source', 'mock')),
            run BIGINT NOT NULL,
            \(counters)
        );
        CREATE TABLE product_aggregates_history (
            product_key BIGINT NOT NULL, month BIGINT NOT NULL, origin \(text) NOT NULL CHECK (origin IN ('source', 'mock')),
            run BIGINT NOT NULL,
            \(counters)
        );
        CREATE TABLE scope_summary (
            kind \(text) NOT NULL
                CHECK (kind IN ('family', 'brand', 'category', 'portfolio')),
            id \(text) NOT NULL, product_count BIGINT NOT NULL,
            \(counters),
            PRIMARY KEY (kind, id)
        );
        CREATE TABLE scope_summary_history (
            kind \(text) NOT NULL
                CHECK (kind IN ('family', 'brand', 'category', 'portfolio')),
            id \(text) NOT NULL, run BIGINT NOT NULL,
            product_count BIGINT NOT NULL,
            \(counters),
            PRIMARY KEY (kind, id, run)
        );
        CREATE INDEX scope_summary_history_by_run ON scope_summary_history (run);
        """

    /// Keys and indexes of the bulk tables, built by the first load after its rows. Unique indexes
    /// instead of primary keys, because adding a primary key would block readers. The statistics
    /// serve the query plans of the next load. In the history each version of a review exists once,
    /// and a late row (version 0) once per run. The rows of one run are adjacent, so that a block
    /// range index (BRIN) on the run suffices.
    static let bulkIndexes = """
        SET LOCAL maintenance_work_mem = '256MB';
        CREATE UNIQUE INDEX product_reviews_raw_key ON product_reviews_raw (raw_key);
        CREATE INDEX product_reviews_raw_later
            ON product_reviews_raw (identity_digest, payload_digest) WHERE raw_key < 0;
        CREATE INDEX product_reviews_raw_later_by_product
            ON product_reviews_raw (product_key) WHERE raw_key < 0;
        CREATE UNIQUE INDEX product_reviews_base_key ON product_reviews_base (review_key);
        CREATE UNIQUE INDEX product_reviews_history_key ON product_reviews_history (history_key);
        CREATE UNIQUE INDEX product_reviews_history_later ON product_reviews_history
            (review_key, version, (CASE WHEN version = 0 THEN run ELSE 0 END))
            WHERE history_key < 0;
        CREATE INDEX product_reviews_history_by_run ON product_reviews_history USING brin (run);
        CREATE UNIQUE INDEX product_aggregates_key
            ON product_aggregates (product_key, month, origin);
        CREATE UNIQUE INDEX product_aggregates_history_key
            ON product_aggregates_history (product_key, month, origin, run);
        ANALYZE product_reviews_base (review_key, product_key, review_id, history_key);
        ANALYZE product_reviews_history (history_key, review_key, run);
        """

    /// The sums of every product with live reviews, computed by the server from the history.
    /// `audit` compares them with `product_summary`.
    static let recomputation = """
        SELECT r.product_key, COUNT(*) AS review_count, COUNT(h.rating) AS rated_count,
            COALESCE(SUM(h.rating), 0)::bigint AS rating_sum,
            COUNT(*) FILTER (WHERE h.rating BETWEEN 10 AND 14) AS star_1,
            COUNT(*) FILTER (WHERE h.rating BETWEEN 15 AND 24) AS star_2,
            COUNT(*) FILTER (WHERE h.rating BETWEEN 25 AND 34) AS star_3,
            COUNT(*) FILTER (WHERE h.rating BETWEEN 35 AND 44) AS star_4,
            COUNT(*) FILTER (WHERE h.rating BETWEEN 45 AND 50) AS star_5,
            COUNT(*) FILTER (WHERE h.verified) AS verified_count,
            COALESCE(SUM(h.helpful_votes), 0)::bigint AS helpful_votes,
            MIN(h.created_at) FILTER (WHERE h.created_origin = 'source') AS first_review_at,
            MAX(h.created_at) FILTER (WHERE h.created_origin = 'source') AS last_review_at
        FROM (
            SELECT DISTINCT ON (review_key) * FROM product_reviews_history
            WHERE version > 0 ORDER BY review_key, version DESC
        ) h JOIN product_reviews_base r USING (review_key)
        WHERE h.operation <> 'delete' GROUP BY r.product_key
        """

    /// The first product whose stored sums differ from the recomputed ones.
    static let recomputationFault = """
        WITH stored AS (SELECT \(sums) FROM product_summary WHERE review_count > 0),
            recomputed AS MATERIALIZED (SELECT \(sums) FROM (\(recomputation)) AS r),
            fault AS (
                (SELECT * FROM stored EXCEPT SELECT * FROM recomputed)
                UNION ALL
                (SELECT * FROM recomputed EXCEPT SELECT * FROM stored)
            )
        SELECT p.product_id FROM fault LEFT JOIN products_dim p USING (product_key)
        ORDER BY p.product_id LIMIT 1
        """
    private static let sums = "product_key, first_review_at, last_review_at, \(Columns.counters)"

    private static let insights = """
        CREATE TABLE product_insights (
            kind \(text) NOT NULL, id \(text) NOT NULL, language \(text) NOT NULL,
            evidence_run BIGINT NOT NULL,
            made_run BIGINT NOT NULL,
            model \(text) NOT NULL,
            cache_key \(text) NOT NULL,
            evidence_digest \(text) NOT NULL,
            issue_count BIGINT NOT NULL,
            document \(text) NOT NULL,
            PRIMARY KEY (kind, id, language)
        );
        CREATE TABLE product_insights_history (
            kind \(text) NOT NULL, id \(text) NOT NULL, language \(text) NOT NULL,
            evidence_run BIGINT NOT NULL,
            made_run BIGINT NOT NULL,
            model \(text) NOT NULL,
            cache_key \(text) NOT NULL,
            evidence_digest \(text) NOT NULL,
            issue_count BIGINT NOT NULL,
            document \(text) NOT NULL,
            PRIMARY KEY (kind, id, language, made_run)
        );
        CREATE TABLE product_insights_cache (
            cache_key \(text) PRIMARY KEY,
            model \(text) NOT NULL,
            made_at BIGINT NOT NULL,
            input_tokens BIGINT NOT NULL,
            cached_input_tokens BIGINT NOT NULL,
            output_tokens BIGINT NOT NULL,
            answer \(text) NOT NULL,
            seal BYTEA NOT NULL
        );
        CREATE TABLE llm_calls (
            call BIGINT PRIMARY KEY CHECK (call > 0),
            batch BIGINT NOT NULL,
            cache_key \(text) NOT NULL,
            request_digest \(text) NOT NULL,
            model \(text) NOT NULL,
            started_at BIGINT NOT NULL,
            lease_until BIGINT NOT NULL,
            ended_at BIGINT,
            reserved_nanodollars BIGINT NOT NULL,
            cost_nanodollars BIGINT,
            input_tokens BIGINT, cached_input_tokens BIGINT, output_tokens BIGINT,
            outcome \(text),
            seal BYTEA NOT NULL,
            CHECK ((ended_at IS NULL) = (outcome IS NULL)),
            CHECK ((ended_at IS NULL) = (cost_nanodollars IS NULL)),
            CHECK ((input_tokens IS NULL) = (cached_input_tokens IS NULL)
                AND (input_tokens IS NULL) = (output_tokens IS NULL))
        );
        CREATE UNIQUE INDEX llm_calls_in_flight ON llm_calls (cache_key) WHERE ended_at IS NULL;
        CREATE INDEX llm_calls_by_time ON llm_calls (started_at);
        CREATE INDEX llm_calls_by_batch ON llm_calls (batch);
        CREATE TABLE api_keys (
            name \(text) PRIMARY KEY,
            digest \(text) NOT NULL UNIQUE,
            scopes \(text) NOT NULL,
            brands \(text),
            created_at BIGINT NOT NULL,
            revoked_at BIGINT,
            seal BYTEA NOT NULL
        );
        CREATE TABLE themes (
            made_run BIGINT NOT NULL,
            evidence_run BIGINT NOT NULL,
            aspect \(text) NOT NULL,
            is_strength BOOLEAN NOT NULL,
            mentions BIGINT NOT NULL,
            mixed BIGINT NOT NULL,
            new_mentions BIGINT NOT NULL,
            products BIGINT NOT NULL,
            brands BIGINT NOT NULL,
            languages \(text) NOT NULL,
            star_impact BIGINT,
            PRIMARY KEY (made_run, is_strength, aspect)
        );
        CREATE TABLE theme_reviews (
            review_key BIGINT NOT NULL,
            version BIGINT NOT NULL,
            made_run BIGINT NOT NULL,
            aspect \(text) NOT NULL,
            is_strength BOOLEAN NOT NULL,
            is_mixed BOOLEAN NOT NULL,
            field \(text) NOT NULL,
            start_byte BIGINT NOT NULL,
            end_byte BIGINT NOT NULL,
            PRIMARY KEY (review_key, version, is_strength, aspect)
        );
        """
}

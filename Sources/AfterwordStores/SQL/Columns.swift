/// Column lists, in the order in which both stores write the columns, and queries shared by both
/// stores.
enum Columns {
    static let values = """
        rating, title, body, author_name, verified, helpful_votes, variant, country, language, \
        author_id, created_at, created_origin, updated_at, updated_origin
        """
    static let profile = """
        profile_records, profile_brands, profile_rated, profile_rating_sum, profile_without_text
        """
    static let counters = """
        review_count, rated_count, rating_sum, star_1, star_2, star_3, star_4, star_5, \
        verified_count, helpful_votes
        """
    static let balance = """
        found, inserted, updated, unchanged, copies, shadowed, late, rejected, suppressed
        """
    static let raw = """
        raw_key, product_key, identity_digest, payload_digest, run, file, "offset", length, shape, \
        payload, context
        """
    static let rawWithoutProduct = """
        r.raw_key, r.identity_digest, r.payload_digest, r.run, r.file, r."offset", r.length, r.shape, \
        r.payload, r.context
        """
    static let productRaw = "product_key, digest, run, file, \"offset\", length, payload"
    static let rejects = """
        digest, occurrence, run, file, "offset", length, reason, field, product_id, shape, \
        payload, context
        """
    static let review = """
        review_key, product_key, review_id, identity_digest, identity_kind, is_live, \
        payload_digest, raw_key, history_key, reading, first_raw_key
        """
    static let history = """
        history_key, review_key, version, operation, run, observed_at, changed_fields, content_digest, \
        row_salt, row_digest, \(values)
        """
    static let move = "payload_digest, raw_key, review_key"
    static let product = """
        product_key, product_id, identity_kind, last_observed_at, last_complete_at, first_run, \
        last_run, title, title_rank, title_observed_at, brand, brand_rank, brand_observed_at, \
        category, category_rank, category_observed_at, family, family_rank, family_observed_at, \
        price, price_rank, price_observed_at, owner, owner_rank, owner_observed_at, units_sold, \
        units_sold_rank, units_sold_observed_at, seal
        """
    static let attributes = """
        product_key, run, title, brand, category, family, price, owner, units_sold
        """
    static let summary = """
        product_key, first_review_at, last_review_at, last_changed_run, \(counters)
        """
    static let summaryHistory = """
        product_key, run, first_review_at, last_review_at, \(counters)
        """
    static let month = "product_key, month, origin, run, \(counters)"
    static let scope = "kind, id, product_count, \(counters)"
    static let scopeHistory = "kind, id, run, product_count, \(counters)"
    static let run = """
        run, recorded_at, observed_at, observed_origin, completeness, seed, deleted, \
        products_named, \(profile), previous_digest, history_digest, ledger_digest, \(balance), dump_label
        """
    static let insight = """
        kind, id, language, evidence_run, made_run, model, cache_key, evidence_digest, issue_count, \
        document
        """
    static let theme = """
        made_run, evidence_run, aspect, is_strength, mentions, mixed, new_mentions, products, brands, \
        languages, star_impact
        """
    static let themeReview = """
        review_key, version, made_run, aspect, is_strength, is_mixed, field, start_byte, end_byte
        """
    static let verdict = """
        review_key, version, made_run, verdict, judged_by, why, judged_digest
        """
    static let answer = """
        cache_key, model, made_at, input_tokens, cached_input_tokens, output_tokens, answer, seal
        """
    static let call = """
        call, batch, cache_key, request_digest, model, started_at, lease_until, ended_at, \
        reserved_nanodollars, cost_nanodollars, input_tokens, cached_input_tokens, output_tokens, \
        outcome, cache_write_tokens, service_tier, request_id, client_request_id, unread_answer, \
        seal
        """
    static let job = """
        job, asked_by, idempotency_digest, request_digest, kind, id, language, status, \
        created_at, started_at, ended_at, lease_until, is_counted, made_run, problem, detail, seal
        """
    static let key = "name, digest, scopes, brands, created_at, revoked_at, seal"
    static let newestRun = "SELECT * FROM runs ORDER BY run DESC LIMIT 1"
    static let shape = "name, version, document, seal"
    static let file = "run, name, byte_count, digest, shape, nonstandard_literals, \(balance)"

    /// The names of a column list.
    static func names(_ columns: String) -> [String] {
        columns.split(separator: ",").map { String($0.drop { $0 == " " || $0 == "\n" }) }
    }

    /// One `?` per column of a list, separated by commas.
    static func marks(_ columns: String) -> String {
        names(columns).map { _ in "?" }.joined(separator: ", ")
    }

    /// `a = excluded.a, …` for each column of a list except the keys: the SET clause of an upsert.
    static func replacing(_ columns: String, butNot keys: [String]) -> String {
        names(columns).filter { !keys.contains($0) }.map { "\($0) = excluded.\($0)" }
            .joined(separator: ", ")
    }

    static let productSelection = """
        SELECT p.*, s.first_review_at, s.last_review_at, s.last_changed_run, s.review_count,
               s.rated_count, s.rating_sum, s.star_1, s.star_2, s.star_3, s.star_4, s.star_5,
               s.verified_count, s.helpful_votes
        FROM products_dim p LEFT JOIN product_summary s USING (product_key)
        """

    static let reviewSelection = """
        SELECT r.*, p.product_id FROM product_reviews_clean r
        JOIN products_dim p USING (product_key)
        """
    static let currentKeys = """
        SELECT review_key, product_key, identity_digest, payload_digest, is_live
        FROM product_reviews_base WHERE review_key BETWEEN ? AND ?
        """
    /// Selects the columns of `CurrentPayload`, which are read by place.
    static func currentPayloads(from table: StaticString) -> String {
        """
        SELECT review_key, identity_digest, payload_digest, identity_kind = 'c' AS is_content, is_live, reading
        FROM \(table)
        """
    }
    static let historySelection = """
        SELECT h.*, r.review_id, r.identity_digest, p.product_id
        FROM product_reviews_history h JOIN product_reviews_base r USING (review_key)
        JOIN products_dim p USING (product_key)
        """
    /// A condition: the column is a key of one product's reviews. Takes the product's id as a
    /// parameter twice. The bounds are subqueries, so that the server can reuse one plan for all
    /// products.
    static func ofProduct(
        _ column: String, from first: String = "0", through last: String = "16777215"
    ) -> String {
        """
        \(column) BETWEEN (SELECT (product_key << 24) + \(first) FROM products_dim WHERE product_id = ?)
            AND (SELECT (product_key << 24) + \(last) FROM products_dim WHERE product_id = ?)
        """
    }
    /// A product's reviews with their current versions. Takes the product's id.
    static let reviewsOfProduct = currentVersions(
        """
        b.review_key, b.review_id, b.identity_digest, b.identity_kind, b.is_live, b.payload_digest,
        b.raw_key, h.version, h.run, h.observed_at, h.content_digest, \(historyValues)
        """)
    /// The reviews of a product listing: all, or only the live ones. Each further column would add
    /// about 2 % to the time of a page. Takes the product's id.
    static func listedOfProduct(withDeleted: Bool) -> String {
        currentVersions(
            """
            b.review_id, b.identity_digest, b.identity_kind, h.version, h.run, h.observed_at,
            h.content_digest, \(historyValues)\(withDeleted ? ", b.is_live" : "")
            """, condition: withDeleted ? "" : "AND b.is_live")
    }
    /// A product's reviews with their current versions. Takes the product's id once. Leaving out
    /// columns that every row would repeat saves about 5 % of the time of a page. Reading the rows
    /// of first versions as one range, instead of one by one by key, saves another 5 %.
    private static func currentVersions(_ columns: String, condition: String = "") -> String {
        let rows = "SELECT \(columns) FROM product_reviews_base b JOIN product_reviews_history h"
        return """
            WITH own AS MATERIALIZED (SELECT product_key << 24 AS lowest FROM products_dim WHERE product_id = ?)
            \(rows) ON h.history_key = b.review_key
            WHERE b.history_key >= 0 AND \(ofOwn("b.review_key")) AND \(ofOwn("h.history_key")) \(condition)
            UNION ALL
            \(rows) ON h.history_key = b.history_key
            WHERE b.history_key < 0 AND \(ofOwn("b.review_key")) \(condition)
            """
    }
    private static func ofOwn(_ column: String) -> String {
        "\(column) BETWEEN (SELECT lowest FROM own) AND (SELECT lowest + 16777215 FROM own)"
    }
    private static let historyValues = names(values).map { "h.\($0)" }.joined(separator: ", ")
    /// All versions of a product's reviews; first versions are joined by their history key. Takes
    /// the product's id six times.
    static let historyOfProduct = """
        SELECT h.*, r.review_id, r.identity_digest, ? AS product_id
        FROM product_reviews_base r JOIN product_reviews_history h ON h.history_key = r.review_key
        WHERE \(ofProduct("r.review_key"))
        UNION ALL
        SELECT h.*, r.review_id, r.identity_digest, ? AS product_id
        FROM product_reviews_history h JOIN product_reviews_base r USING (review_key)
        WHERE h.history_key < 0 AND \(ofProduct("h.review_key"))
        ORDER BY review_id, version, run
        """
    /// All versions of one review of a product. Takes six parameters: the product's id; the lowest
    /// number of the review within its product, and the product's id; the highest number, and the
    /// product's id; the review's id.
    static let historyOfReview = """
        WITH r AS MATERIALIZED (
            SELECT ? AS product_id, review_key, review_id, identity_digest FROM product_reviews_base
            WHERE \(ofProduct("review_key", from: "?", through: "?")) AND review_id = ? LIMIT 1
        )
        SELECT h.*, r.review_id, r.identity_digest, r.product_id
        FROM r JOIN product_reviews_history h ON h.history_key = r.review_key
        UNION ALL
        SELECT h.*, r.review_id, r.identity_digest, r.product_id
        FROM r JOIN product_reviews_history h ON h.review_key = r.review_key AND h.history_key < 0
        """
    /// Current rows joined with the version in the history that each of them references.
    static let cleanView = """
        CREATE VIEW product_reviews_clean AS
        SELECT b.review_key, b.product_key, b.review_id, b.identity_digest, b.identity_kind,
            h.version, b.is_live, h.run, h.observed_at, h.content_digest, b.payload_digest,
            b.raw_key,
            \(historyValues)
        FROM product_reviews_base b JOIN product_reviews_history h USING (history_key)
        """
}

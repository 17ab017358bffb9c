/// Views of reviews, products, sums and runs.
extension ReportView {
    static let values: [Column] = [
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
            "source; estimated from a relative date; mock: made up, never a trend"),
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
        Column(
            "estimated_created_at",
            .instantOf("r.created_at", origin: "r.created_origin", is: "estimated"),
            "about when it was written, by a relative date (2 days ago) in its first dump",
            since: 3),
    ]

    static let reviews = ReportView(
        name: "reviews",
        comment: "The reviews as they are now; deleted ones are in review_history.",
        columns: [
            Column("product_id", .plain("p.product_id"), "the product, as the source names it"),
            Column("review_id", .plain("r.review_id"), "the review, for ever the same"),
            Column("brand", .plain("p.brand"), "the product's brand"),
            Column("version", .plain("r.version"), "how often it was written or deleted"),
            Column("run", .plain("r.run"), "the run that made this version"),
            Column(
                "observed_at", .instant("r.observed_at"),
                "when the dump of this version was taken"),
        ] + values,
        source: """
            FROM product_reviews_clean r JOIN products_dim p ON p.product_key = r.product_key \
            AND r.review_key > p.product_key * 16777216 \
            AND r.review_key < (p.product_key + 1) * 16777216 WHERE r.is_live
            """)

    static let reviewHistory = ReportView(
        name: "review_history", comment: "Every version of every review; rows are only ever added.",
        columns: [
            Column("product_id", .plain("p.product_id"), "the product, as the source names it"),
            Column("review_id", .plain("b.review_id"), "the review, for ever the same"),
            Column("version", .plain("r.version"), "from 1; 0 for a record that came too late"),
            Column("operation", .plain("r.operation"), "insert, update, delete, restate or late"),
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

    static let counters: [Column] = [
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

    static let products = ReportView(
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

    static let productHistory = ReportView(
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

    static let productsByRun = ReportView(
        name: "products_by_run",
        comment: """
            Every product as it was after every run: ask for one as_of_run. In Postgres the \
            function \
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

    static let months = ReportView(
        name: "months", comment: "The reviews of a product by the month they were written in.",
        columns: [
            Column("product_id", .plain("p.product_id"), "the product, as the source names it"),
            Column("month", .plain("s.month"), "year × 100 + month, in UTC"),
            Column(
                "origin", .plain("s.origin"),
                "source or estimated; mock months are made up, no trend"),
        ] + counters,
        source: """
            FROM product_aggregates s JOIN products_dim p USING (product_key) \
            WHERE s.review_count > 0
            """)

    static let scopes = ReportView(
        name: "scopes", comment: "Brands, categories, families and the portfolio with their sums.",
        columns: [
            Column("kind", .plain("s.kind"), "brand, category, family or portfolio"),
            Column("id", .plain("s.id"), "its name; empty for the portfolio"),
            Column("product_count", .plain("s.product_count"), "products with reviews"),
        ] + counters + [
            Column(
                "distinct_count", .plain("s.distinct_count"),
                "reviews, one that is shown several times counted once; NULL until counted",
                since: 3),
            Column(
                "distinct_rated", .plain("s.distinct_rated"), "of these with a rating",
                since: 3),
            Column(
                "distinct_negatives", .plain("s.distinct_negatives"),
                "of these one and two stars", since: 3),
            Column(
                "distinct_negative_share", .share("s.distinct_negatives", of: "s.distinct_rated"),
                "one and two stars among the distinct rated, 0 to 1", since: 3),
        ],
        source: "FROM scope_summary s")

    static let balance: [Column] = [
        "found", "inserted", "updated", "unchanged", "copies", "shadowed", "late", "rejected",
        "suppressed",
    ].map { name in
        Column(
            name, .plain("b.\(name)"),
            name == "found" ? "records found: the sum of the following" : "of these \(name)")
    }

    static let runs = ReportView(
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

    static let files = ReportView(
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
        ] + balance + [
            Column(
                "etag", .plain("b.etag"),
                "the entity tag of the object that was read; NULL for a file of a disk", since: 5),
            Column(
                "version_id", .plain("b.version_id"),
                "the version of that object, where its bucket keeps versions", since: 5),
            Column(
                "modified_at", .instant("b.modified_at"), "when the bucket got that object",
                since: 5),
        ],
        source: "FROM run_files b")
}

import AfterwordCore

/// Tables of products, sums and insights.
extension Table {
    private static let productColumns: [Column] = [
        .number("product_key", .key), .text("product_id").unique,
        .text("identity_kind").oneOf("a", "b", "c"), .number("last_observed_at"),
        .number("last_complete_at").optional, .number("first_run"), .number("last_run"),
    ]
    private static let attributes: [Column] = Attribute.allCases.flatMap { attribute in
        [
            Column.text(attribute.name).optional,
            .number("\(attribute.name)_rank", .none, "which source it is from").optional,
            .number("\(attribute.name)_observed_at").optional,
        ]
    }

    static let products = Table("products_dim", productColumns + attributes + [.rowChecksum])
        .with { table in
            table.rules = Attribute.allCases.map(\.name).map { name in
                """
                (\(name) IS NULL) = (\(name)_rank IS NULL) \
                AND (\(name) IS NULL) = (\(name)_observed_at IS NULL)
                """
            }
        }

    static let productHistory = Table(
        "products_dim_history",
        [.number("product_key"), .number("run")]
            + Attribute.allCases.map { Column.text($0.name).optional }
    ).keyed("product_key", "run", inOrder: true)

    private static let sumOfStars = "rated_count = star_1 + star_2 + star_3 + star_4 + star_5"
    private static let reviewTimes: [Column] = [
        .number("first_review_at", .none, "source times only").optional,
        .number("last_review_at").optional,
    ]

    static let summaries = Table(
        "product_summary",
        [.number("product_key", .key)] + reviewTimes + [.number("last_changed_run")] + .counters
            + [
                .blob("distinct_keys", "keys of its live reviews (docs/stores.md)").optional
                    .since(12)
            ]
    ).ruled(sumOfStars)

    static let summaryHistory = Table(
        "product_summary_history",
        [.number("product_key"), .number("run")] + reviewTimes + .counters
    ).ruled(sumOfStars).keyed("product_key", "run", inOrder: true)

    private static let monthColumns: [Column] =
        [
            .number("product_key"), .number("month", .none, "year × 100 + month, in UTC"),
            .text("origin")
                .listed(until: 12, "source", "mock", Column.Word("estimated", since: 13)),
            .number("run"),
        ] + .counters

    static let months = Table("product_aggregates", monthColumns).ruled(sumOfStars)
        .bulkKeyed("product_key", "month", "origin")
    static let monthHistory = Table("product_aggregates_history", monthColumns).ruled(sumOfStars)
        .bulkKeyed("product_key", "month", "origin", "run")

    private static let scopeKind = Column.text("kind")
        .oneOf("family", "brand", "category", "portfolio")

    private static let distinctCounts: [Column] = [
        "distinct_count", "distinct_rated", "distinct_negatives",
    ].map { Column.number($0).optional.since(12) }

    static let scopes = Table(
        "scope_summary",
        [scopeKind, .text("id"), .number("product_count")] + .counters + distinctCounts
    ).ruled(sumOfStars).keyed("kind", "id", inOrder: true)

    static let scopeHistory = Table(
        "scope_summary_history",
        [scopeKind, .text("id"), .number("run"), .number("product_count")] + .counters
            + distinctCounts
    ).ruled(sumOfStars).keyed("kind", "id", "run", inOrder: true)
        .indexed("CREATE INDEX scope_summary_history_by_run ON scope_summary_history (run)")

    static let readings = Table(
        "product_readings",
        [
            .number("product_key"), .number("run"), .number("reader"),
            .blob("marks", "48 bytes for each version that the run brought, or read again"),
            .blob("places", "where these versions mention what they do"),
        ]
    ).keyed("product_key", "run", inOrder: true)

    static let reviewLists = Table(
        "review_lists",
        [
            .number("list"), .number("run"), .number("part"), .number("reader"),
            .blob("versions", "56 bytes each: the product's key, and the version's marks"),
        ]
    ).keyed("list", "run", "part", inOrder: true)

    static let themeSums = Table(
        "scope_theme_sums",
        [
            scopeKind, .text("id"), .number("run"), .number("reader"),
            .blob("sums", "counts of each aspect (docs/stores.md)"),
        ]
    ).keyed("kind", "id", "run", inOrder: true)

    private static let insightColumns: [Column] = [
        .text("kind"), .text("id"), .text("language"), .number("evidence_run"),
        .number("made_run"), .text("model"), .text("cache_key"), .text("evidence_digest"),
        .number("issue_count"), .text("document"),
        .text("served_model", .none, "the model as the server names it").optional.since(19),
    ]

    static let insights = Table("product_insights", insightColumns)
        .keyed("kind", "id", "language")
    static let insightHistory = Table("product_insights_history", insightColumns)
        .keyed("kind", "id", "language", "made_run")

    static let themes = Table(
        "themes",
        [
            .number("made_run"), .number("evidence_run"), .text("aspect"),
            Column.flag("is_strength").checked(.none), .number("mentions"), .number("mixed"),
            .number("new_mentions"), .number("products"), .number("brands"), .text("languages"),
            .number("star_impact", .none, "in millionths").optional,
        ]
    ).keyed("made_run", "is_strength", "aspect", inOrder: true)

    static let themeReviews = Table(
        "theme_reviews",
        [
            .number("review_key"), .number("version"), .number("made_run"), .text("aspect"),
            Column.flag("is_strength").checked(.none), Column.flag("is_mixed").checked(.none),
            .text("field"), .number("start_byte"), .number("end_byte"),
        ]
    ).keyed("review_key", "version", "is_strength", "aspect", inOrder: true)
}

/// Views of insights, themes and models.
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
        Column(
            "served_model", .plain("i.served_model"),
            "the model as the server names it; NULL where it is not known", since: 4),
    ]

    static let insights = ReportView(
        name: "insights",
        comment: "The insight of each scope now: numbers computed, quotes checked.",
        columns: told, source: "FROM product_insights i")

    static let insightHistory = ReportView(
        name: "insight_history",
        comment: "Everything that was ever told; rows are only ever added.",
        columns: told, source: "FROM product_insights_history i")

    static let themes = ReportView(
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

    static let themeReviews = ReportView(
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

    static let modelAnswers = ReportView(
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
            Column(
                "service_tier", .plain("a.service_tier"), "the tier that the answer names",
                since: 4),
            Column(
                "served_model", .plain("a.served_model"), "the model as the server names it",
                since: 4),
            Column(
                "microseconds", .plain("a.microseconds"), "how long it took, with retries",
                since: 4),
        ], source: "FROM product_insights_cache a")

    static let modelCalls = ReportView(
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
            Column(
                "served_model", .plain("c.served_model"), "the model as the server names it",
                since: 4),
            Column(
                "llm_batch", .plain("c.llm_batch"),
                "the batch it is asked in; NULL if asked directly", since: 4),
        ], source: "FROM llm_calls c")

    /// The view added by the migration `19 batches, enrichments, models as served`.
    static let enrichments = ReportView(
        name: "review_enrichments",
        comment: "What models read in versions of reviews; never counted. Rows are only added.",
        columns: [
            Column("product_id", .plain("p.product_id"), "the product"),
            Column("review_id", .plain("r.review_id"), "the review"),
            Column("version", .plain("e.version"), "the version that was read"),
            Column("made_run", .plain("e.made_run"), "the run that stored it"),
            Column("language", .plain("e.language"), "the language of its translation"),
            Column("model", .plain("e.model"), "the model that was asked"),
            Column(
                "served_model", .plain("e.served_model"),
                "the model as the server names it; NULL where it is not known"),
            Column("document", .plain("e.document"), "sentiment, aspects, translation, as JSON"),
        ],
        source: """
            FROM review_enrichments e JOIN product_reviews_current r USING (review_key) \
            JOIN products_dim p USING (product_key)
            """)
}

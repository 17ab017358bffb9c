/// Tables of runs, of paid answers, of the service and of the outbox.
extension Table {
    private static let sumOfParts = """
        found = inserted + updated + unchanged + copies + shadowed + late + rejected + suppressed
        """

    static let runs = Table(
        "runs",
        [
            .number("run", .key).checked("run > 0"),
            .number("recorded_at").unique,
            .number("observed_at"),
            .text("observed_origin").oneOf(
                "given", "folder_name", "identical_run", "clock", "replay", "catalogue", "insight",
                Column.Word("verdict", since: 6), Column.Word("reclean", since: 13),
                Column.Word("reread", since: 15), Column.Word("enrichment", since: 19),
                Column.Word("work", since: 22), Column.Word("prune", since: 23)),
            .text("completeness").oneOf("none", "products", "all"),
            .text("seed", .none, "a number of 64 bits without sign, in decimal"),
            .number("deleted"), .number("products_named"),
            .number("profile_records"), .number("profile_brands"), .number("profile_rated"),
            .number("profile_rating_sum"), .number("profile_without_text"),
            .blob("previous_digest"), .blob("history_digest"), .blob("ledger_digest"),
        ] + .balance + [
            .text("dump_label").optional.since(5),
            .number("digest_rules", .none, "which rules its digests were made by")
                .initially("1").since(9),
            .number("identity_rules", .none, "which rules it identified reviews by")
                .initially("1").since(10),
            .number("out_of_window", .none, "absent reviews kept: older than a capped dump reaches")
                .initially("0").since(13),
            .number("reader", .none, "by which all live versions are read; NULL where they are not")
                .optional.since(15),
        ]
    ).ruled(sumOfParts)

    static let runFiles = Table(
        "run_files",
        [
            .number("run").referring(to: "runs (run)"),
            .text("name"), .number("byte_count"), .blob("digest"), .text("shape"),
            .number("nonstandard_literals"),
        ] + .balance + [
            .number("unreadable_fields", .none, "values that cannot be read in records read")
                .initially("0").since(10),
            .number("left_out", .none, "records that the shape leaves out")
                .initially("0").since(10),
            .text("etag", .none, "of the object that was read; NULL for a file of a disk")
                .optional.since(24),
            .text("version_id", .none, "of that object, where its bucket keeps versions")
                .optional.since(24),
            .number("modified_at", .none, "when the bucket got that object").optional.since(24),
        ]
    ).ruled(sumOfParts).keyed("run", "name", inOrder: true)
        .indexed("CREATE INDEX run_files_by_digest ON run_files (digest, run)")

    static let runAttempts = Table(
        "run_attempts",
        [
            .number("attempt", .countedKey), .number("started_at"),
            .number("ended_at", .none, "NULL for one that was killed, or is under way").optional,
            .text("dump"), .number("run").optional,
            .text("failure").optional.checked("run IS NULL OR failure IS NULL"), .rowChecksum,
        ])

    static let shapes = Table(
        "shapes",
        [
            .text("name", .key), .number("version"), .text("document"), .rowChecksum,
            .number("stale_since", .none, "since when reviews of before are read by an older one")
                .optional.since(13),
        ]
    ).with { $0.isOrdered = true }

    static let answers = Table(
        "product_insights_cache",
        [
            .text("cache_key", .key), .text("model"), .number("made_at"), .number("input_tokens"),
            .number("cached_input_tokens"), .number("output_tokens"), .text("answer"),
            .rowChecksum,
            .number("cache_write_tokens").optional.since(19),
            .text("service_tier").optional.since(19),
            .text("served_model", .none, "as the server names it").optional.since(19),
            .number("microseconds", .none, "how long it took").optional.since(19),
        ])

    static let modelCalls = Table(
        "llm_calls",
        [
            .number("call", .key).checked("call > 0"), .number("batch"), .text("cache_key"),
            .text("request_digest"), .text("model"), .number("started_at"),
            .number("lease_until", .none, "a call still open after this is lost"),
            .number("ended_at").optional, .number("reserved_nanodollars"),
            .number("cost_nanodollars").optional, .number("input_tokens").optional,
            .number("cached_input_tokens").optional, .number("output_tokens").optional,
            .text("outcome").optional, .rowChecksum,
            .number("cache_write_tokens").optional.since(4),
            .text("service_tier").optional.since(4), .text("request_id").optional.since(4),
            .text("client_request_id").optional.since(4),
            .text("unread_answer").optional.since(4),
            .text("served_model", .none, "as the server names it").optional.since(19),
            .number("llm_batch", .none, "the batch it is asked in").optional.since(19),
        ]
    ).ruled(
        "(ended_at IS NULL) = (outcome IS NULL)",
        "(ended_at IS NULL) = (cost_nanodollars IS NULL)",
        """
        (input_tokens IS NULL) = (cached_input_tokens IS NULL) \
        AND (input_tokens IS NULL) = (output_tokens IS NULL)
        """
    ).indexed(
        """
        CREATE UNIQUE INDEX llm_calls_in_flight ON llm_calls (cache_key) WHERE ended_at IS NULL
        """,
        "CREATE INDEX llm_calls_by_time ON llm_calls (started_at)",
        "CREATE INDEX llm_calls_by_batch ON llm_calls (batch)")

    /// Questions that a server answers together, within a day.
    static let modelBatches = Table(
        "llm_batches",
        [
            .number("llm_batch", .key).checked("llm_batch > 0"), .text("name").unique,
            .text("purpose").oneOf("insights", "enrichment"),
            .number("batch", .none, "as of its calls"), .text("place").optional, .text("model"),
            .number("created_at"), .number("ended_at").optional, .text("status"),
            .text("input_file").optional, .text("server_id").optional,
            .text("prices", .none, "of its questions, as JSON").optional.since(21), .rowChecksum,
        ])

    static let batchItems = Table(
        "llm_batch_items",
        [
            .number("llm_batch").checked("llm_batch > 0"), .number("line").checked("line > 0"),
            .number("call").checked("call > 0"), .text("cache_key"),
            .text("subject", .none, "what it asks about, as JSON"), .rowChecksum,
        ]
    ).keyed("llm_batch", "line")

    static let apiKeys = Table(
        "api_keys",
        [
            .text("name", .key), .text("digest").unique, .text("scopes"),
            .text("brands", .none, "a JSON array; NULL for all brands").optional,
            .number("created_at"), .number("revoked_at").optional, .rowChecksum,
        ])

    /// Insight jobs requested through the API, and their outcome.
    static let jobs = Table(
        "service_jobs",
        [
            .text("job", .key), .text("asked_by"), .text("idempotency_digest").optional,
            .text("request_digest"),
            .text("kind").listed("product", "family", "brand", "category", "portfolio"),
            .text("id"), .text("language"),
            .text("status").listed("queued", "running", "done", "failed"), .number("created_at"),
            .number("started_at").optional, .number("ended_at").optional, .number("lease_until"),
            .flag("is_counted", "it counts against its key's limit"),
            .number("made_run").optional, .text("problem").optional, .text("detail").optional,
            .rowChecksum,
        ]
    ).ruled("(status IN ('done', 'failed')) = (ended_at IS NOT NULL)").indexed(
        """
        CREATE UNIQUE INDEX service_jobs_by_name ON service_jobs (asked_by, idempotency_digest)
            WHERE idempotency_digest IS NOT NULL
        """,
        "CREATE INDEX service_jobs_by_time ON service_jobs (asked_by, created_at)",
        """
        CREATE INDEX service_jobs_open ON service_jobs (kind, id, language)
            WHERE ended_at IS NULL
        """)

    /// The outbox: messages that recipients are due, and what became of them.
    static let deliveries = Table(
        "deliveries",
        [
            .text("recipient"), .text("period", .none, "a recipient has one message a period"),
            .text("kind").oneOf("news", "nothing_new", "no_dump"),
            .number("from_run"), .number("to_run"), .text("message_id"), .number("created_at"),
            .number("attempts").checked("attempts >= 0"),
            .number("next_at", .none, "not tried before; of one being sent, the lease's end"),
            .text("status").oneOf("waiting", "sent", "dead"), .number("ended_at").optional,
            .text("fault").optional, .rowChecksum,
        ]
    ).ruled("(status = 'waiting') = (ended_at IS NULL)").keyed("recipient", "period")
}

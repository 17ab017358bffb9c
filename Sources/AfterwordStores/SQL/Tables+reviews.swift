/// Tables of bronze and silver, and of what people found about reviews.
extension Table {
    private static let place: [Column] = [
        .number("run"), .text("file"), .number("offset", .none, "first byte in the file, inflated"),
        .number("length"),
    ]
    private static let bytes: [Column] = [
        .blob("payload"), .blob("context", "the mapped fields that enclosed the record"),
    ]

    static let rawRecords = Table(
        "product_reviews_raw",
        [
            .number("raw_key", .bulkKey),
            .number("product_key", .none, "NULL for a review's first record").optional,
            .blob("identity_digest"), .blob("payload_digest"),
        ] + place + [.text("shape")] + bytes + [
            .number("pruned_run", .none, "the run that took its bytes away").optional.since(23)
        ]
    ).ruled("(raw_key < 0) = (product_key IS NOT NULL)")

    static let productRaw = Table(
        "product_raw", [.number("product_key"), .blob("digest")] + place + [.blob("payload")]
    ).keyed("product_key", "digest")

    static let rejectedRecords = Table(
        "rejected_records",
        [.blob("digest"), .number("occurrence")] + place + [
            .text("reason"), .text("field"), .text("product_id").optional, .text("shape"),
        ] + bytes
    ).keyed("digest", "occurrence")

    static let currentReviews = Table(
        "product_reviews_current",
        [
            .number("review_key", .bulkKey), .number("product_key"), .text("review_id"),
            .blob("identity_digest"), .text("identity_kind").oneOf("a", "b", "c"),
            .flag("is_live"), .blob("payload_digest"), .number("raw_key"),
            .number("history_key", .none, "the history row of its version"),
            .number("rating_flags", .none, "twice the rating, plus 1 for a title or a body")
                .renamed(from: "reading", in: 8),
            .number("first_raw_key", .none, "the record that it was first seen in"),
        ]
    ).renamed(from: "product_reviews_base", in: 8)

    /// A current row without the record that it was first seen in.
    static let currentStates = currentReviews.only { $0 != "first_raw_key" }

    /// Current rows in SQLite that were written first, one table of the view `currentReviews`.
    static let currentInitial = currentReviews.named("current_initial")
        .renamed(from: "product_reviews_base_first", in: 8)

    /// Current rows in SQLite that changed since, the other table. `first_raw_key` is NULL for a
    /// row that replaces one of the first table, and takes its value.
    static let currentDelta = Table(
        "current_delta", currentStates.columns + [.number("first_raw_key").optional]
    ).renamed(from: "product_reviews_base_later", in: 8)

    static let reviewHistory = Table(
        "product_reviews_history",
        [
            .number("history_key", .bulkKey), .number("review_key"),
            .number("version", .none, "0 for a late row")
                .checked("(version = 0) = (operation = 'late')"),
            .text("operation").oneOf(
                "insert", "update", "delete", "late", Column.Word("restate", since: 13)),
            .number("run"), .number("observed_at"),
            .number("changed_fields", .none, "one bit for each tracked field"),
            .blob("content_digest"), .blob("row_salt").checked("length(row_salt) = 16"),
            .blob("row_digest").checked("length(row_digest) = 32"),
        ] + .reviewValues
    ).ruled("history_key < 0 OR (history_key = review_key AND version = 1)")

    static let verdicts = Table(
        "review_verdicts",
        [
            .number("review_key"), .number("version").checked("version > 0"),
            .number("made_run").checked("made_run > 0"), .text("verdict").oneOf("real", "false"),
            .text("judged_by"), .text("why"),
            .blob("judged_digest").checked("length(judged_digest) = 16"),
        ]
    ).keyed("made_run", "review_key")

    /// What models read in versions of reviews, beside the program's own reading.
    static let enrichments = Table(
        "review_enrichments",
        [
            .number("review_key"), .number("version").checked("version > 0"),
            .number("made_run").checked("made_run > 0"), .text("language"), .text("model"),
            .text("served_model").optional, .text("cache_key"),
            .blob("read_digest").checked("length(read_digest) = 16"), .text("document"),
        ]
    ).keyed("review_key", "version", "language", "made_run")

    static let links = Table(
        "review_links",
        [
            .number("run").checked("run > 0"), .number("to_review_key"),
            .number("from_review_key"), .number("version").checked("version > 0"),
            .text("matched_by").oneOf(
                "similarity", "source_id", "author", "text", "reclean"),
            .blob("identity_digest"),
            .number("score", .none, "in millionths; NULL for a movement").optional,
        ]
    ).keyed("run", "to_review_key", "identity_digest")

    /// Parts of the search index, each of one run (`SearchSegment`).
    static let searchSegments = Table(
        "search_segments",
        [
            .number("segment", .key).checked("segment > 0"), .number("run").checked("run > 0"),
            .number("document_count").checked("document_count >= 0"),
            .number("bucket_bits", .none, "leading bits of a term that name its part"),
        ])

    static let searchParts = Table(
        "search_parts",
        [
            .number("part_key", .key, "segment × 65536 + its number in the segment"),
            .blob("data", "documents of terms, or keys of documents"),
        ])

    /// Payloads of current rows, moved (`PayloadMove`): not a table, but columns of one.
    static let payloadMoves = Table(
        currentReviews.name, [.blob("payload_digest"), .number("raw_key"), .number("review_key")])
}

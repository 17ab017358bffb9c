import AfterwordCore

/// All migrations of both stores.
///
/// To add a tracked field: a line in `addedFields`, and a migration of its version with the changes
/// of `fieldAdded`.
extension SchemaMigration {
    /// Tracked fields that the first release did not have, each with the version that adds its
    /// column.
    static let addedFields: [TrackedField: Int] = [:]

    /// The changes of a migration that adds a tracked field.
    ///
    /// - Parameter views: The version of the views at that time.
    private static func fieldAdded(views: Int) -> [Change] {
        [.addColumns(.reviewHistory), .cleanView, .reportViews(version: views)]
    }

    /// The version of the schema that has a field's column first.
    static func version(of field: TrackedField) -> Int { addedFields[field] ?? 1 }

    static let all: [SchemaMigration] = [
        SchemaMigration(1, "1 first light", firstTables),
        SchemaMigration(2, "2 report", [.reportViews(version: 1)]),
        SchemaMigration(
            3, "3 later reviews apart", only: .sqlite,
            [
                .withoutViews([
                    .sqlite(CurrentRows.split), .create(.currentDelta),
                    .sqlite(CurrentRows.view(asOf: 3)), .cleanView, .reportViews(version: 1),
                ])
            ]),
        // `audit` recomputes the sums with a query, which needs no write permission.
        SchemaMigration(
            3, "3 recomputed by a question", only: .postgres,
            [.postgres("DROP MATERIALIZED VIEW product_summary_recomputed")]),
        SchemaMigration(
            4, "llm_calls: tier, request ids, unread answers", [.addColumns(.modelCalls)]),
        SchemaMigration(
            5, "5 dump labels", [.addColumns(.runs), .reportViews(version: 2)]),
        SchemaMigration(
            6, "6 verdicts",
            [
                .allowWords(.runs), .create(.verdicts),
                .reportView(.verdicts),
            ]),
        SchemaMigration(7, "7 service jobs", [.create(.jobs)]),
        SchemaMigration(8, "8 plain names", [.withoutViews(plainNames)]),
        SchemaMigration(9, "9 digest rules", [.addColumns(.runs)]),
        SchemaMigration(
            10, "10 identity rules, unreadable fields",
            [.addColumns(.runs), .addColumns(.runFiles)]),
        SchemaMigration(11, "11 review links", [.create(.links), .reportView(.links)]),
        // Rows of before have none: the next run that changes something counts all scopes.
        SchemaMigration(
            12, "12 distinct reviews",
            [
                .addColumns(.summaries), .addColumns(.scopes), .addColumns(.scopeHistory),
                .reportViews(version: 3),
            ]),
        SchemaMigration(
            13, "13 estimated times, restated versions, capped dumps",
            [
                .allowWords(.runs), .addColumns(.runs), .addColumns(.shapes),
                .allowWords(.reviewHistory), .allowWords(.months), .allowWords(.monthHistory),
            ]),
        SchemaMigration(
            14, "14 checks without lists", only: .sqlite,
            [
                .withoutLists(.reviewHistory), .withoutLists(.months),
                .withoutLists(.monthHistory),
            ]),
        // Runs of before have no reader: their reviews are read when an answer needs them.
        SchemaMigration(
            15, "15 readings",
            [.allowWords(.runs), .addColumns(.runs), .create(.readings)]),
        SchemaMigration(16, "16 search", [.create(.searchSegments), .create(.searchParts)]),
        // The next load lists the versions of before.
        SchemaMigration(17, "17 lists", [.create(.reviewLists), .create(.themeSums)]),
        // Lists of before do not say what a version replaced; the next load makes them again.
        SchemaMigration(
            18, "18 lists of replaced versions",
            [.sqlite("DELETE FROM review_lists"), .postgres("DELETE FROM review_lists")]),
        // Answers and insights of before do not say what the server named.
        SchemaMigration(
            19, "19 batches, enrichments, models as served",
            [
                .allowWords(.runs), .addColumns(.modelCalls), .addColumns(.answers),
                .addColumns(.insights), .addColumns(.insightHistory), .create(.modelBatches),
                .create(.batchItems), .create(.enrichments), .reportViews(version: 4),
                .reportView(.enrichments),
            ]),
        SchemaMigration(20, "20 deliveries", [.create(.deliveries)]),
        // Batches of before have no prices: those of the collecting command count for them.
        SchemaMigration(21, "21 prices of batches", [.addColumns(.modelBatches)]),
        SchemaMigration(
            22, "22 work",
            [.allowWords(.runs), .create(.workMarks), .reportView(.workMarks)]),
        SchemaMigration(
            23, "23 pruned records", [.allowWords(.runs), .addColumns(.rawRecords)]),
        // Files of before have none.
        SchemaMigration(
            24, "24 versions of objects", [.addColumns(.runFiles), .reportViews(version: 5)]),
        SchemaMigration(25, "25 taxonomies", [.create(.taxonomies)]),
    ]

    /// Columns and tables get the words of their field: no row changes.
    private static let plainNames: [Change] =
        [.runAttempts, .shapes, .products, .answers, .modelCalls, .apiKeys, .jobs]
        .map { (table: Table) in .rename(table) } + [
            .only(.postgres, [.rename(.currentReviews)]),
            .postgres(
                """
                DO $$ BEGIN IF to_regclass('product_reviews_base_key') IS NOT NULL THEN
                    ALTER INDEX product_reviews_base_key RENAME TO product_reviews_current_key;
                END IF; END $$
                """
            ),
            .only(
                .sqlite,
                [
                    .rename(.currentInitial), .rename(.currentDelta),
                    .sqlite(CurrentRows.view(asOf: 8)), .cleanView, .reportViews(version: 2),
                    .reportView(.verdicts),
                ]),
        ]

    private static let firstTables: [Change] =
        [
            Table.runs, .runFiles, .runAttempts, .shapes, .products, .productHistory, .rawRecords,
            .productRaw, .rejectedRecords, .currentReviews, .reviewHistory, .summaries,
            .summaryHistory, .months, .monthHistory, .scopes, .scopeHistory, .insights,
            .insightHistory, .answers, .modelCalls, .apiKeys, .themes, .themeReviews,
        ].map { .create($0) } + [
            .sqlite(SQLiteSchema.bulkIndexes), .cleanView,
            .postgres(
                """
                CREATE MATERIALIZED VIEW product_summary_recomputed AS
                \(PostgresSums.recomputation(asOf: 1))
                WITH NO DATA
                """),
        ]
}

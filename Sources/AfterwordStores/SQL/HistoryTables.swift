/// The tables of an export, in the order in which they are written: the ledger last.
extension HistoryTable {
    static let all = [
        reviews, products, attributes, months, scopes, insights, themes, themeReviews, verdicts,
        links, enrichments, workMarks, taxonomies, rawRecords, productRecords, rejects, files, runs,
    ]

    private typealias ViewColumn = ReportView.Column

    /// A view of the store as a table of an export.
    ///
    /// - Parameter columns: Columns that depend on later runs, which are left out.
    private static func table(
        _ view: ReportView, _ tables: [String: Table], run: String, order: String,
        without columns: String...
    ) -> HistoryTable {
        var view = view.asOf(version: ReportView.version)
        view.columns.removeAll { columns.contains($0.name) }
        return HistoryTable(view: view, tables: tables, run: run, order: order)
    }

    private static let reviews = table(
        .reviewHistory, ["r": .reviewHistory, "p": .products], run: "r.run",
        order: "p.product_id, review_id, r.version"
    ).reviewed(by: "r.review_key", from: "FROM product_reviews_history r JOIN products_dim p")

    private static let products = table(
        .productHistory, ["s": .summaryHistory, "p": .products], run: "s.run",
        order: "p.product_id"
    ).with {
        $0.view.source = "FROM product_summary_history s CROSS JOIN products_dim p"
        $0.conditions = ofProduct("s.product_key") + " " + ofChanged("s.product_key")
    }

    private static let insights = table(
        .insightHistory, ["i": .insightHistory], run: "i.made_run",
        order: "i.kind, i.id, i.language")

    private static let themes = table(
        .themes, ["t": .themes], run: "t.made_run", order: "t.is_strength, t.aspect")

    private static let themeReviews = table(
        .themeReviews, ["t": .themeReviews, "p": .products], run: "t.made_run",
        order: "p.product_id, review_id, t.version, t.is_strength, t.aspect",
        without: "is_current"
    ).reviewed(by: "t.review_key", from: "FROM theme_reviews t JOIN products_dim p")

    private static let verdicts = table(
        .verdicts, ["v": .verdicts, "o": .runs, "p": .products], run: "v.made_run",
        order: "p.product_id, review_id"
    ).reviewed(
        by: "v.review_key",
        from: "FROM review_verdicts v JOIN runs o ON o.run = v.made_run JOIN products_dim p")

    private static let links = table(
        .links,
        ["l": .links, "o": .runs, "tp": .products, "fp": .products], run: "l.run",
        order: "to_product_id, to_review_id, from_product_id, from_review_id, l.identity_digest"
    ).with { table in
        for (place, column) in table.view.columns.enumerated() {
            let side = ["from_review_id": "l.from_review_key", "to_review_id": "l.to_review_key"]
            guard let key = side[column.name] else { continue }
            table.view.columns[place].expression = .plain(reviewID(key))
        }
        table.view.source = """
            FROM review_links l JOIN runs o ON o.run = l.run JOIN products_dim tp \
            ON tp.product_key = \(KeyLayout.product(ofReview: "l.to_review_key")) \
            JOIN products_dim fp \
            ON fp.product_key = \(KeyLayout.product(ofReview: "l.from_review_key"))
            """
    }

    private static let enrichments = table(
        .enrichments, ["e": .enrichments, "p": .products], run: "e.made_run",
        order: "p.product_id, review_id, e.version, e.language"
    ).reviewed(by: "e.review_key", from: "FROM review_enrichments e JOIN products_dim p")

    private static let workMarks = table(
        .workMarks, ["w": .workMarks, "o": .runs, "p": .products], run: "w.made_run",
        order: "w.place"
    ).reviewed(
        by: "w.review_key",
        from: "FROM work_marks w JOIN runs o ON o.run = w.made_run LEFT JOIN products_dim p"
    ).with { $0.nullable = ["product_id", "review_id"] }

    private static let files = table(
        .files, ["b": .runFiles], run: "b.run", order: "b.name")

    private static let runs = table(.runs, ["b": .runs], run: "b.run", order: "b.run")

    private static let idBeginning = "(SELECT b.review_id FROM product_reviews_current b WHERE"

    /// The id of a review by its key. A subquery for each row, and no join: SQLite would make a
    /// table of all current reviews for it.
    private static func reviewID(_ key: String) -> String {
        "\(idBeginning) b.review_key = \(key))"
    }

    /// Whether an expression is the id of a review.
    static func isReviewID(_ expression: String) -> Bool { expression.hasPrefix(idBeginning) }

    /// The table with the review and its product found by the review's key.
    ///
    /// - Parameter source: Ends with the table of products.
    private func reviewed(by key: String, from source: String) -> HistoryTable {
        with { table in
            for (place, column) in table.view.columns.enumerated() where column.name == "review_id"
            {
                table.view.columns[place].expression = .plain(Self.reviewID(key))
            }
            table.view.source =
                source + " ON p.product_key = \(KeyLayout.product(ofReview: key))"
        }
    }

    /// A condition that finds the product of each row, after the rows: these are read in order.
    private static func ofProduct(_ key: String) -> String { " AND p.product_key = \(key)" }

    /// A condition on sums, which have no index of the run: they change with reviews.
    private static func ofChanged(_ key: String) -> String { "\(changed)\(key))" }

    private func with(_ change: (inout HistoryTable) -> Void) -> HistoryTable {
        var table = self
        change(&table)
        return table
    }
}

/// Tables that have no view of their own rows in the store.
extension HistoryTable {
    private static let product = ViewColumn(
        "product_id", .plain("p.product_id"), "the product, as the source names it")

    private static let attributes = HistoryTable(
        view: ReportView(
            name: "product_attributes",
            comment: """
                What was known of a product after each run that changed it; as of run k, the row \
                with the greatest run up to k.
                """,
            columns: [
                product, ViewColumn("run", .plain("a.run"), "the run after which it was so"),
                ViewColumn("title", .plain("a.title"), "its title"),
                ViewColumn("brand", .plain("a.brand"), "its brand"),
                ViewColumn("category", .plain("a.category"), "its category"),
                ViewColumn("family", .plain("a.family"), "the family it is a variant of"),
                ViewColumn("price", .plain("a.price"), "its price, as the source writes it"),
                ViewColumn("owner", .plain("a.owner"), "who looks after it, by the catalog"),
                ViewColumn("units_sold", .plain("a.units_sold"), "units sold, as the catalog says"),
            ], source: "FROM products_dim_history a CROSS JOIN products_dim p"),
        tables: ["a": .productHistory, "p": .products], run: "a.run", order: "p.product_id",
        conditions: ofProduct("a.product_key"))

    private static let months = HistoryTable(
        view: ReportView(
            name: "month_history",
            comment: "The reviews of a product by the month they were written in, after each run.",
            columns: [
                product,
                ViewColumn("month", .plain("s.month"), "year × 100 + month, in UTC"),
                ViewColumn(
                    "origin", .plain("s.origin"),
                    "source or estimated; mock months are made up, no trend"),
                ViewColumn("run", .plain("s.run"), "the run after which the sums were so"),
            ] + ReportView.counters,
            // The newest sums of a month are in a table of their own, until a run replaces them.
            source: """
                FROM (SELECT * FROM product_aggregates_history m WHERE m.product_key > 0 \
                \(ofChanged("m.product_key")) UNION ALL \
                SELECT * FROM product_aggregates m WHERE m.product_key > 0 \
                \(ofChanged("m.product_key"))) s JOIN products_dim p USING (product_key)
                """),
        tables: ["s": .monthHistory, "p": .products], run: "s.run",
        order: "p.product_id, s.month, s.origin")

    private static let scopes = HistoryTable(
        view: ReportView(
            name: "scope_history",
            comment: "Brands, categories, families and the portfolio with their sums, by run.",
            columns: ReportView.scopes.columns + [
                ViewColumn("run", .plain("s.run"), "the run after which the sums were so")
            ], source: "FROM scope_summary_history s"),
        tables: ["s": .scopeHistory], run: "s.run", order: "s.kind, s.id")

    private static let taxonomies = HistoryTable(
        view: ReportView(
            name: "taxonomies",
            comment: "Files that rename, merge and add themes, each by the run that accepted it.",
            columns: [
                ViewColumn("run", .plain("t.made_run"), "the run that accepted it"),
                ViewColumn("recorded_at", .instant("o.recorded_at"), "when that was"),
                ViewColumn("document", .plain("t.document"), "the file as it was given"),
            ], source: "FROM taxonomies t JOIN runs o ON o.run = t.made_run"),
        tables: ["t": .taxonomies, "o": .runs], run: "t.made_run", order: "t.made_run")

    private static let rawRecords = HistoryTable(
        view: ReportView(
            name: "raw_records",
            comment: "The records as they came, byte for byte, with the place they lay at.",
            columns: [product] + place("r") + [
                ViewColumn("identity_digest", .digest("r.identity_digest"), "who the record is"),
                ViewColumn("payload_digest", .digest("r.payload_digest"), "its bytes and context"),
                ViewColumn("shape", .plain("r.shape"), "the shape it was read by"),
                ViewColumn("payload", .plain("r.payload"), "its bytes"),
                ViewColumn("context", .plain("r.context"), "the mapped fields that enclosed it"),
            ],
            // The first record of a review has no product: it is that of the review which refers
            // to it, and which the same run brought.
            source: """
                FROM (SELECT k.owner, x.* FROM \
                (SELECT \(KeyLayout.product(ofReview: "h.review_key")) AS owner, \
                (SELECT b.first_raw_key FROM product_reviews_current b \
                WHERE b.review_key = h.review_key) AS first_key \
                FROM product_reviews_history h WHERE \(ofRun) AND h.version = 1) k \
                JOIN product_reviews_raw x ON x.raw_key = k.first_key WHERE k.first_key >= 0 \
                UNION ALL SELECT x.product_key AS owner, x.* FROM product_reviews_raw x \
                WHERE x.raw_key < 0) r JOIN products_dim p ON p.product_key = r.owner
                """),
        tables: ["r": .rawRecords, "p": .products], run: "r.run",
        order: "p.product_id, r.identity_digest, r.payload_digest, r.raw_key")

    private static let productRecords = HistoryTable(
        view: ReportView(
            name: "product_records",
            comment: "What files say of a product beside its reviews, once for each digest.",
            columns: [product] + place("r") + [
                ViewColumn("digest", .digest("r.digest"), "of its bytes"),
                ViewColumn("payload", .plain("r.payload"), "its bytes"),
            ], source: "FROM product_raw r JOIN products_dim p USING (product_key)"),
        tables: ["r": .productRaw, "p": .products], run: "r.run",
        order: "p.product_id, r.digest")

    private static let rejects = HistoryTable(
        view: ReportView(
            name: "rejects", comment: "Records that were refused, with the reason and their bytes.",
            columns: [
                ViewColumn("product_id", .plain("r.product_id"), "the product, where it is read")
            ] + place("r") + [
                ViewColumn("reason", .plain("r.reason"), "why"),
                ViewColumn("field", .plain("r.field"), "which field"),
                ViewColumn("shape", .plain("r.shape"), "the shape it was read by"),
                ViewColumn("payload", .plain("r.payload"), "its bytes"),
                ViewColumn("context", .plain("r.context"), "the mapped fields that enclosed it"),
            ], source: "FROM rejected_records r"),
        tables: ["r": .rejectedRecords], run: "r.run",
        order: "r.file, r.\"offset\", r.digest, r.occurrence")

    private static func place(_ alias: String) -> [ViewColumn] {
        [
            ViewColumn("run", .plain("\(alias).run"), "the run that read it"),
            ViewColumn("file", .plain("\(alias).file"), "the file's name inside its dump"),
            ViewColumn(
                "byte_offset", .plain("\(alias).\"offset\""), "first byte in the file, inflated"),
            ViewColumn("byte_length", .plain("\(alias).length"), "its length in bytes"),
        ]
    }
}

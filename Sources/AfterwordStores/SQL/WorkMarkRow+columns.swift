import AfterwordCore
import AfterwordPipeline

extension Table {
    /// What people did about themes and reviews.
    static let workMarks = Table(
        "work_marks",
        [
            .number("made_run").checked("made_run > 0"),
            .number("place").checked("place >= 0"),
            .text("theme", .none, "NULL for a review").optional,
            .text("kind", .none, "the kind of the theme's scope; NULL for a review").optional,
            .text("id", .none, "the name of the theme's scope; NULL for a review").optional,
            .number("review_key", .none, "NULL for a theme").optional,
            .number("version", .none, "current when it was marked; NULL for a theme").optional,
            .text("mark").oneOf(
                "seen", "unseen", "note", "assigned", "open", "acknowledged", "fixed"),
            .text("text", .none, "a note, or who is to see to it").optional,
            .number("fixed_on", .none, "midnight UTC of the day").optional,
            .text("marked_by"),
        ]
    ).ruled(
        "(theme IS NULL) = (review_key IS NOT NULL)", "(theme IS NULL) = (kind IS NULL)",
        "(theme IS NULL) = (id IS NULL)", "(review_key IS NULL) = (version IS NULL)",
        "mark = 'fixed' OR fixed_on IS NULL"
    ).keyed("made_run", "place")
}

extension ColumnRow {
    var workMarkRow: WorkMarkRow {
        get throws {
            var (subject, marked): (WorkSubject, MarkedVersion?)
            if let theme = try text("theme") {
                guard try optional("review_key") == nil, try optional("version") == nil else {
                    throw unreadable("review_key")
                }
                (subject, marked) = (.theme(theme.string, of: try reviewScope), nil)
            } else {
                guard try text("kind") == nil, try text("id") == nil else {
                    throw unreadable("kind")
                }
                subject = .review(product: try id("product_id"), id: try id("review_id"))
                marked = MarkedVersion(reviewKey: try reviewKey(), version: try run("version"))
            }
            var row = WorkMarkRow(
                madeRun: try run("made_run"), place: try count("place"), subject: subject,
                marked: marked, mark: try word("mark"), markedBy: try id("marked_by"))
            row.text = try text("text")
            row.fixedOn = try optionalInstant("fixed_on")
            return row
        }
    }
}

extension WorkMarkRow: TableRow {
    func encode(into row: inout some RowSink) {
        row.add(madeRun)
        row.add(place)
        switch subject {
        case .theme(let theme, let scope):
            row.add(theme)
            row.add(scope.kind)
            row.add(scope.id)
        case .review:
            for _ in 0..<3 { row.add(nil as Text?) }
        }
        row.add(marked?.reviewKey)
        row.add(marked?.version)
        row.add(word: mark)
        row.add(text)
        row.add(fixedOn)
        row.add(markedBy)
    }
}

extension SQLReader {
    /// Themes and reviews are asked for apart: SQLite would read all current reviews to join them
    /// to marks of which some have none.
    func workMarks() throws -> [WorkMarkRow] {
        let themes = try session.fewRows(
            "SELECT * FROM work_marks WHERE review_key IS NULL", []
        ) { try $0.workMarkRow }
        let reviews = try session.fewRows(
            """
            SELECT w.*, r.review_id, p.product_id FROM work_marks w
            JOIN product_reviews_current r USING (review_key)
            JOIN products_dim p USING (product_key)
            """, []
        ) { try $0.workMarkRow }
        return (themes + reviews).sorted { ($0.madeRun, $0.place) < ($1.madeRun, $1.place) }
    }
}

extension ReportView {
    /// The view added by the migration `22 work`.
    static let workMarks = ReportView(
        name: "work_marks",
        comment:
            "What people did about themes and reviews; rows are only added, the newest counts.",
        columns: [
            Column("run", .plain("w.made_run"), "the run that recorded it"),
            Column("place", .plain("w.place"), "its place among the marks of the run, from 0"),
            Column("recorded_at", .instant("o.recorded_at"), "when it was recorded"),
            Column("marked_by", .plain("w.marked_by"), "who did it"),
            Column(
                "mark", .plain("w.mark"),
                "seen, unseen, note, assigned, open, acknowledged or fixed"),
            Column("text", .plain("w.text"), "a note, or who is to see to it"),
            Column("fixed_on", .instant("w.fixed_on"), "since when it is fixed"),
            Column("theme", .plain("w.theme"), "the theme; NULL for a review"),
            Column(
                "kind", .plain("w.kind"),
                "product, brand, category, family or portfolio: what the theme is of"),
            Column("id", .plain("w.id"), "its name; empty for the portfolio"),
            Column("product_id", .plain("p.product_id"), "the product of the review"),
            Column("review_id", .plain("r.review_id"), "the review; NULL for a theme"),
            Column("version", .plain("w.version"), "the version that was marked"),
        ],
        source: """
            FROM work_marks w JOIN runs o ON o.run = w.made_run \
            LEFT JOIN product_reviews_current r ON r.review_key = w.review_key \
            LEFT JOIN products_dim p ON p.product_key = r.product_key
            """)
}

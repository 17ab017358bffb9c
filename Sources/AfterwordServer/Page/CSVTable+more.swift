import AfterwordCore
import AfterwordPipeline

/// The tables of work, dangers, found reviews, runs and insights.
extension CSVTable {
    static let work = CSVTable(
        summary: "Everything that people did about themes and reviews, the newest first.",
        parameters: .work,
        head: [
            "theme", "scope", "product", "review", "state", "fixed_on", "assignee", "run",
            "recorded_at", "marked_by", "mark", "says",
        ]
    ) { call in
        try listedWork(call).flatMap { work in
            work.marks.reversed().map { workCells($0, of: work.item) }
        }
    }

    private static func workCells(_ mark: ListedMark, of item: WorkItem) -> [CSVCell] {
        let subject = item.subject
        var cells: [CSVCell] = [
            .text(subject.themeID ?? ""), .text(subject.scope?.written ?? ""),
            .text(subject.productID), .text(subject.reviewID),
        ]
        cells += [
            .text(item.state?.rawValue ?? ""), .text(item.fixedOn?.day ?? ""),
            .text(item.assignee), .count(mark.row.madeRun),
        ]
        cells += [
            .text(mark.recordedAt?.description ?? ""), .text(mark.row.markedBy),
            .text(mark.row.mark.rawValue), .text(mark.row.text),
        ]
        return cells
    }

    static let safety = CSVTable(
        summary: "Reviews that speak of a danger.",
        parameters: [.text("brand", "Only this brand."), .text("product", "Only this product.")],
        head: [
            "class", "hazard", "brand", "product", "review", "version", "stars", "language",
            "verdict", "says",
        ],
        pages: { call, page in
            try safetyReviews(call.reader, themeQuery(call), page: page).entries.map { own in
                [
                    .text(own.danger.dangerClass.rawValue), .text(own.hazard), .text(own.brand),
                    .text(own.review.productID), .text(own.review.reviewID),
                    .count(own.review.version),
                    .number(own.review.values.star.map { String($0) } ?? ""),
                    .text(own.language.rawValue), .text(own.verdict?.rawValue ?? ""),
                    .text(own.quote),
                ]
            }
        })

    /// At most this many found reviews are written.
    static let mostHits = 10_000

    static let search = CSVTable(
        summary: "The reviews in which words stand, the first 10,000.",
        parameters: [
            Parameter(
                name: "q", form: .text, isRequired: true,
                comment: "Words, all of which must stand in a review.", maxLength: 200),
            .text("brand", "Only this brand."), .text("product", "Only this product."),
            .number("star_min", 1...5, "Only of so many stars or more."),
            .number("star_max", 1...5, "Only of so many stars or fewer."), .language,
            .text("theme", "Only of this theme."),
            Parameter(
                name: "written_since", form: .date, comment: "Written on this day or later."),
            Parameter(
                name: "written_until", form: .date, comment: "Written by the end of this day."),
        ], head: ["brand", "product", "review", "version", "stars", "language", "says"]
    ) { call in
        try hits(call).map { hit in
            [
                .text(hit.brand), .text(hit.version.productID), .text(hit.version.reviewID),
                .count(hit.version.version),
                .number(hit.version.values.star.map { String($0) } ?? ""),
                .text(hit.language.rawValue), .text(hit.quote),
            ]
        }
    }

    private static func hits(_ call: Call) throws -> [SearchHit] {
        var hits: [SearchHit] = []
        do {
            let query = try SearchQuery(call.text("q") ?? "")
            var place: Int64? = 0
            while let from = place, hits.count < mostHits {
                let found = try searchReviews(
                    call.reader, query, searchFilter(call), from: from,
                    limit: mostHits - hits.count)
                hits += found.hits
                place = found.next
            }
            return hits
        } catch let fault as SearchQuery.Fault {
            throw Problem(.badParameter, "q: \(fault.words)")
        }
    }

    static let runs = CSVTable(
        summary: "Every run with the balance of its files, the newest first.",
        parameters: [
            .choice(
                "kind", RunFilter.names + ["usual"],
                "Only runs of this kind; usual: all but those of marks of people's work.")
        ],
        head: [
            "run", "kind", "observed_at", "recorded_at", "file", "shape", "found", "inserted",
            "updated", "unchanged", "copies", "shadowed", "late", "rejected", "suppressed",
        ]
    ) { call in
        try call.requireAll()
        let kind = call.text("kind") ?? "all"
        let filter: RunFilter = kind == "usual" ? .usual : RunFilter(kind) ?? .all
        let list = RunList(call.allRuns.filter { $0.run <= call.run.run }, filter)
        return try list.runs.reversed().flatMap { run in
            let files = try call.reader.files(ofRun: run.run)
            func row(_ name: String, _ shape: String, _ balance: Balance) -> [CSVCell] {
                [
                    .count(run.run), .text(kindName(run)),
                    .text(run.observedAt.description), .text(run.recordedAt.description),
                    .text(name), .text(shape),
                ] + balance.parts.map { .count($0.value) }
            }
            return files.isEmpty
                ? [row("", "", run.balance)]
                : files.map { row($0.name, $0.shape, $0.balance) }
        }
    }

    static let insights = CSVTable(
        summary: "The insights that stand.", parameters: [],
        head: ["kind", "scope", "language", "issues", "evidence_run", "made_run", "model"]
    ) { call in
        try call.requireAll()
        return try call.reader.insights(of: nil).map { row in
            [
                .text(row.scope.kind), .text(scopeName(row.scope)), .text(row.language),
                .count(row.issueCount), .count(row.evidenceRun), .count(row.madeRun),
                .text(row.model),
            ]
        }
    }
}

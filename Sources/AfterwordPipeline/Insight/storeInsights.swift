import AfterwordCore

/// The themes of the portfolio and the mentions they are counted from, with run number 0 until they
/// are stored.
struct CountedThemes: Sendable {
    var themes: [ThemeRow]
    var reviews: [ThemeReviewRow]
}

/// Counts the themes of all reviews. The mentions are those of versions newer than the last count.
func countedThemes(_ source: InsightSource, _ lexicon: Lexicon) -> CountedThemes {
    var counted = CountedThemes(themes: [], reviews: [])
    for isStrength in [false, true] {
        let themes = countThemes(source.reviews, strengths: isStrength, lexicon: lexicon)
        counted.themes += themes.map { theme in
            ThemeRow(
                madeRun: 0, evidenceRun: source.newestData.run, aspect: theme.aspect.id,
                isStrength: isStrength, mentions: theme.mentions, mixed: theme.mixed,
                new: theme.new, products: theme.products,
                brands: theme.brands,
                languages: theme.languages.sorted { Text($0) < Text($1) }.joined(separator: ","),
                starImpact: theme.starImpact)
        }
    }
    for read in source.reviews where read.review.run > source.themesRun {
        for isStrength in [false, true] {
            for aspect in read.aspects(negative: !isStrength).sorted() {
                let mention = read.reading.mentions.first {
                    $0.aspect == aspect && $0.isNegative != isStrength
                }
                guard let mention else { continue }
                counted.reviews.append(
                    ThemeReviewRow(
                        reviewKey: read.review.reviewKey, productID: read.review.productID,
                        reviewID: read.review.reviewID, version: read.review.version, madeRun: 0,
                        aspect: lexicon.aspects[aspect].id, isStrength: isStrength,
                        isMixed: !read.counts(asStrength: isStrength),
                        field: mention.field.name, start: Int64(mention.sentence.lowerBound),
                        end: Int64(mention.sentence.upperBound)))
            }
        }
    }
    return counted
}

/// What one insight run stores.
struct MadeInsights: Sendable {
    var rows: [InsightRow]
    /// The answers of a free model, from which the rows were made; those of a paid one are stored
    /// already.
    var answers: [CachedAnswer]
    /// Nil where the themes are not counted, or were stored with earlier rows.
    var themes: CountedThemes?
    /// Whether the model was asked though an insight of the same reviews stood.
    var isRefreshing = false
    /// Whether an insight of the same answer or of later reviews stays also where it was stored
    /// before the reviews were read.
    var isOnce = false

    /// The stored insight that stays in place of a row; nil where the row is to be stored.
    fileprivate func standing(
        for row: InsightRow, _ reader: any StoreReader, _ source: InsightSource
    ) throws -> InsightRow? {
        try reader.insights(of: row.scope).first { old in
            let isNew = old.madeRun > source.newestRun
            guard old.language == row.language, isNew || isOnce else { return false }
            return old.evidenceRun > row.evidenceRun
                || old.cacheKey == row.cacheKey && old.document == row.document
                || isNew && !isRefreshing && !isOnce && source.isReadAlike(asOf: old.evidenceRun)
                    && old.evidenceDigest == row.evidenceDigest
        }
    }
}

/// Stores insights, answers and themes as one insight run. An insight that another program stored
/// since the reviews were read stays, if it is of the same or of later reviews. Nothing is stored,
/// and no run made, without rows and themes that are new.
///
/// - Returns: The run's number, nil where nothing was stored, and what became of each row: made,
///   with its run set, or what stands in its place.
/// - Throws: `StoreFault`.
func storeInsights(
    _ made: MadeInsights, of source: InsightSource, in store: any ReviewStore, now: Instant
) throws -> (run: Int64?, outcomes: [InsightOutcome]) {
    guard !made.rows.isEmpty || made.themes != nil else { return (nil, []) }
    return try store.load(LoadIntent(isRehearsal: false)) { load in
        let head = try load.head()
        let run = head.nextRun
        var ledger = LedgerRows()
        var outcomes: [InsightOutcome] = []
        var new: [InsightRow] = []
        for var row in made.rows {
            if let old = try made.standing(for: row, load.reader, source) {
                outcomes.append(.standing(old))
                continue
            }
            row.madeRun = run
            ledger.add(row)
            new.append(row)
            outcomes.append(.made(row))
        }
        // Themes that another program counted meanwhile stay.
        let counted = try load.reader.themeRows().last?.evidenceRun ?? 0
        let themes = counted == source.newestThemesRun ? made.themes : nil
        guard !new.isEmpty || themes != nil else { return (nil, outcomes) }
        try load.append(answers: made.answers)
        try load.put(insights: new)
        if var themes {
            for index in themes.themes.indices {
                themes.themes[index].madeRun = run
                ledger.add(themes.themes[index])
            }
            try load.append(themes: themes.themes)
            for index in themes.reviews.indices { themes.reviews[index].madeRun = run }
            for start in stride(from: 0, to: themes.reviews.count, by: BatchLimit.rows) {
                let end = min(start + BatchLimit.rows, themes.reviews.count)
                for row in try load.append(themeReviews: Array(themes.reviews[start..<end])) {
                    ledger.add(row)
                }
            }
        }
        try load.finish(
            RunRecord(ofAnswers: .insight, after: head, source.observedAt, ledger, now), files: [])
        return (run, outcomes)
    }
}

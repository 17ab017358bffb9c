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
    /// Whether an insight stays that another program stored meanwhile, of the same answer or of
    /// later reviews.
    var isOnce = false

    /// The rows that are to be stored beside those that stand; nil in place of the others.
    fileprivate func open(_ reader: any StoreReader) throws -> [InsightRow?] {
        guard isOnce else { return rows }
        return try rows.map { row in
            let isStored = try reader.insights(of: row.scope).contains { standing in
                standing.language == row.language
                    && (standing.evidenceRun > row.evidenceRun
                        || standing.cacheKey == row.cacheKey && standing.document == row.document)
            }
            return isStored ? nil : row
        }
    }
}

/// Stores insights, answers and themes as one insight run. Nothing is stored, and no run made,
/// without rows and themes.
///
/// - Returns: The run's number, nil where nothing was stored, and the rows with their run set; nil
///   in place of those that stood already.
/// - Throws: `StoreFault`.
func storeInsights(
    _ made: MadeInsights, of source: InsightSource, in store: any ReviewStore, now: Instant
) throws -> (run: Int64?, rows: [InsightRow?]) {
    guard !made.rows.isEmpty || made.themes != nil else { return (nil, []) }
    return try store.load(LoadIntent(isRehearsal: false)) { load in
        let head = try load.head()
        let run = head.nextRun
        var ledger = LedgerRows()
        var insights = try made.open(load.reader)
        for index in insights.indices {
            guard var row = insights[index] else { continue }
            row.madeRun = run
            ledger.add(row)
            insights[index] = row
        }
        // Themes that another program counted meanwhile stay.
        let counted = try load.reader.themeRows().last?.evidenceRun ?? 0
        let themes = counted == source.newestThemesRun ? made.themes : nil
        let new = insights.compactMap(\.self)
        guard !new.isEmpty || themes != nil else { return (nil, insights) }
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
        return (run, insights)
    }
}

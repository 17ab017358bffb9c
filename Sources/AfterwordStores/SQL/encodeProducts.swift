import AfterwordCore
import AfterwordPipeline

extension RowSink {
    mutating func add(_ counters: Counters) {
        add(counters.reviewCount)
        add(counters.ratedCount)
        add(counters.ratingSum)
        for star in counters.stars { add(star) }
        add(counters.verifiedCount)
        add(counters.helpfulVotes)
    }
}

extension ProductState: TableRow {
    func encode(into row: inout some RowSink) {
        row.add(productKey)
        row.add(productID)
        row.add(word: kind)
        row.add(lastObservedAt)
        row.add(lastCompleteAt)
        row.add(firstRun)
        row.add(lastRun)
        for attribute in Attribute.allCases {
            let stored = attributes[attribute]
            row.add(stored?.value)
            row.add(stored?.rank.rawValue)
            row.add(stored?.observedAt)
        }
        row.add(rowChecksum)
    }
}

extension AttributeRow: TableRow {
    func encode(into row: inout some RowSink) {
        row.add(productKey)
        row.add(run)
        for attribute in Attribute.allCases { row.add(attributes[attribute]) }
    }
}

extension ProductSummary: TableRow {
    func encode(into row: inout some RowSink) {
        row.add(productKey)
        row.add(firstReviewAt)
        row.add(lastReviewAt)
        row.add(lastChangedRun)
        row.add(counters)
        row.add(optionalBlob: distinctKeys?.bytes)
    }

    /// Adds the columns of `Table.summaryHistory`.
    func encode(run: Int64, into row: inout some RowSink) {
        row.add(productKey)
        row.add(run)
        row.add(firstReviewAt)
        row.add(lastReviewAt)
        row.add(counters)
    }
}

extension MonthSummary {
    /// Adds the columns of `Table.months`, and of its history.
    func encode(run: Int64, into row: inout some RowSink) {
        row.add(productKey)
        row.add(key.month)
        row.add(word: key.origin)
        row.add(run)
        row.add(counters)
    }
}

extension ScopeSummary: TableRow {
    func encode(into row: inout some RowSink) { encode(run: nil, into: &row) }

    /// Adds the columns of `Table.scopes`, or with a run those of its history.
    func encode(run: Int64?, into row: inout some RowSink) {
        row.add(word: scope.kind)
        row.add(scope.id)
        if let run { row.add(run) }
        row.add(productCount)
        row.add(counters)
        row.add(distinct?.count)
        row.add(distinct?.rated)
        row.add(distinct?.negatives)
    }
}

extension InsightRow: TableRow {
    func encode(into row: inout some RowSink) {
        row.add(scope.kind)
        row.add(scope.id)
        row.add(language)
        row.add(evidenceRun)
        row.add(madeRun)
        row.add(model)
        row.add(cacheKey.description)
        row.add(evidenceDigest.description)
        row.add(issueCount)
        row.add(document)
        row.add(optional: servedModel)
    }
}

extension ThemeRow: TableRow {
    func encode(into row: inout some RowSink) {
        row.add(madeRun)
        row.add(evidenceRun)
        row.add(aspect)
        row.add(flag: isStrength)
        row.add(mentions)
        row.add(mixed)
        row.add(new)
        row.add(products)
        row.add(brands)
        row.add(languages)
        row.add(starImpact)
    }
}

extension ThemeReviewRow: TableRow {
    func encode(into row: inout some RowSink) {
        row.add(reviewKey)
        row.add(version)
        row.add(madeRun)
        row.add(aspect)
        row.add(flag: isStrength)
        row.add(flag: isMixed)
        row.add(field)
        row.add(start)
        row.add(end)
    }
}

import AfterwordCore
import AfterwordPipeline

/// Receives the columns of a row in the order of `Columns`, one call per column.
protocol ColumnSink {
    /// Adds an integer; nil for NULL.
    func add(_ number: Int64?)
    /// Adds a text; nil for NULL.
    func add(_ text: Text?)
    /// Adds a text.
    func add(_ text: String)
    /// Adds a byte string.
    func add(blob bytes: [UInt8])
    /// Adds a boolean; nil for NULL.
    func add(flag: Bool?)
}

extension ColumnSink {
    func add(_ values: ReviewValues, author: Text?, _ times: ReviewTimes) {
        add(values.rating)
        add(values.title)
        add(values.body)
        add(values.authorName)
        add(flag: values.verified)
        add(values.helpfulVotes)
        add(values.variant)
        add(values.country)
        add(values.language)
        add(author)
        add(times.createdAt.microseconds)
        add(times.createdOrigin.rawValue)
        add(times.updatedAt.microseconds)
        add(times.updatedOrigin.rawValue)
    }

    func add(_ counters: Counters) {
        add(counters.reviewCount)
        add(counters.ratedCount)
        add(counters.ratingSum)
        for star in counters.stars { add(star) }
        add(counters.verifiedCount)
        add(counters.helpfulVotes)
    }

    func add(_ balance: Balance) {
        for (_, count) in balance.parts { add(count) }
    }

    func add(_ row: RawRow) {
        add(row.rawKey)
        // The first record of a review has no product key of its own: the review that references
        // the record has it.
        add(row.rawKey < 0 ? row.productKey : nil)
        add(blob: row.record.identity.bytes)
        add(blob: row.record.payload.bytes)
        add(row.run)
        add(row.file)
        add(row.offset)
        add(row.length)
        add(row.shape)
        add(blob: row.payload)
        add(blob: row.context)
    }

    func add(_ row: ProductRawRow) {
        add(row.productKey)
        add(blob: row.digest.bytes)
        add(row.run)
        add(row.file)
        add(row.offset)
        add(row.length)
        add(blob: row.payload)
    }

    func add(_ row: RejectRow) {
        add(blob: row.digest.bytes)
        add(row.occurrence)
        add(row.run)
        add(row.file)
        add(row.offset)
        add(row.length)
        add(row.reason.rawValue)
        add(row.field)
        add(row.productID)
        add(row.shape)
        add(blob: row.payload)
        add(blob: row.context)
    }

    func add(_ row: HistoryRow) {
        add(row.historyKey)
        add(row.reviewKey)
        add(row.version)
        add(row.operation.rawValue)
        add(row.run)
        add(row.observedAt.microseconds)
        add(row.changedFields.rawValue)
        add(blob: row.contentDigest.bytes)
        add(blob: row.salt)
        add(blob: row.rowDigest.bytes)
        add(row.values, author: row.authorID, row.times)
    }

    func add(_ row: ReviewRow) {
        add(stateOf: row)
        add(row.firstRawKey)
    }

    /// All columns of a current row except `first_raw_key`.
    func add(stateOf row: ReviewRow) {
        let review = row.review
        add(review.reviewKey)
        add(row.productKey)
        add(review.reviewID)
        add(blob: review.identity.bytes)
        add(review.kind.rawValue)
        add(flag: review.isLive)
        add(blob: review.payloadDigest.bytes)
        add(review.rawKey)
        add(row.historyKey)
        add(
            reading(
                rating: review.values.rating,
                hasText: review.values.hasText))
    }

    func add(_ move: PayloadMove) {
        add(blob: move.payloadDigest.bytes)
        add(move.rawKey)
        add(move.reviewKey)
    }

    func add(_ product: ProductState) {
        add(product.productKey)
        add(product.productID)
        add(product.kind.rawValue)
        add(product.lastObservedAt.microseconds)
        add(product.lastCompleteAt?.microseconds)
        add(product.firstRun)
        add(product.lastRun)
        for attribute in Attribute.allCases {
            let stored = product.attributes[attribute]
            add(stored?.value)
            add(stored?.rank.rawValue)
            add(stored?.observedAt.microseconds)
        }
        add(blob: product.seal.bytes)
    }

    func add(_ row: AttributeRow) {
        add(row.productKey)
        add(row.run)
        for attribute in Attribute.allCases { add(row.attributes[attribute]) }
    }

    func add(_ row: ProductSummary) {
        add(row.productKey)
        add(row.firstReviewAt?.microseconds)
        add(row.lastReviewAt?.microseconds)
        add(row.lastChangedRun)
        add(row.counters)
    }

    func add(_ row: ProductSummary, run: Int64) {
        add(row.productKey)
        add(run)
        add(row.firstReviewAt?.microseconds)
        add(row.lastReviewAt?.microseconds)
        add(row.counters)
    }

    /// A row of `product_aggregates`, or of its history.
    func add(_ row: MonthSummary, run: Int64) {
        add(row.productKey)
        add(row.key.month)
        add(row.key.origin.rawValue)
        add(run)
        add(row.counters)
    }

    /// A row of `scope_summary`; with a run, a row of `scope_summary_history`.
    func add(_ row: ScopeSummary, run: Int64? = nil) {
        add(row.scope.kind.rawValue)
        add(row.scope.id)
        if let run { add(run) }
        add(row.productCount)
        add(row.counters)
    }

    func add(_ run: RunRecord) {
        add(run.run)
        add(run.recordedAt.microseconds)
        add(run.observedAt.microseconds)
        add(run.observedOrigin.rawValue)
        add(run.completeness.rawValue)
        add(String(run.seed))
        add(run.deleted)
        add(run.productsNamed)
        add(run.profile.records)
        add(run.profile.brands)
        add(run.profile.rated)
        add(run.profile.ratingSum)
        add(run.profile.withoutText)
        add(blob: run.previousDigest.bytes)
        add(blob: run.historyDigest.bytes)
        add(blob: run.ledgerDigest.bytes)
        add(run.balance)
        add(run.dumpLabel)
    }

    func add(_ shape: ShapeRow) {
        add(shape.name)
        add(shape.version)
        add(shape.document)
        add(blob: shape.seal.bytes)
    }

    func add(_ file: FileRecord) {
        add(file.run)
        add(file.name)
        add(file.byteCount)
        add(blob: file.digest.bytes)
        add(file.shape)
        add(file.nonstandardLiterals)
        add(file.balance)
    }

    func add(_ row: InsightRow) {
        add(row.scope.kind)
        add(row.scope.id)
        add(row.language)
        add(row.evidenceRun)
        add(row.madeRun)
        add(row.model)
        add(row.cacheKey.description)
        add(row.evidenceDigest.description)
        add(row.issueCount)
        add(row.document)
    }

    func add(_ row: ThemeRow) {
        add(row.madeRun)
        add(row.evidenceRun)
        add(row.aspect)
        add(flag: row.isStrength)
        add(row.mentions)
        add(row.mixed)
        add(row.new)
        add(row.products)
        add(row.brands)
        add(row.languages)
        add(row.starImpact)
    }

    func add(_ row: ThemeReviewRow) {
        add(row.reviewKey)
        add(row.version)
        add(row.madeRun)
        add(row.aspect)
        add(flag: row.isStrength)
        add(flag: row.isMixed)
        add(row.field)
        add(row.start)
        add(row.end)
    }

    func add(_ row: VerdictRow) {
        add(row.reviewKey)
        add(row.version)
        add(row.madeRun)
        add(row.verdict.rawValue)
        add(row.judgedBy)
        add(row.why)
        add(blob: row.judged.bytes)
    }

    private func add(_ usage: ModelUsage?) {
        add(usage?.input)
        add(usage?.cachedInput)
        add(usage?.output)
    }

    func add(_ row: CachedAnswer) {
        add(row.key.description)
        add(row.model)
        add(row.madeAt.microseconds)
        add(row.usage)
        add(row.answer)
        add(blob: row.seal.bytes)
    }

    func add(_ row: APIKeyRow) {
        add(row.name)
        add(row.digest.description)
        add(row.writtenScopes)
        add(row.writtenBrands.map { Text($0) })
        add(row.createdAt.microseconds)
        add(row.revokedAt?.microseconds)
        add(blob: row.seal.bytes)
    }

    func add(_ row: JobRow) {
        add(row.job)
        add(row.askedBy)
        add(row.idempotency.map { Text($0.description) })
        add(row.request.description)
        add(row.scope.kind)
        add(row.scope.id)
        add(row.language)
        add(row.status.rawValue)
        for instant in [row.createdAt, row.startedAt, row.endedAt, row.leaseUntil] as [Instant?] {
            add(instant?.microseconds)
        }
        add(flag: row.isCounted)
        add(row.madeRun)
        add(row.problem.map { Text($0) })
        add(row.detail.map { Text($0) })
        add(blob: row.seal.bytes)
    }

    func add(_ row: ModelCall) {
        add(row.call)
        add(row.batch)
        add(row.cacheKey.description)
        add(row.requestDigest.description)
        add(row.model)
        add(row.startedAt.microseconds)
        add(row.leaseUntil.microseconds)
        add(row.endedAt?.microseconds)
        add(row.reserved)
        add(row.cost)
        add(row.usage)
        add(row.outcome.map { Text($0) })
        add(row.usage?.cacheWrite)
        for text in [row.tier, row.requestID, row.clientRequestID, row.unreadAnswer] {
            add(text.map { Text($0) })
        }
        add(blob: row.seal.bytes)
    }
}

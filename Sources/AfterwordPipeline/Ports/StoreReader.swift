package import AfterwordCore

/// One snapshot: the state after its newest committed run. Rows come in byte order of their text
/// keys unless stated otherwise. `AsOfReader` reads the same after an earlier run.
///
/// Reads of one product, of a span or of a page hold as many rows as they are asked for. Those of
/// all products (`nil`) hold the whole store in memory: `forEachSpan` walks through it instead.
package protocol StoreReader: AnyObject {
    /// All runs, in order of their numbers.
    func runs() throws -> [RunRecord]
    /// The newest run of the snapshot; nil before the first.
    func newestRun() throws -> RunRecord?
    /// Rows of `run_files`, of one run or of all.
    func files(ofRun run: Int64?) throws -> [FileRecord]
    /// Rows of `run_attempts`.
    func attempts() throws -> [RunAttempt]
    /// Rows that are updated in place, each with its stored row checksum and the one computed now.
    func checksummedRows() throws -> [ChecksummedRow]
    /// Shapes used so far, as last used, by name.
    func shapes() throws -> [ShapeRow]

    /// Live and deleted reviews, of one product or of all.
    func reviews(ofProduct id: Text?) throws -> [StoredReview]
    /// A product's reviews without internal columns, in any order.
    func listedReviews(ofProduct id: Text, withDeleted: Bool) throws -> [ListedReview]
    /// Calls `take` with the key, digests and counts of every review, or of every review of the
    /// products in a key range, in any order (`PayloadIndex`).
    func currentPayloads(
        ofProducts keys: ClosedRange<Int64>?, _ take: (CurrentPayload) -> Void
    ) throws
    /// Versions and late rows, by product, review, version, then run.
    func history(ofProduct product: Text?, review: Text?) throws -> [HistoryRow]
    /// The reviews that have a version from the runs after `from` up to `to`, and the history of
    /// these reviews up to `to`. Reads no other history.
    func changed(after from: Int64, upTo to: Int64) throws -> ChangedReviews
    /// The first versions of the reviews that the runs after `from` up to `to` brought, in any
    /// order. Run 1 is left out, because nothing is before it.
    func firstVersions(after from: Int64, upTo to: Int64) throws -> [FirstVersion]
    /// The segments of the search index, those of the newest run first, then in order of their
    /// numbers. A store that an earlier program wrote has none until its next load.
    func searchSegments() throws -> [SearchSegment]
    /// Parts of segments by their keys, in any order; a key that is not stored has no result.
    func searchParts(_ keys: [Int64]) throws -> [SearchPart]
    /// Rows of `product_reviews_raw`, of one product or of all.
    func raw(ofProduct id: Text?) throws -> [RawRow]
    /// Rows of `product_raw`, of one product or of all.
    func productRaw(ofProduct id: Text?) throws -> [ProductRawRow]
    /// Rows of `rejected_records`, of all runs.
    func rejects() throws -> [RejectRow]
    /// Rejects in order of digest and occurrence: the first `limit` after a place, or of all.
    func rejects(after place: RejectPlace?, limit: Int) throws -> [RejectRow]
    /// Products, one or all.
    func products(_ id: Text?) throws -> [ProductState]
    /// Labels of all products, in the order of `products`.
    ///
    /// - Parameter run: As they were after a run; nil for now. Times of observation are those of
    ///   now.
    func productLabels(asOf run: Int64?) throws -> [ProductLabel]
    /// Products by their keys, in any order.
    func products(withKeys keys: Set<Int64>) throws -> [ProductState]
    /// Products in byte order of their ids: the first `limit` after an id, or of all. Fewer are
    /// returned only where no more follow.
    func products(after id: Text?, limit: Int) throws -> [ProductState]
    /// For each of these products that has a review, the number of its reviews and of their
    /// versions after the first: at least as many as a span of it has versions.
    func rowCounts(ofProducts ids: ClosedRange<Text>) throws -> [Text: Int]
    /// The ids of reviews that cut a product into parts of about `rows` versions each, in order;
    /// none where it has no more.
    func cuts(ofProduct id: Text, rows: Int) throws -> [Text]
    /// Reviews by their keys, in any order; a key that is not stored has no result.
    func reviews(withKeys keys: [Int64]) throws -> [StoredReview]
    /// Versions and late rows of reviews by their keys; by product, review, version, then run.
    func history(ofReviews keys: [Int64]) throws -> [HistoryRow]
    /// Live and deleted reviews of a span.
    func reviews(in span: RowSpan) throws -> [StoredReview]
    /// Versions and late rows of a span's reviews, by product, review, version, then run.
    func history(in span: RowSpan) throws -> [HistoryRow]
    /// Rows of `product_reviews_raw` of a span. In a part of a product are the first records of its
    /// reviews; all others of the product are in its first part.
    func raw(in span: RowSpan) throws -> [RawRow]
    /// Rows of `product_raw` of these products.
    func productRaw(ofProducts ids: ClosedRange<Text>) throws -> [ProductRawRow]
    /// Current sums of these products' months.
    func months(ofProducts ids: ClosedRange<Text>) throws -> [MonthSummary]
    /// Rows of `products_dim_history` of these products.
    func attributeHistory(ofProducts ids: ClosedRange<Text>) throws -> [AttributeRow]
    /// The history of these products' sums.
    func summaryHistory(ofProducts ids: ClosedRange<Text>) throws -> [HistoryOf<ProductSummary>]
    /// The history of the sums of these products' months.
    func monthHistory(ofProducts ids: ClosedRange<Text>) throws -> [HistoryOf<MonthSummary>]
    /// Calls `take` with each product's key and the keys of its live reviews, as they are now, in
    /// any order; a product whose keys were never written is left out.
    func distinctKeys(_ take: (Int64, DistinctKeys) -> Void) throws
    /// Rows of `product_readings` of these products, of runs up to `run`; by product key, then run.
    func readings(ofProducts keys: ClosedRange<Int64>, upTo run: Int64) throws -> [ReadingsRow]
    /// Calls `take` with the key of each of these products, or of all, and the marks of all its
    /// versions up to a run, without their places, in order of the keys; a product without readings
    /// is left out.
    ///
    /// - Throws: What `take` throws, which ends the walk; `StoreFault`.
    func marks(
        ofProducts keys: ClosedRange<Int64>?, upTo run: Int64,
        _ take: (Int64, ReadingHistory) throws -> Void
    ) throws
    /// Calls `take` with what each run after `from` up to `to` added to a list of reviews, read by
    /// a version of the reader; by run, then part.
    ///
    /// - Throws: What `take` throws, which ends the walk; `StoreFault`.
    func listed(
        _ list: ReviewList, by reader: Int64, after from: Int64, upTo to: Int64,
        _ take: (ReviewListRow) throws -> Void
    ) throws
    /// Whether any list has a version that was read by a version of the reader.
    func hasLists(by reader: Int64) throws -> Bool
    /// The newest sums of themes up to a run of each of these scopes, or of all; by scope. A scope
    /// whose sums are not kept is left out.
    func themeSums(of scopes: [Scope]?, upTo run: Int64) throws -> [ThemeSumsRow]
    /// All sums of themes, by scope and run.
    func themeSumsHistory() throws -> [ThemeSumsRow]
    /// Current sums of months, of one product or of all.
    func months(ofProduct id: Text?) throws -> [MonthSummary]
    /// Current sums of all scopes.
    func scopes() throws -> [ScopeSummary]
    /// Current sums of these scopes, in the order of `wanted`; an unknown scope has no result.
    func scopes(_ wanted: [Scope]) throws -> [ScopeSummary]

    /// Rows of `products_dim_history`, of one product or of all.
    func attributeHistory(ofProduct id: Text?) throws -> [AttributeRow]
    /// The history of products' sums, of one product or of all.
    func summaryHistory(ofProduct id: Text?) throws -> [HistoryOf<ProductSummary>]
    /// The history of months' sums, of one product or of all.
    func monthHistory(ofProduct id: Text?) throws -> [HistoryOf<MonthSummary>]
    /// The history of scopes' sums.
    func scopeHistory() throws -> [HistoryOf<ScopeSummary>]
    /// The history of one scope's sums.
    func scopeHistory(of scope: Scope) throws -> [HistoryOf<ScopeSummary>]
    /// The sums of all scopes of a kind after each run after `from` up to `to` that moved them, and
    /// the sums that those scopes had at `from`; by scope and run.
    func scopeHistory(
        _ kind: ScopeKind, after from: Int64, upTo to: Int64
    ) throws -> [HistoryOf<ScopeSummary>]

    /// Current insights, one for each scope and language; of one scope, or of all.
    func insights(of scope: ReviewScope?) throws -> [InsightRow]
    /// All insights, by scope, language and run.
    func insightHistory(of scope: ReviewScope?) throws -> [InsightRow]
    /// Rows of `themes`.
    func themeRows() throws -> [ThemeRow]
    /// Rows of `theme_reviews`.
    func themeReviewRows() throws -> [ThemeReviewRow]
    /// Verdicts on reviews, in the order in which they were recorded.
    func verdicts() throws -> [VerdictRow]
    /// Marks of people's work, in the order in which they were recorded.
    func workMarks() throws -> [WorkMarkRow]
    /// Accepted taxonomies, by run.
    func taxonomies() throws -> [TaxonomyRow]
    /// What models read in the reviews of these products, or of all; by product, review, version,
    /// language, then run.
    func enrichments(ofProducts ids: ClosedRange<Text>?) throws -> [EnrichmentRow]
    /// The same of reviews by their keys, in any order.
    func enrichments(ofReviews keys: [Int64]) throws -> [EnrichmentRow]
    /// Links between reviews, by run, then by the product and review that they lead to.
    func links() throws -> [ReviewLink]
    /// The cached answer for a key.
    func cachedAnswer(_ key: Digest256) throws -> CachedAnswer?
    /// All cached answers.
    func cachedAnswers() throws -> [CachedAnswer]
    /// Rows of `llm_calls`.
    func modelCalls() throws -> [ModelCall]
    /// Rows of `llm_batches`, by number.
    func modelBatches() throws -> [ModelBatch]
    /// Rows of `llm_batch_items`, by batch and line.
    func batchItems() throws -> [BatchItem]
    /// Rows of `api_keys`, by name. They belong to this store and are not copied.
    func apiKeys() throws -> [APIKeyRow]
    /// Rows of `deliveries`, by recipient, then by the time they were made and their period.
    func deliveries() throws -> [DeliveryRow]
    /// A row of `service_jobs`. Jobs belong to this store and are not copied.
    func job(_ id: String) throws -> JobRow?
}

extension StoreReader {
    package func productLabels() throws -> [ProductLabel] { try productLabels(asOf: nil) }

    package func products(withKeys keys: Set<Int64>) throws -> [ProductState] {
        try products(nil).filter { keys.contains($0.productKey) }
    }

    package func listedReviews(ofProduct id: Text, withDeleted: Bool) throws -> [ListedReview] {
        try reviews(ofProduct: id).filter { withDeleted || $0.isLive }.map(\.listed)
    }

    package func currentPayloads(
        ofProducts wanted: ClosedRange<Int64>?, _ take: (CurrentPayload) -> Void
    ) throws {
        var keys: [Text: Int64] = [:]
        for product in try products(nil) { keys[product.productID] = product.productKey }
        for review in try reviews(ofProduct: nil) {
            guard let key = keys[review.productID], wanted?.contains(key) ?? true else { continue }
            take(
                CurrentPayload(
                    reviewKey: review.reviewKey, productKey: key,
                    identity: review.identity, payload: review.payloadDigest,
                    isIdentifiedByContent: review.kind == .content, isLive: review.isLive,
                    rating: review.values.rating,
                    hasText: review.values.title != nil || review.values.body != nil))
        }
    }
}

/// The first version of a review: what a run brought.
package struct FirstVersion: Hashable, Sendable {
    package var reviewKey: Int64
    package var run: Int64
    /// In tenths; nil without a rating.
    package var rating: Int64?

    package init(reviewKey: Int64, run: Int64, rating: Int64?) {
        (self.reviewKey, self.run, self.rating) = (reviewKey, run, rating)
    }
}

/// Reviews as they are now, with their versions.
package struct ChangedReviews: Sendable {
    package var reviews: [StoredReview]
    package var history: [HistoryRow]

    package init(reviews: [StoredReview], history: [HistoryRow]) {
        self.reviews = reviews
        self.history = history
    }

    /// The reviews that existed after a run, as they were then, deleted ones included.
    package func asOf(_ run: Int64) -> [StoredReview] {
        var own: [Int64: StoredReview] = [:]
        for review in reviews { own[review.reviewKey] = review }
        var newest: [StoredReview] = []
        for row in history where row.run <= run && row.operation != .late {
            guard var review = own[row.reviewKey] else { continue }
            review.version = row.version
            review.isLive = row.operation != .delete
            review.run = row.run
            review.observedAt = row.observedAt
            review.values = row.values
            review.authorID = row.authorID
            review.times = row.times
            review.contentDigest = row.contentDigest
            if newest.last?.reviewKey == row.reviewKey { newest.removeLast() }
            newest.append(review)
        }
        return newest
    }
}

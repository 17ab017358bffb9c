import AfterwordCore
import AfterwordPipeline

/// A load on a copy of the state, which replaces the store's when it commits.
final class MemoryLoad: StoreLoad {
    var state: MemoryStore.State
    /// How the load ended its attempt, and when; nil before.
    private(set) var end: (outcome: AttemptOutcome, at: Instant)?

    init(_ state: MemoryStore.State) { self.state = state }

    func head() throws -> StoreHead {
        let complete = state.runs.filter { $0.completeness == .all }
        var head = StoreHead(
            nextRun: Int64(state.runs.count + 1),
            nextProductKey: (state.products.keys.max() ?? 0) + 1,
            nextRawKey: nextAppended(state.raw.keys.filter { $0 < 0 }.max()),
            nextHistoryKey: nextAppended(
                state.history.map(\.historyKey).filter { $0 < 0 }.max()),
            nextSegment: (state.searchSegments.map(\.segment).max() ?? 0) + 1,
            lastRecordedAt: state.runs.last?.recordedAt,
            historyDigest: state.runs.last?.historyDigest ?? genesisDigest,
            ledgerDigest: state.runs.last?.ledgerDigest ?? genesisDigest,
            lastCompleteAllAt: complete.map(\.observedAt).max(),
            lastCompleteAllRun: complete.map(\.run).max())
        head.reader = state.runs.last?.reader
        return head
    }

    func append(readings rows: [ReadingsRow]) throws {
        for row in rows {
            precondition(
                !state.readings.contains { $0.productKey == row.productKey && $0.run == row.run },
                "a run adds to the readings of a product once")
        }
        state.readings += rows
    }

    func append(lists rows: [ReviewListRow]) throws {
        for row in rows {
            precondition(
                !state.lists.contains {
                    $0.list == row.list && $0.run == row.run && $0.part == row.part
                }, "a part of a list is added once")
        }
        state.lists += rows
    }

    func append(themeSums rows: [ThemeSumsRow]) throws {
        for row in rows {
            precondition(
                !state.themeSums.contains { $0.scope == row.scope && $0.run == row.run },
                "a run sums the themes of a scope once")
        }
        state.themeSums += rows
    }

    func runs(holding files: [Digest256]) throws -> [RunClock] {
        state.runs.filter { run in
            let held = Set(state.files.filter { $0.run == run.run }.map(\.digest))
            return !files.isEmpty && files.allSatisfy(held.contains)
        }.map {
            RunClock(
                run: $0.run, observedAt: $0.observedAt, dumpLabel: $0.dumpLabel)
        }
    }

    func products(_ ids: [Text]) throws -> [ProductState] {
        ids.compactMap { productKey($0).flatMap { state.products[$0] } }
    }

    func productIDs(after id: Text?, limit: Int) throws -> [Text] {
        let ids = state.products.values.map(\.productID).sorted()
        return Array(ids.filter { id == nil || $0 > id! }.prefix(limit))
    }

    func currentKeys(ofProducts keys: [Int64]) throws -> [CurrentKey] {
        let wanted = Set(keys)
        return state.reviews.values.compactMap { review in
            guard let key = productKey(review.productID), wanted.contains(key) else { return nil }
            return CurrentKey(
                reviewKey: review.reviewKey, productKey: key, identity: review.identity,
                payloadDigest: review.payloadDigest, isLive: review.isLive)
        }
    }

    private func productKey(_ id: Text) -> Int64? {
        state.productKeys[id]
    }

    func current(_ reviewKeys: [Int64]) throws -> [StoredReview] {
        reviewKeys.compactMap { state.reviews[$0] }
    }

    func payloads(_ rawKeys: [Int64]) throws -> [RawPayload] {
        rawKeys.compactMap { state.raw[$0] }.map {
            RawPayload(
                rawKey: $0.rawKey, shape: $0.shape, payload: $0.payload, context: $0.context)
        }
    }

    func historyContents(_ reviewKeys: [Int64]) throws -> [Int64: Set<Digest256>] {
        var contents: [Int64: Set<Digest256>] = [:]
        let wanted = Set(reviewKeys)
        for row in state.history where wanted.contains(row.reviewKey) {
            contents[row.reviewKey, default: []].insert(row.contentDigest)
        }
        return contents
    }

    func known(_ records: [RawQuestion]) throws -> [RawIdentity: KnownRecord] {
        let wanted = Set(records.map(\.record))
        return state.rawKeys.filter { wanted.contains($0.key) }
            .mapValues { KnownRecord(rawKey: $0, isPruned: isPruned($0)) }
    }

    func months(_ wanted: [MonthQuestion]) throws -> [MonthSummary] {
        let wanted = Set(wanted)
        return state.months.values.filter {
            wanted.contains(MonthQuestion(productKey: $0.productKey, key: $0.key))
        }
    }

    func scopes(_ scopes: [Scope]) throws -> [ScopeSummary] {
        scopes.compactMap { state.scopes[$0] }
    }

    func createdRange(_ wanted: [RangeQuestion]) throws -> [Int64: ClosedRange<Instant>] {
        var ranges: [Int64: ClosedRange<Instant>] = [:]
        for review in state.reviews.values
        where review.isLive && review.times.createdOrigin == .source {
            guard let key = productKey(review.productID),
                let question = wanted.first(where: { $0.productKey == key }),
                !question.without.contains(review.reviewKey)
            else { continue }
            let at = review.times.createdAt
            let old = ranges[key]
            ranges[key] = min(old?.lowerBound ?? at, at)...max(old?.upperBound ?? at, at)
        }
        return ranges
    }

    func shapeDocument(_ name: String) throws -> String? { state.shapes[name]?.document }

    func append(raw rows: [RawRow]) throws {
        for row in rows {
            let old = state.rawKeys[row.record]
            state.raw[row.rawKey] = row
            // A receipt stays behind the record that came again.
            if row.prunedRun != nil, old != nil { continue }
            precondition(old.map(isPruned) ?? true, "a raw record is kept once")
            state.rawKeys[row.record] = row.rawKey
        }
    }

    func prune(raw keys: [Int64], run: Int64) throws {
        for key in keys {
            guard var row = state.raw[key] else { preconditionFailure("a record that is stored") }
            (row.payload, row.context, row.prunedRun) = ([], [], run)
            state.raw[key] = row
        }
    }

    private func isPruned(_ rawKey: Int64) -> Bool { state.raw[rawKey]?.prunedRun != nil }

    func append(productRaw rows: [ProductRawRow]) throws -> [ProductRawRow] {
        let before = state.productRaw.count
        for row in rows
        where !state.productRaw.contains(where: {
            $0.productKey == row.productKey && $0.digest == row.digest
        }) { state.productRaw.append(row) }
        return Array(state.productRaw[before...])
    }

    func append(rejects rows: [RejectRow]) throws -> [RejectRow] {
        let before = state.rejects.count
        for row in rows
        where !state.rejects.contains(where: {
            $0.digest == row.digest && $0.occurrence == row.occurrence
        }) { state.rejects.append(row) }
        return Array(state.rejects[before...])
    }

    func append(history rows: [HistoryRow]) throws { state.history += rows }

    func append(staged records: StagedRecords) throws {
        for record in records.records {
            precondition(StagedRecords.keys.contains(record.rawKey), "a key of its own kind")
            let file = records.files[Int(record.file)]
            let start = Int(record.payloadStart)
            // The product is set when the load resolves the record.
            state.raw[record.rawKey] = RawRow(
                rawKey: record.rawKey, productKey: 0, productID: Text([]),
                record: RawIdentity(identity: record.identity, payload: record.payload),
                run: records.run, file: file.name, offset: record.offset,
                length: Int64(record.payloadLength), shape: file.shape,
                payload: Array(
                    records.payloads[start..<start + Int(record.payloadLength)]),
                context: records.contexts[Int(record.context)])
        }
    }

    func resolve(staged moves: [StagedMove]) throws {
        for move in moves {
            guard var row = state.raw.removeValue(forKey: move.rawKey) else {
                preconditionFailure("a record that went ahead is there")
            }
            guard let key = move.newKey, let product = state.products[move.productKey] else {
                continue
            }
            row.rawKey = key
            row.productKey = move.productKey
            row.productID = product.productID
            state.raw[key] = row
            state.rawKeys[row.record] = key
        }
    }

    func put(reviews: [ReviewRow]) throws {
        for row in reviews {
            state.reviews[row.review.reviewKey] = row.review
            guard row.isNew else { continue }
            guard let raw = state.raw[row.firstRawKey], raw.productKey == 0 else { continue }
            state.raw[row.firstRawKey]?.productKey = row.productKey
            state.raw[row.firstRawKey]?.productID = row.review.productID
            state.rawKeys[raw.record] = row.firstRawKey
        }
    }

    func put(payloads: [PayloadMove]) throws {
        for move in payloads {
            state.reviews[move.reviewKey]?.payloadDigest = move.payloadDigest
            state.reviews[move.reviewKey]?.rawKey = move.rawKey
        }
    }

    func put(products: [ProductState]) throws {
        for product in products {
            var product = product
            // Summaries are written by `put(summaries:run:)`.
            if let summary = state.products[product.productKey]?.summary {
                product.summary = summary
            }
            state.products[product.productKey] = product
            state.productKeys[product.productID] = product.productKey
        }
    }

    func append(attributes rows: [AttributeRow]) throws { state.attributes += rows }

    func put(summaries rows: [ProductSummary], run: Int64) throws {
        for var row in rows {
            state.distinctKeys[row.productKey] = row.distinctKeys
            row.distinctKeys = nil
            state.products[row.productKey]?.summary = row
            state.summaries.append(HistoryOf(run: run, row: row))
        }
    }

    func distinctKeys(ofProducts keys: [Int64]) throws -> [Int64: DistinctKeys] {
        state.distinctKeys.filter { keys.contains($0.key) }
    }

    func put(distinctKeys: [Int64: DistinctKeys]) throws {
        state.distinctKeys.merge(distinctKeys) { $1 }
    }

    func put(months rows: [MonthSummary], run: Int64) throws {
        for row in rows {
            let key = "\(row.productKey) \(row.key.month) \(row.key.origin)"
            state.months[key] = row.counters.isZero ? nil : row
            state.monthHistory.append(HistoryOf(run: run, row: row))
        }
    }

    func put(scopes rows: [ScopeSummary], run: Int64) throws {
        for row in rows {
            let isGone = row.counters.isZero && row.productCount == 0
            state.scopes[row.scope] = isGone ? nil : row
            state.scopeHistory.append(HistoryOf(run: run, row: row))
        }
    }

    func put(shape: ShapeRow) throws { state.shapes[shape.name] = shape }

    func put(insights rows: [InsightRow]) throws { state.insights += rows }
    func append(themes rows: [ThemeRow]) throws { state.themes += rows }

    func append(themeReviews rows: [ThemeReviewRow]) throws -> [ThemeReviewRow] {
        let before = state.themeReviews.count
        for row in rows
        where !state.themeReviews.contains(where: {
            $0.reviewKey == row.reviewKey && $0.version == row.version
                && $0.aspect == row.aspect && $0.isStrength == row.isStrength
        }) { state.themeReviews.append(row) }
        return Array(state.themeReviews[before...])
    }

    func append(links: [ReviewLink]) throws { state.links += links }

    func append(search segment: SearchSegment, _ parts: [SearchPart]) throws {
        state.searchSegments.append(segment)
        for part in parts {
            precondition(state.searchParts[part.key] == nil, "a part is stored once")
            state.searchParts[part.key] = part
        }
    }

    func append(verdicts rows: [VerdictRow]) throws { state.verdicts += rows }
    func append(workMarks rows: [WorkMarkRow]) throws { state.workMarks += rows }
    func append(taxonomies rows: [TaxonomyRow]) throws { state.taxonomies += rows }

    func append(answers: [CachedAnswer]) throws {
        for answer in answers where state.answers[answer.key] == nil {
            state.answers[answer.key] = answer
        }
    }

    func append(calls: [ModelCall]) throws { state.calls += calls }
    func append(batches: [ModelBatch], _ items: [BatchItem]) throws {
        state.batches += batches
        state.batchItems += items
    }
    func append(deliveries rows: [DeliveryRow]) throws { state.deliveries += rows }
    func append(enrichments: [EnrichmentRow]) throws { state.enrichments += enrichments }

    var reader: any StoreReader { MemoryReader(state: state, attemptList: []) }

    func finish(_ run: RunRecord, files: [FileRecord]) throws {
        state.runs.append(run)
        state.files += files
        end = (.committed(run: run.run), run.recordedAt)
    }

    func finish(needlessAt instant: Instant) throws { end = (.needless, instant) }
}

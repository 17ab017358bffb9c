import AfterwordCore

/// Decides and writes the products of a dump in byte order of their ids, in batches of whole
/// products.
///
/// A dump complete for everything takes the store's other products along, as named without reviews.
func applyProducts(_ context: LoadContext, progress: (Int, Int) throws -> Void) throws {
    let writer = LoadWriter(context)
    let ids = try namedProducts(context)
    var start = 0
    while start < ids.count {
        var end = start
        var rows = 0
        repeat {
            rows += 1 + (context.survey.products[ids[end]]?.candidates.count ?? 0)
            end += 1
        } while end < ids.count && rows < context.options.batchRows
        try applyBatch(Array(ids[start..<end]), context, writer)
        start = end
        try progress(end, ids.count)
    }
    try writer.flush()
}

private func namedProducts(_ context: LoadContext) throws -> [Text] {
    var ids = Set(context.survey.products.keys)
    if context.options.completeness == .all {
        var after: Text?
        while true {
            let page = try context.load.productIDs(after: after, limit: BatchLimit.rows)
            guard let last = page.last else { break }
            ids.formUnion(page)
            after = last
        }
    }
    return ids.sorted()
}

private func applyBatch(_ ids: [Text], _ context: LoadContext, _ writer: LoadWriter) throws {
    var states: [Text: ProductState] = [:]
    for state in try context.load.products(ids) { states[state.productID] = state }
    let keys = try context.load.currentKeys(ofProducts: states.values.map(\.productKey))
    let keysByProduct = Dictionary(grouping: keys, by: \.productKey)
    var decisions: [ProductDecision] = []
    for id in ids {
        let state = states[id]
        let current = state.flatMap { keysByProduct[$0.productKey] } ?? []
        decisions.append(try ProductDecision(id, state, current, context))
    }
    let stored = try StoredBatch(decisions, context)
    for index in decisions.indices {
        try decisions[index].apply(stored, context, writer)
    }
    try moveSums(decisions, context, writer)
}

/// What is read of the store for one batch of products: the few reviews that differ or vanish.
struct StoredBatch {
    var reviews: [Int64: StoredReview] = [:]
    var payloads: [Int64: RawPayload] = [:]
    var contents: [Int64: Set<Digest256>] = [:]
    var rawKeys: [RawIdentity: Int64] = [:]

    init(_ decisions: [ProductDecision], _ context: LoadContext) throws {
        let load = context.load
        for review in try load.current(decisions.flatMap(\.wantedReviews)) {
            reviews[review.reviewKey] = review
        }
        let wantedPayloads = decisions.flatMap(\.wantedPayloads)
            .compactMap { reviews[$0]?.rawKey }
        for payload in try load.payloads(wantedPayloads) { payloads[payload.rawKey] = payload }
        contents = try load.historyContents(decisions.flatMap(\.wantedContents))
        rawKeys = try load.rawKeys(decisions.flatMap(\.wantedRaw))
    }
}

/// Moves summaries, months and scopes by what a batch of products changed.
private func moveSums(
    _ decisions: [ProductDecision], _ context: LoadContext, _ writer: LoadWriter
) throws {
    let moved = decisions.filter { !$0.delta.isEmpty }
    var months: [Int64: [MonthKey: Counters]] = [:]
    for month in try context.load.months(ofProducts: moved.map { $0.state.productKey }) {
        months[month.productKey, default: [:]][month.key] = month.counters
    }
    let reread = moved.filter { $0.delta.losesExtreme(of: $0.before.summary) }
    var ranges: [Int64: ClosedRange<Instant>] = [:]
    if !reread.isEmpty {
        try writer.flush()
        ranges = try context.load.createdRange(ofProducts: reread.map { $0.state.productKey })
    }
    let rereadKeys = Set(reread.map { $0.state.productKey })
    for decision in decisions {
        var summary = decision.before.summary
        let key = decision.state.productKey
        if !decision.delta.isEmpty {
            summary = decision.delta.applied(to: summary, run: context.run)
            if rereadKeys.contains(key) {
                summary.firstReviewAt = ranges[key]?.lowerBound
                summary.lastReviewAt = ranges[key]?.upperBound
            }
            try writer.add(summary: summary)
            for (month, counters) in decision.delta.months.sorted(by: { $0.key < $1.key })
            where !counters.isZero {
                var sum = months[key]?[month] ?? Counters()
                sum.add(counters)
                try writer.add(
                    month: MonthSummary(
                        productKey: key, productID: decision.state.productID, key: month,
                        counters: sum))
            }
        }
        for (scope, delta) in scopeDeltas(
            from: (decision.before.summary.counters, decision.before.dimension),
            to: (summary.counters, decision.state.dimension))
        {
            context.scopeDeltas[scope, default: ScopeDelta()].productCount += delta.productCount
            context.scopeDeltas[scope]?.counters.add(delta.counters)
        }
        context.noteChange(decision, after: summary.counters)
    }
}

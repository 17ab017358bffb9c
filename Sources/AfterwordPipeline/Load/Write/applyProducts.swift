import AfterwordCore

/// Decides and writes the products of a dump in byte order of their ids, in batches of whole
/// products.
///
/// A dump with `--complete all` also takes in the store's other products, as named without reviews.
/// The decisions run on a thread of their own, the store's calls on this one
/// (`StoreExecutor.whileServing`).
///
/// - Parameter progress: Called after each batch with the products done and their total; may throw
///   to stop.
func applyProducts(
    _ context: LoadContext, progress: @escaping (Int, Int) throws -> Void
) throws {
    let ids = try namedProducts(context)
    try context.executor.whileServing {
        // With a payload index few rows are looked up: a separate read connection serves them, so
        // that they do not wait for writes in the queue.
        guard context.dumpIndex.known != nil else { return try apply(ids, context, progress) }
        try context.store.besideLoad { lookUps in
            context.readConnection = lookUps.map(ReadConnection.init)
            defer { context.readConnection = nil }
            try apply(ids, context, progress)
        }
    }
}

private func apply(
    _ ids: [Text], _ context: LoadContext, _ progress: (Int, Int) throws -> Void
) throws {
    let writer = LoadWriter(context)
    var batches = batchRanges(ids, context).makeIterator()
    func known() -> KnownBatch? {
        batches.next().map { KnownBatch(Array(ids[$0]), context) }
    }
    // The look-ups of the next batches are sent to the store before this batch is written.
    var following = known()
    var opened = try following.map { try OpenBatch($0, context) }
    following = known()
    // Sums are moved one batch later, when their look-ups have been answered.
    var changed: ChangedBatch?
    defer {
        opened?.finish()
        changed?.finish()
    }
    var done = 0
    while let batch = opened {
        opened = try following.map { try OpenBatch($0, context) }
        following = known()
        let next = try batch.apply(context, writer)
        defer { changed = next }
        try changed?.moveSums(context, writer)
        done += batch.count
        try progress(done, ids.count)
    }
    try changed?.moveSums(context, writer)
    try writer.finish()
}

/// Ranges of whole products, each up to the row limit.
private func batchRanges(_ ids: [Text], _ context: LoadContext) -> [Range<Int>] {
    // A first load only inserts, so its batches are large. With a payload index the batches are
    // small, so that the pages read for one query are still cached for the next.
    let limit =
        context.head.nextProductKey == 1
        ? context.options.bulkRows
        : context.dumpIndex.known == nil
            ? context.options.batchRows : max(context.options.batchRows / 4, 1)
    var ranges: [Range<Int>] = []
    var start = 0
    while start < ids.count {
        var end = start
        var rows = 0
        repeat {
            rows += 1 + (context.dumpIndex.products[ids[end]]?.candidateCount ?? 0)
            end += 1
        } while end < ids.count && rows < limit
        ranges.append(start..<end)
        start = end
    }
    return ranges
}

/// Ids of the products to decide, in byte order.
private func namedProducts(_ context: LoadContext) throws -> [Text] {
    var ids = Set(context.dumpIndex.products.keys)
    if context.options.completeness == .all, let known = context.dumpIndex.known {
        ids.formUnion(known.numbers.keys)
    } else if context.options.completeness == .all {
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

/// The products of a batch, and the look-up of their states and of a key for each of their reviews;
/// no look-up in a first load, or with a payload index.
private struct KnownBatch {
    let ids: [Text]
    private let answer: StoreExecutor.Answer<([ProductState], [CurrentKey])>?

    init(_ ids: [Text], _ context: LoadContext) {
        self.ids = ids
        let isFirst = context.head.nextProductKey == 1
        answer =
            isFirst || context.dumpIndex.known != nil
            ? nil
            : context.executor.later { load in
                let states = try load.products(ids)
                return (states, try load.currentKeys(ofProducts: states.map(\.productKey)))
            }
    }

    /// The decision on each product of the batch, in order.
    func decisions(_ context: LoadContext) throws -> [ProductChanges] {
        let candidates = context.dumpIndex.candidates(ofEach: ids)
        if let known = context.dumpIndex.known {
            return try zip(ids, candidates).map { try ProductChanges($0, known, $1, context) }
        }
        let (found, keys) = try answer?.get() ?? ([], [])
        var states: [Text: ProductState] = [:]
        for state in found { states[state.productID] = state }
        let keysByProduct = Dictionary(grouping: keys, by: \.productKey)
        return try zip(ids, candidates).map { id, candidates in
            let state = states[id]
            let current = state.flatMap { keysByProduct[$0.productKey] } ?? []
            return try ProductChanges(
                id, state, ExistingReviews(current), candidates, context)
        }
    }
}

extension ProductChanges {
    /// Builds the changes of a product from the payload index.
    fileprivate init(
        _ id: Text, _ known: PayloadIndex, _ candidates: [Candidate], _ context: LoadContext
    ) throws {
        guard let number = known.numbers[id] else {
            try self.init(id, nil, ExistingReviews([]), candidates, context)
            return
        }
        let named = Set(candidates.map(\.identity.digest))
        try self.init(
            id, known.products[number], known.existing(ofProduct: number, named: named),
            candidates, context)
    }
}

/// A decided batch, with the look-up of the stored rows that its decisions need.
private struct OpenBatch {
    private let decisions: [ProductChanges]
    private let stored: Prefetch<StoredBatch>
    var count: Int { decisions.count }

    init(_ batch: KnownBatch, _ context: LoadContext) throws {
        decisions = try batch.decisions(context)
        let wanted = WantedBatch(decisions)
        stored =
            wanted.isEmpty
            ? Prefetch(StoredBatch())
            : Prefetch(on: context.readConnection, context.executor) {
                try StoredBatch(wanted, $0)
            }
    }

    /// Waits for the look-up; call before the read connection closes.
    func finish() { stored.finish() }

    /// Writes the batch's rows, and starts the look-up of its sums.
    func apply(_ context: LoadContext, _ writer: LoadWriter) throws -> ChangedBatch {
        let stored = try stored.get()
        var decisions = decisions
        for index in decisions.indices {
            try decisions[index].apply(stored, context, writer)
        }
        try writer.insert(of: &decisions)
        for index in decisions.indices { decisions[index].addLeaves(to: &context.leaves) }
        return ChangedBatch(decisions, context)
    }
}

/// Keys of the few stored rows that a batch needs: reviews that differ or vanished.
private struct WantedBatch {
    var reviews: [Int64]
    /// The reviews among them whose payloads and history contents are needed too.
    var contents: [Int64]
    var raw: [RawQuestion]

    init(_ decisions: [ProductChanges]) {
        let wanted = decisions.map(\.wanted)
        // In order of keys, so that neighboring rows are read together.
        contents = wanted.flatMap(\.open).sorted()
        reviews = (contents + wanted.flatMap(\.vanished)).sorted()
        raw = decisions.flatMap(\.wantedRaw).sorted { $0.reviewKey ?? 0 < $1.reviewKey ?? 0 }
    }

    var isEmpty: Bool { contents.isEmpty && reviews.isEmpty && raw.isEmpty }
}

/// The stored rows that a batch asked for, by their keys.
struct StoredBatch {
    /// By review key.
    var reviews: [Int64: StoredReview] = [:]
    /// By raw key.
    var payloads: [Int64: RawPayload] = [:]
    /// Content digests in the history of each review, by review key.
    var contents: [Int64: Set<Digest256>] = [:]
    var rawKeys: [RawIdentity: Int64] = [:]

    fileprivate init() {}

    fileprivate init(_ wanted: WantedBatch, _ load: any StoreLookUps) throws {
        for review in try load.current(wanted.reviews) { reviews[review.reviewKey] = review }
        let held = wanted.contents.compactMap { reviews[$0]?.rawKey }.sorted()
        for payload in try load.payloads(held) { payloads[payload.rawKey] = payload }
        contents = try load.historyContents(wanted.contents)
        rawKeys = try load.rawKeys(wanted.raw)
    }
}

/// A batch whose changes are written, with the look-up of its stored sums.
private struct ChangedBatch {
    private let decisions: [ProductChanges]
    private let rereadKeys: Set<Int64>
    private let stored: Prefetch<StoredSums>

    init(_ decisions: [ProductChanges], _ context: LoadContext) {
        self.decisions = decisions
        let reread = decisions.filter {
            !$0.delta.isEmpty && $0.delta.losesExtreme(of: $0.before.summary)
        }.map { RangeQuestion(productKey: $0.state.productKey, without: $0.changedKeys) }
        rereadKeys = Set(reread.map(\.productKey))
        let moved = decisions.filter { !$0.isNew }.flatMap { decision in
            decision.delta.months.map {
                MonthQuestion(productKey: decision.state.productKey, key: $0.key)
            }
        }
        stored =
            reread.isEmpty && moved.isEmpty
            ? Prefetch(StoredSums())
            : Prefetch(on: context.readConnection, context.executor) {
                try StoredSums(reread, moved, $0)
            }
    }

    /// Waits for the look-up; call before the read connection closes.
    func finish() { stored.finish() }

    /// Writes the products' summaries and months, and adds to the context's deltas of scopes.
    func moveSums(_ context: LoadContext, _ writer: LoadWriter) throws {
        let stored = try stored.get()
        for decision in decisions {
            try moveSums(of: decision, stored, context, writer)
        }
    }

    private func moveSums(
        of decision: ProductChanges, _ stored: StoredSums, _ context: LoadContext,
        _ writer: LoadWriter
    ) throws {
        var summary = decision.before.summary
        let key = decision.state.productKey
        if !decision.delta.isEmpty {
            let delta = decision.delta
            summary =
                rereadKeys.contains(key)
                ? delta.applied(
                    to: summary, run: context.run,
                    beside: (stored.ranges[key]?.lowerBound, stored.ranges[key]?.upperBound))
                : delta.applied(to: summary, run: context.run)
            try writer.add(summary: summary)
            for (month, counters) in decision.delta.months where !counters.isZero {
                var sum = stored.months[MonthQuestion(productKey: key, key: month)] ?? Counters()
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

/// The stored sums that the changes of a batch need.
private struct StoredSums {
    var ranges: [Int64: ClosedRange<Instant>] = [:]
    var months: [MonthQuestion: Counters] = [:]

    init() {}

    init(
        _ reread: [RangeQuestion], _ moved: [MonthQuestion], _ lookUps: any StoreLookUps
    ) throws {
        if !reread.isEmpty { ranges = try lookUps.createdRange(reread) }
        if moved.isEmpty { return }
        for month in try lookUps.months(moved) {
            months[MonthQuestion(productKey: month.productKey, key: month.key)] = month.counters
        }
    }
}

import AfterwordCore

/// The products of a batch, and the look-up of their states and of a key for each of their reviews;
/// no look-up in a first load, or with a payload index.
struct NamedBatch {
    private let ids: [Text]
    private let answer: StoreExecutor.Answer<([ProductState], [CurrentKey])>?

    /// Starts the look-up.
    init(_ ids: [Text], _ context: LoadContext) {
        self.ids = ids
        let isKnown = context.run.isFirst || context.dumpIndex.known != nil
        answer =
            isKnown
            ? nil
            : context.executor.later { load in
                let states = try load.products(ids)
                return (states, try load.currentKeys(ofProducts: states.map(\.productKey)))
            }
    }

    /// The products with what the dump and the store say of them, in order. New ones take their
    /// keys.
    ///
    /// - Throws: What the look-up threw.
    func products(_ keys: KeyAllocator, _ context: LoadContext) throws -> [NamedProduct] {
        let index = context.dumpIndex
        let candidates = index.candidates(ofEach: ids).map(context.run.ofReviews)
        let stored = try stored(candidates, context)
        return ids.indices.map { place in
            let (state, existing) = stored[place]
            return NamedProduct(
                id: ids[place], stored: state, key: state?.productKey ?? keys.takeProductKey(),
                existing: existing, candidates: candidates[place],
                indexed: index.products[ids[place]],
                hasAllRecords: !index.hasRejectWithoutProduct)
        }
    }

    private typealias Stored = (state: ProductState?, existing: ExistingReviews)

    private func stored(_ candidates: [[Candidate]], _ context: LoadContext) throws -> [Stored] {
        if let known = context.dumpIndex.known {
            return zip(ids, candidates).map { id, candidates in
                guard let number = known.numbers[id] else { return (nil, ExistingReviews([])) }
                let named = context.run.named(by: candidates)
                return (known.products[number], known.existing(ofProduct: number, named: named))
            }
        }
        let (found, keys) = try answer?.get() ?? ([], [])
        var states: [Text: ProductState] = [:]
        for state in found { states[state.productID] = state }
        let keysByProduct = Dictionary(grouping: keys, by: \.productKey)
        return ids.map { id in
            let state = states[id]
            return (state, ExistingReviews(state.flatMap { keysByProduct[$0.productKey] } ?? []))
        }
    }
}

/// The products of a batch with their records sorted, and the look-up of the stored rows that
/// decisions on them need.
struct SortedBatch {
    private let products: [SortedProduct]
    private let stored: Prefetch<StoredRows>
    var count: Int { products.count }

    /// Sorts the records of the products, and starts the look-up.
    ///
    /// - Throws: As `sortProduct`, and what the look-up of the products threw.
    init(_ batch: NamedBatch, _ keys: KeyAllocator, _ context: LoadContext) throws {
        products = try batch.products(keys, context).map {
            try sortProduct($0, in: context.run, reading: context.records)
        }
        var wanted = WantedRows()
        for product in products { wanted.add(product.wanted) }
        wanted.sort()
        stored =
            wanted.isEmpty
            ? Prefetch(StoredRows())
            : Prefetch(on: context.readConnection, context.executor) { [wanted] in
                try StoredRows(wanted, $0)
            }
    }

    /// Waits for the look-up; call before the read connection closes.
    func finish() { stored.finish() }

    /// Decides the products one after another, queues their rows, and starts the look-up of their
    /// sums.
    ///
    /// - Throws: As `decideProduct` and `ChangeWriter`, and what the look-up threw.
    func write(_ writer: ChangeWriter, _ context: LoadContext) throws -> WrittenBatch {
        let stored = try stored.get()
        try takeShapes(of: stored, context)
        var written = try products.map { product in
            try writer.write(
                decideProduct(
                    product, against: stored, in: context.run, reading: context.records))
        }
        try writer.writeNewReviews(of: &written)
        return WrittenBatch(written, context)
    }

    /// Looks up the shapes of stored payloads that neither the dump nor the options hold.
    private func takeShapes(of stored: StoredRows, _ context: LoadContext) throws {
        let names = Set(stored.payloads.values.map(\.shape))
        for name in names.sorted() where !context.records.knowsShape(name) {
            guard let document = try context.executor.now({ try $0.shapeDocument(name) }) else {
                continue
            }
            context.records.take(name, storedAs: document)
        }
    }
}

/// A batch whose rows are queued, with the look-up of its stored sums.
struct WrittenBatch {
    private let products: [WrittenProduct]
    /// Keys of products whose range of review times has to be read again.
    private let rereadKeys: Set<Int64>
    private let stored: Prefetch<StoredSums>

    /// Starts the look-up.
    init(_ products: [WrittenProduct], _ context: LoadContext) {
        self.products = products
        let wanted = StoredSums.Wanted(products)
        rereadKeys = Set(wanted.ranges.map(\.productKey))
        stored =
            wanted.isEmpty
            ? Prefetch(StoredSums())
            : Prefetch(on: context.readConnection, context.executor) {
                try StoredSums(wanted, $0)
            }
    }

    /// Waits for the look-up; call before the read connection closes.
    func finish() { stored.finish() }

    /// Queues the products' summaries and months, and adds to the run's deltas of scopes.
    ///
    /// - Throws: As `ChangeWriter`, and what the look-up threw.
    func moveSums(_ writer: ChangeWriter, _ context: LoadContext) throws {
        let stored = try stored.get()
        for product in products {
            try writer.write(
                summary(of: product, stored, run: context.run.run),
                months: product.delta.isEmpty ? [] : stored.months(after: product), of: product,
                keys: stored.keys[product.after.productKey])
        }
    }

    private func summary(
        of product: WrittenProduct, _ stored: StoredSums, run: Int64
    ) -> ProductSummary {
        let (delta, before) = (product.delta, product.before.summary)
        if delta.isEmpty { return before }
        guard rereadKeys.contains(product.after.productKey) else {
            return delta.applied(to: before, run: run)
        }
        let range = stored.ranges[product.after.productKey]
        return delta.applied(
            to: before, run: run, beside: (range?.lowerBound, range?.upperBound))
    }
}

/// The stored sums that the changes of a batch need.
private struct StoredSums: Sendable {
    /// What is looked up: ranges of review times that lose an end, the months that move, and keys
    /// of reviews. A new product has none of them yet.
    struct Wanted: Sendable {
        let ranges: [RangeQuestion]
        let months: [MonthQuestion]
        /// Products whose keys of live reviews change, or count in other scopes.
        let keyed: [Int64]
        var isEmpty: Bool { ranges.isEmpty && months.isEmpty && keyed.isEmpty }

        init(_ products: [WrittenProduct]) {
            ranges = products.filter {
                !$0.delta.isEmpty && $0.delta.losesExtreme(of: $0.before.summary)
            }.map { RangeQuestion(productKey: $0.after.productKey, without: $0.changedKeys) }
            keyed = products.filter { $0.hadLiveReviews && $0.movesDistinct }
                .map(\.after.productKey)
            months = products.filter { !$0.isNew }.flatMap { product in
                product.delta.months.map {
                    MonthQuestion(productKey: product.after.productKey, key: $0.key)
                }
            }
        }
    }

    var ranges: [Int64: ClosedRange<Instant>] = [:]
    private(set) var keys: [Int64: DistinctKeys] = [:]
    private var months: [MonthQuestion: Counters] = [:]

    init() {}

    init(_ wanted: Wanted, _ lookUps: any StoreLookUps) throws {
        if !wanted.ranges.isEmpty { ranges = try lookUps.createdRange(wanted.ranges) }
        if !wanted.keyed.isEmpty { keys = try lookUps.distinctKeys(ofProducts: wanted.keyed) }
        if wanted.months.isEmpty { return }
        for month in try lookUps.months(wanted.months) {
            months[MonthQuestion(productKey: month.productKey, key: month.key)] = month.counters
        }
    }

    /// The months that a product's delta moves, with their new sums.
    func months(after product: WrittenProduct) -> [MonthSummary] {
        product.delta.months.filter { !$0.counters.isZero }.map { month in
            let question = MonthQuestion(productKey: product.after.productKey, key: month.key)
            var sum = months[question] ?? Counters()
            sum.add(month.counters)
            return MonthSummary(
                productKey: question.productKey, productID: product.id, key: month.key,
                counters: sum)
        }
    }
}

import AfterwordCore

/// Applies decided changes: turns them into rows, assigns their keys and salts, and adds them to
/// the run's totals, its balances, its Merkle tree and its ledger. No other type writes rows of
/// products.
///
/// Used by the deciding thread alone; the thread that serves the store writes the rows
/// (`RowQueue`).
final class ChangeWriter {
    let keys: KeyAllocator
    private let context: LoadContext
    private let rows: RowQueue
    private let builder: NewReviewBuilder
    private let search: SearchWriter
    private var salts: RandomSalts
    /// Nil where the store keeps no readings.
    private var texts: ReviewReader?
    private var lists: ListWriter?

    init(_ context: LoadContext) {
        self.context = context
        keys = KeyAllocator(after: context.run.head)
        rows = RowQueue(
            context.executor, run: context.run.run, batchRows: context.options.batchRows)
        texts = context.run.lexicon.map { ReviewReader($0) }
        lists = context.run.lexicon.map { ListWriter(run: context.run.run, reader: $0) }
        let secret = RandomSalts.Secret()
        salts = RandomSalts(secret, stream: 0)
        builder = NewReviewBuilder(context, secret)
        search = SearchWriter(context.run)
    }

    /// Queues the rows of one product, except those of its new reviews and its sums.
    ///
    /// - Throws: The failure of an earlier batch; `InputFault.changedWhileRead`.
    func write(_ changes: ProductChanges) throws -> WrittenProduct {
        try writeProduct(changes)
        count(changes)
        let rawKeys = try changes.raw.map { try write($0, of: changes.after) }
        for key in changes.droppedKeys {
            rows.add(
                StagedMove(rawKey: key, newKey: nil, productKey: changes.after.productKey))
        }
        for move in changes.moves {
            try rows.add(
                PayloadMove(
                    reviewKey: move.reviewKey, payloadDigest: move.payload,
                    rawKey: move.raw.key(among: rawKeys)))
        }
        for link in changes.links {
            context.totals.ledger.add(link)
            try rows.add(link)
        }
        context.noteMovements(of: changes)
        var written = WrittenProduct(changes)
        var versions: [HistoryRow] = []
        for change in changes.versions {
            let row = try write(change, rawKeys, of: changes)
            written.leaves.add(row)
            versions.append(row)
            let rules = change.file.map(context.records.distinctRules) ?? change.distinctRules
            written.take(change, by: rules)
            if let entry = read(change, rules) {
                written.readings.append(entry)
                written.earlierMarks[entry.marks.number] = readBefore(change)
            }
        }
        written.documents = SearchDocuments(changed: versions, cutting: &search.cut)
        return written
    }

    /// What a changed version says; nil for a late one, and where the store keeps no readings.
    private func read(_ change: VersionChange, _ rules: DistinctRules) -> ProductReadings.Entry? {
        let review = change.review
        let number = reviewNumber(review.reviewKey)
        switch change.operation {
        case .late: return nil
        case .delete:
            return texts.map { _ in
                ProductReadings.Entry(ReadingMarks(number: number, run: context.run.run))
            }
        case .insert, .update, .restate:
            return texts?.entry(
                (review.values.title, review.values.body), rating: review.values.rating,
                number: number, run: context.run.run, key: review.distinctKey(by: rules))
        }
    }

    /// The marks of the version before a change, but for its distinct key.
    private func readBefore(_ change: VersionChange) -> ReadingMarks? {
        guard let before = change.previous else { return nil }
        guard before.isLive else {
            return ReadingMarks(number: reviewNumber(before.reviewKey), run: before.run)
        }
        return texts?.entry(
            (before.values.title, before.values.body), rating: before.values.rating,
            number: reviewNumber(before.reviewKey), run: before.run, key: .none
        ).marks
    }

    /// Adds a product's versions to the lists of reviews.
    private func list(_ product: WrittenProduct) throws {
        for entry in product.readings {
            try lists?.add(
                entry.marks, of: product.after.productKey,
                after: product.earlierMarks[entry.marks.number]
            ) { try rows.add($0) }
        }
    }

    /// Builds and queues the rows of the products' new reviews, and adds them to the products' sums
    /// and leaves.
    ///
    /// - Throws: As `write(_:)`.
    func writeNewReviews(of products: inout [WrittenProduct]) throws {
        let groups = context.movementGroups(products)
        search.begin(products)
        try builder.build(newReviewsOf: &products, keys) { batch, ledger, terms in
            context.totals.ledger.add(ledger)
            context.noteMovements(of: batch, groups)
            try rows.add(batch)
            try search.add(batch, terms) { try rows.add($0) }
        }
        try search.end { try rows.add($0) }
        for index in products.indices {
            products[index].leaves.addInOrder(to: &context.totals.leaves)
        }
    }

    /// Queues a product's new sum and months, and adds what it moves to the deltas of scopes.
    ///
    /// - Parameter summary: The product's sum after the run; equal to the one before where nothing
    ///   moved.
    ///   - keys: Of its live reviews before the run, where any were stored.
    func write(
        _ summary: ProductSummary, months: [MonthSummary], of product: WrittenProduct,
        keys: DistinctKeys?
    ) throws {
        var summary = summary
        summary.distinctKeys = moveDistinct(product, keys)
        if !product.delta.isEmpty { try rows.add(summary) }
        if let lexicon = context.run.lexicon, !product.readings.isEmpty {
            try rows.add(
                ReadingsRow(
                    productKey: product.after.productKey, run: context.run.run,
                    reader: Int64(lexicon.version),
                    readings: ProductReadings(product.readings)))
            try list(product)
        }
        if !product.readings.isEmpty || product.before.dimension != product.after.dimension {
            let (old, new) = (product.before.dimension.scopes, product.after.dimension.scopes)
            context.totals.themeScopes.formUnion(old + new)
        }
        for month in months { try rows.add(month) }
        let deltas = scopeDeltas(
            from: (product.before.summary.counters, product.before.dimension),
            to: (summary.counters, product.after.dimension))
        for (scope, delta) in deltas {
            context.totals.scopeDeltas[scope, default: ScopeDelta()].productCount +=
                delta.productCount
            context.totals.scopeDeltas[scope]?.counters.add(delta.counters)
        }
        if let change = product.change(after: summary.counters) {
            context.totals.changes.append(change)
        }
    }

    /// Adds a product's change to those of the run.
    ///
    /// - Returns: The keys of its live reviews after the run; nil where they are not known.
    private func moveDistinct(_ product: WrittenProduct, _ keys: DistinctKeys?) -> DistinctKeys? {
        guard product.movesDistinct else { return keys }
        guard let old = keys ?? (product.hadLiveReviews ? nil : DistinctKeys()) else {
            context.totals.hasUnknownKeys = true
            return nil
        }
        let new = old.replacing(product.distinct)
        context.totals.distinct.append(
            DistinctChange(
                productKey: product.after.productKey, before: (old, product.before.dimension),
                after: (new, product.after.dimension)))
        return new
    }

    /// Queues the remaining rows, and waits until the store has taken all.
    ///
    /// - Throws: The failure of a batch.
    func finish() throws {
        if context.run.isUnindexed {
            search.nextSegment = try context.executor.now {
                [run = context.run.run, first = search.nextSegment] in
                try indexHistory($0, before: run, from: first)
            }
        }
        if let lexicon = context.run.lexicon, context.run.isUnlisted {
            try context.executor.now { [run = context.run.run] in
                try listHistory($0, lexicon, before: run)
            }
        }
        try lists?.finish { try rows.add($0) }
        try search.finish { try rows.add($0) }
        for row in try rows.finish() { context.totals.ledger.add(row) }
    }

    /// Queues the product's own row, attributes and objects, where they are new.
    private func writeProduct(_ changes: ProductChanges) throws {
        let state = changes.after
        if changes.changesProduct { try rows.add(state) }
        if changes.changesAttributes {
            let row = AttributeRow(
                productKey: state.productKey, productID: changes.id, run: context.run.run,
                attributes: state.dimension)
            context.totals.ledger.add(row)
            try rows.add(row)
        }
        for var object in changes.objects {
            object.productKey = state.productKey
            object.run = context.run.run
            try rows.add(object)
        }
    }

    /// Adds the counts of a product to the run's and its files'.
    private func count(_ changes: ProductChanges) {
        for (file, balance) in changes.balances.entries {
            context.dumpIndex.files[Int(file)].record.balance.add(balance)
        }
        context.totals.deletionScope += changes.deletionScope
        context.totals.deleted += changes.count(.delete)
        context.totals.outOfWindow += changes.outOfWindow
        context.totals.edited += Int64(changes.links.count)
        context.totals.possibleEdits += changes.possibleEdits
        if changes.isOlder { context.totals.olderProducts += 1 }
        for change in changes.versions where change.operation == .update {
            guard let old = change.previous, let file = change.file else { continue }
            context.totals.losses.note(
                from: old, to: change.review, changed: change.changed, file: file)
        }
    }

    /// Queues a record for bronze: appended, or moved to its product where it was staged.
    ///
    /// - Returns: Its key.
    private func write(_ change: RawChange, of product: ProductState) throws -> Int64 {
        let (candidate, records) = (change.candidate, context.records)
        let file = records.file(candidate.file)
        let place = try records.place(of: candidate)
        var row = RawRow(
            rawKey: keys.takeRawKey(), productKey: product.productKey,
            productID: product.productID, record: candidate.raw, run: context.run.run,
            file: file.name, offset: place.offset, length: place.length, shape: file.shape,
            payload: [], context: [])
        context.totals.ledger.add(row)
        if let staged = candidate.stagedKey {
            rows.add(
                StagedMove(rawKey: staged, newKey: row.rawKey, productKey: row.productKey))
        } else {
            row.payload =
                change.payload.isEmpty ? try records.payload(of: candidate) : change.payload
            row.context = records.context(of: candidate)
            try rows.add(row)
        }
        return row.rawKey
    }

    /// Queues the history row of a change and, unless it is late, the review's current row.
    ///
    /// - Parameter rawKeys: The keys of `changes.raw`.
    private func write(
        _ change: VersionChange, _ rawKeys: [Int64], of changes: ProductChanges
    ) throws -> HistoryRow {
        var change = change
        change.hold(rawKey: change.raw.key(among: rawKeys))
        let historyKey =
            change.isFirst
            ? keys.takeHistoryKey(
                ofFirst: change.review.reviewKey, hadReviews: changes.hadReviews)
            : keys.takeHistoryKey()
        let row = HistoryRow(
            review: change.review, operation: change.operation, version: change.version,
            run: context.run.run, observedAt: context.run.observedAt,
            changedFields: change.changed, salt: salt(change), historyKey: historyKey)
        try rows.add(row)
        if change.operation != .late {
            try rows.add(
                ReviewRow(
                    productKey: changes.after.productKey, review: change.review,
                    historyKey: historyKey, firstRawKey: change.review.rawKey,
                    isNew: change.isFirst))
        }
        return row
    }

    /// The 16-byte salt of a history row: random, or a function of the seed.
    private func salt(_ change: VersionChange) -> [UInt8] {
        switch context.options.salts {
        case .seeded(let seed):
            seededSalt(
                seed, productID: change.review.productID, reviewID: change.review.reviewID,
                version: change.version, run: context.run.run)
        case .random: salts.next().bytes
        }
    }
}

extension RawReference {
    /// - Parameter added: The keys of the rows that the changes added.
    fileprivate func key(among added: [Int64]) -> Int64 {
        switch self {
        case .stored(let key): key
        case .added(let index): added[index]
        }
    }
}

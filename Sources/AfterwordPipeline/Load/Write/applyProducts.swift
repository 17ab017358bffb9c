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

/// Per batch: look up its products → sort their records → look up the rows that differ → decide →
/// write → look up its sums → move them. The look-ups of the next batches are sent to the store
/// before a batch is written, and sums are moved one batch later, when theirs are answered.
private func apply(
    _ ids: [Text], _ context: LoadContext, _ progress: (Int, Int) throws -> Void
) throws {
    let writer = ChangeWriter(context)
    var batches = batchRanges(ids, context).makeIterator()
    func named() -> NamedBatch? { batches.next().map { NamedBatch(Array(ids[$0]), context) } }
    var following = named()
    var sorted = try following.map { try SortedBatch($0, writer.keys, context) }
    following = named()
    var written: WrittenBatch?
    defer {
        sorted?.finish()
        written?.finish()
    }
    var done = 0
    while let batch = sorted {
        sorted = try following.map { try SortedBatch($0, writer.keys, context) }
        following = named()
        let next = try batch.write(writer, context)
        defer { written = next }
        try written?.moveSums(writer, context)
        done += batch.count
        try progress(done, ids.count)
    }
    try written?.moveSums(writer, context)
    try writer.finish()
}

/// Ranges of whole products, each up to the row limit.
private func batchRanges(_ ids: [Text], _ context: LoadContext) -> [Range<Int>] {
    let limit = batchLimit(context)
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

/// A first load only inserts, so its batches are large. With a payload index the batches are small,
/// so that the pages read for one query are still cached for the next.
private func batchLimit(_ context: LoadContext) -> Int {
    let options = context.options
    if context.run.isFirst { return options.bulkRows }
    return context.dumpIndex.known == nil ? options.batchRows : max(options.batchRows / 4, 1)
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

import AfterwordCore

/// Writes shapes, rejects and, last, the rows of the run and its files.
///
/// - Throws: `StoreFault`.
func finishLoad(_ context: LoadContext, _ dump: Dump, _ now: Instant) throws -> LoadReport {
    let dumpIndex = context.dumpIndex
    let stale = try writeShapes(context)
    let others = context.options.isReplay ? [] : try otherShapes(context)
    try writeTaxonomy(context)
    try writeRejects(context)
    settlePlaceholders(dumpIndex)
    let files = dumpIndex.files.filter { !$0.isPlaceholder }.map { file in
        var record = file.record
        record.run = context.run.run
        return record
    }
    precondition(files.allSatisfy(\.balance.holds), "every record is counted once")
    let record = runRecord(context, files, now)
    try context.load.finish(record, files: files)
    return LoadReport(
        run: record, dump: dump.name, files: files, ignored: dump.ignored,
        ambiguousDate: dump.ambiguousDate, recognised: dumpIndex.known?.metCount ?? 0,
        olderProducts: context.totals.olderProducts, changes: context.totals.changes,
        comparison: context.comparison, rejects: firstRejects(dumpIndex),
        unread: unread(dumpIndex),
        estimated: dumpIndex.files.reduce(0) { $0 + $1.fields.estimated },
        missing: dumpIndex.missing, staleShapes: stale,
        emptyPages: dumpIndex.emptyPages, otherShapes: others,
        links: linkCounts(context))
}

private func linkCounts(_ context: LoadContext) -> LinkCounts {
    let totals = context.totals
    return LinkCounts(
        edited: totals.edited, moved: totals.moved, possibleEdits: totals.possibleEdits)
}

private func firstRejects(_ dumpIndex: DumpIndex) -> [RejectRow] {
    dumpIndex.rejects.prefix(20).map { row in
        var row = row
        row.payload = []
        return row
    }
}

private func unread(_ dumpIndex: DumpIndex) -> [UnreadField] {
    dumpIndex.files.flatMap { file in
        file.cleaner.map { file.fields.unread(of: $0, file: file.record.name) } ?? []
    }
}

/// Writes the shapes that the run used. Where one differs from the stored one of its name, the
/// reviews of before are read by an older one from now on.
///
/// - Returns: The rows of shapes by which some stored reviews are not read.
private func writeShapes(_ context: LoadContext) throws -> [ShapeRow] {
    var used: [String: ShapeRow] = [:]
    for file in context.dumpIndex.files where !file.isPlaceholder {
        guard let shape = file.cleaner?.shape, used[shape.name] == nil else { continue }
        used[shape.name] = ShapeRow(shape)
    }
    if used.isEmpty { return [] }
    var stored: [String: ShapeRow] = [:]
    for row in try context.load.reader.shapes() { stored[row.name] = row }
    for (name, row) in used.sorted(by: { $0.key < $1.key }) {
        let old = stored[name]
        let isOther = old.map { $0.document != row.document } ?? false
        used[name]?.staleSince = old?.staleSince ?? (isOther ? context.run.run : nil)
        if let row = used[name], row != old { try context.load.put(shape: row) }
    }
    return used.values.filter { $0.staleSince != nil }.sorted { $0.name < $1.name }
}

/// Writes the taxonomy that a store's first run begins with.
private func writeTaxonomy(_ context: LoadContext) throws {
    guard let row = firstTaxonomy(context.run.head, context.options) else { return }
    try context.load.append(taxonomies: [row])
    context.totals.ledger.add(row)
}

/// The rejects of a replay are stored already.
private func writeRejects(_ context: LoadContext) throws {
    var rejects = context.options.isReplay ? [] : context.dumpIndex.rejects
    for index in rejects.indices { rejects[index].run = context.run.run }
    for start in stride(from: 0, to: rejects.count, by: context.options.batchRows) {
        let end = min(start + context.options.batchRows, rejects.count)
        for row in try context.load.append(rejects: Array(rejects[start..<end])) {
            context.totals.ledger.add(row)
        }
    }
}

/// The row of the run, with its digests.
func runRecord(
    _ context: LoadContext, _ files: [FileRecord], _ now: Instant
) -> RunRecord {
    let (run, head, totals) = (context.run, context.run.head, context.totals)
    let earliest = head.lastRecordedAt.map { Instant(microseconds: $0.microseconds + 1) }
    var record = RunRecord(
        run: run.run, recordedAt: max(now, earliest ?? now), observedAt: run.observedAt,
        observedOrigin: run.observedOrigin, completeness: run.options.completeness,
        seed: run.options.seed, balance: context.dumpIndex.balance, deleted: totals.deleted,
        productsNamed: Int64(context.dumpIndex.products.count),
        previousDigest: head.historyDigest,
        historyDigest: historyDigest(previous: head.historyDigest, rows: totals.leaves))
    record.profile = context.dumpIndex.wholeProfile
    record.dumpLabel = run.dumpLabel
    record.identityRules = run.identity.rawValue
    record.outOfWindow = totals.outOfWindow
    record.reader = run.lexicon.map { Int64($0.version) }
    record.ledgerDigest = record.computedLedgerDigest(
        previous: head.ledgerDigest, files: files, rows: totals.ledger)
    return record
}

/// Moves inserts counted for placeholder records to the replayed files. A replayed short text may
/// take the number of a placeholder, which is then inserted under the next number: the count of
/// inserts is right, only the file is not.
private func settlePlaceholders(_ dumpIndex: DumpIndex) {
    var inserted = dumpIndex.files.filter(\.isPlaceholder).reduce(0) {
        $0 + $1.record.balance.inserted
    }
    for index in dumpIndex.files.indices where !dumpIndex.files[index].isPlaceholder && inserted > 0
    {
        for part in [\Balance.unchanged, \.updated, \.late] {
            let moved = min(inserted, dumpIndex.files[index].record.balance[keyPath: part])
            dumpIndex.files[index].record.balance[keyPath: part] -= moved
            dumpIndex.files[index].record.balance.inserted += moved
            inserted -= moved
        }
    }
}

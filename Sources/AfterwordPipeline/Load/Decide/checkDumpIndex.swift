import AfterwordCore

/// Refuses a dump with too many faults, or one that is said to be complete and cannot be.
///
/// - Throws: `InputFault`.
func checkDumpIndex(_ dumpIndex: DumpIndex, _ dump: Dump, _ options: LoadOptions) throws {
    guard options.hasGuards else { return try checkKinds(dumpIndex) }
    try checkLists(dumpIndex, dump, options)
    let balance = dumpIndex.balance
    let hasRecords =
        balance.found > balance.rejected || !dumpIndex.filesWithProducts.isEmpty
        || dumpIndex.files.contains { $0.cleaner?.shape.holdsProducts == true }
    if !hasRecords, let fault = dumpIndex.unfitFile { throw fault }
    if hasRecords { try checkRejects(dumpIndex, options) }
    // A file with an empty list is a dump that names nothing; files without any JSON are no dump,
    // except among others of their series: a week in which nothing was found.
    let isReadable = dumpIndex.files.contains { $0.cleaner != nil || !$0.isEmpty }
    if !hasRecords, let reject = dumpIndex.rejects.first {
        throw InputFault.onlyRejects(
            file: reject.file, reasons: reasons(dumpIndex.rejects), rejected: balance.rejected)
    }
    if !hasRecords, !isReadable, !dump.isOfSeries {
        throw dumpIndex.files.first.map { InputFault.emptyFile($0.record.name) }
            ?? .nothingToRead(dump: dump.name, ignored: dump.ignored.count)
    }
    try checkKinds(dumpIndex)
    try checkReadings(dumpIndex, upTo: options.maxRejects ?? 0)
    dumpIndex.missing = try missingFields(dumpIndex)
    try checkCompleteness(dumpIndex, dump, options)
}

/// Refuses a dump without any review in which the shape's list of reviews is missing. A file
/// without reviews among others is an empty page.
private func checkLists(
    _ dumpIndex: DumpIndex, _ dump: Dump, _ options: LoadOptions
) throws {
    if dumpIndex.files.contains(where: { $0.record.balance.found > 0 }) { return }
    for (place, file) in dumpIndex.files.enumerated() {
        let original = file.duplicateOf ?? place
        guard let shape = file.cleaner?.shape, !shape.holdsProducts, !shape.records.isEmpty,
            !dumpIndex.filesWithProducts.contains(original),
            !dumpIndex.filesWithLists.contains(original)
        else { continue }
        try refuseListless(dump.files[place], shape, dumpIndex, options)
        dumpIndex.emptyPages.append(file.record.name)
        dumpIndex.unfitFile = nil
    }
}

/// Refuses a dump with more rejects than the limit, in number or in bytes, or with a file of which
/// nothing was read.
private func checkRejects(_ dumpIndex: DumpIndex, _ options: LoadOptions) throws {
    let balance = dumpIndex.balance
    if let limit = options.maxRejects {
        guard balance.rejected > limit else { return }
        throw InputFault.tooManyRejects(
            rejected: balance.rejected, found: balance.found, reasons: reasons(dumpIndex.rejects))
    }
    for file in dumpIndex.files where !file.isPlaceholder && file.duplicateOf == nil {
        let own = file.record.balance
        let rejects = dumpIndex.rejects.lazy.filter { $0.file == file.record.name }
        if own.found > 0, own.found == own.rejected {
            throw InputFault.unreadRecords(
                file: file.record.name, reasons: reasons(rejects), rejected: own.rejected)
        }
        let (read, rejected) = (file.fields.readBytes, file.fields.rejectedBytes)
        // In records of usual length: more than ten, and than twice the number of rejects.
        let records = read == 0 ? 0 : rejected * file.readCount / read
        if rejected * 100 > read + rejected, records > max(10, own.rejected * 2) {
            throw InputFault.rejectedBytes(
                file: file.record.name, rejected: rejected, of: read + rejected,
                reasons: reasons(rejects))
        }
    }
    guard balance.rejected > 10, balance.rejected * 100 > balance.found else { return }
    throw InputFault.tooManyRejects(
        rejected: balance.rejected, found: balance.found, reasons: reasons(dumpIndex.rejects))
}

/// The three commonest reasons of rejects with their fields: `12 no_product (product_id)`.
private func reasons(_ rejects: some Sequence<RejectRow>) -> String {
    var counts: [String: Int] = [:]
    for row in rejects {
        let field = row.field.isEmpty ? "" : " (\(row.field))"
        counts[row.reason.rawValue + field, default: 0] += 1
    }
    let sorted = counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
    return sorted.prefix(3).map { "\(grouped($0.value)) \($0.key)" }.joined(separator: ", ")
}

/// Refuses a dump in which a product's reviews have two kinds of identity.
private func checkKinds(_ dumpIndex: DumpIndex) throws {
    for product in dumpIndex.products.values where product.hasMixedKinds {
        throw InputFault.otherIdentityKind(
            file: dumpIndex.files[product.file].record.name, stored: product.kind?.rawValue ?? "",
            incoming: "another of this dump")
    }
}

/// Rejects of containers that end early: what followed is unknown.
private let truncating: Set<RejectReason> = [
    .truncated, .recordTooLong, .damagedGzip, .gzipRatio, .notGzip, .htmlPage, .lfsPointer,
    .unsupportedEncoding, .notJSON,
]

/// Refuses a dump said to be complete that has an unread, empty or truncated file, or a product
/// that counts more reviews than were found.
private func checkCompleteness(
    _ dumpIndex: DumpIndex, _ dump: Dump, _ options: LoadOptions
) throws {
    guard options.completeness != .none else { return }
    if let unread = dump.unread.first {
        throw InputFault.incompleteDump(reason: unread.words)
    }
    // A dump with none is whole where as many deletes are allowed; an empty page is none.
    let holdsReviews = dumpIndex.balance.found > 0
    for (place, file) in dumpIndex.files.enumerated() {
        let original = file.duplicateOf ?? place
        if file.record.balance.found == 0, dumpIndex.files[original].record.leftOut == 0,
            file.cleaner?.shape.holdsProducts != true,
            !dumpIndex.filesWithProducts.contains(original),
            options.maxDeletes == nil || holdsReviews || dumpIndex.files[original].isEmpty
        {
            throw InputFault.incompleteDump(reason: "\(file.record.name) is empty")
        }
    }
    try checkCap(dumpIndex, options)
    if let cut = dumpIndex.rejects.first(where: { truncating.contains($0.reason) }) {
        throw InputFault.incompleteDump(reason: "\(cut.file): \(cut.reason.rawValue)")
    }
    if dumpIndex.shortTotals > 0 {
        throw InputFault.incompleteDump(
            reason: several(dumpIndex.shortTotals, "product")
                + " with more reviews by its own count than were found")
    }
}

/// Refuses a complete dump in which five products or more share the greatest number of reviews,
/// eight or more: it was probably capped, so that absent reviews are older ones.
///
/// - Throws: `InputFault.cappedDump`.
private func checkCap(_ dumpIndex: DumpIndex, _ options: LoadOptions) throws {
    let isStated = dumpIndex.files.contains { $0.cleaner?.shape.window != nil }
    guard options.window == nil, !options.acceptsCapped, !isStated else { return }
    let counts = dumpIndex.products.map { id, product in
        product.candidateCount + (dumpIndex.known?.metCount(of: id) ?? 0)
    }
    guard let greatest = counts.max(), greatest >= 8 else { return }
    let sharing = counts.count { $0 == greatest }
    if sharing >= 5 {
        throw InputFault.cappedDump(products: Int64(sharing), reviews: Int64(greatest))
    }
}

/// Compares the dump with earlier ones. Other runs of the same dump (one per market) do not count
/// as earlier.
///
/// - Returns: Nil where there is none to compare with, and for an empty snapshot that is not said
///   to be complete: it changes nothing, and does not end a series.
func compareWithPast(_ context: LoadContext) throws -> DumpComparison? {
    let isEmpty = context.dumpIndex.wholeProfile.records == 0
    if isEmpty, context.options.completeness == .none { return nil }
    let day = context.run.observedAt.startOfDay
    let past = try context.load.reader.runs().reversed().filter { run in
        let isSameDump =
            run.dumpLabel == context.run.dumpLabel
            && (run.dumpLabel != nil || run.observedAt.startOfDay == day)
        return run.readsReviews && run.profile.records > 0 && !isSameDump
    }
    guard !past.isEmpty else { return nil }
    var outline = DumpOutline(
        profile: context.dumpIndex.wholeProfile,
        products: Int64(context.dumpIndex.products.count))
    outline.known = try knownProducts(context)
    outline.doubled = try doubledReviews(context)
    return DumpComparison(
        outline,
        with: past.map { DumpOutline(profile: $0.profile, products: $0.productsNamed) })
}

/// Of some products of the dump, spread over all of them, how many the store knows.
private func knownProducts(_ context: LoadContext) throws -> (asked: Int64, known: Int64) {
    let all = context.dumpIndex.products.keys.sorted()
    let step = max(1, all.count / askedProducts)
    let asked = stride(from: 0, to: all.count, by: step).map { all[$0] }
    return (Int64(asked.count), Int64(try context.load.products(asked).count))
}

/// Products that the store is asked for to see whether the source's ids are still the same.
private let askedProducts = 500

/// Refuses a dump unlike earlier ones. A rehearsal only reports it, and a repeat of an earlier
/// run's files is accepted.
///
/// - Throws: `InputFault.unlikeTheLast`.
func checkDrift(_ context: LoadContext) throws {
    let options = context.options
    guard options.hasGuards, !options.acceptsDrift, !options.isRehearsal,
        context.run.identicalSince == nil, let comparison = context.comparison, comparison.isUnlike
    else { return }
    throw InputFault.unlikeTheLast(comparison)
}

/// Refuses a dump whose `observed_at` is in the future: until then no other dump could update its
/// products.
///
/// - Throws: `InputFault.observedInFuture`.
func checkObservation(_ observedAt: Instant, now: Instant, _ options: LoadOptions) throws {
    guard options.hasGuards || options.isCatalog, !options.acceptsFuture, !options.isReplay,
        observedAt > now.adding(seconds: ObservationLimit.aheadSeconds)
    else { return }
    throw InputFault.observedInFuture(observedAt)
}

/// How far `observed_at` may be ahead of the clock.
package enum ObservationLimit {
    /// Two days: differences of clocks and time zones are smaller.
    package static let aheadSeconds: Int64 = 2 * 86_400
}

/// Refuses a run with more deletes than `maxDeletes`, by default more than 10 and 20 % of the
/// scope.
///
/// - Throws: `InputFault.tooManyDeletes`.
func checkDeletes(_ context: LoadContext) throws {
    guard context.options.hasGuards else { return }
    let deleted = context.totals.deleted
    if let limit = context.options.maxDeletes {
        if deleted > limit {
            throw InputFault.tooManyDeletes(deleted: deleted, scope: context.totals.deletionScope)
        }
    } else if deleted > 10, deleted * 5 > context.totals.deletionScope {
        throw InputFault.tooManyDeletes(deleted: deleted, scope: context.totals.deletionScope)
    }
}

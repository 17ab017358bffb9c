import AfterwordCore

/// What the dump and the store say of one product, before its records are sorted.
struct NamedProduct {
    let id: Text
    /// The product before the run; nil for a new one.
    let stored: ProductState?
    /// Its key, stored or new.
    let key: Int64
    /// Its reviews before the run.
    let existing: ExistingReviews
    /// Its records, in the order of the dump.
    let candidates: [Candidate]
    /// What else the dump says of it; nil where the dump does not name it.
    let indexed: IndexedProduct?
    /// No reject of the dump may belong to any product.
    let hasAllRecords: Bool
}

/// A product's records sorted into duplicate groups, inserts and unchanged ones, and the reviews
/// that vanished. `wanted` is what has to be looked up before `decideProduct`.
struct SortedProduct {
    let id: Text
    /// The product before the run; a new product begins with empty sums.
    let before: ProductState
    let isNew: Bool
    let order: ObservationOrder
    var existing: ExistingReviews
    /// Nearly all records of a second dump are unchanged: their live reviews hold their bytes.
    var records: SortedRecords
    /// Live reviews that are missing from a dump complete for the product.
    var vanished: [CurrentKey]
    /// Live reviews of which the dump says that they were deleted.
    let deleted: [CurrentKey]
    /// Live reviews that are missing from another dump, where they may have been edited.
    let unnamed: [CurrentKey]
    /// The dump is complete for the product.
    let isComplete: Bool
    /// The dump holds as many of its reviews as a capped dump can; it may have more.
    let isCapped: Bool
    let indexed: IndexedProduct?
}

/// Sorts a product's records. Changes nothing, and reads again only records that share an identity.
///
/// - Throws: `InputFault.otherIdentityKind`; `InputFault.changedWhileRead`.
func sortProduct(
    _ product: NamedProduct, in run: RunContext, reading records: DumpRecords
) throws -> SortedProduct {
    try refuseOtherKind(product, records)
    let order = run.order(product.stored)
    let sorted = try sortRecords(product, order, records, run)
    let isComplete =
        run.options.completeness != .none && product.hasAllRecords
        && product.indexed?.hasUnreadableIdentity != true
    let missing = isComplete || mayShowEdits(product, sorted)
    let hasMarks = product.indexed?.deletedIdentities.isEmpty == false
    let all = (missing || hasMarks) && !order.isOlder ? vanished(product, sorted, run) : []
    let deleted = hasMarks ? saidDeleted(all, product, run) : []
    let gone = Set(deleted.map(\.reviewKey))
    let absent = missing ? all.filter { !gone.contains($0.reviewKey) } : []
    return SortedProduct(
        id: product.id, before: product.stored ?? newState(product, in: run),
        isNew: product.stored == nil, order: order, existing: product.existing, records: sorted,
        vanished: isComplete ? absent : [], deleted: deleted, unnamed: isComplete ? [] : absent,
        isComplete: isComplete, isCapped: isCapped(product, in: run, records),
        indexed: product.indexed)
}

/// Whether the dump holds as many records of the product as its window allows.
private func isCapped(
    _ product: NamedProduct, in run: RunContext, _ records: DumpRecords
) -> Bool {
    guard let indexed = product.indexed,
        let window = run.options.window ?? records.window(Int32(indexed.file))
    else { return false }
    return product.candidates.count + indexed.rejectedIdentities.count >= window
}

/// Whether a dump that is not complete may show edited reviews of a product: its reviews have no
/// ids, and some are new.
private func mayShowEdits(_ product: NamedProduct, _ records: SortedRecords) -> Bool {
    let unmet = product.existing.unmet
    guard let kind = product.stored?.kind, kind != .source, !unmet.isEmpty else { return false }
    let new =
        records.inserts.count
        + records.duplicateGroups.count { product.existing.current[$0.identity] == nil }
    return new > 0 && unmet.count <= max(fewUnnamed, new * 4)
}

/// Live reviews of a product that are looked up for possible edits, however few are new.
private let fewUnnamed = 256

/// A product that never had a review may take any identity kind.
private func refuseOtherKind(_ product: NamedProduct, _ records: DumpRecords) throws {
    guard let stored = product.stored, !product.existing.isEmpty, let indexed = product.indexed,
        let kind = indexed.kind, stored.kind != kind
    else { return }
    throw InputFault.otherIdentityKind(
        file: records.file(Int32(indexed.file)).name, stored: stored.kind.rawValue,
        incoming: kind.rawValue)
}

private func newState(_ product: NamedProduct, in run: RunContext) -> ProductState {
    ProductState(
        productKey: product.key, productID: product.id, kind: product.indexed?.kind ?? .content,
        lastObservedAt: run.observedAt, lastCompleteAt: nil, firstRun: run.run, lastRun: run.run,
        attributes: [:],
        summary: ProductSummary(
            productKey: product.key, productID: product.id, counters: Counters(),
            firstReviewAt: nil, lastReviewAt: nil, lastChangedRun: 0))
}

private func sortRecords(
    _ product: NamedProduct, _ order: ObservationOrder, _ records: DumpRecords, _ run: RunContext
) throws -> SortedRecords {
    let current = product.existing.current
    let duplicated = run.ofReviews(
        try product.existing.duplicated.map { try records.candidate($0) })
    let isClosed = order.isOlder && order.isCoveredByLaterComplete
    // The array is not copied where nothing is appended: a product may have very many records.
    return try duplicateGroups(
        duplicated.isEmpty ? product.candidates : product.candidates + duplicated,
        owner: run.owner,
        precedence: { try records.precedence(of: $0) }
    ) { candidate in
        guard let key = current[candidate.identity.digest] else {
            return isClosed ? .duplicateGroup : .insert
        }
        return key.isLive && key.payloadDigest == candidate.payload ? .unchanged : .duplicateGroup
    }
}

private func vanished(
    _ product: NamedProduct, _ records: SortedRecords, _ run: RunContext
) -> [CurrentKey] {
    // Each unchanged record belongs to its own live review: equal counts mean that none vanished.
    if records.unchanged.count == product.existing.unmet.count { return [] }
    var named = Set(records.unchanged.map(\.identity.digest))
    for group in records.duplicateGroups { named.insert(group.identity) }
    for rejected in product.indexed?.rejectedIdentities ?? [] {
        named.insert(run.owner(of: rejected))
    }
    return product.existing.unmet.filter { !named.contains($0.identity) }
}

/// The reviews, of those that no record holds, of which the dump says that they were deleted.
private func saidDeleted(
    _ absent: [CurrentKey], _ product: NamedProduct, _ run: RunContext
) -> [CurrentKey] {
    let said = Set((product.indexed?.deletedIdentities ?? []).map { run.owner(of: $0) })
    return absent.filter { said.contains($0.identity) }
}

extension SortedProduct {
    /// Keys of stored reviews that may change or vanished, and every payload of the dump other than
    /// the one its review holds. A new product has no rows to look up.
    var wanted: WantedRows {
        var wanted = WantedRows()
        wanted.contents = openKeys
        wanted.reviews = wanted.contents + (vanished + deleted + unnamed).map(\.reviewKey)
        if !isNew { wanted.raw = rawQuestions }
        return wanted
    }

    /// Keys of stored reviews whose duplicate groups need a decision.
    private var openKeys: [Int64] {
        if existing.current.isEmpty { return [] }
        return records.duplicateGroups.filter { !isUnchanged($0) }
            .compactMap { existing.current[$0.identity]?.reviewKey }
    }

    private var rawQuestions: [RawQuestion] {
        let grouped = records.duplicateGroups.flatMap { group in
            let key = existing.current[group.identity]?.reviewKey
            return otherPayloads(of: group).map { RawQuestion(record: $0.raw, reviewKey: key) }
        }
        return grouped + records.inserts.map { RawQuestion(record: $0.raw, reviewKey: nil) }
    }

    /// Whether a duplicate group needs no look-up: it has one content, and the live review holds
    /// its bytes already.
    func isUnchanged(_ group: DuplicateGroup) -> Bool {
        guard group.finalists.count == 1, let key = existing.current[group.identity] else {
            return false
        }
        return key.isLive && key.payloadDigest == group.finalists[0].kept.payload
    }

    /// Of each payload of a duplicate group that its review does not hold, the first record in the
    /// dump (by file, then offset).
    func otherPayloads(of group: DuplicateGroup) -> [Candidate] {
        let held = existing.current[group.identity]?.payloadDigest
        if let only = group.only { return only.payload == held ? [] : [only] }
        var seen: Set<Digest128> = []
        return group.candidates.sorted { ($0.file, $0.offset) < ($1.file, $1.offset) }
            .filter { $0.payload != held && seen.insert($0.payload).inserted }
    }
}

extension DuplicateGroup {
    /// The record of a group that has one only.
    var only: Candidate? {
        guard beaten.isEmpty, finalists.count == 1, finalists[0].candidates.count == 1 else {
            return nil
        }
        return finalists[0].candidates[0]
    }

    /// All records of the group.
    var candidates: [Candidate] { (finalists + beaten).flatMap(\.candidates) }
}

extension Candidate {
    /// Its key in bronze, if it was staged during the scan.
    var stagedKey: Int64? { isStaged ? Int64(number) + 1 : nil }

    /// The identity and payload that its bytes are stored under.
    var raw: RawIdentity { RawIdentity(identity: identity.digest, payload: payload) }
}

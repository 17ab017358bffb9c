import AfterwordCore

/// Decides what a run changes in one product.
///
/// Changes nothing: the result is a value, which `ChangeWriter` applies. Records that differ from
/// stored ones are read again from the dump and cleaned.
///
/// - Parameter stored: What the store holds of `product.wanted`.
/// - Throws: `InputFault.emptiesProduct`; `InputFault.changedWhileRead`.
func decideProduct(
    _ product: SortedProduct, against stored: StoredRows, in run: RunContext,
    reading records: DumpRecords
) throws -> ProductChanges {
    let matched = try matchEdits(product, stored, records)
    let product = matched.product
    var decision = Decision(product, stored, run, records)
    decision.changes.possibleEdits = matched.possibleEdits
    decision.countUnchanged()
    // A payload that bronze holds already, of a record that never became a review, is not stored
    // again: such a record is decided like a duplicate group.
    let (new, known) = split(product.records.inserts, stored)
    for group in product.records.duplicateGroups + known.map(DuplicateGroup.init(of:)) {
        let raw = try decision.keepPayloads(of: group)
        try decision.decide(group, raw)
    }
    try decision.deleteVanished()
    decision.link(matched.edits)
    try refuseEmptying(product, run.options)
    decision.insert(new)
    decision.changes.moveSums()
    return decision.changes
}

/// Inserts whose payloads are new to bronze, and those that it holds already.
private func split(
    _ inserts: [Candidate], _ stored: StoredRows
) -> (new: [Candidate], known: [Candidate]) {
    // The array is not copied where nothing is taken out: a product may have very many inserts.
    if stored.known.isEmpty { return (inserts, []) }
    return (
        inserts.filter { stored.known[$0.raw] == nil },
        inserts.filter { stored.known[$0.raw] != nil }
    )
}

/// Refuses a dump that leaves a product of 5 or more live reviews with none, unless guards are off
/// or `maxDeletes` is given.
private func refuseEmptying(_ product: SortedProduct, _ options: LoadOptions) throws {
    let (live, records) = (product.existing.liveCount, product.records)
    let isEmptied =
        product.vanished.count + product.deleted.count == live && records.duplicateGroups.isEmpty
        && records.inserts.isEmpty && records.unchanged.isEmpty && product.existing.metCount == 0
    let isGuarded = options.hasGuards && options.maxDeletes == nil
    if isEmptied, live >= 5, isGuarded {
        throw InputFault.emptiesProduct(reviews: Int64(live))
    }
}

/// The product after the run: its observation clocks and attributes follow the dump that names it.
private func after(_ product: SortedProduct, in run: RunContext) -> ProductState {
    var state = product.before
    if product.existing.isEmpty, let kind = product.indexed?.kind { state.kind = kind }
    guard let indexed = product.indexed else { return state }
    if !indexed.isOfCatalog {
        state.lastObservedAt = max(state.lastObservedAt, run.observedAt)
        state.lastRun = run.run
    }
    if product.isComplete, !product.isCapped {
        state.lastCompleteAt = [state.lastCompleteAt, run.observedAt].compactMap { $0 }.max()
    }
    for (attribute, tally) in indexed.attributes {
        guard let told = tally.chosen else { continue }
        state.attributes[attribute] = updatedAttribute(
            state.attributes[attribute], with: told, observedAt: run.observedAt,
            isOlder: product.order.isOlder && !indexed.isOfCatalog)
    }
    return state
}

/// The changes of one product while they are being decided.
private struct Decision {
    let product: SortedProduct
    let stored: StoredRows
    let run: RunContext
    let records: DumpRecords
    var changes: ProductChanges
    private var keys: ReviewKeys
    /// Bytes of the payloads that the changes hold.
    private var keptBytes = 0

    /// Greatest number of payload bytes that the changes of a product hold: 4 MiB. Records beyond
    /// it are read again when they are written.
    private static let keptLimit = 1 << 22

    init(
        _ product: SortedProduct, _ stored: StoredRows, _ run: RunContext, _ records: DumpRecords
    ) {
        self.product = product
        self.stored = stored
        self.run = run
        self.records = records
        keys = ReviewKeys(ofProduct: product.before.productKey, stored: product.existing.keys)
        changes = ProductChanges(
            id: product.id, before: product.before, after: after(product, in: run),
            isNew: product.isNew, hadReviews: !product.existing.isEmpty)
        changes.objects = product.indexed?.objects ?? []
        if product.isComplete || product.indexed != nil && records.marksDeletions {
            changes.deletionScope = Int64(product.existing.liveCount)
        }
        changes.isOlder = product.indexed != nil && product.order.isOlder
    }

    /// Counts the records whose reviews hold their bytes.
    mutating func countUnchanged() {
        for (file, count) in product.existing.met {
            changes.balances[Int32(file)].unchanged += count
        }
        changes.balances.count(product.records.unchanged) { $0.unchanged += $1 }
    }

    /// Deletes the reviews of which the dump says so, and those that vanished, except those that a
    /// capped dump does not reach: they are not newer than the oldest that it holds, or have no
    /// time to be compared.
    mutating func deleteVanished() throws {
        for review in product.deleted.compactMap({ stored.reviews[$0.reviewKey] }) {
            changes.versions.append(VersionChange(deleting: review, in: run))
        }
        let isCapped = product.isCapped && !product.vanished.isEmpty
        let oldest = isCapped ? try oldestPresent() : nil
        for key in product.vanished {
            guard let review = stored.reviews[key.reviewKey] else { continue }
            if isCapped, !review.isNewer(than: oldest) {
                changes.outOfWindow += 1
            } else {
                changes.versions.append(VersionChange(deleting: review, in: run))
            }
        }
    }

    /// The earliest source time among the product's records; nil where none has one.
    private func oldestPresent() throws -> Instant? {
        let sorted = product.records
        let all = sorted.unchanged + sorted.inserts + sorted.duplicateGroups.flatMap(\.candidates)
        return try all.compactMap { try records.record(of: $0).record.values.createdAt }.min()
    }

    /// Gives new reviews their keys, and counts them.
    mutating func insert(_ candidates: [Candidate]) {
        changes.balances.count(candidates) { $0.inserted += $1 }
        changes.newReviews = NewReviewList(
            candidates, keys: keys.take(all: candidates.map(\.identity.digest)))
    }

    /// Links edited reviews to the identities of their new records.
    mutating func link(_ edits: [RecognizedEdit]) {
        if edits.isEmpty { return }
        var versions: [Int64: Int64] = [:]
        for change in changes.versions where change.operation != .late {
            versions[change.review.reviewKey] = change.version
        }
        changes.links = edits.map { edit in
            let end = ReviewLink.End(edit.review)
            let version = versions[edit.review.reviewKey] ?? edit.review.version
            return ReviewLink(
                run: run.run, match: .similarity, from: end, to: end,
                opened: (version, edit.identity, edit.score))
        }
    }

    /// The rows of bronze that hold a duplicate group's payloads, other than its review's.
    struct GroupPayloads {
        var raw: [Digest128: RawReference] = [:]
        /// The payloads among them that are new to bronze.
        var new: Set<Digest128> = []
    }

    /// Decides which bytes of a duplicate group go to bronze: each payload once, at its first place
    /// in the dump. One that was pruned goes there again, and is not new.
    mutating func keepPayloads(of group: DuplicateGroup) throws -> GroupPayloads {
        var payloads = GroupPayloads()
        var keptKeys: Set<Int64> = []
        for candidate in product.otherPayloads(of: group) {
            let known = stored.known[candidate.raw]
            if let known, !known.isPruned {
                payloads.raw[candidate.payload] = .stored(known.rawKey)
                continue
            }
            payloads.raw[candidate.payload] = .added(changes.raw.count)
            if known == nil { payloads.new.insert(candidate.payload) }
            if let key = candidate.stagedKey { keptKeys.insert(key) }
            changes.raw.append(try rawChange(candidate))
        }
        if let only = group.only, !only.isStaged { return payloads }
        let staged = group.candidates.compactMap(\.stagedKey)
        changes.droppedKeys += staged.filter { !keptKeys.contains($0) }
        return payloads
    }

    /// With the record's bytes, where they are needed and few: most are cleaned next.
    private mutating func rawChange(_ candidate: Candidate) throws -> RawChange {
        guard !candidate.isStaged, keptBytes < Self.keptLimit else {
            return RawChange(candidate: candidate)
        }
        let payload = try records.payload(of: candidate)
        keptBytes += payload.count
        return RawChange(candidate: candidate, payload: payload)
    }

    /// Finds a duplicate group's winner, judges it, and counts every record of the group once.
    mutating func decide(_ group: DuplicateGroup, _ payloads: GroupPayloads) throws {
        if product.isUnchanged(group) {
            return count(group, group.finalists[0]) { $0.unchanged += 1 }
        }
        let key = product.existing.current[group.identity]
        let review = key.flatMap { stored.reviews[$0.reviewKey] }
        let held = review.flatMap { stored.payloads[$0.rawKey] }.flatMap { records.reading(of: $0) }
        let variant = winner(
            of: group, current: currentContent(of: review, held),
            history: key.flatMap { stored.contents[$0.reviewKey] } ?? [])
        try refuseUndated(group, variant)
        let (record, reading) = try records.record(of: variant.kept)
        guard let raw = payloads.raw[variant.kept.payload] ?? review.map({ .stored($0.rawKey) })
        else {
            // A record that no review holds was kept just now: only damage loses a review's row.
            throw StoreFault.unreadable(table: "product_reviews_current", column: "review_key")
        }
        let isHeld = key?.isLive == true && key?.payloadDigest == variant.kept.payload
        let judgement =
            isHeld
            ? .unchanged(keepsPayload: false)
            : judge(reading, against: review, held: held, order: product.order)
        take(
            judgement, of: WinningRecord(candidate: variant.kept, record: record, raw: raw),
            over: review, isNew: payloads.new.contains(variant.kept.payload))
        count(group, variant) { $0.count(judgement) }
    }

    /// Refuses versions of a review that nothing but the dates and numbers in their files' names
    /// may order. Where the user gives the time of the dump, all of it is of that moment.
    private func refuseUndated(
        _ group: DuplicateGroup, _ winner: DuplicateGroup.Variant
    ) throws {
        guard group.finalists.count > 1, run.options.hasGuards, run.options.observedAt == nil else {
            return
        }
        let file = winner.candidates[0].file
        for variant in group.finalists where variant.content != winner.content {
            let other = variant.candidates[0].file
            guard mayBeOrdered(file, other) else { continue }
            let names = [records.file(file).name, records.file(other).name].sorted {
                Text($0) < Text($1)
            }
            throw InputFault.undatedVersions(names[0], names[1])
        }
    }

    /// Whether the names of two files may say which one is newer. Files of a dated folder are of
    /// one moment, whatever their numbers count.
    private func mayBeOrdered(_ file: Int32, _ other: Int32) -> Bool {
        if records.writtenDate(file) != records.writtenDate(other) { return true }
        return file != other && run.observedOrigin != .folderName
            && differInNumbers(records.file(file).name, records.file(other).name)
    }

    /// The content of the live review, read from its payload where that can be cleaned.
    private func currentContent(of review: StoredReview?, _ held: Reading?) -> Digest256? {
        guard let review, review.isLive else { return nil }
        return held.map(\.values.contentDigest) ?? review.contentDigest
    }

    /// Adds the change that a judgement makes.
    ///
    /// - Parameters:
    ///   - review: The stored review of the group; nil for none.
    ///   - isNew: The winner's payload is new to bronze.
    private mutating func take(
        _ judgement: Judgement, of winner: WinningRecord, over review: StoredReview?, isNew: Bool
    ) {
        switch judgement {
        case .insert(let values):
            let key = review?.reviewKey ?? keys.take(winner.candidate.identity.digest)
            changes.versions.append(
                VersionChange(
                    inserting: values, from: winner, over: review, reviewKey: key, in: run))
        case .update(let values, let changed):
            guard let review else { preconditionFailure("an update has a review") }
            changes.versions.append(
                VersionChange(
                    updating: review, to: values, changed: changed, from: winner, in: run))
        case .unchanged(let keepsPayload):
            guard keepsPayload, let review else { return }
            changes.moves.append(
                PayloadChange(
                    reviewKey: review.reviewKey, payload: winner.candidate.payload,
                    raw: winner.raw))
        case .late(let values):
            if isNew, let review { keep(late: values, of: winner, beside: review) }
        }
    }

    /// Adds a late row, unless its content is in the review's history. A payload that was in bronze
    /// before this run was counted then, as late without a review or as shadowed; its content is
    /// not recorded again.
    private mutating func keep(
        late values: ReviewValues, of winner: WinningRecord, beside review: StoredReview
    ) {
        let history = stored.contents[review.reviewKey] ?? []
        guard !history.contains(values.contentDigest) else { return }
        let author =
            records.namesAuthors(winner.candidate.file) ? winner.record.authorID : review.authorID
        changes.versions.append(
            VersionChange(late: values, author: author, of: review, in: run))
    }

    /// Counts a group's records: the winner by `outcome` in its first file, records of equal
    /// content as copies, all others as shadowed.
    private mutating func count(
        _ group: DuplicateGroup, _ winner: DuplicateGroup.Variant,
        _ outcome: (inout Balance) -> Void
    ) {
        outcome(&changes.balances[winner.candidates[0].file])
        if group.only != nil { return }
        for candidate in winner.candidates.dropFirst() {
            changes.balances[candidate.file].copies += 1
        }
        for variant in group.finalists + group.beaten where variant.content != winner.content {
            for candidate in variant.candidates { changes.balances[candidate.file].shadowed += 1 }
        }
    }
}

extension StoredReview {
    /// Whether its source time is later; false where either is unknown.
    fileprivate func isNewer(than time: Instant?) -> Bool {
        guard let created = values.createdAt, let time else { return false }
        return created > time
    }
}

extension Balance {
    /// Counts a record by what it means for its review.
    fileprivate mutating func count(_ judgement: Judgement) {
        switch judgement {
        case .insert: inserted += 1
        case .update: updated += 1
        case .unchanged: unchanged += 1
        case .late: late += 1
        }
    }
}

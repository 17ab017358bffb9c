import AfterwordCore

/// One product of a dump: which stored rows its decision needs, and which changes it makes.
///
/// Used by the deciding thread alone, in this order: `init`, `wanted` and `wantedRaw`, `apply`,
/// `insert` once for each of `inserts`, `addLeaves`.
struct ProductChanges {
    let id: Text
    /// The product before this run; a new product begins with empty sums.
    let before: ProductState
    /// The product after this run.
    private(set) var state: ProductState
    let isNew: Bool
    private(set) var delta = SummaryDelta()
    private(set) var inserted: Int64 = 0
    private(set) var updated: Int64 = 0
    private(set) var deleted: Int64 = 0
    /// Keys of reviews that were live before the run and were updated or deleted by it.
    private(set) var changedKeys: [Int64] = []

    private let order: ObservationOrder
    /// The candidates sorted into duplicate groups, inserts, and unchanged records (whose live
    /// reviews hold the same bytes already; nearly all records of a second dump).
    private let records: SortedRecords
    private let reviews: ExistingReviews
    /// Live reviews that are missing from a dump complete for the product.
    private let vanished: [CurrentKey]
    private let isComplete: Bool
    private let indexed: IndexedProduct?
    private var keys: ReviewKeys
    private var leaves = ProductLeaves()
    /// Inserts whose bytes are new to the store, in order of their review keys. Filled by `apply`;
    /// their rows are built afterwards (`NewReviewWriter`).
    private(set) var inserts = Inserts()
    private var insertKeys: [Int64] = []
    private var nextInsert = 0

    /// Sorts a product's candidates and decides which reviews vanished. Adds to the context's
    /// counts and, for a new product, takes its key.
    ///
    /// - Parameter stored: The product before the run; nil for a new one.
    /// - Throws: `InputFault.otherIdentityKind`; `InputFault.changedWhileRead`.
    init(
        _ id: Text, _ stored: ProductState?, _ reviews: ExistingReviews, _ candidates: [Candidate],
        _ context: LoadContext
    ) throws {
        let indexed = context.dumpIndex.products[id]
        // A product that never had a review may take any identity kind.
        if let stored, !reviews.isEmpty, let indexed, let kind = indexed.kind, stored.kind != kind {
            throw InputFault.otherIdentityKind(
                file: context.dumpIndex.files[indexed.file].record.name,
                stored: stored.kind.rawValue, incoming: kind.rawValue)
        }
        self.id = id
        self.indexed = indexed
        self.reviews = reviews
        isNew = stored == nil
        order = context.order(stored)
        let current = reviews.current
        let duplicated = try reviews.duplicated.map { try context.candidate($0) }
        let isClosed = order.isOlder && order.isCoveredByLaterComplete
        // The array is not copied where nothing is appended: a product may have very many records.
        records = try duplicateGroups(
            duplicated.isEmpty ? candidates : candidates + duplicated,
            precedence: context.precedence
        ) { candidate in
            guard let key = current[candidate.identity.digest] else {
                return isClosed ? .duplicateGroup : .insert
            }
            return key.isLive && key.payloadDigest == candidate.payload
                ? .unchanged : .duplicateGroup
        }
        isComplete =
            context.options.completeness != .none
            && !context.dumpIndex.hasRejectWithoutProduct && indexed?.hasUnreadableIdentity != true
        vanished =
            isComplete && !order.isOlder
            ? Self.vanished(reviews, records, indexed) : []
        if isComplete { context.deletionScope += Int64(reviews.liveCount) }
        if indexed != nil, order.isOlder { context.olderProducts += 1 }
        before = stored ?? Self.newState(id, indexed, context)
        state = before
        keys = ReviewKeys(ofProduct: before.productKey, stored: reviews.keys)
        if reviews.isEmpty, let kind = indexed?.kind { state.kind = kind }
        observe(context)
    }

    private static func newState(
        _ id: Text, _ indexed: IndexedProduct?, _ context: LoadContext
    ) -> ProductState {
        let key = context.nextProductKey
        context.nextProductKey += 1
        return ProductState(
            productKey: key, productID: id, kind: indexed?.kind ?? .content,
            lastObservedAt: context.observedAt, lastCompleteAt: nil, firstRun: context.run,
            lastRun: context.run,
            attributes: [:],
            summary: ProductSummary(
                productKey: key, productID: id, counters: Counters(), firstReviewAt: nil,
                lastReviewAt: nil, lastChangedRun: 0))
    }

    private static func vanished(
        _ reviews: ExistingReviews, _ records: SortedRecords, _ indexed: IndexedProduct?
    ) -> [CurrentKey] {
        // Each unchanged record belongs to its own live review: equal counts mean that none
        // vanished.
        if records.unchanged.count == reviews.unmet.count { return [] }
        var named = Set(records.unchanged.map(\.identity.digest))
        for duplicateGroup in records.duplicateGroups { named.insert(duplicateGroup.identity) }
        named.formUnion(indexed?.rejectedIdentities ?? [])
        return reviews.unmet.filter { !named.contains($0.identity) }
    }

    /// Updates the product's observation clocks and attributes, if the dump names it.
    private mutating func observe(_ context: LoadContext) {
        guard let indexed else { return }
        if !indexed.isOfCatalog {
            state.lastObservedAt = max(state.lastObservedAt, context.observedAt)
            state.lastRun = context.run
        }
        if isComplete {
            state.lastCompleteAt = [state.lastCompleteAt, context.observedAt].compactMap { $0 }
                .max()
        }
        for (attribute, tally) in indexed.attributes {
            guard let told = tally.chosen else { continue }
            state.attributes[attribute] = updatedAttribute(
                state.attributes[attribute], with: told, observedAt: context.observedAt,
                isOlder: order.isOlder && !indexed.isOfCatalog)
        }
    }

    // MARK: Queries

    /// Whether a duplicate group needs no look-up: it has one content, and the live review holds
    /// its bytes already.
    private func isUnchanged(_ duplicateGroup: DuplicateGroup) -> Bool {
        guard duplicateGroup.finalists.count == 1,
            let key = reviews.current[duplicateGroup.identity]
        else {
            return false
        }
        return key.isLive && key.payloadDigest == duplicateGroup.finalists[0].kept.payload
    }

    /// Keys of stored reviews whose duplicate groups need a decision.
    private func openKeys() -> [Int64] {
        reviews.current.isEmpty
            ? []
            : records.duplicateGroups.filter { !isUnchanged($0) }
                .compactMap { reviews.current[$0.identity]?.reviewKey }
    }

    /// Keys of stored reviews that may change (`open`), and of those that vanished.
    var wanted: (open: [Int64], vanished: [Int64]) { (openKeys(), vanished.map(\.reviewKey)) }

    /// Every payload of the dump other than the one its review holds; empty for a new product,
    /// which has no rows in bronze.
    var wantedRaw: [RawQuestion] {
        if isNew { return [] }
        let duplicated = records.duplicateGroups.flatMap { duplicateGroup in
            let key = reviews.current[duplicateGroup.identity]?.reviewKey
            return raw(duplicateGroup).map { RawQuestion(record: $0.record, reviewKey: key) }
        }
        return duplicated + records.inserts.map { RawQuestion(record: $0.raw, reviewKey: nil) }
    }

    /// The payloads of a duplicate group that its review does not hold, each once, at its first
    /// place in the dump (by file, then offset).
    private func raw(_ duplicateGroup: DuplicateGroup) -> [(
        record: RawIdentity, candidate: Candidate
    )] {
        if duplicateGroup.beaten.isEmpty, duplicateGroup.finalists.count == 1,
            duplicateGroup.finalists[0].candidates.count == 1
        {
            let only = duplicateGroup.finalists[0].candidates[0]
            guard only.payload != reviews.current[duplicateGroup.identity]?.payloadDigest else {
                return []
            }
            return [(only.raw, only)]
        }
        let all = (duplicateGroup.finalists + duplicateGroup.beaten).flatMap(\.candidates)
        let held = reviews.current[duplicateGroup.identity]?.payloadDigest
        var seen: Set<Digest128> = []
        return all.sorted { ($0.file, $0.offset) < ($1.file, $1.offset) }.compactMap { candidate in
            guard candidate.payload != held, seen.insert(candidate.payload).inserted else {
                return nil
            }
            return (
                RawIdentity(identity: duplicateGroup.identity, payload: candidate.payload),
                candidate
            )
        }
    }

    // MARK: Changes

    /// Writes the product's rows, except the rows of `inserts`, and counts its records in the
    /// balances of their files.
    ///
    /// - Parameter stored: What the store returned for `wanted` and `wantedRaw`.
    /// - Throws: `InputFault.emptiesProduct`; what the writer throws.
    mutating func apply(
        _ stored: StoredBatch, _ context: LoadContext, _ writer: LoadWriter
    ) throws {
        if state != before || isNew { try writer.add(product: state) }
        if state.dimension != before.dimension {
            try writer.add(
                attributes: AttributeRow(
                    productKey: state.productKey, productID: id, run: context.run,
                    attributes: state.dimension))
        }
        for object in indexed?.objects ?? [] {
            var object = object
            object.productKey = state.productKey
            object.run = context.run
            try writer.add(productRaw: object)
        }
        for (file, count) in reviews.met {
            context.dumpIndex.files[file].record.balance.unchanged += count
        }
        for candidate in records.unchanged {
            context.dumpIndex.files[Int(candidate.file)].record.balance.unchanged += 1
        }
        var changes: [PendingChange] = []
        // A payload that bronze holds already, of a record that never became a review, is not
        // stored again: such a record is decided like a duplicate group.
        let plain =
            stored.rawKeys.isEmpty
            ? records.inserts : records.inserts.filter { stored.rawKeys[$0.raw] == nil }
        let known =
            stored.rawKeys.isEmpty
            ? [] : records.inserts.filter { stored.rawKeys[$0.raw] != nil }
        for duplicateGroup in records.duplicateGroups + known.map(DuplicateGroup.init(of:)) {
            let raw = try writeRaw(duplicateGroup, stored, context, writer)
            if let change = try settle(duplicateGroup, raw, stored, context, writer) {
                changes.append(change)
            }
        }
        for key in vanished {
            guard let review = stored.reviews[key.reviewKey] else { continue }
            changes.append(PendingChange(deleting: review, context))
        }
        try refuseEmptying(context)
        for change in changes { try write(change, context, writer) }
        takeInserts(plain, context)
    }

    /// Assigns the keys of the next of `inserts` to its row, and adds it to the sums and leaves.
    ///
    /// - Parameter id: The review id: its head and all its bytes.
    mutating func insert(
        _ review: inout NewReview, _ candidate: Candidate, _ row: CleanRow,
        id: (head: TextHead, bytes: BorrowedBytes), _ context: LoadContext
    ) {
        review.reviewKey = insertKeys[nextInsert]
        review.rawKey = candidate.stagedKey ?? review.reviewKey
        review.historyKey = historyKey(ofFirst: review.reviewKey, context)
        nextInsert += 1
        delta.add(row, review.times)
        leaves.add(id.head, id.bytes, review.rowDigest)
    }

    /// Adds the row digests of the product's changes to the run's Merkle tree, in order of review
    /// ids. Call once, after all of its rows are built.
    mutating func addLeaves(to tree: inout MerkleTree) { leaves.addInOrder(to: &tree) }

    /// Counts inserts and assigns their keys.
    private mutating func takeInserts(_ candidates: [Candidate], _ context: LoadContext) {
        inserted += Int64(candidates.count)
        for candidate in candidates {
            context.dumpIndex.files[Int(candidate.file)].record.balance.inserted += 1
        }
        let given = keys.take(all: candidates.map(\.identity.digest))
        inserts = Inserts(candidates: candidates, places: given.map { Int32($0.place) })
        insertKeys = given.map(\.key)
        leaves.reserve(given.count)
    }

    /// Candidates in order of their review keys, held as a permutation so that a large array is not
    /// copied.
    struct Inserts {
        fileprivate var candidates: [Candidate] = []
        fileprivate var places: [Int32] = []

        var indices: Range<Int> { places.indices }
        subscript(index: Int) -> Candidate { candidates[Int(places[index])] }
    }

    /// Refuses a dump that leaves a product of 5 or more live reviews with none, unless guards are
    /// off or `maxDeletes` is given.
    private func refuseEmptying(_ context: LoadContext) throws {
        let live = reviews.liveCount
        let isEmptied =
            vanished.count == live && records.duplicateGroups.isEmpty && records.inserts.isEmpty
            && records.unchanged.isEmpty && reviews.metCount == 0
        let isGuarded = context.options.hasGuards && context.options.maxDeletes == nil
        if isEmptied, live >= 5, isGuarded {
            throw InputFault.emptiesProduct(reviews: Int64(live))
        }
    }

    /// Raw keys of the payloads that a duplicate group brought, and which of them are new to the
    /// store.
    private struct WrittenRaw {
        var keys: [Digest128: Int64] = [:]
        var new: Set<Digest128> = []
    }

    /// Writes the bytes of every record of a duplicate group to bronze, each payload once; records
    /// that are staged are resolved instead.
    private func writeRaw(
        _ duplicateGroup: DuplicateGroup, _ stored: StoredBatch, _ context: LoadContext,
        _ writer: LoadWriter
    ) throws -> WrittenRaw {
        var written = WrittenRaw()
        var kept: Set<Int64> = []
        for (record, candidate) in raw(duplicateGroup) {
            if let key = stored.rawKeys[record] {
                written.keys[record.payload] = key
                continue
            }
            let files = context.dumpIndex.files
            let file = Int(candidate.file)
            let key = context.takeRawKey()
            written.keys[record.payload] = key
            written.new.insert(record.payload)
            let place = try files[file].source?.place(candidate.offset, Int64(candidate.length))
            var row = RawRow(
                rawKey: key, productKey: state.productKey, productID: id, record: record,
                run: context.run, file: files[file].record.name,
                offset: place?.offset ?? candidate.offset,
                length: place?.length ?? Int64(candidate.length),
                shape: files[file].record.shape, payload: [], context: [])
            if let ahead = candidate.stagedKey {
                kept.insert(ahead)
                writer.resolve(
                    StagedMove(rawKey: ahead, newKey: key, productKey: state.productKey), as: row)
            } else {
                row.payload = try context.payload(of: candidate)
                row.context = context.dumpIndex.contexts[Int(candidate.context)]
                try writer.add(raw: row)
            }
        }
        for candidate in (duplicateGroup.finalists + duplicateGroup.beaten).flatMap(\.candidates) {
            guard let ahead = candidate.stagedKey, !kept.contains(ahead) else { continue }
            writer.resolve(
                StagedMove(rawKey: ahead, newKey: nil, productKey: state.productKey), as: nil)
        }
        return written
    }

    /// Finds a duplicate group's winner, judges it, and counts every record of the group once.
    ///
    /// - Returns: The change to write; nil where the review stays as it is.
    private mutating func settle(
        _ duplicateGroup: DuplicateGroup, _ raw: WrittenRaw, _ stored: StoredBatch,
        _ context: LoadContext, _ writer: LoadWriter
    ) throws -> PendingChange? {
        if isUnchanged(duplicateGroup) {
            count(duplicateGroup, duplicateGroup.finalists[0], context) { $0.unchanged += 1 }
            return nil
        }
        let key = reviews.current[duplicateGroup.identity]
        let review = key.flatMap { stored.reviews[$0.reviewKey] }
        let held = try review.flatMap { try heldReading($0, stored, context) }
        let history = key.flatMap { stored.contents[$0.reviewKey] } ?? []
        let currentContent =
            review?.isLive == true
            ? held.map(\.values.contentDigest) ?? review?.contentDigest : nil
        let winner = winner(of: duplicateGroup, current: currentContent, history: history)
        let (record, reading) = try context.record(of: winner.kept)
        let judgement =
            key?.isLive == true && key?.payloadDigest == winner.kept.payload
            ? .unchanged(keepsPayload: false)
            : judge(reading, against: review, held: held, order: order)
        guard let rawKey = raw.keys[winner.kept.payload] ?? review?.rawKey else {
            preconditionFailure("a record that no review holds has just been kept")
        }
        let holding = (digest: winner.kept.payload, rawKey: rawKey)
        switch judgement {
        case .insert(let values):
            count(duplicateGroup, winner, context) { $0.inserted += 1 }
            return PendingChange(
                inserting: values, content: record.values.contentDigest, record: record,
                over: review,
                reviewKey: review?.reviewKey ?? keys.take(duplicateGroup.identity),
                duplicateGroup: duplicateGroup,
                kind: winner.kept.identity.kind, holding: holding, context)
        case .update(let values, let changed):
            count(duplicateGroup, winner, context) { $0.updated += 1 }
            guard let review else { preconditionFailure("an update has a review") }
            return PendingChange(
                updating: review, to: values, author: record.authorID, changed: changed,
                holding: holding, context)
        case .unchanged(let keepsPayload):
            count(duplicateGroup, winner, context) { $0.unchanged += 1 }
            if keepsPayload, let review {
                try writer.add(
                    move: PayloadMove(
                        reviewKey: review.reviewKey, payloadDigest: holding.digest,
                        rawKey: holding.rawKey))
            }
            return nil
        case .late(let values):
            count(duplicateGroup, winner, context) { $0.late += 1 }
            // A payload that was in bronze before this run was counted then, as late without a
            // review or as shadowed; its content is not recorded again.
            guard let review, raw.new.contains(winner.kept.payload),
                !history.contains(values.contentDigest)
            else { return nil }
            let shape = context.dumpIndex.files[Int(winner.kept.file)].cleaner?.shape
            return PendingChange(
                late: values, author: shape?.authorID == nil ? review.authorID : record.authorID,
                of: review, context)
        }
    }

    /// The payload that a review holds, cleaned with today's shape and rules; nil where that is
    /// impossible.
    private func heldReading(
        _ review: StoredReview, _ stored: StoredBatch, _ context: LoadContext
    ) throws -> Reading? {
        guard let payload = stored.payloads[review.rawKey],
            let cleaner = try context.cleaner(ofShape: payload.shape)
        else { return nil }
        let record = context.clean(payload.payload, payload.context, by: cleaner)
        // Where today's rules reject the payload, the incoming record is compared with the stored
        // values.
        return record.fault == nil
            ? Reading(values: record.values, said: cleaner.shape.said) : nil
    }

    /// Counts a group's records: the winner by `outcome` in its first file, records of equal
    /// content as copies, all others as shadowed.
    private func count(
        _ duplicateGroup: DuplicateGroup, _ winner: DuplicateGroup.Variant, _ context: LoadContext,
        _ outcome: (inout Balance) -> Void
    ) {
        func change(_ candidate: Candidate, _ change: (inout Balance) -> Void) {
            change(&context.dumpIndex.files[Int(candidate.file)].record.balance)
        }
        change(winner.candidates[0], outcome)
        if duplicateGroup.beaten.isEmpty, duplicateGroup.finalists.count == 1,
            winner.candidates.count == 1
        {
            return
        }
        for candidate in winner.candidates.dropFirst() { change(candidate) { $0.copies += 1 } }
        for variant in duplicateGroup.finalists + duplicateGroup.beaten
        where variant.content != winner.content {
            for candidate in variant.candidates { change(candidate) { $0.shadowed += 1 } }
        }
    }

    /// The history key of a review's first version. It equals the review key, so that the versions
    /// of a product lie together; in a product that had reviews before, it is an appended key,
    /// because inserting between existing rows would split a full page each time.
    private func historyKey(ofFirst reviewKey: Int64, _ context: LoadContext) -> Int64 {
        reviews.isEmpty ? reviewKey : context.takeHistoryKey()
    }

    /// Writes the rows of one change, and counts it.
    private mutating func write(
        _ change: PendingChange, _ context: LoadContext, _ writer: LoadWriter
    ) throws {
        let isFirst = change.operation == .insert && change.previous == nil
        let historyKey =
            isFirst
            ? historyKey(ofFirst: change.review.reviewKey, context) : context.takeHistoryKey()
        let row = HistoryRow(
            review: change.review, operation: change.operation,
            version: change.operation == .late ? 0 : change.review.version, run: context.run,
            observedAt: context.observedAt, changedFields: change.changed,
            salt: context.salt(
                change.review,
                version: change.operation == .late ? 0 : change.review.version),
            historyKey: historyKey)
        try writer.add(history: row)
        change.review.reviewID.bytes.lend { leaves.add(TextHead($0), $0, row.rowDigest) }
        guard change.operation != .late else { return }
        try writer.add(
            review: ReviewRow(
                productKey: state.productKey, review: change.review, historyKey: historyKey,
                firstRawKey: change.review.rawKey, isNew: isFirst))
        if let old = change.previous, old.isLive {
            delta.remove(old.values, old.times)
            changedKeys.append(old.reviewKey)
        }
        if change.review.isLive { delta.add(change.review.values, change.review.times) }
        switch change.operation {
        case .insert: inserted += 1
        case .update: updated += 1
        default:
            deleted += 1
            context.deleted += 1
        }
    }
}

extension Candidate {
    /// Its key in bronze, if it was staged during the scan.
    var stagedKey: Int64? { isStaged ? Int64(number) + 1 : nil }

    /// The identity and payload that its bytes are stored under.
    fileprivate var raw: RawIdentity { RawIdentity(identity: identity.digest, payload: payload) }
}

/// The row digests of a product's changes, for the run's Merkle tree, which takes them in order of
/// review ids.
private struct ProductLeaves {
    private struct Place {
        var head: TextHead
        /// The bytes of the id after its head, as a range in `rests`.
        var rest: Range<Int32>
        var leaf: Int32
    }

    private var places: [Place] = []
    private var digests: [Digest256] = []
    private var rests: [UInt8] = []

    mutating func reserve(_ more: Int) {
        places.reserveCapacity(places.count + more)
        digests.reserveCapacity(digests.count + more)
    }

    /// Appends a leaf.
    ///
    /// - Parameter id: Read only where the head does not hold the whole id.
    mutating func add(_ head: TextHead, _ id: BorrowedBytes, _ digest: Digest256) {
        let start = Int32(rests.count)
        if head.isPart { rests.append(contentsOf: id.part(TextHead.byteCount..<id.count)) }
        places.append(
            Place(head: head, rest: start..<Int32(rests.count), leaf: Int32(digests.count)))
        digests.append(digest)
    }

    /// Adds all leaves to the tree, in byte order of the review ids.
    mutating func addInOrder(to tree: inout MerkleTree) {
        rests.lend { rests in
            func rest(_ place: Place) -> BorrowedBytes {
                rests.part(Int(place.rest.lowerBound)..<Int(place.rest.upperBound))
            }
            places.sort { left, right in
                TextHead.isBefore(left.head, right.head) { isBefore(rest(left), rest(right)) }
            }
        }
        for place in places { tree.add(leaf: digests[Int(place.leaf)]) }
    }
}

extension LoadContext {
    /// Records a product whose reviews changed, for the load report.
    func noteChange(_ decision: ProductChanges, after: Counters) {
        guard !decision.delta.isEmpty else { return }
        changes.append(
            ProductChange(
                productID: decision.id, brand: decision.state.dimension[.brand],
                inserted: decision.inserted, updated: decision.updated, deleted: decision.deleted,
                before: decision.before.summary.counters, after: after))
    }
}

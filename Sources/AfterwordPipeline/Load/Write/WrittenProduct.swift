import AfterwordCore

/// A product whose changes are queued, but for its new reviews and its sums, which are added when
/// they are built and looked up.
struct WrittenProduct {
    let id: Text
    let before: ProductState
    let after: ProductState
    let isNew: Bool
    private let hadReviews: Bool
    let newReviews: NewReviewList
    /// Keys of reviews that were live before the run and were updated or deleted by it.
    let changedKeys: [Int64]
    private let counts: (inserted: Int64, updated: Int64, deleted: Int64)
    /// The sums that the run moves.
    private(set) var delta: SummaryDelta
    /// What the run changes of the keys of its live reviews.
    private(set) var distinct = DistinctKeyChange()
    /// What the run adds to its readings.
    var readings: [ProductReadings.Entry] = []
    /// Marks of the live versions before those, by the reviews' numbers.
    var earlierMarks: [UInt32: ReadingMarks] = [:]
    /// The documents of its changed reviews.
    var documents = SearchDocuments()
    /// Row digests of its changes.
    var leaves = ProductLeaves()
    private var nextReview = 0

    init(_ changes: ProductChanges) {
        id = changes.id
        before = changes.before
        after = changes.after
        isNew = changes.isNew
        hadReviews = changes.hadReviews
        newReviews = changes.newReviews
        changedKeys = changes.changedKeys
        counts = (
            changes.count(.insert) + Int64(changes.newReviews.count), changes.count(.update),
            changes.count(.delete)
        )
        delta = changes.delta
        leaves.reserve(changes.newReviews.count)
        distinct.added.reserveCapacity(changes.newReviews.count)
    }

    /// Assigns the keys of the next of `newReviews` to its row, and adds it to the sums and leaves.
    ///
    /// - Parameters:
    ///   - row: Its cleaned record.
    ///   - id: The review id: its head and all its bytes.
    mutating func add(
        _ review: inout NewReview, _ candidate: Candidate, row: CleanRow,
        id: (head: TextHead, bytes: BorrowedBytes), keys: KeyAllocator
    ) {
        review.reviewKey = newReviews.keys[nextReview]
        review.rawKey = candidate.stagedKey ?? review.reviewKey
        review.historyKey = keys.takeHistoryKey(
            ofFirst: review.reviewKey, hadReviews: hadReviews)
        nextReview += 1
        distinct.added.append(
            DistinctKeys.Entry(
                number: reviewNumber(review.reviewKey), rating: row.values.rating,
                key: review.distinctKey))
        delta.add(row, review.times)
        leaves.add(id.head, id: id.bytes, digest: review.rowDigest)
    }

    /// Takes the key of a review that returns or changes, or drops the key of a deleted one.
    mutating func take(_ change: VersionChange, by rules: DistinctRules) {
        switch change.operation {
        case .insert, .update, .restate:
            distinct.added.append(change.review.distinctEntry(by: rules))
        case .delete: distinct.gone.append(UInt32(reviewNumber(change.review.reviewKey)))
        case .late: break
        }
    }

    /// Whether the store held keys of its reviews before the run, unless an earlier program wrote
    /// them.
    var hadLiveReviews: Bool { before.summary.counters.reviewCount > 0 }
    /// Whether its reviews change, or count in other scopes.
    var movesDistinct: Bool {
        !distinct.isEmpty || hadLiveReviews && before.dimension != after.dimension
    }

    /// The line of the load report; nil where no review changed.
    ///
    /// - Parameter counters: The product's counters after the run.
    func change(after counters: Counters) -> ProductChange? {
        guard !delta.isEmpty else { return nil }
        return ProductChange(
            productID: id, brand: after.dimension[.brand], inserted: counts.inserted,
            updated: counts.updated, deleted: counts.deleted, before: before.summary.counters,
            after: counters)
    }
}

/// The row digests of a product's changes, for the run's Merkle tree, which takes them in order of
/// review ids.
struct ProductLeaves {
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

    /// Appends the leaf of a history row.
    mutating func add(_ row: HistoryRow) {
        row.reviewID.bytes.lend { add(TextHead($0), id: $0, digest: row.rowDigest) }
    }

    /// Appends a leaf.
    ///
    /// - Parameter id: Read only where the head does not hold the whole id.
    mutating func add(_ head: TextHead, id: BorrowedBytes, digest: Digest256) {
        let start = Int32(rests.count)
        if head.isPart { rests.append(contentsOf: id.part(TextHead.byteCount..<id.count)) }
        places.append(
            Place(head: head, rest: start..<Int32(rests.count), leaf: Int32(digests.count)))
        digests.append(digest)
    }

    /// Adds all leaves to the tree, in byte order of the review ids. Call once, after all rows of
    /// the product are built.
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

import AfterwordCore

/// What a run changes in one product: a value that `decideProduct` returns and `ChangeWriter`
/// applies.
///
/// It holds no key of a new row of bronze or history and no salt: the writer assigns them. New
/// reviews are a list of 56-byte records of the dump, without values; their rows and sums are made
/// when they are written, on all cores (`NewReviewBuilder`).
struct ProductChanges: Sendable {
    let id: Text
    /// The product before and after the run, without the sums that the run moves.
    let before: ProductState
    var after: ProductState
    let isNew: Bool
    /// The product has had a review before, live or deleted.
    let hadReviews: Bool
    /// The unmapped parts of its objects in the dump; the writer fills in key and run.
    var objects: [ProductRawRow] = []
    /// What became of its records, by file. Staged or not, every record is counted once.
    var balances = FileBalances()
    /// Records whose bytes are new to bronze.
    var raw: [RawChange] = []
    /// Keys of staged records that are not kept: their payloads are in bronze already.
    var droppedKeys: [Int64] = []
    /// Inserts of reviews that return, updates, deletes and late rows, in order.
    var versions: [VersionChange] = []
    /// Edited reviews and the identities of their new records.
    var links: [ReviewLink] = []
    /// Number of pairs that would be edits, if the dump were complete for the product.
    var possibleEdits: Int64 = 0
    /// Unchanged reviews that hold other bytes from now on.
    var moves: [PayloadChange] = []
    /// Reviews that are new to the store.
    var newReviews = NewReviewList()
    /// The sums that `versions` move; those of `newReviews` are added when these are built.
    var delta = SummaryDelta()
    /// Number of live reviews, where the dump is complete for the product: the scope of deletes.
    var deletionScope: Int64 = 0
    /// Number of absent reviews that are kept, because the capped dump does not reach them.
    var outOfWindow: Int64 = 0
    /// The dump names the product, and the store has a newer dump of it.
    var isOlder = false

    /// Whether the row of the product is written.
    var changesProduct: Bool { isNew || after != before }
    var changesAttributes: Bool { after.dimension != before.dimension }

    /// Adds the sums that the versions move.
    mutating func moveSums() {
        for change in versions where change.operation != .late {
            if let old = change.previous, old.isLive { delta.remove(old.values, old.times) }
            if change.review.isLive { delta.add(change.review.values, change.review.times) }
        }
    }

    /// Number of versions with an operation.
    func count(_ operation: Operation) -> Int64 {
        Int64(versions.count { $0.operation == operation })
    }

    /// Keys of reviews that were live before the run and were updated or deleted by it.
    var changedKeys: [Int64] {
        versions.filter { $0.previous?.isLive == true }.map(\.review.reviewKey)
    }
}

/// A record whose bytes are stored in bronze: appended or, where it was staged, moved to its
/// product.
struct RawChange: Sendable {
    let candidate: Candidate
    /// Its bytes, where deciding has read them; empty where they are to be read again.
    var payload: [UInt8] = []
}

/// The key of the bronze row that a review holds: a stored one, or that of a row in
/// `ProductChanges.raw`, by its index.
enum RawReference: Equatable, Sendable {
    case stored(Int64)
    case added(Int)
}

/// An unchanged review that holds another payload from now on.
struct PayloadChange: Equatable, Sendable {
    let reviewKey: Int64
    let payload: Digest128
    let raw: RawReference
}

/// New reviews in order of their keys. The records stay in the array in which they were sorted; two
/// columns beside it hold their places and keys, so that nothing is allocated for each review.
struct NewReviewList: Sendable {
    private var candidates: [Candidate] = []
    private var places: [Int32] = []
    /// In ascending order.
    private(set) var keys: [Int64] = []

    /// No new reviews.
    init() {}

    /// - Parameter given: A key for each candidate, with its index, in order of the keys.
    init(_ candidates: [Candidate], keys given: [(key: Int64, place: Int)]) {
        self.candidates = candidates
        places = given.map { Int32($0.place) }
        keys = given.map(\.key)
    }

    var count: Int { places.count }
    var indices: Range<Int> { places.indices }
    subscript(index: Int) -> Candidate { candidates[Int(places[index])] }
}

/// Counts of a product's records by the file that holds them, in order of files.
struct FileBalances: Sendable {
    private(set) var entries: [(file: Int32, balance: Balance)] = []

    /// The counts of one file; zeros where none are kept yet.
    subscript(file: Int32) -> Balance {
        get {
            let place = place(of: file)
            return place < entries.count && entries[place].file == file
                ? entries[place].balance : Balance()
        }
        _modify {
            let place = place(of: file)
            if place == entries.count || entries[place].file != file {
                entries.insert((file, Balance()), at: place)
            }
            yield &entries[place].balance
        }
    }

    /// Calls `add` with the counts of each file and the number of the candidates in it.
    mutating func count(_ candidates: [Candidate], _ add: (inout Balance, Int64) -> Void) {
        var start = 0
        while start < candidates.count {
            let file = candidates[start].file
            var end = start + 1
            while end < candidates.count, candidates[end].file == file { end += 1 }
            add(&self[file], Int64(end - start))
            start = end
        }
    }

    /// Binary search.
    private func place(of file: Int32) -> Int {
        var (low, high) = (0, entries.count)
        while low < high {
            let middle = (low + high) / 2
            if entries[middle].file < file { low = middle + 1 } else { high = middle }
        }
        return low
    }
}

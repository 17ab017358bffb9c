import AfterwordCore

/// The contents of a dump, before the store is read: for every record its identity, its digests and
/// its position, grouped by product. Holds no text of a review. Not thread-safe.
final class DumpIndex {
    /// By what rules the dump is read.
    let rules: ReadingRules
    var files: [IndexedFile] = []
    var products: [Text: IndexedProduct] = [:]
    var contexts: [[UInt8]] = [[]]
    var rejects: [RejectRow] = []
    private var candidates = CandidateList()
    /// Number of records of all products.
    var recordCount: Int { Int(candidates.count) }
    /// A reject has no readable product: it may belong to any.
    var hasRejectWithoutProduct = false
    /// Indexes of files with an object that names a product.
    var filesWithProducts: Set<Int> = []
    /// Indexes of files that hold a list of reviews where the shape expects one, even an empty one.
    var filesWithLists: Set<Int> = []
    /// Names of files that are enclosing objects without their list of reviews.
    var emptyPages: [String] = []
    /// For the first file that the single given shape does not fit, why it does not.
    var unfitFile: InputFault?
    /// Number of products whose own count exceeds the reviews found in them.
    var shortTotals = 0

    /// What the dump says of deleted reviews, by product.
    private(set) var deletionMarks: [Text: DeletionMarks] = [:]

    /// Its dates contradict each other in the order of day and month.
    var hasContradictoryDates = false

    /// The fields that the shapes map and that no record of their file holds.
    var missing: [MissingField] = []

    /// The store's reviews by payload digest, where records with known bytes are recognized; nil
    /// where every record is parsed.
    var known: PayloadIndex?

    /// Counts of the records read, without those of duplicate files.
    var profile = DumpProfile()

    init(_ rules: ReadingRules) { self.rules = rules }

    /// `profile` with the number of brands.
    var wholeProfile: DumpProfile {
        var profile = profile
        let brands = products.values.compactMap { $0.attributes[.brand]?.chosen?.value }
        profile.brands = Int64(Set(brands).count)
        return profile
    }

    /// The records of a product, in the order in which they were added.
    func candidates(of product: IndexedProduct?) -> [Candidate] {
        product.map { candidates.all(of: [$0.chain])[0] } ?? []
    }

    /// The records of each of some products, in the order in which they were added.
    func candidates(ofEach ids: [Text]) -> [[Candidate]] {
        candidates.all(of: ids.map { products[$0]?.chain ?? CandidateChain() })
    }

    /// Appends a record to a product's.
    func add(_ candidate: Candidate, to product: IndexedProduct) {
        candidates.append(candidate, to: &product.chain)
    }

    /// Notes a review that a record of a file marks as deleted.
    func mark(deleted identity: Digest128, of product: Text, file: Int, kind: IdentityKind?) {
        deletionMarks[product, default: DeletionMarks(kind: kind, file: file)]
            .identities.insert(identity)
    }

    /// Gives the marks to their products: those that the dump names, and those that the store
    /// knows. No other product comes of them.
    ///
    /// - Parameter known: Those of some products that the store knows.
    func placeMarks(known: ([Text]) throws -> [Text]) rethrows {
        let unnamed = deletionMarks.keys.filter { products[$0] == nil }.sorted()
        let stored = unnamed.isEmpty ? [] : Set(try known(unnamed))
        for (id, marks) in deletionMarks {
            let product = products[id] ?? IndexedProduct(kind: marks.kind, file: marks.file)
            guard products[id] != nil || stored.contains(id) else { continue }
            product.deletedIdentities = marks.identities
            products[id] = product
        }
    }

    /// Sum of the balances of all files but placeholders.
    var balance: Balance {
        files.filter { !$0.isPlaceholder }.reduce(into: Balance()) { $0.add($1.record.balance) }
    }
}

/// The reviews of a product that a dump marks as deleted, and the file that marks the first.
struct DeletionMarks {
    let kind: IdentityKind?
    let file: Int
    var identities: Set<Digest128> = []

    init(kind: IdentityKind?, file: Int) { (self.kind, self.file) = (kind, file) }
}

/// One file of a dump after its scan.
struct IndexedFile {
    var record: FileRecord
    var cleaner: RecordCleaner?
    var source: ByteSource?
    /// Index of the earlier file with the same bytes.
    var duplicateOf: Int?
    /// Holds placeholder records: stored records that take part in numbering only, and count
    /// nowhere.
    var isPlaceholder = false
    /// The file holds nothing but white space.
    var isEmpty = false
    /// What its records say about the fields of its shape.
    var fields = FieldCounts()
    /// `DumpFile.writtenDate`.
    var writtenDate: String?
}

/// The contents of a dump for one product.
final class IndexedProduct {
    /// Its records in `DumpIndex`.
    fileprivate var chain = CandidateChain()
    var candidateCount: Int { chain.count }
    var attributes: [Attribute: AttributeTally] = [:]
    var objects: [ProductRawRow] = []
    /// The identity kind of its reviews; nil where the dump holds the product without reviews.
    var kind: IdentityKind?
    /// Index of the file that named it first.
    var file: Int
    /// Two shapes of the dump use different identity kinds for its reviews.
    var hasMixedKinds = false
    /// Identities of its rejects: these reviews are named, so they have not vanished.
    var rejectedIdentities: Set<Digest128> = []
    /// Identities of reviews of which the dump says that they were deleted.
    var deletedIdentities: Set<Digest128> = []
    var hasUnreadableIdentity = false
    /// From a catalog, which names no reviews: the product's observation clocks stay.
    var isOfCatalog = false

    /// - Parameter file: Index of the file that names it first.
    init(kind: IdentityKind?, file: Int) {
        self.kind = kind
        self.file = file
    }

    /// Notes the identity kind of reviews that another file or record holds; nil for none.
    func note(_ kind: IdentityKind?) {
        guard let kind else { return }
        if self.kind == nil { self.kind = kind }
        if self.kind != kind { hasMixedKinds = true }
    }
}

/// The records of one product in a `CandidateList`: the numbers of the first and the last; -1 for
/// none.
private struct CandidateChain {
    var first: Int32 = -1
    var last: Int32 = -1
    var count = 0
}

/// The records of all products, 56 bytes each, in blocks that never move: a growing array would
/// need half as much memory again while it moves.
private struct CandidateList {
    private static let blockSize = 1 << 14
    /// Each entry's `number` holds the number of the product's next record + 1; 0 for the last.
    private var blocks: [[Candidate]] = []
    private(set) var count: Int32 = 0

    mutating func append(_ candidate: Candidate, to chain: inout CandidateChain) {
        let number = count
        count += 1
        if Int(number) / Self.blockSize == blocks.count {
            var block: [Candidate] = []
            block.reserveCapacity(Self.blockSize)
            blocks.append(block)
        }
        var entry = candidate
        entry.number = 0
        blocks[blocks.count - 1].append(entry)
        if chain.last >= 0 {
            blocks[Int(chain.last) / Self.blockSize][Int(chain.last) % Self.blockSize].number =
                UInt32(number) + 1
        } else {
            chain.first = number
        }
        chain.last = number
        chain.count += 1
    }

    /// The records of each chain, with their own numbers restored. Follows eight chains at a time,
    /// to overlap cache misses.
    func all(of chains: [CandidateChain]) -> [[Candidate]] {
        var all = chains.map { chain in
            var own: [Candidate] = []
            own.reserveCapacity(chain.count)
            return own
        }
        var open: [(chain: Int, next: Int)] = []
        var waiting = chains.indices.makeIterator()
        func begin() -> (chain: Int, next: Int)? {
            while let chain = waiting.next() {
                if chains[chain].first >= 0 { return (chain, Int(chains[chain].first)) }
            }
            return nil
        }
        while open.count < 8, let chain = begin() { open.append(chain) }
        while !open.isEmpty {
            for place in open.indices.reversed() {
                let (chain, number) = open[place]
                var candidate = blocks[number / Self.blockSize][number % Self.blockSize]
                open[place].next = Int(candidate.number) - 1
                candidate.number = UInt32(number)
                all[chain].append(candidate)
                if open[place].next >= 0 { continue }
                if let chain = begin() { open[place] = chain } else { open.remove(at: place) }
            }
        }
        return all
    }
}

import AfterwordCore

/// What a dump holds, before any store is asked: every record's identity and digests and where it
/// lies, product by product. No text of a review stays in memory.
final class DumpIndex {
    var files: [IndexedFile] = []
    var products: [Text: IndexedProduct] = [:]
    var contexts: [[UInt8]] = [[]]
    var rejects: [RejectRow] = []
    private var candidates = CandidateList()
    /// Of all products.
    var recordCount: Int { Int(candidates.count) }
    /// A reject that may be of any product.
    var hasRejectWithoutProduct = false
    /// Places of files with an object that names a product.
    var filesWithProducts: Set<Int> = []
    /// The first file that the one shape given does not fit.
    var unfitFile: InputFault?
    /// Products whose own totals exceed the reviews found in them.
    var shortTotals = 0

    /// What was known by its bytes alone.
    var known: PayloadIndex?

    /// Ratings and texts of the records read, files' copies left out.
    var profile = DumpProfile()

    /// The profile with what is told by products.
    var wholeProfile: DumpProfile {
        var profile = profile
        let brands = products.values.compactMap { $0.attributes[.brand]?.chosen?.value }
        profile.brands = Int64(Set(brands).count)
        return profile
    }

    /// The records of a product, in order of their entry.
    func candidates(of product: IndexedProduct?) -> [Candidate] {
        product.map { candidates.all(of: [$0.chain])[0] } ?? []
    }

    /// The records of each of some products.
    func candidates(ofEach ids: [Text]) -> [[Candidate]] {
        candidates.all(of: ids.map { products[$0]?.chain ?? CandidateChain() })
    }

    func add(_ candidate: Candidate, to product: IndexedProduct) {
        candidates.append(candidate, to: &product.chain)
    }

    var balance: Balance {
        files.filter { !$0.isPlaceholder }.reduce(into: Balance()) { $0.add($1.record.balance) }
    }
}

/// One file of a dump as read.
struct IndexedFile {
    var record: FileRecord
    var cleaner: RecordCleaner?
    var source: ByteSource?
    /// The place of the file with the same bytes that comes before it.
    var duplicateOf: Int?
    /// Records that were loaded before, here only so that others are numbered with them: they count nowhere.
    var isPlaceholder = false
    /// The file holds nothing but white space.
    var isEmpty = false
}

/// What a dump says of one product.
final class IndexedProduct {
    /// Its records in `DumpIndex`.
    fileprivate var chain = CandidateChain()
    var candidateCount: Int { chain.count }
    var attributes: [Attribute: AttributeTally] = [:]
    var objects: [ProductRawRow] = []
    /// By what its reviews are known; nil where the dump tells of the product alone.
    var kind: IdentityKind?
    /// The file that named it first.
    var file: Int
    /// Two shapes of the dump know its reviews by different things.
    var hasMixedKinds = false
    /// Identities of rejects: named, so not vanished.
    var rejectedIdentities: Set<Digest128> = []
    var hasUnreadableIdentity = false
    /// Told of by a catalogue, which says nothing of reviews: its clocks of observation stay.
    var isOfCatalog = false

    init(kind: IdentityKind?, file: Int) {
        self.kind = kind
        self.file = file
    }
}

/// The records of one product among those of all: by their numbers the first and the last, less than 0 for none.
private struct CandidateChain {
    var first: Int32 = -1
    var last: Int32 = -1
    var count = 0
}

/// The records of all products, 56 bytes each, in blocks that never move: an array that grows would need half as much again.
private struct CandidateList {
    private static let blockSize = 1 << 14
    /// In place of its own number each holds that of the same product's next and 1; 0 after the last.
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

    /// Those that follow each of some first ones. A few chains are followed at once: that the next of one is far away is not waited for by the
    /// others.
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

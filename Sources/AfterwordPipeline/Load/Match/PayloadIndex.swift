import AfterwordCore
import Synchronization

/// The store's current reviews, indexed by payload digest: a record of a new dump with the same
/// bytes as a live review is recognized and counted without being parsed.
///
/// Takes about 64 bytes per review and holds no text: payload and identity digests, the key, and
/// where the dump holds a record with these bytes, once one is met. Not thread-safe; `recognise`
/// shares its work with the worker pool, and its caller waits.
final class PayloadIndex {
    /// Greatest number of reviews that are indexed (about 800 MB); beyond it every record is
    /// parsed.
    static let limit: Int64 = 12_000_000
    /// Least size of the dump, in bytes per stored review: below it, building the index would take
    /// longer than parsing the dump.
    static let leastBytesPerReview: Int64 = 64

    /// Another run was committed after the snapshot that the index was read from.
    struct Outdated: Error {}
    /// The index cannot be built: another run was committed while it was read, or a review key is
    /// greater than a row has bits for.
    struct Unavailable: Error {}

    /// The newest run of the snapshot that the index was read from.
    let run: Int64
    /// In order of product keys.
    let products: [ProductState]
    /// Index in `products` by product id.
    let numbers: [Text: Int]
    /// Documents of the shapes used so far, by name: the index does not apply to a changed shape.
    private let shapes: [String: String]
    private var reviews: ProductRows
    /// Number of live reviews of each product, and of those whose records were met.
    var liveCounts: [Int32] { reviews.liveCounts }
    private(set) var metCounts: [Int32]
    private let table: PayloadTable

    private init(
        _ snapshot: PayloadSnapshot, _ products: [ProductState], _ reviews: ProductRows,
        _ table: PayloadTable
    ) {
        run = snapshot.run
        shapes = snapshot.shapes
        self.products = products
        var numbers: [Text: Int] = [:]
        for (number, product) in products.enumerated() { numbers[product.productID] = number }
        self.numbers = numbers
        self.reviews = reviews
        self.table = table
        metCounts = Array(repeating: 0, count: products.count)
    }

    /// Reads the index from a store, with the worker pool; nil where it would be empty or of no
    /// use, and where it cannot be built (`Unavailable`): then every record is parsed.
    ///
    /// - Parameter partRows: Approximate number of reviews read by one task.
    /// - Throws: `StoreFault`.
    static func read(
        _ store: any ReviewStore, dumpBytes: Int64, _ workers: WorkerPool, partRows: Int64 = 1 << 17
    ) throws -> PayloadIndex? {
        let snapshot = try store.read { try PayloadSnapshot($0, dumpBytes: dumpBytes) }
        guard let snapshot else { return nil }
        do {
            return index(
                try snapshot.contents(of: store.snapshots, workers, partRows: partRows),
                of: snapshot, workers)
        } catch is Unavailable {
            return nil
        }
    }

    /// One thread appends the rows of a part while another adds them to the hash table.
    private static func index(
        _ contents: consuming PayloadSnapshot.Contents, of snapshot: PayloadSnapshot,
        _ workers: WorkerPool
    ) -> PayloadIndex? {
        // The count includes deleted reviews.
        let count = contents.parts.reduce(0) { $0 + $1.rows.count }
        guard count < PayloadTable.rowLimit else { return nil }
        let products = contents.products
        let reviews = Mutex(
            ProductRows(products.count, expecting: Int(snapshot.reviewCount)))
        let table = Mutex(PayloadTable(forRows: count))
        var first = 0
        for place in contents.parts.indices {
            let part = contents.parts[place]
            contents.parts[place].rows = []
            let start = first
            workers.share(2) { turn in
                if turn == 1 { return table.withLock { $0.add(part.rows, from: start) } }
                reviews.withLock { $0.add(part.rows, from: part.firstKey, of: products) }
            }
            first += part.rows.count
        }
        let rows = reviews.withLock { $0 }
        return rows.isWhole
            ? PayloadIndex(snapshot, products, rows, table.withLock { $0 }) : nil
    }

    /// Number of records met.
    var metCount: Int64 { metCounts.reduce(0) { $0 + Int64($1) } }

    /// Number of records met of one product.
    func metCount(of id: Text) -> Int { numbers[id].map { Int(metCounts[$0]) } ?? 0 }

    /// Whether the index applies to records of a shape: it reads records alone, and its document is
    /// the stored one.
    func knows(_ cleaner: RecordCleaner) -> Bool {
        cleaner.readsRecordsAlone && shapes[cleaner.shape.name] == cleaner.shape.document
    }

    /// The lines of a window that have the bytes of an indexed review, in order.
    func recognise(_ bytes: BorrowedBytes, _ workers: WorkerPool) -> [KnownElement] {
        recogniseLines(bytes, rows: reviews.rows, table: table, workers: workers)
    }

    /// What the index knows of a record that was not parsed.
    struct Met {
        var product: Int
        /// In tenths of a star.
        var rating: Int64?
        var hasText: Bool
    }

    /// Marks the reviews whose records were recognized; nil for a review that was met before.
    ///
    /// - Parameter file: Index of the file in the dump.
    /// - Parameter offset: Offset of the window that the elements lie in.
    func meet(_ elements: [KnownElement], file: Int, offset: Int64) -> [Met?] {
        // Moved into locals for the loop, so that the arrays are uniquely referenced.
        var (rows, counts): ([PayloadRow], [Int32]) = ([], [])
        swap(&rows, &reviews.rows)
        swap(&counts, &metCounts)
        defer {
            swap(&rows, &reviews.rows)
            swap(&counts, &metCounts)
        }
        // Rows lie far apart in memory: all are read before the first is used, to overlap cache
        // misses.
        let isMet = elements.map { rows[Int($0.number)].isMet }
        var found: [Met?] = []
        found.reserveCapacity(elements.count)
        for (element, isMet) in zip(elements, isMet) {
            let number = Int(element.number)
            // Two elements of this call may have the same bytes.
            if isMet || rows[number].isMet {
                found.append(nil)
                continue
            }
            rows[number].meet(
                file: file, offset: offset + Int64(element.start), length: element.length)
            let row = rows[number]
            counts[Int(row.product)] += 1
            found.append(
                Met(product: Int(row.product), rating: row.rating, hasText: row.hasText))
        }
        return found
    }

    /// The reviews of a product before the run, as far as the decision on its parsed records needs
    /// them.
    ///
    /// - Parameter named: Identities of the product's parsed records.
    func existing(ofProduct number: Int, named: Set<Digest128>) -> ExistingReviews {
        let rows = reviews.rows(ofProduct: number)
        var existing = ExistingReviews()
        existing.isEmpty = rows.isEmpty
        existing.liveCount = Int(liveCounts[number])
        existing.metCount = Int(metCounts[number])
        let foundCount = existing.add(
            rows, ofProduct: products[number].productKey, named: named)
        // The keys are needed only where some parsed record matches no review, and so may be new.
        if foundCount < named.count { existing.keys = rows.map(\.reviewKey) }
        return existing
    }
}

/// The rows of all reviews, in order of products.
private struct ProductRows: Sendable {
    var rows: [PayloadRow] = []
    /// For each product up to the last with reviews, the index of its first row.
    private var firstRows: [Int] = []
    /// Number of live reviews of each product.
    private(set) var liveCounts: [Int32]
    /// False where a row's product was unknown, so that rows are missing.
    private(set) var isWhole = true

    /// - Parameter expected: Number of live reviews.
    init(_ productCount: Int, expecting expected: Int) {
        liveCounts = Array(repeating: 0, count: productCount)
        rows.reserveCapacity(expected + expected / 16)
        firstRows.reserveCapacity(productCount)
    }

    /// The rows of a product, by its number.
    func rows(ofProduct number: Int) -> ArraySlice<PayloadRow> {
        guard number < firstRows.count else { return [] }
        let end = number + 1 < firstRows.count ? firstRows[number + 1] : rows.count
        return rows[firstRows[number]..<end]
    }

    /// Appends a part's rows, and replaces their relative product keys by product numbers.
    mutating func add(
        _ part: [PayloadRow], from firstKey: Int64, of products: [ProductState]
    ) {
        var number = max(firstRows.count - 1, 0)
        for var row in part {
            let key = firstKey + Int64(row.product)
            while number < products.count, products[number].productKey < key { number += 1 }
            guard number < products.count, products[number].productKey == key else {
                isWhole = false
                return
            }
            while firstRows.count <= number { firstRows.append(rows.count) }
            row.product = Int32(number)
            if row.isLive { liveCounts[number] += 1 }
            rows.append(row)
        }
    }
}

extension ExistingReviews {
    /// Adds a product's rows: those that parsed records may belong to, those not met, and counts of
    /// the others.
    ///
    /// - Returns: How many of the named identities the rows have.
    fileprivate mutating func add(
        _ rows: ArraySlice<PayloadRow>, ofProduct productKey: Int64, named: Set<Digest128>
    ) -> Int {
        var met: (file: Int, count: Int64) = (0, 0)
        var foundCount = 0
        // A 64-bit filter by one hash bit each, so that most rows need no set look-up.
        let bits = named.reduce(UInt64(0)) { $0 | 1 << ($1.hashBits & 63) }
        for row in rows {
            // Reviews of kind content are always included: their identities are numbered later.
            let isFound =
                bits >> (row.identity.hashBits & 63) & 1 != 0 && named.contains(row.identity)
            if isFound { foundCount += 1 }
            let isNamed = isFound || row.isIdentifiedByContent
            if row.isMet, !isNamed {
                if row.file != met.file {
                    self.met[met.file, default: 0] += met.count
                    met = (row.file, 0)
                }
                met.count += 1
                continue
            }
            add(row, ofProduct: productKey, isNamed: isNamed)
        }
        self.met[met.file, default: 0] += met.count
        return foundCount
    }

    private mutating func add(_ row: PayloadRow, ofProduct productKey: Int64, isNamed: Bool) {
        let key = CurrentKey(
            reviewKey: row.reviewKey, productKey: productKey, identity: row.identity,
            payloadDigest: row.payload, isLive: row.isLive)
        if isNamed { current[row.identity] = key }
        if row.isMet {
            metCount -= 1
            duplicated.append(
                MetRecord(
                    payload: row.payload, file: row.file, offset: row.offset,
                    length: Int(row.length)))
        } else if key.isLive {
            unmet.append(key)
        }
    }
}

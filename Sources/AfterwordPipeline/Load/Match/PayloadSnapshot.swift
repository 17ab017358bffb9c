import AfterwordCore
import Synchronization

/// The part of a store's newest run that a `PayloadIndex` is read from.
struct PayloadSnapshot: Sendable {
    /// The number of the run.
    let run: Int64
    /// Documents of the shapes used so far, by name.
    let shapes: [String: String]
    /// Number of live reviews, and of products that have any.
    let reviewCount: Int64
    private let productCount: Int64

    /// Reads what decides whether the index is worth building. Nil where the store has no run or no
    /// review, where it has too many for the index or for the size of the dump, or where an earlier
    /// file held a bare NaN: such literals have to be counted by parsing.
    init?(_ reader: any StoreReader, dumpBytes: Int64) throws {
        guard let newest = try reader.newestRun() else { return nil }
        let portfolio = try reader.scopes([.portfolio]).first
        let expected = portfolio?.counters.reviewCount ?? 0
        guard expected > 0, expected <= PayloadIndex.limit,
            dumpBytes >= expected * PayloadIndex.leastBytesPerReview
        else { return nil }
        let files = try reader.files(ofRun: nil)
        guard files.allSatisfy({ $0.nonstandardLiterals == 0 && $0.unreadableFields == 0 }) else {
            return nil
        }
        run = newest.run
        shapes = Dictionary(try reader.shapes().map { ($0.name, $0.document) }) { $1 }
        reviewCount = expected
        productCount = min(portfolio?.productCount ?? 0, greatestProductKey)
    }

    /// The products and reviews of the snapshot, read by the worker pool.
    struct Contents {
        /// In order of product keys.
        var products: [ProductState]
        /// The rows of each range of product keys, in order; each is emptied when it is used.
        var parts: [(firstKey: Int64, rows: [PayloadRow])]
    }

    /// Reads the contents in parts, on several threads.
    ///
    /// - Parameter partRows: Approximate number of reviews read by one task.
    /// - Throws: `PayloadIndex.Unavailable`; `StoreFault`.
    func contents(
        of store: any ReadingStore, _ workers: WorkerPool, partRows: Int64
    ) throws -> Contents {
        let ranges = ranges(ofRows: partRows)
        let products = Mutex(Result<[ProductState], any Error>.success([]))
        let found = Mutex([Result<[PayloadRow], any Error>?](repeating: nil, count: ranges.count))
        workers.share(ranges.count + 1) { [self] place in
            guard place > 0 else {
                let own = Result { try store.read { try self.products($0) } }
                return products.withLock { $0 = own }
            }
            let own = Result { try store.read { try self.rows($0, ranges[place - 1]) } }
            found.withLock { $0[place - 1] = own }
        }
        let rows = try found.withLock { try $0.map { try $0?.get() ?? [] } }
        return Contents(
            products: try products.withLock { try $0.get() },
            parts: zip(ranges, rows).map { ($0.lowerBound, $1) })
    }

    /// Reviews that a part reserves room for: 32 MiB, which the allocator returns to the system
    /// when freed.
    private static let partRoom = 1 << 19

    /// Ranges of product keys that hold about `rows` reviews each, so that a part can be freed once
    /// it is added. Assumes that product keys are dense; a wrong guess only makes parts uneven.
    private func ranges(ofRows rows: Int64) -> [ClosedRange<Int64>] {
        let count = max((reviewCount + rows / 2) / rows, 1)
        let step = max(productCount / count, 1)
        return (0..<count).map { part in
            part * step...(part == count - 1 ? greatestProductKey : (part + 1) * step - 1)
        }
    }

    /// Refuses a reader that sees a later run.
    private func check(_ reader: any StoreReader) throws {
        guard try reader.newestRun()?.run == run else { throw PayloadIndex.Unavailable() }
    }

    private func products(_ reader: any StoreReader) throws -> [ProductState] {
        try check(reader)
        return try reader.products(nil).sorted { $0.productKey < $1.productKey }
    }

    /// The reviews of the products in a key range, in order of product keys.
    private func rows(
        _ reader: any StoreReader, _ keys: ClosedRange<Int64>
    ) throws -> [PayloadRow] {
        try check(reader)
        var found: [PayloadRow] = []
        found.reserveCapacity(Self.partRoom)
        var last: Int32 = 0
        var (isSorted, isBeyond) = (true, false)
        try reader.currentPayloads(ofProducts: keys) { review in
            guard review.reviewKey <= PayloadRow.greatestKey else {
                isBeyond = true
                return
            }
            let product = Int32(review.productKey - keys.lowerBound)
            if product < last { isSorted = false }
            last = product
            found.append(PayloadRow(review, product: product))
        }
        if isBeyond { throw PayloadIndex.Unavailable() }
        if !isSorted { found.sort { $0.product < $1.product } }
        return found
    }
}

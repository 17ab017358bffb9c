import AfterwordCore
import Synchronization

/// Builds the rows of new reviews: the worker pool reads their records again, cleans and hashes
/// them.
///
/// Used by the deciding thread alone, which waits while the pool works.
final class NewReviewBuilder {
    private let context: LoadContext
    /// Each maker keeps what it learned of how records are written.
    private let makers: ObjectPool<ReviewMaker>

    /// - Parameter secret: Its salt streams from 1 on are used; 0 is the caller's own.
    init(_ context: LoadContext, _ secret: RandomSalts.Secret) {
        self.context = context
        makers = ObjectPool { number in
            ReviewMaker(context, RandomSalts(secret, stream: number))
        }
    }

    /// Least number of records in a part: fewer are built sooner than a thread wakes.
    private static let leastPart = 512

    /// A record, and the index of its product among the batch's products.
    typealias Work = (product: Int, candidate: Candidate)

    /// Builds the rows of all new reviews of some products, and adds them to the products' sums and
    /// leaves.
    ///
    /// - Parameter emit: Receives the rows in order, in batches within the limits, with the sum of
    ///   their ledger digests, and with their terms.
    /// - Throws: `InputFault.changedWhileRead`, and what `emit` throws.
    func build(
        newReviewsOf products: inout [WrittenProduct], _ keys: KeyAllocator,
        emit: (NewReviews, LedgerRows, DocumentTerms) throws -> Void
    ) throws {
        let names = products.map { (key: $0.after.productKey, id: $0.id) }
        var slice: [Work] = []
        let limit = context.options.bulkRows
        func build() throws {
            for made in try make(slice, names) {
                try emit(Self.complete(made, &products, keys), made.ledger, made.terms)
            }
            slice.removeAll(keepingCapacity: true)
        }
        for product in products.indices {
            // Copied for the loop, because adding a review changes the product's entry.
            let reviews = products[product].newReviews
            for index in reviews.indices {
                slice.append((product, reviews[index]))
                if slice.count >= limit { try build() }
            }
        }
        if !slice.isEmpty { try build() }
    }

    /// The rows with their keys.
    private static func complete(
        _ made: consuming MadeReviews, _ products: inout [WrittenProduct], _ keys: KeyAllocator
    ) -> NewReviews {
        let batch = made.batch
        batch.withBytes { texts, _ in
            for place in made.work.indices {
                let (product, candidate) = made.work[place]
                let row = batch.rows.rows[place]
                products[product].add(
                    &made.reviews[place], candidate, row: row,
                    id: (made.heads[place], texts[row.reviewID]), keys: keys)
                if made.readings.isEmpty { continue }
                made.readings[place].marks.number = UInt32(
                    reviewNumber(made.reviews[place].reviewKey))
                products[product].readings.append(made.readings[place])
            }
        }
        made.batch.reviews = made.reviews[...]
        return made.batch
    }

    /// Builds the rows in parts on several threads: large parts first, so that the last threads to
    /// finish wait for small ones.
    private func make(
        _ slice: [Work], _ products: [(key: Int64, id: Text)]
    ) throws -> [MadeReviews] {
        let parts = parts(of: slice.count)
        let results = Mutex(
            [Result<[MadeReviews], any Error>?](repeating: nil, count: parts.count))
        context.executor.workers.share(parts.count) { [makers, parts] part in
            let made = Result {
                try makers.use { try $0.make(slice[parts[part]], products) }
            }
            results.withLock { $0[part] = made }
        }
        return try results.withLock { results in
            try results.flatMap { try $0?.get() ?? [] }
        }
    }

    private func parts(of count: Int) -> [Range<Int>] {
        // Each request to a server has its latency: use few parts.
        let leastPart =
            context.load.traits.worksElsewhere ? max((count + 1) / 2, 128) : Self.leastPart
        var parts: [Range<Int>] = []
        var start = 0
        while start < count {
            let end = start + min(max((count - start) / 4, leastPart), count - start)
            parts.append(start..<end)
            start = end
        }
        return parts
    }
}

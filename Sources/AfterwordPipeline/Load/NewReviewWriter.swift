import AfterwordCore
import Synchronization

/// Makes the rows of new reviews: reads their records again, cleans and digests them, on all cores.
final class NewReviewWriter {
    private let context: LoadContext
    private let makers: IdleMakers

    init(_ context: LoadContext) {
        self.context = context
        makers = IdleMakers(context)
    }

    /// Records that are not made ready in smaller parts: a few are made sooner than a thread is woken.
    private static let leastPart = 512

    /// A record, and the product it is of by its place.
    fileprivate typealias Work = (product: Int, candidate: Candidate)

    /// Makes the rows of all that products insert.
    ///
    /// - Parameter emit: Takes them in batches within the limits.
    func insert(
        of decisions: inout [ProductDecision], emit: (NewReviews) throws -> Void
    ) throws {
        let products = decisions.map { (key: $0.state.productKey, id: $0.id) }
        var slice: [Work] = []
        let limit = context.options.bulkRows
        for product in decisions.indices {
            // Lent for the loop: `insert` changes the decision.
            let inserts = decisions[product].inserts
            for candidate in inserts {
                slice.append((product, candidate))
                if slice.count < limit { continue }
                try insert(slice, products, &decisions, emit)
                slice.removeAll(keepingCapacity: true)
            }
        }
        if !slice.isEmpty { try insert(slice, products, &decisions, emit) }
    }

    private func insert(
        _ slice: [Work], _ products: [(key: Int64, id: Text)],
        _ decisions: inout [ProductDecision], _ emit: (NewReviews) throws -> Void
    ) throws {
        for var made in try make(slice, products) {
            let batch = made.batch
            batch.withBytes { texts, _ in
                for place in made.work.indices {
                    let (product, candidate) = made.work[place]
                    let row = batch.rows.rows[place]
                    decisions[product].insert(
                        &made.reviews[place], candidate, row,
                        id: (made.heads[place], texts[row.reviewID]), context)
                }
            }
            context.ledger.add(made.ledger)
            made.batch.reviews = made.reviews[...]
            try emit(made.batch)
        }
    }

    /// In parts, side by side: large ones first, so that whoever ends first waits for the end of a small one.
    private func make(
        _ slice: [Work], _ products: [(key: Int64, id: Text)]
    ) throws -> [MadeReviews] {
        // Each way to a server takes its time.
        let leastPart =
            context.load.worksElsewhere ? max((slice.count + 1) / 2, 128) : Self.leastPart
        var parts: [Range<Int>] = []
        var start = 0
        while start < slice.count {
            let left = slice.count - start
            let end = start + min(max(left / 4, leastPart), left)
            parts.append(start..<end)
            start = end
        }
        let results = Mutex(
            [Result<[MadeReviews], any Error>?](repeating: nil, count: parts.count))
        context.lane.crew.share(parts.count) { [makers, parts] part in
            let maker = makers.take()
            let made = Result { try maker.make(slice[parts[part]], products) }
            makers.give(back: maker)
            results.withLock { $0[part] = made }
        }
        return try results.withLock { results in
            try results.flatMap { try $0?.get() ?? [] }
        }
    }
}

/// Those who make rows, while they have nothing to do: each has what it learnt of how records are written.
///
/// Sendable by hand: what is in it is behind a lock, and a maker is with one thread at a time.
private final class IdleMakers: @unchecked Sendable {
    private let context: LoadContext
    private let secret = RandomSalts.Secret()
    private let lock = Mutex(())
    private var idle: [ReviewMaker] = []
    private var count = 0

    init(_ context: LoadContext) { self.context = context }

    func take() -> ReviewMaker {
        lock.withLock { _ in
            if let maker = idle.popLast() { return maker }
            count += 1
            return ReviewMaker(context, RandomSalts(secret, stream: count))
        }
    }

    func give(back maker: ReviewMaker) { lock.withLock { _ in idle.append(maker) } }
}

/// Reviews with their rows, but for their keys.
private struct MadeReviews {
    var work: [NewReviewWriter.Work]
    var batch: NewReviews
    var reviews: [NewReview] = []
    /// How their ids begin.
    var heads: [TextHead] = []
    /// Of their records.
    var ledger = LedgerRows()
}

/// Makes the rows of new reviews on one thread.
private final class ReviewMaker {
    private let context: LoadContext
    private let reader: RecordReader
    private var salts: RandomSalts
    private let files: [(name: String, shape: String)]

    /// Bytes of records in one batch.
    private static let batchBytes = 1 << 22

    init(_ context: LoadContext, _ salts: RandomSalts) {
        self.context = context
        self.salts = salts
        reader = RecordReader(context.survey)
        files = context.survey.files.map { ($0.record.name, $0.record.shape) }
    }

    func make(
        _ work: ArraySlice<NewReviewWriter.Work>, _ products: [(key: Int64, id: Text)]
    ) throws -> [MadeReviews] {
        var batches: [MadeReviews] = []
        var start = work.startIndex
        while start < work.endIndex {
            var end = start
            var bytes = 0
            while end < work.endIndex, end == start || bytes < Self.batchBytes {
                bytes += Int(work[end].candidate.length)
                end += 1
            }
            batches.append(try batch(Array(work[start..<end]), bytes, products))
            start = end
        }
        return batches
    }

    private func batch(
        _ work: [NewReviewWriter.Work], _ bytes: Int, _ products: [(key: Int64, id: Text)]
    ) throws -> MadeReviews {
        var batch = NewReviews(
            run: context.run, observedAt: context.observedAt, files: files,
            contexts: context.survey.contexts)
        batch.payloads.reserveCapacity(bytes + RecordCleaner.Again.margin)
        var starts: [Int32] = []
        starts.reserveCapacity(work.count)
        for (place, (_, candidate)) in work.enumerated() {
            starts.append(Int32(batch.payloads.count))
            try reader.read(candidate, &batch.payloads, &batch.rows)
            batch.payloads.lend { batch.rows.giveID(place, candidate.identity, in: $0) }
        }
        try reader.check(work.map(\.candidate), starts, batch.payloads)
        var made = MadeReviews(work: work, batch: batch)
        made.reviews.reserveCapacity(work.count)
        made.heads.reserveCapacity(work.count)
        var last = -1
        try batch.withBytes { texts, _ in
            for (place, (product, candidate)) in work.enumerated() {
                if product != last {
                    made.batch.productKeys.append(products[product].key)
                    made.batch.productIDs.append(products[product].id)
                    last = product
                }
                let row = batch.rows.rows[place]
                var review = self.review(row, texts, candidate, products[product].id)
                review.row = Int32(place)
                review.product = Int32(made.batch.productKeys.count - 1)
                review.payloadStart = starts[place]
                try locate(&review, candidate)
                made.ledger.add(
                    rawOf: review, files[Int(review.file)], texts[row.productID])
                made.reviews.append(review)
                made.heads.append(TextHead(texts[row.reviewID]))
            }
        }
        return made
    }

    private func review(
        _ row: CleanRow, _ texts: CleanTexts, _ candidate: Candidate, _ productID: Text
    ) -> NewReview {
        let salt: Digest128
        switch context.options.salts {
        case .seeded(let seed):
            let id = texts.text(row.reviewID) ?? Text([])
            salt = Digest128(
                seededSalt(seed, productID: productID, reviewID: id, version: 1, run: context.run))
        case .random: salt = salts.next()
        }
        return NewReview(
            row, texts, identity: candidate.identity, content: texts.contentDigest(row),
            payload: candidate.payload, seed: context.options.seed, run: context.run,
            observedAt: context.observedAt, salt: salt)
    }

    private func locate(_ review: inout NewReview, _ candidate: Candidate) throws {
        review.payloadLength = candidate.length
        review.file = candidate.file
        review.context = candidate.context
        let source = context.survey.files[Int(candidate.file)].source
        let place = try source?.place(candidate.offset, Int64(candidate.length))
        review.offset = place?.offset ?? candidate.offset
        review.length = place?.length ?? Int64(candidate.length)
    }
}

/// Reads the records of candidates again, and cleans them.
private final class RecordReader {
    private let survey: Survey
    private var cleaners: [RecordCleaner.Again?]
    private static let margin = [UInt8](repeating: 0x20, count: RecordCleaner.Again.margin)

    init(_ survey: Survey) {
        self.survey = survey
        cleaners = survey.files.map { $0.cleaner.map(RecordCleaner.Again.init) }
    }

    /// Appends a record's bytes, which are still to be checked, and its row.
    func read(
        _ candidate: Candidate, _ payloads: inout [UInt8], _ rows: inout CleanRows
    ) throws {
        let place = Int(candidate.file)
        guard let source = survey.files[place].source else {
            preconditionFailure("a read file has a source")
        }
        let start = payloads.count
        try source.read(at: candidate.offset, count: Int(candidate.length), into: &payloads)
        let end = payloads.count
        payloads.append(contentsOf: Self.margin)
        defer { payloads.removeLast(Self.margin.count) }
        let context = survey.contexts[Int(candidate.context)]
        payloads.lend { payloads in
            cleaners[place]?.clean(
                payload: start..<end, of: payloads, context, into: &rows)
        }
    }

    /// Records must be what they were.
    func check(
        _ candidates: [Candidate], _ starts: [Int32], _ payloads: [UInt8]
    ) throws {
        let ranges = zip(candidates, starts).map { candidate, start in
            Int(start)..<Int(start) + Int(candidate.length)
        }
        let changed = payloads.lend { payloads in
            let digests = payloadDigests(of: ranges, in: payloads)
            return candidates.indices.first { place in
                let candidate = candidates[place]
                let context = survey.contexts[Int(candidate.context)]
                let digest =
                    context.isEmpty
                    ? digests[place]
                    : context.lend { payloadDigest(payloads.part(ranges[place]), context: $0) }
                return digest != candidate.payload
            }
        }
        guard let changed else { return }
        throw InputFault.changedWhileRead(
            survey.files[Int(candidates[changed].file)].record.name)
    }
}

/// Salts from 32 bytes of the system's randomness that are of this run alone and never stored: without them no salt can be made
/// again. Two from each SHA-256 over secret, stream and number.
private struct RandomSalts {
    struct Secret {
        fileprivate let digest: Digest256

        init() {
            var generator = SystemRandomNumberGenerator()
            digest = Digest256(
                (0..<4).flatMap { _ in withUnsafeBytes(of: generator.next()) { Array($0) } })
        }
    }

    private let secret: Digest256
    private let stream: Int64
    private var number: Int64 = 0
    private var spare: Digest128?

    init(_ secret: Secret, stream: Int) {
        self.secret = secret.digest
        self.stream = Int64(stream)
    }

    mutating func next() -> Digest128 {
        if let salt = spare {
            spare = nil
            return salt
        }
        number += 1
        let digest = DigestWriter.digest(room: 96) { writer in
            writer.add(domain: "afterword.salt.random.3")
            writer.add(raw: secret)
            writer.add(stream)
            writer.add(number)
        }
        let halves = digest.halves
        spare = halves.1
        return halves.0
    }
}

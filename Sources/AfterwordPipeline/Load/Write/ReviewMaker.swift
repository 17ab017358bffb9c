import AfterwordCore

/// New reviews with their rows, complete but for their keys.
struct MadeReviews {
    /// The records, in the order of `reviews`.
    var work: [NewReviewBuilder.Work]
    var batch: NewReviews
    var reviews: [NewReview] = []
    /// The heads of their review ids.
    var heads: [TextHead] = []
    /// What their texts say, each with number 0; empty where the store keeps no readings.
    var readings: [ProductReadings.Entry] = []
    /// Ledger digests of their raw records.
    var ledger = LedgerRows()
    /// Their terms, in the order of `reviews`.
    var terms = DocumentTerms()
}

/// Builds the rows of new reviews on one thread; reads only constants of the load.
final class ReviewMaker {
    private let context: LoadContext
    private let reader: RecordReader
    private var salts: RandomSalts
    private let files: [(name: String, shape: String)]
    /// For each file, what its shape says about which reviews are one.
    private let distinctRules: [DistinctRules]
    /// Nil where the store keeps no readings.
    private var texts: ReviewReader?
    /// Memory in which texts are cut.
    private var cut = SearchCut()

    /// Least number of record bytes that complete a batch: 4 MiB.
    private static let batchBytes = 1 << 22

    init(_ context: LoadContext, _ salts: RandomSalts) {
        self.context = context
        self.salts = salts
        reader = RecordReader(context.dumpIndex)
        texts = context.run.lexicon.map { ReviewReader($0) }
        files = context.dumpIndex.files.map { ($0.record.name, $0.record.shape) }
        distinctRules = context.dumpIndex.files.map {
            $0.cleaner?.shape.distinctRules ?? DistinctRules()
        }
    }

    func make(
        _ work: ArraySlice<NewReviewBuilder.Work>, _ products: [(key: Int64, id: Text)]
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
            batches.append(try batch(Array(work[start..<end]), products))
            start = end
        }
        return batches
    }

    private func batch(
        _ work: [NewReviewBuilder.Work], _ products: [(key: Int64, id: Text)]
    ) throws -> MadeReviews {
        var batch = NewReviews(
            run: context.run.run, observedAt: context.run.observedAt, files: files,
            contexts: context.dumpIndex.contexts)
        var starts: [Int] = []
        starts.reserveCapacity(work.count)
        batch.payloads = try reader.read(work.lazy.map(\.candidate), starts: &starts)
        batch.payloads.lend { payloads in
            for (place, (_, candidate)) in work.enumerated() {
                reader.clean(candidate, starts[place], of: payloads, into: &batch.rows)
                batch.rows.giveID(
                    place, candidate.identity, by: context.run.identity, in: payloads)
            }
        }
        batch.payloads.removeLast(RecordCleaner.Again.margin)
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
                review.distinctKey = texts.distinctKey(
                    row, kind: review.kind, by: distinctRules[Int(candidate.file)])
                review.product = Int32(made.batch.productKeys.count - 1)
                review.payloadStart = Int32(starts[place])
                try locate(&review, candidate)
                made.ledger.add(
                    rawOf: review, files[Int(review.file)], texts[row.productID])
                addTerms(of: review, row, texts, to: &made.terms)
                made.reviews.append(review)
                made.heads.append(TextHead(texts[row.reviewID]))
                read(row, texts, review.distinctKey, into: &made.readings)
            }
        }
        return made
    }

    private func read(
        _ row: CleanRow, _ texts: CleanTexts, _ key: DistinctKey,
        into readings: inout [ProductReadings.Entry]
    ) {
        let own = (title: texts.text(row.values.title), body: texts.text(row.values.body))
        let entry = self.texts?.entry(
            own, rating: row.values.rating, number: 0, run: context.run.run, key: key)
        if let entry { readings.append(entry) }
    }

    private func addTerms(
        of review: NewReview, _ row: CleanRow, _ texts: CleanTexts, to terms: inout DocumentTerms
    ) {
        let (title, body) = (row.values.title, row.values.body)
        terms.add(
            [title.isAbsent ? nil : texts[title], body.isAbsent ? nil : texts[body]],
            DocumentTerms.Facts(
                product: texts[row.productID], rating: row.values.rating, times: review.times),
            cutting: &cut)
    }

    private func review(
        _ row: CleanRow, _ texts: CleanTexts, _ candidate: Candidate, _ productID: Text
    ) -> NewReview {
        let salt: Digest128
        switch context.options.salts {
        case .seeded(let seed):
            let id = texts.text(row.reviewID) ?? Text([])
            salt = Digest128(
                seededSalt(
                    seed, productID: productID, reviewID: id, version: 1, run: context.run.run))
        case .random: salt = salts.next()
        }
        return NewReview(
            row, texts, identity: candidate.identity, content: texts.contentDigest(row),
            payload: candidate.payload, seed: context.options.seed, run: context.run.run,
            observedAt: context.run.observedAt, salt: salt)
    }

    private func locate(_ review: inout NewReview, _ candidate: Candidate) throws {
        review.payloadLength = candidate.length
        review.file = candidate.file
        review.context = candidate.context
        let source = context.dumpIndex.files[Int(candidate.file)].source
        (review.offset, review.length) = (candidate.offset, Int64(candidate.length))
        guard let source, source.hasOtherPlaces else { return }
        (review.offset, review.length) = try source.place(review.offset, review.length)
    }
}

/// Reads the records of candidates again, checks their digests, and cleans them. Used by one
/// thread.
private final class RecordReader {
    private let dumpIndex: DumpIndex
    private var cleaners: [RecordCleaner.Again?]

    init(_ dumpIndex: DumpIndex) {
        self.dumpIndex = dumpIndex
        cleaners = dumpIndex.files.map { $0.cleaner.map(RecordCleaner.Again.init) }
    }

    /// The bytes of records, one after another, and a margin after the last.
    ///
    /// - Parameter starts: Receives the index at which each record begins.
    /// - Throws: `InputFault.changedWhileRead` where a record differs from what the scan read.
    func read(
        _ candidates: some Sequence<Candidate>, starts: inout [Int]
    ) throws -> [UInt8] {
        var end = 0
        let places = candidates.lazy.map { [dumpIndex] candidate in
            guard let source = dumpIndex.files[Int(candidate.file)].source else {
                preconditionFailure("a read file has a source")
            }
            return (source: source, offset: candidate.offset, count: Int(candidate.length))
        }
        for candidate in candidates {
            starts.append(end)
            end += Int(candidate.length)
        }
        let payloads = try ByteSource.read(
            places, count: end, margin: RecordCleaner.Again.margin)
        try check(candidates, starts, payloads)
        return payloads
    }

    /// Appends the cleaned row of the record that begins at `start`.
    func clean(
        _ candidate: Candidate, _ start: Int, of payloads: BorrowedBytes, into rows: inout CleanRows
    ) {
        cleaners[Int(candidate.file)]?.clean(
            payload: start..<start + Int(candidate.length), of: payloads,
            dumpIndex.contexts[Int(candidate.context)], into: &rows)
    }

    private func check(
        _ candidates: some Sequence<Candidate>, _ starts: [Int], _ payloads: [UInt8]
    ) throws {
        let ranges = zip(candidates, starts).map { candidate, start in
            start..<start + Int(candidate.length)
        }
        let changed = payloads.lend { payloads in
            let digests = payloadDigests(of: ranges, in: payloads)
            return zip(candidates, digests.indices).first { candidate, place in
                let context = dumpIndex.contexts[Int(candidate.context)]
                let digest =
                    context.isEmpty
                    ? digests[place]
                    : context.lend { payloadDigest(payloads.part(ranges[place]), context: $0) }
                return digest != candidate.payload
            }?.0
        }
        guard let changed else { return }
        throw InputFault.changedWhileRead(dumpIndex.files[Int(changed.file)].record.name)
    }
}

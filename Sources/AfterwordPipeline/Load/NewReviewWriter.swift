import AfterwordCore

/// Gathers new reviews, product by product: reads their records again, cleans and digests them.
final class NewReviewWriter {
    private let context: LoadContext
    private let reader: RecordReader
    private let emit: (NewReviews) -> Void
    private var rows = CleanRows()
    private var payloads: [UInt8] = []
    private var productKeys: [Int64] = []
    private var productIDs: [Text] = []
    private var gathered: [NewReview] = []
    private var salts = RandomSalts()
    /// A product's reviews are gathered: they are not handed over by halves.
    private var isInserting = false
    private let files: [(name: String, shape: String)]

    init(_ context: LoadContext, emit: @escaping (NewReviews) -> Void) {
        self.context = context
        self.emit = emit
        reader = RecordReader(context.survey)
        files = context.survey.files.map { ($0.record.name, $0.record.shape) }
    }

    /// What the insertion of a product's reviews comes to.
    enum Step {
        /// The review of an id is next: what comes before it is to be written now; nil after the last.
        case before(LentBytes?)
        case inserted(CleanRow, ReviewTimes)
    }

    func insert(
        _ candidates: [Candidate], productKey: Int64, productID: Text, firstKey: Int64,
        step: (Step) throws -> Void
    ) throws {
        if candidates.isEmpty { return try step(.before(nil)) }
        productKeys.append(productKey)
        productIDs.append(productID)
        isInserting = true
        defer { isInserting = false }
        let firstRow = rows.rows.count
        var starts: [Int32] = []
        starts.reserveCapacity(candidates.count)
        for candidate in candidates {
            starts.append(Int32(payloads.count))
            try reader.read(candidate, &payloads, &rows)
        }
        let order = orderOfIDs(firstRow, candidates)
        var key = firstKey
        // What is lent is not changed meanwhile.
        let (rows, payloads) = (rows, payloads)
        try payloads.lend { payloads in
            try rows.withTexts(in: payloads) { texts in
                for place in order {
                    let row = rows.rows[firstRow + place]
                    try step(.before(texts[row.reviewID]))
                    var review = self.review(row, texts, candidates[place], productID)
                    review.reviewKey = key
                    key += 1
                    review.row = Int32(firstRow + place)
                    review.product = Int32(productKeys.count - 1)
                    review.payloadStart = starts[place]
                    try locate(&review, candidates[place])
                    try step(.inserted(row, review.times))
                    context.leaves.add(leaf: review.rowDigest)
                    context.ledger.add(
                        rawOf: review, files[Int(review.file)], texts[row.productID])
                    gathered.append(review)
                }
                try step(.before(nil))
            }
        }
        isInserting = false
        if gathered.count >= context.options.batchRows || payloads.count >= 1 << 21 { flush() }
    }

    /// Hands over what was gathered, in batches within the limits.
    func flush() {
        if gathered.isEmpty || isInserting { return }
        var batch = NewReviews(
            run: context.run, observedAt: context.observedAt, files: files,
            contexts: context.survey.contexts)
        batch.rows = rows
        batch.payloads = payloads
        batch.productKeys = productKeys
        batch.productIDs = productIDs
        for start in stride(from: 0, to: gathered.count, by: BatchLimit.rows / 2) {
            batch.reviews = gathered[start..<min(start + BatchLimit.rows / 2, gathered.count)]
            emit(batch)
        }
        gathered = []
        rows = CleanRows()
        payloads = []
        productKeys = []
        productIDs = []
    }

    private func orderOfIDs(_ firstRow: Int, _ candidates: [Candidate]) -> [Int] {
        payloads.lend { payloads in
            for (place, candidate) in candidates.enumerated() {
                rows.giveID(firstRow + place, candidate.identity, in: payloads)
            }
            return rows.withTexts(in: payloads) { texts in
                let ids = candidates.indices.map { texts[rows.rows[firstRow + $0].reviewID] }
                return candidates.indices.sorted { isBefore(ids[$0], ids[$1]) }
            }
        }
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
            row, texts, identity: candidate.identity, content: candidate.content,
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

    /// Appends a record's bytes, which must be what they were, and its row.
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
        let isSame = payloads.lend { payloads in
            let own = payloads.part(start..<end)
            let digest = context.lend { payloadDigest(own, context: $0) }
            guard digest == candidate.payload else { return false }
            cleaners[place]?.clean(
                payload: start..<end, of: payloads, context, into: &rows)
            return true
        }
        guard isSame else {
            throw InputFault.changedWhileRead(survey.files[place].record.name)
        }
    }
}

/// Salts from 32 bytes of the system's randomness that are of this run alone and never stored: without them no salt can be made
/// again. Two from each SHA-256 over secret and number.
private struct RandomSalts {
    private let secret: Digest256
    private var number: Int64 = 0
    private var spare: Digest128?

    init() {
        var generator = SystemRandomNumberGenerator()
        secret = Digest256(
            (0..<4).flatMap { _ in withUnsafeBytes(of: generator.next()) { Array($0) } })
    }

    mutating func next() -> Digest128 {
        if let salt = spare {
            spare = nil
            return salt
        }
        number += 1
        let digest = DigestWriter.digest(room: 96) { writer in
            writer.add(domain: "afterword.salt.random.2")
            writer.add(raw: secret)
            writer.add(number)
        }
        let halves = digest.halves
        spare = halves.1
        return halves.0
    }
}

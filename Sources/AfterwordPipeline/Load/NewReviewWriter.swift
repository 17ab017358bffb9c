import AfterwordCore

/// Gathers new reviews, product by product: reads their records again, cleans and digests them.
final class NewReviewWriter {
    private let context: LoadContext
    private let reader: RecordReader
    private let emit: (NewReviews) throws -> Void
    private var rows = CleanRows()
    private var payloads: [UInt8] = []
    private var productKeys: [Int64] = []
    private var productIDs: [Text] = []
    private var gathered: [NewReview] = []
    private var salts = RandomSalts()
    private let files: [(name: String, shape: String)]

    /// Bytes of records that are handed over at once.
    private static let batchBytes = 1 << 22

    init(_ context: LoadContext, emit: @escaping (NewReviews) throws -> Void) {
        self.context = context
        self.emit = emit
        reader = RecordReader(context.survey)
        files = context.survey.files.map { ($0.record.name, $0.record.shape) }
    }

    /// Gathers the new reviews of a product, with keys from the first one on in the order in which their records lie.
    ///
    /// - Parameter inserted: Told of each review, with its id.
    func insert(
        _ candidates: [Candidate], productKey: Int64, productID: Text, firstKey: Int64,
        inserted: (NewReview, CleanRow, LentBytes) -> Void
    ) throws {
        var isNamed = false
        let ordered = candidates.sorted { ($0.file, $0.offset) < ($1.file, $1.offset) }
        for (number, candidate) in ordered.enumerated() {
            if !isNamed {
                productKeys.append(productKey)
                productIDs.append(productID)
                isNamed = true
            }
            let start = payloads.count
            try reader.read(candidate, &payloads, &rows)
            let place = rows.rows.count - 1
            payloads.lend { rows.giveID(place, candidate.identity, in: $0) }
            // What is lent is not changed meanwhile.
            let row = rows.rows[place]
            let review = try payloads.lend { payloads in
                try rows.withTexts(in: payloads) { texts in
                    var review = self.review(row, texts, candidate, productID)
                    review.reviewKey = firstKey + Int64(number)
                    review.rawKey = candidate.aheadKey ?? review.reviewKey
                    review.row = Int32(place)
                    review.product = Int32(productKeys.count - 1)
                    review.payloadStart = Int32(start)
                    try locate(&review, candidate)
                    inserted(review, row, texts[row.reviewID])
                    context.ledger.add(
                        rawOf: review, files[Int(review.file)], texts[row.productID])
                    return review
                }
            }
            gathered.append(review)
            if gathered.count >= context.options.bulkRows || payloads.count >= Self.batchBytes {
                try flush()
                isNamed = false
            }
        }
    }

    /// Hands over what was gathered.
    func flush() throws {
        if gathered.isEmpty { return }
        var batch = NewReviews(
            run: context.run, observedAt: context.observedAt, files: files,
            contexts: context.survey.contexts)
        batch.rows = rows
        batch.payloads = payloads
        batch.productKeys = productKeys
        batch.productIDs = productIDs
        batch.reviews = gathered[...]
        gathered = []
        rows = CleanRows()
        payloads = []
        productKeys = []
        productIDs = []
        try emit(batch)
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

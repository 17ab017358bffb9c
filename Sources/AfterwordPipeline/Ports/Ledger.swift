package import AfterwordCore

/// An order-independent digest of the rows that a run appended beside its history (bronze, rejects,
/// attributes, insights, verdicts): the sum of the rows' SHA-256 digests in four 64-bit lanes, each
/// modulo 2⁶⁴.
package struct LedgerRows: Equatable, Sendable {
    private var lanes: [UInt64] = [0, 0, 0, 0]

    package init() {}

    /// Adds rows that were summed by another thread.
    mutating func add(_ rows: LedgerRows) {
        for lane in lanes.indices { lanes[lane] &+= rows.lanes[lane] }
    }

    /// Adds one row.
    mutating func add(_ builder: DigestBuilder) {
        add(builder.finish())
    }

    private mutating func add(_ digest: Digest256) {
        let lanes = digest.lanes
        self.lanes[0] &+= lanes.0
        self.lanes[1] &+= lanes.1
        self.lanes[2] &+= lanes.2
        self.lanes[3] &+= lanes.3
    }

    private mutating func add(
        _ domain: String, _ digests: [Digest128], file: String, offset: Int64, length: Int64,
        shape: String, product: Text?
    ) {
        var builder = DigestBuilder(domain: domain)
        for digest in digests { builder.add(raw: digest) }
        builder.add(file)
        builder.add(offset)
        builder.add(length)
        builder.add(shape)
        builder.add(optional: product)
        add(builder)
    }

    /// Adds a record's place in the dump and its product; its payload digest stands for its bytes.
    package mutating func add(_ row: RawRow) {
        add(
            "afterword.ledger.raw.1", [row.record.identity, row.record.payload], file: row.file,
            offset: row.offset, length: row.length, shape: row.shape, product: row.productID)
    }

    /// The same digest for a new review's record, without allocating a row.
    mutating func add(
        rawOf review: NewReview, _ file: (name: String, shape: String),
        _ product: BorrowedBytes
    ) {
        let digest = file.name.lend { name in
            file.shape.lend { shape in
                let room = 160 + name.count + shape.count + product.count
                return DigestWriter.digest(room: room) { writer in
                    writer.add(domain: "afterword.ledger.raw.1")
                    writer.add(raw: review.identity)
                    writer.add(raw: review.payload)
                    writer.add(name)
                    writer.add(review.offset)
                    writer.add(review.length)
                    writer.add(shape)
                    writer.add(byte: 1)
                    writer.add(product)
                }
            }
        }
        add(digest)
    }

    package mutating func add(_ row: ProductRawRow) {
        add(
            "afterword.ledger.product.1", [row.digest], file: row.file, offset: row.offset,
            length: row.length, shape: "", product: row.productID)
    }

    package mutating func add(_ row: RejectRow) {
        var builder = DigestBuilder(domain: "afterword.ledger.reject.1")
        builder.add(raw: row.digest)
        builder.add(row.occurrence)
        builder.add(row.file)
        builder.add(row.offset)
        builder.add(row.length)
        builder.add(row.shape)
        add(builder)
    }

    package mutating func add(_ row: AttributeRow) {
        var builder = DigestBuilder(domain: "afterword.ledger.attributes.1")
        builder.add(row.productID)
        for attribute in Attribute.allCases { builder.add(optional: row.attributes[attribute]) }
        add(builder)
    }

    fileprivate func fold(into builder: inout DigestBuilder) {
        for lane in lanes { builder.add(Int64(bitPattern: lane)) }
    }
}

extension RunRecord {
    /// `ledger_digest`: SHA-256 over the previous run's, this run's row, its files in order of
    /// their names, and the rows that the run wrote beside its history.
    package func computedLedgerDigest(
        previous: Digest256, files: [FileRecord], rows: LedgerRows
    ) -> Digest256 {
        var builder = DigestBuilder(domain: "afterword.ledger.1")
        builder.add(raw: previous)
        for number in [run, recordedAt.microseconds, observedAt.microseconds] {
            builder.add(number)
        }
        builder.add(observedOrigin.rawValue)
        builder.add(completeness.rawValue)
        builder.add(Int64(bitPattern: seed))
        builder.add(deleted)
        builder.add(productsNamed)
        for number in [
            profile.records, profile.brands, profile.rated, profile.ratingSum, profile.withoutText,
        ] { builder.add(number) }
        builder.add(raw: historyDigest)
        builder.add(balance)
        for file in files.sorted(by: { Text($0.name) < Text($1.name) }) {
            builder.add(file.name)
            builder.add(file.byteCount)
            builder.add(raw: file.digest)
            builder.add(file.shape)
            builder.add(file.nonstandardLiterals)
            builder.add(file.balance)
        }
        rows.fold(into: &builder)
        // Added only where there is a label, so that runs from before labels keep their digests.
        if let dumpLabel {
            builder.add("dump_label")
            builder.add(dumpLabel)
        }
        return builder.finish()
    }
}

extension DigestBuilder {
    fileprivate mutating func add(_ balance: Balance) {
        for (_, count) in balance.parts { add(count) }
    }
}

/// A row that is updated in place, with its row checksum as stored and as computed now.
package struct SealedRow: Equatable, Sendable {
    package var table: String
    package var row: String
    package var stored: Digest128
    package var computed: Digest128

    package init(table: String, row: String, stored: Digest128, computed: Digest128) {
        self.table = table
        self.row = row
        self.stored = stored
        self.computed = computed
    }
}

extension ProductState {
    /// Row checksum of `products_dim`.
    package var seal: Digest128 {
        var builder = DigestBuilder(domain: "afterword.seal.product.1")
        builder.add(productID)
        builder.add(kind.rawValue)
        builder.add(lastObservedAt.microseconds)
        builder.add(optional: lastCompleteAt?.microseconds)
        builder.add(firstRun)
        builder.add(lastRun)
        for attribute in Attribute.allCases {
            let stored = attributes[attribute]
            builder.add(optional: stored?.value)
            builder.add(optional: stored?.rank.rawValue)
            builder.add(optional: stored?.observedAt.microseconds)
        }
        return builder.finish128()
    }
}

extension ShapeRow {
    /// Row checksum of `shapes`.
    package var seal: Digest128 {
        var builder = DigestBuilder(domain: "afterword.seal.shape.1")
        builder.add(name)
        builder.add(version)
        builder.add(document)
        return builder.finish128()
    }
}

extension RunAttempt {
    /// Row checksum of `run_attempts`.
    package var seal: Digest128 {
        var builder = DigestBuilder(domain: "afterword.seal.attempt.1")
        builder.add(startedAt.microseconds)
        builder.add(optional: endedAt?.microseconds)
        builder.add(dump)
        switch outcome {
        case nil: builder.add(byte: 0)
        case .committed(let run):
            builder.add(byte: 1)
            builder.add(run)
        case .failed(let failure):
            builder.add(byte: 2)
            builder.add(failure)
        }
        return builder.finish128()
    }
}

package import AfterwordCore

/// An order-independent digest of the rows that a run appended beside its history (bronze, rejects,
/// attributes, insights, verdicts, marks, taxonomies): the sum of the rows' SHA-256 digests in four
/// 64-bit lanes, each modulo 2⁶⁴.
package struct LedgerRows: Equatable, Sendable {
    private var lanes: [UInt64] = [0, 0, 0, 0]
    /// The rules of the run that appended the rows.
    let rules: DigestRules

    package init(by rules: DigestRules = .current) { self.rules = rules }

    /// Adds rows that were summed by another thread.
    mutating func add(_ rows: LedgerRows) {
        for lane in lanes.indices { lanes[lane] &+= rows.lanes[lane] }
    }

    /// Adds one row.
    mutating func add(_ builder: borrowing DigestEncoder) {
        add(builder.finish())
    }

    private mutating func add(_ digest: Digest256) {
        let lanes = digest.lanes
        self.lanes[0] &+= lanes.0
        self.lanes[1] &+= lanes.1
        self.lanes[2] &+= lanes.2
        self.lanes[3] &+= lanes.3
    }

    /// Where a record or an object of a product lies in a dump.
    private struct Place {
        var file: String
        var offset: Int64
        var length: Int64
        var shape: String
    }

    private mutating func add(
        _ purpose: DigestPurpose, _ digests: (Digest128, Digest128?), _ place: Place,
        product: BorrowedBytes
    ) {
        let digest = place.file.lend { file in
            place.shape.lend { shape in
                rules.digest(for: purpose) { encoder in
                    encoder.add(raw: digests.0)
                    if let second = digests.1 { encoder.add(raw: second) }
                    encoder.add(file)
                    encoder.add(place.offset)
                    encoder.add(place.length)
                    encoder.add(shape)
                    encoder.add(byte: 1)
                    encoder.add(product)
                }
            }
        }
        add(digest)
    }

    /// Adds a record's place in the dump and its product; its payload digest stands for its bytes.
    package mutating func add(_ row: RawRow) {
        let place = Place(file: row.file, offset: row.offset, length: row.length, shape: row.shape)
        row.productID.bytes.lend { product in
            add(.ledgerRaw, (row.record.identity, row.record.payload), place, product: product)
        }
    }

    /// Adds a record whose bytes the run took away.
    package mutating func add(pruned row: RawRow) {
        var builder = rules.encoder(for: .ledgerPruned)
        builder.add(raw: row.record.identity)
        builder.add(raw: row.record.payload)
        builder.add(row.run)
        builder.add(row.productID)
        add(builder)
    }

    /// The same digest for a new review's record, without allocating a row.
    mutating func add(
        rawOf review: NewReview, _ file: (name: String, shape: String), _ product: BorrowedBytes
    ) {
        let place = Place(
            file: file.name, offset: review.offset, length: review.length, shape: file.shape)
        add(.ledgerRaw, (review.identity, review.payload), place, product: product)
    }

    package mutating func add(_ row: ProductRawRow) {
        let place = Place(file: row.file, offset: row.offset, length: row.length, shape: "")
        row.productID.bytes.lend { product in
            add(.ledgerProduct, (row.digest, nil), place, product: product)
        }
    }

    package mutating func add(_ row: RejectRow) {
        var builder = rules.encoder(for: .ledgerReject)
        builder.add(raw: row.digest)
        builder.add(row.occurrence)
        builder.add(row.file)
        builder.add(row.offset)
        builder.add(row.length)
        builder.add(row.shape)
        add(builder)
    }

    package mutating func add(_ row: AttributeRow) {
        var builder = rules.encoder(for: .ledgerAttributes)
        builder.add(row.productID)
        for attribute in Attribute.allCases { builder.add(optional: row.attributes[attribute]) }
        add(builder)
    }

    fileprivate func fold(into builder: inout DigestEncoder) {
        for lane in lanes { builder.add(Int64(bitPattern: lane)) }
    }
}

extension RunRecord {
    /// `ledger_digest`: SHA-256 over the previous run's, this run's row, its files in order of
    /// their names, and the rows that the run wrote beside its history, by the rules of those rows.
    package func computedLedgerDigest(
        previous: Digest256, files: [FileRecord], rows: LedgerRows
    ) -> Digest256 {
        var builder = rows.rules.encoder(for: .ledger)
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
        // The same of what later versions brought.
        if identityRules != IdentityRules.v1.rawValue {
            builder.add("identity_rules")
            builder.add(identityRules)
        }
        if outOfWindow != 0 {
            builder.add("out_of_window")
            builder.add(outOfWindow)
        }
        let named = files.sorted { Text($0.name) < Text($1.name) }
        builder.add(laterCountsOf: named)
        builder.add(versionsOf: named)
        return builder.finish()
    }
}

extension DigestEncoder {
    /// Counts that are not zero.
    fileprivate mutating func add(laterCountsOf files: [FileRecord]) {
        for file in files where file.unreadableFields != 0 || file.leftOut != 0 {
            add("file_counts")
            add(file.name)
            add(file.unreadableFields)
            add(file.leftOut)
        }
    }

    /// What the sources of files say of them; nothing for files on a disk.
    fileprivate mutating func add(versionsOf files: [FileRecord]) {
        for file in files {
            guard let version = file.version else { continue }
            add("file_version")
            add(file.name)
            add(optional: version.etag.map { Text($0) })
            add(optional: version.versionID.map { Text($0) })
            add(optional: version.modifiedAt?.microseconds)
        }
    }

    fileprivate mutating func add(_ balance: Balance) {
        for (_, count) in balance.parts { add(count) }
    }
}

/// A row that is updated in place, with its row checksum as stored and as computed now.
package struct ChecksummedRow: Equatable, Sendable {
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
    package var rowChecksum: Digest128 {
        var builder = DigestRules.current.encoder(for: .productChecksum)
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
    package var rowChecksum: Digest128 {
        var builder = DigestRules.current.encoder(for: .shapeChecksum)
        builder.add(name)
        builder.add(version)
        builder.add(document)
        // Added only where it says something, so that rows from before keep their checksums.
        if let staleSince { builder.add(staleSince) }
        return builder.finish128()
    }
}

extension RunAttempt {
    /// Row checksum of `run_attempts`.
    package var rowChecksum: Digest128 {
        var builder = DigestRules.current.encoder(for: .attemptChecksum)
        builder.add(startedAt.microseconds)
        builder.add(optional: endedAt?.microseconds)
        builder.add(dump)
        switch outcome {
        // The end, which only one of them has, tells the two apart.
        case nil, .needless: builder.add(byte: 0)
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

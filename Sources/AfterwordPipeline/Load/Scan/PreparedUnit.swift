import AfterwordCore

/// What a worker computes of one record from its bytes alone. Holds no reference-counted member.
struct PreparedRecord: Sendable {
    /// Bytes of the record in the window.
    var range: Range<Int>
    var product: TextPlace
    var identity: Identity?
    var payload = Digest128([UInt8](repeating: 0, count: 16))
    var sourceTime: Instant?
    var rating: Int64?
    var hasText: Bool
    /// Index in `PreparedUnit.extras`; -1 for none.
    var extra: Int32 = -1
}

/// The parts of a prepared record that most records lack, kept apart to keep `PreparedRecord`
/// small.
struct RecordExtra: Sendable {
    var attributes: [(attribute: Attribute, value: Text)] = []
    var context: [UInt8] = []
    var fault: (reason: RejectReason, field: String)?
    var faultCount = 0
    /// The fields that the record does not say because they cannot be read.
    var unread: [FieldFault] = []
    /// What identifies the record could not be read whole: it may be any review of its product.
    var hasDoubtfulIdentity = false
}

/// The prepared records of one unit.
struct PreparedUnit: Sendable {
    var records: [PreparedRecord] = []
    var extras: [RecordExtra] = []
    /// The number of records that the shape leaves out; they are none of `records`.
    var leftOut: Int64 = 0
    /// The reviews that some of the records left out say were deleted.
    var deleted: [(product: TextPlace, identity: Digest128)] = []
    /// The number of records with a relative date.
    var estimated: Int64 = 0
    /// The fields that some of the records hold (`CleanRow.present`).
    var present: UInt64 = 0
    /// The cleaned row of the record being prepared, and the texts that cleaning allocated.
    var rows = CleanRows()

    init() {}

    /// Cleans and hashes the records of one unit. Touches only its arguments: any thread may call
    /// it.
    init(_ unit: ExtractedUnit, window: RawSpan, cleaner: RecordCleaner) {
        records.reserveCapacity(unit.records.count)
        window.lend { bytes in
            let payloads = payloadDigests(of: unit.records.map(\.range), in: bytes)
            for (index, record) in unit.records.enumerated() {
                let context = cleaner.context(ofRecord: index, of: unit, window: window)
                clean(index, of: unit, context, bytes, cleaner)
                take(
                    record.range, in: bytes, context: context.bytes, cleaner: cleaner,
                    known: (context.bytes.isEmpty ? payloads[index] : nil, record.fault))
            }
        }
    }

    /// Cleans one record that lies in no unit.
    init(payload: BorrowedBytes, context: [UInt8], cleaner: RecordCleaner) {
        cleaner.clean(payload: payload, context: context, into: &rows)
        let fault = cleaner.rowFault(payload, context: context)
        take(
            0..<payload.count, in: payload, context: context, cleaner: cleaner, known: (nil, fault))
    }

    /// Appends the cleaned row of a record. One with a source id is identified without its texts,
    /// so they are not cleaned here.
    private mutating func clean(
        _ index: Int, of unit: ExtractedUnit, _ context: ReviewContext, _ bytes: BorrowedBytes,
        _ cleaner: RecordCleaner
    ) {
        rows.leavesTexts = cleaner.shape.identityKind == .source
        cleaner.clean(record: index, of: unit, context: context, window: bytes, into: &rows)
        guard rows.leavesTexts, rows.rows[0].reviewID.isAbsent else { return }
        rows.removeRows()
        rows.leavesTexts = false
        cleaner.clean(record: index, of: unit, context: context, window: bytes, into: &rows)
    }

    /// Whether a field that identifies the review cannot be read, and may have been read before.
    private func isDoubtful(_ identity: Identity?, _ row: CleanRow) -> Bool {
        if row.hasUnreadID { return true }
        guard let identity, identity.kind != .source else { return false }
        let texts: [TrackedField] = [.title, .body, .authorName, .variant]
        let hasDoubtfulDate =
            row.unread.contains(.createdAt) && row.writtenInstant == nil
            && !row.writtenDate.isAbsent && row.authorID.isAbsent
        return hasDoubtfulDate || texts.contains { row.unread.contains($0) }
            || (identity.isNumbered && row.unread.contains(.rating))
    }

    /// Counts a record that is left out, and notes the review that it says was deleted.
    private mutating func leaveOut(
        _ row: CleanRow, _ cleaner: RecordCleaner, _ window: BorrowedBytes
    ) {
        leftOut += 1
        guard row.isDeleted else { return }
        let identity = rows.withTexts(in: window) { cleaner.identity(of: row, $0) }
        if let identity { deleted.append((row.productID, identity.digest)) }
    }

    /// Appends the record whose row was cleaned last.
    ///
    /// - Parameter known: The payload digest where it is computed already, and why the record's
    ///   bytes are malformed, which overrides a fault of cleaning.
    private mutating func take(
        _ range: Range<Int>, in window: BorrowedBytes, context: [UInt8], cleaner: RecordCleaner,
        known: (payload: Digest128?, brokenBy: RejectReason?)
    ) {
        let row = rows.rows[0]
        let marksNone = row.isDeleted && (row.productID.isAbsent || row.reviewID.isAbsent)
        if row.isLeftOut, known.brokenBy == nil, !marksNone {
            leaveOut(row, cleaner, window)
            return rows.removeRows()
        }
        var extra = RecordExtra(context: context, faultCount: row.faultCount)
        var one = rows.withTexts(in: window) { texts in
            for attribute in rows.attributes {
                guard let value = texts.text(attribute.value) else { continue }
                extra.attributes.append((attribute.attribute, value))
            }
            return PreparedRecord(
                range: range, product: row.productID,
                identity: cleaner.identity(of: row, texts),
                sourceTime: row.values.sourceTime, rating: row.values.rating,
                hasText: row.values.hasText)
        }
        present |= row.present
        if row.relativeDate != nil, row.fault == nil { estimated += 1 }
        extra.unread = rows.unread
        extra.hasDoubtfulIdentity = isDoubtful(one.identity, row)
        if marksNone { extra.fault = (.wrongType, "review_id") }
        if let reason = row.fault { extra.fault = (reason, cleaner.faultField(of: row)) }
        if let broken = known.brokenBy { extra.fault = (broken, "") }
        if extra.fault == nil {
            one.payload =
                known.payload ?? context.lend { payloadDigest(window.part(range), context: $0) }
        }
        if extra.fault != nil || !context.isEmpty || !extra.attributes.isEmpty
            || !extra.unread.isEmpty
        {
            one.extra = Int32(extras.count)
            extras.append(extra)
        }
        records.append(one)
        rows.removeRows()
    }
}

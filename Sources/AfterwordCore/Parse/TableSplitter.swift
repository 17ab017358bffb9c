/// Splits the rows of a table (CSV, TSV) into records as the bytes arrive.
///
/// Feed it slabs of any size: the events depend on the bytes alone. It buffers the last slab and
/// the row that is not complete, at most the limit of one record.
///
/// A row is a record whose fields are the columns of the header; blank rows are none, nor is the
/// header again. A row with
/// another number of cells, with bytes that are no UTF-8, or with a broken quote is a record with a
/// fault (`TableSplitter+recovery.swift`).
struct TableSplitter {
    let header: TableHeader
    let lineEnd: UInt8
    let dialect: RowScanner.Dialect
    private let columns: TableColumns
    private let plan: ExtractionPlan
    /// The bytes not yet processed, from `consumed` on.
    private var buffer: [UInt8] = []
    var consumed = 0
    private var offset: Int64 = 0
    /// Bytes before the first row that are still to be skipped.
    private var bytesToSkip: Int
    private var retryAt = 0
    private var unit = ExtractedUnit()
    private var elementLimit = 1
    private var cells: [JSONToken] = []
    /// Whether quotes are known to be plain text where they close no cell.
    private var isLoose: Bool
    /// The header as it stands in the file.
    private let headerBytes: [UInt8]
    /// Whether the last row had a broken quote: the next record must be beyond doubt.
    var isRecovering = false
    /// Whether what follows a broken quote may be the text of a cell, by the quotes so far: then
    /// the first row without quotes is none, but no other one.
    var mayBeText = false
    private var hasLeftOut = false
    /// Whether the rest of a line that is too long is being rejected.
    var isSkippingLine = false
    /// The columns, as bits, that were quoted where nothing in the cell required it.
    var quotedColumns: UInt64 = 0
    /// Rows by which `quotedColumns` was learnt.
    private var learntRows = 0
    /// The bytes of broken rows so far.
    private(set) var rejectedBytes: Int64 = 0

    init(_ plan: ExtractionPlan, _ table: TableBeginning) {
        self.plan = plan
        header = table.header
        lineEnd = table.lineEnd
        dialect = RowScanner.Dialect(
            separator: table.header.separator, skipsBlanks: table.header.skipsBlanks,
            lineEnd: table.lineEnd)
        columns = TableColumns(plan, table.header)
        bytesToSkip = table.byteCount
        isLoose = table.hasPlainQuotes
        headerBytes = Array(table.header.text.utf8)
    }

    /// Takes the next bytes, as `RecordSplitter.feedAll`.
    mutating func feedAll<Failure: Error>(
        _ slab: ArraySlice<UInt8>, isLast: Bool, elements limit: Int,
        emit: ([RecordSplitter.Event], _ window: RawSpan, _ offset: Int64) throws(Failure) -> Void
    ) throws(Failure) {
        if consumed > 0 {
            buffer.removeSubrange(..<consumed)
            offset += Int64(consumed)
            consumed = 0
        }
        buffer.append(contentsOf: slab)
        if !isLast, buffer.count < retryAt { return }
        elementLimit = limit
        let found = buffer.withUnsafeBytes { events(of: $0, isLast: isLast) }
        // A row that is not complete is scanned again only when as many bytes have come again.
        retryAt = isLast ? 0 : min((buffer.count - consumed) * 2, ParseLimit.recordBytes + 2)
        if !found.isEmpty { try emit(found, buffer.span.bytes, offset) }
    }

    private mutating func events(
        of bytes: UnsafeRawBufferPointer, isLast: Bool
    ) -> [RecordSplitter.Event] {
        let skipped = min(bytesToSkip, bytes.count)
        bytesToSkip -= skipped
        consumed = skipped
        var events: [RecordSplitter.Event] = []
        let scanner = RowScanner(BorrowedBytes(bytes), dialect, isFinal: isLast)
        while consumed < bytes.count, step(scanner, bytes, isLast: isLast) {
            if unit.records.count >= elementLimit { events.append(takeUnit()) }
        }
        if !unit.records.isEmpty { events.append(takeUnit()) }
        return events
    }

    private mutating func takeUnit() -> RecordSplitter.Event {
        let taken = unit
        unit = ExtractedUnit()
        unit.records.reserveCapacity(taken.records.count)
        unit.recordTokens.reserveCapacity(taken.recordTokens.count)
        return .unit(taken)
    }

    /// Takes the next row, or what stands in its place; false where more bytes are needed.
    private mutating func step(
        _ scanner: RowScanner, _ bytes: UnsafeRawBufferPointer, isLast: Bool
    ) -> Bool {
        if isSkippingLine { return skipLine(bytes, isLast: isLast) }
        // Files that were joined bring their marks, and then their headers, along.
        if bytes[consumed] == 0xEF, !skipMarks(bytes, isLast: isLast) { return false }
        cells.removeAll(keepingCapacity: true)
        let limit = consumed + ParseLimit.recordBytes
        switch scan(scanner, bytes, limit: limit) {
        case .row(let end, let next) where end <= limit:
            take(row: consumed..<end, next: next, bytes, isLast: isLast)
            return true
        case .brokenQuote(let place) where place < limit:
            return recover(fromQuote: place, scanner, bytes, isLast: isLast)
        case .unclosed where bytes.count <= limit:
            recoverAtEnd(bytes)
            return true
        case .needsMoreBytes where bytes.count <= limit: return false
        default:
            recoverAtLimit(limit, bytes)
            return true
        }
    }

    /// Steps over byte order marks; false where more bytes are needed, or none are left.
    private mutating func skipMarks(_ bytes: UnsafeRawBufferPointer, isLast: Bool) -> Bool {
        let scanner = JSONScanner(bytes, isFinal: isLast, isStrict: false)
        while let length = scanner.markLength(at: consumed) {
            if length == 0 { return consumed < bytes.count }
            consumed += length
        }
        return false
    }

    /// Scans the cells of the next row.
    private mutating func scan(
        _ scanner: RowScanner, _ bytes: UnsafeRawBufferPointer, limit: Int
    ) -> RowScanner.End {
        let end = scanner.scan(from: consumed, into: &cells, quotes: isLoose ? .loose : .usual)
        guard isLoose else { return end }
        switch end {
        case .row(let last, _) where !joinsRows(bytes[consumed..<last]): return end
        case .needsMoreBytes where bytes.count <= limit: return end
        default: break
        }
        cells.removeAll(keepingCapacity: true)
        return scanner.scan(from: consumed, into: &cells, quotes: .none)
    }

    /// Whether each of several lines that quotes make one row is a row of its own.
    private func joinsRows(_ row: Slice<UnsafeRawBufferPointer>) -> Bool {
        guard row.contains(lineEnd) else { return false }
        return row.split(separator: lineEnd).allSatisfy { line in
            line.count { $0 == dialect.separator } == header.names.count - 1
        }
    }

    private mutating func take(
        row: Range<Int>, next: Int, _ bytes: UnsafeRawBufferPointer, isLast: Bool
    ) {
        if cells.allSatisfy({ $0.kind == .null && $0.range.count <= 2 })
            || isHeader(row, bytes)
        {
            consumed = next
        } else if isRecovering, !isTrusted(cells, bytes) {
            rejectLine(bytes)
        } else if mayBeText, !hasLeftOut, !cells.contains(where: \.isQuoted) {
            rejectLine(bytes)
            hasLeftOut = true
        } else if !header.fits(cells) {
            let isCut = isLast && row.upperBound == bytes.count && cells.count < header.names.count
            add(row, isCut ? .truncated : .raggedRow)
            consumed = next
        } else {
            (isRecovering, mayBeText, hasLeftOut) = (false, false, false)
            let slice = UnsafeRawBufferPointer(rebasing: bytes[row])
            let fault: RejectReason? = isUTF8(slice) ? nil : .badUTF8
            if fault == nil, learntRows < 32 { learn(bytes) }
            if dialect.isTabbed, !isLoose { isLoose = hasPlainQuote(slice) }
            add(row, fault)
            consumed = next
        }
    }

    /// Whether a row repeats the header, as joined files do.
    private func isHeader(_ row: Range<Int>, _ bytes: UnsafeRawBufferPointer) -> Bool {
        row.count == headerBytes.count && bytes[row].elementsEqual(headerBytes)
    }

    /// Appends a record with its slots; without them where it has a fault.
    mutating func add(_ row: Range<Int>, _ fault: RejectReason?) {
        unit.range = (unit.range.isEmpty ? row.lowerBound : unit.range.lowerBound)..<row.upperBound
        unit.records.append(ExtractedUnit.Record(range: row, fault: fault))
        if fault == nil {
            columns.append(cells, to: &unit.recordTokens)
        } else {
            rejectedBytes += Int64(row.count)
            for _ in plan.recordSources { unit.recordTokens.append(.missing) }
        }
        for _ in plan.contextSources { unit.contextTokens.append(.missing) }
    }

    /// Notes the columns that the row quotes without need. Some writers quote what holds a blank or
    /// a backslash.
    private mutating func learn(_ bytes: UnsafeRawBufferPointer) {
        learntRows += 1
        for (column, cell) in cells.prefix(64).enumerated() where cell.kind == .string {
            let inner = bytes[cell.range.lowerBound + 1..<cell.range.upperBound - 1]
            let hasNeed = inner.contains { byte in
                byte <= 0x20 || byte == UInt8(ascii: "\\") || byte == dialect.separator
            }
            if !hasNeed { quotedColumns |= 1 << UInt64(column) }
        }
    }
}

extension JSONToken {
    fileprivate var isQuoted: Bool { kind == .string || kind == .quotedCell }
}

/// Whether all bytes are UTF-8.
private func isUTF8(_ bytes: UnsafeRawBufferPointer) -> Bool {
    var index = 0
    while index &+ 8 <= bytes.count {
        let word = bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self)
        if word & 0x8080_8080_8080_8080 != 0 { break }
        index &+= 8
    }
    while index < bytes.count, bytes[index] < 0x80 { index &+= 1 }
    return index == bytes.count || String(validating: bytes[index...], as: UTF8.self) != nil
}

/// What becomes of a row whose quotes are broken.
///
/// The row's first line is rejected, and reading goes on at a line after it. Which one, decide the
/// lines up to the fault: where the last two or more of them are rows of their own beyond doubt,
/// the quote before them was never closed, and all but the first are read. The first may be the
/// last line of the row's own text. Any other lines are such text, and rejected with the row. A row
/// with a cell in quotes is none: inside a text its quotes would be doubled. Thus a broken quote
/// costs its row and at most one neighbor, and no record is made of a text.
extension TableSplitter {
    /// Goes on after a quote that something else than a separator or a line end follows.
    ///
    /// - Returns: False where more bytes are needed to find the end of the line.
    mutating func recover(
        fromQuote place: Int, _ scanner: RowScanner, _ bytes: UnsafeRawBufferPointer, isLast: Bool
    ) -> Bool {
        let isEscaped = bytes[place - 1] == UInt8(ascii: "\\")
        let reason = isEscaped ? RejectReason.escapedQuote : .brokenQuote
        if let before = bytes[consumed..<place].lastIndex(of: lineEnd) {
            mayBeText = true
            reject(upTo: firstRow(before: before + 1, bytes), reason, bytes)
            return true
        }
        let limit = consumed + ParseLimit.recordBytes
        if bytes[place - 1] == dialect.separator {
            // It opens a cell of another row, of which the begin is missing.
            var cells: [JSONToken] = []
            switch scanner.scan(from: place, into: &cells) {
            case .row(let end, let next) where end <= limit:
                reject(upTo: next, .brokenQuote, bytes)
                return true
            case .needsMoreBytes where bytes.count <= limit: return false
            default: break
            }
        }
        let hasEnd = bytes[place..<min(bytes.count, limit + 1)].contains(lineEnd)
        if !hasEnd, bytes.count > limit {
            recoverAtLimit(limit, bytes)
        } else if hasEnd || isLast {
            rejectLine(bytes, reason)
        } else {
            return false
        }
        return true
    }

    /// Goes on where the file ends inside quotes.
    mutating func recoverAtEnd(_ bytes: UnsafeRawBufferPointer) {
        let row = firstRow(before: bytes.count, bytes)
        reject(upTo: row, row == bytes.count ? .truncated : .brokenQuote, bytes)
    }

    /// Goes on where a row is longer than a record may be.
    mutating func recoverAtLimit(_ limit: Int, _ bytes: UnsafeRawBufferPointer) {
        let end = min(limit, bytes.count)
        guard let before = bytes[consumed..<end].lastIndex(of: lineEnd) else {
            add(consumed..<end, .recordTooLong)
            consumed = end
            isSkippingLine = true
            return
        }
        mayBeText = true
        let row = firstRow(before: before + 1, bytes)
        reject(upTo: row, row > before ? .recordTooLong : .brokenQuote, bytes)
    }

    /// Rejects the rest of a line in pieces of one record's limit; false where more bytes are
    /// needed.
    mutating func skipLine(_ bytes: UnsafeRawBufferPointer, isLast: Bool) -> Bool {
        let limit = min(bytes.count, consumed + ParseLimit.recordBytes)
        let newline = bytes[consumed..<limit].firstIndex(of: lineEnd)
        guard newline != nil || isLast || bytes.count - consumed > ParseLimit.recordBytes else {
            return false
        }
        let end = newline ?? limit
        if end > consumed { add(consumed..<end, .recordTooLong) }
        consumed = newline.map { $0 + 1 } ?? end
        isSkippingLine = newline == nil
        (isRecovering, mayBeText) = (true, true)
        return true
    }

    /// Rejects the line at the begin of the current row.
    mutating func rejectLine(
        _ bytes: UnsafeRawBufferPointer, _ reason: RejectReason = .brokenQuote
    ) {
        let end = bytes[consumed...].firstIndex(of: lineEnd).map { $0 + 1 } ?? bytes.count
        let quotes = bytes[consumed..<end].count { $0 == UInt8(ascii: "\"") }
        if quotes % 2 == 1 { mayBeText.toggle() }
        reject(upTo: end, reason, bytes)
    }

    /// Rejects the bytes from the begin of the current row on, without the line end before `next`.
    private mutating func reject(
        upTo next: Int, _ reason: RejectReason, _ bytes: UnsafeRawBufferPointer
    ) {
        var end = next
        while end > consumed, bytes[end - 1] == 0x0A || bytes[end - 1] == 0x0D { end -= 1 }
        if end > consumed { add(consumed..<end, reason) }
        consumed = next
        isRecovering = true
    }

    /// The begin of the second of the last lines before `end` that are rows beyond doubt, without
    /// the first line of the current row; `end` where there are less than two.
    private mutating func firstRow(before end: Int, _ bytes: UnsafeRawBufferPointer) -> Int {
        var (second, count) = (end, 0)
        guard var start = bytes[consumed..<end].firstIndex(of: lineEnd).map({ $0 + 1 }) else {
            return end
        }
        while start < end {
            let next = bytes[start..<end].firstIndex(of: lineEnd).map { $0 + 1 } ?? end
            let line = UnsafeRawBufferPointer(rebasing: bytes[start..<next])
            if isRow(line) {
                count += 1
                if count == 2 { second = start }
            } else if !line.allSatisfy({ $0 <= 0x20 }) {
                count = 0
            }
            start = next
        }
        guard count >= 2 else { return end }
        mayBeText = false
        return second
    }

    /// Whether a line is a row beyond doubt.
    private func isRow(_ line: UnsafeRawBufferPointer) -> Bool {
        var cells: [JSONToken] = []
        let scanner = RowScanner(BorrowedBytes(line), dialect, isFinal: true)
        guard case .row(_, let next) = scanner.scan(from: 0, into: &cells), next == line.count
        else { return false }
        return isTrusted(cells, line)
    }

    /// Whether cells are a row beyond doubt: as many as the header's, without a quote inside, and
    /// quoted where the table always quotes.
    func isTrusted(_ cells: [JSONToken], _ bytes: UnsafeRawBufferPointer) -> Bool {
        guard cells.count == header.names.count else { return false }
        for (column, cell) in cells.enumerated() where cell.kind == .cell || cell.kind == .number {
            if column < 64, quotedColumns & 1 << UInt64(column) != 0 { return false }
            if bytes[cell.range].contains(UInt8(ascii: "\"")) { return false }
        }
        return true
    }
}

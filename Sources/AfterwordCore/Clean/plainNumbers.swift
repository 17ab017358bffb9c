// Fast paths for numbers, flags and identifiers in the form that programs write, read without a
// copy. Anything else falls back to the general rules; a test compares both.

/// A rating in tenths of a star (see `readRating`).
func readRating(_ raw: BorrowedBytes, scale: Int64) -> Result<Int64?, ReadFault> {
    guard let number = plainDecimal(raw), scale > 0, scale <= 1000 else {
        return readRating(Array(raw), scale: scale)
    }
    // Rounded half up: (2·50·n + d) ∕ (2·d) for the value n ∕ d.
    let divisor = scale * number.divisor
    let tenths = (100 * number.digits + divisor) / (2 * divisor)
    // Zero and the least ratings of a scale have rules of their own.
    return (10...50).contains(tenths) ? .success(tenths) : readRating(Array(raw), scale: scale)
}

/// A count (see `readCount`).
func readCount(_ raw: BorrowedBytes) -> Result<Int64, ReadFault> {
    guard let number = plainDecimal(raw), number.divisor == 1, number.digits <= greatestCount else {
        return readCount(Array(raw))
    }
    return .success(number.digits)
}

/// A flag (see `readFlag`).
func readFlag(_ raw: BorrowedBytes) -> Result<Bool, ReadFault> {
    // The JSON literals.
    if raw.count == 4, isWord(raw, "true") { return .success(true) }
    if raw.count == 5, isWord(raw, "false") { return .success(false) }
    return readFlag(Array(raw))
}

private func isWord(_ raw: BorrowedBytes, _ word: StaticString) -> Bool {
    for index in 0..<raw.count where raw[index] != word.utf8Start[index] { return false }
    return true
}

/// A moment (see `readInstant`).
func readInstant(
    _ raw: BorrowedBytes, as format: FieldFormat, order: DateOrder? = nil
) -> Result<Instant?, ReadFault> {
    let unit: Int64? =
        switch format {
        case .unixSeconds: 1_000_000
        case .unixMilliseconds: 1000
        case .unixMicroseconds: 1
        default: nil
        }
    guard let unit, let number = plainDecimal(raw), number.divisor == 1,
        number.digits <= Instant.writable.upperBound / unit
    else { return readInstant(Array(raw), as: format, order: order) }
    return .success(Instant(microseconds: number.digits * unit))
}

/// A number of at most 15 bytes: digits, with at most three of them after a point, and nothing
/// else.
@inline(__always)
private func plainDecimal(_ raw: BorrowedBytes) -> (digits: Int64, divisor: Int64)? {
    guard raw.count > 0, raw.count <= 15 else { return nil }
    var digits: Int64 = 0
    var divisor: Int64 = 0
    for byte in raw {
        let digit = byte &- UInt8(ascii: "0")
        if digit < 10 {
            digits = digits &* 10 &+ Int64(digit)
            divisor = divisor &* 10
        } else {
            guard byte == UInt8(ascii: "."), divisor == 0, digits > 0 || raw[0] == 0x30 else {
                return nil
            }
            divisor = 1
        }
    }
    if divisor == 0 { return (digits, 1) }
    return divisor > 1 && divisor <= 1000 ? (digits, divisor) : nil
}

/// Whether an identifier is not empty and surely needs no change: no blank, no control character,
/// no reference, no byte of a scalar beyond ASCII, which may be blank or invisible, at its ends,
/// and no U+0000.
func isPlainIdentifier(_ raw: BorrowedBytes) -> Bool {
    guard let first = raw.first, let last = raw.last else { return false }
    func isSeen(_ byte: UInt8) -> Bool { byte > 0x20 && byte < 0x7F }
    if !isSeen(first) || !isSeen(last) { return false }
    if first == UInt8(ascii: "&") || last == UInt8(ascii: ";") { return false }
    var index = 0
    while index < raw.count, raw.count >= 8 {
        // The last word overlaps the one before it.
        let word = raw.word(at: min(index, raw.count &- 8))
        // True where some byte of the word is zero.
        if (word &- 0x0101_0101_0101_0101) & ~word & 0x8080_8080_8080_8080 != 0 { return false }
        index &+= 8
    }
    while index < raw.count {
        if raw[index] == 0 { return false }
        index &+= 1
    }
    return true
}

/// Reads a free text: markup decoded once, U+0000 → U+FFFD, line ends → LF, normalization form C.
/// An empty text is absent.
func readText(_ raw: [UInt8]) -> Text? {
    var text: [UInt8] = []
    raw.lend { readText($0, workNeeded(by: $0), into: &text) }
    return text.isEmpty ? nil : Text(text)
}

/// The same for bytes whose needed work is already known.
///
/// - Parameter text: Must be empty; receives the result.
func readText(_ raw: BorrowedBytes, _ work: TextWork, into text: inout [UInt8]) {
    if work != .rewriting {
        text.append(contentsOf: raw)
    } else {
        decodeMarkup(raw, into: &text)
        // Decoded references may have produced NUL or CR too.
        let isUnified = text.lend { $0.firstIndex(of: 0, or: 0x0D) == $0.count }
        if !isUnified { text = unifyLineEnds(text) }
    }
    if work != .none, !text.lend(isPlainlyComposed) { text = composeText(text) }
}

/// The work that a text may need before it is in its stored form.
enum TextWork {
    case none
    /// The text has a lead byte from 0xCC on, which begins scalars that may need composing.
    case composing
    /// The text has NUL, CR, `&` or `<`.
    case rewriting
}

/// The work that a text may need, judged from its bytes, eight at a time.
func workNeeded(by buffer: BorrowedBytes) -> TextWork {
    let ones: UInt64 = 0x0101_0101_0101_0101
    let tops: UInt64 = 0x8080_8080_8080_8080
    /// Sets the top bit of each byte that is zero, and perhaps of bytes above a zero one; the other
    /// bits mean nothing.
    func zeros(_ word: UInt64) -> UInt64 { (word &- ones) & ~word }
    /// Sets the top bit of each byte from 0xCC on; the other bits mean nothing.
    func composing(_ word: UInt64) -> UInt64 { ((word & ~tops) &+ ones &* 0x34) & word }
    /// Sets the top bit of each NUL, CR, `&` and `<`; the other bits mean nothing.
    func rewriting(_ word: UInt64) -> UInt64 {
        zeros(word) | zeros(word ^ ones &* 0x0D) | zeros(word ^ ones &* 0x26)
            | zeros(word ^ ones &* 0x3C)
    }
    var leads: UInt64 = 0
    var index = 0
    while index &+ 16 <= buffer.count {
        let (one, other) = (buffer.word(at: index), buffer.word(at: index &+ 8))
        leads |= composing(one) | composing(other)
        if (rewriting(one) | rewriting(other)) & tops != 0 { return .rewriting }
        index &+= 16
    }
    while index < buffer.count, buffer.count >= 8 {
        // The last word overlaps the one before it; checking bytes twice changes nothing.
        let word = buffer.word(at: min(index, buffer.count &- 8))
        leads |= composing(word)
        if rewriting(word) & tops != 0 { return .rewriting }
        index &+= 8
    }
    while index < buffer.count {
        let byte = buffer[index]
        if byte == 0 || byte == 0x0D || byte == 0x26 || byte == 0x3C { return .rewriting }
        if byte >= 0xCC { leads = tops }
        index &+= 1
    }
    return leads & tops == 0 ? .none : .composing
}

/// CR LF and CR become LF. U+0000, which no database text can hold, becomes U+FFFD.
private func unifyLineEnds(_ bytes: [UInt8]) -> [UInt8] {
    var output: [UInt8] = []
    output.reserveCapacity(bytes.count)
    var previous: UInt8 = 0
    for byte in bytes {
        switch byte {
        case 0x00: output.append(contentsOf: [0xEF, 0xBF, 0xBD])
        case 0x0D: output.append(0x0A)
        case 0x0A where previous == 0x0D: break
        default: output.append(byte)
        }
        previous = byte
    }
    return output
}

/// A free text: markup decoded once, U+0000 → U+FFFD, line ends → LF, NFC. Empty is absent.
func readText(_ raw: [UInt8]) -> Text? {
    guard raw.lend(needsWork) else { return raw.isEmpty ? nil : Text(raw) }
    var text = raw
    if text.contains(UInt8(ascii: "&")) || text.contains(UInt8(ascii: "<")) {
        text = decodeMarkup(text)
    }
    if text.contains(0x0D) || text.contains(0) { text = unifyLineEnds(text) }
    text = composeText(text)
    return text.isEmpty ? nil : Text(text)
}

/// Whether any byte may have to be changed, eight at a time: a lead byte from 0xCC on, NUL, CR, `&` or `<`.
func needsWork(_ buffer: LentBytes) -> Bool {
    let ones: UInt64 = 0x0101_0101_0101_0101
    let tops: UInt64 = 0x8080_8080_8080_8080
    /// The top bits of bytes that are zero; bytes above one that is may be marked as well.
    func zeros(_ word: UInt64) -> UInt64 { (word &- ones) & ~word & tops }
    func mayNeedWork(_ word: UInt64) -> Bool {
        let leads = ((word & ~tops) &+ ones &* 0x34) & word & tops
        let others =
            zeros(word) | zeros(word ^ ones &* 0x0D) | zeros(word ^ ones &* 0x26)
            | zeros(word ^ ones &* 0x3C)
        return leads | others != 0
    }
    var index = 0
    while index &+ 8 <= buffer.count {
        let word = buffer.word(at: index)
        if mayNeedWork(word) { return true }
        index &+= 8
    }
    while index < buffer.count {
        let byte = buffer[index]
        if byte >= 0xCC || byte == 0 || byte == 0x0D || byte == 0x26 || byte == 0x3C {
            return true
        }
        index &+= 1
    }
    return false
}

/// CR LF and CR become LF; U+0000, which no database text can hold, becomes U+FFFD.
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

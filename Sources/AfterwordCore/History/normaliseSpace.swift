/// Replaces runs of white space by one space and trims both ends; letter case is kept. Nil where
/// nothing is left. White space is Unicode's property `White_Space`. Expects NFC text.
func normaliseSpace(_ bytes: BorrowedBytes) -> [UInt8]? {
    var output: [UInt8] = []
    output.reserveCapacity(bytes.count)
    var isPending = false
    var index = 0
    while index < bytes.count {
        let space = spaceLength(bytes, index)
        if space > 0 {
            isPending = !output.isEmpty
            index += space
            continue
        }
        if isPending { output.append(0x20) }
        isPending = false
        output.append(bytes[index])
        index += 1
    }
    return output.isEmpty ? nil : output
}

/// Number of bytes of the white-space scalar at an index; 0 for any other.
private func spaceLength(_ bytes: BorrowedBytes, _ index: Int) -> Int {
    let lead = bytes[index]
    if lead == 0x20 || (0x09...0x0D).contains(lead) { return 1 }
    guard lead >= 0xC2, lead <= 0xE3 else { return 0 }
    if lead == 0xC2 {
        // U+0085, U+00A0
        return index + 1 < bytes.count && [0x85, 0xA0].contains(bytes[index + 1]) ? 2 : 0
    }
    guard lead >= 0xE1, index + 2 < bytes.count else { return 0 }
    switch (lead, bytes[index + 1], bytes[index + 2]) {
    case (0xE1, 0x9A, 0x80), (0xE3, 0x80, 0x80): return 3
    case (0xE2, 0x80, 0x80...0x8A), (0xE2, 0x80, 0xA8...0xA9), (0xE2, 0x80, 0xAF): return 3
    case (0xE2, 0x81, 0x9F): return 3
    default: return 0
    }
}

/// Whether `normaliseSpace` would leave a text as it is: it has no white space but single spaces
/// between other characters. May say no of a text with characters beyond ASCII that is normal.
func isSpaceNormal(_ bytes: BorrowedBytes) -> Bool {
    guard let first = bytes.first, first > 0x20, let last = bytes.last, last > 0x20 else {
        return false
    }
    let (ones, tops): (UInt64, UInt64) = (0x0101_0101_0101_0101, 0x8080_8080_8080_8080)
    let spaces = ones &* 0x20
    var index = 0
    // The highest bit of the lowest byte, where the byte before the word is a space.
    var carried: UInt64 = 0
    while index &+ 8 <= bytes.count {
        let word = bytes.word(at: index)
        if word & tops != 0 {
            if !isSpaceNormal(bytes, in: index..<index &+ 8) { return false }
            carried = bytes[index &+ 7] == 0x20 ? 0x80 : 0
            index &+= 8
            continue
        }
        // With all bytes below 128, the top bit of a byte's sum is free for the comparison.
        let isControl = ~(word &+ ones &* 0x60) & tops
        let isSpace = ~((word ^ spaces) &+ ones &* 0x7F) & tops
        if isControl != 0 || isSpace & (isSpace &<< 8 | carried) != 0 { return false }
        carried = isSpace &>> 56
        index &+= 8
    }
    return isSpaceNormal(bytes, in: index..<bytes.count)
}

/// The same of a part, byte by byte; the bytes before it are normal.
private func isSpaceNormal(_ bytes: BorrowedBytes, in part: Range<Int>) -> Bool {
    var index = part.lowerBound
    while index < part.upperBound {
        let byte = bytes[index]
        switch byte {
        case 0x20: if index > 0, bytes[index - 1] == 0x20 { return false }
        case 0..<0x20: return false
        // The first bytes of white space beyond ASCII, and of much else.
        case 0xC2, 0xE1, 0xE2, 0xE3: if spaceLength(bytes, index) > 0 { return false }
        default: break
        }
        index &+= 1
    }
    return true
}

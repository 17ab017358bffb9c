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

/// A free text: markup decoded once, U+0000 → U+FFFD, line ends → LF, NFC. Empty is absent.
func readText(_ raw: [UInt8]) -> Text? {
    var needsWork = false
    for byte in raw where byte >= 0xCC || byte == 0 || byte == 0x0D || byte == 0x26 || byte == 0x3C
    {
        needsWork = true
        break
    }
    guard needsWork else { return raw.isEmpty ? nil : Text(raw) }
    let text = composeText(unifyLineEnds(decodeMarkup(raw)))
    return text.isEmpty ? nil : Text(text)
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
